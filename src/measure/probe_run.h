/*
 * Sends the requests of a probe: libcurl on the event loop, or a small exchange
 * (probe_exchange.h); a fresh connection for each.
 *
 * Each target has a lane of its own. Without an interval the lane's next request starts when the
 * one before has ended; with one, requests start on a fixed schedule from the first, whatever
 * became of those before, up to a limit on how many are in flight: what is due beyond it is skipped
 * and counted. Nothing is remembered between requests: no connection, no name, no TLS session, no
 * proxy.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "measure/probe.h"

#define PROBE_COUNT_MAX 1000000
#define PROBE_IN_FLIGHT_MAX 1000

/* The address to use for a host, as in curl --resolve. */
struct probe_resolve {
	const char *host;
	struct ip address;
};

enum probe_http {
	PROBE_HTTP_1, /* HTTP/1.1 */
	PROBE_HTTP_2, /* negotiated over TLS, else by upgrade */
	PROBE_HTTP_3, /* over QUIC, and nothing else */
};

/* Who answered, by the certificate of TLS. */
enum probe_certificate {
	PROBE_CERTIFICATE_NONE,
	PROBE_CERTIFICATE_SUBJECT, /* its common name */
	PROBE_CERTIFICATE_SAN,     /* its first alternative name */
};

/* All that it points to outlives the run. */
struct probe_conf {
	const struct probe_target *targets;
	size_t target_count;
	uint32_t count;           /* of requests to each target; 0: until probe_run_stop() */
	struct duration interval; /* between starts; 0: one after the other */
	struct duration timeout;  /* of a whole request */
	enum ip_family family;    /* IP_NONE: both */
	const struct probe_resolve *resolves;
	size_t resolve_count;
	uint32_t in_flight_max;                /* to each target */
	bool follow;                           /* redirects */
	bool insecure;                         /* certificates are not verified */
	bool head;                             /* HEAD instead of GET */
	const char *host_header, *site_header; /* who answered */
	enum probe_http http;
	enum probe_certificate certificate; /* before the header */
};

struct probe_events {
	/* A request has ended; the record may be emptied, and is freed after the call. */
	void (*ended)(void *userdata, struct probe_record *r);
	/* A request was due, but too many were in flight. NULL: nobody asks. */
	void (*skipped)(void *userdata, size_t target);
	/* All have ended. Not called after probe_run_stop(). */
	void (*finished)(void *userdata);
	void *userdata;
};

struct probe_run;

/*
 * Reads t->url into t->parsed, which a target of HTTP may do without. -EINVAL: it cannot be probed.
 */
int probe_target_parse(struct probe_target *t, struct err *e) _must_use_;
/* The host of a URL, without brackets; owned by the caller. NULL: it has none. */
char *probe_target_host(const struct probe_target *t) _must_use_;
/* Whether this libcurl can do it; -EOPNOTSUPP with its version. */
int probe_check_http(enum probe_http http, struct err *e) _must_use_;

int probe_run_new(sd_event *loop, const struct probe_conf *conf, const struct probe_events *events,
    struct probe_run **ret, struct err *e) _must_use_;
/* Starts nothing more, and forgets what is in flight. */
void probe_run_stop(struct probe_run *run);
void probe_run_free(struct probe_run *run); /* NULL is fine */
