/*
 * How everything stands, as a controller knows it: what each host said last, site by site. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "base/table.h"

/*
 * Adds the table of the sites (of /api/v1/status and its like): a row for each address that a host
 * has, and one for a host without, and for a site without hosts. What is missing is empty. Where
 * that does not fit, the addresses of each host stand below a line about it.
 */
void live_sites_text(const json_t *sites, struct table_look look, struct strbuf *out);
/* Adds the table of a host's neighbors, behind a blank line; nothing when there are none. */
void live_neighbors_text(const json_t *host, struct table_look look, struct strbuf *out);
