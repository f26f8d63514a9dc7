#include "lab/bird_ctl.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/loop.h"
#include "lab/bird_conf.h"

#define REPLY_TIMEOUT DURATION_S(5)
#define REPLY_MAX ((size_t)1024 * 1024)

static int
connect_to_bird(_unused_ void *arg)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = BIRD_CONTROL_PATH };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

static int
read_reply(int fd, struct strbuf *reply, struct err *err)
{
	struct instant deadline = instant_add(clock_now(), REPLY_TIMEOUT);

	while (!bird_reply_is_complete(strbuf_get(reply))) {
		struct duration left = instant_diff(deadline, clock_now());
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char buf[4096];

		if (left.ns <= 0 || poll(&p, 1, (int)duration_ms(left) + 1) == 0)
			return err_set(err, -ETIMEDOUT, "BIRD did not answer within 5 s");

		ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (n == 0)
			return err_set(err, -ECONNRESET, "BIRD closed its control socket");
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_errno(err, -errno, "read from BIRD");
		if (n > 0)
			strbuf_add_mem(reply, buf, (size_t)n);
		if (reply->len > REPLY_MAX)
			return err_set(
			    err, -E2BIG, "the reply of BIRD is longer than %zu bytes", REPLY_MAX);
	}
	return 0;
}

int
bird_ctl_open(struct lab *lab, const char *node, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf greeting = { 0 };
	int fd = lab_open_in_node(lab, node, connect_to_bird, NULL, err);

	if (fd < 0) {
		err_prefix(err, "BIRD of %s", node);
		return fd;
	}

	int r = read_reply(fd, &greeting, err);

	if (r < 0) {
		close(fd);
		err_prefix(err, "BIRD of %s", node);
		return r;
	}
	return fd;
}

int
bird_ctl_ask(int fd, const char *command, struct strbuf *reply, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_done(reply);
	strbuf_addf(&line, "%s\n", command);

	ssize_t n = send(fd, line.text, line.len, MSG_NOSIGNAL);

	if (n != (ssize_t)line.len)
		return err_errno(err, n < 0 ? -errno : -EIO, "write to BIRD");
	return read_reply(fd, reply, err);
}

int
bird_ctl_routes_for(int fd, struct prefix prefix, struct bird_routes *ret, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	char command[PREFIX_STR_MAX + 32], text[PREFIX_STR_MAX];

	snprintf(command, sizeof(command), "show route for %s all", prefix_format(prefix, text));

	int r = bird_ctl_ask(fd, command, &reply, err);

	return r < 0 ? r : bird_routes_parse(strbuf_get(&reply), ret, err);
}
