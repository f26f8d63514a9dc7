/*
 * Asking a controller: what `nearcast ips`, pools, projects, token and their like share.
 *
 * Where it is and which token is used come from options, else from the environment
 * (NEARCAST_CONTROLLER, NEARCAST_TOKEN_FILE, NEARCAST_CA_FILE), else from `nearcast login`, else
 * the loopback and the file nearcast/token of the user's configuration. A token is never an
 * argument: others see those.
 *
 * A POST has an idempotency key, of the user's or our own. When its connection breaks, or the
 * controller does not know whether it was done, it is sent again with the same key, which cannot do
 * it twice, for a while (controller_again.h). When that comes to nothing, the key is said, so that
 * the command can be repeated with it.
 */
#pragma once

#include <jansson.h>

#include "cli/command.h"
#include "cli/controller_login.h"
#include "io/http_call.h"

/* Where nearcast-controller(8) listens when nothing else is configured. */
#define CONTROLLER_URL "http://127.0.0.1:8179"

#define CONTROLLER_KEY_MAX 128 /* bytes of an idempotency key */

struct controller_options {
	const char *url, *token_file, *ca_file;
	const char *key; /* of the POST, for whom has the row below; NULL: a new one */
};

/* The rows of these options, of a struct with a member `controller`. */
/* clang-format off */
#define CLI_CONTROLLER(options)                                                                        \
	{ "controller", 0, CLI_STRING, offsetof(options, controller.url), "URL", 0, 0, NULL,           \
	    "the controller, by default NEARCAST_CONTROLLER of the environment" },                     \
	{ "token-file", 0, CLI_STRING, offsetof(options, controller.token_file), "FILE", 0, 0, NULL,   \
	    "what holds the token, by default NEARCAST_TOKEN_FILE of the environment" },               \
	{ "ca-file", 0, CLI_STRING, offsetof(options, controller.ca_file), "FILE", 0, 0, NULL,         \
	    "certificates to trust instead of the system's" }
#define CLI_CONTROLLER_KEY(options)                                                                    \
	{ "key", 0, CLI_STRING, offsetof(options, controller.key), "KEY", 0, 0, NULL,                  \
	    "make it with this idempotency key: what was made with it is not made again" }
/* clang-format on */

struct controller {
	const char *url, *ca_file; /* borrowed from the options, or the environment */
	const char *key;           /* likewise; NULL: each POST has a new one */
	char *authorization;       /* owned; a secret; NULL: who asks has no token */
	struct login login;        /* owned; what is borrowed from it */
};

/* Gives EXIT_SUCCESS, or has said why not and gives the exit status. */
int controller_open(const struct controller_options *o, struct controller *ret);
/* Likewise, with a token (borrowed) instead of the one that is kept. */
int controller_open_as(
    const struct controller_options *o, const struct strbuf *token, struct controller *ret);
/* The address that is meant: the one given, else the environment's, else the loopback. */
const char *controller_url_or_default(const char *given);
/* Whether the environment or a login names one, so that who asked the agent may have meant it. */
bool controller_is_named(void);
/* Whether it can be one: EXIT_SUCCESS, or it was said why not. */
int controller_url_said(const char *url);
void controller_done(struct controller *c);
/* Of a path below it; the caller's. */
char *controller_address(const struct controller *c, const char *path);

struct controller_answer {
	json_t *body; /* owned; NULL: there is none */
	char etag[HTTP_ETAG_MAX];
	long status;
};
void controller_answer_done(struct controller_answer *a);

/*
 * Sends a request: path is below the controller's address, with its query; body (the reference is
 * taken over) and if_match may be NULL. Gives EXIT_SUCCESS and the answer of a status 2xx; else
 * EXIT_FAILURE, and has said why: the problem's sentence, and which fields are wrong.
 */
int controller_ask(const struct controller *c, const char *method, const char *path, json_t *body,
    const char *if_match, struct controller_answer *ret);
/* Likewise, GET of what may not be there: then, too, it is EXIT_SUCCESS, without a body. */
int controller_look(const struct controller *c, const char *path, struct controller_answer *ret);
/* A GET of which nothing is said: gives what http_call() gives. */
int controller_peek(const struct controller *c, const char *path, struct controller_answer *ret,
    struct err *e) _must_use_;
/* What was peeked at, as controller_ask() gives and says it. */
int controller_judge(
    const struct controller *c, int r, const struct controller_answer *answer, const struct err *e);
