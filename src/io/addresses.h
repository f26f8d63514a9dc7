/*
 * The Global IPs of this host as interface addresses: added, watched, removed.
 *
 * An address counts as present when any interface of this host has it, ready for use. One that was
 * there before is somebody else's and is never removed; what we add is marked in the kernel
 * (IFA_PROTO), so that after a crash it is still known to be ours. IPv6 addresses are added without
 * duplicate address detection, which anycast would trip over, and deprecated from the start, so
 * that no connection of the host's own ever chooses one as its source.
 *
 * The kernel's messages say when to look; what is true is read back with a dump, also after
 * messages were lost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/ip.h"

struct addresses;

/* The presence of addresses[index] changed. Called from the loop, never within a call below. */
typedef void (*addresses_fn)(void *userdata, size_t index, bool present);

/* Watches the addresses (copied). The interface has to exist. */
int addresses_new(sd_event *loop, const char *ifname, const struct ip *ips, size_t count,
    addresses_fn changed, void *userdata, struct addresses **ret, struct err *e);
void addresses_free(struct addresses *a); /* removes nothing; NULL is fine */

/*
 * Puts it on the interface, unless it is present. 0: it is there now. -EINPROGRESS: the kernel
 * makes it ready; that it is present will be told.
 */
int addresses_add(struct addresses *a, size_t index, struct err *e);
/* Takes it away if we added it; 1: it was not ours, and stays. */
int addresses_remove(struct addresses *a, size_t index, struct err *e);
bool addresses_is_present(const struct addresses *a, size_t index);
bool addresses_is_ours(const struct addresses *a, size_t index);
