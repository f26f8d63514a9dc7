#include "lab/run_summary.h"

#include <string.h>

#include "base/style.h"
#include "base/table.h"

void
run_summary_print(const json_t *expectations, struct look look, struct strbuf *out)
{
	_cleanup_(table_freep) struct table *t = table_new();
	const char *last = "";
	size_t i, broken = 0, count = json_array_size(expectations);
	const json_t *row;

	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "step", TABLE_LEFT);
	table_add_column(t, "expected", TABLE_LEFT);
	table_add_column(t, "seen", TABLE_LEFT);
	json_array_foreach (expectations, i, row) {
		bool held = json_is_true(json_object_get(row, "held"));
		const char *step = json_string_value(json_object_get(row, "step"));

		broken += !held;
		table_add_row(t);
		table_add_styled(t, held ? STYLE_GOOD : STYLE_BAD, "%s",
		    held ? look_tick(look) : look_cross(look));
		table_add_cell(t, strcmp(step, last) == 0 ? "" : step);
		table_add_cell(t, json_string_value(json_object_get(row, "expected")));
		table_add_styled(t, held ? STYLE_PLAIN : STYLE_BAD, "%s",
		    json_string_value(json_object_get(row, "seen")));
		last = step;
	}
	if (count > 0)
		table_format(t, (struct table_look){ .indent = 2, .colour = look.colour }, out);

	enum style style = count && !broken ? STYLE_GOOD : STYLE_BAD;

	strbuf_addf(out, "\n  %s", style_begin(style, look.colour));
	if (count == 0)
		strbuf_add(out, "Nothing was expected, so nothing was shown.");
	else if (broken == 0 && count == 1)
		strbuf_add(out, "The one expectation held.");
	else if (broken == 0)
		strbuf_addf(out, "All %zu expectations held.", count);
	else
		strbuf_addf(out, "%zu of %zu expectations did not hold.", broken, count);
	strbuf_addf(out, "%s\n", style_end(style, look.colour));
}
