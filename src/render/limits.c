/*
 * What the formats cannot say. One row is one such thing: it is refused where what is announced, or
 * how safe that is, would differ from what was asked; else it is left out, and a note tells so.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "announce/announce.h"
#include "proto/bgp/community.h"
#include "render/internal.h"

#define BIRD2 (1u << RENDER_BIRD)
#define BIRD16 (1u << RENDER_BIRD1 | 1u << RENDER_BIRD6)
#define BIRD (BIRD2 | BIRD16)
#define FRR (1u << RENDER_FRR)

/* BIRD takes symbols of 64 characters, and filters have ":ipv4" and more beside the name. */
#define BIRD_NAME_MAX 40

static bool
has_other_family(const struct agent_neighbor *n)
{
	return n->address.family == IP_V4 ? n->ipv6 : n->ipv4;
}

/* BIRD knows no way to quote within a string; its lexer takes what is printable. */
static bool
is_no_bird_text(const char *text)
{
	for (; text && *text; text++) {
		if (*text == '"' || (unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

static bool
has_no_bird_password(const struct agent_neighbor *n)
{
	return is_no_bird_text(n->md5_password) ||
	       (n->bfd.enabled && is_no_bird_text(n->bfd.authentication.key));
}

/* A line of FRR is words, and "|" begins a filter of its output. */
static bool
has_no_frr_password(const struct agent_neighbor *n)
{
	for (const char *p = n->md5_password; p && *p; p++) {
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || *p == '|')
			return true;
	}
	return false;
}

static bool
has_long_name(const struct agent_neighbor *n)
{
	return strlen(n->name) > BIRD_NAME_MAX;
}

static bool
has_strict_role(const struct agent_neighbor *n)
{
	return n->role_strict;
}

static bool
has_lax_role(const struct agent_neighbor *n)
{
	return n->role != BGP_ROLE_NONE && !n->role_strict;
}

static bool
has_bfd_key(const struct agent_neighbor *n)
{
	return n->bfd.enabled && n->bfd.authentication.type != NEIGHBOR_BFD_AUTH_NONE;
}

static bool
has_strict_bfd(const struct agent_neighbor *n)
{
	return n->bfd.enabled && n->bfd.strict;
}

static bool
has_foreign_next_hop(const struct agent_neighbor *n)
{
	return n->next_hop_ipv4.family == IP_V6;
}

static bool
has_no_as4(const struct agent_neighbor *n)
{
	return !n->capabilities.four_octet_as;
}

static bool
has_no_refresh(const struct agent_neighbor *n)
{
	return !n->capabilities.route_refresh;
}

static bool
has_user_timeout(const struct agent_neighbor *n)
{
	return n->user_timeout.ns != 0;
}

static const struct limit {
	unsigned formats;
	bool refuse;
	bool (*is)(const struct agent_neighbor *n);
	const char *text;
} limits[] = {
	{ BIRD16, true, has_other_family,
	    "BIRD 1.6 has a program for each family, and families are more than that of address" },
	{ BIRD16, true, has_strict_role, "BIRD 1.6 has no roles to be strict about" },
	{ BIRD16, false, has_lax_role, "BIRD 1.6 has no roles" },
	{ BIRD, true, has_long_name, "BIRD takes no name of more than 40 characters" },
	{ BIRD, true, has_no_bird_password,
	    "BIRD takes no password with a double quote or a control character" },
	{ FRR, true, has_no_frr_password,
	    "FRR takes no password with a blank, a \"|\", or other than ASCII" },
	{ FRR, true, has_bfd_key, "FRR has no authentication of BFD" },
	{ FRR, true, has_foreign_next_hop, "FRR cannot be told an IPv6 next hop of IPv4 routes" },
	{ BIRD | FRR, false, has_strict_bfd, "bfd strict; the session does not wait for BFD" },
	{ FRR, false, has_no_as4, "four-octet-as: false; FRR always offers it" },
	{ FRR, false, has_no_refresh, "route-refresh: false; FRR always offers it" },
	{ BIRD | FRR, false, has_user_timeout, "user-timeout" },
};

static int
check_limits(
    enum render_format format, const struct render_neighbor *n, struct strbuf *notes, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct limit *l = &limits[i];

		if (!(l->formats & 1u << format) || !l->is(&n->conf))
			continue;
		if (l->refuse)
			return err_set(e, -EINVAL, "neighbor %s: %s", n->conf.name, l->text);
		strbuf_addf(notes, "neighbor %s: %s\n", n->conf.name, l->text);
	}
	return 0;
}

static bool
same_key(const struct agent_bfd_authentication *a, const struct agent_bfd_authentication *b)
{
	return a->type == b->type && (a->type == NEIGHBOR_BFD_AUTH_NONE ||
					 (a->key_id == b->key_id && strcmp(a->key, b->key) == 0));
}

/* What one instance of the router has one value for. */
static int
check_pair(enum render_format format, const struct agent_neighbor *a,
    const struct agent_neighbor *b, struct err *e)
{
	if (format == RENDER_FRR && a->local_as == a->peer_as && b->local_as == b->peer_as &&
	    a->local_as != b->local_as)
		return err_set(e, -EINVAL,
		    "neighbors %s and %s: FRR has internal neighbors of one AS only", a->name,
		    b->name);
	if (format == RENDER_FRR && a->graceful_restart.enabled && b->graceful_restart.enabled &&
	    a->graceful_restart.restart_time.ns != b->graceful_restart.restart_time.ns)
		return err_set(e, -EINVAL,
		    "neighbors %s and %s: FRR has one restart-time for all of them", a->name,
		    b->name);
	if (render_is_bird(format) && a->bfd.enabled && b->bfd.enabled &&
	    a->bfd.multihop == b->bfd.multihop &&
	    (a->bfd.min_tx.ns != b->bfd.min_tx.ns || a->bfd.min_rx.ns != b->bfd.min_rx.ns ||
		a->bfd.multiplier != b->bfd.multiplier ||
		!same_key(&a->bfd.authentication, &b->bfd.authentication)))
		return err_set(e, -EINVAL,
		    "neighbors %s and %s: BIRD has one set of bfd for all that are equally far",
		    a->name, b->name);
	return 0;
}

static int
check_service(enum render_format format, const struct agent_service *s,
    const struct render_neighbor *n, struct err *e)
{
	const struct bgp_attributes *a = render_attributes(s, n);
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; format == RENDER_FRR && i < a->ext_community_count; i++) {
		bgp_ext_community_format(a->ext_communities[i], text);
		if (str_starts_with(text, "0x"))
			return err_set(e, -EINVAL,
			    "service %s: extended community %s; FRR knows rt: and soo: only",
			    s->name, text);
	}
	return 0;
}

/* "lo:12345" has to be the name of an interface. */
static int
check_labels(const struct render_host *host, struct err *e)
{
	size_t count = 0;
	char label[32];

	for (size_t i = 0; i < host->service_count; i++)
		count += host->services[i].address_count;
	(void)snprintf(label, sizeof(label), "%s:%zu", host->interface, count - 1);
	if (strlen(label) > 15)
		return err_set(e, -EINVAL,
		    "interface %s: a label like %s has more than 15 characters", host->interface,
		    label);
	return 0;
}

int
render_check_format(
    const struct render_host *host, enum render_format format, struct strbuf *notes, struct err *e)
{
	size_t taken = 0;
	int r = format == RENDER_IFUPDOWN ? check_labels(host, e) : 0;

	for (size_t i = 0; r == 0 && i < host->neighbor_count; i++) {
		const struct render_neighbor *n = &host->neighbors[i];

		if (!render_takes_neighbor(format, n))
			continue;
		taken++;
		r = check_limits(format, n, notes, e);
		for (size_t k = 0; r == 0 && k < host->service_count; k++)
			r = check_service(format, &host->services[k], n, e);
		for (size_t k = 0; r == 0 && k < i; k++) {
			if (render_takes_neighbor(format, &host->neighbors[k]))
				r = check_pair(format, &n->conf, &host->neighbors[k].conf, e);
		}
	}
	if (r == 0 && render_is_router(format) && taken == 0)
		r = err_set(e, -EINVAL,
		    "no neighbor has an %s address, so there is nothing to say to %s",
		    format == RENDER_BIRD6 ? "IPv6" : "IPv4", render_format_names[format]);
	return r;
}
