/*
 * A neighbor's messages, written down in a file as they come and go: as MRT (proto/mrt) or as text.
 *
 * A dump never harms its session: what cannot be written ends the dump, with one line in the log,
 * and leaves whole records behind. Each record is one write, so that who reads along sees it at
 * once. There is no password in it: passwords are TCP's, and no part of any message.
 */
#pragma once

#include <jansson.h>

#include "announce/announce.h"
#include "io/handover.h"

struct dump;

/*
 * Makes the file, for our eyes only; it must not be there. four_octets: how the AS numbers of an
 * Established session are written; of one that comes up the OPENs say it.
 */
int dump_new(const struct neighbor_conf *neighbor, enum dump_format format, const char *path,
    uint64_t max_bytes, bool four_octets, struct dump **ret, struct err *e);
void dump_free(struct dump *d); /* NULL is fine */
/* Hands it over to another program, with its file. One that has ended stays behind. */
void dump_save(const struct dump *d, struct handover *h);
/* Goes on in the file behind what is there; NULL: there was none. */
struct dump *dump_resume(
    const struct neighbor_conf *neighbor, struct inheritance *in, struct reader records);

/* Our end of the connection, where it was not configured. */
void dump_set_local(struct dump *d, struct ip local);
/* From the marker on. Nothing any more once it has ended. */
void dump_message(struct dump *d, bool sent, enum bgp_way way, const uint8_t *message, size_t len);
/* Nothing when they are the same. why: one sentence, or "". */
void dump_state(struct dump *d, enum bgp_state before, enum bgp_state after, const char *why);

const char *dump_path(const struct dump *d);
/* "": it runs. Else why it ended, as a clause. */
const char *dump_ended(const struct dump *d);
/* Keys: path, bytes, max_bytes, format ("mrt", "text"). null when d is NULL or has ended. */
json_t *dump_status(const struct dump *d);
