/*
 * Announcing through a routing daemon that runs on this host already: it keeps the sessions with
 * the routers, we decide what it announces.
 *
 * What is wanted stands in a table of routes. A daemon's own file (bird.c, frr.c) makes the daemon
 * the same and asks it what it tells whom; only what it says itself counts as told or withdrawn.
 * Withdraws are sent at once, one after the other; what takes more (a new definition of BIRD) is
 * put together first, so that a burst costs one or a few.
 *
 * A daemon that is away is asked for again and again; when it is back, all is made so and confirmed
 * anew. What it refuses is said, leaves it as it was, and is tried again every few seconds.
 *
 * From one program to the next goes the connection too, once no answer is owed: so the daemon is
 * told nothing anew, and what it had confirmed stays so.
 *
 * Files: daemon.c (the announcer), daemon_look.c (what the daemon tells whom), daemon_status.c (as
 * JSON), daemon_state.c (from one program to the next), bird.c and frr.c (how each is driven),
 * bird_text.h and frr_text.h (what each is told, and what it says; pure), watcher.h (what happens
 * when nearcastd dies).
 */
#pragma once

#include "announce/announcer.h"
#include "base/prefix_map.h"
#include "io/dialogue_loop.h"
#include "io/loop.h"

#define DAEMON_NEIGHBORS_MAX 64 /* more are not asked about */
#define DAEMON_NAME_MAX 64
#define DAEMON_WHY_MAX 512
#define DAEMON_LOOK_SOON DURATION_MS(2)

/* A session of the daemon, in its own words. */
struct daemon_neighbor {
	char name[DAEMON_NAME_MAX];
	char
	    state[DAEMON_NAME_MAX]; /* "Established", "Active", ...; "": it is not there any more */
	char address[DAEMON_NAME_MAX];
	char why[DAEMON_WHY_MAX];   /* what it says of an error; "" */
	uint32_t local_as, peer_as; /* 0: not known */
	bool established, ipv4, ipv6;
	struct instant since;
};

struct daemon_route {
	struct prefix prefix;
	bool wanted;
	struct bgp_attributes attributes; /* as last set; its arrays are in storage */
	void *storage;                    /* owned */
	char *text;   /* owned: the attributes in the daemon's language; NULL: never set */
	char *loaded; /* owned: what of them the daemon has; NULL: nothing, or nobody knows */
	bool on;      /* the daemon was told to announce it */
	uint64_t exported, found; /* by neighbor: at the last look; so far at this one */
	bool told;                /* the agent knows that somebody has been told */
	bool withdrawing;         /* the agent waits for the withdraw */
	uint64_t had;             /* who had been told when it was asked for */
};

struct daemon;

/* What bird.c and frr.c bring. */
struct daemon_kind {
	const char *name; /* "BIRD" */
	const struct dialogue_language *language;
	/* The attributes as text (added to out), or -EINVAL with a sentence. Pure. */
	int (*text)(
	    const struct bgp_attributes *a, uint32_t local_as, struct strbuf *out, struct err *e);
	/* Before anything is asked: what stands there of who was here before. */
	void (*begin)(struct daemon *d);
	/* It can be asked: finds out what it has of ours; then daemon_ready(). */
	void (*connected)(struct daemon *d);
	/* Makes it as wanted; then daemon_accepted() or daemon_refused(). */
	void (*apply)(struct daemon *d);
	/* Asks what is told to whom; then daemon_looked(). */
	void (*look)(struct daemon *d);
	/* What it keeps beside the routes, from one program to the next; load() behind begin(). */
	void (*save)(const struct daemon *d, struct state_writer *w);
	void (*load)(struct daemon *d, struct reader records);
};

struct daemon {
	struct announcer announcer;
	const struct daemon_kind *kind;
	struct daemon_conf conf; /* its strings are borrowed */
	struct announcer_events events;
	sd_event *loop;              /* referenced */
	struct dialogue *dialogue;   /* owned */
	struct daemon_route *routes; /* owned; never fewer */
	size_t route_count, route_cap;
	struct prefix_map index;
	struct daemon_neighbor neighbors[DAEMON_NEIGHBORS_MAX];
	size_t neighbor_count; /* never fewer: their numbers are in masks */
	bool ready;            /* it answers, and what it has is known */
	bool took_over; /* somebody before us announced: that stays until all verdicts are known */
	bool released;  /* all verdicts are known */
	bool applying;
	struct timer gather;
	struct instant gather_since; /* INSTANT_NEVER: nothing waits to be put together */
	bool gathered;
	bool looking, look_again;
	bool still;       /* another program is about to follow: no look begins */
	size_t questions; /* of a look, that have no answer yet */
	uint64_t seen;    /* neighbors that were named at this look */
	struct timer look, retry;
	struct duration look_pause;
	char refused[DAEMON_WHY_MAX]; /* why it is not as wanted; "": it is */
	char retried[DAEMON_WHY_MAX]; /* with what it was refused last, until it is accepted */
	char away[DAEMON_WHY_MAX];    /* why it cannot be asked; "": it can */
	size_t kept;                  /* sessions that stood at the change of the program */
	/* bird.c */
	char *file;                    /* owned: what was written last */
	uint64_t file_turn, load_turn; /* writes of the file, and which of them was loaded last */
	/* frr.c */
	struct frr_ours *ours; /* owned */
};

/* ---- daemon.c ---- */

/* Without a dialogue. */
int daemon_new(sd_event *loop, const struct daemon_conf *conf,
    const struct announcer_events *events, struct daemon **ret, struct err *e);
extern const struct dialogue_events daemon_dialogue_events;

/* The route of that prefix, made if need be; borrowed until the next one is made. */
struct daemon_route *daemon_route_at(struct daemon *d, struct prefix prefix);
/* What the daemon has is known. */
void daemon_ready(struct daemon *d);
/*
 * For changes that cost: whether to make them now. Else they are applied again when no more of them
 * have come for a moment, or have come for long enough.
 */
bool daemon_has_gathered(struct daemon *d);
/* It does not want to: said when it is news, tried again later. */
void daemon_refused(struct daemon *d, const char *why);
void daemon_retry_later(struct daemon *d);
/* It has been made so. */
void daemon_accepted(struct daemon *d);
/* What the agent wants to hear of a route that was looked at. */
void daemon_tell(struct daemon *d, size_t route);
void daemon_stop_if_done(struct daemon *d);

/* ---- daemon_look.c ---- */

int daemon_look_init(struct daemon *d);
/* Looks at what it tells whom: now, or when the look that runs is over. */
void daemon_look(struct daemon *d);
/* An answer of a look has come; behind the last one, all is told that it found. */
void daemon_answered(struct daemon *d);
/* The neighbor of that name; DAEMON_NEIGHBORS_MAX: there is none. */
size_t daemon_find_neighbor(const struct daemon *d, const char *name);
/*
 * In a look: it has this session; then, that these were all. A session without peer_as leaves what
 * was known of its address, AS numbers and families.
 */
void daemon_saw_neighbor(void *daemon, const struct daemon_neighbor *session);
void daemon_saw_neighbors(struct daemon *d);
/* Nobody knows anything of its sessions now. */
void daemon_lost_neighbors(struct daemon *d, const char *why);

/* ---- daemon_status.c ---- */

json_t *daemon_status(const struct announcer *a, struct instant now);
json_t *daemon_routes(const struct announcer *a, const struct prefix *within);

/* ---- daemon_state.c ---- */

void daemon_slow_down(struct announcer *a);
bool daemon_waits_for(const struct announcer *a, char *why, size_t size);
void daemon_freeze(struct announcer *a);
void daemon_save(const struct announcer *a, struct handover *h, struct instant now);
void daemon_go_on(struct announcer *a);
struct announcer_kept_sessions daemon_kept_sessions(const struct announcer *a);

/* ---- bird.c, frr.c ---- */

extern const struct daemon_kind daemon_bird, daemon_frr;
void daemon_frr_done(struct daemon *d);

static inline struct daemon *
daemon_of(struct announcer *a)
{
	return container_of(a, struct daemon, announcer);
}

static inline const struct daemon *
daemon_of_const(const struct announcer *a)
{
	return container_of_const(a, struct daemon, announcer);
}
