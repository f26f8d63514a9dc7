/* Whom a better site could serve, as CSV: RFC 4180, with CRLF, UTF-8. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/style.h"
#include "measure/report_write.h"

#define HEAD                                                                                       \
	"client,label,asn,network,country,city,weight,share,site,rtt_ms,better_site,better_rtt_"   \
	"ms,"                                                                                      \
	"inflation_ms,inflation_km,reason,decider_asn,decider,text,try\r\n"

static void
comma(struct strbuf *out)
{
	if (out->len > 0 && out->text[out->len - 1] != '\n')
		strbuf_add_char(out, ',');
}

/*
 * A network may be called "=HYPERLINK(...)", and spreadsheets run what begins so; a blank in front
 * would not stop them all.
 */
static void
add_text(struct strbuf *out, const char *text)
{
	_cleanup_(strbuf_done) struct strbuf printable = { 0 };
	const char *shown;

	comma(out);
	if (text == NULL || *text == '\0')
		return;
	strbuf_add_printable(&printable, text);
	shown = strbuf_get(&printable);
	strbuf_add_char(out, '"');
	if (strchr("=+-@\t\r", *shown))
		strbuf_add_char(out, '\'');
	for (; *shown; shown++) {
		if (*shown == '"')
			strbuf_add_char(out, '"');
		strbuf_add_char(out, *shown);
	}
	strbuf_add_char(out, '"');
}

static void
add_number(struct strbuf *out, double value)
{
	comma(out);
	if (!isnan(value))
		strbuf_addf(out, "%.3f", value);
}

static void
add_asn(struct strbuf *out, uint32_t asn)
{
	comma(out);
	if (asn)
		strbuf_addf(out, "%" PRIu32, asn);
}

static const char *
site_name(const struct report *r, uint32_t site)
{
	return site == REPORT_NONE ? NULL : r->sites[site].name;
}

/* All tries in one field, a line each: a field in quotes may have several. */
static void
add_tries(struct strbuf *out, const struct report_finding *f)
{
	comma(out);
	if (f->try_count == 0)
		return;
	strbuf_add_char(out, '"');
	for (size_t i = 0; i < f->try_count; i++) {
		_cleanup_(strbuf_done) struct strbuf printable = { 0 };

		strbuf_add(out, i > 0 ? "\r\n" : "");
		strbuf_add_printable(&printable, f->tries[i]);
		for (const char *c = strbuf_get(&printable); *c; c++) {
			if (*c == '"')
				strbuf_add_char(out, '"');
			strbuf_add_char(out, *c);
		}
	}
	strbuf_add_char(out, '"');
}

static void
add_finding(const struct report *r, const struct report_finding *f, struct strbuf *out)
{
	const struct report_client *c = &r->clients[f->client];

	add_text(out, c->name);
	add_text(out, c->label);
	add_asn(out, c->asn);
	add_text(out, c->network);
	add_text(out, c->place.country);
	add_text(out, c->place.city);
	add_number(out, c->weight);
	add_number(out, f->share);
	add_text(out, site_name(r, f->site));
	add_number(out, c->after.rtt);
	add_text(out, site_name(r, f->better_site));
	add_number(out, f->better_rtt);
	add_number(out, f->ms);
	add_number(out, f->km);
	add_text(out, report_reason_key(f->reason));
	add_asn(out, f->decider.asn);
	add_text(out, f->decider.name);
	add_text(out, f->said);
	add_tries(out, f);
	strbuf_add(out, "\r\n");
}

void
report_to_csv(const struct report *r, struct strbuf *out)
{
	strbuf_add(out, HEAD);
	for (size_t i = 0; i < r->finding_count; i++)
		add_finding(r, &r->findings[i], out);
}
