/* A session from one program to the next. */
#include <errno.h>

#include "base/err.h"
#include "proto/bfd/session_internal.h"
#include "wire/state_table.h"

#define SLOW_US UINT32_C(1000000)

/* Without what is borrowed: of what was sent, the contents alone count. */
static const struct state_field packet_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct bfd_packet, diag),
	STATE_FIELD(2, STATE_NUMBER, struct bfd_packet, state, .max = BFD_STATE_MAX - 1),
	STATE_FIELD(3, STATE_BOOL, struct bfd_packet, poll),
	STATE_FIELD(4, STATE_BOOL, struct bfd_packet, final),
	STATE_FIELD(5, STATE_NUMBER, struct bfd_packet, multiplier),
	STATE_FIELD(6, STATE_NUMBER, struct bfd_packet, my_discriminator),
	STATE_FIELD(7, STATE_NUMBER, struct bfd_packet, your_discriminator),
	STATE_FIELD(8, STATE_NUMBER, struct bfd_packet, desired_min_tx_us),
	STATE_FIELD(9, STATE_NUMBER, struct bfd_packet, required_min_rx_us),
};

static const struct state_table packet_table = STATE_TABLE(packet_fields);

static const struct state_field session_fields[] = {
	STATE_FIELD(1, STATE_NUMBER, struct bfd_session, state, .max = BFD_STATE_MAX - 1),
	STATE_FIELD(2, STATE_NUMBER, struct bfd_session, remote_state, .max = BFD_STATE_MAX - 1),
	STATE_FIELD(3, STATE_INSTANT, struct bfd_session, since),
	STATE_FIELD(4, STATE_NUMBER, struct bfd_session, local_discriminator),
	STATE_FIELD(5, STATE_NUMBER, struct bfd_session, remote_discriminator),
	STATE_FIELD(6, STATE_NUMBER, struct bfd_session, diag, .max = BFD_DIAG_MAX - 1),
	STATE_FIELD(7, STATE_NUMBER, struct bfd_session, remote_diag, .max = BFD_DIAG_MAX - 1),
	STATE_FIELD(8, STATE_NUMBER, struct bfd_session, remote_multiplier),
	STATE_FIELD(9, STATE_BOOL, struct bfd_session, remote_demand),
	STATE_FIELD(10, STATE_NUMBER, struct bfd_session, remote_min_tx),
	STATE_FIELD(11, STATE_NUMBER, struct bfd_session, remote_min_rx),
	STATE_FIELD(12, STATE_NUMBER, struct bfd_session, desired_min_tx),
	STATE_FIELD(13, STATE_NUMBER, struct bfd_session, required_min_rx),
	STATE_FIELD(14, STATE_NUMBER, struct bfd_session, used_min_tx),
	STATE_FIELD(15, STATE_NUMBER, struct bfd_session, used_min_rx),
	STATE_FIELD(16, STATE_BOOL, struct bfd_session, polling),
	STATE_FIELD(17, STATE_INSTANT, struct bfd_session, settles),
	STATE_FIELD(18, STATE_BOOL, struct bfd_session, timing_waits),
	STATE_FIELD(19, STATE_INSTANT, struct bfd_session, heard),
	STATE_FIELD(20, STATE_INSTANT, struct bfd_session, expires),
	STATE_FIELD(21, STATE_INSTANT, struct bfd_session, last_tx),
	STATE_FIELD(22, STATE_INSTANT, struct bfd_session, next_tx),
	STATE_FIELD(23, STATE_NUMBER, struct bfd_session, paced),
	STATE_FIELD(24, STATE_STRUCT, struct bfd_session, last_sent, .table = &packet_table),
	STATE_FIELD(25, STATE_BOOL, struct bfd_session, sequence_known),
	STATE_FIELD(26, STATE_NUMBER, struct bfd_session, sequence_in),
	STATE_FIELD(27, STATE_NUMBER, struct bfd_session, sequence_out),
	STATE_FIELD(28, STATE_NUMBER, struct bfd_session, packets_in),
	STATE_FIELD(29, STATE_NUMBER, struct bfd_session, packets_out),
	STATE_FIELD(30, STATE_NUMBER, struct bfd_session, downs),
	STATE_FIELDS(31, STATE_NUMBER, struct bfd_session, verdicts),
	STATE_FIELD(32, STATE_NUMBER, struct bfd_session, rng.state),
	STATE_FIELD(33, STATE_DURATION, struct bfd_session, conf.min_tx),
	STATE_FIELD(34, STATE_DURATION, struct bfd_session, conf.min_rx),
	STATE_FIELD(35, STATE_NUMBER, struct bfd_session, conf.multiplier),
};

static const struct state_table session_table = STATE_TABLE(session_fields);

void
bfd_session_save(const struct bfd_session *s, struct state_writer *w, struct instant now)
{
	state_save(w, &session_table, s, now);
}

static bool
is_interval(struct duration d)
{
	return d.ns >= NS_PER_US && duration_cmp(d, BFD_INTERVAL_MAX) <= 0;
}

/* What the rest of a session relies on. */
static bool
session_fits(const struct bfd_session *s)
{
	if (s->local_discriminator == 0 || s->conf.multiplier == 0 ||
	    !is_interval(s->conf.min_tx) || !is_interval(s->conf.min_rx))
		return false;
	/* who is on his way up knows the neighbor, who is not Up floods nobody (section 6.8.3) */
	if (s->state >= BFD_INIT && s->remote_discriminator == 0)
		return false;
	if (s->state == BFD_UP)
		return s->used_min_tx > 0 && s->desired_min_tx > 0;
	return s->desired_min_tx >= SLOW_US && s->used_min_tx >= SLOW_US;
}

int
bfd_session_restore(const struct bfd_conf *conf, struct reader records, struct instant base,
    struct instant now, struct bfd_session **ret, struct err *e)
{
	struct bfd_session *s = bfd_session_new(conf, 1, 0, now);

	if (!state_load(&session_table, records, base, s) || !session_fits(s)) {
		bfd_session_free(s);
		return err_set(
		    e, -EBADMSG, "the state of its BFD session cannot be read, or does not fit");
	}
	*ret = s;
	return 0;
}

void
bfd_session_wake_up(struct bfd_session *s, struct instant now)
{
	if (!instant_is_never(s->expires))
		bfd_timing_heard(s, now);
}
