/*
 * BFD over a change of the program: slow first, so that the silence in between is shorter than a
 * detection time; then frozen, since what is sent behind the state that was saved would make its
 * sequence numbers old.
 */
#include <errno.h>
#include <unistd.h>

#include "announce/bfd_engine_internal.h"

#define SLOW DURATION_S(1)

enum {
	TAG_SESSION = 1,
	TAG_SENDER = 2,
	TAG_RECEIVER = 3,
	TAG_STRANGERS = 4,
	TAG_SEND_ERRORS = 5,
};

static void
set_min_tx(struct bfd_path *p, struct duration min_tx)
{
	const struct bfd_conf *conf = &p->target.conf;
	struct bfd_actions a;

	bfd_session_set_timing(p->session, min_tx, conf->min_rx, conf->multiplier, clock_now(), &a);
	bfd_path_carry_out(p, &a);
}

void
bfd_engine_slow_down(struct bfd_engine *e)
{
	list_for_each (p, &e->paths, struct bfd_path, list) {
		struct bfd_info info;

		bfd_session_info(p->session, &info);
		p->is_slow = info.state == BFD_UP && duration_cmp(info.tx_interval, SLOW) < 0;
		if (p->is_slow)
			set_min_tx(p, SLOW);
	}
}

void
bfd_engine_speed_up(struct bfd_engine *e)
{
	list_for_each (p, &e->paths, struct bfd_path, list) {
		if (p->is_slow)
			set_min_tx(p, p->target.conf.min_tx);
		p->is_slow = false;
	}
}

bool
bfd_path_is_slowing(const struct bfd_path *p)
{
	struct bfd_info info;

	bfd_session_info(p->session, &info);
	return p->is_slow && info.state == BFD_UP && bfd_session_is_changing(p->session);
}

void
bfd_engine_freeze(struct bfd_engine *e)
{
	list_for_each (r, &e->receivers, struct bfd_receiver, list)
		(void)sd_event_source_set_enabled(r->source, SD_EVENT_OFF);
	list_for_each (p, &e->paths, struct bfd_path, list)
		timer_set(&p->timer, INSTANT_NEVER);
}

void
bfd_engine_thaw(struct bfd_engine *e)
{
	list_for_each (r, &e->receivers, struct bfd_receiver, list)
		(void)sd_event_source_set_enabled(r->source, SD_EVENT_ON);
	list_for_each (p, &e->paths, struct bfd_path, list) {
		bfd_session_wake_up(p->session, clock_now());
		timer_set(&p->timer, bfd_session_deadline(p->session));
	}
}

void
bfd_path_save(const struct bfd_path *p, struct handover *h, struct instant now)
{
	size_t mark = state_begin(&h->state, TAG_SESSION);

	bfd_session_save(p->session, &h->state, now);
	state_end(&h->state, mark);
	if (p->is_stale)
		return;
	handover_give(h, TAG_SENDER, p->sender);
	if (p->receiver) {
		handover_give(h, TAG_RECEIVER, p->receiver->fd);
		state_number(&h->state, TAG_STRANGERS, p->receiver->strangers);
	}
	state_number(&h->state, TAG_SEND_ERRORS, p->send_errors);
}

/* Sockets that did not come along are opened with the first packet, as ever. */
static int
resume_sockets(struct bfd_path *p, const struct bfd_path_past *past, struct err *error)
{
	int receiver = inheritance_take(past->in, past->records, TAG_RECEIVER, FD_UDP);
	int r;

	p->sender = inheritance_take(past->in, past->records, TAG_SENDER, FD_UDP);
	p->send_errors = state_find_number(past->records, TAG_SEND_ERRORS, 0);
	/* paths that share one name the same descriptor: the first of them brings it */
	r = bfd_receiver_get(p->engine, &p->target, receiver, &p->receiver, error);
	if (r == 0)
		p->receiver->strangers = state_find_number(past->records, TAG_STRANGERS, 0);
	return r;
}

int
bfd_path_resume(struct bfd_engine *e, const struct bfd_target *target,
    const struct bfd_path_past *past, struct bfd_path **ret, struct err *error)
{
	struct reader records = state_find(past->records, TAG_SESSION);
	struct bfd_session *session;
	struct instant now = clock_now();
	struct bfd_info info;
	struct bfd_path *p;
	int r = bfd_session_restore(&target->conf, records, past->base, now, &session, error);

	if (r < 0)
		return r;
	r = bfd_path_make(e, target, &p);
	if (r < 0) {
		bfd_session_free(session);
		return err_errno(error, r, "timer");
	}
	bfd_session_free(p->session);
	p->session = session;
	(void)resume_sockets(p, past, NULL);
	bfd_session_info(session, &info);
	p->news.is_up = info.state == BFD_UP;
	p->is_slow = true;
	*ret = p;
	return 0;
}

int
bfd_path_check(const struct bfd_conf *conf, const struct bfd_path_past *past, struct err *error)
{
	struct bfd_session *session;
	int r = bfd_session_restore(
	    conf, state_find(past->records, TAG_SESSION), past->base, clock_now(), &session, error);

	if (r >= 0)
		bfd_session_free(session);
	return r;
}
