/*
 * One probe that is no request of HTTP: a query of DNS, the question who answers, or a TCP
 * connection, each over a socket of its own, so from a port of its own.
 *
 * A UDP question is sent once: one that is lost is lost, and that is what is measured.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/list.h"
#include "measure/probe_run.h"

struct probe_exchange;

/* It has ended: the record is the caller's to take; the exchange is still there, to be freed. */
typedef void (*probe_exchange_fn)(
    void *userdata, struct probe_exchange *x, struct probe_record *record);

/* Those under way, and who hears of their ends. */
struct probe_exchanges {
	struct list list; /* owned */
	sd_event *loop;   /* borrowed */
	const struct probe_conf *conf;
	probe_exchange_fn ended;
	void *userdata;
};

/*
 * Begins one; `ended` is called from the loop, never from here. keeps_silent: of the target, kept
 * from one probe to the next: a DNS server that does not answer for id.server is not asked again.
 */
void probe_exchange_start(struct probe_exchanges *all, size_t target, bool *keeps_silent);
void probe_exchange_free(struct probe_exchange *p);
void probe_exchanges_done(struct probe_exchanges *all); /* fine on a zeroed one */
