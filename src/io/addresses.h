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

/* The presence of the address at the place changed. Called from the loop, never within a call
 * below; it must not call addresses_watch() or addresses_unwatch(). */
typedef void (*addresses_fn)(void *userdata, size_t place, bool present);

/* Watches nothing yet. The interface has to exist. */
int addresses_new(sd_event *loop, const char *ifname, addresses_fn changed, void *userdata,
    struct addresses **ret, struct err *e);
void addresses_free(struct addresses *a); /* removes nothing; NULL is fine */

/*
 * Watches the addresses (copied; none of them is watched yet), and says where they have their
 * places: numbers that stay the same until addresses_unwatch(), the lowest that are free. Whether
 * they are there is known then. On failure none of them is watched.
 */
int addresses_watch(
    struct addresses *a, const struct ip *ips, size_t count, size_t *places, struct err *e);
/* Leaves it where it is, and tells nothing about it any more; its place is free. */
void addresses_unwatch(struct addresses *a, size_t place);

/*
 * Puts it on the interface, unless it is present. 0: it is there now. -EINPROGRESS: the kernel
 * makes it ready; that it is present will be told.
 */
int addresses_add(struct addresses *a, size_t place, struct err *e);
/* Takes it away if we added it; 1: it was not ours, and stays. */
int addresses_remove(struct addresses *a, size_t place, struct err *e);
bool addresses_is_present(const struct addresses *a, size_t place);
bool addresses_is_ours(const struct addresses *a, size_t place);
