#include "world.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Turns in which what is due must be done: a loop would spin otherwise. */
#define TURNS_MAX 8

static uint8_t buf[BGP_EXTENDED_MESSAGE_MAX];

void
world_trace(struct world *w, const char *fmt, ...)
{
	va_list args;

	if (!w->trace)
		return;
	printf("# %10.3f ", (double)w->now.ns / 1e9);
	va_start(args, fmt);
	(void)vprintf(fmt, args);
	va_end(args);
	(void)putchar('\n');
}

struct prefix
node_route(int n, size_t i)
{
	uint8_t v4[16] = { 10, (uint8_t)n, (uint8_t)(i >> 8), (uint8_t)i };
	uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, (uint8_t)n, [14] = (uint8_t)(i >> 8),
		(uint8_t)i };
	bool six = i % 2;

	return prefix_host(ip_from_bytes(six ? IP_V6 : IP_V4, six ? v6 : v4));
}

/* The node that announces it, and its index there; false: nobody does. */
static bool
route_of(struct prefix p, int *ret_node, size_t *ret)
{
	const uint8_t *b = p.addr.bytes;

	if (p.addr.family == IP_V4) {
		*ret_node = b[1];
		*ret = (size_t)b[2] << 8 | b[3];
	} else {
		*ret_node = b[5];
		*ret = (size_t)b[14] << 8 | b[15];
	}
	return *ret_node < NODES && *ret < ROUTES && prefix_equal(p, node_route(*ret_node, *ret));
}

struct instant
node_now(const struct world *w, int n)
{
	return instant_add(w->now, w->nodes[n].clock_ahead);
}

struct instant
node_deadline(const struct world *w, int n)
{
	struct instant at;

	if (w->nodes[n].s == NULL)
		return INSTANT_NEVER;
	at = bgp_session_deadline(w->nodes[n].s);
	return instant_is_never(at) ? at : (struct instant){ at.ns - w->nodes[n].clock_ahead.ns };
}

/* The MED of an UPDATE, which tells the attributes of ours apart: 1 for the first. */
static uint8_t
attributes_of(const uint8_t *body, size_t len)
{
	struct reader r = reader_init(body, len);

	reader_skip(&r, reader_u16(&r));
	struct reader attributes = reader_sub(&r, reader_u16(&r));
	while (reader_left(&attributes) > 0) {
		uint8_t flags = reader_u8(&attributes), type = reader_u8(&attributes);
		struct reader value = reader_sub(&attributes,
		    flags & BGP_FLAG_EXTENDED ? reader_u16(&attributes) : reader_u8(&attributes));

		if (type == BGP_ATTR_MED)
			return (uint8_t)reader_u32(&value);
	}
	return 0;
}

/* The peer hears it. */
static void
believe(struct world *w, int n, struct bgp_nlri nlri, uint8_t attributes)
{
	struct prefix p;

	while (bgp_nlri_next(&nlri, &p)) {
		size_t i;
		int from;

		if (!route_of(p, &from, &i) || from != 1 - n)
			world_fail(w, "node %d hears of a route that nobody announces", n);
		else
			w->nodes[n].believes[i] = attributes;
	}
}

/*
 * The node tells it: nothing twice on one connection, unless it was asked, and nothing unknown is
 * taken back, unless the peer may keep it (graceful restart).
 */
static void
tell(struct world *w, int n, struct bgp_nlri nlri, uint8_t attributes)
{
	struct end *end = net_end(w, n, bgp_session_way(w->nodes[n].s));
	struct prefix p;

	while (end && bgp_nlri_next(&nlri, &p)) {
		size_t i;
		int from;

		if (!route_of(p, &from, &i) || from != n) {
			world_fail(w, "node %d tells a route that is not its own", n);
			return;
		}
		if (attributes == 0 && end->told[i] == 0 && end->kept[i]-- == 0)
			world_fail(w, "node %d withdraws route %zu, which it has not told", n, i);
		if (attributes != 0 && end->told[i] == attributes && end->again[i]-- == 0)
			world_fail(w, "node %d tells route %zu twice", n, i);
		if (w->nodes[n].wants[i] != attributes)
			world_fail(w, "node %d tells route %zu as it should not be", n, i);
		end->told[i] = attributes;
		w->nodes[n].told_before[i] |= attributes != 0;
		end->any_told = true;
	}
}

static void
each_route(struct world *w, int n, const uint8_t *body, size_t len,
    void (*fn)(struct world *w, int n, struct bgp_nlri nlri, uint8_t attributes))
{
	const struct bgp_peering peering = { .as4 = w->nodes[n].s->info.negotiated.as4,
		.families = { true, true } };
	struct bgp_update u;

	bgp_update_decode(body, len, &peering, &u);
	if (u.verdict != BGP_VERDICT_ACCEPT) {
		world_fail(w, "node %d: an UPDATE is not good", n);
		return;
	}
	if (fn == believe)
		w->nodes[n].ends_of_rib += u.end_of_rib;
	fn(w, n, u.withdrawn, 0);
	fn(w, n, u.mp_withdrawn, 0);
	fn(w, n, u.announced, attributes_of(body, len));
	fn(w, n, u.mp_announced, attributes_of(body, len));
}

struct looking {
	struct world *w;
	int node;
};

static struct looking looking[NODES];

static void
look(void *userdata, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	const struct looking *l = userdata;
	struct world *w = l->w;
	struct node *node = &w->nodes[l->node];

	(void)way;
	if (sent) {
		node->observed++;
		return;
	}
	world_trace(w, "%d: gets type %u, %zu bytes", l->node, message[18], len);
	if (message[18] == BGP_UPDATE && node->s->up)
		each_route(w, l->node, message + BGP_HEADER_LEN, len - BGP_HEADER_LEN, believe);
	if (message[18] == BGP_ROUTE_REFRESH && node->s->up && message[21] == 0) {
		struct end *end = net_end(w, l->node, bgp_session_way(node->s));

		/* the round that it leads to, and the one that is on its way */
		for (size_t i = 0; end && i < node->routes; i++)
			end->again[i] = 2;
	}
}

/* Whole messages, no longer than agreed on. */
static void
judge_sent(struct world *w, int n, const uint8_t *bytes, size_t len)
{
	struct node *node = &w->nodes[n];
	size_t max =
	    node->s->info.negotiated.extended_message ? BGP_EXTENDED_MESSAGE_MAX : BGP_MESSAGE_MAX;

	while (len > 0) {
		struct bgp_header h;
		struct bgp_error e;

		if (len < BGP_HEADER_LEN || !bgp_header_decode(bytes, max, &h, &e) ||
		    h.length > len) {
			world_fail(w, "node %d sends no whole message, or one that is too long", n);
			return;
		}
		if (h.type == BGP_UPDATE)
			each_route(w, n, bytes + BGP_HEADER_LEN, h.length - BGP_HEADER_LEN, tell);
		world_trace(w, "%d: sends type %u, %u bytes", n, h.type, h.length);
		node->written++;
		bytes += h.length;
		len -= h.length;
	}
}

void
node_flush(struct world *w, int n)
{
	struct node *node = &w->nodes[n];
	enum bgp_way way = bgp_session_way(node->s);
	struct end *end = net_end(w, n, way);
	size_t len;

	if (end == NULL || node->s->info.state != BGP_ESTABLISHED)
		return;
	bgp_session_sent(
	    node->s, end->written - net_waiting(end), net_waiting(end), node_now(w, n));
	while (net_waiting(end) == 0 &&
	    (len = bgp_session_next_update(node->s, buf, node->conf.offer.extended_message
		     ? sizeof(buf) : BGP_MESSAGE_MAX)) > 0) {
		judge_sent(w, n, buf, len);
		net_write(w, n, way, buf, len);
	}
	bgp_session_sent(
	    node->s, end->written - net_waiting(end), net_waiting(end), node_now(w, n));
}

/* What it has told in earlier sessions it may take back in the new one, once. */
static void
note_kept(struct world *w, int n)
{
	struct node *node = &w->nodes[n];
	struct end *end = net_end(w, n, bgp_session_way(node->s));

	for (size_t i = 0; end && i < node->routes; i++)
		end->kept[i] = node->s->info.negotiated.graceful_restart && node->told_before[i];
}

static void
note_actions(struct world *w, int n, const struct bgp_actions *a)
{
	struct instant deadline = node_deadline(w, n);

	world_note(w, &w->now, sizeof(w->now));
	world_note(w, &deadline, sizeof(deadline));
	world_note(w, &a->change, sizeof(a->change));
	world_note(w, a->why, strlen(a->why));
	world_note(w, &a->dial, sizeof(a->dial));
	world_note(w, a->close, sizeof(a->close));
	world_note(w, a->reset, sizeof(a->reset));
}

static void
apply(struct world *w, int n, const struct bgp_actions *a)
{
	struct node *node = &w->nodes[n];

	note_actions(w, n, a);
	if (a->change != BGP_CHANGE_NONE)
		world_trace(w, "%d: %s: %s", n,
		    a->change == BGP_CHANGE_UP     ? "up"
		    : a->change == BGP_CHANGE_DOWN ? "down"
						   : "failed",
		    a->why);
	if (a->change == BGP_CHANGE_DOWN) {
		memset(node->believes, 0, sizeof(node->believes));
		node->ends_of_rib = 0;
	}
	w->ups += (a->change == BGP_CHANGE_UP);
	if (a->change == BGP_CHANGE_UP)
		note_kept(w, n);
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++) {
		if (a->send[way].len > 0) {
			judge_sent(w, n, a->send[way].bytes, a->send[way].len);
			net_write(w, n, way, a->send[way].bytes, a->send[way].len);
		}
		if (a->close[way])
			net_close(w, n, way, a->reset[way]);
	}
	if (a->dial) {
		if (node->lines[BGP_DIALLED] >= 0)
			world_fail(w, "node %d dials and has a connection", n);
		else
			net_dial(w, n);
	}
	node_flush(w, n);
	if (node->observed != node->written)
		world_fail(w, "node %d: who looks saw other messages than were sent", n);
}

void
node_input_bytes(struct world *w, int n, struct bgp_event event, size_t *ret_taken)
{
	struct bgp_actions a;

	bgp_session_input(w->nodes[n].s, &event, node_now(w, n), &a);
	*ret_taken = a.consumed;
	apply(w, n, &a);
}

void
node_input(struct world *w, int n, struct bgp_event event)
{
	size_t taken;

	if (w->nodes[n].s)
		node_input_bytes(w, n, event, &taken);
}

void
node_tick(struct world *w, int n)
{
	for (int turn = 0; instant_reached(node_deadline(w, n), w->now); turn++) {
		if (turn == TURNS_MAX) {
			world_fail(w, "node %d spins: what is due stays due", n);
			return;
		}
		node_input(w, n, (struct bgp_event){ .type = BGP_EVENT_TIMER });
	}
}

void
node_want(struct world *w, int n, size_t route, uint8_t attributes)
{
	struct node *node = &w->nodes[n];
	const struct bgp_attributes as = { .has_med = true, .med = attributes };

	if (attributes != 0 && !node->conf.families[route % 2])
		return;
	node->wants[route] = attributes;
	if (node->s == NULL)
		return;
	if (attributes == 0)
		bgp_session_withdraw(node->s, node_route(n, route));
	else if (bgp_session_announce(node->s, node_route(n, route), &as) != 0)
		world_fail(w, "node %d may not announce", n);
}

void
node_start(struct world *w, int n)
{
	struct node *node = &w->nodes[n];

	node->s = bgp_session_new(&node->conf, rng_next(&w->rng));
	node->lines[BGP_DIALLED] = node->lines[BGP_ACCEPTED] = -1;
	node->observed = node->written = 0;
	memset(node->told_before, 0, sizeof(node->told_before));
	looking[n] = (struct looking){ w, n };
	bgp_session_observe(node->s, look, &looking[n]);
	for (size_t i = 0; i < node->routes; i++) {
		if (node->wants[i])
			node_want(w, n, i, node->wants[i]);
	}
	bgp_session_release_end_of_rib(node->s);
	world_trace(w, "%d: starts", n);
	node_input(w, n, (struct bgp_event){ .type = BGP_EVENT_START });
}

void
node_kill(struct world *w, int n)
{
	struct node *node = &w->nodes[n];

	world_trace(w, "%d: dies", n);
	/* without a hold time it is TCP that would tell, which is not played here */
	net_abandon(w, n, rng_below(&w->rng, 2) && node->conf.hold_time.ns != 0 &&
	    w->nodes[1 - n].conf.hold_time.ns != 0);
	bgp_session_free(node->s);
	node->s = NULL;
	node->ends_of_rib = 0;
	memset(node->believes, 0, sizeof(node->believes));
}

/* What it saves is what it saves again when it was restored. */
void
node_upgrade(struct world *w, int n)
{
	struct state_writer saved = { 0 }, again = { 0 };
	struct node *node = &w->nodes[n];
	struct instant now = node_now(w, n);
	struct bgp_session *next;
	struct err e;

	bgp_session_save(node->s, &saved, now);
	w->upgrade_count++;
	w->partial_count += node->s->connections[bgp_session_way(node->s)].rx_len > 0;
	if (bgp_session_restore(
		&node->conf, reader_init(saved.bytes, saved.len), now, now, &next, &e) < 0) {
		world_fail(w, "node %d cannot be restored: %s", n, e.message);
	} else {
		bgp_session_save(next, &again, now);
		if (saved.len != again.len || memcmp(saved.bytes, again.bytes, saved.len) != 0)
			world_fail(w, "node %d is another one after it was restored", n);
		bgp_session_observe(next, look, &looking[n]);
		bgp_session_free(node->s);
		node->s = next;
	}
	state_writer_done(&saved);
	state_writer_done(&again);
}

bool
nodes_agree(const struct world *w)
{
	for (int n = 0; n < NODES; n++) {
		const struct node *node = &w->nodes[n], *peer = &w->nodes[1 - n];

		if (node->s == NULL || peer->s == NULL || node->s->info.state != BGP_ESTABLISHED)
			return false;
	}
	for (int n = 0; n < NODES; n++) {
		const struct node *node = &w->nodes[n], *peer = &w->nodes[1 - n];
		const bool *families = node->s->info.negotiated.families;

		if (node->ends_of_rib != (size_t)families[BGP_IPV4] + families[BGP_IPV6])
			return false;
		for (size_t i = 0; i < peer->routes; i++) {
			bool spoken = node->s->info.negotiated.families[i % 2];

			if (node->believes[i] != (spoken ? peer->wants[i] : 0))
				return false;
		}
	}
	return true;
}
