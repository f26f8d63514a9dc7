/*
 * Two of our sessions over a network in memory: connections that take their time, bytes in pieces,
 * and losses at every byte. Whatever happened, they must find together and believe the same routes.
 */
#include <stdlib.h>

#include "base/rng.h"
#include "bytes.h"
#include "proto/bgp/session_internal.h"

enum { NODES = 2, LINES = 12, ROUTES = 4, LINE_BYTES = 1 << 15 };

/* One TCP connection. End 0 is its dialler. */
struct line {
	bool used, accepted;  /* accepted: the far end knows of it */
	int dialler;
	bool closed[2];       /* by this end's session; bytes on their way still arrive */
	bool told[2];         /* this end's session knows of it, and has not been told of its end */
	uint8_t *bytes[2];    /* written by this end */
	size_t written[2], read[2];
};

struct node {
	struct bgp_session *s;
	int lines[BGP_WAY_MAX]; /* -1: none */
	bool wants[ROUTES];     /* what it announces */
	bool believes[ROUTES];  /* what it has heard */
};

struct world {
	struct node nodes[NODES];
	struct line lines[LINES];
	struct instant now;
	struct rng rng;
	size_t piece;     /* largest piece of bytes */
	size_t delivered; /* bytes on the first line */
	size_t cut_after; /* the first line is lost behind so many bytes; SIZE_MAX: never */
	bool cut;
	int ups;
};

static void apply(struct world *w, int n, const struct bgp_actions *a);

static enum bgp_way
way_of(const struct line *line, int end)
{
	(void)line;
	return end == 0 ? BGP_DIALLED : BGP_ACCEPTED;
}

static int
node_of(const struct line *line, int end)
{
	return end == 0 ? line->dialler : 1 - line->dialler;
}

static void
input(struct world *w, int n, struct bgp_event event)
{
	struct bgp_actions a;

	bgp_session_input(w->nodes[n].s, &event, w->now, &a);
	apply(w, n, &a);
}

static struct prefix
route(int n, int i)
{
	struct prefix p = prefix_of(i % 2 ? "2001:db8:f00d::/128" : "203.0.113.0/32");

	p.addr = ip_add(p.addr, (uint64_t)(n * ROUTES + i));
	return p;
}

/* What a node hears, told by the bytes that it was given. */
static void
hear(void *userdata, bool announced, struct prefix prefix)
{
	struct node *node = userdata;
	int last = prefix.addr.bytes[prefix.addr.family == IP_V4 ? 3 : 15];

	node->believes[last % ROUTES] = announced;
}

static void
write_line(struct world *w, struct line *line, int end, const uint8_t *bytes, size_t len)
{
	(void)w;
	if (line->written[end] + len > LINE_BYTES) {
		tap_fail(__FILE__, __LINE__, "too much was sent");
		return;
	}
	memcpy(line->bytes[end] + line->written[end], bytes, len);
	line->written[end] += len;
}

static void
dial(struct world *w, int n)
{
	for (int i = 0; i < LINES; i++) {
		struct line *line = &w->lines[i];

		if (line->used)
			continue;
		memset(line, 0, offsetof(struct line, bytes));
		line->written[0] = line->written[1] = line->read[0] = line->read[1] = 0;
		line->used = true;
		line->dialler = n;
		line->told[0] = true;
		w->nodes[n].lines[BGP_DIALLED] = i;
		return;
	}
	tap_fail(__FILE__, __LINE__, "no line is free");
}

static void
apply(struct world *w, int n, const struct bgp_actions *a)
{
	struct node *node = &w->nodes[n];
	uint8_t buf[BGP_MESSAGE_MAX];
	size_t len;

	if (a->change == BGP_CHANGE_DOWN)
		memset(node->believes, 0, sizeof(node->believes));
	w->ups += (a->change == BGP_CHANGE_UP);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct line *line = node->lines[way] < 0 ? NULL : &w->lines[node->lines[way]];
		int end = way == BGP_DIALLED ? 0 : 1;

		if (line && a->send[way].len > 0)
			write_line(w, line, end, a->send[way].bytes, a->send[way].len);
		if (line && a->close[way]) {
			line->closed[end] = true;
			line->told[end] = false;
			node->lines[way] = -1;
		}
	}
	if (a->dial)
		dial(w, n);
	while ((len = bgp_session_next_update(node->s, buf, sizeof(buf))) > 0) {
		enum bgp_way way = bgp_session_way(node->s);

		write_line(w, &w->lines[node->lines[way]], way == BGP_DIALLED ? 0 : 1, buf, len);
	}
}

/* Ends a line for whoever knows it. */
static void
lose(struct world *w, struct line *line)
{
	line->used = false;
	for (int end = 0; end < 2; end++) {
		int n = node_of(line, end);

		if (!line->told[end])
			continue;
		line->told[end] = false;
		w->nodes[n].lines[way_of(line, end)] = -1;
		input(w, n, (struct bgp_event){ .type = BGP_EVENT_CLOSED, .way = way_of(line, end),
				.text = "lost" });
	}
}

static void
connect_line(struct world *w, int index)
{
	struct line *line = &w->lines[index];
	int far = 1 - line->dialler;

	line->accepted = true;
	if (!bgp_session_accepts(w->nodes[far].s, w->now)) {
		/* taken by the kernel, closed by the driver */
		line->closed[1] = true;
	} else {
		line->told[1] = true;
		w->nodes[far].lines[BGP_ACCEPTED] = index;
		input(w, far, (struct bgp_event){ .type = BGP_EVENT_ACCEPTED });
	}
	if (line->told[0])
		input(w, line->dialler, (struct bgp_event){ .type = BGP_EVENT_DIALLED });
}

/* Bytes towards `end`, up to a random piece. */
static void
deliver(struct world *w, struct line *line, int end)
{
	int from = 1 - end, n = node_of(line, end);
	size_t left = line->written[from] - line->read[from];
	size_t len = MIN(left, 1 + rng_below(&w->rng, w->piece));

	if (line == &w->lines[0] && !w->cut) {
		len = MIN(len, w->cut_after - w->delivered);
		w->delivered += len;
		if (w->delivered == w->cut_after) {
			w->cut = true;
			lose(w, line);
			return;
		}
	}
	const uint8_t *p = line->bytes[from] + line->read[from];
	line->read[from] += len;
	while (len > 0 && line->told[end]) {
		struct bgp_event event = { .type = BGP_EVENT_BYTES, .way = way_of(line, end), .bytes = p,
			.len = len };
		struct bgp_actions a;
		uint64_t updates = bgp_session_info(w->nodes[n].s)->counters.in[BGP_UPDATE];

		bgp_session_input(w->nodes[n].s, &event, w->now, &a);
		p += a.consumed;
		len -= a.consumed;
		if (bgp_session_info(w->nodes[n].s)->counters.in[BGP_UPDATE] > updates) {
			/* the message ended where the session stopped; find its start again */
			const uint8_t *start = line->bytes[from];

			while (start < p) {
				size_t whole = (size_t)start[16] << 8 | start[17];

				if (start + whole == p)
					(void)bgp_capture_each_prefix(start, whole, hear, &w->nodes[n]);
				start += whole;
			}
		}
		apply(w, n, &a);
	}
}

/* One thing that can happen on some line; false when there is nothing. */
static bool
happen(struct world *w)
{
	unsigned offset = (unsigned)rng_below(&w->rng, LINES * 2);

	for (unsigned k = 0; k < LINES * 2; k++) {
		unsigned at = (offset + k) % (LINES * 2);
		struct line *line = &w->lines[at / 2];
		int end = (int)(at % 2);

		if (!line->used)
			continue;
		if (!line->accepted) {
			if (line->closed[0])
				line->used = false; /* given up before it stood */
			else
				connect_line(w, (int)(at / 2));
			return true;
		}
		if (line->told[end] && line->read[1 - end] < line->written[1 - end]) {
			deliver(w, line, end);
			return true;
		}
		if (line->closed[1 - end] || (line->closed[end] && line->closed[1 - end])) {
			lose(w, line);
			return true;
		}
	}
	return false;
}

static bool
is_settled(const struct world *w)
{
	for (int n = 0; n < NODES; n++) {
		if (bgp_session_info(w->nodes[n].s)->state != BGP_ESTABLISHED)
			return false;
		for (int i = 0; i < ROUTES; i++)
			if (w->nodes[n].believes[i] != w->nodes[1 - n].wants[i])
				return false;
	}
	return true;
}

static void
world_init(struct world *w, uint64_t seed, size_t piece)
{
	*w = (struct world){ .rng = { seed }, .piece = piece, .cut_after = SIZE_MAX };
	for (int n = 0; n < NODES; n++) {
		static const struct bgp_attributes plain;
		struct bgp_conf conf = usual_conf();
		struct node *node = &w->nodes[n];

		if (n == 1) {
			conf.local_as = 64501;
			conf.peer_as = 65001;
			conf.router_id = ip_of(seed % 2 ? "192.0.2.2" : "192.0.2.1");
		}
		node->s = bgp_session_new(&conf, rng_next(&w->rng));
		node->lines[BGP_DIALLED] = node->lines[BGP_ACCEPTED] = -1;
		bgp_session_release_end_of_rib(node->s);
		for (int i = 0; i < ROUTES; i++) {
			node->wants[i] = true;
			CHECK_INT(bgp_session_announce(node->s, route(n, i), &plain), 0);
		}
	}
	for (int i = 0; i < LINES; i++) {
		w->lines[i].bytes[0] = malloc(LINE_BYTES);
		w->lines[i].bytes[1] = malloc(LINE_BYTES);
	}
}

static void
world_done(struct world *w)
{
	for (int n = 0; n < NODES; n++)
		bgp_session_free(w->nodes[n].s);
	for (int i = 0; i < LINES; i++) {
		free(w->lines[i].bytes[0]);
		free(w->lines[i].bytes[1]);
	}
}

/* The next deadline of either; the clock goes there. */
static void
pass_time(struct world *w)
{
	struct instant at = instant_min(
	    bgp_session_deadline(w->nodes[0].s), bgp_session_deadline(w->nodes[1].s));

	if (instant_cmp(at, w->now) > 0)
		w->now = at;
	for (int n = 0; n < NODES; n++)
		input(w, n, (struct bgp_event){ .type = BGP_EVENT_TIMER });
}

/* Runs until both are Established and have each other's routes; false after `limit` of their time. */
static bool
settle(struct world *w, struct duration limit)
{
	struct instant end = instant_add(w->now, limit);

	while (instant_cmp(w->now, end) < 0) {
		if (is_settled(w))
			return true;
		if (!happen(w))
			pass_time(w);
	}
	return false;
}

static void
start_both(struct world *w)
{
	for (int n = 0; n < NODES; n++)
		input(w, n, (struct bgp_event){ .type = BGP_EVENT_START });
}

TEST(they_find_together_with_pieces_of_every_size)
{
	for (size_t piece = 1; piece <= 100; piece++) {
		struct world w;

		world_init(&w, piece, piece);
		start_both(&w);
		if (!settle(&w, DURATION_S(60)))
			tap_fail(__FILE__, __LINE__, "pieces of %zu", piece);
		world_done(&w);
	}
}

TEST(a_loss_at_every_byte_is_survived)
{
	for (size_t cut = 0; cut < 700; cut++) {
		struct world w;

		world_init(&w, cut + 1, 50);
		w.cut_after = cut;
		start_both(&w);
		if (!settle(&w, DURATION_S(120)))
			tap_fail(__FILE__, __LINE__, "a cut behind %zu bytes", cut);
		world_done(&w);
	}
}

/* Losses, dials, changes of routes and steps of time at random for a while; then peace, and they agree. */
TEST(after_any_storm_they_agree)
{
	int64_t slowest = 0;

	for (uint64_t seed = 1; seed <= 1500; seed++) {
		static const struct bgp_attributes plain;
		struct world w;

		world_init(&w, seed, 1 + seed % 97);
		start_both(&w);
		for (int step = 0; step < 300; step++) {
			uint64_t dice = rng_below(&w.rng, 40);
			int n = (int)rng_below(&w.rng, NODES), i = (int)rng_below(&w.rng, ROUTES);

			if (dice == 0) {
				struct line *line = &w.lines[rng_below(&w.rng, LINES)];

				if (line->used)
					lose(&w, line);
			} else if (dice == 1) {
				pass_time(&w);
			} else if (dice == 2 && w.nodes[n].wants[i]) {
				w.nodes[n].wants[i] = false;
				bgp_session_withdraw(w.nodes[n].s, route(n, i));
				input(&w, n, (struct bgp_event){ .type = BGP_EVENT_TIMER });
			} else if (dice == 3) {
				w.nodes[n].wants[i] = true;
				(void)bgp_session_announce(w.nodes[n].s, route(n, i), &plain);
				input(&w, n, (struct bgp_event){ .type = BGP_EVENT_TIMER });
			} else if (dice == 4) {
				input(&w, n, (struct bgp_event){ .type = BGP_EVENT_STOP, .text = "x" });
				input(&w, n, (struct bgp_event){ .type = BGP_EVENT_START });
			} else {
				(void)happen(&w);
			}
		}
		struct instant peace = w.now;
		if (!settle(&w, DURATION_S(400)))
			tap_fail(__FILE__, __LINE__, "seed %d", (int)seed);
		slowest = MAX(slowest, instant_diff(w.now, peace).ns);
		world_done(&w);
	}
	printf("# slowest to agree again: %.1f s\n", (double)slowest / 1e9);
}
