/*
 * Configurations for the routers and network managers that a host already has.
 *
 * A reader (render_from_agent(), render_from_metadata()) fills one struct render_host, from
 * nearcast.yaml or from the metadata that a provider gives a host; a writer for each format turns
 * that into text. All of it is pure: text and structs in, text out.
 *
 * What is written announces the Global IPs and nothing else, one by one, each only while it is on
 * the interface, and takes no route from anybody. It looks at no service: nearcastd does. Router ID
 * and source addresses are explicit and never a Global IP. What a format cannot say is either
 * refused, where the announcement or its safety would differ, or told as a note (limits.c).
 *
 * Files: from_agent.c, metadata*.c (with json_get.h); check.c and limits.c before anything is
 * written; bird*.c, frr*.c, ifupdown.c, netplan.c, networkd.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/agent_conf.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/strbuf.h"

enum render_format {
	RENDER_BIRD,  /* BIRD 2 and 3 */
	RENDER_BIRD1, /* BIRD 1.6, its IPv4 program */
	RENDER_BIRD6, /* BIRD 1.6, its IPv6 program */
	RENDER_FRR,   /* FRR 8 to 10, one frr.conf */
	RENDER_IFUPDOWN,
	RENDER_NETPLAN,
	RENDER_NETWORKD,
};

/* In the order of the enum; ends with NULL. */
extern const char *const render_format_names[];

/* Nothing here is owned: it lives as long as what it was read from, or the reader's arena. */
struct render_neighbor {
	struct agent_neighbor conf;
	struct ip gateway;     /* of the kernel's route to it; IP_NONE: the host has one already */
	const char *local_why; /* why local_address was chosen; NULL: the configuration says so */
};

struct render_host {
	const char *from; /* what it was read from, for the first comment */
	struct ip router_id;
	const char *router_id_why;
	const char *interface; /* where the Global IPs are */
	const struct render_neighbor *neighbors;
	size_t neighbor_count;
	const struct agent_service *services; /* its looks at stage preferred are used */
	size_t service_count;
};

/* What nearcast.yaml says; the host's own routes lead to its neighbors. */
void render_from_agent(const struct agent_conf *conf, struct arena *a, struct render_host *ret);

#define RENDER_METADATA_MAX (1u << 20)

/* A JSON document. */
struct render_document {
	const char *name; /* for errors: a file's, or a URL */
	const char *text;
	size_t len;
};

/* Which gateway leads to neighbors that are further than a hop. */
enum render_gateway {
	RENDER_GATEWAY_SOURCE, /* that of the network which the session's own address is in */
	RENDER_GATEWAY_PUBLIC, /* that of the public management address */
};

/* What metadata does not say. Arrays are borrowed. */
struct render_choices {
	struct ip router_id;             /* IP_NONE: the first private management address */
	int gateway;                     /* enum render_gateway */
	const struct prefix *global_ips; /* beside those of the metadata */
	size_t global_ip_count;
	struct bgp_attributes attributes; /* of each announcement */
	uint32_t prefix_limit;
	struct duration hold_time; /* whole seconds */
	bool bfd;
};

/*
 * Host metadata in the shape of Equinix Metal: bgp_neighbors[] and network.addresses[], or its
 * API's ip_addresses[]. Each is taken from the first document that has it; other keys are ignored.
 * Errors are -EINVAL, and name the document and the path in it.
 */
int render_from_metadata(const struct render_document *documents, size_t count,
    const struct render_choices *choices, struct arena *a, struct render_host *ret, struct err *e);

/* Whether what is written has passwords in it. */
bool render_has_secrets(const struct render_host *host, enum render_format format);

/*
 * The whole configuration, added to out. masked: passwords are written as "(secret)", and each line
 * begins with "| ", so that no program takes any of it. notes: what the format leaves out, one
 * sentence a line. -EINVAL with a sentence when the format cannot do what the host says, or when it
 * would announce what must not be.
 */
int render_write(const struct render_host *host, enum render_format format, bool masked,
    struct strbuf *out, struct strbuf *notes, struct err *e);
