/* What the files of Global IPs share: their rows, and the search for a free block. */
#pragma once

#include "controller/block.h"
#include "controller/call.h"

/* In id's order; $1 of WHERE is what api_ip_find() is given. */
#define IPS_SELECT                                                                                 \
	"SELECT g.id, projects.name, pools.name, g.family, g.size, g.prefix, g.state,"             \
	" g.description, g.customdata, services.name, g.created_at, g.quarantined_until,"          \
	" g.revision FROM global_ips g JOIN projects ON projects.id = g.project"                   \
	" JOIN pools ON pools.id = g.pool LEFT JOIN service_ips ON service_ips.global_ip = g.id"   \
	" LEFT JOIN services ON services.id = service_ips.service"

extern const struct column ips_columns[];
extern const size_t ips_column_count;

/* Adds addresses and tags. */
int ips_finish(struct call *c, json_t *ip);
/* One of the project of the path, by id or by its prefix without "/32"; CALL_REFUSED: there is
 * none. */
int ips_find(struct call *c, const char *which, json_t **ret);
/* Lets it rest; ret: as it is then, owned by the caller. Refuses one that a service has. */
int ips_release(struct call *c, const char *id, json_t **ret);
/* The tags of a row that has none. */
int ips_set_tags(struct call *c, const char *id, const json_t *tags);

/*
 * A block that was released, and still rests, is the project's again, if its limit allows;
 * revision: what it was released as. undo_of: the row of the audit log.
 */
int ips_take_back(struct call *c, const char *id, int64_t revision, const char *undo_of);

/* What is ordered. */
struct ips_order {
	int family;       /* 4 or 6 */
	unsigned size;    /* 1, 2 or 4 */
	const char *pool; /* name or id; NULL: any */
	const char *description;
	const json_t *customdata, *tags; /* NULL: none */
};

/* Takes a block for the project of the path, and writes it into the audit log; ret: the new Global
 * IP, owned by the caller. Refuses what does not fit. */
int ips_order(struct call *c, const struct ips_order *order, json_t **ret);
/* The project of the path has so many addresses more, or fewer: whoever changes which of them are active says so. */
int ips_count(struct call *c, int family, int64_t more);
/* Whether the project's limit allows so many addresses more: 0 or CALL_REFUSED. */
int ips_check_limit(struct call *c, int family, unsigned size);
