/*
 * Between the files of the agent: agent.c begins and ends, drivers.c wires, places.c says whose is
 * what a driver tells of, hosted.c runs a service, hosted_say.c tells of it, runner.c runs its
 * checks and counting.c counts its connections, orders.h keeps what operators want of it, tell.c
 * says what happened, stalled.c ends what hangs, commands.c answers the control socket, reload.c
 * takes a new configuration, which succession.c goes over to, and reload_confirm.c has it
 * confirmed, upgrade.h takes a new program, which takes over what agent_state.h says.
 */
#pragma once

#include "agent/agent.h"
#include "agent/dead_man.h"
#include "agent/events.h"
#include "agent/follower.h"
#include "agent/generation.h"
#include "agent/hooks.h"
#include "agent/identity.h"
#include "agent/metrics.h"
#include "agent/orders.h"
#include "agent/plan.h"
#include "agent/run_mark.h"
#include "agent/state_dir.h"
#include "announce/announce.h"
#include "base/log.h"
#include "base/prefix_map.h"
#include "io/address_lock.h"
#include "io/addresses.h"
#include "io/check_run.h"
#include "io/control.h"
#include "io/file_watch.h"
#include "io/loop.h"
#include "io/socket_watch.h"
#include "io/worker_pool.h"
#include "service/check_history.h"
#include "service/pace.h"
#include "service/service.h"

#define CHECK_OUTCOMES (CHECK_RUN_CANNOT + 1)

/* Runs one check at one address, again and again. */
struct runner {
	struct hosted *hosted; /* borrowed */
	size_t run;            /* index into the engine's runs */
	struct check_run *check; /* owned */
	struct timer timer;      /* when it runs next */
	struct instant started;  /* of the last run, or of the one under way */
	struct rng rng;          /* for the time from run to run */
	bool splayed;            /* its first run was put off by its share of the start splay */
	uint64_t outcomes[CHECK_OUTCOMES]; /* how many runs ended so */
	double took_s;                     /* all of them together */
	struct check_history history;
};

/* The last withdraw of an address. */
struct withdraw_record {
	bool has;              /* there was one */
	bool flushed;          /* no neighbor waits for it any more; result is filled */
	enum service_grounds grounds;
	bool waits;            /* it was said that it is not flushed yet */
	struct instant heard;  /* the evidence came in */
	struct instant at;     /* it was handed to the announcer */
	int64_t at_wall_ns;
	struct withdraw_result result;
	char why[WHY_MAX];
};

/* An event that waits its turn, with its text. */
struct queued_event {
	struct service_event event;
	char why[WHY_MAX];
	struct instant heard;
};

/* A service and what it runs with. */
struct hosted {
	struct agent *agent; /* borrowed */
	const struct agent_service *conf;
	struct generation *generation; /* referenced; what conf is part of */
	struct agent_service *rest;    /* owned; conf, of what is left of a service; else NULL */
	bool is_done;                  /* it has stopped */
	bool is_foreign;               /* the controller has given it */
	struct service *engine;                 /* owned */
	struct service_check_conf *check_confs; /* owned; borrowed by the engine */
	const char **listen_names;              /* owned; borrowed by the engine */
	size_t *address_places;                 /* owned; by address: its place in the drivers */
	size_t *socket_places;                  /* owned; by listener: likewise */
	struct runner **runners;                /* owned; one for each run of the engine */
	struct withdraw_record *withdraws;      /* owned; one for each address */
	bool *add_failed; /* owned; by address: said once, though it is tried again */
	bool *was_there;  /* owned; by address: when it was to be added last */
	bool *untold;     /* owned; by address: announced, and it was said that no neighbor knows */
	struct announcement_override *overrides; /* owned; as conf has them, filled for each use */
	struct timer deadline;
	struct file_watch *drain_file; /* owned; NULL: none is configured */
	struct timer count_timer;
	struct count_job *counting; /* the thread's, and its own; NULL: none runs */
	bool counts;                /* connections are wanted */
	bool count_failed;          /* said once, though it is tried again */
	struct service_actions actions;
	struct queued_event *queue; /* owned; events that came while one is being taken */
	size_t queue_count, queue_cap;
	bool taking;
	uint64_t announcements, withdraw_counts[SERVICE_GROUNDS_MAX];
};

static inline struct prefix
hosted_prefix(const struct hosted *h, size_t address)
{
	return prefix_host(h->conf->addresses[address]);
}

#define NO_PLACE SIZE_MAX

/* What has a place in a driver. */
struct place {
	struct hosted *hosted; /* NULL: nothing */
	size_t index;          /* of its address or listener */
	int lock;              /* owned, of an address: nobody else has it; else -1 */
};

/* By the driver's number for it. */
struct places {
	struct place *items; /* owned */
	size_t count;
};

struct agent {
	sd_event *loop; /* borrowed */
	const struct agent_conf *conf;   /* of generation */
	struct generation *generation;   /* referenced */
	struct generation *first;        /* referenced; the drivers were made from it */
	bool log_level_is_given;         /* as an option: no configuration changes it */
	struct past *past;               /* borrowed; of the program before, until it goes on */
	const char *cold_why;            /* borrowed until it starts; see struct agent_origin */
	const struct watcher *watcher;   /* borrowed; NULL: there is none */
	struct upgrade *upgrade;         /* owned */
	struct reload *reload;           /* owned */
	struct neighbor_conf *neighbors; /* owned */
	bool *established;               /* owned; by neighbor */
	size_t neighbor_count;
	struct announcer *announcer;     /* owned */
	struct addresses *addresses;     /* owned */
	struct identity_sockets *identity; /* owned */
	struct socket_watch *sockets;    /* owned */
	struct check_hub *checks;        /* owned */
	struct control_server *control;  /* owned */
	struct control_client *asking;   /* borrowed; while its request is being answered */
	struct dead_man *dead_man;       /* owned; NULL: not wanted */
	struct duration dead_man_limit;  /* for its thread */
	struct run_mark *mark;           /* owned */
	struct state_dir *state;         /* owned */
	struct events *events;           /* owned */
	struct worker_pool *counter;     /* owned; counts connections */
	json_t *orders;                  /* owned; by service: what is kept of it */
	struct hooks *hooks;             /* owned */
	struct generation *hooks_generation; /* referenced; what they were made from */
	struct metrics *metrics;         /* owned; NULL: nobody may scrape */
	struct agent_counters counters;
	struct hosted **services;        /* owned, as the array is */
	size_t service_count;
	/* owned, as the array is: what a reload took away, until it is withdrawn and removed */
	struct hosted **leaving;
	size_t leaving_count;
	struct places address_places, socket_places;
	struct prefix_map place_index; /* of address_places */
	struct follower *follower;     /* owned */
	struct instant started;
	int64_t started_wall_ns;
	int64_t conf_wall_ns;        /* when conf was taken over */
	int64_t conf_hashed_wall_ns; /* of the conf that conf_hash is of */
	uint64_t conf_hash;
	sd_event_source *turn; /* owned; at the end of a turn in which something changed */
	size_t announced_count, established_count; /* as systemd was told */
	bool end_of_rib_released;
	bool stopping;
	char end_why[64]; /* with stopping */
};

/* hosted.c */
/* Without timers, and without places in the drivers. */
struct hosted *hosted_new(struct agent *a, struct generation *generation,
    const struct agent_service *conf, struct instant now);
int hosted_init_timers(struct hosted *h, sd_event *loop);
void hosted_free(struct hosted *h); /* NULL is fine */
/* Gives the engine an event and does what it asks for. event->why is copied. */
void hosted_take(struct hosted *h, const struct service_event *event, struct instant heard);
/* The announcer's news of an address. */
void hosted_take_announced(struct hosted *h, size_t address);
void hosted_take_withdrawn(struct hosted *h, size_t address, const struct withdraw_result *result);
/* Announces all that is announced once more: to neighbors that are new, or otherwise than before.
 */
void hosted_announce_again(struct hosted *h);
/* The neighbors that have been told an address. */
struct neighbor_share hosted_told(const struct hosted *h, size_t address);
/* Those that may keep it of a lost session. */
#define KEPT_MAX 192 /* of what announcer_kept_format() makes of it */
struct announcer_kept hosted_kept(const struct hosted *h, size_t address);

/* Asks the guard what an engine that was taken over has asked already. */
void hosted_ask_again(struct hosted *h);
/* Another guard answers then. */
void hosted_set_origin(struct hosted *h, bool is_foreign);
/* Starts it, with what operators ordered before. */
void hosted_start(struct hosted *h);

/* counting.c */
void counting_look(struct hosted *h); /* after each event: whether it has to begin */
void counting_on_time(struct timer *t, struct instant now);
void counting_forget(struct hosted *h);

/* hosted_say.c: what was done, into the journal and the log. */
void hosted_say(
    struct hosted *h, const struct service_action *action, struct instant heard);
/* What an announcement or a withdraw has come to by now. */
void hosted_say_announced(struct hosted *h, size_t address);
void hosted_say_withdrawn(struct hosted *h, size_t address);

/* runner.c */
int runner_new(struct hosted *h, size_t run, struct runner **ret);
void runner_free(struct runner *r); /* NULL is fine */
void runner_run_now(struct runner *r);
/* For its time; else it is under way, or not wanted now. */
bool runner_waits(const struct runner *r);
/* As it was: waits, or what was under way is begun again. */
void runner_go_on(struct runner *r, bool waits);
/* Runs when the other one would have run next; what that has under way is begun again. */
void runner_inherit(struct runner *r, const struct runner *from);

/* status.c: a service, as people are shown it */
json_t *agent_service_json(const struct hosted *h, struct instant now);

/* agent.c */
void agent_service_changed(struct agent *a);
void agent_service_done(struct hosted *h);
/* The checks that can not run on this host, into the log. */
void agent_log_unable(const struct agent *a);
/* The neighbors as the announcer wants them, of a->conf; who is established is kept by name. */
void agent_fill_neighbors(struct agent *a);

/*
 * tell.c: logs an event and keeps it (events.h); without times it is now. details: key=value texts
 * for the log line, each with a blank before it, or "".
 */
void agent_tell(
    struct agent *a, enum log_level level, const struct event *event, const char *details);

/* stalled.c: the dead-man timer, as configured */
int agent_watch_loop(struct agent *a, struct err *e);

/* drivers.c */
int agent_open_drivers(struct agent *a, struct err *e);
/* Looks out for each address of the service in what neighbors send. */
void agent_watch_from_elsewhere(struct agent *a, const struct hosted *h);
/* As a->conf says; those that there were before end, with what waits for them. */
int agent_open_hooks(struct agent *a, struct err *e);
/* Where a->conf says; what there was before is closed. */
void agent_open_metrics(struct agent *a);
void agent_close_drivers(struct agent *a);

/* places.c: what services have of the drivers */

/*
 * Locks and watches each address and listener of the services that has no place (NO_PLACE). On
 * failure (-EADDRINUSE: another agent has one) each is as it was.
 */
int agent_take_places(struct agent *a, struct hosted *const *services, size_t count, struct err *e);
/* Gives back all that the service has; addresses stay on the interface. */
void agent_give_places(struct agent *a, struct hosted *h);
/* NULL: no service has the address. */
const struct place *agent_find_place(const struct agent *a, struct prefix prefix);
void agent_free_places(struct agent *a);

/* succession.c */

/*
 * Goes over to another configuration as the plan says, and takes the generation over. On failure
 * everything is as it was, but for a neighbor that could not be added: that is logged.
 */
int agent_succeed(
    struct agent *a, const struct plan *plan, struct generation *generation, struct err *e);
/* Frees what has left; from the loop. */
void agent_bury(struct agent *a);

/* reload.c, reload_confirm.c */

struct reload;

/* With the state directory open: what to start with, which is `loaded` (taken over) or what was
 * good before it. */
struct generation *reload_new(struct agent *a, struct conf *loaded);
int reload_start(struct agent *a, struct err *e); /* its timer */
void reload_free(struct reload *r);               /* NULL is fine */
json_t *reload_status(const struct agent *a);
bool reload_waits(const struct agent *a); /* to be confirmed */
json_t *agent_answer_reload(void *userdata, const json_t *request, struct err *e);
json_t *agent_answer_confirm(void *userdata, const json_t *request, struct err *e);

/* commands.c: a control_fn; userdata is the agent. */
void agent_answer(
    void *userdata, const char *request, struct control_client *client, struct strbuf *reply);
