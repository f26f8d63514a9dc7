/*
 * A daemon's control socket: a Unix socket on which a request is one line, and the answer one
 * document after which the connection is closed.
 *
 * What a client can do to us is limited: CONTROL_CLIENTS_MAX at a time (more are closed at once),
 * CONTROL_REQUEST_MAX bytes of request, CONTROL_TIMEOUT from accept to the end of the answer. The
 * socket is for its owner and group alone (mode 0660). A socket that a dead daemon left behind is
 * replaced; one that another daemon answers on is not.
 */
#pragma once


#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/time.h"
#include "io/handover.h"

#define CONTROL_CLIENTS_MAX 32
#define CONTROL_REQUEST_MAX 4096
#define CONTROL_REPLY_MAX (8u << 20) /* what control_call() takes */
#define CONTROL_TIMEOUT DURATION_S(5)

struct control_server;
struct control_client;

/*
 * Writes the answer to a request (without its newline, NUL-terminated) into reply: mostly with
 * control_line(). Or leaves reply empty, and has called control_defer().
 */
typedef void (*control_fn)(
    void *userdata, const char *request, struct control_client *client, struct strbuf *reply);

/* A request whose answer comes later: embedded in what works on it. */
struct control_later {
	struct control_client *client; /* borrowed; NULL: has its answer, or went away */
};
/* Only from inside of a control_fn, once. CONTROL_TIMEOUT goes on; *later outlives the client, or
 * control_forget() is called. */
void control_defer(struct control_client *client, struct control_later *later);
/* Gives the answer, with its newline; from inside of the control_fn too. Nothing happens when the
 * client went away. */
void control_reply(struct control_later *later, const char *text, size_t len);
/* Closes without an answer. */
void control_forget(struct control_later *later);

/* Makes the folder of path if it is missing. -EADDRINUSE: another daemon answers there. */
int control_server_new(sd_event *loop, const char *path, control_fn fn, void *userdata,
    struct control_server **ret, struct err *e);
void control_server_free(struct control_server *s); /* removes the socket; NULL is fine */

/*
 * Hands the socket over to another program, with its clients; the one that waits for `later`, if it
 * still does, is to have its answer from there.
 */
void control_server_save(
    const struct control_server *s, const struct control_later *later, struct handover *h);
/*
 * As control_server_new(), from the records; without a socket in them it is made. *later is the
 * client that waits, or none. control_server_free() removes the socket as ever.
 */
int control_server_resume(sd_event *loop, const char *path, struct inheritance *in,
    struct reader records, control_fn fn, void *userdata, struct control_later *later,
    struct control_server **ret, struct err *e);
/* The client waits for as long from now on, instead of CONTROL_TIMEOUT. */
void control_wait(struct control_later *later, struct duration patience);

/*
 * The other side, for programs without a loop: sends the request, gives the whole answer.
 * -ECONNREFUSED or -ENOENT: no daemon there; -ETIMEDOUT: one that does not answer.
 */
int control_call(const char *path, const char *request, struct duration timeout,
    struct strbuf *reply, struct err *e);
