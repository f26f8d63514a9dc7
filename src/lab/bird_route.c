#include "lab/bird_route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/dialogue.h"

#define CODE_NOT_FOUND 8001
#define CODE_ERRORS 8000 /* this and above end a reply that failed */
#define LINE_MAX_LEN 1024

void
bird_routes_done(struct bird_routes *r)
{
	free(r->items);
	*r = (struct bird_routes){ 0 };
}

const struct bird_route *
bird_routes_best(const struct bird_routes *r, struct prefix dest)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].best && prefix_equal(r->items[i].dest, dest))
			return &r->items[i];
	return NULL;
}

/* Copies the word at *at (up to white space or one of `stops`), cut to fit, and moves *at behind
 * it. */
static void
take_word(const char **at, const char *stops, char *buf, size_t size)
{
	size_t n = strcspn(*at, " \t");
	size_t stop = strcspn(*at, stops);

	n = MIN(n, stop);
	if (size > 0) {
		size_t fits = MIN(n, size - 1);

		memcpy(buf, *at, fits);
		buf[fits] = '\0';
	}
	*at += n;
	*at += strspn(*at, " \t");
}

static struct bird_route *
add_route(struct bird_routes *r, struct prefix dest)
{
	r->items = grow_array(r->items, r->count, &r->cap, sizeof(*r->items));
	r->items[r->count] = (struct bird_route){ .dest = dest };
	return &r->items[r->count++];
}

/* "unicast [host 03:34:09.965 from 192.0.2.3] * (100/20) [AS65001i]", the part behind the prefix.
 */
static void
parse_head(const char *at, struct bird_routes *r, struct prefix dest)
{
	const char *open = strchr(at, '[');
	const char *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return;

	struct bird_route *route = add_route(r, dest);
	const char *word = open + 1;
	const char *from = strstr(open, " from ");

	take_word(&word, "]", route->protocol, sizeof(route->protocol));
	if (from && from < close) {
		char text[IP_STR_MAX];

		from += strlen(" from ");
		take_word(&from, "]", text, sizeof(text));
		(void)ip_parse(text, &route->from);
	}
	route->best = strstr(close, " * ") != NULL;
}

static void
parse_via(const char *at, struct bird_route *route)
{
	char text[IP_STR_MAX];

	if (route->gateway.family != IP_NONE) /* of several equal paths the first stands for all */
		return;
	take_word(&at, "", text, sizeof(text));
	(void)ip_parse(text, &route->gateway);
	if (!str_starts_with(at, "on "))
		return;
	at += 3;
	take_word(&at, "", route->ifname, sizeof(route->ifname));
}

static void
parse_as_path(const char *at, struct bird_route *route)
{
	while (*at && route->as_path_len < BIRD_AS_PATH_MAX) {
		char text[16];

		at += strspn(at, " {}()");
		take_word(&at, "{}()", text, sizeof(text));
		if (parse_u32(text, UINT32_MAX, &route->as_path[route->as_path_len]) == 0)
			route->as_path_len++;
		else
			break;
	}
}

static void
parse_attribute(const char *at, struct bird_route *route)
{
	if (str_starts_with(at, "via ")) {
		parse_via(at + 4, route);
	} else if (str_starts_with(at, "dev ")) {
		at += 4;
		take_word(&at, "", route->ifname, sizeof(route->ifname));
	} else if (str_starts_with(at, "Type: ")) {
		at += 6;
		take_word(&at, "", route->type, sizeof(route->type));
	} else if (str_starts_with(at, "BGP.as_path: ")) {
		parse_as_path(at + 13, route);
	} else if (str_starts_with(at, "BGP.next_hop: ")) {
		char text[IP_STR_MAX];

		at += 14;
		take_word(&at, "", text, sizeof(text));
		(void)ip_parse(text, &route->bgp_next_hop);
	} else if (str_starts_with(at, "BGP.med: ")) {
		route->has_med = parse_u32(at + 9, UINT32_MAX, &route->med) == 0;
	} else if (str_starts_with(at, "BGP.local_pref: ")) {
		route->has_local_pref = parse_u32(at + 16, UINT32_MAX, &route->local_pref) == 0;
	}
}

/* One line without its code. A route starts with its prefix, or with blanks for another of the
 * same. */
static void
parse_line(const char *line, struct bird_routes *r, struct prefix *dest)
{
	if (line[0] == '\t') {
		if (r->count > 0)
			parse_attribute(line + strspn(line, " \t"), &r->items[r->count - 1]);
		return;
	}
	if (line[0] == ' ') {
		if (dest->addr.family != IP_NONE)
			parse_head(line, r, *dest);
		return;
	}

	char text[PREFIX_STR_MAX];
	struct prefix p;

	take_word(&line, "", text, sizeof(text));
	if (prefix_parse(text, &p) < 0) /* "Table master4:" */
		return;
	*dest = p;
	parse_head(line, r, p);
}

int
bird_routes_parse(const char *reply, struct bird_routes *ret, struct err *e)
{
	struct bird_routes routes = { 0 };
	struct prefix dest = { 0 };

	for (const char *line = reply, *end; (end = strchr(line, '\n')); line = end + 1) {
		char text[LINE_MAX_LEN];
		size_t n = MIN((size_t)(end - line), sizeof(text) - 1);

		memcpy(text, line, n);
		text[n] = '\0';

		int code = dialogue_bird_code(text);

		if (code >= CODE_ERRORS && code != CODE_NOT_FOUND) {
			bird_routes_done(&routes);
			return err_set(e, -EPROTO, "BIRD says: %s", text + 5);
		}
		if (code >= 0 && text[4] == ' ') {
			bird_routes_done(ret);
			*ret = routes;
			return 0;
		}
		parse_line(code >= 0 ? text + 5 : text + (text[0] == ' '), &routes, &dest);
	}
	bird_routes_done(&routes);
	return err_set(e, -EPROTO, "the reply of BIRD has no end");
}
