/*
 * Who may do what: one table of roles and actions.
 *
 * An administrator may do everything. An operator works in the project of its token: orders
 * addresses, places services, drains. A viewer sees a project, or, with a token of no project, all
 * of them. A host speaks for itself alone. Whether something is somebody's own is decided by the
 * caller, who knows the object; what a role may do with what is not its own stands here, too.
 *
 * An object that somebody may not even see does not exist for him: the answer is 404, so that
 * nobody learns names by asking (role_answer()).
 */
#pragma once

#include <stdbool.h>

enum role {
	ROLE_NONE, /* without a token */
	ROLE_HOST,
	ROLE_VIEWER,
	ROLE_OPERATOR,
	ROLE_ADMINISTRATOR,
	ROLE_COUNT,
};

/* Groups of routes; every route names one. */
enum action {
	ACTION_BE_WELL,       /* health, the description of the API */
	ACTION_SEE,           /* objects of a project */
	ACTION_CHANGE,        /* orders, services, drains of a project */
	ACTION_SEE_PLACES,    /* sites, and hosts and pools that are no other project's */
	ACTION_CHANGE_PLACES, /* sites, hosts, pools, projects */
	ACTION_SEE_AUDIT,     /* of a project; all of it only with a token of no project */
	ACTION_MANAGE_TOKENS, /* all tokens */
	ACTION_AGENT,         /* what a host says and asks */
	ACTION_COUNT,
};

/* What the object is to who asks. */
enum belongs {
	BELONGS_OWN,    /* to its project (all, with a token of none); to this host */
	BELONGS_OTHER,  /* to another */
	BELONGS_NOBODY, /* it is of no project */
};

enum verdict_of_role {
	ROLE_ALLOWED,
	ROLE_UNKNOWN_CALLER, /* 401 */
	ROLE_FORBIDDEN,      /* 403 */
	ROLE_HIDDEN,         /* 404 */
};

enum verdict_of_role role_may(enum role role, enum action action, enum belongs belongs);
/* "administrator", "operator", "viewer", "host", "none" */
const char *role_name(enum role role);
/* False: there is no such role, or none that a token can have. */
bool role_parse(const char *text, enum role *ret);
