/*
 * One site's part in a catchment: it sends the requests and takes the replies that land there, or
 * only takes them. What it hears goes to a file at once, a row each, so that a site which goes away
 * leaves what it had; or to whoever carries it on.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "measure/catch_file.h"
#include "measure/hitlist.h"
#include "proto/catch/catch.h"

struct catch_run_conf {
	const char *kind; /* "replies": to the Global IP; "rtt": to an address of this host alone */
	const char *site;
	struct ip local;
	enum catch_method method;
	uint16_t port; /* of ours, for DNS: the same at all sites */
	struct catch_key key;
	bool run_known; /* listening: only replies to this run; else the first one says which it is
			 */
	uint32_t run;
	/* what is sent; NULL: nothing, and it ends when nothing came for to_end behind a reply
	 * (forever: never) */
	const struct hitlist *hitlist; /* borrowed */
	uint64_t targets;
	uint64_t seed;
	uint32_t rounds; /* how often each target is asked */
	uint32_t pps;
	const char *text;       /* in each request: who asks; for DNS the suffix of its names */
	struct duration to_end; /* waited for replies after the last request */
	struct duration
	    listen_for; /* of one that sends nothing: it ends then; 0: whenever it does */
	struct duration late;
	const char *path; /* of the file; "-": standard output */
	/* in place of a file: gets the rows, once a second or when many have come, and neither the
	 * first line nor the last; path is NULL then */
	catch_rows_fn take;
	void *take_userdata;
};

struct catch_run;

/* Called once, from the loop: with 0 when it is over, else with what went wrong. */
typedef void (*catch_finished_fn)(void *userdata, int r, const struct err *e);

/* conf is copied; its texts are borrowed. */
int catch_run_new(sd_event *loop, const struct catch_run_conf *conf, catch_finished_fn finished,
    void *userdata, struct catch_run **ret, struct err *e) _must_use_;
/*
 * Takes the replies that came, but had no turn yet, and counts what was dropped: for who stops it
 * before it is over. What comes later has come after the stop.
 */
void catch_run_drain(struct catch_run *run);
/*
 * The last line of the file, and what it says: "done", or `why` where it was not over yet. To be
 * called once, when the loop has ended, whatever happened; where it was not over, drains it.
 */
int catch_run_end(struct catch_run *run, const char *why, struct err *e) _must_use_;
void catch_run_free(struct catch_run *run); /* NULL is fine */

struct catch_run_counts {
	uint64_t sent, failed, skipped, dropped;
	uint64_t verdicts[CATCH_VERDICTS];
};

void catch_run_count(const struct catch_run *run, struct catch_run_counts *ret);
/* The rows that stand ready are handed over now. */
int catch_run_flush(struct catch_run *run, struct err *e) _must_use_;
/* All that was counted, as the file's last line has it; the caller owns it. */
json_t *catch_run_to_json(const struct catch_run *run);
