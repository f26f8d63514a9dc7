/* Where a service is announced, and which of these sites are silent: for what is said of them. */
#include <string.h>

#include "base/strbuf.h"
#include "controller/columns.h"
#include "controller/standing.h"

/* Sites that a refusal names. */
#define SITES_NAMED 8

struct reach
standings_reach(const struct standings *s)
{
	struct reach reach = { 0 };

	for (size_t i = 0; i < s->count; i++)
		reach.sites += s->items[i].announced;
	reach.touched = reach.sites;
	if (s->count > 0)
		reach.max_change_percent = s->items[0].max_change_percent;
	return reach;
}

static bool
is_silent(const struct standing *s)
{
	return s->announced && !s->heard;
}

struct names {
	struct strbuf text;
	size_t count; /* the text has the first of them */
};

/* The next name; false: there are enough. */
static bool
add_name(struct names *n, const struct standing *s)
{
	if (n->count++ >= SITES_NAMED)
		return false;
	strbuf_addf(&n->text, "%s%s", n->count > 1 ? ", " : "", s->site_name);
	return true;
}

static char *
take_names(struct names *n)
{
	if (n->count == 0)
		return NULL;
	if (n->count > SITES_NAMED)
		strbuf_addf(&n->text, " and %zu more", n->count - SITES_NAMED);
	return strbuf_take(&n->text);
}

char *
standings_announced_at(const struct standings *s)
{
	char since[TIME_TEXT_SIZE];
	struct names names = { 0 };

	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].announced && add_name(&names, &s->items[i]) &&
		    is_silent(&s->items[i]))
			strbuf_addf(&names.text, " (silent since %s)",
			    time_text(s->items[i].heard_at, since));
	}
	return take_names(&names);
}

char *
standings_awaited(const struct standings *s, const char *service)
{
	struct names names = { 0 };

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].service, service) == 0 && s->items[i].best == HOST_AWAITED)
			(void)add_name(&names, &s->items[i]);
	}
	return take_names(&names);
}

char *
standings_silent(const struct standings *s, const char *service)
{
	char since[TIME_TEXT_SIZE];
	struct names names = { 0 };

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].service, service) == 0 && is_silent(&s->items[i]) &&
		    add_name(&names, &s->items[i]))
			strbuf_addf(
			    &names.text, " since %s", time_text(s->items[i].heard_at, since));
	}
	return take_names(&names);
}
