/* The phases of a request as a bar, and what its letters mean. */
#include <string.h>

#include "base/table.h"
#include "measure/probe.h"

/* In the order in which they pass; the requests before the last of a chain of redirects come first. */
static const struct part {
	enum probe_phase until;
	char letter;
	enum style style;
	const char *text;
} parts[] = {
	{ PROBE_REDIRECT, 'r', STYLE_DIM, "redirects" },
	{ PROBE_NAMELOOKUP, 'n', STYLE_DIM, "name lookup" },
	{ PROBE_CONNECT, 'c', STYLE_GOOD, "connect" },
	{ PROBE_APPCONNECT, 't', STYLE_WARN, "TLS" },
	{ PROBE_PRETRANSFER, 's', STYLE_DIM, "send" },
	{ PROBE_STARTTRANSFER, 'w', STYLE_STRONG, "wait" },
	{ PROBE_TOTAL, 'd', STYLE_PLAIN, "data" },
};

/* "  12345.67 ms" behind the bar, and what is between a name and its bar. */
#define TIME_COLUMNS 13
#define GAP 2
#define BAR_LEAST 10

/* How the lines of a page are divided. */
struct page {
	struct duration longest; /* takes the whole bar */
	size_t indent;           /* of the bar: behind the name, or below it when that leaves no room */
	size_t bar;
	bool below;
	bool colour;
};

static size_t
column_of(const struct page *page, struct duration at)
{
	return (size_t)(((__int128)at.ns * (int64_t)page->bar + page->longest.ns / 2) /
			page->longest.ns);
}

static struct page
divide(struct probe_look look, size_t name_width, struct duration longest)
{
	struct page page = { .longest = longest,
		.indent = name_width + GAP,
		.bar = PROBE_BAR_COLUMNS,
		.colour = look.colour };

	if (look.columns == 0 || page.indent + page.bar + TIME_COLUMNS <= look.columns)
		return page;
	if (page.indent + BAR_LEAST + TIME_COLUMNS > look.columns) {
		page.below = true;
		page.indent = GAP;
	}
	page.bar = look.columns - MIN(look.columns, page.indent + TIME_COLUMNS);
	page.bar = MAX(MIN(page.bar, (size_t)PROBE_BAR_COLUMNS), (size_t)BAR_LEAST);
	return page;
}

/* Its bar; *used gets a bit for each part that is seen. */
static void
add_bar(const struct probe_summary *s, const struct page *page, unsigned *used, struct strbuf *out)
{
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t until = column_of(page, s->phases[parts[i].until].median);

		if (until <= at)
			continue;
		strbuf_add(out, style_begin(parts[i].style, page->colour));
		strbuf_pad(out, parts[i].letter, until - at);
		strbuf_add(out, style_end(parts[i].style, page->colour));
		*used |= 1u << i;
		at = until;
	}
	strbuf_pad(out, ' ', page->bar - at);
}

static void
add_legend(unsigned used, const struct page *page, size_t columns, struct strbuf *out)
{
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t width = strlen(parts[i].text) + 2;

		if (!(used & 1u << i))
			continue;
		if (at > 0 && columns > 0 && at + GAP + width > columns) {
			strbuf_add_char(out, '\n');
			at = 0;
		}
		strbuf_pad(out, ' ', at == 0 ? page->indent : GAP);
		at += (at == 0 ? page->indent : GAP) + width;
		strbuf_addf(out, "%c %s", parts[i].letter, parts[i].text);
	}
	strbuf_add(out, "\n\n");
}

/* The name, and the way from there to its bar. */
static void
add_name(const char *name, const struct page *page, struct strbuf *out)
{
	size_t begin = out->len;

	strbuf_add_printable(out, name);
	if (page->below) {
		strbuf_add_char(out, '\n');
		begin = out->len;
	}
	strbuf_pad(out, ' ', page->indent - utf8_width(out->text + begin));
}

void
probe_waterfall_to_text(const struct probe_target *targets,
    const struct probe_summary *summaries, size_t count, struct probe_look look,
    struct strbuf *out)
{
	struct duration longest = { 0 };
	size_t width = 0;
	unsigned used = 0;
	struct page page;

	for (size_t i = 0; i < count; i++) {
		const struct stats *total = &summaries[i].phases[PROBE_TOTAL];

		if (total->count == 0)
			continue;
		width = MAX(width, utf8_width(targets[i].name));
		if (duration_cmp(total->median, longest) > 0)
			longest = total->median;
	}
	if (longest.ns == 0)
		return;
	page = divide(look, width, longest);
	for (size_t i = 0; i < count; i++) {
		const struct stats *total = &summaries[i].phases[PROBE_TOTAL];

		if (total->count == 0)
			continue;
		add_name(targets[i].name, &page, out);
		add_bar(&summaries[i], &page, &used, out);
		strbuf_addf(out, "  %8.2f ms\n", duration_ms_f(total->median));
	}
	add_legend(used, &page, look.columns, out);
}
