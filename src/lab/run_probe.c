#include "lab/run_probe.h"

static const char *const *
make_argv(const struct run *run, uint32_t times, const char *const *urls)
{
	size_t count = 0, n = 0;

	while (urls[count])
		count++;

	const char **argv = arena_alloc(run->arena, (count + 6) * sizeof(*argv));

	argv[n++] = "nearcast";
	argv[n++] = "probe";
	argv[n++] = "-n";
	argv[n++] = arena_printf(run->arena, "%u", times);
	for (size_t i = 0; i < count; i++)
		argv[n++] = urls[i];
	argv[n++] = "--json";
	return argv;
}

int
run_probe(struct run *run, const struct conf_list *clients, uint32_t times,
    const char *const *urls, json_t *result, struct run_probe *ret)
{
	const char *const *argv = make_argv(run, times, urls);
	json_t *commands = json_array();
	struct run_probe p = { 0 };

	p.clients = run_clients(run, clients, &p.count);
	p.jobs = arena_alloc(run->arena, p.count * sizeof(*p.jobs));
	p.docs = arena_alloc(run->arena, p.count * sizeof(json_t *));
	json_object_set_new(result, "commands", commands);
	for (size_t i = 0; i < p.count; i++) {
		p.jobs[i] = (struct gather_job){ .node = p.clients[i], .argv = argv };
		run_add_command(commands, p.clients[i], argv);
	}
	*ret = p;
	return run_gather_json(run, p.jobs, p.count, DURATION_S(60), p.docs);
}

void
run_probe_done(struct run_probe *p)
{
	for (size_t i = 0; i < p->count; i++) {
		json_decref(p->docs[i]);
		gather_job_done(&p->jobs[i]);
	}
	*p = (struct run_probe){ 0 };
}
