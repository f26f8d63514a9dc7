/* The files of a hitlist: what a line may be, and what is said of one that is wrong. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "measure/hitlist_internal.h"
#include "measure/lines.h"
#include "measure/special.h"

static const char *
family_name(enum ip_family family)
{
	return family == IP_V4 ? "IPv4" : "IPv6";
}

/* An address or a prefix alone in a line. 1: filled; 0: the line is empty, or bad, and said so. */
static int
read_prefix(struct lines *l, enum ip_family family, struct prefix *ret)
{
	struct line_word words[2];
	size_t count = lines_split(l, words, ARRAY_SIZE(words));
	char text[PREFIX_STR_MAX] = "";
	struct ip ip = { 0 };
	int r;

	if (count == 0)
		return 0;
	if (count > 1) {
		lines_bad(l, words[1].from, words[1].to,
		    "expected one address or prefix in a line, found more");
		return 0;
	}
	r = lines_word(l, words[0], text, sizeof(text)) ? ip_parse(text, &ip) : -EINVAL;
	if (r == 0)
		*ret = prefix_host(ip);
	else if (strlen(text) == words[0].to - words[0].from)
		r = prefix_parse(text, ret);
	if (r == -EDOM)
		lines_bad(
		    l, words[0].from, words[0].to, "bits are set behind the length of the prefix");
	else if (r < 0)
		lines_bad(l, words[0].from, words[0].to,
		    "expected an address or a prefix such as %s",
		    family == IP_V4 ? "192.0.2.1 or 192.0.2.0/24" : "2001:db8::1 or 2001:db8::/48");
	else if (ret->addr.family != family)
		lines_bad(l, words[0].from, words[0].to, "is %s, and what asks is %s",
		    family_name(ret->addr.family), family_name(family));
	else
		return 1;
	return 0;
}

/* What a good line adds. */
typedef int (*add_fn)(struct hitlist *h, struct lines *l, struct prefix p, struct err *e);

static int
add_target(struct hitlist *h, struct lines *l, struct prefix p, struct err *e)
{
	const struct special *special = h->conf.allow_special ? NULL : special_find(p);
	size_t from = strspn(l->text, " \t,");
	uint64_t blocks = hitlist_blocks(h, p);

	if (special) {
		lines_bad(l, from, from + strcspn(l->text + from, " \t,#"),
		    "%s (%s): nobody's clients are there; only a lab may ask (--lab)",
		    special->purpose, special->rfc);
		return 0;
	}
	h->targets += blocks;
	if (h->targets > HITLIST_TARGETS_MAX)
		return err_set(e, -E2BIG, "%s, line %" PRIu64 ": more than %u targets", l->name,
		    l->number, HITLIST_TARGETS_MAX);
	if (blocks > 1)
		prefix_set_add(&h->prefixes, p);
	else
		hitlist_add_address(
		    h, p.len == ip_bits(p.addr.family) ? p.addr : hitlist_target(p.addr));
	if (h->took != NULL)
		h->took(h->took_userdata, p, false);
	return 0;
}

static int
add_excluded(struct hitlist *h, struct lines *l, struct prefix p, struct err *e)
{
	(void)l;
	(void)e;
	prefix_set_add(&h->excluded, p);
	if (h->took != NULL)
		h->took(h->took_userdata, p, true);
	return 0;
}

static int
read_lines(struct hitlist *h, struct lines *l, add_fn add, struct strbuf *report, uint64_t *bad,
    struct err *e)
{
	int r;

	while ((r = lines_next(l, e)) > 0) {
		struct prefix p = { 0 };

		if (read_prefix(l, h->conf.family, &p) > 0)
			r = add(h, l, p, e);
		if (r < 0)
			break;
	}
	lines_end_report(l);
	strbuf_add(report, strbuf_get(&l->report));
	*bad += l->bad;
	return r;
}

static int
read_file(struct hitlist *h, const char *path, add_fn add, struct strbuf *report, uint64_t *bad,
    struct err *e)
{
	_cleanup_(lines_done) struct lines l;
	int r = lines_open(&l, path, e);

	return r < 0 ? r : read_lines(h, &l, add, report, bad, e);
}

int
hitlist_read_file(
    struct hitlist *h, const char *path, struct strbuf *report, uint64_t *bad, struct err *e)
{
	return read_file(h, path, add_target, report, bad, e);
}

static int
read_text(struct hitlist *h, const char *name, const char *text, add_fn add, struct strbuf *report,
    uint64_t *bad, struct err *e)
{
	_cleanup_(lines_done) struct lines l;

	lines_open_text(&l, name, text);
	return read_lines(h, &l, add, report, bad, e);
}

int
hitlist_read_text(struct hitlist *h, const char *name, const char *text, struct strbuf *report,
    uint64_t *bad, struct err *e)
{
	return read_text(h, name, text, add_target, report, bad, e);
}

int
hitlist_exclude_text(struct hitlist *h, const char *name, const char *text, struct strbuf *report,
    uint64_t *bad, struct err *e)
{
	return read_text(h, name, text, add_excluded, report, bad, e);
}

int
hitlist_exclude_file(
    struct hitlist *h, const char *path, struct strbuf *report, uint64_t *bad, struct err *e)
{
	return read_file(h, path, add_excluded, report, bad, e);
}
