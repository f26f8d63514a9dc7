#include "lab/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/control_line.h"
#include "lab/requests.h"
#include "lab/supervisor.h"

static void
client_free(struct control_client *c)
{
	list_remove(&c->link);
	c->control->client_count--;
	sd_event_source_disable_unref(c->source);
	close(c->fd);
	strbuf_done(&c->in);
	free(c);
}

/* All of it, or the connection is broken and will be seen to be. */
static void
send_text(int fd, char *text, size_t len, const int *fds, size_t fd_count)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * CONTROL_FDS_MAX)];
	} control = { 0 };

	while (len > 0) {
		struct iovec part = { text, len };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

		if (fd_count > 0) {
			m.msg_control = control.bytes;
			m.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
			control.header = (struct cmsghdr){
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(sizeof(int) * fd_count),
			};
			memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * fd_count);
			fd_count = 0; /* with the first bytes only */
		}
		ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);
		if (n < 0) {
			(void)shutdown(fd, SHUT_RDWR);
			return;
		}
		text += n;
		len -= (size_t)n;
	}
}

void
control_answer(struct control_client *c, json_t *answer, const int *fds, size_t fd_count)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	(void)control_line(answer, &line);
	send_text(c->fd, line.text, line.len, fds, fd_count);
	c->wait = CONTROL_WAIT_NOTHING;
}

void
control_answer_error(struct control_client *c, const struct err *err)
{
	control_answer(
	    c, json_pack("{s:s, s:i}", "error", err->message, "code", -err->code), NULL, 0);
}

void
control_resume(struct control_client *c)
{
	char *end;

	while (c->wait == CONTROL_WAIT_NOTHING && c->in.len > 0 &&
	    (end = memchr(c->in.text, '\n', c->in.len)) != NULL) {
		size_t n = (size_t)(end - c->in.text);

		*end = '\0';
		requests_handle(c->control->supervisor, c, c->in.text);
		memmove(c->in.text, end + 1, c->in.len - n); /* with the NUL behind it */
		c->in.len -= n + 1;
	}
}

static int
on_client(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct control_client *c = userdata;
	char part[1024];

	(void)source;
	(void)revents;
	ssize_t n = recv(fd, part, sizeof(part), MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0 || c->in.len + (size_t)n > CONTROL_LINE_MAX) {
		client_free(c);
		return 0;
	}
	strbuf_add_mem(&c->in, part, (size_t)n);
	control_resume(c);
	return 0;
}

static int
on_connect(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct control *control = userdata;
	/* An answer is taken at once by a client that lives. */
	struct timeval patience = { .tv_sec = 1 };
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	(void)source;
	(void)revents;
	if (client < 0)
		return 0;
	(void)setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	struct control_client *c = xcalloc(1, sizeof(*c));
	*c = (struct control_client){ .control = control, .fd = client };
	list_append(&control->clients, &c->link);
	control->client_count++;
	if (control->client_count > CONTROL_CLIENTS_MAX ||
	    sd_event_add_io(control->supervisor->loop, &c->source, client, EPOLLIN, on_client, c) <
		0)
		client_free(c);
	return 0;
}

int
control_open(struct control *control, struct supervisor *s, struct err *err)
{
	struct sockaddr_un addr = lab_dir_control_address(&s->dir);

	*control = (struct control){ .supervisor = s };
	list_init(&control->clients);
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->fd < 0)
		return err_errno(err, -errno, "open the control socket");
	if (bind(control->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(control->fd, 16) < 0)
		return err_errno(err, -errno, "bind the control socket");
	int r =
	    sd_event_add_io(s->loop, &control->source, control->fd, EPOLLIN, on_connect, control);
	return r < 0 ? err_errno(err, r, "watch the control socket") : 0;
}

void
control_done(struct control *control)
{
	if (control->supervisor == NULL)
		return;
	list_for_each_safe(c, &control->clients, struct control_client, link)
		client_free(c);
	sd_event_source_disable_unref(control->source);
	close(control->fd);
	*control = (struct control){ 0 };
}
