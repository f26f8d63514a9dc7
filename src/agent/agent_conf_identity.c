/* Where the agent says who answers at a Global IP: keys, and what stands against them. */
#include "agent/agent_conf.h"

#include "proto/identity/identity.h"

#define TEXT_OF(number) #number
#define DECIMAL(number) TEXT_OF(number)

/* clang-format off */
#define AT(field) .offset = offsetof(struct agent_identity, field)
static const struct conf_field fields[] = {
	{ .key = "enabled", .type = CONF_BOOL, AT(enabled), .flags = CONF_LIVE, .def = "true",
	  .doc = "whether it is told at all" },
	{ .key = "port", .type = CONF_U32, AT(port), .flags = CONF_LIVE, .def = DECIMAL(IDENTITY_PORT),
	  .min = 1, .max = UINT16_MAX, .doc = "the UDP port on which it is asked" },
	{ .key = "reverse-trace", .type = CONF_BOOL, AT(reverse_trace), .flags = CONF_LIVE, .def = "false",
	  .doc = "whether who asks may have the way back to itself traced" },
};
#undef AT
/* clang-format on */
const struct conf_schema agent_identity_schema =
    CONF_SCHEMA("identity", struct agent_identity, fields);

/* Both would be bound there, and the listener watch would take ours for the service's. */
void
agent_conf_check_identity(struct conf *c, const struct agent_conf *conf)
{
	const struct agent_service *services = conf->services.items;

	for (size_t i = 0; i < conf->services.count && conf->identity.enabled; i++) {
		const char *const *texts = services[i].listen.items;

		for (size_t k = 0; services[i].listens && k < services[i].listen.count; k++) {
			const struct agent_listen *l = &services[i].listens[k];

			if (l->transport == AGENT_UDP && l->port == conf->identity.port)
				conf_error_at(c, &texts[k],
				    "the agent itself listens there (identity: {port: %u}); "
				    "give it another port, or enabled: false",
				    conf->identity.port);
		}
	}
}
