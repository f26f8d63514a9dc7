/*
 * A report as JSON, as CSV and as text. Pure; report_html.h has it as a page.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "measure/report.h"

#define REPORT_VERSION 1

/* Takes a piece of a text; a negative errno ends it. */
typedef int report_put(void *userdata, const char *text, size_t len);

/*
 * All of it as one document, in pieces, so that what is held does not grow with the clients. 0,
 * what put() gave, or -ENOMEM.
 */
int report_write_json(const struct report *r, report_put *put, void *userdata) _must_use_;
/* Without what there is one of for each client: findings, traces, clients. Its size does not grow
 * with them. */
json_t *report_head_to_json(const struct report *r);
/* Of one that has them in another form, as they are written there. With the digits that mean
 * something: microseconds of ms, metres of km; NAN, and what is not known, is null. */
json_t *report_number_to_json(double value);
json_t *report_asn_to_json(uint32_t asn);
json_t *report_site_to_json(const struct report *r, uint32_t site);
void report_place_to_json(json_t *j, const struct report_place *p); /* its keys are added */

/*
 * A row for each client that a better site could serve, the costliest first, below a row of names
 * (RFC 4180). A text that a spreadsheet would take for a formula gets a "'" in front.
 */
void report_to_csv(const struct report *r, struct strbuf *out);

/*
 * What a person wants to know first, and the first few findings. columns: of the terminal, as
 * table.h takes them; 0: as wide as it gets.
 */
void report_to_text(const struct report *r, size_t findings, size_t columns, struct strbuf *out);
