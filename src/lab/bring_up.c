#include "lab/bring_up.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/netlink.h"
#include "lab/passed_sockets.h"

static int
make_nodes(struct supervisor *s, struct err *err)
{
	const struct lab_plan *plan = s->plan;

	s->nodes = xcalloc(plan->node_count, sizeof(*s->nodes));
	for (size_t i = 0; i < plan->node_count; i++) {
		int r = node_make(&s->nodes[i], plan, i, err);

		if (r < 0)
			return r;
		s->process_count += plan->nodes[i].process_count;
	}
	supervisor_say(s, "%zu nodes", plan->node_count);
	return 0;
}

static int
make_links(struct supervisor *s, struct err *err)
{
	const struct lab_plan *plan = s->plan;

	s->links = xcalloc(plan->link_count, sizeof(*s->links));
	for (size_t i = 0; i < plan->link_count; i++) {
		int r = link_make(&s->links[i], plan, i, s->nodes, s->fabric, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < plan->node_count; i++) {
		int r = node_configure(&s->nodes[i], err);

		if (r < 0)
			return r;
	}
	supervisor_say(s, "%zu links", plan->link_count);
	return 0;
}

static _noreturn_ void
delay_line_main(struct delay_line *line)
{
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, "nearcast-delay");
	int r = delay_line_run(line);
	log_error("the delay line: %s", strerror(-r));
	_exit(1);
}

static int
start_delay_line(struct supervisor *s, struct err *err)
{
	size_t count = 0, bytes = MAX(s->plan->link_count, 1u) * 2 * sizeof(*s->counts);
	_cleanup_(freep) struct delay_line_link *delayed = xcalloc(s->plan->link_count, sizeof(*delayed));
	struct delay_line *line;

	s->counts = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->counts == MAP_FAILED)
		return err_errno(err, -errno, "map the counters of the links");
	for (size_t i = 0; i < s->plan->link_count; i++) {
		struct link *l = &s->links[i];

		if (link_is_delayed(l))
			delayed[count++] = (struct delay_line_link){
				.ifindex = { l->fabric_index[0], l->fabric_index[1] },
				.delay = { l->plan->delay, l->plan->delay },
				.counts = &s->counts[2 * i],
			};
	}
	if (count == 0)
		return 0;
	int r = delay_line_open(delayed, count, &line, err);
	if (r < 0)
		return r;
	pid_t pid = fork();
	if (pid == 0)
		delay_line_main(line);
	delay_line_free(line);
	if (pid < 0)
		return err_errno(err, -errno, "fork the delay line");
	s->delay_line = pid;
	return 0;
}

static int
list_processes(struct supervisor *s, struct err *err)
{
	struct process *p = s->processes = xcalloc(s->process_count, sizeof(*p));

	for (size_t i = 0; i < s->plan->node_count; i++) {
		const struct lab_node *node = &s->plan->nodes[i];

		for (size_t k = 0; k < node->process_count; k++, p++) {
			int r;

			*p = (struct process){
				.plan = &node->processes[k],
				.node = &s->nodes[i],
				.state = node->processes[k].manual ? PROCESS_MANUAL : PROCESS_WAITING,
			};
			r = passed_sockets_open(p, s->nodes, s->socket, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int
bring_up_network(struct supervisor *s, struct err *err)
{
	int r = netlink_new(NETLINK_ROUTE, &s->fabric, err);

	if (r == 0)
		r = make_nodes(s, err);
	if (r == 0)
		r = make_links(s, err);
	if (r == 0)
		r = start_delay_line(s, err);
	return r == 0 ? list_processes(s, err) : r;
}

static int
fail(struct supervisor *s, const struct process *p, int code, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };

	process_describe_failure(p, &s->dir, &text);
	return err_set(err, code, "%s", strbuf_get(&text));
}

/* Gives 1 when it is ready, so that the next one of its node may start. */
static int
advance(struct supervisor *s, struct process *p, struct instant now, struct err *err)
{
	if (p->state == PROCESS_WAITING) {
		int r = supervisor_start_process(s, p, err);

		if (r < 0)
			return r;
	}
	switch (p->state) {
	case PROCESS_MANUAL:
	case PROCESS_READY:
		return 1;
	case PROCESS_STARTING:
		return instant_reached(p->deadline, now) ? fail(s, p, -ETIMEDOUT, err) : 0;
	case PROCESS_WAITING:
	case PROCESS_STOPPING:
	case PROCESS_ENDED:
	case PROCESS_FAILED:
		return fail(s, p, -ECHILD, err);
	}
	return 0;
}

int
bring_up_processes(struct supervisor *s, struct instant now, struct err *err)
{
	const struct node *blocked = NULL;
	int all = 1;

	for (size_t i = 0; i < s->process_count; i++) {
		struct process *p = &s->processes[i];

		if (p->node == blocked)
			continue;
		int r = advance(s, p, now, err);
		if (r < 0)
			return r;
		if (r == 0) {
			blocked = p->node;
			all = 0;
		}
	}
	return all;
}
