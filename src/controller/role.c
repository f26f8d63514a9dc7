#include "controller/role.h"

#include <string.h>

/* In the order: own, other's, nobody's. */
struct row {
	enum verdict_of_role by[3];
};

#define YES ROLE_ALLOWED
#define WHO ROLE_UNKNOWN_CALLER
#define NO ROLE_FORBIDDEN
#define NIL ROLE_HIDDEN

/* clang-format off */
static const struct row table[ROLE_COUNT][ACTION_COUNT] = {
	/*                                               own  other nobody's */
	[ROLE_NONE] = {
		[ACTION_BE_WELL] =       { { YES, YES, YES } },
		[ACTION_SEE] =           { { WHO, WHO, WHO } },
		[ACTION_CHANGE] =        { { WHO, WHO, WHO } },
		[ACTION_SEE_PLACES] =    { { WHO, WHO, WHO } },
		[ACTION_CHANGE_PLACES] = { { WHO, WHO, WHO } },
		[ACTION_SEE_AUDIT] =     { { WHO, WHO, WHO } },
		[ACTION_MANAGE_TOKENS] = { { WHO, WHO, WHO } },
		[ACTION_AGENT] =         { { WHO, WHO, WHO } },
	},
	[ROLE_HOST] = {
		[ACTION_BE_WELL] =       { { YES, YES, YES } },
		[ACTION_SEE] =           { { NO,  NIL, NO  } },
		[ACTION_CHANGE] =        { { NO,  NIL, NO  } },
		[ACTION_SEE_PLACES] =    { { NO,  NIL, NO  } },
		[ACTION_CHANGE_PLACES] = { { NO,  NIL, NO  } },
		[ACTION_SEE_AUDIT] =     { { NO,  NIL, NO  } },
		[ACTION_MANAGE_TOKENS] = { { NO,  NIL, NO  } },
		[ACTION_AGENT] =         { { YES, NIL, NO  } },
	},
	[ROLE_VIEWER] = {
		[ACTION_BE_WELL] =       { { YES, YES, YES } },
		[ACTION_SEE] =           { { YES, NIL, NO  } },
		[ACTION_CHANGE] =        { { NO,  NIL, NO  } },
		[ACTION_SEE_PLACES] =    { { YES, YES, YES } },
		[ACTION_CHANGE_PLACES] = { { NO,  NO,  NO  } },
		[ACTION_SEE_AUDIT] =     { { YES, NIL, NO  } },
		[ACTION_MANAGE_TOKENS] = { { NO,  NO,  NO  } },
		[ACTION_AGENT] =         { { NO,  NO,  NO  } },
	},
	[ROLE_OPERATOR] = {
		[ACTION_BE_WELL] =       { { YES, YES, YES } },
		[ACTION_SEE] =           { { YES, NIL, NO  } },
		[ACTION_CHANGE] =        { { YES, NIL, NO  } },
		[ACTION_SEE_PLACES] =    { { YES, YES, YES } },
		[ACTION_CHANGE_PLACES] = { { NO,  NO,  NO  } },
		[ACTION_SEE_AUDIT] =     { { YES, NIL, NO  } },
		[ACTION_MANAGE_TOKENS] = { { NO,  NO,  NO  } },
		[ACTION_AGENT] =         { { NO,  NO,  NO  } },
	},
	[ROLE_ADMINISTRATOR] = {
		[ACTION_BE_WELL] =       { { YES, YES, YES } },
		[ACTION_SEE] =           { { YES, YES, YES } },
		[ACTION_CHANGE] =        { { YES, YES, YES } },
		[ACTION_SEE_PLACES] =    { { YES, YES, YES } },
		[ACTION_CHANGE_PLACES] = { { YES, YES, YES } },
		[ACTION_SEE_AUDIT] =     { { YES, YES, YES } },
		[ACTION_MANAGE_TOKENS] = { { YES, YES, YES } },
		[ACTION_AGENT] =         { { NO,  NO,  NO  } },
	},
};
/* clang-format on */

static const char *const names[ROLE_COUNT] = {
	[ROLE_NONE] = "none",
	[ROLE_HOST] = "host",
	[ROLE_VIEWER] = "viewer",
	[ROLE_OPERATOR] = "operator",
	[ROLE_ADMINISTRATOR] = "administrator",
};

enum verdict_of_role
role_may(enum role role, enum action action, enum belongs belongs)
{
	return table[role][action].by[belongs];
}

const char *
role_name(enum role role)
{
	return names[role];
}

bool
role_parse(const char *text, enum role *ret)
{
	for (enum role role = ROLE_VIEWER; role < ROLE_COUNT; role++) {
		if (strcmp(text, names[role]) == 0) {
			*ret = role;
			return true;
		}
	}
	return false;
}
