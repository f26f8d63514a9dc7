/*
 * The half of a catchment's run that asks: it goes through a hitlist in its random order, as often
 * as there are rounds, at the pace that was promised, and sends what is due in batches. What the
 * kernel has no room for is sent later, with the time of then.
 */
#pragma once

#include "base/shuffle.h"
#include "io/echo_socket.h"
#include "measure/hitlist.h"
#include "proto/catch/catch.h"
#include "proto/catch/pace.h"

struct catch_sender_conf {
	const struct hitlist *hitlist; /* borrowed */
	uint64_t targets;
	uint64_t seed;
	uint32_t rounds; /* how often each target is asked */
	uint32_t pps;
	uint32_t run;
	enum catch_method method;
	const char *text; /* borrowed; in each request, for DNS the suffix of its names */
	struct duration to_end;
};

struct catch_sender {
	struct catch_sender_conf conf;
	struct catch_pace pace;
	struct shuffle order;
	uint64_t next; /* of all requests of all rounds */
	uint64_t sent, failed, skipped;
	int error; /* of the last that failed; 0: none did */
	/* the batch that is sent, and where each of it begins */
	struct echo_out out[ECHO_SOCKET_BATCH];
	struct {
		uint64_t next, skipped;
	} places[ECHO_SOCKET_BATCH];
	uint8_t bytes[ECHO_SOCKET_BATCH][CATCH_MESSAGE_MAX];
};

void catch_sender_init(
    struct catch_sender *s, const struct catch_sender_conf *conf, struct instant now);
/* One batch of what is due; false: there is nothing more to be done now. */
bool catch_sender_send(struct catch_sender *s, struct echo_socket *socket, struct catch_key *key,
    struct instant now);
