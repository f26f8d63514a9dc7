/* What the files of a BFD session share. */
#pragma once

#include "base/rng.h"
#include "proto/bfd/bfd.h"
#include "wire/writer.h"

#define BFD_AUTH_LEN 28 /* the section of SHA1 */

/* auth.c: appends the section; what was written so far is the packet before it. */
void bfd_auth_sign(const struct bfd_key *key, uint32_t sequence, struct writer *w);

/* The variables of RFC 5880 section 6.8.1, intervals in µs as on the wire. */
struct bfd_session {
	struct bfd_conf conf;
	struct rng rng;
	enum bfd_state state, remote_state;
	struct instant since;
	uint32_t local_discriminator, remote_discriminator;
	uint8_t diag, remote_diag, remote_multiplier;
	bool remote_demand;
	uint32_t remote_min_tx, remote_min_rx;

	/* What we say, and what counts: later, where sooner would do harm. */
	uint32_t desired_min_tx, required_min_rx;
	uint32_t used_min_tx, used_min_rx;
	bool polling; /* P is set until F comes */
	struct instant
	    settles;       /* after F: what we say counts from then on; INSTANT_NEVER: it does */
	bool timing_waits; /* conf has intervals that wait until the last change has settled */

	struct instant heard;   /* the last valid packet */
	struct instant expires; /* the detection time; INSTANT_NEVER: nobody is known */
	struct instant last_tx, next_tx;
	uint32_t paced;              /* the interval that next_tx was computed for; 0: none */
	struct bfd_packet last_sent; /* all zero: nothing yet */

	bool sequence_known;
	uint32_t sequence_in, sequence_out;

	uint64_t packets_in, packets_out, downs;
	uint64_t verdicts[BFD_VERDICT_MAX];
};

/* ---- timing.c ---- */

void bfd_timing_init(struct bfd_session *s, struct instant now);
/* The state changed: section 6.8.3 wants a second at least in all but Up. */
void bfd_timing_state_changed(struct bfd_session *s);
void bfd_timing_final_received(struct bfd_session *s, struct instant now);
/* A valid packet has come: the intervals may be others, the detection time starts again. */
void bfd_timing_heard(struct bfd_session *s, struct instant now);
struct duration bfd_timing_detection(const struct bfd_session *s);
/* Ends a change that has settled, and starts the one that waits. */
void bfd_timing_change(struct bfd_session *s, struct instant now);
/* Sends, if there is a reason: a Poll to answer, news, or the time. */
void bfd_timing_send(
    struct bfd_session *s, bool answer, struct instant now, struct bfd_actions *ret);
