#include "cli/probe_targets.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"

#define TARGETS_MAX 100

static char *
keep(struct probe_targets *t, char *text)
{
	t->texts = grow_array(t->texts, t->text_count, &t->text_cap, sizeof(*t->texts));
	t->texts[t->text_count++] = text;
	return text;
}

void
probe_targets_done(struct probe_targets *t)
{
	for (size_t i = 0; i < t->text_count; i++)
		free(t->texts[i]);
	free(t->texts);
	free(t->items);
	free(t->resolves);
}

/* The length of NAME in "NAME=rest", or 0 when it does not begin so. */
static size_t
name_length(const char *text)
{
	size_t n = 0;

	while (ascii_is_alpha(text[n]) || ascii_is_digit(text[n]) ||
	       (text[n] && strchr("._-", text[n])))
		n++;
	return text[n] == '=' ? n : 0;
}

/* ---- addresses of hosts ---- */

int
probe_targets_resolve(struct probe_targets *t, const struct cli_strings *given)
{
	t->resolves = xcalloc(given->count, sizeof(*t->resolves));
	for (size_t i = 0; i < given->count; i++) {
		const char *text = given->items[i];
		size_t n = name_length(text);

		if (n == 0 || ip_parse(text + n + 1, &t->resolves[i].address) < 0)
			return cli_usage_error("--resolve: \"%s\" is not HOST=ADDRESS", text);
		t->resolves[i].host = keep(t, xasprintf("%.*s", (int)n, text));
		t->resolve_count++;
	}
	return 0;
}

/* The first address of each family. */
struct found {
	struct ip v4, v6;
	bool literal; /* the host is an address itself */
};

static void
take(struct found *f, struct ip address)
{
	struct ip *of = address.family == IP_V6 ? &f->v6 : &f->v4;

	if (of->family == IP_NONE)
		*of = address;
}

static void
ask_resolver(const char *host, struct found *f)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *list = NULL;

	if (getaddrinfo(host, NULL, &hints, &list) != 0)
		return; /* each probe will fail, and say why */
	for (const struct addrinfo *ai = list; ai; ai = ai->ai_next) {
		struct sockaddr_storage ss = { 0 };
		struct endpoint one;

		memcpy(&ss, ai->ai_addr, MIN((size_t)ai->ai_addrlen, sizeof(ss)));
		if (endpoint_from_sockaddr(&ss, &one) == 0)
			take(f, one.addr);
	}
	freeaddrinfo(list);
}

static struct found
find_addresses(const struct probe_targets *t, const char *host, enum ip_family family)
{
	struct found f = { 0 };
	struct ip address;
	bool given = false;

	f.literal = ip_parse(host, &address) == 0;
	if (f.literal)
		take(&f, address);
	for (size_t i = 0; i < t->resolve_count; i++) {
		if (strcmp(t->resolves[i].host, host) == 0) {
			take(&f, t->resolves[i].address);
			given = true;
		}
	}
	if (!f.literal && !given)
		ask_resolver(host, &f);
	if (family == IP_V4)
		f.v6 = (struct ip){ 0 };
	if (family == IP_V6)
		f.v4 = (struct ip){ 0 };
	return f;
}

/* ---- targets ---- */

static int
append(struct probe_targets *t, const struct probe_target *one)
{
	if (t->count == TARGETS_MAX)
		return cli_usage_error(
		    "more than %d targets (a name with IPv4 and IPv6 is two)", TARGETS_MAX);
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->items[i].name, one->name) == 0)
			return cli_usage_error("%s is given twice", one->name);
	}
	t->items = grow_array(t->items, t->count, &t->cap, sizeof(*t->items));
	t->items[t->count++] = *one;
	return 0;
}

static int
append_family(struct probe_targets *t, const struct probe_target *one, struct ip address)
{
	struct probe_target of = *one;

	of.name = keep(t, xasprintf("%s %s", one->name, address.family == IP_V6 ? "IPv6" : "IPv4"));
	of.family = address.family;
	of.address = address;
	return append(t, &of);
}

static int
add(struct probe_targets *t, const char *text, bool reference, enum ip_family family)
{
	size_t n = name_length(text);
	const char *url = n ? text + n + 1 : text;
	_cleanup_(freep) char *host = NULL;
	struct probe_target one = { .reference = reference };
	struct err e = { 0 };
	struct found f;
	int status;

	if (reference && n == 0)
		return cli_usage_error("--against: \"%s\" is not NAME=URL", text);
	one.url = keep(t, xasprintf("%s%s", strstr(url, "://") ? "" : "http://", url));
	one.name = n ? keep(t, xasprintf("%.*s", (int)n, text)) : one.url;
	if (probe_target_parse(&one, &e) < 0)
		return cli_usage_error("%s", e.message);
	host = probe_target_host(&one);
	f = find_addresses(t, host ? host : "", family);
	if (f.v4.family == IP_NONE || f.v6.family == IP_NONE) {
		one.address = f.v4.family != IP_NONE ? f.v4 : f.v6;
		return append(t, &one);
	}
	status = append_family(t, &one, f.v4);
	return status != 0 ? status : append_family(t, &one, f.v6);
}

int
probe_targets_add(struct probe_targets *t, const char *text, enum ip_family family)
{
	return add(t, text, false, family);
}

/* Where the next "NAME=URL" begins; a comma may be part of a URL, too. NULL: this is the last. */
static const char *
next_reference(const char *text)
{
	for (const char *c = strchr(text, ','); c; c = strchr(c + 1, ',')) {
		if (name_length(c + 1) > 0)
			return c + 1;
	}
	return NULL;
}

int
probe_targets_against(
    struct probe_targets *t, const struct cli_strings *given, enum ip_family family)
{
	int status = 0;

	for (size_t i = 0; i < given->count; i++) {
		for (const char *at = given->items[i]; at && status == 0;) {
			const char *next = next_reference(at);
			size_t len = next ? (size_t)(next - at) - 1 : strlen(at);

			status = add(t, keep(t, xasprintf("%.*s", (int)len, at)), true, family);
			at = next;
		}
	}
	return status;
}
