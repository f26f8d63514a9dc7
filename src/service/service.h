/*
 * One service: at which stage each of its Global IPs should be, and why.
 *
 * Pure: the driver reports what it sees (an address is there or gone, a listener, a check's result,
 * a withdraw that was written out), and gets back what is to be done, in the order in which it is
 * to be done. The order of the design holds by construction: an address is announced only while it
 * is present, everything listens and enough checks pass; it is withdrawn first, and the address
 * follows, if nearcastd ends, only when the withdraw was written and had time to settle.
 *
 * Each address is judged by itself: a check with a run for each address withdraws only the address
 * that it failed at. A run for the whole service covers all of them.
 *
 * What is known becomes a stage in two steps, each in one place. service_evidence() (evidence.c)
 * says what the address, its sockets and its checks come to. service_decide() (decide.c) goes down
 * and up the ladder of stages from there: definitive evidence withdraws at once and asks nobody;
 * everything else takes the way and the time that the operator's policy gives it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"
#include "service/check.h"
#include "service/damping.h"
#include "service/drain.h"
#include "service/guard.h"

/* What the network sees of a prefix. */
enum stage {
	STAGE_WITHDRAWN,
	STAGE_BACKUP, /* announced, but less attractive */
	STAGE_PREFERRED,
};

enum presence {
	PRESENCE_UNKNOWN,
	PRESENCE_PRESENT,
	PRESENCE_MISSING,
};

#define SERVICE_ALL SIZE_MAX /* instead of the index of an address */

/* An address that is missing is put back, at most this often. */
#define SERVICE_ADDRESS_RETRY DURATION_S(1)
/* On stop, a withdraw that cannot be written (a dead peer) is waited for no longer than this. */
#define SERVICE_FLUSH_LIMIT DURATION_S(1)

/* What a check speaks of. */
enum check_scope {
	CHECK_SERVICE,    /* the service on this host: may withdraw it */
	CHECK_DEPENDENCY, /* what all sites share: may make it less attractive, never withdraw it */
};

struct service_check_conf {
	const char *name;
	struct check_policy policy;
	bool each_address; /* a run for each address, else one for the service */
	enum check_scope scope;
};

/* Where it goes from preferred, and how fast. Definitive evidence knows none of it. */
struct service_ladder {
	enum stage when_failing; /* STAGE_WITHDRAWN or STAGE_BACKUP: where soft evidence leads */
	struct duration backup_time; /* at backup, before soft evidence withdraws */
	struct duration stage_time;  /* at a stage at least, before soft evidence changes it */
	enum stage when_draining;    /* where a drain ends, likewise */
	struct duration drain_time;  /* at backup in a drain at least */
	enum stage when_refused;     /* STAGE_BACKUP or STAGE_PREFERRED: what the guard kept */
	struct duration exit_time;   /* at backup, before the withdraw when nearcastd ends */
};

/* Strings and arrays are borrowed and outlive the service. */
struct service_conf {
	const char *name;
	const struct ip *addresses;
	size_t address_count;       /* at least 1 */
	const char *const *listens; /* names of the sockets that must listen: "tcp/80" */
	size_t listen_count;
	const struct service_check_conf *checks;
	size_t check_count;
	size_t checks_needed; /* of those of CHECK_SERVICE; more than there are: all */
	struct service_ladder ladder;
	struct damping_policy damping;
	struct guard_policy guard;
	struct duration listen_grace; /* a socket that is back within it was never gone */
	bool keep_on_exit;
	struct duration settle_time;
};

/* What the guard said of the soft evidence on an address. */
enum leave_state {
	LEAVE_NOT_ASKED,
	LEAVE_ASKED,
	LEAVE_GRANTED,
	LEAVE_REFUSED,
};

struct leave {
	enum leave_state state;
	struct instant until; /* of an answer; asked again then */
	char why[WHY_MAX];
	uint64_t refusals; /* ever */
};

struct service_address {
	struct ip address;
	enum presence presence;
	char missing_why[WHY_MAX];
	struct instant retry_at; /* when to put a missing address back */

	enum stage evidence; /* the stage that the evidence alone asks for */
	struct instant evidence_since;
	struct damping damping;
	struct duration hold_down;   /* what the last flap made it */
	struct instant damped_until; /* well, and waiting for that; never: it is not */
	struct leave leave;
	enum stage pinned; /* while the service is held */

	enum stage stage;
	struct instant since; /* of the stage */
	bool ordered;         /* it is at this stage because an operator wants it */
	char why[WHY_MAX];
	struct instant look_at; /* when time alone may change the stage */
	bool flushing; /* withdrawn, and not yet written to every neighbor */
	bool was_announced;
	struct instant flushed_at; /* after was_announced */
};

/* A check at one address, or for the whole service. */
struct service_run {
	size_t check;   /* index into the configuration */
	size_t address; /* index, or SERVICE_ALL */
	struct check state;
};

/* A socket that must listen, at one address. */
struct service_listener {
	size_t listen;
	size_t address;
	enum presence presence;
	struct instant since;
	struct instant
	    spared_until; /* missing, and taken for present until then; never: it is not */
};

enum service_phase {
	SERVICE_NEW,
	SERVICE_RUNNING,
	SERVICE_STOPPING,
	SERVICE_STOPPED,
};

/*
 * A hold pins the stages as they were; definitive evidence withdraws all the same. It is over when
 * none of those who ordered it wants it any more.
 */
struct service_hold {
	bool held;
	bool ordered[DRAIN_SOURCE_MAX]; /* by an operator, by the controller */
	char reason[WHY_MAX];
	struct instant since;
};

struct service {
	struct service_conf conf;
	enum service_phase phase;
	bool has_inherited; /* before it starts, it may have something to end */
	struct drain drain;
	struct service_hold hold;
	struct service_address *addresses; /* owned; as many as conf says */
	struct service_run *runs;          /* owned */
	size_t run_count;
	struct service_listener *listeners; /* owned; [listen * address_count + address] */
	size_t listener_count;
	struct instant leaves_at; /* while stopping: when everything is withdrawn */
	char stop_why[WHY_MAX];   /* likewise */
};

enum service_event_type {
	SERVICE_EVENT_START,       /* why; NULL: nearcastd starts */
	SERVICE_EVENT_ADDRESS,     /* index: address; present; why when missing */
	SERVICE_EVENT_LISTENER,    /* index: listener; present */
	SERVICE_EVENT_CHECK,       /* index: run; result */
	SERVICE_EVENT_FLUSHED,     /* index: address: the withdraw was written to every neighbor */
	SERVICE_EVENT_TIME,        /* service_deadline() has come */
	SERVICE_EVENT_GUARD,       /* index: address; answer: to the latest question */
	SERVICE_EVENT_DRAIN,       /* order; also before SERVICE_EVENT_START: one that goes on */
	SERVICE_EVENT_UNDRAIN,     /* order.source */
	SERVICE_EVENT_CONNECTIONS, /* index: how many are established with its addresses */
	/*
	 * why: the reason. index: SERVICE_ALL: at the stages of now; or an address, and its stage:
	 * a hold that goes on, also before SERVICE_EVENT_START. order.source: whose it is
	 */
	SERVICE_EVENT_HOLD,
	SERVICE_EVENT_RELEASE, /* order.source */
	SERVICE_EVENT_STOP,    /* why; NULL: nearcastd ends */
};

struct service_event {
	enum service_event_type type;
	size_t index;
	bool present;
	const char *why; /* NULL: none */
	struct check_result result;
	struct drain_order order;
	struct guard_answer answer;
	enum stage stage;
};

enum service_action_type {
	SERVICE_ADD_ADDRESS,    /* index: address; report back with SERVICE_EVENT_ADDRESS */
	SERVICE_ANNOUNCE,       /* index: address; at the stage that it has now */
	SERVICE_WITHDRAW,       /* index: address; report back with SERVICE_EVENT_FLUSHED */
	SERVICE_REMOVE_ADDRESS, /* index: address, if it was added by us */
	SERVICE_RUN_CHECK,      /* index: run; now, not at its interval */
	SERVICE_NOTE,           /* index: run whose verdict changed; nothing to do but to say so */
	SERVICE_DAMPED,         /* index: address that is well and has to wait; likewise */
	SERVICE_ASK_GUARD,      /* index: address; report back with SERVICE_EVENT_GUARD */
	SERVICE_FORGET_GUARD,   /* index: address; no answer is wanted any more */
	SERVICE_REFUSED,        /* index: address that the guard keeps announced; likewise */
	SERVICE_DRAINS,  /* the drain began or was changed; the drain and the hold are to be */
	SERVICE_DRAINED, /* kept for the next nearcastd after these */
	SERVICE_UNDRAINED,
	SERVICE_HELD,
	SERVICE_RELEASED,
	SERVICE_DONE, /* stopped: nothing more comes */
};

/* What a withdraw rests on. */
enum service_grounds {
	SERVICE_SOFT,       /* evidence that had to repeat, or the lack of any */
	SERVICE_DEFINITIVE, /* evidence that needs no second look */
	SERVICE_INTENT,     /* none: somebody wants it: a drain, an end, a removal */
	SERVICE_GROUNDS_MAX,
};

struct service_action {
	enum service_action_type type;
	size_t index;
	enum service_grounds grounds; /* of a withdraw */
	char why[WHY_MAX];
};

/* Filled by service_input(); reused from call to call. Zeroed is empty. */
struct service_actions {
	struct service_action *items; /* owned */
	size_t count, cap;
};

const char *stage_name(enum stage s);
const char *service_grounds_name(enum service_grounds g); /* "soft", "definitive", "intent" */

struct service *service_new(const struct service_conf *conf, struct instant now);
void service_free(struct service *s); /* NULL is fine */
void service_freep(struct service **s);

/* Takes one event; *actions then holds what it leads to, and nothing else. */
void service_input(struct service *s, const struct service_event *event, struct instant now,
    struct service_actions *actions);
/*
 * inherit.c: before SERVICE_EVENT_START or _STOP, takes over what another engine knows of the same
 * addresses: where each is, at which stage and since when, and what waits. From one of the same
 * name also its drain and hold, what listens, and the checks of the same name with their history,
 * unless anew (by check of the configuration; NULL: none) says that they look at something else
 * now. What is announced stays so until evidence speaks against it.
 */
void service_inherit(struct service *s, const struct service *from, const bool *anew);
/* The run or listener that service_inherit() takes one from; SERVICE_ALL: none. */
size_t service_find_run(
    const struct service *from, const struct service *s, size_t run, const bool *anew);
size_t service_find_listener(const struct service *from, const struct service *s, size_t listener);
/* SERVICE_ALL: it has no such address. */
size_t service_find_address(const struct service *s, struct ip address);

/* When SERVICE_EVENT_TIME is due. */
struct instant service_deadline(const struct service *s);
void service_actions_done(struct service_actions *actions);

/* Whether a run may go out: an address that is not here would be answered by another site. */
bool service_run_wanted(const struct service *s, size_t run);
/* Whether the first verdict on every address is known (End-of-RIB waits for it). */
bool service_is_decided(const struct service *s);
/* Whether it is about what operators ordered, which the next nearcastd has to know. */
bool service_action_is_order(enum service_action_type type);
/* Whether somebody has to count connections: SERVICE_EVENT_CONNECTIONS. */
bool service_counts_connections(const struct service *s);
/* What the evidence on one address comes to; unknown: not all of it has been seen yet. */
enum verdict service_verdict(const struct service *s, size_t address);
/* The best stage of its addresses. */
enum stage service_stage(const struct service *s);
/* The address whose since and why tell most: one at the worst stage. */
const struct service_address *service_telling_address(const struct service *s);
