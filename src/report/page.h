/*
 * A report as one HTML page. Pure: the same report gives the same bytes.
 *
 * The page asks nobody for anything: style and script stand in it, and its content security policy
 * lets in these two alone, by their hashes. It can be read without the script, on paper, by screen
 * readers, on a phone, and with colours that cannot be told apart. Every text of the report is
 * escaped (report/html.h).
 *
 * Its size has a limit: clients of one place are one dot (report/dots.h), the table has a row for
 * each network (report/rows.h), and what is too much of either is left out, which the page says.
 *
 * Each section is a file: page_head.c with page_figures.c, page_map.c with page_map_sites.c,
 * page_sites.c, page_table.c, page_charts.c, page_worst.c, page_words.c. page.css is how it looks,
 * page.js what it can do; embed.py makes C of both.
 */
#pragma once

#include "base/strbuf.h"
#include "measure/report.h"

/* Adds the page to out. The report is computed. */
void report_html_write(const struct report *r, struct strbuf *out);
