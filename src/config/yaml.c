/* Runs libfyaml over the text, and says in our form what it has against it. */
#include "config/internal.h"

#include <stdlib.h>
#include <string.h>

#include <libfyaml.h>

/* A tab among the spaces in front of a line is what the parser stumbles over, whatever it says. */
static bool
report_tab(struct conf *c, size_t line)
{
	for (size_t i = line; i <= line + 1 && i < c->source.line_count; i++) {
		size_t len, blank;
		const char *text = conf_source_line_text(&c->source, i, &len);

		blank = strspn(text, " ");
		if (blank < len && text[blank] == '\t') {
			size_t at = c->source.lines[i] + blank;

			conf_report(c, (struct conf_place){ .start = at, .end = at + 1 },
			    "a tab in the indentation; expected spaces");
			return true;
		}
	}
	return false;
}

static void
report_syntax(struct conf *c, size_t from, struct fy_diag *diag)
{
	void *iter = NULL;
	const struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iter);
	size_t at = 0;

	if (e) {
		size_t line =
		    conf_source_line(&c->source, from) + (e->line > 0 ? (size_t)e->line - 1 : 0);

		if (report_tab(c, line))
			return;
		at =
		    conf_source_offset(&c->source, line, e->column > 0 ? (size_t)e->column - 1 : 0);
	}
	/* what is missing at the end is shown at the last line that has something */
	for (bool at_end = at >= c->source.len;
	     at_end && at > 0 && strchr(" \r\n", c->source.text[at - 1]);)
		at--;
	conf_report(c, (struct conf_place){ .start = at, .end = at + 1 }, "this is not YAML: %s",
	    e ? e->msg : "the parser gave up");
}

static bool
run_parser(struct conf_builder *b, struct fy_parser *parser)
{
	bool ended = false, ok = true;

	while (!ended && ok) {
		struct fy_event *e = fy_parser_parse(parser);

		if (e == NULL)
			break;
		ended = e->type == FYET_STREAM_END;
		ok = conf_tree_take(b, e);
		fy_parser_event_free(parser, e);
	}
	return ended && ok;
}

struct conf_node *
conf_yaml_parse(struct conf *c, size_t from, size_t len)
{
	struct fy_diag_cfg diag_cfg;
	struct conf_builder b = { .c = c, .from = from, .last = from };
	bool ok = false;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.level = FYET_ERROR;
	diag_cfg.colorize = false;

	struct fy_diag *diag = fy_diag_create(&diag_cfg);

	if (diag == NULL)
		abort();
	fy_diag_set_collect_errors(diag, true);

	const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
	struct fy_parser *parser = fy_parser_create(&cfg);

	if (parser == NULL)
		abort();
	if (fy_parser_set_string(parser, c->source.text + from, len) == 0)
		ok = run_parser(&b, parser);
	if (!ok && c->error_count == 0)
		report_syntax(c, from, diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	if (ok && b.root == NULL) {
		conf_report(c, (struct conf_place){ from, from }, "the file is empty");
		ok = false;
	}
	return ok ? b.root : NULL;
}
