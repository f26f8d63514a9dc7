/*
 * The guard of services that a controller has given: a lease for each withdraw on soft evidence.
 *
 * The question goes to the controller, and the service waits as it is. Without an answer within
 * LEASE_TIMEOUT it decides by itself, as its when-alone says, and asks again after a while.
 */
#include <stdlib.h>

#include "agent/complaint.h"
#include "agent/follower_internal.h"
#include "base/alloc.h"
#include "base/utf8.h"

#define LEASE_TIMEOUT DURATION_S(1)
/* After a decision of its own; after an answer that says no time. */
#define ASK_AGAIN DURATION_S(10)
#define LEASE_MAX_S 3600
#define ANSWER_MAX 16384

struct question {
	struct list node;
	struct follower *follower; /* borrowed */
	struct http_ask *ask;      /* its own; NULL: it was answered */
	guard_answer_fn fn;
	void *userdata;
	size_t index;
	struct guard_policy policy;
};

static void
free_question(struct question *q)
{
	http_ask_forget(q->ask);
	list_remove(&q->node);
	free(q);
}

static void
decide_alone(const struct guard_policy *policy, const char *why, struct guard_answer *ret)
{
	char unknown[WHY_MAX];

	utf8_format(unknown, sizeof(unknown), "the controller did not answer: %s", why);
	guard_answer_alone(policy, unknown, instant_add(clock_now(), ASK_AGAIN), ret);
}

/* false: it is no answer. */
static bool
read_answer(const struct http_reply *reply, struct guard_answer *ret)
{
	json_auto_t *o =
	    json_loadb(strbuf_get(&reply->body), reply->body.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *granted = json_object_get(o, "granted");
	double seconds = json_number_value(json_object_get(o, "seconds"));
	const char *why = json_string_value(json_object_get(o, "why"));

	if (!json_is_boolean(granted))
		return false;
	*ret = (struct guard_answer){ .granted = json_is_true(granted) };
	ret->until = instant_add(clock_now(),
	    seconds > 0 ? DURATION_MS(MIN(seconds, (double)LEASE_MAX_S) * 1000) : ASK_AGAIN);
	utf8_format(
	    ret->why, sizeof(ret->why), "%s", why != NULL ? why : "the controller gave no reason");
	return true;
}

static void
on_answer(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct question *q = userdata;
	struct follower *f = q->follower;
	struct guard_answer answer;
	char buf[FOLLOW_WHY_MAX];
	const char *why = complaint_of(r, reply, e, buf, sizeof(buf));
	guard_answer_fn fn = q->fn;
	void *asker = q->userdata;
	size_t index = q->index;

	if (why == NULL && !read_answer(reply, &answer))
		why = "it said something else";
	if (why != NULL) {
		decide_alone(&q->policy, why, &answer);
		f->unanswered++;
	} else if (answer.granted) {
		f->granted++;
	} else {
		f->refused++;
	}
	q->ask = NULL;
	free_question(q);
	fn(asker, index, &answer);
}

static void
ask(struct guard *g, const struct guard_question *question, guard_answer_fn fn, void *userdata)
{
	struct follower *f = container_of(g, struct follower, guard);
	struct question *q = xcalloc(1, sizeof(*q));
	char prefix[PREFIX_STR_MAX];
	json_auto_t *body = json_pack("{s:s, s:s, s:s}", "service", question->service, "prefix",
	    prefix_format(prefix_host(question->address), prefix), "evidence", question->why);
	_cleanup_(freep) char *text = json_dumps(body, JSON_COMPACT);
	struct http_call call = { .body = text, .timeout = LEASE_TIMEOUT, .max = ANSWER_MAX };
	struct guard_answer answer;
	struct err e = { 0 };

	*q = (struct question){ .follower = f,
		.fn = fn,
		.userdata = userdata,
		.index = question->index,
		.policy = question->policy };
	list_append(&f->questions, &q->node);
	f->asked++;
	if (text != NULL)
		q->ask = follower_ask(f, &call, "/agent/v1/leases", NULL, on_answer, q, &e);
	if (q->ask != NULL)
		return;
	decide_alone(&q->policy, e.message, &answer);
	f->unanswered++;
	free_question(q);
	fn(userdata, question->index, &answer);
}

static void
forget(struct guard *g, const void *userdata, size_t index)
{
	struct follower *f = container_of(g, struct follower, guard);

	list_for_each_safe (q, &f->questions, struct question, node) {
		if (q->userdata == userdata && q->index == index)
			free_question(q);
	}
}

struct guard *
follower_guard(struct follower *f)
{
	if (f == NULL || f->asker == NULL)
		return &guard_alone;
	f->guard = (struct guard){ .ask = ask, .forget = forget };
	return &f->guard;
}

void
follower_forget_questions(struct follower *f)
{
	list_for_each_safe (q, &f->questions, struct question, node) {
		guard_answer_fn fn = q->fn;
		void *asker = q->userdata;
		size_t index = q->index;
		struct guard_answer answer;

		decide_alone(&q->policy, "this host leaves it", &answer);
		free_question(q);
		fn(asker, index, &answer);
	}
}
