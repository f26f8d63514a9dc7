/*
 * What operators order of a service, drains and holds, over a restart: kept in the file orders.json
 * of the state directory, written whenever one changes. What a drain file orders is the file's to
 * keep, but how far that drain is.
 *
 * Times are kept by the clock of the wall: a drain that may take ten minutes has not more of them
 * after a restart. A clock that was set back does not make it longer.
 */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/time.h"

struct agent;
struct hosted;

/* Reads what was kept, for all services; what it says of others is dropped. */
void orders_load(struct agent *a);
/* Looks at the drain file, if there is one, and goes on to do so. */
int orders_watch_file(struct hosted *h, sd_event *loop);
/* Gives the engine what was kept of the service, and what the drain file says, before it is
 * started. */
void orders_restore(struct hosted *h);
/* After its configuration changed: another drain file, or none. */
void orders_look_at_file(struct hosted *h);
/* The engine knows already: only what the drain file says is new. */
void orders_go_on(struct hosted *h);
/* Keeps the service's orders as they are now. */
void orders_save(struct hosted *h);
/* The service is no more; what it was ordered does not wait for another of its name. */
void orders_forget(struct agent *a, const char *service);

/* For people: an object, or null when there is none. */
json_t *orders_drain_json(const struct hosted *h, struct instant now);
json_t *orders_hold_json(const struct hosted *h, struct instant now);

/* The requests drain, undrain, hold, release of the control socket (order_requests.c). */
json_t *agent_answer_drain(void *userdata, const json_t *request, struct err *e);
json_t *agent_answer_undrain(void *userdata, const json_t *request, struct err *e);
json_t *agent_answer_hold(void *userdata, const json_t *request, struct err *e);
json_t *agent_answer_release(void *userdata, const json_t *request, struct err *e);
