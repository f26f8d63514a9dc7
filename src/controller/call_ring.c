#include "controller/call.h"

#include <stdio.h>

void
call_ring(struct call *c, const char *topic)
{
	topics_add(&c->response->topics, topic);
}

static void
write_host_topic(const char *id, char topic[static TOPIC_SIZE])
{
	(void)snprintf(topic, TOPIC_SIZE, "host:%s", id);
}

void
call_ring_host(struct call *c, const char *id)
{
	char topic[TOPIC_SIZE];

	write_host_topic(id, topic);
	call_ring(c, topic);
}

void
call_wait_host(struct call *c)
{
	if (c->request->wait > 0)
		write_host_topic(c->caller.id, c->response->wait_topic);
}
