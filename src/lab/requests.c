#include "lab/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lab/status.h"
#include "lab/supervisor.h"

#define WAIT_MAX_MS 600000
/* A process that was signalled to end has this long before starting it again fails. */
#define END_TIMEOUT DURATION_S(10)

typedef int (*request_fn)(struct supervisor *s, struct control_client *c, json_t *q, struct err *err);

/* The owner's namespaces come first: entering the others needs its privileges. */
const char *const requests_namespaces[CONTROL_FDS_MAX] = { "user", "pid", "ipc", "net", "uts", "mnt" };

static void
answer_empty(struct control_client *c)
{
	control_answer(c, json_object(), NULL, 0);
}

static int
unpack_error(struct err *err, const json_error_t *json)
{
	return err_set(err, -EINVAL, "the request is wrong: %s", json->text);
}

/* The process that a request is about; NULL, and err says why not. */
static struct process *
find_process(struct supervisor *s, json_t *q, struct err *err)
{
	const char *node, *process;
	json_error_t json;

	if (json_unpack_ex(q, &json, 0, "{s:s, s:s}", "node", &node, "process", &process) == 0)
		return supervisor_find_process(s, node, process, err);
	(void)unpack_error(err, &json);
	return NULL;
}

static int
do_status(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	(void)q;
	(void)err;
	control_answer(c, status_document(s), NULL, 0);
	return 0;
}

static int
do_process_start(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	struct process *p = find_process(s, q, err);

	if (p == NULL)
		return err->code;
	if (p->state == PROCESS_STOPPING) {
		p->state = PROCESS_WAITING;
		c->process = p;
		c->wait = CONTROL_WAIT_START;
		c->deadline = instant_add(clock_now(), END_TIMEOUT);
		supervisor_look_soon(s);
		return 0;
	}
	if (process_runs(p) || p->state == PROCESS_WAITING)
		return err_set(err, -EALREADY, "%s runs already in %s", p->plan->name, p->node->plan->name);
	int r = supervisor_start_process(s, p, err);
	if (r == 0)
		answer_empty(c);
	return r;
}

static int
do_process_wait(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	struct process *p = find_process(s, q, err);
	json_int_t timeout_ms;
	json_error_t json;

	if (p == NULL)
		return err->code;
	if (json_unpack_ex(q, &json, 0, "{s:I}", "timeout_ms", &timeout_ms) < 0)
		return unpack_error(err, &json);
	timeout_ms = timeout_ms < 0 ? 0 : MIN(timeout_ms, WAIT_MAX_MS);
	c->process = p;
	c->wait = CONTROL_WAIT_READY;
	c->deadline = instant_add(clock_now(), DURATION_MS(timeout_ms));
	supervisor_look_soon(s);
	return 0;
}

static int
do_process_kill(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	struct process *p = find_process(s, q, err);
	int64_t at;
	int signo;
	json_error_t json;

	if (p == NULL)
		return err->code;
	if (json_unpack_ex(q, &json, 0, "{s:i}", "signal", &signo) < 0)
		return unpack_error(err, &json);
	int r = process_signal(p, signo, &at, err);
	if (r == 0)
		control_answer(c, json_pack("{s:I}", "at_wall_ns", (json_int_t)at), NULL, 0);
	return r;
}

static int
do_link(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	json_int_t index;
	int up;
	json_error_t json;

	if (json_unpack_ex(q, &json, 0, "{s:I, s:b}", "index", &index, "up", &up) < 0)
		return unpack_error(err, &json);
	if (index < 0 || (size_t)index >= s->plan->link_count)
		return err_set(err, -ENOENT, "there is no link %lld; the lab has %zu", (long long)index,
		    s->plan->link_count);
	int64_t at = clock_wall_ns();
	int r = link_set_up(&s->links[index], s->fabric, up, err);
	if (r == 0)
		control_answer(c, json_pack("{s:I}", "at_wall_ns", (json_int_t)at), NULL, 0);
	return r;
}

/* Our own namespaces of that kind, or a duplicate of the node's. */
static int
open_namespace(const struct node *n, const char *kind)
{
	char path[64];

	if (strcmp(kind, "net") == 0)
		return fcntl(n->net, F_DUPFD_CLOEXEC, 0);
	if (strcmp(kind, "uts") == 0)
		return fcntl(n->uts, F_DUPFD_CLOEXEC, 0);
	if (strcmp(kind, "mnt") == 0)
		return fcntl(n->mnt, F_DUPFD_CLOEXEC, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int
do_enter(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	const char *name;
	size_t count = 0;
	int fds[CONTROL_FDS_MAX], r = 0;
	json_error_t json;

	if (json_unpack_ex(q, &json, 0, "{s:s}", "node", &name) < 0)
		return unpack_error(err, &json);
	const struct node *node = supervisor_find_node(s, name, err);
	if (node == NULL)
		return err->code;
	json_t *kinds = json_array();
	for (size_t i = s->with_userns ? 0 : 1; i < CONTROL_FDS_MAX && r == 0; i++) {
		int fd = open_namespace(node, requests_namespaces[i]);

		if (fd < 0)
			r = err_errno(err, -errno, "open the %s namespace", requests_namespaces[i]);
		else
			fds[count++] = fd;
		(void)json_array_append_new(kinds, json_string(requests_namespaces[i]));
	}
	json_t *answer = json_pack("{s:o}", "namespaces", kinds);
	if (r == 0)
		control_answer(c, answer, fds, count);
	else
		json_decref(answer);
	while (count > 0)
		close(fds[--count]);
	return r;
}

static int
do_down(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	(void)c; /* the end of the connection is the answer */
	(void)q;
	(void)err;
	supervisor_end(s, NULL);
	return 0;
}

static const struct {
	const char *name;
	request_fn fn;
} commands[] = {
	{ "status", do_status },
	{ "process-start", do_process_start },
	{ "process-wait", do_process_wait },
	{ "process-kill", do_process_kill },
	{ "link", do_link },
	{ "enter", do_enter },
	{ "down", do_down },
};

static int
dispatch(struct supervisor *s, struct control_client *c, json_t *q, struct err *err)
{
	const char *name = json_string_value(json_object_get(q, "command"));

	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].fn(s, c, q, err);
	return err_set(err, -EINVAL, "the request is wrong: no known command");
}

void
requests_handle(struct supervisor *s, struct control_client *c, const char *line)
{
	json_error_t json;
	struct err err = { 0 };
	json_t *q = json_loads(line, JSON_REJECT_DUPLICATES, &json);
	int r = q == NULL ? unpack_error(&err, &json) : dispatch(s, c, q, &err);

	if (r < 0)
		control_answer_error(c, &err);
	json_decref(q);
}

static int
explain(struct supervisor *s, const struct process *p, int code, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	process_describe_failure(p, &s->dir, &text);
	return err_set(err, code, "%s", strbuf_get(&text));
}

/* 1: it may be answered; 0: it waits still; negative: it failed. */
static int
look_at_ready(struct supervisor *s, struct control_client *c, struct instant now, struct err *err)
{
	struct process *p = c->process;

	switch (p->state) {
	case PROCESS_READY:
		return 1;
	case PROCESS_STARTING:
	case PROCESS_WAITING:
		break;
	case PROCESS_MANUAL:
		return err_set(err, -ECHILD, "%s in %s was not started", p->plan->name, p->node->plan->name);
	case PROCESS_STOPPING:
	case PROCESS_ENDED:
	case PROCESS_FAILED:
		return explain(s, p, -ECHILD, err);
	}
	return instant_reached(c->deadline, now) ? explain(s, p, -ETIMEDOUT, err) : 0;
}

static int
look_at_start(struct supervisor *s, struct control_client *c, struct instant now, struct err *err)
{
	struct process *p = c->process;

	if (!process_runs(p))
		return p->state != PROCESS_WAITING ? 1 : supervisor_start_process(s, p, err) < 0 ? err->code : 1;
	if (!instant_reached(c->deadline, now))
		return 0;
	p->state = PROCESS_STOPPING;
	return err_set(err, -ETIMEDOUT, "%s in %s was signalled but has not ended", p->plan->name,
	    p->node->plan->name);
}

bool
requests_look(struct supervisor *s, struct instant now)
{
	bool waiting = false;

	list_for_each_safe(c, &s->control.clients, struct control_client, link) {
		struct err err = { 0 };
		int r = 0;

		switch (c->wait) {
		case CONTROL_WAIT_NOTHING:
			continue;
		case CONTROL_WAIT_READY:
			r = look_at_ready(s, c, now, &err);
			break;
		case CONTROL_WAIT_START:
			r = look_at_start(s, c, now, &err);
			break;
		}
		if (r < 0)
			control_answer_error(c, &err);
		else if (r > 0)
			answer_empty(c);
		else
			waiting = true;
		if (r != 0)
			control_resume(c);
	}
	return waiting;
}
