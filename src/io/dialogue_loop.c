#include "io/dialogue_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "io/stream.h"

#define RETRY_MIN DURATION_MS(100)
#define RETRY_MAX DURATION_S(5)
#define ANSWER_PATIENCE DURATION_S(5)

/*
 * Bytes of commands that are sent before all of them are answered. BIRD's buffer of 4096 starts anew
 * only when it has been read to its end, and BIRD takes a full one for the end of the connection: a
 * window that slides would fill it.
 */
#define BATCH_MAX 1000

struct question {
	dialogue_reply_fn fn;
	size_t tag, len;
	char *line; /* owned; NULL: sent */
};

struct dialogue {
	sd_event *loop; /* borrowed */
	const struct dialogue_language *language;
	const char *path; /* borrowed */
	struct dialogue_events events;
	void *userdata;
	struct stream *stream; /* owned; NULL: not connected */
	bool up;
	/* owned; those from `first` are not answered, of them those from `sent` not even sent */
	struct question *questions;
	size_t first, sent, count, cap;
	size_t urgent;      /* how many of the next to be sent are */
	size_t batch;       /* bytes sent since everything was answered */
	struct strbuf in;
	struct timer retry, patience;
	struct duration pause;
};

static void
expect_answer(struct dialogue *d)
{
	timer_set(&d->patience, d->stream != NULL && (!d->up || d->first < d->count)
				    ? instant_add(clock_now(), ANSWER_PATIENCE)
				    : INSTANT_NEVER);
}

static void
lose(struct dialogue *d, int error, const char *why)
{
	stream_free(TAKE(d->stream));
	d->up = false;
	for (size_t i = d->sent; i < d->count; i++)
		free(d->questions[i].line);
	d->first = d->sent = d->count = d->urgent = d->batch = 0;
	strbuf_done(&d->in);
	expect_answer(d);
	timer_set(&d->retry, instant_add(clock_now(), d->pause));
	d->pause = DURATION_NS(MIN(d->pause.ns * 2, RETRY_MAX.ns));
	d->events.down(d->userdata, error, why);
}

static void
on_closed(void *userdata, const char *why)
{
	struct dialogue *d = userdata;
	struct err e = { 0 };

	(void)err_set(
	    &e, -ECONNRESET, "%s: %s ended the connection: %s", d->path, d->language->daemon, why);
	lose(d, -ECONNRESET, e.message);
}

static void
on_patience(struct timer *t, struct instant now)
{
	struct dialogue *d = container_of(t, struct dialogue, patience);
	struct err e = { 0 };

	(void)now;
	(void)err_set(
	    &e, -ETIMEDOUT, "%s: %s did not answer within 5 s", d->path, d->language->daemon);
	lose(d, -ETIMEDOUT, e.message);
}

/* As much as the daemon is sure to take. */
static void
send_questions(struct dialogue *d)
{
	while (d->sent < d->count) {
		struct question *q = &d->questions[d->sent];

		if (d->batch > 0 && d->batch + q->len > BATCH_MAX)
			break;
		/* what the socket does not take is a daemon that does not answer: patience ends
		 * that */
		(void)stream_write(d->stream, q->line, q->len);
		free(TAKE(q->line));
		d->batch += q->len;
		d->urgent -= d->urgent > 0;
		d->sent++;
	}
}

/* Of a whole answer. */
static int
take_code(const struct dialogue_language *l, struct strbuf *reply)
{
	const char *line;

	if (l != &dialogue_bird)
		return dialogue_frr_status(reply);
	line = memrchr(reply->text, '\n', reply->len - 1);
	return dialogue_bird_code(line != NULL ? line + 1 : reply->text);
}

static void
take_answer(struct dialogue *d, size_t len)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	struct question q;
	int code;

	strbuf_add_mem(&reply, d->in.text, len);
	memmove(d->in.text, d->in.text + len, d->in.len - len + 1);
	d->in.len -= len;
	if (!d->up) {
		d->up = true;
		d->pause = RETRY_MIN;
		d->events.up(d->userdata);
		return;
	}
	if (d->first == d->sent)
		return; /* nobody asked */
	q = d->questions[d->first++];
	if (d->first == d->sent)
		d->batch = 0;
	if (d->first == d->count)
		d->first = d->sent = d->count = 0;
	send_questions(d);
	code = take_code(d->language, &reply);
	if (q.fn != NULL)
		q.fn(d->userdata, q.tag, code, strbuf_get(&reply));
}

static void
on_bytes(void *userdata, const uint8_t *bytes, size_t len)
{
	struct dialogue *d = userdata;
	size_t n;

	strbuf_add_mem(&d->in, bytes, len);
	while ((n = d->language->reply_length(strbuf_get(&d->in), d->in.len)) > 0)
		take_answer(d, n);
	if (d->in.len > DIALOGUE_REPLY_MAX)
		lose(d, -E2BIG, "a reply without an end");
	else
		expect_answer(d);
}

static const struct stream_events stream_events = { .bytes = on_bytes, .closed = on_closed };

static int
connect_unix(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	r = -errno;
	(void)close(fd);
	return r;
}

static void
on_retry(struct timer *t, struct instant now)
{
	struct dialogue *d = container_of(t, struct dialogue, retry);
	int r = connect_unix(d->path);
	struct err e = { 0 };

	(void)now;
	if (r >= 0)
		r = stream_new(d->loop, r, false, &stream_events, d, &d->stream);
	if (r < 0) {
		(void)dialogue_refused(d->language, d->path, r, &e);
		lose(d, r, e.message);
		return;
	}
	expect_answer(d);
	if (d->language->greets)
		return;
	d->up = true;
	d->pause = RETRY_MIN;
	d->events.up(d->userdata);
}

int
dialogue_new(sd_event *loop, const struct dialogue_language *l, const char *path,
    const struct dialogue_events *events, void *userdata, struct dialogue **ret, struct err *e)
{
	struct dialogue *d = xcalloc(1, sizeof(*d));
	int r;

	d->loop = loop;
	d->language = l;
	d->path = path;
	d->events = *events;
	d->userdata = userdata;
	d->pause = RETRY_MIN;
	r = timer_init(&d->retry, loop, on_retry);
	if (r >= 0)
		r = timer_init(&d->patience, loop, on_patience);
	if (r < 0) {
		dialogue_free(d);
		return err_errno(e, r, "timer");
	}
	timer_set(&d->retry, clock_now());
	*ret = d;
	return 0;
}

/* ---- from one program to the next ---- */

enum {
	TAG_FD = 1,
};

void
dialogue_save(const struct dialogue *d, struct handover *h)
{
	if (d->up && dialogue_waiting(d) == 0 && d->in.len == 0 && stream_pending(d->stream) == 0)
		handover_give(h, TAG_FD, stream_fd(d->stream));
}

int
dialogue_resume(sd_event *loop, const struct dialogue_language *l, const char *path,
    const struct dialogue_events *events, void *userdata, struct inheritance *in,
    struct reader records, struct dialogue **ret, struct err *e)
{
	int r = dialogue_new(loop, l, path, events, userdata, ret, e), fd;

	if (r < 0)
		return r;
	fd = inheritance_take(in, records, TAG_FD, FD_UNIX);
	/* on failure it is closed, and another one is made */
	if (fd >= 0 && stream_new(loop, fd, false, &stream_events, *ret, &(*ret)->stream) >= 0) {
		(*ret)->up = true;
		timer_set(&(*ret)->retry, INSTANT_NEVER);
	}
	return 0;
}

void
dialogue_free(struct dialogue *d)
{
	if (d == NULL)
		return;
	stream_free(d->stream);
	timer_done(&d->retry);
	timer_done(&d->patience);
	strbuf_done(&d->in);
	for (size_t i = d->sent; i < d->count; i++)
		free(d->questions[i].line);
	free(d->questions);
	free(d);
}

bool
dialogue_is_up(const struct dialogue *d)
{
	return d->up;
}

static void
insert(struct dialogue *d, size_t at, const char *command, dialogue_reply_fn fn, size_t tag)
{
	struct question q = { .fn = fn, .tag = tag, .len = strlen(command) + 1 };

	q.line = xmalloc(q.len);
	memcpy(q.line, command, q.len);
	q.line[q.len - 1] = d->language->end;
	d->questions = grow_array(d->questions, d->count, &d->cap, sizeof(*d->questions));
	memmove(&d->questions[at + 1], &d->questions[at], (d->count - at) * sizeof(*d->questions));
	d->questions[at] = q;
	d->count++;
	send_questions(d);
	expect_answer(d);
}

void
dialogue_send(struct dialogue *d, const char *command, dialogue_reply_fn fn, size_t tag)
{
	if (d->up)
		insert(d, d->count, command, fn, tag);
}

void
dialogue_send_urgent(struct dialogue *d, const char *command, dialogue_reply_fn fn, size_t tag)
{
	if (d->up)
		insert(d, d->sent + d->urgent++, command, fn, tag);
}

size_t
dialogue_waiting(const struct dialogue *d)
{
	return d->count - d->first;
}
