#include "catching.h"

#include <string.h>

#include "controller/duty.h"

#include "tap.h"

/* Addresses of somebody, for whoever reads a capture of this: nothing is sent. */
#define BODY                                                                                       \
	"{'global_ip': '192.0.2.2', 'site': 'am6', 'contact': 'noc@example.net',"                  \
	" 'targets': ['9.9.9.0/24', '9.9.10.7', '9.9.11.7', '9.9.12.7'], 'seed': 7%s}"

char path[128], agents_path[128];

static char body[2000];

/* Seconds later a controller looks; the hosts are there. */
void
look(struct agents *g, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		struct duty_round r = {
			.holder = "one", .now = g->a.now += S, .events_kept = INT64_C(86400) * S
		};

		duties_do(g->a.store, &r);
		CHECK_STR(r.why, "");
		topics_done(&r.topics);
	}
}

void
all_there(struct agents *g)
{
	for (unsigned i = 0; i < HOSTS; i++)
		AGENT(g, 200, i, "POST", "report", "{'run': 'r', 'services': []}");
}

const char *
wanted(const char *more)
{
	(void)snprintf(body, sizeof(body), BODY, more);
	return body;
}

void
begin(struct agents *g, const char *more)
{
	all_there(g);
	ASK(&g->a, 201, OPERATOR, "POST", CATCHMENTS, wanted(more));
	(void)snprintf(path, sizeof(path), CATCHMENTS "/%s", said(&g->a, "id"));
	(void)snprintf(agents_path, sizeof(agents_path), "catchments/%s", said(&g->a, "id"));
}

/* What a host says, and what it is told. */
const char *
say(struct agents *g, unsigned host, int sequence, const char *state, const char *more)
{
	(void)snprintf(body, sizeof(body), "{'session': 's', 'sequence': %d, 'state': '%s'%s}",
	    sequence, state, more);
	AGENT(g, 200, host, "POST", agents_path, body);
	return said(&g->a, "order");
}

const char *
state(struct agents *g)
{
	ASK(&g->a, 200, VIEWER, "GET", path, NULL);
	return said(&g->a, "state");
}

void
all_listen(struct agents *g)
{
	for (unsigned i = 0; i < HOSTS; i++)
		(void)say(g, i, 1, "listening", "");
}

void
all_end(struct agents *g, int sequence)
{
	for (unsigned i = 0; i < HOSTS; i++)
		CHECK_STR(say(g, i, sequence, "ended", ""), "end");
}
