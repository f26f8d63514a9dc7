/* What a field takes, in words: the second half of an error, and the reference. */
#include "config/internal.h"

#include <inttypes.h>

void
conf_expect_names(struct strbuf *out, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		if (i > 0)
			strbuf_add(out, names[i + 1] ? ", " : " or ");
		strbuf_add(out, names[i]);
	}
}

static void
add_limit(struct strbuf *out, enum conf_type type, int64_t limit)
{
	char buf[DURATION_STR_MAX];

	if (type == CONF_DURATION)
		strbuf_add(out, duration_format((struct duration){ limit }, buf));
	else
		strbuf_addf(out, "%" PRId64, limit);
}

void
conf_expect_range(struct strbuf *out, const struct conf_field *f, enum conf_type type)
{
	if (f->flags & CONF_OR_ZERO)
		strbuf_add(out, "0, or ");
	if (!conf_has_max(f))
		strbuf_add(out, "at least ");
	add_limit(out, type, f->min);
	if (conf_has_max(f)) {
		strbuf_add(out, " to ");
		add_limit(out, type, f->max);
	}
}

void
conf_expect_count(struct strbuf *out, const struct conf_field *f, const char *of)
{
	if (f->min > 0 && f->min == f->max)
		strbuf_addf(out, "%" PRId64 " %s", f->min, of);
	else if (f->min > 0 && conf_has_max(f))
		strbuf_addf(out, "%" PRId64 " to %" PRId64 " %s", f->min, f->max, of);
	else if (f->min > 0)
		strbuf_addf(out, "at least %" PRId64 " %s", f->min, of);
	else
		strbuf_addf(out, "at most %" PRId64 " %s", f->max, of);
}

static void
expect_text(struct strbuf *out, const struct conf_field *f)
{
	strbuf_add(out, "a text");
	if (f->min == 0 && f->max == 0)
		return;
	strbuf_add(out, " of ");
	conf_expect_count(out, f, "bytes");
}

static void
expect_number(struct strbuf *out, const struct conf_field *f)
{
	strbuf_add(out, "a number");
	if (f->min == 0 && f->max == 0)
		return;
	strbuf_add(out, conf_has_max(f) && !(f->flags & CONF_OR_ZERO) ? " from " : ": ");
	conf_expect_range(out, f, CONF_U32);
}

static void
expect_list(struct strbuf *out, const struct conf_field *f)
{
	const struct conf_field item = conf_item_field(f);

	if (f->flags & CONF_OR_ONE) {
		conf_expect(out, &item, item.type);
		strbuf_add(out, ", or a list of such");
		return;
	}
	strbuf_add(out, "a list (each item: ");
	if (f->item == CONF_STRUCT)
		strbuf_add(out, f->schema->what);
	else
		conf_expect(out, &item, item.type);
	strbuf_add_char(out, ')');
}

void
conf_expect(struct strbuf *out, const struct conf_field *f, enum conf_type type)
{
	switch (type) {
	case CONF_BOOL:
		strbuf_add(out, "true or false");
		break;
	case CONF_U32:
	case CONF_OPT_U32:
	case CONF_DOUBLE:
		expect_number(out, f);
		break;
	case CONF_DURATION:
		strbuf_add(out, "a duration such as 250ms or 1m30s");
		break;
	case CONF_STRING:
	case CONF_SECRET:
		expect_text(out, f);
		break;
	case CONF_NAME:
		strbuf_add(out, "a name of letters, digits, \"-\", \"_\" and \".\"");
		break;
	case CONF_ENUM:
		conf_expect_names(out, f->names);
		break;
	case CONF_IP:
		strbuf_add(out, "an IP address such as 192.0.2.1 or 2001:db8::1");
		break;
	case CONF_PREFIX:
		strbuf_add(out, "a prefix such as 192.0.2.0/24 or 2001:db8::/32");
		break;
	case CONF_ENDPOINT:
		strbuf_add(
		    out, "an address with a port such as 192.0.2.1:80 or \"[2001:db8::1]:80\"");
		break;
	case CONF_STRUCT:
		strbuf_addf(out, "a map with the keys of %s", f->schema->what);
		break;
	case CONF_LIST:
		expect_list(out, f);
		break;
	case CONF_MAP:
		strbuf_addf(out, "a map (each value: %s)", f->schema->what);
		break;
	}
}
