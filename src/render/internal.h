/* Between the files of src/render/. */
#pragma once

#include "render/render.h"

/* One output that is being written. */
struct render_job {
	const struct render_host *host;
	enum render_format format;
	bool masked;
	const char *notes; /* as of render_write() */
	struct strbuf *out;
};

/* check.c: what no format may write. 0 or -EINVAL. */
int render_check_host(const struct render_host *host, struct err *e);
/* limits.c: what this format cannot write. 0 or -EINVAL. */
int render_check_format(
    const struct render_host *host, enum render_format format, struct strbuf *notes, struct err *e);

/* The format is one of a BGP speaker. */
bool render_is_router(enum render_format format);
bool render_is_bird(enum render_format format);
/* The neighbor is one for the format: BIRD 1.6 has a program for each family. */
bool render_takes_neighbor(enum render_format format, const struct render_neighbor *n);
/* The neighbor is to be told addresses of this family, and there are some. */
bool render_has_family(
    const struct render_host *host, const struct render_neighbor *n, enum ip_family family);
bool render_service_has_family(const struct agent_service *s, enum ip_family family);
/* What the service's announcements to the neighbor have at stage preferred, but for the next hop. */
const struct bgp_attributes *render_attributes(
    const struct agent_service *s, const struct render_neighbor *n);
/* Next hop of the service's announcements to the neighbor; IP_NONE: the session's own address. */
struct ip render_next_hop(
    const struct agent_service *s, const struct render_neighbor *n, enum ip_family family);
bool render_is_internal(const struct render_neighbor *n);
/* "ipv4", "ipv6". */
const char *render_family_name(enum ip_family family);
/* Whole seconds, none of them lost; at least 1. */
uint32_t render_seconds(struct duration d);

/* A comment's line, with what was read from outside made printable. */
void render_comment(struct render_job *j, const char *mark, const char *fmt, ...) _printf_(3, 4);
/* The comments that every format begins with; mark is "#" or "!". */
void render_head(struct render_job *j, const char *mark, const char *what);
/* A password, or what stands for it. */
const char *render_secret(const struct render_job *j, const char *secret);

/* The writers. */
void render_bird(struct render_job *j);
void render_bird_bfd(struct render_job *j);
void render_bird_filter(
    struct render_job *j, const struct render_neighbor *n, enum ip_family family);
void render_frr(struct render_job *j);
void render_frr_policy(struct render_job *j);
void render_ifupdown(struct render_job *j);
void render_netplan(struct render_job *j);
void render_networkd(struct render_job *j);
