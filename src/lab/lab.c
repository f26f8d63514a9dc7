/*
 * The public calls that are one request to a running lab; lab/up.c and lab/spawn.c have the others.
 */
#include "lab/lab.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "lab/client.h"
#include "lab/spawn.h"

/* After the end of a lab's connections its supervisor has this long to be gone. */
#define GONE_TIMEOUT_MS 30000

static void
add_name(const char *name, void *userdata)
{
	struct lab_names *n = userdata;

	/* One more than there are, for the NULL. */
	n->items = grow_array(n->items, n->count + 1, &n->cap, sizeof(*n->items));
	n->items[n->count++] = xstrdup(name);
	n->items[n->count] = NULL;
}

int
lab_list(struct lab_names *ret, struct err *err)
{
	*ret = (struct lab_names){ 0 };
	return lab_dir_each(add_name, ret, err);
}

void
lab_names_done(struct lab_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	*names = (struct lab_names){ 0 };
}

static int
refuse_to_choose(const struct lab_names *names, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf list = { 0 };

	for (size_t i = 0; i < names->count; i++)
		strbuf_addf(&list, "%s%s", i > 0 ? ", " : "", names->items[i]);
	return err_set(
	    err, -ENOTUNIQ, "several labs are running (%s): say which", strbuf_get(&list));
}

/* No name: the only one. A name that is not there: which may have been meant. */
static int
open_dir(const char *name, const struct lab_names *names, struct lab_dir *ret, struct err *err)
{
	if (name == NULL && names->count == 0)
		return err_set(err, -ENOENT, "no lab is running; nearcast lab up FILE starts one");
	if (name == NULL && names->count > 1)
		return refuse_to_choose(names, err);

	int r = lab_dir_open(name != NULL ? name : names->items[0], ret, err);
	const char *nearest = r == -ENOENT && names->count > 0
				  ? str_nearest(name, (const char *const *)names->items)
				  : NULL;

	return nearest != NULL
	    ? err_set(err, r, "no lab %s is running; did you mean %s?", name, nearest)
	    : r;
}

int
lab_connect(const char *name, struct lab **ret, struct err *err)
{
	_cleanup_(lab_names_done) struct lab_names names = { 0 };
	_cleanup_(lab_dir_done) struct lab_dir dir = LAB_DIR_INIT;
	int r = lab_list(&names, err);

	if (r == 0)
		r = open_dir(name, &names, &dir, err);
	if (r == 0)
		r = client_connect(name != NULL ? name : names.items[0], &dir, ret, err);
	return r;
}

/*
 * Waits for the supervisor, and so for all that lived in its lab, and removes what is left of its
 * folder.
 */
static int
wait_until_gone(struct lab *lab, struct err *err)
{
	struct pollfd gone = { .fd = lab->pidfd, .events = POLLIN };
	int n = 1;

	if (lab->pidfd >= 0)
		do
			n = poll(&gone, 1, GONE_TIMEOUT_MS);
		while (n < 0 && errno == EINTR);
	if (n == 0)
		return err_set(err, -ETIMEDOUT,
		    "the lab %s does not end; its supervisor is process %d", lab->name,
		    (int)lab->supervisor);
	if (lab->is_child)
		(void)waitpid(lab->supervisor, NULL, 0);
	lab->is_child = false;
	return lab_dir_each(NULL, NULL, err);
}

void
lab_close(struct lab *lab)
{
	if (lab == NULL)
		return;
	spawn_end_all(lab);
	close(lab->fd);
	if (lab->lifeline >= 0) {
		close(lab->lifeline);
		(void)wait_until_gone(lab, NULL);
	}
	if (lab->pidfd >= 0)
		close(lab->pidfd);
	strbuf_done(&lab->in);
	lab_dir_done(&lab->dir);
	free(lab->name);
	free(lab);
}

void
lab_closep(struct lab **lab)
{
	lab_close(*lab);
}

int
lab_down(struct lab *lab, struct err *err)
{
	spawn_end_all(lab); /* the kernel would wait for us to reap them */
	int r = client_ask(lab, json_pack("{s:s}", "command", "down"), NULL, NULL, NULL, err);
	/* There is no answer but the end. */
	if (r < 0 && r != -ECONNRESET)
		return r;
	return wait_until_gone(lab, err);
}

bool
lab_has_ended(const struct lab *lab, struct duration patience)
{
	struct pollfd p = { .fd = lab->fd, .events = POLLRDHUP };

	return poll(&p, 1, (int)duration_ms(patience)) > 0 && (p.revents & (POLLRDHUP | POLLHUP));
}

const char *
lab_name(const struct lab *lab)
{
	return lab->name;
}

const char *
lab_directory(const struct lab *lab)
{
	return lab->dir.path;
}

int
lab_status(struct lab *lab, json_t **ret, struct err *err)
{
	int r = client_ask(lab, json_pack("{s:s}", "command", "status"), ret, NULL, NULL, err);

	/* Its own name for itself is 1. */
	if (r == 0)
		(void)json_object_set_new(*ret, "pid", json_integer(lab->supervisor));
	return r;
}

int
lab_process_start(struct lab *lab, const char *node, const char *process, struct err *err)
{
	return client_ask(lab,
	    json_pack(
		"{s:s, s:s, s:s}", "command", "process-start", "node", node, "process", process),
	    NULL, NULL, NULL, err);
}

int
lab_process_wait_ready(struct lab *lab, const char *node, const char *process,
    struct duration timeout, struct err *err)
{
	return client_ask(lab,
	    json_pack("{s:s, s:s, s:s, s:I}", "command", "process-wait", "node", node, "process",
		process, "timeout_ms", (json_int_t)duration_ms(timeout)),
	    NULL, NULL, NULL, err);
}

/* For the requests that are answered with a time. */
static int
ask_for_time(struct lab *lab, json_t *request, int64_t *ret_wall_ns, struct err *err)
{
	json_t *answer;
	int r = client_ask(lab, request, &answer, NULL, NULL, err);

	if (r < 0)
		return r;
	if (ret_wall_ns != NULL)
		*ret_wall_ns = json_integer_value(json_object_get(answer, "at_wall_ns"));
	json_decref(answer);
	return 0;
}

int
lab_process_kill(struct lab *lab, const char *node, const char *process, int signo,
    int64_t *ret_wall_ns, struct err *err)
{
	return ask_for_time(lab,
	    json_pack("{s:s, s:s, s:s, s:i}", "command", "process-kill", "node", node, "process",
		process, "signal", signo),
	    ret_wall_ns, err);
}

int
lab_link_set(struct lab *lab, size_t link, bool up, int64_t *ret_wall_ns, struct err *err)
{
	return ask_for_time(lab,
	    json_pack("{s:s, s:I, s:b}", "command", "link", "index", (json_int_t)link, "up", up),
	    ret_wall_ns, err);
}
