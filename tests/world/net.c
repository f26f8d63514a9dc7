#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define SOCKET_BUFFER 20000

static enum bgp_way
way_of(int end)
{
	return end == 0 ? BGP_DIALLED : BGP_ACCEPTED;
}

static int
index_of(const struct world *w, const struct line *line)
{
	return (int)(line - w->lines);
}

static struct duration
some_delay(struct world *w, const struct line *line)
{
	int64_t most =
	    w->storm && rng_below(&w->rng, 20) == 0 ? 4000 : duration_ms(line->delay) + 1;

	return DURATION_MS((int64_t)rng_below(&w->rng, (uint64_t)most));
}

static struct line *
new_line(struct world *w)
{
	for (int i = 0; i < LINES; i++) {
		struct line *line = &w->lines[i];

		if (line->used)
			continue;
		line->used = true;
		line->stands = line->ghost = false;
		line->delay = DURATION_MS(1 + (int64_t)rng_below(&w->rng, 120));
		line->stands_at = instant_add(w->now, some_delay(w, line));
		for (int e = 0; e < 2; e++) {
			struct end *end = &line->ends[e];

			if (end->any_told) {
				memset(end->told, 0, sizeof(end->told));
				memset(end->again, 0, sizeof(end->again));
			}
			end->any_told = end->attached = end->finished = false;
			end->written = end->delivered = 0;
			end->arrives_at = end->closes_at = INSTANT_NEVER;
		}
		return line;
	}
	world_fail(w, "no line is free: connections are made without end");
	return NULL;
}

struct end *
net_end(struct world *w, int n, enum bgp_way way)
{
	int line = w->nodes[n].lines[way];

	return line < 0 ? NULL : &w->lines[line].ends[way == BGP_DIALLED ? 0 : 1];
}

size_t
net_waiting(const struct end *end)
{
	size_t on_the_way = end->written - end->delivered;

	return on_the_way > SOCKET_BUFFER ? on_the_way - SOCKET_BUFFER : 0;
}

void
net_dial(struct world *w, int n)
{
	struct line *line = new_line(w);

	if (line == NULL)
		return;
	line->ends[0].node = n;
	line->ends[0].attached = true;
	line->ends[1].node = 1 - n;
	w->nodes[n].lines[BGP_DIALLED] = index_of(w, line);
}

void
net_ghost(struct world *w, int towards)
{
	struct line *line = new_line(w);

	if (line == NULL)
		return;
	line->ghost = true;
	line->ends[0].node = 1 - towards;
	line->ends[1].node = towards;
}

static void
release_when_over(struct line *line)
{
	const struct end *a = &line->ends[0], *b = &line->ends[1];

	if (!a->attached && !b->attached && (line->stands || !line->ghost))
		line->used = false;
}

/* The end's node hears that its connection is gone. */
static void
hear_close(struct world *w, struct line *line, int e)
{
	struct end *end = &line->ends[e];
	int n = end->node;

	end->closes_at = INSTANT_NEVER;
	if (!end->attached)
		return;
	end->attached = false;
	w->nodes[n].lines[way_of(e)] = -1;
	release_when_over(line);
	world_trace(
	    w, "%d: %s line %d is lost", n, e == 0 ? "dialled" : "accepted", index_of(w, line));
	node_input(
	    w, n, (struct bgp_event){ .type = BGP_EVENT_CLOSED, .way = way_of(e), .text = "lost" });
}

void
net_lose(struct world *w, struct line *line)
{
	for (int e = 0; e < 2; e++) {
		struct end *end = &line->ends[e];

		end->arrives_at = INSTANT_NEVER;
		if (end->attached)
			end->closes_at = instant_add(w->now, some_delay(w, line));
	}
	line->stands_at = INSTANT_NEVER;
	line->stands = true;
	release_when_over(line);
}

void
net_write(struct world *w, int n, enum bgp_way way, const uint8_t *bytes, size_t len)
{
	struct end *end = net_end(w, n, way);
	struct line *line;

	if (end == NULL) {
		world_fail(w, "node %d sends on a connection that it does not have", n);
		return;
	}
	line = &w->lines[w->nodes[n].lines[way]];
	world_note(w, bytes, len);
	if (end->written + len > end->size) {
		end->size = MAX(end->size * 2, end->written + len + 4096);
		end->bytes = xrealloc(end->bytes, end->size);
	}
	memcpy(end->bytes + end->written, bytes, len);
	end->written += len;
	if (instant_is_never(end->arrives_at) && instant_is_never(end->closes_at))
		end->arrives_at = instant_add(w->now, some_delay(w, line));
}

void
net_close(struct world *w, int n, enum bgp_way way, bool reset)
{
	struct end *end = net_end(w, n, way);
	struct line *line;

	if (end == NULL)
		return;
	line = &w->lines[w->nodes[n].lines[way]];
	end->attached = false;
	end->closes_at = INSTANT_NEVER;
	end->finished = true;
	w->nodes[n].lines[way] = -1;
	if (reset)
		net_lose(w, line);
	else if (instant_is_never(end->arrives_at))
		end->arrives_at = instant_add(w->now, some_delay(w, line));
	release_when_over(line);
}

void
net_abandon(struct world *w, int n, bool silently)
{
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		struct end *end = net_end(w, n, way);

		if (end == NULL)
			continue;
		struct line *line = &w->lines[w->nodes[n].lines[way]];
		if (!silently) {
			net_close(w, n, way, false);
			continue;
		}
		/*
		 * nothing more comes from it; the other end finds out when it says something itself
		 */
		end->attached = false;
		end->arrives_at = INSTANT_NEVER;
		w->nodes[n].lines[way] = -1;
		release_when_over(line);
	}
}

/* The connection is made, as far as the kernels are concerned. */
static void
stand(struct world *w, struct line *line)
{
	int far = line->ends[1].node;

	line->stands = true;
	line->stands_at = INSTANT_NEVER;
	if (!line->ghost && !line->ends[0].attached) { /* given up before */
		line->used = false;
		return;
	}
	if (w->nodes[far].s && bgp_session_accepts(w->nodes[far].s, node_now(w, far))) {
		if (w->nodes[far].lines[BGP_ACCEPTED] >= 0) /* of a peer that restarts */
			net_close(w, far, BGP_ACCEPTED, false);
		world_trace(w, "%d: accepts line %d%s", far, index_of(w, line),
		    line->ghost ? ", a ghost" : "");
		line->ends[1].attached = true;
		w->nodes[far].lines[BGP_ACCEPTED] = index_of(w, line);
		node_input(
		    w, far, (struct bgp_event){ .type = BGP_EVENT_ACCEPTED, .way = BGP_ACCEPTED });
	} else {
		line->ends[1].finished = true;
		line->ends[1].arrives_at = instant_add(w->now, some_delay(w, line));
	}
	if (line->ends[0].attached) {
		node_input(w, line->ends[0].node,
		    (struct bgp_event){ .type = BGP_EVENT_DIALLED, .way = BGP_DIALLED });
	} else if (line->ghost) {
		/* it goes after a while, or is forgotten by whoever it was */
		line->ends[1].closes_at = instant_add(
		    w->now, DURATION_MS((int64_t)rng_below(&w->rng, 20000)));
		release_when_over(line);
	}
}

/* A piece of what `e` has written reaches the other end, or its end does. */
static void
arrive(struct world *w, struct line *line, int e)
{
	struct end *from = &line->ends[e], *to = &line->ends[1 - e];
	size_t len = from->written - from->delivered;
	const uint8_t *p;

	from->arrives_at = INSTANT_NEVER;
	if (len == 0 || (!to->attached && !line->ghost)) {
		/* the end of the stream; or a reset, for bytes that nobody takes */
		if (len == 0 && from->finished)
			hear_close(w, line, 1 - e);
		else if (len > 0 && from->attached)
			from->closes_at = instant_add(w->now, some_delay(w, line));
		return;
	}
	if (rng_below(&w->rng, 3) == 0)
		len = 1 + rng_below(&w->rng, len);
	if (index_of(w, line) == 0 && w->cut_after != SIZE_MAX) {
		len = MIN(len, w->cut_after - w->cut_seen);
		w->cut_seen += len;
	}
	p = from->bytes + from->delivered;
	from->delivered += len;
	if (from->delivered < from->written || from->finished)
		from->arrives_at = instant_add(w->now, some_delay(w, line));
	while (len > 0 && to->attached) {
		struct bgp_event event = {
			.type = BGP_EVENT_BYTES, .way = way_of(1 - e), .bytes = p, .len = len
		};
		size_t taken = 0;

		node_input_bytes(w, to->node, event, &taken);
		p += taken;
		len -= taken;
	}
	if (index_of(w, line) == 0 && w->cut_after != SIZE_MAX && w->cut_seen == w->cut_after) {
		w->cut_after = SIZE_MAX;
		net_lose(w, line);
	}
}

struct instant
net_deadline(const struct world *w)
{
	struct instant at = INSTANT_NEVER;

	for (int i = 0; i < LINES; i++) {
		const struct line *line = &w->lines[i];

		if (!line->used)
			continue;
		if (!line->stands)
			at = instant_min(at, line->stands_at);
		for (int e = 0; e < 2; e++) {
			at = instant_min(at, line->ends[e].closes_at);
			if (line->stands)
				at = instant_min(at, line->ends[e].arrives_at);
		}
	}
	return at;
}

void
net_run(struct world *w)
{
	unsigned first = (unsigned)rng_below(&w->rng, LINES);

	for (unsigned k = 0; k < LINES; k++) {
		struct line *line = &w->lines[(first + k) % LINES];

		if (line->used && !line->stands && instant_reached(line->stands_at, w->now))
			stand(w, line);
		for (int e = 0; e < 2 && line->used; e++) {
			if (line->stands && instant_reached(line->ends[e].arrives_at, w->now))
				arrive(w, line, e);
			if (line->used && instant_reached(line->ends[e].closes_at, w->now))
				hear_close(w, line, e);
		}
	}
}

void
net_free(struct world *w)
{
	for (int i = 0; i < LINES; i++) {
		free(w->lines[i].ends[0].bytes);
		free(w->lines[i].ends[1].bytes);
	}
}
