/*
 * Names of addresses from reverse DNS (and /etc/hosts), all asked for at once: c-ares on the event
 * loop.
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"

struct reverse;

/* idle is called when the last of the questions has been settled, from the loop, or from
 * reverse_ask() when it is settled at once. */
int reverse_new(sd_event *loop, void (*idle)(void *userdata), void *userdata, struct reverse **ret,
    struct err *e) _must_use_;
void reverse_free(struct reverse *v); /* NULL is fine */
/* Asks, unless that was done before. */
void reverse_ask(struct reverse *v, struct ip address);
/* Whether questions are open. */
bool reverse_is_busy(const struct reverse *v);
/* NULL: none, or not known yet. Borrowed. */
const char *reverse_find(const struct reverse *v, struct ip address);
