#include "controller/call.h"

#include <string.h>

#include "controller/routes.h"

int
call_hidden(struct call *c)
{
	return call_not_found_first(c,
	    strstr(c->route->path, "{project}") != NULL ? "project" : "object");
}

int
call_may(struct call *c, enum action action, const char *project)
{
	enum belongs belongs = BELONGS_OTHER;

	/* what a host says and asks is about itself */
	if (c->caller.role == ROLE_HOST && action == ACTION_AGENT)
		belongs = BELONGS_OWN;
	/* a token for no project in particular is for all */
	else if (c->caller.project[0] == '\0' && c->caller.role >= ROLE_VIEWER)
		belongs = BELONGS_OWN;
	else if (*project == '\0')
		belongs = BELONGS_NOBODY;
	else if (strcmp(project, c->caller.project) == 0)
		belongs = BELONGS_OWN;
	switch (role_may(c->caller.role, action, belongs)) {
	case ROLE_ALLOWED:
		return 0;
	case ROLE_UNKNOWN_CALLER:
		return call_problem_about(c, PROBLEM_UNKNOWN_CALLER, "Authorization",
		    "Authorization: Bearer and a token are needed");
	case ROLE_HIDDEN:
		return call_hidden(c);
	case ROLE_FORBIDDEN:
		break;
	}
	return call_problem(
	    c, PROBLEM_FORBIDDEN, "role %s does not allow this", role_name(c->caller.role));
}
