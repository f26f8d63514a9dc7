/* The checks of a scenario's steps. */
#include "lab/scenario_check.h"

#include <string.h>

static const char *const PROCESSES[] = { "nginx", "nearcastd", NULL };

/* All structs of steps begin with it; called only for those that stand in the file. */
void
scenario_check_present(struct conf *c _unused_, void *object)
{
	bool *present = object;

	*present = true;
}

void
scenario_check_step(struct conf *c, void *object)
{
	struct scenario_step *step = object;
	const struct {
		enum scenario_step_kind kind;
		bool present;
	} kinds[] = {
		{ STEP_UNICAST, step->unicast.present },
		{ STEP_ANNOUNCE, step->announce.present },
		{ STEP_ROUTES, step->routes.present },
		{ STEP_ANYCAST, step->anycast.present },
		{ STEP_TRACE, step->trace.present },
		{ STEP_FAIL, step->fail.present },
		{ STEP_WAIT, conf_is_set(c, &step->wait) },
	};
	unsigned count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].present) {
			step->kind = kinds[i].kind;
			count++;
		}
	}
	if (count != 1)
		scenario_wrong(c, &step->name,
		    "a step does one thing, this one has %u; expected one of unicast, announce, "
		    "routes, anycast, trace, fail and wait",
		    count);
}

static void
check_clients(struct conf *c, const struct scenario *s, const struct conf_list *clients)
{
	const char *const *names = clients->items;

	for (size_t i = 0; i < clients->count; i++)
		(void)scenario_check_known(
		    c, &names[i], "client", &s->clients, sizeof(struct scenario_client));
}

/* Whether a step with these clients (none named: all) asks this one. */
static bool
takes_part(const struct conf_list *clients, const char *client)
{
	for (size_t i = 0; i < clients->count; i++) {
		if (strcmp(scenario_str(clients, i), client) == 0)
			return true;
	}
	return clients->count == 0;
}

static void
check_landings(struct conf *c, const struct scenario *s, const struct conf_list *clients,
    const struct conf_list *expect)
{
	scenario_each (l, expect, struct scenario_landing) {
		if (scenario_check_known(
			c, &l->client, "client", &s->clients, sizeof(struct scenario_client)) &&
		    !takes_part(clients, l->client))
			scenario_wrong(
			    c, &l->client, "%s is not among the clients of this step", l->client);
		(void)scenario_check_known(
		    c, &l->site, "site", &s->sites, sizeof(struct scenario_site));
	}
}

static void
check_hosts(struct conf *c, const struct scenario *s, const struct conf_list *hosts)
{
	const char *const *names = hosts->items;

	for (size_t i = 0; i < hosts->count; i++)
		(void)scenario_check_host(c, s, &names[i]);
}

static bool
is_router(const struct scenario *s, const char *name)
{
	scenario_each (net, &s->networks, struct scenario_network) {
		for (size_t i = 0; i < net->cities.count; i++) {
			const char *city = scenario_str(&net->cities, i);

			if (str_starts_with(name, city) && name[strlen(city)] == '.' &&
			    strcmp(name + strlen(city) + 1, net->name) == 0)
				return true;
		}
	}
	return false;
}

static void
check_routers(struct conf *c, const struct scenario *s, const struct conf_list *routers)
{
	const char *const *names = routers->items;

	for (size_t i = 0; i < routers->count; i++) {
		if (!is_router(s, names[i]))
			scenario_wrong(c, &names[i],
			    "no router is called \"%s\"; expected CITY.NETWORK, as %s.%s", names[i],
			    scenario_str(
				&scenario_at(&s->networks, struct scenario_network, 0)->cities, 0),
			    scenario_at(&s->networks, struct scenario_network, 0)->name);
	}
}

static void
check_family(struct conf *c, const struct scenario *s, const int *family)
{
	if (!scenario_family_used(s, *family, IP_V4) && !scenario_family_used(s, *family, IP_V6))
		scenario_wrong(c, family, "the lab does without this family (see families)");
}

static void
check_fail(struct conf *c, const struct scenario *s, const struct scenario_fail *f)
{
	(void)scenario_check_host(c, s, &f->host);
	(void)scenario_check_known(
	    c, &f->client, "client", &s->clients, sizeof(struct scenario_client));
	if (strcmp(f->process, PROCESSES[0]) != 0 && strcmp(f->process, PROCESSES[1]) != 0)
		scenario_wrong(c, &f->process,
		    "no process of a host is called \"%s\"; expected %s or %s", f->process,
		    PROCESSES[0], PROCESSES[1]);
	if (f->expect.present) {
		const struct scenario_site *site = NULL;

		(void)scenario_check_known(
		    c, &f->expect.lands, "site", &s->sites, sizeof(struct scenario_site));
		/* an answer that was under way at the kill would make it look true */
		if (f->expect.lands != NULL && scenario_host(s, f->host, &site) != NULL &&
		    strcmp(site->name, f->expect.lands) == 0 && site->hosts.count == 1)
			scenario_wrong(c, &f->expect.lands,
			    "%s has no other host than %s, which dies; expected another site",
			    f->expect.lands, f->host);
		if (f->expect.withdraw_within.ns > 0 && strcmp(f->process, PROCESSES[1]) == 0)
			scenario_wrong(c, &f->expect.withdraw_within,
			    "a nearcastd that is killed withdraws nothing: its sessions end");
		(void)scenario_check_known(
		    c, &f->expect.returns, "site", &s->sites, sizeof(struct scenario_site));
	}
	check_family(c, s, &f->family);
}

static void
check_step(struct conf *c, const struct scenario *s, const struct scenario_step *step)
{
	switch (step->kind) {
	case STEP_UNICAST:
		check_clients(c, s, &step->unicast.clients);
		check_family(c, s, &step->unicast.family);
		break;
	case STEP_ANNOUNCE:
		check_hosts(c, s, &step->announce.hosts);
		break;
	case STEP_ROUTES:
		check_routers(c, s, &step->routes.from);
		check_family(c, s, &step->routes.family);
		break;
	case STEP_ANYCAST:
		check_clients(c, s, &step->anycast.clients);
		check_landings(c, s, &step->anycast.clients, &step->anycast.expect);
		check_family(c, s, &step->anycast.family);
		break;
	case STEP_TRACE:
		check_clients(c, s, &step->trace.clients);
		check_landings(c, s, &step->trace.clients, &step->trace.expect);
		check_family(c, s, &step->trace.family);
		break;
	case STEP_FAIL:
		check_fail(c, s, &step->fail);
		break;
	case STEP_WAIT:
		break;
	}
	if (step->kind != STEP_WAIT && s->sites.count == 0)
		scenario_wrong(
		    c, &step->name, "a scenario without sites has nothing to play; expected sites");
	else if (step->kind != STEP_WAIT && s->clients.count == 0)
		scenario_wrong(c, &step->name,
		    "a scenario without clients has nothing to play; expected clients");
}

void
scenario_check_steps(struct conf *c, const struct scenario *s)
{
	scenario_each (step, &s->steps, struct scenario_step)
		check_step(c, s, step);
}
