/* What the commands of a site share: address, key, file, and the report of what came of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/table.h"
#include "cli/catchment.h"
#include "cli/catchment_progress.h"
#include "cli/fields.h"
#include "cli/print_json.h"
#include "cli/signals.h"
#include "io/atomic_file.h"
#include "measure/json.h"

#define KEY_FILE_MAX 4096

static int
read_key(const char *path, struct catch_key *key)
{
	_cleanup_(freep) char *text = NULL;
	struct err e = { 0 };
	size_t len;

	if (path == NULL) {
		catch_key_init(key, NULL, 0);
		return EXIT_SUCCESS;
	}
	if (atomic_file_read(path, KEY_FILE_MAX, &text, &len, &e) < 0) {
		cli_say_error("the key: %s", e.message);
		return EXIT_FAILURE;
	}
	/* an editor's newline is not meant */
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len < CATCH_SECRET_MIN) {
		cli_say_error("the key in %s is too short: at least %d bytes are needed, such as "
			      "`openssl rand -hex 32` gives",
		    path, CATCH_SECRET_MIN);
		return EXIT_FAILURE;
	}
	catch_key_init(key, text, len);
	explicit_bzero(text, len);
	return EXIT_SUCCESS;
}

static bool
is_site_name(const char *text)
{
	size_t n =
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= CATCH_SITE_MAX && text[n] == '\0';
}

int
catchment_site_conf(
    const struct catchment_site_options *o, const char *what, struct catch_run_conf *conf)
{
	if (o->address == NULL)
		return cli_usage_error("--%s is needed: the address that asks", what);
	if (ip_parse(o->address, &conf->local) < 0)
		return cli_usage_error("--%s: \"%s\" is not an IP address", what, o->address);
	if (o->site == NULL)
		return cli_usage_error("--from is needed: the name of this site");
	if (!is_site_name(o->site))
		return cli_usage_error(
		    "--from: \"%s\" is not a name of letters, digits, \"-\", \"_\" and \".\"",
		    o->site);
	if (o->json && (o->out == NULL || strcmp(o->out, "-") == 0))
		return cli_usage_error(
		    "--json needs --out FILE: standard output is for the rows then");
	conf->site = o->site;
	conf->port = (uint16_t)o->port;
	conf->late = o->late;
	conf->to_end = o->to_end;
	conf->path = o->out ? o->out : "-";
	return read_key(o->key_file, &conf->key);
}

int
catchment_run_id(const char *text, struct catch_run_conf *conf)
{
	char *end;

	if (strlen(text) != 8 || strspn(text, "0123456789abcdef") != 8)
		return cli_usage_error("--run-id: \"%s\" is not 8 digits of 0-9 and a-f", text);
	conf->run = (uint32_t)strtoul(text, &end, 16);
	conf->run_known = true;
	return EXIT_SUCCESS;
}

/* ---- the run ---- */

struct site_run {
	sd_event *loop;        /* owned */
	struct catch_run *run; /* owned */
	bool is_over;          /* by itself, not interrupted */
	int r;
	struct err e;
};

static void
on_finished(void *userdata, int r, const struct err *e)
{
	struct site_run *s = userdata;

	s->is_over = true;
	s->r = r;
	if (e)
		s->e = *e;
	(void)sd_event_exit(s->loop, 0);
}

static int
run_loop(struct site_run *s, const struct catch_run_conf *conf)
{
	_cleanup_(catchment_progress_done) struct catchment_progress progress = { 0 };
	struct err e = { 0 };
	int r = cli_loop_new(&s->loop, &s->e);

	if (r == 0)
		r = catch_run_new(s->loop, conf, on_finished, s, &s->run, &s->e);
	if (r < 0)
		return r;
	catchment_progress_start(&progress, s->loop, s->run, conf);
	r = sd_event_loop(s->loop);
	if (r < 0)
		s->r = err_errno(&s->e, r, "event loop");
	r = catch_run_end(s->run, "interrupted", &e);
	if (r < 0 && s->r == 0) {
		s->r = r;
		s->e = e;
	}
	return s->r;
}

/* ---- the report ---- */

static void
add_number(struct table *t, const char *what, const json_t *j, const char *key)
{
	const json_t *number = json_object_get(j, key);

	if (!json_is_integer(number))
		return;
	table_add_row(t);
	table_add_cell(t, what);
	table_add_cellf(t, "%" JSON_INTEGER_FORMAT, json_integer_value(number));
}

static void
report_to_text(const json_t *report, struct strbuf *out)
{
	const json_t *replies = json_object_get(report, "replies");
	const char *why = field_text(report, "failed_why");
	struct table *t = table_new();

	strbuf_addf(out, "%s at %s\n", field_text(report, "address"), field_text(report, "site"));
	if (*field_text(report, "run") != '\0')
		strbuf_addf(out, "run %s\n", field_text(report, "run"));
	table_add_column(t, "", TABLE_LEFT);
	table_add_column(t, "", TABLE_RIGHT);
	add_number(t, "bad lines", report, "bad_lines");
	add_number(t, "targets", report, "targets");
	add_number(t, "requests sent", report, "sent");
	add_number(t, "  not sent", report, "failed");
	add_number(t, "  excluded", report, "skipped");
	add_number(t, "replies landed here", replies, "own");
	add_number(t, "  duplicate", replies, "duplicate");
	add_number(t, "  late", replies, "late");
	add_number(t, "  from another address", replies, "other_address");
	add_number(t, "  forged", replies, "forged");
	add_number(t, "  foreign", replies, "foreign");
	add_number(t, "  dropped", replies, "dropped");
	table_format(t, (struct table_look){ 0 }, out);
	table_free(t);
	if (*why != '\0')
		strbuf_addf(out, "not sent: %s\n", why);
	if (field_int(replies, "dropped") > 0)
		strbuf_addf(out,
		    "incomplete: up to %lld replies came faster than they could be "
		    "taken; a lower --pps helps\n",
		    field_int(replies, "dropped"));
	if (strcmp(field_text(report, "end"), "done") != 0)
		strbuf_addf(out, "ended: %s\n", field_text(report, "end"));
}

static int
print_report(const struct catchment_site_options *o, const struct catch_run_conf *conf,
    const struct site_run *s, json_t *extra)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	json_auto_t *report = json_object();
	char local[IP_STR_MAX];

	json_object_set_new(report, "site", json_string(o->site));
	json_object_set_new(report, "address", json_string(ip_format(conf->local, local)));
	(void)json_object_update(report, extra);
	(void)json_object_update_new(report, catch_run_to_json(s->run));
	if (o->json)
		return cli_print_json(TAKE(report), JSON_INDENT(2) | MEASURE_JSON_FLAGS);
	report_to_text(report, &text);
	if (strcmp(conf->path, "-") != 0)
		return cli_print(strbuf_get(&text));
	/* standard output has the rows */
	(void)fputs(strbuf_get(&text), stderr);
	return EXIT_SUCCESS;
}

int
catchment_site_run(
    const struct catchment_site_options *o, const struct catch_run_conf *conf, json_t *extra)
{
	struct site_run s = { 0 };
	int status = EXIT_SUCCESS;

	if (run_loop(&s, conf) < 0) {
		cli_say_error("%s", s.e.message);
		status = EXIT_FAILURE;
	}
	/* a listener is meant to be interrupted; who sends has not asked all then */
	if (conf->hitlist != NULL && !s.is_over)
		status = EXIT_FAILURE;
	if (s.run != NULL && print_report(o, conf, &s, extra) != EXIT_SUCCESS)
		status = EXIT_FAILURE;
	json_decref(extra);
	catch_run_free(s.run);
	(void)sd_event_unref(s.loop);
	return status;
}
