#include "controller/catchment_targets.h"

#include <inttypes.h>
#include <stdio.h>

#include "controller/api_catchments.h"
#include "measure/hitlist.h"
#include "measure/special.h"

/* NULL, or what is wrong with it. */
static const char *
read_line(const char *text, enum ip_family family, struct prefix *ret)
{
	struct ip ip;

	if (ip_parse(text, &ip) == 0)
		*ret = prefix_host(ip);
	else if (prefix_parse(text, ret) < 0)
		return family == IP_V4
			   ? "expected an address or a prefix such as 192.0.2.1 or 192.0.2.0/24"
			   : "expected an address or a prefix such as 2001:db8::1 or "
			     "2001:db8::/48";
	return ret->addr.family == family ? NULL : "is of the other family than the Global IP";
}

/* Adds each as a line, or the first errors to the list: one that is wrong throughout needs no
 * thousands. */
static void
read_lines(const struct catchment_targets *t, const json_t *list, const char *key, bool special,
    struct strbuf *out, json_t *errors)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const struct special *s = NULL;
		struct prefix p;
		const char *why = read_line(json_string_value(one), t->family, &p);
		char pointer[32];

		(void)snprintf(pointer, sizeof(pointer), "/%s/%zu", key, i);
		if (why == NULL && !special)
			s = special_find(p);
		if (why != NULL)
			field_error(errors, pointer, "%s", why);
		else if (s != NULL)
			field_error(errors, pointer,
			    "%s (%s): nobody's clients are there; only a lab may ask", s->purpose,
			    s->rfc);
		if (json_array_size(errors) >= 20)
			return;
		strbuf_addf(out, "%s\n", json_string_value(one));
	}
}

/* As the host that sends will read it: how many it comes to. */
static int
count_targets(struct call *c, struct catchment_targets *t)
{
	const struct hitlist_conf conf = {
		.family = t->family, .block_len = t->block_length, .allow_special = t->lab
	};
	struct hitlist *list = hitlist_new(&conf);
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	struct hitlist_counts counts = { 0 };
	struct err e = { 0 };
	uint64_t bad = 0;
	int r = hitlist_exclude_text(list, "exclude", strbuf_get(&t->excluded), &report, &bad, &e);

	if (r >= 0)
		r = hitlist_read_text(list, "targets", strbuf_get(&t->lines), &report, &bad, &e);
	if (r >= 0)
		r = hitlist_finish(list, &counts, &e);
	hitlist_free(list);
	t->count = counts.targets;
	if (r < 0 || bad > 0)
		return call_problem_field(
		    c, "/targets", "%s", e.message[0] != '\0' ? e.message : "cannot be asked");
	if (counts.targets > CATCHMENT_TARGETS_MAX)
		return call_problem_field(c, "/targets",
		    "are %" PRIu64 " addresses; at most %d through a controller, and any number "
		    "with files: nearcast-catchment(1)",
		    counts.targets, CATCHMENT_TARGETS_MAX);
	return 0;
}

int
catchment_targets_read(
    struct call *c, struct catchment_targets *t, const json_t *targets, const json_t *exclude)
{
	json_t *errors = json_array();

	read_lines(t, targets, "targets", t->lab, &t->lines, errors);
	read_lines(t, exclude, "exclude", true, &t->excluded, errors);
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return count_targets(c, t);
}

void
catchment_targets_done(struct catchment_targets *t)
{
	strbuf_done(&t->lines);
	strbuf_done(&t->excluded);
}
