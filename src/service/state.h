/*
 * A service's state and the journal from one program to the next, as records (wire/state.h).
 *
 * Addresses, checks and listeners are found by what they are called, not by their place, so a
 * configuration in another order takes over all that it still has; what is new in it starts as it
 * would at any time. Policies are the configuration's. What a service keeps more, some day, is a
 * row more in a table of state.c.
 */
#pragma once

#include "service/journal.h"
#include "service/service.h"
#include "wire/state.h"

/* Appends all that the service knows and has decided. */
void service_save(const struct service *s, struct state_writer *w, struct instant now);
/*
 * Into a service that has just been made. base: the `now` of service_save(), on this clock. An
 * address without a record is due to be added at once. False: the records can not be read; s is
 * then not to be used.
 */
bool service_load(struct service *s, struct reader records, struct instant base);

void journal_save(const struct journal *j, struct state_writer *w, struct instant now);
/* Into an empty one. False: as above. */
bool journal_load(struct journal *j, struct reader records, struct instant base);
