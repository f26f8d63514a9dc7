/*
 * A report: where clients land, before and after, what that costs them, and why. It is a plain
 * value; what writes it (as HTML, JSON, CSV) needs nothing else, and no clock.
 *
 * Who builds one adds sites, clients and traces, sets what was measured, and calls
 * report_compute() for what follows from it: kilometres, inflation, shares, distributions, and
 * whom a better site could serve. report_reason.h says why.
 *
 * Times are ms, distances km, shares percent. NAN: not known. NULL as a text: not known. An index
 * that is REPORT_NONE: none. Texts come from files and from the network and may hold anything: a
 * writer escapes all of them.
 *
 * Latency inflation is the RTT from the site that a client lands at less the least RTT from any
 * site (Schmidt, Heidemann, Kuipers, "Anycast Latency: How Many Sites Are Enough?", PAM 2017; so do
 * Li, Levin, Spring, Bhattacharjee, "Internet Anycast: Performance, Problems, & Potential", SIGCOMM
 * 2018). Geographic inflation is the distance to that site less the distance to the nearest one
 * (Koch et al., "Anycast in Context: A Tale of Two Systems", SIGCOMM 2021, who give it as the time
 * that light in fibre needs for it, there and back: 1 ms for each 100 km).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/geo.h"

#define REPORT_NONE UINT32_MAX
#define REPORT_CDF_POINTS_MAX 512

/* How it was measured: "hitlist", "targets.txt, 60 targets". */
struct report_condition {
	const char *name, *value;
};

struct report_place {
	const char *city, *country; /* the country as its file writes it: mostly two letters */
	bool has_point;
	struct geo_point point;
};

struct report_amount {
	uint64_t clients;
	double weight;
	double share; /* of the weight of all clients that answered */
};

struct report_site {
	const char *name; /* "am6" */
	struct report_place place;
	struct report_amount before, after; /* the clients that land here, and nowhere else */
};

/* One measurement of one client. */
struct report_landing {
	bool heard;        /* it answered; false: the rest is not known */
	uint32_t site;     /* where it lands; REPORT_NONE: at several, or not heard */
	const char *sites; /* of one that lands at several: "am6,sg1" */
	double rtt;        /* from there */
	bool asked_global; /* the Global IP itself took rtt, not the site's own address */
	uint32_t best_site;
	double best_rtt; /* the least from any site; may be known without rtt */
	bool of_merge;   /* which keeps no other RTTs, though they were measured */
	/* set by report_compute() */
	double inflation;      /* ms, not negative; 0 at the best site */
	uint32_t nearest_site; /* of the sites with a place; the others are NAN without one */
	double km, nearest_km, inflation_km;
};

/* One target of the measurement, and the network that it stands for. */
struct report_client {
	const char *name;    /* its address, or prefix */
	const char *label;   /* what people call it: "rio-de-janeiro" */
	const char *network; /* the name of its AS */
	uint32_t asn;        /* 0: not known */
	struct report_place place;
	double weight; /* 1 each if nothing else was said */
	struct report_landing before, after;
	uint32_t trace;      /* to the Global IP, in `after`; REPORT_NONE: none */
	uint32_t best_trace; /* to the own address of the site that is best for it */
	uint32_t finding;    /* set by report_compute() */
};

struct report_as {
	uint32_t asn;
	const char *name;
};

struct report_hop {
	uint32_t ttl;
	const char *address; /* NULL: nobody answered */
	const char *name, *network;
	uint32_t asn;
	struct report_place place;
	double rtt;
};

struct report_trace {
	uint32_t client; /* who asked */
	const char *target;
	uint32_t target_site; /* whose own address it is; REPORT_NONE: the Global IP */
	bool reached;
	const char *answered_by; /* a host */
	uint32_t site;           /* that answered */
	struct report_hop *hops; /* owned, as all of these */
	size_t hop_count, hop_cap;
	struct report_as *path; /* the networks on the way, the first one the client's */
	size_t path_count, path_cap;
	uint32_t astray; /* the hop where it leaves for the wrong place; REPORT_NONE: not known */
};

enum report_reason {
	REPORT_REASON_UNKNOWN,
	REPORT_REASON_ONE_CITY,   /* a network that has both hands over at one city only */
	REPORT_REASON_PREFERENCE, /* a network prefers a neighbor that leads farther */
	REPORT_REASON_LENGTH,     /* fewer networks, but the longer way */
	REPORT_REASON_LEAK,       /* a customer passes on what it has of one provider to another */
	REPORT_REASON_NO_PATH,    /* the better site cannot be reached from there */
	REPORT_REASON_MAX,
};

enum report_act {
	REPORT_ACT_WITHHOLD, /* at the site, ask the neighbor not to announce it to `toward` */
	REPORT_ACT_PREPEND,  /* at the site, ask the neighbor to prepend toward `toward` */
	REPORT_ACT_ANNOUNCE, /* at the site, announce to the neighbor too */
	REPORT_ACT_CONTACT,  /* tell the neighbor */
	REPORT_ACT_MEASURE,  /* find out more */
	REPORT_ACT_MAX,
};

/* What a try does, for a machine: the sentence says the same. */
struct report_action {
	enum report_act act;
	uint32_t site;                     /* whose announcement changes; REPORT_NONE: no one's */
	struct report_as neighbor, toward; /* 0: none */
};

/* A client that a better site could serve. */
struct report_finding {
	uint32_t client;
	uint32_t site, better_site;
	double better_rtt; /* from there */
	bool only_nearer;  /* the better site is that by distance: not, or not known, by time */
	bool is_not_kept;  /* better_rtt, in the merge that the landing is from */
	double ms, km;     /* what it costs: its latency and its geographic inflation */
	double share;      /* of the weight of all clients */
	enum report_reason reason;
	struct report_as decider; /* the network that decides; 0: not known */
	const char *said;         /* the reason, in a sentence or a few; NULL: not looked for */
	const char **tries;       /* owned; what could be tried, each one or two sentences */
	size_t try_count, try_cap;
	struct report_action *actions; /* owned; one for each of the tries */
	size_t action_cap;
};

/* A distribution: `share` percent of the weight have `value` or less. Values rise, shares too; the
 * last share is 100. */
struct report_cdf_point {
	double value, share;
};

struct report_cdf {
	struct report_cdf_point *points; /* owned; REPORT_CDF_POINTS_MAX at most */
	size_t count;
};

/* By nearest rank, of the weight; NAN: nothing was measured. */
struct report_quantiles {
	double median, p90, p95, p99;
};

/* All clients, at one time. */
struct report_state {
	const char *label;               /* "before", or what it was: "one site" */
	struct report_amount heard;      /* clients that answered */
	struct report_amount several;    /* of them, those that land at several sites */
	struct report_amount compared;   /* whose latency inflation is known */
	struct report_amount at_best;    /* of them, those without; share is of the compared */
	struct report_amount placed;     /* whose geographic inflation is known */
	struct report_amount at_nearest; /* of them, those at the nearest; share is of the placed */
	struct report_quantiles rtt, inflation, inflation_km;
	struct report_cdf latency_cdf, inflation_cdf; /* ms */
};

struct report_limits {
	double ms; /* latency inflation of more: a better site could serve it */
	double km; /* or geographic inflation of more, and of more than half the nearest distance */
};

#define REPORT_LIMITS_DEFAULT ((struct report_limits){ .ms = 5, .km = 1000 })

/* What happened to those that landed badly before. */
struct report_change {
	struct report_amount moved;    /* heard both times, at another site now */
	struct report_amount mended;   /* a better site could have served them, and does */
	struct report_amount worsened; /* the other way round */
};

struct report {
	struct arena *arena; /* owned; of all texts */
	const char *title;
	const char *global_ip;
	int64_t made_wall_ns;
	bool has_before, has_weights;
	uint64_t asked; /* targets that requests were sent to, of `after`; 0: not known */
	struct report_limits limits;
	struct report_condition *conditions; /* owned, as all of these */
	size_t condition_count, condition_cap;
	const char **notes; /* what was missing or broken in the measurement: "am6.txt: …" */
	size_t note_count, note_cap;
	struct report_site *sites;
	size_t site_count, site_cap;
	struct report_client *clients;
	size_t client_count, client_cap;
	struct report_trace *traces;
	size_t trace_count, trace_cap;
	struct report_finding *findings; /* of `after`; what costs most users the most first */
	size_t finding_count, finding_cap;
	/* set by report_compute(); without has_before, that is zeroed */
	struct report_state before, after;
	struct report_change change;
};

/* Zeroed is no report yet. */
void report_init(struct report *r);
void report_done(struct report *r);

/* A copy in the report; NULL stays NULL. */
const char *report_text(struct report *r, const char *text);
const char *report_printf(struct report *r, const char *fmt, ...) _printf_(2, 3);

/* "2026-11-30 17:12:29 UTC", of "2026-11-30T17:12:29.501511Z"; what is no such time stays as it is.
 */
const char *report_time(struct report *r, const char *text);

/* Each is added at the end, with nothing known of it; the pointer is good until the next one. */
void report_add_condition(struct report *r, const char *name, const char *value);
void report_add_note(struct report *r, const char *text);
struct report_site *report_add_site(struct report *r, const char *name);
struct report_client *report_add_client(struct report *r, const char *name);
struct report_trace *report_add_trace(struct report *r, uint32_t client);
struct report_hop *report_add_hop(struct report_trace *t, uint32_t ttl);
void report_add_as(struct report_trace *t, uint32_t asn, const char *name); /* if it is another */
void report_add_try(
    struct report *r, struct report_finding *f, struct report_action action, const char *text);
/* REPORT_NONE: there is none of that name. */
uint32_t report_find_site(const struct report *r, const char *name);

/* What a network is called, as far as clients and hops say it; NULL: they do not. */
const char *report_as_name(const struct report *r, uint32_t asn);

/* Everything that follows from what was measured. To be called once. */
void report_compute(struct report *r);

/* Whether a better site could serve a client that landed so. */
bool report_lands_badly(const struct report *r, const struct report_landing *l) _pure_;
/* Whether anything tells of any client if a better site could serve it, by time or by distance:
 * else that there is no finding says nothing. After report_compute(). */
bool report_knows_better(const struct report *r) _pure_;
/* What a landing costs, in ms: its latency inflation, or the time that light in fibre needs for its
 * geographic inflation, there and back, whichever is more. NAN for one of them: 0. */
double report_cost_ms(double ms, double km) _pure_;

/* After report_compute(): the RTT from a site's own address, which counts where it is the better
 * one for the client, and less than what was known. */
void report_know_rtt(struct report *r, uint32_t client, uint32_t site, double ms);

/* What is to be said of one that is only nearer; NULL: it is not. */
const char *report_nearer_words(const struct report_finding *f) _pure_;

/* "one-city": of JSON and CSV. */
const char *report_reason_key(enum report_reason reason);
/* "hands over at one city only": a heading for people. */
const char *report_reason_title(enum report_reason reason);
const char *report_act_key(enum report_act act); /* "withhold" */
