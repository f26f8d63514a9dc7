/* The two lines to a controller: what is asked, what is told, and what becomes of the answers. */
#include "agent/follower_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "agent/complaint.h"
#include "base/alloc.h"

#define AT_ONCE 12
/* The controller keeps a poll open for so long at most, and the answer may take a while more: one
 * that hangs is noticed then. */
#define POLL_WAIT "Prefer: wait=10"
#define POLL_TIMEOUT DURATION_S(15)
#define REPORT_TIMEOUT DURATION_S(20)
#define ANSWER_MAX 65536
#define HEADERS_MAX 6
/* Then the events in them are told no more. */
#define REPORTS_REFUSED_MAX 3

/* ---- asking ---- */

struct http_ask *
follower_ask(struct follower *f, const struct http_call *call, const char *path,
    const char *const *headers, http_answered_fn fn, void *userdata, struct err *e)
{
	_cleanup_(freep) char *url = xasprintf("%s%s", f->member.url, path);
	const char *all[HEADERS_MAX + 4] = { f->authorization, "Accept: application/json" };
	struct http_call whole = *call;
	size_t n = 2;

	if (call->body != NULL) {
		all[n++] = "Content-Type: application/json";
		all[n++] = "Expect:"; /* no second round trip */
	}
	for (size_t i = 0; headers != NULL && headers[i] != NULL; i++)
		all[n++] = headers[i];
	whole.url = url;
	whole.headers = all;
	whole.ca_file = f->member.ca_file;
	return http_ask(f->asker, &whole, fn, userdata, e);
}

static void
tell(struct follower *f, enum follow_what line, const char *why, bool has_news)
{
	follower_input(f, &(struct follow_event){
			      .type = why != NULL ? FOLLOW_EVENT_FAILED : FOLLOW_EVENT_ANSWERED,
			      .line = line,
			      .has_news = has_news,
			      .why = why });
}

/* It came to nothing: no answer, unless it was one that is too long. */
static void
tell_failure(struct follower *f, enum follow_what line, int r, const char *why)
{
	follower_input(f, &(struct follow_event){ .type = FOLLOW_EVENT_FAILED,
			      .line = line,
			      .is_unanswered = r < 0 && r != -EFBIG,
			      .why = why });
}

static void
on_poll(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct follower *f = userdata;
	bool waited = f->lines.lines[FOLLOW_POLL].is_well;
	char buf[FOLLOW_WHY_MAX];
	struct err bad = { 0 };
	const char *why = complaint_of(r, reply, e, buf, sizeof(buf));

	f->asks[FOLLOW_POLL] = NULL;
	if (why != NULL) {
		tell_failure(f, FOLLOW_POLL, r, why);
		return;
	}
	if (reply->status == 304) {
		tell(f, FOLLOW_POLL, NULL, !waited);
		return;
	}
	if (upgrade_is_under_way(f->agent->upgrade)) { /* the next program takes it */
		tell(f, FOLLOW_POLL, NULL, false);
		return;
	}
	why = reply->status != 200
		  ? "it answers with another status than 200"
		  : follower_take_document(f, strbuf_get(&reply->body), reply->body.len, &bad);
	if (why == NULL)
		(void)snprintf(f->etag, sizeof(f->etag), "%s", reply->etag);
	tell(f, FOLLOW_POLL, why, reply->etag[0] != '\0');
}

static void
poll(struct follower *f)
{
	_cleanup_(freep) char *match = xasprintf("If-None-Match: %s", f->etag);
	const char *headers[3] = { NULL };
	struct http_call call = { .timeout = POLL_TIMEOUT, .max = DESIRED_MAX };
	struct err e = { 0 };
	size_t n = 0;

	if (f->etag[0] != '\0')
		headers[n++] = match;
	if (f->lines.lines[FOLLOW_POLL].is_well) /* else whether it answers is to be known now */
		headers[n++] = POLL_WAIT;
	f->asks[FOLLOW_POLL] = follower_ask(f, &call, "/agent/v1/desired", headers, on_poll, f, &e);
	if (f->asks[FOLLOW_POLL] == NULL)
		tell(f, FOLLOW_POLL, e.message, false);
}

static void
on_report(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	struct follower *f = userdata;
	char buf[FOLLOW_WHY_MAX];
	const char *why = complaint_of(r, reply, e, buf, sizeof(buf));

	f->asks[FOLLOW_REPORT] = NULL;
	if (why == NULL) {
		f->reports_refused = 0;
		follower_take_report_answer(f, reply);
	} else if (r >= 0 && (reply->status == 400 || reply->status == 422) &&
		   ++f->reports_refused >= REPORTS_REFUSED_MAX) {
		/* how this host stands matters more than what happened to it */
		f->reports_refused = 0;
		follower_skip_events(f);
	}
	if (why != NULL)
		tell_failure(f, FOLLOW_REPORT, r, why);
	else
		tell(f, FOLLOW_REPORT, NULL, false);
}

static void
report(struct follower *f)
{
	_cleanup_(freep) char *text = follower_report(f);
	struct http_call call = { .body = text, .timeout = REPORT_TIMEOUT, .max = ANSWER_MAX };
	struct err e = { 0 };

	if (text == NULL)
		(void)err_set(&e, -EINVAL, "a report is not UTF-8");
	else
		f->asks[FOLLOW_REPORT] =
		    follower_ask(f, &call, "/agent/v1/report", NULL, on_report, f, &e);
	if (f->asks[FOLLOW_REPORT] == NULL)
		tell(f, FOLLOW_REPORT, e.message, false);
}

/* ---- the lines ---- */

void
follower_say(struct follower *f, enum log_level level, enum event_kind kind, const char *what,
    const char *why)
{
	agent_tell(f->agent, level, &(struct event){ .kind = kind, .what = what, .why = why }, "");
}

static void
say(struct follower *f, enum follow_what line, unsigned actions, const char *why)
{
	bool polls = line == FOLLOW_POLL;

	if (actions & FOLLOW_SAY_LOST)
		follower_say(f, LOG_LEVEL_WARNING, EVENT_CONTROLLER_LOST,
		    "the controller does not answer: what it wanted last goes on", why);
	if (actions & FOLLOW_SAY_FOUND)
		follower_say(f, LOG_LEVEL_NOTICE, EVENT_CONTROLLER_FOUND,
		    "the controller answers again", f->member.url);
	if (actions & FOLLOW_SAY_FAILED)
		follower_say(f, LOG_LEVEL_WARNING, EVENT_CONTROLLER_LOST,
		    polls ? "the controller does not answer: what it wanted last goes on"
			  : "the controller takes no report",
		    why);
	if (actions & FOLLOW_SAY_WELL)
		follower_say(f, LOG_LEVEL_NOTICE, EVENT_CONTROLLER_FOUND,
		    polls ? "the controller answers again" : "the controller takes reports again",
		    f->member.url);
}

void
follower_input(struct follower *f, const struct follow_event *ev)
{
	unsigned actions = follow_input(&f->lines, ev, clock_now());

	say(f, ev->line, actions, ev->why);
	if (actions & FOLLOW_DO_POLL)
		poll(f);
	if (actions & FOLLOW_DO_REPORT)
		report(f);
	timer_set(&f->timer, follow_deadline(&f->lines));
}

static void
on_timer(struct timer *t, struct instant now)
{
	(void)now;
	follower_input(container_of(t, struct follower, timer),
	    &(struct follow_event){ .type = FOLLOW_EVENT_TIME });
}

void
follower_note_change(struct follower *f)
{
	if (f->has_started)
		follower_input(f, &(struct follow_event){ .type = FOLLOW_EVENT_CHANGED });
}

void
follower_start(struct follower *f)
{
	struct err e = { 0 };

	follower_give_orders(f);
	if (!f->has_joined || f->has_started)
		return;
	if (http_asker_new(f->agent->loop, AT_ONCE, &f->asker, &e) < 0) {
		follower_say(f, LOG_LEVEL_ERROR, EVENT_CONTROLLER_LOST,
		    "the controller cannot be asked", e.message);
		return;
	}
	f->has_started = true;
	log_notice("follows the controller %s, as host %s", f->member.url, f->member.host);
	follower_input(f, &(struct follow_event){ .type = FOLLOW_EVENT_START });
}

/* ---- beginning and end ---- */

static void
make_run(char *run, size_t size)
{
	unsigned char bytes[16];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort();
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(run + 2 * i, size - 2 * i, "%02x", bytes[i]);
}

int
follower_new(struct agent *a, struct follower **ret, struct err *e)
{
	struct follower *f = xcalloc(1, sizeof(*f));
	struct err none = { 0 };
	uint64_t seed;
	int r;

	f->agent = a;
	f->seen_revision = -1;
	f->given = json_object();
	f->backlog = json_array();
	list_init(&f->questions);
	list_init(&f->catchments);
	make_run(f->run, sizeof(f->run));
	(void)getrandom(&seed, sizeof(seed), 0);
	follow_init(&f->lines, seed);
	r = timer_init(&f->timer, a->loop, on_timer);
	if (r < 0) {
		follower_free(f);
		return err_errno(e, r, "set a timer");
	}
	r = follower_load_membership(f, &none);
	if (r < 0 && r != -ENOENT)
		log_error("which controller this host belongs to is not known: %s: %s",
		    MEMBERSHIP_NAME, none.message);
	follower_recall(f);
	*ret = f;
	return 0;
}

void
follower_free(struct follower *f)
{
	if (f == NULL)
		return;
	follower_forget_catchments(f);
	http_asker_free(f->asker);
	timer_done(&f->timer);
	membership_done(&f->member);
	if (f->authorization != NULL)
		explicit_bzero(f->authorization, strlen(f->authorization));
	free(f->authorization);
	desired_done(&f->desired);
	desired_done(&f->held);
	free(f->problem);
	free(f->next_problem);
	json_decref(f->next_in_force);
	json_decref(f->given);
	json_decref(f->backlog);
	free(f);
}
