/*
 * One neighbor of the built-in speaker: a BGP session (proto/bgp) with its sockets and its timer.
 *
 * It carries out what the session asks for, and sends the session's UPDATEs whenever the socket
 * takes them. It decides nothing, except for how much work one turn may do.
 *
 * Files: neighbor.c (drives the session), neighbor_connection.c (its sockets), neighbor_conf.c
 * (what was configured, as the session and its sockets want it), neighbor_failure.c (what went
 * wrong below BGP), neighbor_silence.c (what goes wrong while it stands), with failure_limit.h
 * (what of it is logged), neighbor_dump.c (writes its messages down), with dump.h (the file);
 * status.c, status_session.c, kept.c, routes.c (itself and its routes as JSON).
 */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "announce/announce.h"
#include "announce/bfd.h"
#include "announce/dump.h"
#include "announce/failure_limit.h"
#include "base/list.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/tcp.h"
#include "proto/bgp/bgp.h"

struct neighbor;

/* What the speaker wants to hear. */
struct neighbor_events {
	void (*changed)(void *userdata, struct neighbor *n, bool established, const char *why);
	/* Something was written, or closed: withdrawals and stopping may have made progress. */
	void (*progress)(void *userdata);
	void *userdata;
};

/* A connection; the session's until it is closed, then on its own until the peer has everything. */
struct neighbor_connection {
	struct list list; /* in neighbor.finishing, or alone */
	struct neighbor *neighbor;
	enum bgp_way way;
	struct stream *stream; /* owned */
	bool connecting;       /* dialled, and not decided yet */
	bool heard, silence_told;   /* the neighbor said something; why it does not was logged */
	struct tcp_counters before; /* of the host, when it was dialled or accepted */
};

struct neighbor {
	struct neighbor_conf conf;            /* its strings are owned */
	const struct neighbor_events *events; /* borrowed */
	sd_event *loop;               /* borrowed from the speaker */
	struct bgp_session *session;  /* owned */
	struct timer timer, silence_timer;
	bool silence_looks;                                   /* silence_timer runs */
	struct neighbor_connection *connections[BGP_WAY_MAX]; /* owned */
	struct list finishing;                                /* of neighbor_connection, owned */
	struct list leaving; /* in the speaker's, once it was removed; or alone */
	struct failure_limit failures;
	bool stopped;      /* by neighbor_stop() */
	struct dump *dump; /* owned; NULL: none was started */
	struct bfd_neighbor *bfd; /* the speaker's; NULL: without */
};

/* What a neighbor was in the program before this one. */
struct neighbor_past {
	struct reader records; /* of neighbor_save() */
	struct inheritance *in;
	struct instant base; /* the now of neighbor_save(), on this clock */
	bool has_bfd;
	struct bfd_path_past bfd;
};

/*
 * past: its session and connections are those of before; neighbor_go_on() instead of
 * neighbor_start(). NULL: new ones.
 */
int neighbor_new(sd_event *loop, const struct neighbor_conf *conf, const struct neighbor_past *past,
    const struct neighbor_events *events, struct neighbor **ret, struct err *e);
void neighbor_free(struct neighbor *n); /* NULL is fine; closes at once */

void neighbor_start(struct neighbor *n);
/* Goes on; a connection that did not come along counts as lost. Whether the session has survived.
 */
bool neighbor_go_on(struct neighbor *n);
/* ---- neighbor_state.c ---- */
/*
 * Hands it over to another program, its connections and a dump that runs with it, but for
 * connections that are only being finished.
 */
void neighbor_save(const struct neighbor *n, struct handover *h, struct instant now);
/* The parts of it that neighbor_new() takes. */
struct neighbor_past neighbor_past_of(
    struct reader records, struct inheritance *in, struct instant base);
/* Whether it could take them. */
int neighbor_check_past(
    const struct neighbor_conf *conf, const struct neighbor_past *past, struct err *e);
/*
 * Sends Cease (administrative shutdown) with the text, or NULL, and closes; over when
 * neighbor_is_closed().
 */
void neighbor_stop(struct neighbor *n, const char *text);
bool neighbor_is_closed(const struct neighbor *n);
/* Takes what of a new configuration needs no new session: see announcer_adjust_neighbor(). */
void neighbor_adjust(struct neighbor *n, const struct neighbor_conf *conf);
/* What BFD says of the path: a bfd_changed_fn. */
void neighbor_bfd_changed(void *userdata, bool up, const char *why);
/* A connection from the neighbor's address (peer); takes fd over. */
void neighbor_accept(struct neighbor *n, int fd, const struct endpoint *peer);
/* Sends what the session has to say, as far as the socket takes it. */
void neighbor_send_updates(struct neighbor *n);

#define NEIGHBOR_ENDPOINT_MAX (ENDPOINT_STR_MAX + 16)
/* As endpoint_format(), with the name of the interface: "[fe80::1%eth0]:179". Returns buf. */
char *neighbor_endpoint_format(struct endpoint e, char buf[static NEIGHBOR_ENDPOINT_MAX]);

#define NEIGHBOR_ADDRESS_MAX (IP_STR_MAX + 17)
/* "192.0.2.1", "fe80::1%eth0". Returns buf. */
char *neighbor_conf_address(
    const struct neighbor_conf *conf, char buf[static NEIGHBOR_ADDRESS_MAX]);

/* neighbor_dump.c: as announcer_dump_start() and announcer_dump_stop() */
int neighbor_dump_start(struct neighbor *n, enum dump_format format, const char *path,
    uint64_t max_bytes, struct err *e);
int neighbor_dump_stop(struct neighbor *n, struct err *e);
/* The one of the program before, if there is one; with the session there. */
void neighbor_dump_resume(struct neighbor *n, struct inheritance *in, struct reader records);

/* status.c */
json_t *neighbor_status(const struct neighbor *n, struct instant now);
/* routes.c */
json_t *neighbors_routes(
    struct neighbor *const *neighbors, size_t count, const struct prefix *within);
json_t *neighbor_seen(
    const struct neighbor *n, const struct prefix *prefixes, size_t count, struct instant now);
json_t *neighbors_watched(struct neighbor *const *neighbors, size_t neighbor_count,
    const struct prefix *prefixes, size_t count, const struct prefix *within,
    struct instant now);
