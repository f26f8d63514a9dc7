#include "measure/catch_sender.h"

#include "io/loop.h"

void
catch_sender_init(
    struct catch_sender *s, const struct catch_sender_conf *conf, struct instant now)
{
	s->conf = *conf;
	s->order = shuffle_init(conf->targets, conf->seed);
	s->pace = catch_pace_start(conf->pps, conf->to_end, now);
}

/* Where the next requests' targets stand in the list, which is told that they are wanted soon. */
static size_t
find_places(const struct catch_sender *s, size_t count, uint64_t places[static ECHO_SOCKET_BATCH])
{
	uint64_t left = s->conf.targets * s->conf.rounds - s->next;

	count = (size_t)MIN((uint64_t)count, left);
	for (size_t i = 0; i < count; i++) {
		places[i] = shuffle_at(&s->order, (s->next + i) % s->conf.targets);
		hitlist_prefetch(s->conf.hitlist, places[i]);
	}
	return count;
}

static size_t
encode(const struct catch_sender *s, struct catch_key *key, const struct catch_request *request,
    uint8_t bytes[static CATCH_MESSAGE_MAX])
{
	return s->conf.method == CATCH_DNS
		   ? catch_query_encode(key, request, s->conf.text, bytes)
		   : catch_request_encode(key, request, s->conf.text, bytes);
}

/* The requests of the next places, without those that are not to be asked; gives how many. */
static size_t
make_batch(struct catch_sender *s, struct catch_key *key, size_t count)
{
	uint64_t places[ECHO_SOCKET_BATCH];
	size_t made = 0;

	count = find_places(s, count, places);
	for (size_t i = 0; i < count; i++, s->next++) {
		struct catch_request request = { .run = s->conf.run,
			.sequence = (uint32_t)s->next,
			.sent = clock_wall_ns() };

		if (!hitlist_at(s->conf.hitlist, places[i], &request.target)) {
			s->skipped++;
			continue;
		}
		s->places[made].next = s->next;
		s->places[made].skipped = s->skipped;
		s->out[made].to = request.target;
		s->out[made].bytes = s->bytes[made];
		s->out[made].len = encode(s, key, &request, s->bytes[made]);
		made++;
	}
	return made;
}

bool
catch_sender_send(struct catch_sender *s, struct echo_socket *socket, struct catch_key *key,
    struct instant now)
{
	size_t due = catch_pace_due(&s->pace, now), made, done;
	uint64_t failed = s->failed;

	if (due == 0)
		return false;
	if (s->next == s->conf.targets * s->conf.rounds) {
		catch_pace_exhausted(&s->pace, now);
		return false;
	}
	made = make_batch(s, key, MIN(due, (size_t)ECHO_SOCKET_BATCH));
	done = echo_socket_send(socket, s->out, made, &s->failed, &s->error);
	s->sent += done - (s->failed - failed);
	catch_pace_sent(&s->pace, (uint32_t)done);
	if (done == made)
		return true;
	/* the kernel has no room: later, with the time of then */
	s->next = s->places[done].next;
	s->skipped = s->places[done].skipped;
	return false;
}
