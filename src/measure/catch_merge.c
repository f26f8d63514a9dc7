#include "measure/catch_merge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/style.h"
#include "measure/catch_file.h"
#include "measure/catch_merged.h"

/* The last one only where it is taken. */
static const char *const kinds[] = { "replies", "rtt", NULL };
static const char *const kinds_merged[] = { "replies", "rtt", "merged", NULL };

void
catch_merge_done(struct catch_merge *m)
{
	for (size_t i = 0; i < m->file_count; i++) {
		free(m->files[i].why);
		free(m->files[i].site);
		json_decref(m->files[i].end);
	}
	free(m->files);
	free(m->run);
	free(m->address);
	free(m->sender);
	free(m->began);
	catch_table_done(&m->table);
	catch_rtts_done(&m->rtts);
	strbuf_done(&m->report);
}

static bool
is_of_kind(const struct catch_reader *r, const char *kind)
{
	return strcmp(catch_reader_text(r, "kind"), kind) == 0;
}

static void
keep_text(char **to, const struct catch_reader *r, const char *key)
{
	const char *text = catch_reader_text(r, key);

	if (*to == NULL && *text != '\0')
		*to = xstrdup(text);
}

/* Who asked, and when: in the file of the site that did, or of an earlier merge. */
static void
keep_sender(struct catch_merge *m, const struct catch_reader *r)
{
	bool merged = is_of_kind(r, "merged");

	if (!merged && !json_is_true(json_object_get(r->head, "sends")))
		return;
	keep_text(&m->sender, r, merged ? "sender" : "site");
	keep_text(&m->began, r, "began");
}

/* What lands at two addresses may differ for good: no run asks from both. */
static int
check_address(const struct catch_merge *m, const struct catch_reader *r, struct err *e)
{
	const char *address = catch_reader_text(r, "address");

	if (*address == '\0' || *m->address == '\0' || strcmp(address, m->address) == 0)
		return 0;
	return err_set(e, -EINVAL, "%s: is of the address %.45s, the first file of %.45s",
	    r->lines.name, address, m->address);
}

static int
check_run(struct catch_merge *m, const struct catch_reader *r, struct err *e)
{
	const char *run = catch_reader_text(r, "run");

	if (m->address == NULL)
		m->address = xstrdup(catch_reader_text(r, "address"));
	/* no reply told a site the run where nobody lands */
	if (m->run == NULL && *run != '\0')
		m->run = xstrdup(run);
	if (*run != '\0' && strcmp(run, m->run) != 0)
		return err_set(e, -EINVAL,
		    "%s: is of the run \"%.20s\", the first file of \"%.20s\"", r->lines.name, run,
		    m->run);
	if (check_address(m, r, e) < 0)
		return -EINVAL;
	keep_sender(m, r);
	return 0;
}

/* Fits it to what was read before. */
static int
check_head(struct catch_merge *m, const struct catch_reader *r, bool rtt, struct err *e)
{
	const char *site = catch_reader_text(r, "site");

	if (m->table.family == IP_NONE)
		m->table.family = r->family;
	if (r->family != m->table.family)
		return err_set(
		    e, -EINVAL, "%s: is of the other family than the first file", r->lines.name);
	if (!is_of_kind(r, "merged") &&
	    (*site == '\0' || strlen(site) > CATCH_SITE_MAX || strpbrk(site, ", \t#") != NULL))
		return err_set(
		    e, -EINVAL, "%s:1: the site has no name that can be one", r->lines.name);
	return rtt ? 0 : check_run(m, r, e);
}

/* What a site measured of a target that landed somewhere. */
static void
take_rtt(struct catch_merge *m, struct ip target, uint16_t site, uint32_t us)
{
	struct catch_table *t = &m->table;
	size_t first = catch_table_find(t, target), end;

	if (first == t->count || !ip_equal(catch_table_target(t, first), target))
		return;
	end = catch_table_next(t, first);
	if (m->keeps_rtts)
		catch_rtts_add(&m->rtts, t, first, site, us);
	if (us < t->rows[first].best) {
		t->rows[first].best = us;
		t->rows[first].best_site = site;
	}
	for (size_t i = first; i < end; i++) {
		if (t->rows[i].site == site)
			t->rows[i].rtt = MIN(t->rows[i].rtt, us);
	}
}

static int
read_rows(struct catch_merge *m, struct catch_reader *r, bool rtt, uint16_t site, struct err *e)
{
	struct line_word words[2];
	int got;

	while ((got = catch_reader_next(r, words, ARRAY_SIZE(words), e)) > 0) {
		int64_t us;

		if (!catch_reader_us(r, words[1], &us))
			continue;
		if (rtt)
			take_rtt(m, r->last, site, (uint32_t)MAX(us, 0));
		else
			catch_table_add(&m->table, r->last, site)->elapsed =
			    (int32_t)MAX(MIN(us, INT32_MAX), INT32_MIN);
	}
	return got;
}

/* It may have words of the file. */
static void
add_line(struct strbuf *report, const char *text)
{
	strbuf_add_printable(report, text);
	strbuf_add_char(report, '\n');
}

static uint64_t
count_of(const json_t *end, const char *key)
{
	return (uint64_t)MAX(json_integer_value(json_object_get(end, key)), 0);
}

/* Of the replies of one kind, by its site's last line. */
static uint64_t
replies_of(const struct catch_merged_file *f, const char *kind)
{
	return count_of(json_object_get(f->end, "replies"), kind);
}

/* What is said of it when it was read. */
static void
note(struct catch_merge *m, struct catch_merged_file *f, const struct catch_reader *r)
{
	uint64_t dropped;

	f->rows = r->rows;
	f->bad = r->lines.bad;
	f->end = json_incref(r->end);
	f->forged = replies_of(f, "forged");
	dropped = replies_of(f, "dropped");
	if (r->end == NULL) {
		f->state = CATCH_FILE_CUT;
		f->why = xasprintf(
		    "%s: has no last line: the site went away, or the file was cut off", f->path);
	} else if (json_is_false(json_object_get(r->end, "complete"))) {
		f->state = CATCH_FILE_CUT;
		f->why = xasprintf("%s: is of a merge to which something was missing", f->path);
	} else if (json_is_true(json_object_get(r->head, "sends")) &&
		   strcmp(json_string_value(json_object_get(r->end, "end")), "done") != 0) {
		f->state = CATCH_FILE_STOPPED;
		f->why = xasprintf("%s: was stopped before all requests were sent", f->path);
	} else if (dropped > 0) {
		f->state = CATCH_FILE_DROPPED;
		f->why = xasprintf("%s: up to %" PRIu64
				   " replies came faster than the site could take them, and are "
				   "missing",
		    f->path, dropped);
	} else if (f->forged > 0 && f->rows == 0) {
		f->state = CATCH_FILE_FORGED;
		f->why = xasprintf("%s: %" PRIu64
				   " replies were forged, and no other came: is the key the same "
				   "at all sites?",
		    f->path, f->forged);
	}
	strbuf_add(&m->report, strbuf_get(&r->lines.report));
	if (f->why)
		add_line(&m->report, f->why);
}

static void
refuse(struct catch_merge *m, struct catch_merged_file *f, const struct err *e)
{
	f->state = CATCH_FILE_REFUSED;
	f->why = xstrdup(e->message);
	add_line(&m->report, e->message);
}

/* The rows of a file that fits. */
static void
take_file(struct catch_merge *m, struct catch_merged_file *f, struct catch_reader *r)
{
	uint16_t site = CATCH_NO_SITE;
	struct err e = { 0 };
	int got;

	if (is_of_kind(r, "merged")) {
		m->has_merged = true;
		got = catch_merged_read(&m->table, r, &e);
	} else {
		f->site = xstrdup(catch_reader_text(r, "site"));
		site = catch_table_site(&m->table, f->site);
		got = site != CATCH_NO_SITE
			  ? read_rows(m, r, f->rtt, site, &e)
			  : err_set(&e, -E2BIG, "%s: more than %d sites", f->path, CATCH_SITES_MAX);
	}
	lines_end_report(&r->lines);
	if (got == -E2BIG) {
		refuse(m, f, &e);
		return;
	}
	note(m, f, r);
	if (got < 0 && f->why == NULL)
		refuse(m, f, &e);
}

static void
read_file(struct catch_merge *m, struct catch_merged_file *f)
{
	const char *const *known = m->takes_merged ? kinds_merged : kinds;
	struct catch_reader r;
	struct err e = { 0 };

	if ((f->text != NULL ? catch_reader_open_text(&r, f->path, f->text, known, &e)
			     : catch_reader_open(&r, f->path, known, &e)) < 0) {
		refuse(m, f, &e);
		return;
	}
	f->rtt = is_of_kind(&r, "rtt");
	if (check_head(m, &r, f->rtt, &e) < 0)
		refuse(m, f, &e);
	else
		take_file(m, f, &r);
	catch_reader_close(&r);
}

/* Of the kind that its first line says; files that cannot be opened count as replies. */
static bool
is_rtt(const char *path)
{
	struct catch_reader r;
	bool rtt;

	/* standard input can be read once only */
	if (strcmp(path, "-") == 0 || catch_reader_open(&r, path, kinds, NULL) < 0)
		return false;
	rtt = is_of_kind(&r, "rtt");
	catch_reader_close(&r);
	return rtt;
}

/* Standard input cannot be read twice, and a text is none. */
static bool
was_read(const struct catch_merge *m, const char *path)
{
	struct stat one, other;

	if (strcmp(path, "-") == 0 || stat(path, &one) < 0)
		return false;
	for (size_t i = 0; i < m->file_count; i++) {
		if (stat(m->files[i].path, &other) == 0 && other.st_dev == one.st_dev &&
		    other.st_ino == one.st_ino)
			return true;
	}
	return false;
}

static void
add_file(struct catch_merge *m, const char *path, const char *text)
{
	bool twice = text == NULL && was_read(m, path);
	struct catch_merged_file *f;

	m->files = grow_array(m->files, m->file_count, &m->file_cap, sizeof(*m->files));
	f = &m->files[m->file_count++];
	*f = (struct catch_merged_file){ .path = path, .text = text };
	if (twice) {
		struct err e = { 0 };

		(void)err_set(&e, -EEXIST, "%s: is given twice, and was read once", path);
		refuse(m, f, &e);
		return;
	}
	read_file(m, f);
	f->text = NULL;
	m->has_rtt |= f->rtt;
}

void
catch_merge_read_text(struct catch_merge *m, const char *name, const char *text)
{
	add_file(m, name, text);
}

void
catch_merge_sort(struct catch_merge *m)
{
	catch_table_sort(&m->table);
}

/* Those with RTTs come second: only what targets there are is kept of them. */
void
catch_merge_read(struct catch_merge *m, char *const *paths)
{
	for (int rtt = 0; rtt <= 1; rtt++) {
		for (size_t i = 0; paths[i] != NULL; i++) {
			if (is_rtt(paths[i]) == (rtt == 1))
				add_file(m, paths[i], NULL);
		}
		catch_table_sort(&m->table);
	}
}

int
catch_merge_weigh(struct catch_merge *m, const char *path, struct err *e)
{
	m->has_weights = true;
	return catch_table_weigh(&m->table, path, &m->unmapped, &m->report, &m->bad_weights, e);
}

/* Each is asked in every round; who was stopped has not come to all. */
static uint64_t
asked_of(const struct catch_merged_file *f)
{
	uint64_t rounds = MAX(count_of(f->end, "rounds"), UINT64_C(1));
	uint64_t targets = count_of(f->end, "targets"), sent = count_of(f->end, "sent");
	uint64_t skipped = MIN(count_of(f->end, "skipped") / rounds, targets);

	if (f->rtt || json_object_get(f->end, "sent") == NULL)
		return count_of(f->end, "asked");
	return MIN(targets - skipped, sent);
}

uint64_t
catch_merge_asked(const struct catch_merge *m)
{
	uint64_t asked = 0;

	for (size_t i = 0; i < m->file_count; i++)
		asked = MAX(asked, asked_of(&m->files[i]));
	return asked;
}

bool
catch_merge_is_complete(const struct catch_merge *m)
{
	for (size_t i = 0; i < m->file_count; i++) {
		if (m->files[i].state != CATCH_FILE_WHOLE || m->files[i].bad > 0)
			return false;
	}
	return m->bad_weights == 0;
}
