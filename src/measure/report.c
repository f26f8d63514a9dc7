/* A report as a value: made, added to, and taken apart. */
#include "measure/report.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
report_init(struct report *r)
{
	*r = (struct report){
		.arena = arena_new(),
		.limits = REPORT_LIMITS_DEFAULT,
		.before.label = "before",
		.after.label = "after",
	};
}

static void
state_done(struct report_state *s)
{
	free(s->latency_cdf.points);
	free(s->inflation_cdf.points);
}

void
report_done(struct report *r)
{
	for (size_t i = 0; i < r->trace_count; i++) {
		free(r->traces[i].hops);
		free(r->traces[i].path);
	}
	for (size_t i = 0; i < r->finding_count; i++) {
		free(r->findings[i].tries);
		free(r->findings[i].actions);
	}
	state_done(&r->before);
	state_done(&r->after);
	free(r->conditions);
	free(r->notes);
	free(r->sites);
	free(r->clients);
	free(r->traces);
	free(r->findings);
	arena_free(r->arena);
	*r = (struct report){ 0 };
}

const char *
report_text(struct report *r, const char *text)
{
	return text ? arena_strdup(r->arena, text) : NULL;
}

const char *
report_printf(struct report *r, const char *fmt, ...)
{
	char *text = NULL;
	const char *kept;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	kept = n < 0 ? "" : arena_strdup(r->arena, text);
	if (n >= 0)
		free(text);
	return kept;
}

const char *
report_time(struct report *r, const char *text)
{
	int date = 0, time = 0;

	/* how far it fits */
	(void)sscanf(text, "%*4d-%*2d-%*2d%nT%*2d:%*2d:%*2d%n", &date, &time);
	if (date != (int)strlen("2026-11-30") || time != (int)strlen("2026-11-30T17:12:29"))
		return report_text(r, text);
	return report_printf(r, "%.*s %.*s UTC", date, text, time - date - 1, text + date + 1);
}

/* ---- adding ---- */

#define GROW(items, count, cap)                                                                    \
	({                                                                                         \
		(items) = grow_array((items), (count), &(cap), sizeof(*(items)));                  \
		&(items)[(count)++];                                                               \
	})

void
report_add_condition(struct report *r, const char *name, const char *value)
{
	*GROW(r->conditions, r->condition_count, r->condition_cap) = (struct report_condition){
		.name = report_text(r, name),
		.value = report_text(r, value),
	};
}

void
report_add_note(struct report *r, const char *text)
{
	*GROW(r->notes, r->note_count, r->note_cap) = report_text(r, text);
}

struct report_site *
report_add_site(struct report *r, const char *name)
{
	struct report_site *s = GROW(r->sites, r->site_count, r->site_cap);

	*s = (struct report_site){ .name = report_text(r, name) };
	return s;
}

static const struct report_landing not_heard = {
	.site = REPORT_NONE,
	.rtt = NAN,
	.best_site = REPORT_NONE,
	.best_rtt = NAN,
	.inflation = NAN,
	.nearest_site = REPORT_NONE,
	.km = NAN,
	.nearest_km = NAN,
	.inflation_km = NAN,
};

struct report_client *
report_add_client(struct report *r, const char *name)
{
	struct report_client *c = GROW(r->clients, r->client_count, r->client_cap);

	*c = (struct report_client){
		.name = report_text(r, name),
		.weight = 1,
		.before = not_heard,
		.after = not_heard,
		.trace = REPORT_NONE,
		.best_trace = REPORT_NONE,
		.finding = REPORT_NONE,
	};
	return c;
}

struct report_trace *
report_add_trace(struct report *r, uint32_t client)
{
	struct report_trace *t = GROW(r->traces, r->trace_count, r->trace_cap);

	*t = (struct report_trace){
		.client = client,
		.target_site = REPORT_NONE,
		.site = REPORT_NONE,
		.astray = REPORT_NONE,
	};
	return t;
}

struct report_hop *
report_add_hop(struct report_trace *t, uint32_t ttl)
{
	struct report_hop *h = GROW(t->hops, t->hop_count, t->hop_cap);

	*h = (struct report_hop){ .ttl = ttl, .rtt = NAN };
	return h;
}

void
report_add_as(struct report_trace *t, uint32_t asn, const char *name)
{
	if (t->path_count > 0 && t->path[t->path_count - 1].asn == asn)
		return;
	*GROW(t->path, t->path_count, t->path_cap) = (struct report_as){ .asn = asn, .name = name };
}

void
report_add_try(
    struct report *r, struct report_finding *f, struct report_action action, const char *text)
{
	f->actions = grow_array(f->actions, f->try_count, &f->action_cap, sizeof(*f->actions));
	f->actions[f->try_count] = action;
	*GROW(f->tries, f->try_count, f->try_cap) = report_text(r, text);
}

uint32_t
report_find_site(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->site_count; i++) {
		if (strcmp(r->sites[i].name, name) == 0)
			return (uint32_t)i;
	}
	return REPORT_NONE;
}

const char *
report_as_name(const struct report *r, uint32_t asn)
{
	for (size_t i = 0; i < r->client_count; i++) {
		if (r->clients[i].asn == asn && r->clients[i].network)
			return r->clients[i].network;
	}
	for (size_t i = 0; i < r->trace_count; i++) {
		const struct report_trace *t = &r->traces[i];

		for (size_t k = 0; k < t->path_count; k++) {
			if (t->path[k].asn == asn && t->path[k].name)
				return t->path[k].name;
		}
	}
	return NULL;
}

/* ---- words ---- */

static const struct {
	const char *key, *title;
} reasons[] = {
	[REPORT_REASON_UNKNOWN] = { "unknown", "not known" },
	[REPORT_REASON_ONE_CITY] = { "one-city", "hands over at one city only" },
	[REPORT_REASON_PREFERENCE] = { "preference", "prefers a neighbor that leads farther" },
	[REPORT_REASON_LENGTH] = { "length", "fewer networks, but the longer way" },
	[REPORT_REASON_LEAK] = { "leak", "a route leak" },
	[REPORT_REASON_NO_PATH] = { "no-path", "the better site cannot be reached" },
};

const char *
report_reason_key(enum report_reason reason)
{
	return reasons[reason].key;
}

const char *
report_reason_title(enum report_reason reason)
{
	return reasons[reason].title;
}

const char *
report_act_key(enum report_act act)
{
	static const char *const keys[] = {
		[REPORT_ACT_WITHHOLD] = "withhold",
		[REPORT_ACT_PREPEND] = "prepend",
		[REPORT_ACT_ANNOUNCE] = "announce",
		[REPORT_ACT_CONTACT] = "contact",
		[REPORT_ACT_MEASURE] = "measure",
	};

	return keys[act];
}
