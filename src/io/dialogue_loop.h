/*
 * A dialogue (dialogue.h) on the event loop, for as long as the other daemon lives: connects again
 * when it restarted, a little later each time, and says when it is there.
 *
 * Commands may be given one behind the other, without waiting; their answers come in the same
 * order. What was asked when the connection is lost gets no answer.
 */
#pragma once

#include <systemd/sd-event.h>

#include "io/dialogue.h"
#include "io/handover.h"

struct dialogue;

struct dialogue_events {
	/* It can be asked. */
	void (*up)(void *userdata);
	/*
	 * It can not, any more or still: also after each attempt that failed. error: a negative
	 * errno, -ENOENT or -ECONNREFUSED when nobody listens.
	 */
	void (*down)(void *userdata, int error, const char *why);
};

/*
 * An answer: of BIRD all lines, with the code of the last one; of FRR the text, with the status.
 * text ends with NUL and is gone afterwards. May ask more; must not free the dialogue.
 */
typedef void (*dialogue_reply_fn)(void *userdata, size_t tag, int code, const char *text);

/* Connects from the loop, not yet from inside of this call. path is borrowed. */
int dialogue_new(sd_event *loop, const struct dialogue_language *l, const char *path,
    const struct dialogue_events *events, void *userdata, struct dialogue **ret, struct err *e);
/*
 * As dialogue_new(), and goes on with the connection of dialogue_save() when there is one: then it
 * is up already, which is not told.
 */
int dialogue_resume(sd_event *loop, const struct dialogue_language *l, const char *path,
    const struct dialogue_events *events, void *userdata, struct inheritance *in,
    struct reader records, struct dialogue **ret, struct err *e);
void dialogue_free(struct dialogue *d); /* NULL is fine */

bool dialogue_is_up(const struct dialogue *d);
/*
 * Sends the command, behind those from before: at once, or when the daemon has answered enough of
 * them; nothing while it is not up. fn: NULL when the answer does not matter. A daemon that does
 * not answer within 5 s is left, and connected to anew.
 */
void dialogue_send(struct dialogue *d, const char *command, dialogue_reply_fn fn, size_t tag);
/* The same, before all that is not urgent and was not sent yet. */
void dialogue_send_urgent(
    struct dialogue *d, const char *command, dialogue_reply_fn fn, size_t tag);
/* Answers that have yet to come. */
size_t dialogue_waiting(const struct dialogue *d);
/*
 * Hands the connection over to another program, when no answer has yet to come: half of a dialogue
 * cannot be. Frees nothing.
 */
void dialogue_save(const struct dialogue *d, struct handover *h);
