/*
 * The controller's certificate: loaded at the start, looked at again each minute and when it is
 * told to, so that a renewed one is in force for new clients without anything else to do.
 *
 * At the start whatever is wrong with it is an error. Later the one that is there stays: a renewed
 * one that cannot be taken (it has expired, its key is not written yet) is said once for each new
 * file, and tried again. That it will expire is said CERTIFICATE_WARNS before, and each day from
 * then on.
 */
#pragma once

#include <stdint.h>

#include <systemd/sd-event.h>

#include "base/err.h"
#include "controller/controller_conf.h"
#include "controller/health.h"
#include "io/http_tls.h"

#define CERTIFICATE_WARNS DURATION_S(14 * 86400)

enum certificate_state {
	CERTIFICATE_WELL,
	CERTIFICATE_ENDS_SOON,
	CERTIFICATE_HAS_ENDED,
};

/* Pure; both in seconds since 1970. */
enum certificate_state certificate_state(int64_t expires, int64_t now);

struct certificate;

/* Another one is in force; tls is borrowed. */
typedef void (*certificate_fn)(void *userdata, struct http_tls *tls);

/* conf and health are borrowed. Loads it: the errors of http_tls_load(). */
int certificate_new(sd_event *loop, const struct controller_tls *conf, struct health *health,
    certificate_fn changed, void *userdata, struct certificate **ret, struct err *e) _must_use_;
void certificate_free(struct certificate *c); /* NULL is fine */
/* Looks at the files now, and says what came of it. */
void certificate_look(struct certificate *c);
struct http_tls *certificate_tls(const struct certificate *c); /* borrowed */
int64_t certificate_expires(const struct certificate *c);      /* seconds since 1970 */
