#include "cli/controller_try.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/controller_again.h"
#include "cli/fields.h"
#include "io/loop.h"

#define TYPE "urn:nearcast:problem:"
/* A controller waits no longer for its hosts (host_standing.h in src/controller). */
#define BACK_WITHIN DURATION_S(60)
#define BACK_EVERY DURATION_S(2)

bool
controller_is_unknown(bool again, int r, const json_t *answer)
{
	const char *type = field_text(answer, "type");

	if (r < 0)
		return again || r == -ECONNRESET || r == -ETIMEDOUT;
	return strcmp(type, TYPE "outcome-unknown") == 0 ||
	       (again && (strcmp(type, TYPE "store") == 0 || strcmp(type, TYPE "store-full") == 0));
}

/* One time. Gives what http_call() gives. */
static int
ask_once(const struct http_call *call, struct controller_answer *ret, struct err *e)
{
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	int r = http_call(call, &reply, e);

	json_decref(ret->body);
	ret->body = NULL;
	if (r < 0)
		return r;
	ret->status = reply.status;
	if (reply.body.len > 0)
		ret->body =
		    json_loadb(reply.body.text, reply.body.len, JSON_REJECT_DUPLICATES, NULL);
	memcpy(ret->etag, reply.etag, sizeof(ret->etag));
	return 0;
}

static void
pause_for(struct duration d)
{
	(void)nanosleep(&(struct timespec){ d.ns / NS_PER_S, d.ns % NS_PER_S }, NULL);
}

int
controller_try_again(const struct http_call *call, const char *key, int r,
    struct controller_answer *ret, struct err *e)
{
	struct controller_again again = { 0 };
	struct duration wait;

	while (controller_is_unknown(true, r, ret->body) &&
	       controller_again(&again, clock_now(), &wait)) {
		/* the first one is often answered at once */
		if (again.tries == 2)
			(void)fprintf(stderr,
			    "The answer was lost; it is asked for again with the same key, %s.\n",
			    key);
		pause_for(wait);
		r = ask_once(call, ret, e);
	}
	return r;
}

int
controller_try(const struct http_call *call, struct controller_answer *ret, struct err *e)
{
	struct instant until = instant_add(clock_now(), BACK_WITHIN);
	bool was_said = false;
	int r = ask_once(call, ret, e);

	while (r >= 0 && strcmp(field_text(ret->body, "type"), TYPE "awaited") == 0 &&
	       !instant_reached(until, clock_now())) {
		if (!was_said)
			(void)fprintf(stderr,
			    "The controller waits for hosts to come back to it; it is asked again "
			    "until they have, for a minute.\n");
		was_said = true;
		pause_for(BACK_EVERY);
		r = ask_once(call, ret, e);
	}
	return r;
}
