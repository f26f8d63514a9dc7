#include "measure/catch_merged.h"

#include <errno.h>
#include <string.h>

/* "TARGET PREFIX SITE[,SITE...] ELAPSED RTT BEST-SITE BEST" */
enum { TARGET, PREFIX, SITES, ELAPSED, RTT, BEST_SITE, BEST, WORDS };

static bool
is_unknown(const struct catch_reader *r, struct line_word word)
{
	return word.to == word.from + 1 && r->lines.text[word.from] == '-';
}

/* "-": not known. False: the row is bad. */
static bool
read_us(struct catch_reader *r, struct line_word word, uint32_t *ret)
{
	int64_t us;

	*ret = CATCH_US_NONE;
	if (is_unknown(r, word))
		return true;
	if (!catch_reader_us(r, word, &us))
		return false;
	if (us < 0) {
		lines_bad(&r->lines, word.from, word.to, "expected microseconds from 0 on, or -");
		return false;
	}
	*ret = (uint32_t)us;
	return true;
}

/* The number of the site that a word names. 1; 0: no name; -E2BIG. */
static int
read_site(struct catch_table *t, struct catch_reader *r, struct line_word word, uint16_t *ret,
    struct err *e)
{
	char name[CATCH_SITE_MAX + 1];

	if (word.to == word.from || !lines_word(&r->lines, word, name, sizeof(name))) {
		lines_bad(&r->lines, word.from, word.to, "expected the name of a site");
		return 0;
	}
	*ret = catch_table_site(t, name);
	if (*ret == CATCH_NO_SITE)
		return err_set(e, -E2BIG, "%s: more than %d sites", r->lines.name, CATCH_SITES_MAX);
	return 1;
}

/* A row of the table for each site of the word. */
static int
add_sites(struct catch_table *t, struct catch_reader *r, struct line_word sites,
    const struct catch_row *row, struct err *e)
{
	for (size_t at = sites.from; at <= sites.to;) {
		size_t to = at + strcspn(r->lines.text + at, ", \t");
		uint16_t site;
		int got = read_site(t, r, (struct line_word){ at, to }, &site, e);
		struct catch_row *added;

		if (got <= 0)
			return got;
		added = catch_table_add(t, r->last, site);
		added->elapsed = row->elapsed;
		added->rtt = row->rtt;
		added->best = row->best;
		added->best_site = row->best_site;
		at = to + 1;
	}
	return 0;
}

static int
read_row(struct catch_table *t, struct catch_reader *r, struct err *e)
{
	struct catch_row row = { .best_site = CATCH_NO_SITE };
	struct line_word words[WORDS];
	int64_t elapsed;

	if (catch_reader_columns(r, words, WORDS) < WORDS) {
		lines_bad(
		    &r->lines, 0, r->lines.len, "expected the %d words of a merged row", WORDS);
		return 0;
	}
	if (!catch_reader_us(r, words[ELAPSED], &elapsed) || !read_us(r, words[RTT], &row.rtt) ||
	    !read_us(r, words[BEST], &row.best))
		return 0;
	row.elapsed = (int32_t)(elapsed > INT32_MAX   ? INT32_MAX
				: elapsed < INT32_MIN ? INT32_MIN
						      : elapsed);
	if (!is_unknown(r, words[BEST_SITE])) {
		int got = read_site(t, r, words[BEST_SITE], &row.best_site, e);

		if (got <= 0)
			return got;
	}
	return add_sites(t, r, words[SITES], &row, e);
}

int
catch_merged_read(struct catch_table *t, struct catch_reader *r, struct err *e)
{
	struct line_word words[2];
	json_t *site;
	size_t i;
	int got;

	json_array_foreach (json_object_get(r->head, "sites"), i, site) {
		const char *name = json_string_value(site);

		if (name != NULL && *name != '\0' && strlen(name) <= CATCH_SITE_MAX &&
		    strpbrk(name, ", \t#") == NULL)
			(void)catch_table_site(t, name);
	}
	while ((got = catch_reader_next(r, words, ARRAY_SIZE(words), e)) > 0) {
		got = read_row(t, r, e);
		if (got < 0)
			return got;
	}
	return got;
}
