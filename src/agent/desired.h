/*
 * What a controller wants of this host: a document with a revision, services and orders.
 *
 * Pure. It is read as the controller sends it, and kept in the state directory in a form of our
 * own, together with what of it is in force: a service that this host could not take as it is
 * wanted goes on as it was before.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

#define DESIRED_NAME "desired.json"
#define DESIRED_MAX (4u << 20)

struct desired {
	char *host_id; /* owned; whose it is, by the controller's name for the host */
	char *site;    /* owned; what the controller calls the host's site now; NULL: not said */
	int64_t revision;
	json_t *services; /* owned: by name, each as in nearcast.yaml; never NULL once it is read */
	json_t *orders;   /* owned: an array of objects with id, kind and service */
	json_t *in_force; /* owned: as services; NULL: it is not known */
};

/*
 * As it is sent. -EINVAL with a sentence: it is no such document. What a service says is not looked
 * at here.
 */
int desired_read(const json_t *document, struct desired *ret, struct err *e) _must_use_;
/* As it is kept. */
json_t *desired_write(const struct desired *d);
int desired_read_kept(const char *text, size_t len, struct desired *ret, struct err *e) _must_use_;
void desired_done(struct desired *d); /* zeroed is fine */
/* Hands it over, and leaves a zeroed one behind. */
struct desired desired_take(struct desired *d);

/* What a document would take away of what is announced now. */
struct desired_loss {
	size_t kept;       /* services of the controller that stay, with an address at least */
	size_t lost;       /* and those that would be gone */
	const char *names; /* of those */
};

/*
 * Whether a document may take that away. The controller has asked its people before; but one that
 * has lost its data, was restored from an old copy or is another one has not, and all that it says
 * is "nothing". why: one sentence on what it may not.
 */
bool desired_is_credible(const struct desired *before, const struct desired *now,
    const struct desired_loss *loss, struct strbuf *why);

/* The order of a kind for a service; NULL: there is none. Borrowed. */
const json_t *desired_order(const struct desired *d, const char *kind, const char *service);
