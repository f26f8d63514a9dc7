/*
 * What BIRD 2 and 3 are told, and what they say on their control socket. Pure.
 *
 * Each Global IP is a protocol static of its own, in tables of ours which a pipe joins to BIRD's:
 * so one can be switched off without reading a configuration, and with nothing to walk through but
 * our few routes. The protocols' names begin with nearcast_, by which an operator's filter knows
 * them.
 */
#pragma once

#include "announce/daemon.h"

#define BIRD_PROTOCOL_MAX 64

/* "nearcast_203_0_113_10": the protocol of a prefix with one address. Returns buf. */
char *bird_text_protocol(struct prefix prefix, char buf[static BIRD_PROTOCOL_MAX]);
/* The communities as statements of BIRD's filter language, each on a line behind indent. */
void bird_text_communities(const struct bgp_attributes *a, const char *indent, struct strbuf *out);
/* All attributes likewise, but for the next hop. -EINVAL: prepends without local_as. */
int bird_text_attributes(
    const struct bgp_attributes *a, uint32_t local_as, struct strbuf *out, struct err *e);

/* The top of the include file: tables and pipes. */
void bird_text_head(struct strbuf *out);
/* One route. off: BIRD does not announce it until it is told to. */
void bird_text_route(struct prefix prefix, const char *attributes, bool off, struct strbuf *out);

/* A reply to "configure" or "configure check" with this code means that all could be read. */
bool bird_text_configured(int code);
/* The sentence of an error: the last line without its code, cut to fit. Returns buf. */
char *bird_text_error(const char *reply, char *buf, size_t size);

/* The BGP sessions in a reply to "show protocols": fn for each, in order. */
void bird_text_sessions(const char *reply,
    void (*fn)(void *userdata, const struct daemon_neighbor *session), void *userdata);
/* What "show protocols all NAME" adds: address, AS numbers, families. */
void bird_text_detail(const char *reply, struct daemon_neighbor *session);
/* Whether a reply to "show route PREFIX export NAME" holds a route for it. */
bool bird_text_has_route(const char *reply, struct prefix prefix);
