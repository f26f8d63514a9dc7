/*
 * Sessions: somebody has shown a token, and the browser keeps a cookie instead of it.
 *
 * The cookie is a secret like a token (token.h), so the store has its hash; it cannot be read by
 * scripts, and is sent by no other site's pages (HttpOnly, SameSite=Strict; over TLS also Secure,
 * and with the prefix __Host-, so that nobody but this very host can have set it). It is good while
 * its token is, for SESSION_LIFE at most, and until it was not used for SESSION_IDLE.
 *
 * What changes something needs the header X-Nearcast-Csrf as well: a value that follows from the
 * cookie, that a page of ours is told, and that no other can know. Where a browser says which site
 * a request comes from (Sec-Fetch-Site, Origin), that has to be ours, too.
 *
 * The rules stand here, pure; session.c has the store.
 */
#pragma once

#include <stdbool.h>

#include "base/time.h"
#include "controller/base64url.h"
#include "controller/token.h"

#define SESSION_LIFE DURATION_S(12 * 3600)
#define SESSION_IDLE DURATION_S(3600)
/* How many one token can have; the oldest go. */
#define SESSIONS_MAX 32

/* A clock that is wrong by so much ends no session: one that began later than that begins now. */
#define SESSION_STEPPED DURATION_S(300)

/*
 * Whether a session goes on (wall clock, ns). One that lasts for longer than any may was begun when
 * the clock was ahead, and is over.
 */
bool session_goes_on(int64_t expires_at, int64_t seen_at, int64_t now);

#define SESSION_CSRF_SIZE BASE64URL_SIZE(32)

/* "__Host-nearcast" over TLS. */
const char *session_cookie_name(bool is_tls);
/*
 * The session's secret out of a Cookie header, if one is there and has the form: true. The one of
 * our name counts; of two of that name, none does.
 */
bool session_read_cookie(const char *header, bool is_tls, char text[TOKEN_TEXT_SIZE]);
/* The Set-Cookie that gives it to the browser; text "" takes it back. */
void session_write_cookie(const char *text, bool is_tls, char *buf, size_t size);
/* What X-Nearcast-Csrf has to be. */
void session_csrf(const char *text, char csrf[SESSION_CSRF_SIZE]);
/* In a time that does not depend on where they differ; NULL is not equal to anything. */
bool session_csrf_is(const char *text, const char *given);
/*
 * Whether a browser's request comes from a page of this server: site is its Sec-Fetch-Site, origin
 * its Origin, host its Host; each NULL if it is not there. What is no browser says nothing of it,
 * and may.
 */
bool session_origin_is_ours(const char *site, const char *origin, const char *host);
