/*
 * BFD sessions (proto/bfd) with their sockets and timers, on one event loop: which packet is whose,
 * TTL, ports. It decides nothing and logs nothing; what changed is kept as news until somebody
 * takes it.
 *
 * Two kinds of sockets: one to receive for each local address, port and interface, shared, and one
 * to send for each path, since its source port must be its own (RFC 5881 section 4). Sockets that
 * can not be opened are tried again with every packet to send: an interface may come after us.
 *
 * Runs in a thread of its own (bfd.h); nothing here is touched from elsewhere.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"
#include "io/handover.h"
#include "proto/bfd/bfd.h"

#define BFD_ERROR_MAX 256

struct bfd_engine;
struct bfd_path; /* one session, with its sockets */

/* on_news: a path has some; called from inside of anything that happens. */
struct bfd_engine *bfd_engine_new(sd_event *loop, void (*on_news)(void *userdata), void *userdata);
void bfd_engine_free(struct bfd_engine *e); /* with all of its paths; NULL is fine */

/* Packets from addresses of no peer, which are dropped; news of them at most once a minute. */
struct bfd_stranger {
	uint64_t count;      /* since it was taken last; 0: no news */
	struct ip from, to; /* of the first of them */
};

#define BFD_STRANGER_PERIOD DURATION_S(60)

void bfd_engine_take_stranger(struct bfd_engine *e, struct bfd_stranger *ret);

struct bfd_target {
	struct ip local, peer;
	const char *interface; /* copied; NULL: any */
	bool multihop;         /* RFC 5883: no TTL to demand */
	uint16_t port;         /* ours and the peer's */
	struct bfd_conf conf;
};

/* Starts at once. -errno: no timer. */
int bfd_path_new(struct bfd_engine *e, const struct bfd_target *target, struct bfd_path **ret);
void bfd_path_free(struct bfd_path *p); /* NULL is fine */
/* Says so to the peer, now and for as long as the path lives. */
void bfd_path_set_admin_down(struct bfd_path *p);

/* What happened since it was asked last: first down, then up. */
struct bfd_news {
	bool went_down;       /* a failure: not by anybody's order */
	bool went_admin_down; /* on the peer's order */
	bool is_up, came_up;
	const char *down_why;      /* static */
	bool has_error;            /* another one than before, or none any more */
	char error[BFD_ERROR_MAX]; /* why nothing can be sent or received; "": all is well */
};

void bfd_path_take_news(struct bfd_path *p, struct bfd_news *ret);

struct bfd_path_info {
	struct bfd_info session;
	uint64_t send_errors;
	uint64_t strangers; /* packets to its local address and port from addresses of no peer */
	char error[BFD_ERROR_MAX];
};

void bfd_path_info(const struct bfd_path *p, struct bfd_path_info *ret);

/* ---- bfd_engine_state.c: from one program to the next ---- */

/*
 * A neighbor that hears nothing for a while must not miss it: each path that is Up and sends more
 * often tells its neighbor that it will send once a second.
 */
void bfd_engine_slow_down(struct bfd_engine *e);
/* Back to what was configured. */
void bfd_engine_speed_up(struct bfd_engine *e);
/* The neighbor is Up, and does not know yet of bfd_engine_slow_down(). */
bool bfd_path_is_slowing(const struct bfd_path *p);

/* From now on nothing is sent, received or judged; and on again. */
void bfd_engine_freeze(struct bfd_engine *e);
void bfd_engine_thaw(struct bfd_engine *e);

/* Hands over a path, with its sockets; frozen. */
void bfd_path_save(const struct bfd_path *p, struct handover *h, struct instant now);
/* What bfd_path_resume() needs. */
struct bfd_path_past {
	struct inheritance *in;
	struct reader records; /* of bfd_path_save() */
	struct instant base;   /* its now, on this clock */
};
/*
 * As bfd_path_new(), and goes on where the path of before was: its neighbor counts as just heard.
 * -EBADMSG: the records can not be read; whether they can says bfd_path_check(), too.
 */
int bfd_path_check(
    const struct bfd_conf *conf, const struct bfd_path_past *past, struct err *error);
int bfd_path_resume(struct bfd_engine *e, const struct bfd_target *target,
    const struct bfd_path_past *past, struct bfd_path **ret, struct err *error);
