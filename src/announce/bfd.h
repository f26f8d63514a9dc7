/*
 * BFD for the built-in speaker: one session for each neighbor that wants one.
 *
 * The sessions run in a thread of their own (io/worker.h, bfd_engine.h), because a full table, a
 * TLS handshake or a library that is loaded keep the main loop busy for longer than BFD may be
 * silent; the numbers are in docs/decisions/. This file starts them, asks them for news when the
 * thread rings, logs, and tells each neighbor.
 */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "announce/announce.h"
#include "announce/bfd_engine.h"
#include "base/err.h"

struct bfd_driver;
struct bfd_neighbor; /* the session of one neighbor; ends with the driver at the latest */

int bfd_driver_new(sd_event *loop, struct bfd_driver **ret, struct err *e);
/* Every neighbor is told AdminDown, which is no failure, until bfd_driver_free(). */
void bfd_driver_stop(struct bfd_driver *d); /* NULL is fine */
void bfd_driver_free(struct bfd_driver *d); /* NULL is fine */

/*
 * Called from the driver's loop: Up, or not any more because the path or the peer failed. Not
 * called when the peer is administratively down: BGP goes on without (RFC 5882 section 3.2).
 */
typedef void (*bfd_changed_fn)(void *userdata, bool up, const char *why);

/*
 * Starts the session; conf is borrowed. past: it goes on with that one, slowly and not quite awake,
 * until bfd_driver_go_on(); NULL: a new one. -EINVAL: what conf asks for can not be.
 */
int bfd_neighbor_new(struct bfd_driver *d, const struct neighbor_conf *conf,
    const struct bfd_path_past *past, bfd_changed_fn fn, void *userdata, struct bfd_neighbor **ret,
    struct err *e);

/* ---- from one program to the next ---- */

/* Asks every neighbor to bear with a silence; those that have not answered:
 * bfd_neighbor_is_slowing(). */
void bfd_driver_slow_down(struct bfd_driver *d); /* NULL is fine, here and below */
bool bfd_neighbor_is_slowing(const struct bfd_neighbor *n);
/* Nothing moves any more, so that it can be saved; and on again, at the pace that was configured.
 */
void bfd_driver_freeze(struct bfd_driver *d);
void bfd_driver_go_on(struct bfd_driver *d);
/* Whether bfd_neighbor_new() could take it. */
int bfd_check_past(
    const struct neighbor_conf *conf, const struct bfd_path_past *past, struct err *e);
/* Hands the session over, frozen. */
void bfd_neighbor_save(const struct bfd_neighbor *n, struct handover *h, struct instant now);

/* The neighbor is told AdminDown, which is no failure, and nothing is told any more. */
void bfd_neighbor_free(struct bfd_neighbor *n); /* NULL is fine */

/*
 * For `nearcast neighbors`, owned by the caller; null for NULL. Keys: state, since_ms,
 * remote_state, diag, remote_diag (text), tx_interval_ms, rx_interval_ms, detection_ms, multiplier,
 * remote_multiplier, local_discriminator, remote_discriminator (null: not known), auth (text or
 * null), downs, packets_in, packets_out, dropped (object of counts by reason), from_strangers
 * (dropped ones from addresses of no neighbor, to the same local address and port), send_errors,
 * error (text or null).
 */
json_t *bfd_neighbor_status(const struct bfd_neighbor *n, struct instant now);
