/* The sections of the page, in their order, and what several of them say. */
#pragma once

#include "base/strbuf.h"
#include "measure/report.h"
#include "report/projection.h"

#define PAGE_ROWS_MAX 200 /* of the table */
#define PAGE_WORST_MAX 12 /* clients with their traces */
#define PAGE_HOPS_MAX 64  /* of a trace */
#define PAGE_NOTES_MAX 20

#define PAGE_MAP_WIDTH 1000
#define PAGE_MAP_HEIGHT 440
#define PAGE_MAP_DOT 4.0 /* the radius of most clients */

void page_head(const struct report *r, struct strbuf *out);
void page_figures(const struct report *r, struct strbuf *out); /* in the head */
void page_map(const struct report *r, struct strbuf *out);
void page_map_sites(const struct report *r, const struct map_view *v, struct strbuf *out);
void page_sites(const struct report *r, struct strbuf *out);
void page_table(const struct report *r, struct strbuf *out);
void page_charts(const struct report *r, struct strbuf *out);
void page_worst(const struct report *r, struct strbuf *out);
void page_words(const struct report *r, struct strbuf *out);

/* ---- what several of them say ---- */

/* "users" with weights, else "clients". */
const char *page_whom(const struct report *r);
/* The label of a state, or "before" and "after"; "now" when there is one only. */
const char *page_label(const struct report *r, bool before);
/* Whether any site, and any client, has a place. */
bool page_has_map(const struct report *r);
/* Whether there is a finding that page_worst() has something to say about. */
bool page_has_worst(const struct report *r);

/* "3 clients", "1 client"; plural is with an s. */
void page_count(struct strbuf *out, uint64_t count, const char *noun);
/* "12.5 %"; what is little is "< 0.1 %", not nothing. */
void page_share(struct strbuf *out, double share);
/* Its mark and its name; REPORT_NONE: "several sites". */
void page_site(const struct report *r, struct strbuf *out, uint32_t site);
/* The mark alone, as large as text. */
void page_mark(struct strbuf *out, uint32_t site, bool astray);
/* "AS64500 Caledonia" or what else is known of it. */
void page_network(struct strbuf *out, const struct report_client *c);
/* "Lisbon, PT"; nothing if neither is known. Whether there was something. */
bool page_place(struct strbuf *out, const struct report_place *p);
/* A cell with a number, its value being what it is sorted by. */
void page_cell(struct strbuf *out, const char *class, double value, unsigned decimals);
