/*
 * The live view of many rounds of a trace, as a frame of text for a terminal of any size, and what
 * its keys do. Pure.
 *
 * The figures of a hop stand in the order of the report; a narrow terminal has fewer of them: what
 * is lost and the last time first. The history shows one round a character, the newest at the
 * right, higher for longer times on a scale that all hops share, and `?` for no answer.
 */
#pragma once

#include "measure/trace_report.h"

#define TRACE_LIVE_COLUMNS_MIN 20
#define TRACE_LIVE_ROWS_MIN 4

enum trace_live_display {
	TRACE_LIVE_FIGURES,
	TRACE_LIVE_HISTORY,
	TRACE_LIVE_DISPLAY_MAX,
};

struct trace_live {
	enum trace_live_display display;
	bool paused, numeric, help;
	bool ascii; /* the terminal may not know more */
	size_t columns, rows;
};

enum trace_live_action {
	TRACE_LIVE_NONE,
	TRACE_LIVE_REPAINT,
	TRACE_LIVE_PAUSE, /* as `paused` now is */
	TRACE_LIVE_RESET,
	TRACE_LIVE_QUIT,
};

enum trace_live_action trace_live_key(struct trace_live *live, char key);

/* At most `rows` lines of at most `columns` characters (but never less than the minimum), the last
 * without a newline. */
void trace_live_to_text(const struct trace_live *live, const struct trace_report *report,
    const struct trace_rounds *r, struct strbuf *out);
/* One line on the last round, for a terminal that cannot be painted on. */
void trace_live_to_line(
    const struct trace_report *report, const struct trace_rounds *r, struct strbuf *out);
