#include "io/dialogue.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/loop.h"

#define REPLY_TIMEOUT DURATION_S(5)
#define FRR_END_LEN 4 /* NUL NUL NUL status */

int
dialogue_bird_code(const char *line)
{
	int code = 0;

	for (int i = 0; i < 4; i++) {
		if (!ascii_is_digit(line[i]))
			return -1;
		code = code * 10 + (line[i] - '0');
	}
	return line[4] == ' ' || line[4] == '-' ? code : -1;
}

static size_t
bird_reply_length(const char *bytes, size_t len)
{
	const char *end;

	for (const char *line = bytes; line < bytes + len; line = end + 1) {
		end = memchr(line, '\n', len - (size_t)(line - bytes));
		if (end == NULL)
			return 0;
		if (end - line >= 5 && dialogue_bird_code(line) >= 0 && line[4] == ' ')
			return (size_t)(end + 1 - bytes);
	}
	return 0;
}

static size_t
frr_reply_length(const char *bytes, size_t len)
{
	const char *nul = len > 0 ? memchr(bytes, '\0', len) : NULL;

	/* text has no NUL of its own */
	if (nul == NULL || len - (size_t)(nul - bytes) < FRR_END_LEN)
		return 0;
	return (size_t)(nul - bytes) + FRR_END_LEN;
}

const struct dialogue_language dialogue_bird = { "BIRD", true, '\n', bird_reply_length };
const struct dialogue_language dialogue_frr = { "bgpd of FRR", false, '\0', frr_reply_length };

int
dialogue_frr_status(struct strbuf *reply)
{
	int status = (unsigned char)reply->text[reply->len - 1];

	reply->len -= FRR_END_LEN;
	return status;
}

int
dialogue_refused(const struct dialogue_language *l, const char *path, int r, struct err *e)
{
	if (r == -EACCES)
		return err_set(e, r,
		    "%s: no permission; nearcastd's user has to be in the socket's group", path);
	if (r == -ENOENT || r == -ECONNREFUSED)
		return err_set(e, r, "%s: %s does not listen there", path, l->daemon);
	return err_errno(e, r, "%s", path);
}

static int
read_reply(const struct dialogue_language *l, int fd, struct strbuf *reply, struct err *e)
{
	struct instant deadline = instant_add(clock_now(), REPLY_TIMEOUT);

	while (l->reply_length(strbuf_get(reply), reply->len) == 0) {
		struct duration left = instant_diff(deadline, clock_now());
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char buf[4096];

		if (left.ns <= 0 || poll(&p, 1, (int)duration_ms(left) + 1) == 0)
			return err_set(e, -ETIMEDOUT, "%s did not answer within 5 s", l->daemon);

		ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (n == 0)
			return err_set(e, -ECONNRESET, "%s closed its control socket", l->daemon);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_errno(e, -errno, "read from %s", l->daemon);
		if (n > 0)
			strbuf_add_mem(reply, buf, (size_t)n);
		if (reply->len > DIALOGUE_REPLY_MAX)
			return err_set(e, -E2BIG, "the reply of %s is longer than %zu bytes",
			    l->daemon, DIALOGUE_REPLY_MAX);
	}
	return 0;
}

/* Reads the greeting of a socket that is connected. */
static int
greet(const struct dialogue_language *l, int fd, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf greeting = { 0 };

	return l->greets ? read_reply(l, fd, &greeting, e) : 0;
}

int
dialogue_open(const struct dialogue_language *l, const char *path, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return err_errno(e, -errno, "socket");
	if (strlen(path) >= sizeof(sun.sun_path)) {
		close(fd);
		return err_set(e, -ENAMETOOLONG, "%s: longer than a socket's name may be", path);
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	r = connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0
		? dialogue_refused(l, path, -errno, e)
		: greet(l, fd, e);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

int
dialogue_ask(const struct dialogue_language *l, int fd, const char *command, struct strbuf *reply,
    struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_done(reply);
	strbuf_add(&line, command);
	strbuf_add_char(&line, l->end);

	ssize_t n = send(fd, line.text, line.len, MSG_NOSIGNAL);

	if (n != (ssize_t)line.len)
		return err_errno(e, n < 0 ? -errno : -EIO, "write to %s", l->daemon);
	return read_reply(l, fd, reply, e);
}
