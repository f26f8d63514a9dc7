/* What the control socket can be asked for; nearcastd(8) has the list. */
#include "agent/agent_internal.h"
#include "agent/request.h"

static json_t *
answer_status(void *userdata, const json_t *request, struct err *e)
{
	(void)request;
	(void)e;
	return agent_status(userdata);
}

/* clang-format off */
static const struct request_command commands[] = {
	{ "status", answer_status, { { 0 } } },
};
/* clang-format on */

void
agent_answer(void *userdata, const char *request, struct strbuf *reply)
{
	request_answer(commands, ARRAY_SIZE(commands), userdata, request, reply);
}
