/*
 * One service: at which stage each of its Global IPs should be, and why.
 *
 * Pure: the driver reports what it sees (an address is there or gone, a listener, a check's result,
 * a withdraw that was written out), and gets back what is to be done, in the order in which it is
 * to be done. The order of the design holds by construction: an address is announced only while it
 * is present, everything listens and every check passes; it is withdrawn first, and the address
 * follows, if nearcastd ends, only when the withdraw was written and had time to settle.
 *
 * Each address is judged by itself: a check with a run for each address withdraws only the address
 * that it failed at. A run for the whole service covers all of them.
 *
 * service_decide() (decide.c) is the one place where evidence becomes a stage. What is to weigh
 * there later (drain, hold, the guard's answer to soft evidence) is an event that is remembered and
 * a case there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/time.h"
#include "service/check.h"

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

struct service_check_conf {
	const char *name;
	struct check_policy policy;
	bool each_address; /* a run for each address, else one for the service */
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
	bool keep_on_exit;
	struct duration settle_time;
};

struct service_address {
	struct ip address;
	enum presence presence;
	char missing_why[WHY_MAX];
	struct instant retry_at; /* when to put a missing address back */

	enum stage stage;
	struct instant since; /* of the stage */
	char why[WHY_MAX];
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
};

enum service_phase {
	SERVICE_NEW,
	SERVICE_RUNNING,
	SERVICE_STOPPING,
	SERVICE_STOPPED,
};

struct service {
	struct service_conf conf;
	enum service_phase phase;
	struct service_address *addresses; /* owned; as many as conf says */
	struct service_run *runs;          /* owned */
	size_t run_count;
	struct service_listener *listeners; /* owned; [listen * address_count + address] */
	size_t listener_count;
	struct instant stopping_since;
};

enum service_event_type {
	SERVICE_EVENT_START,
	SERVICE_EVENT_ADDRESS,  /* index: address; present; why when missing */
	SERVICE_EVENT_LISTENER, /* index: listener; present */
	SERVICE_EVENT_CHECK,    /* index: run; result */
	SERVICE_EVENT_FLUSHED,  /* index: address: the withdraw was written to every neighbor */
	SERVICE_EVENT_TIME,     /* service_deadline() has come */
	SERVICE_EVENT_STOP,
};

struct service_event {
	enum service_event_type type;
	size_t index;
	bool present;
	const char *why; /* NULL: none */
	struct check_result result;
};

enum service_action_type {
	SERVICE_ADD_ADDRESS,    /* index: address; report back with SERVICE_EVENT_ADDRESS */
	SERVICE_ANNOUNCE,       /* index: address */
	SERVICE_WITHDRAW,       /* index: address; report back with SERVICE_EVENT_FLUSHED */
	SERVICE_REMOVE_ADDRESS, /* index: address, if it was added by us */
	SERVICE_RUN_CHECK,      /* index: run; now, not at its interval */
	SERVICE_NOTE,           /* index: run whose verdict changed; nothing to do but to say so */
	SERVICE_DONE,           /* stopped: nothing more comes */
};

struct service_action {
	enum service_action_type type;
	size_t index;
	bool definitive; /* of a withdraw: the evidence is */
	char why[WHY_MAX];
};

/* Filled by service_input(); reused from call to call. Zeroed is empty. */
struct service_actions {
	struct service_action *items; /* owned */
	size_t count, cap;
};

const char *stage_name(enum stage s);

struct service *service_new(const struct service_conf *conf, struct instant now);
void service_free(struct service *s); /* NULL is fine */
void service_freep(struct service **s);

/* Takes one event; *actions then holds what it leads to, and nothing else. */
void service_input(struct service *s, const struct service_event *event, struct instant now,
    struct service_actions *actions);
/* When SERVICE_EVENT_TIME is due. */
struct instant service_deadline(const struct service *s);
void service_actions_done(struct service_actions *actions);

/* Whether a run may go out: an address that is not here would be answered by another site. */
bool service_run_wanted(const struct service *s, size_t run);
/* Whether the first verdict on every address is known (End-of-RIB waits for it). */
bool service_is_decided(const struct service *s);
/* The best stage of its addresses. */
enum stage service_stage(const struct service *s);
/* The address whose since and why tell most: one at the worst stage. */
const struct service_address *service_telling_address(const struct service *s);
