#include "base/prom.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/utf8.h"

/* What is no UTF-8 would make the reader refuse all of it; what is not seen becomes "?", as it does
 * everywhere else. */
static void
add_escaped(struct strbuf *out, const char *text, bool quotes)
{
	while (*text) {
		size_t n = utf8_char_len(text);

		if (*text == '\n')
			strbuf_add(out, "\\n");
		else if (*text == '\\' || (quotes && *text == '"'))
			strbuf_addf(out, "\\%c", *text);
		else if (n == 0 || *text == '\t' || utf8_is_unseen(text, n))
			strbuf_add_char(out, '?');
		else
			strbuf_add_mem(out, text, n);
		text += n ? n : 1;
	}
}

void
prom_family(struct strbuf *out, const char *name, enum prom_type type, const char *help)
{
	static const char *const types[] = { [PROM_COUNTER] = "counter",
		[PROM_GAUGE] = "gauge",
		[PROM_HISTOGRAM] = "histogram",
		[PROM_SUMMARY] = "summary" };

	strbuf_addf(out, "# HELP %s ", name);
	add_escaped(out, help, false);
	strbuf_addf(out, "\n# TYPE %s %s\n", name, types[type]);
}

static void
add_label(struct strbuf *out, const char *name, const char *value, bool *any)
{
	strbuf_addf(out, "%s%s=\"", *any ? "," : "{", name);
	add_escaped(out, value, true);
	strbuf_add_char(out, '"');
	*any = true;
}

/* "name_suffix{a="b",le="0.1"} " */
static void
begin(struct strbuf *out, const char *name, const char *suffix, const prom_labels labels,
    const char *le)
{
	bool any = false;

	strbuf_addf(out, "%s%s", name, suffix);
	for (size_t i = 0; labels && i < PROM_LABELS_MAX && labels[i].name != NULL; i++) {
		if (labels[i].value != NULL)
			add_label(out, labels[i].name, labels[i].value, &any);
	}
	if (le != NULL)
		add_label(out, "le", le, &any);
	strbuf_add(out, any ? "} " : " ");
}

static void
add_count(struct strbuf *out, uint64_t value)
{
	strbuf_addf(out, "%" PRIu64 "\n", value);
}

static void
add_number(struct strbuf *out, double value)
{
	if (isnan(value))
		strbuf_add(out, "NaN\n");
	else if (isinf(value))
		strbuf_add(out, value > 0 ? "+Inf\n" : "-Inf\n");
	else
		strbuf_addf(out, "%.15g\n", value);
}

void
prom_count(struct strbuf *out, const char *name, const prom_labels labels, uint64_t value)
{
	begin(out, name, "", labels, NULL);
	add_count(out, value);
}

void
prom_number(struct strbuf *out, const char *name, const prom_labels labels, double value)
{
	begin(out, name, "", labels, NULL);
	add_number(out, value);
}

void
prom_histogram(
    struct strbuf *out, const char *name, const prom_labels labels, const struct histogram *h)
{
	uint64_t upto = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		char le[32] = "+Inf";

		if (i < HISTOGRAM_BUCKETS - 1)
			(void)snprintf(le, sizeof(le), "%.15g",
			    (double)histogram_bounds[i].ns / (double)NS_PER_S);
		upto += h->counts[i];
		begin(out, name, "_bucket", labels, le);
		add_count(out, upto);
	}
	prom_summary(out, name, labels, h->sum_s, h->count);
}

void
prom_summary(
    struct strbuf *out, const char *name, const prom_labels labels, double sum, uint64_t count)
{
	begin(out, name, "_sum", labels, NULL);
	add_number(out, sum);
	begin(out, name, "_count", labels, NULL);
	add_count(out, count);
}
