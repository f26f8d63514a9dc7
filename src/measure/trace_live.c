#include "measure/trace_live.h"

#include <inttypes.h>

#include "base/style.h"
#include "measure/trace_report_internal.h"

#define NAME_LEAST 15 /* an IPv4 address */
#define NAME_MOST 48
#define HISTORY_LEAST 8

enum figure {
	FIGURE_LOST,
	FIGURE_SILENT,
	FIGURE_SENT,
	FIGURE_LAST,
	FIGURE_MEAN,
	FIGURE_BEST,
	FIGURE_WORST,
	FIGURE_STDEV,
	FIGURE_MAX,
};

/* Each with a blank before it. */
static const struct {
	const char *head;
	size_t width;
} figures[FIGURE_MAX] = {
	[FIGURE_LOST] = { "lost", 6 },
	[FIGURE_SILENT] = { "no answer", 10 },
	[FIGURE_SENT] = { "sent", 6 },
	[FIGURE_LAST] = { "last ms", 8 },
	[FIGURE_MEAN] = { "avg", 8 },
	[FIGURE_BEST] = { "best", 8 },
	[FIGURE_WORST] = { "worst", 8 },
	[FIGURE_STDEV] = { "stdev", 8 },
};

/* What a frame of this width has room for. */
struct layout {
	bool figures[FIGURE_MAX];
	size_t name, history; /* widths; 0: none */
};

/* All that a hop's line needs. */
struct frame {
	const struct trace_live *live;
	const struct trace_report *report;
	const struct trace_rounds *rounds;
	struct layout layout;
	struct duration longest; /* in the history */
};

enum trace_live_action
trace_live_key(struct trace_live *live, char key)
{
	bool was_help = live->help;

	live->help = false;
	switch (key) {
	case 'q':
		return TRACE_LIVE_QUIT;
	case 'r':
		return TRACE_LIVE_RESET;
	case 'd':
		live->display = (live->display + 1) % TRACE_LIVE_DISPLAY_MAX;
		return TRACE_LIVE_REPAINT;
	case 'p':
	case ' ':
		live->paused = !live->paused;
		return TRACE_LIVE_PAUSE;
	case 'n':
		live->numeric = !live->numeric;
		return TRACE_LIVE_REPAINT;
	case '?':
	case 'h':
		live->help = !was_help;
		return TRACE_LIVE_REPAINT;
	default:
		return was_help ? TRACE_LIVE_REPAINT : TRACE_LIVE_NONE;
	}
}

/* The most important first, while the name keeps its least. */
static struct layout
lay_out(const struct trace_live *live, size_t columns)
{
	static const enum figure order[] = { FIGURE_LOST, FIGURE_LAST, FIGURE_MEAN, FIGURE_WORST,
		FIGURE_SENT, FIGURE_BEST, FIGURE_STDEV, FIGURE_SILENT };
	bool history = live->display == TRACE_LIVE_HISTORY;
	size_t kept = history ? HISTORY_LEAST + 1 : 0;
	size_t left = columns - 3 - NAME_LEAST, more;
	struct layout l = { .name = NAME_LEAST };

	for (size_t i = 0; i < (history ? 2 : ARRAY_SIZE(order)); i++) {
		if (figures[order[i]].width + kept > left)
			continue;
		l.figures[order[i]] = true;
		left -= figures[order[i]].width;
	}
	if (history)
		more = left > (size_t)3 * HISTORY_LEAST ? left / 3 : 0;
	else
		more = left > (size_t)2 * HISTORY_LEAST ? left / 2 : left;
	more = MIN(more, (size_t)NAME_MOST - NAME_LEAST);
	l.name += more;
	left -= more;
	if (left > HISTORY_LEAST) /* and a blank */
		l.history = MIN(left - 1, (size_t)TRACE_RECENT_MAX);
	return l;
}

/* Right-aligned. */
static void
add_figure(struct strbuf *out, size_t width, const char *text)
{
	strbuf_addf(out, "%*s", (int)width, text);
}

static void
add_ms(struct strbuf *out, size_t width, double ms)
{
	strbuf_addf(out, "%*.*f", (int)width, ms < 10 ? 2 : ms < 1000 ? 1 : 0, ms);
}

/* ---- history ---- */

static struct duration
longest_recent(const struct trace_rounds *r, size_t rounds)
{
	struct duration longest = { 1 };

	for (uint32_t ttl = 1; ttl <= trace_rounds_hops(r); ttl++) {
		struct duration d;

		for (uint32_t ago = 0; ago < rounds && trace_rounds_recent(r, ttl, ago, &d); ago++)
			longest.ns = MAX(longest.ns, d.ns);
	}
	return longest;
}

static void
add_history(struct strbuf *out, const struct frame *f, uint32_t ttl)
{
	uint32_t width = (uint32_t)f->layout.history;
	static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };

	strbuf_add_char(out, ' ');
	for (uint32_t i = 0; i < width; i++) {
		struct duration d;
		int64_t level;

		if (!trace_rounds_recent(f->rounds, ttl, width - 1 - i, &d)) {
			strbuf_add_char(out, ' ');
			continue;
		}
		level = MIN(duration_scale(d, 8, f->longest.ns).ns, 7);
		if (d.ns < 0)
			strbuf_add_char(out, '?');
		else if (f->live->ascii)
			strbuf_addf(out, "%d", (int)level + 1);
		else
			strbuf_add(out, blocks[level]);
	}
}

/* ---- one hop ---- */

static void
add_times(struct strbuf *out, const struct layout *l, const struct trace_round_hop *hop)
{
	const double times[FIGURE_MAX] = {
		[FIGURE_LAST] = duration_ms_f(hop->last),
		[FIGURE_MEAN] = hop->mean_ms,
		[FIGURE_BEST] = duration_ms_f(hop->best),
		[FIGURE_WORST] = duration_ms_f(hop->worst),
		[FIGURE_STDEV] = hop->stdev_ms,
	};

	for (size_t i = FIGURE_LAST; i < FIGURE_MAX; i++) {
		if (!l->figures[i])
			continue;
		if (hop->answered > 0)
			add_ms(out, figures[i].width, times[i]);
		else
			add_figure(out, figures[i].width, "");
	}
}

static void
add_counts(struct strbuf *out, const struct layout *l, const struct trace_round_hop *hop,
    struct trace_loss loss, bool colour)
{
	enum style style = loss.on_way > 0 ? STYLE_BAD : STYLE_PLAIN;
	double whole = hop->sent > 0 ? hop->sent : 1;

	if (l->figures[FIGURE_LOST] && loss.kind == TRACE_LOSS_UNKNOWN) {
		add_figure(out, figures[FIGURE_LOST].width, "?");
	} else if (l->figures[FIGURE_LOST]) {
		strbuf_add(out, style_begin(style, colour));
		strbuf_addf(
		    out, "%*.0f%%", (int)figures[FIGURE_LOST].width - 1, 100 * loss.on_way / whole);
		strbuf_add(out, style_end(style, colour));
	}
	if (l->figures[FIGURE_SILENT])
		strbuf_addf(
		    out, "%*.0f%%", (int)figures[FIGURE_SILENT].width - 1, 100 * loss.lost / whole);
	if (l->figures[FIGURE_SENT])
		strbuf_addf(out, "%*" PRIu32, (int)figures[FIGURE_SENT].width, hop->sent);
}

static void
add_hop(struct strbuf *out, const struct frame *f, uint32_t ttl)
{
	const struct trace_round_hop *hop = trace_rounds_hop(f->rounds, ttl);
	const struct layout *l = &f->layout;
	char address[IP_STR_MAX];
	const char *name = NULL;

	if (hop->router_count > 0) {
		struct ip last = hop->routers[hop->router_count - 1].address;

		name = f->live->numeric ? NULL : trace_look_up(f->report, last).name;
		name = name ? name : ip_format(last, address);
	}
	strbuf_addf(out, "%2" PRIu32 " ", ttl);
	strbuf_add_fitted(out, name ? name : "*", l->name);
	add_counts(out, l, hop, trace_rounds_loss(f->rounds, ttl), f->report->colour);
	add_times(out, l, hop);
	if (l->history > 0)
		add_history(out, f, ttl);
	strbuf_add_char(out, '\n');
}

/* ---- the frame ---- */

static void
add_title(struct strbuf *out, const struct trace_live *live, const struct trace_report *report,
    const struct trace_rounds *r, size_t columns)
{
	_cleanup_(strbuf_done) struct strbuf title = { 0 };
	char address[IP_STR_MAX];

	strbuf_addf(&title, "%s%s (%s) by %s, round %" PRIu32, live->paused ? "PAUSED " : "",
	    report->target, ip_format(report->conf->trace.target, address),
	    trace_method_name(report->conf->method), trace_rounds_count(r));
	if (report->answered_by)
		strbuf_addf(&title, ", %s%s%s%s", report->answered_by,
		    report->answered_site ? " (" : "",
		    report->answered_site ? report->answered_site : "",
		    report->answered_site ? ")" : "");
	strbuf_add(out, style_begin(STYLE_STRONG, report->colour));
	strbuf_add_fitted(out, strbuf_get(&title), columns);
	strbuf_add(out, style_end(STYLE_STRONG, report->colour));
	strbuf_add_char(out, '\n');
}

static void
add_heads(struct strbuf *out, const struct layout *l)
{
	strbuf_addf(out, "%*s", (int)l->name + 3, "");
	for (size_t i = 0; i < FIGURE_MAX; i++) {
		if (l->figures[i])
			add_figure(out, figures[i].width, figures[i].head);
	}
	if (l->history > 0)
		add_figure(out, l->history + 1, "history");
	strbuf_add_char(out, '\n');
}

static void
add_help(struct strbuf *out, size_t columns, size_t rows)
{
	static const char *const lines[] = {
		"q  quit, and print the report",
		"r  reset: forget all rounds",
		"d  display: figures or history",
		"p  pause and go on",
		"n  names or addresses",
		"?  this help; any key ends it",
	};

	for (size_t i = 0; i < MIN(ARRAY_SIZE(lines), rows); i++) {
		strbuf_add_fitted(out, lines[i], columns);
		strbuf_add_char(out, '\n');
	}
}

/* The hops, of which the last ones count most when there are more than rows. */
static void
add_hops(struct strbuf *out, const struct frame *f, size_t rows)
{
	uint32_t hops = trace_rounds_hops(f->rounds), first = 1;

	if (hops > rows)
		first = hops - (uint32_t)rows + 1;
	add_heads(out, &f->layout);
	for (uint32_t ttl = first; ttl <= hops; ttl++)
		add_hop(out, f, ttl);
}

void
trace_live_to_text(const struct trace_live *live, const struct trace_report *report,
    const struct trace_rounds *r, struct strbuf *out)
{
	size_t columns = MAX(live->columns, (size_t)TRACE_LIVE_COLUMNS_MIN);
	size_t rows = MAX(live->rows, (size_t)TRACE_LIVE_ROWS_MIN);
	struct frame f = { live, report, r, lay_out(live, columns), { 0 } };

	f.longest = longest_recent(r, f.layout.history);
	add_title(out, live, report, r, columns);
	if (live->help)
		add_help(out, columns, rows - 2);
	else
		add_hops(out, &f, rows - 3);
	strbuf_add(out, style_begin(STYLE_DIM, report->colour));
	strbuf_add_fitted(out, "q quit  r reset  d display  p pause  n names  ? help", columns);
	strbuf_add(out, style_end(STYLE_DIM, report->colour));
}

void
trace_live_to_line(
    const struct trace_report *report, const struct trace_rounds *r, struct strbuf *out)
{
	uint32_t hops = trace_rounds_hops(r);
	const struct trace_round_hop *last = trace_rounds_hop(r, hops);
	struct trace_loss loss = trace_rounds_loss(r, hops);
	struct duration rtt;

	strbuf_addf(out, "round %" PRIu32 ": ", trace_rounds_count(r));
	strbuf_add_printable(out, report->target);
	strbuf_addf(out, ", %" PRIu32 " hop%s, ", hops, hops == 1 ? "" : "s");
	if (!trace_rounds_reached(r))
		strbuf_add(out, "not reached\n");
	else if (!trace_rounds_recent(r, hops, 0, &rtt) || rtt.ns < 0)
		strbuf_addf(
		    out, "no answer; lost %" PRIu32 " of %" PRIu32 "\n", loss.on_way, last->sent);
	else
		strbuf_addf(out, "%.3f ms; lost %" PRIu32 " of %" PRIu32 "\n", duration_ms_f(rtt),
		    loss.on_way, last->sent);
}
