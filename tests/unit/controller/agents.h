/* Hosts that have joined: places.h, with a Global IP for web and the credential of each host. */
#pragma once

#include "places.h"

#define HOSTS 3

struct agents {
	struct asker a;
	char tokens[HOSTS][64]; /* of am6-1, ny5-1, sg1-1 */
	char ids[HOSTS][STORE_ID_MAX];
};

bool agents_init(struct agents *g);
void agents_done(struct agents *g);
/* As that host; path after /agent/v1/. */
unsigned agent_ask(
    struct agents *g, unsigned host, const char *method, const char *path, const char *body);
#define AGENT(g, status, ...)                                                                      \
	do {                                                                                       \
		unsigned got_ = agent_ask((g), __VA_ARGS__);                                       \
		if (got_ != (status))                                                              \
			ask_complain(&(g)->a, __FILE__, __LINE__, got_, (status));                 \
	} while (0)
/* Whether the last request rang the host. */
bool agent_was_rung(struct agents *g, unsigned host);
