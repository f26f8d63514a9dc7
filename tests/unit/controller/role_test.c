/* The rules in words, against the table. */
#include "controller/role.h"

#include "tap.h"

#define EACH(type, x, count) for (type x = 0; x < (count); x++)

TEST(nobody_does_anything_without_a_token)
{
	EACH(enum action, action, ACTION_COUNT)
	EACH(enum belongs, belongs, 3)
	CHECK_INT(role_may(ROLE_NONE, action, belongs),
	    action == ACTION_BE_WELL ? ROLE_ALLOWED : ROLE_UNKNOWN_CALLER);
}

TEST(what_is_another_projects_is_not_there)
{
	EACH(enum role, role, ROLE_ADMINISTRATOR)
	{
		if (role == ROLE_NONE)
			continue;
		CHECK_INT(role_may(role, ACTION_SEE, BELONGS_OTHER), ROLE_HIDDEN);
		CHECK(role_may(role, ACTION_CHANGE, BELONGS_OTHER) != ROLE_ALLOWED);
		CHECK_INT(role_may(role, ACTION_SEE_AUDIT, BELONGS_OTHER), ROLE_HIDDEN);
	}
}

TEST(only_an_administrator_changes_places_and_tokens)
{
	EACH(enum role, role, ROLE_COUNT)
	EACH(enum belongs, belongs, 3)
	{
		bool may = role == ROLE_ADMINISTRATOR;

		CHECK_INT(role_may(role, ACTION_CHANGE_PLACES, belongs) == ROLE_ALLOWED, may);
		CHECK_INT(role_may(role, ACTION_MANAGE_TOKENS, belongs) == ROLE_ALLOWED, may);
	}
}

TEST(only_the_host_itself_speaks_for_it)
{
	EACH(enum role, role, ROLE_COUNT)
	EACH(enum belongs, belongs, 3)
	CHECK_INT(role_may(role, ACTION_AGENT, belongs) == ROLE_ALLOWED,
	    role == ROLE_HOST && belongs == BELONGS_OWN);
}

TEST(a_host_does_nothing_else)
{
	EACH(enum action, action, ACTION_COUNT)
	{
		if (action == ACTION_BE_WELL || action == ACTION_AGENT)
			continue;
		EACH(enum belongs, belongs, 3)
		CHECK(role_may(ROLE_HOST, action, belongs) != ROLE_ALLOWED);
	}
}

TEST(whoever_may_change_may_see)
{
	EACH(enum role, role, ROLE_COUNT)
	EACH(enum belongs, belongs, 3)
	{
		if (role_may(role, ACTION_CHANGE, belongs) == ROLE_ALLOWED)
			CHECK_INT(role_may(role, ACTION_SEE, belongs), ROLE_ALLOWED);
		if (role_may(role, ACTION_CHANGE_PLACES, belongs) == ROLE_ALLOWED)
			CHECK_INT(role_may(role, ACTION_SEE_PLACES, belongs), ROLE_ALLOWED);
	}
}

TEST(a_viewer_changes_nothing)
{
	EACH(enum belongs, belongs, 3)
	CHECK(role_may(ROLE_VIEWER, ACTION_CHANGE, belongs) != ROLE_ALLOWED);
}

TEST(names_of_roles_that_a_token_can_have)
{
	enum role role = ROLE_NONE;

	CHECK(role_parse("administrator", &role));
	CHECK_INT(role, ROLE_ADMINISTRATOR);
	CHECK(role_parse("operator", &role) && role == ROLE_OPERATOR);
	CHECK(role_parse("viewer", &role) && role == ROLE_VIEWER);
	CHECK(!role_parse("host", &role));
	CHECK(!role_parse("none", &role));
	CHECK(!role_parse("Administrator", &role));
	CHECK_STR(role_name(ROLE_HOST), "host");
}
