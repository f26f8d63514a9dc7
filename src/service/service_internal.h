/* Between the files of a service: service.c takes events, decide.c weighs. */
#pragma once

#include "service/service.h"

struct service_decision {
	enum stage stage;
	bool known;      /* rests on evidence, not on the lack of it */
	bool definitive; /* needs nobody's leave */
	char why[WHY_MAX];
};

/* The stage that the evidence on one address asks for. */
struct service_decision service_decide(const struct service *s, size_t i);
bool service_run_covers(const struct service_run *run, size_t address);
