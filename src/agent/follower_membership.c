/* Whom this host belongs to: read at the start, joined and left while the agent runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/follower_internal.h"
#include "base/alloc.h"

int
follower_load_membership(struct follower *f, struct err *e)
{
	_cleanup_(freep) char *text = NULL;
	struct membership m;
	size_t len;
	int r = state_dir_load(f->agent->state, MEMBERSHIP_NAME, MEMBERSHIP_MAX, &text, &len, e);

	if (r >= 0)
		r = membership_read(text, len, &m, e);
	if (text != NULL)
		explicit_bzero(text, len);
	if (r < 0)
		return r;
	membership_done(&f->member);
	f->member = m;
	if (f->authorization != NULL)
		explicit_bzero(f->authorization, strlen(f->authorization));
	free(f->authorization);
	f->authorization = xasprintf("Authorization: Bearer %s", m.credential);
	f->has_joined = true;
	return 0;
}

static void
stop(struct follower *f)
{
	follower_forget_questions(f);
	follower_forget_catchments(f);
	http_asker_free(TAKE(f->asker));
	memset(f->asks, 0, sizeof(f->asks));
	f->has_started = false;
	f->etag[0] = '\0';
	follow_init(&f->lines, f->lines.rng.state);
	timer_set(&f->timer, INSTANT_NEVER);
}

json_t *
agent_answer_join(void *userdata, const json_t *request, struct err *e)
{
	struct agent *a = userdata;

	(void)request;
	if (follower_load_membership(a->follower, e) < 0)
		return NULL;
	stop(a->follower);
	follower_start(a->follower);
	return json_pack("{s:s}", "outcome", "joined");
}

json_t *
agent_answer_leave(void *userdata, const json_t *request, struct err *e)
{
	struct agent *a = userdata;
	struct follower *f = a->follower;
	_cleanup_(strbuf_done) struct strbuf names = { 0 };

	if (!f->has_joined) {
		(void)err_set(e, -ENOENT, "this host belongs to no controller");
		return NULL;
	}
	if (follower_announced(f, &names) > 0 && !json_is_true(json_object_get(request, "force"))) {
		(void)err_set(e, -EBUSY,
		    "what the controller has announced here would be withdrawn: %s; --force does "
		    "it all the same",
		    strbuf_get(&names));
		return NULL;
	}
	if (json_is_true(json_object_get(request, "dry_run")))
		return json_pack("{s:s}", "outcome", "would leave");
	if (follower_withdraw_all(f, e) < 0)
		return NULL;
	stop(f);
	follower_say(
	    f, LOG_LEVEL_NOTICE, EVENT_CONTROLLER_LEFT, "left the controller", f->member.url);
	f->has_joined = false;
	membership_done(&f->member);
	state_dir_remove(a->state, MEMBERSHIP_NAME);
	state_dir_remove(a->state, DESIRED_NAME);
	return json_pack("{s:s}", "outcome", "left");
}
