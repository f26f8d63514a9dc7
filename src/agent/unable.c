#include "agent/unable.h"

#include "io/check_run.h"

void
agent_each_unable(const struct agent_conf *conf,
    void (*fn)(void *userdata, const struct agent_service *service, const struct agent_check *check,
	const char *why),
    void *userdata)
{
	const struct agent_service *services = conf->services.items;

	for (size_t i = 0; i < conf->services.count; i++) {
		const struct agent_check *checks = services[i].checks.items;

		for (size_t k = 0; k < services[i].checks.count; k++) {
			struct err e = { 0 };

			if (check_run_able(&checks[k].spec, &e) < 0)
				fn(userdata, &services[i], &checks[k], e.message);
		}
	}
}
