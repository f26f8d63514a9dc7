#include "agents.h"

#include "base/attr.h"
#include "tap.h"

static const char *const sites[HOSTS] = { "am6", "ny5", "sg1" };

static void
join(struct agents *g, unsigned host)
{
	char body[200];

	(void)snprintf(
	    body, sizeof(body), "{'site': '%s', 'host': '%s-1'}", sites[host], sites[host]);
	ASK(&g->a, 201, ADMIN, "POST", "/api/v1/join-tokens", body);
	(void)snprintf(body, sizeof(body), "{'token': '%s', 'name': '%s-1', 'agent_version': '1'}",
	    said(&g->a, "token"), sites[host]);
	ASK(&g->a, 201, NOBODY, "POST", "/agent/v1/join", body);
	(void)snprintf(g->tokens[host], sizeof(g->tokens[host]), "%s", said(&g->a, "credential"));
	(void)snprintf(body, sizeof(body), "/api/v1/hosts/%s-1", sites[host]);
	ASK(&g->a, 200, ADMIN, "GET", body, NULL);
	(void)snprintf(g->ids[host], sizeof(g->ids[host]), "%s", said(&g->a, "id"));
}

bool
agents_init(struct agents *g)
{
	char body[120];

	*g = (struct agents){ 0 };
	if (!places_init(&g->a))
		return false;
	ASK(&g->a, 201, ADMIN, "POST", "/api/v1/pools", "{'name': 'p', 'prefix': '192.0.2.0/24'}");
	ASK(&g->a, 201, OPERATOR, "POST", ALPHA "/global-ips", "{'quantity': 2}");
	(void)snprintf(
	    body, sizeof(body), "{'global_ips': ['%s'], 'min_sites': 1}", said(&g->a, "id"));
	g->a.if_match = "*";
	ASK(&g->a, 200, OPERATOR, "PATCH", ALPHA "/services/web", body);
	for (unsigned i = 0; i < HOSTS; i++)
		join(g, i);
	return tap_failures == 0;
}

void
agents_done(struct agents *g)
{
	asker_done(&g->a);
}

unsigned
agent_ask(struct agents *g, unsigned host, const char *method, const char *path, const char *body)
{
	char at[120];

	(void)snprintf(at, sizeof(at), "/agent/v1/%s", path);
	g->a.token = g->tokens[host];
	return ask(&g->a, NOBODY, method, at, body);
}

bool
agent_was_rung(struct agents *g, unsigned host)
{
	char topic[TOPIC_SIZE];

	(void)snprintf(topic, sizeof(topic), "host:%s", g->ids[host]);
	return said_topic(&g->a, topic) > 0;
}
