#include "measure/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/style.h"

/* A server that gives another name with each answer does not fill our memory. */
#define TALLY_MAX 100
#define TALLY_OTHERS "(others)"

static const struct {
	const char *key, *label;
} phases[PROBE_PHASE_MAX] = {
	[PROBE_NAMELOOKUP] = { "namelookup_ms", "name lookup" },
	[PROBE_CONNECT] = { "connect_ms", "connect" },
	[PROBE_APPCONNECT] = { "appconnect_ms", "TLS" },
	[PROBE_PRETRANSFER] = { "pretransfer_ms", "pretransfer" },
	[PROBE_REDIRECT] = { "redirect_ms", "redirect" },
	[PROBE_STARTTRANSFER] = { "starttransfer_ms", "first byte" },
	[PROBE_TOTAL] = { "total_ms", "total" },
};

const char *
probe_phase_key(enum probe_phase phase)
{
	return phases[phase].key;
}

const char *
probe_phase_label(enum probe_phase phase)
{
	return phases[phase].label;
}

void
probe_record_done(struct probe_record *r)
{
	free(r->error);
	free(r->served_by);
	free(r->site);
	free(r->remote_address);
	*r = (struct probe_record){ 0 };
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static struct probe_count *
tally_find(struct probe_tally *t, const char *text, const char *site)
{
	for (size_t i = 0; i < t->count; i++) {
		if (same_text(t->items[i].text, text) && same_text(t->items[i].site, site))
			return &t->items[i];
	}
	return NULL;
}

/* As everybody writes it: two that cannot be told apart then are one, as samples of Prometheus have
 * to be. NULL stays NULL; the caller frees it. */
static char *
printable(const char *text)
{
	struct strbuf b = { 0 };

	if (text == NULL)
		return NULL;
	strbuf_add_printable(&b, text);
	return strbuf_take(&b);
}

static void
tally_add(struct probe_tally *t, const char *any_text, const char *any_site)
{
	_cleanup_(freep) char *clean_text = printable(any_text), *clean_site = printable(any_site);
	const char *text = clean_text, *site = clean_site;
	struct probe_count *there = tally_find(t, text, site);

	if (there == NULL && t->count >= TALLY_MAX) {
		text = TALLY_OTHERS;
		site = NULL;
		there = tally_find(t, text, site);
	}
	if (there) {
		there->count++;
		return;
	}
	t->items = grow_array(t->items, t->count, &t->cap, sizeof(*t->items));
	t->items[t->count++] = (struct probe_count){
		.text = xstrdup(text), .site = site ? xstrdup(site) : NULL, .count = 1
	};
}

static void
tally_done(struct probe_tally *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i].text);
		free(t->items[i].site);
	}
	free(t->items);
}

void
probe_summary_add(struct probe_summary *s, const struct probe_record *r)
{
	s->count++;
	if (r->error) {
		s->failed++;
		tally_add(&s->errors, r->error, NULL);
		return;
	}
	if (r->served_by)
		tally_add(&s->hosts, r->served_by, r->site);
	if (r->site)
		tally_add(&s->sites, r->site, NULL);
	for (int p = 0; p < PROBE_PHASE_MAX; p++) {
		size_t cap = s->value_cap;

		s->values[p] =
		    grow_array(s->values[p], s->value_count, &cap, sizeof(*s->values[p]));
		s->values[p][s->value_count] = r->phases[p];
		if (p == PROBE_PHASE_MAX - 1)
			s->value_cap = cap;
	}
	s->value_count++;
}

void
probe_summary_finish(struct probe_summary *s)
{
	for (int p = 0; p < PROBE_PHASE_MAX; p++)
		s->phases[p] = stats_compute(s->values[p], s->value_count);
}

void
probe_summary_done(struct probe_summary *s)
{
	tally_done(&s->hosts);
	tally_done(&s->sites);
	tally_done(&s->errors);
	for (int p = 0; p < PROBE_PHASE_MAX; p++)
		free(s->values[p]);
	*s = (struct probe_summary){ 0 };
}

size_t
probe_best(const struct probe_target *targets, const struct probe_summary *summaries, size_t count)
{
	size_t best = PROBE_NO_BEST;
	bool references = false;

	for (size_t i = 0; i < count; i++)
		references = references || targets[i].reference;
	if (!references && count < 2)
		return PROBE_NO_BEST;
	for (size_t i = 0; i < count; i++) {
		const struct stats *total = &summaries[i].phases[PROBE_TOTAL];

		if (targets[i].reference != references || total->count == 0 ||
		    targets[i].parsed.kind != targets[0].parsed.kind)
			continue;
		if (best == PROBE_NO_BEST ||
		    duration_cmp(total->median, summaries[best].phases[PROBE_TOTAL].median) < 0)
			best = i;
	}
	return best;
}
