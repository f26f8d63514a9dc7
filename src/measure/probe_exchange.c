#include "measure/probe_exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "io/exchange.h"
#include "io/loop.h"
#include "proto/identity/identity.h"

#define IN_MAX 4096u
/* Over TCP a message has its length in front of it, RFC 1035 section 4.2.2. */
#define FRAME 2u
#define IN_MAX_TCP (FRAME + 65535u)
/* For the name alone, when the answer that was measured is there. */
#define NAME_WAIT DURATION_S(1)

static const struct dns_identity_question id_server = {
	.name = "id.server", .type = DNS_TYPE_TXT, .class = DNS_CLASS_CHAOS
};

struct probe_exchange {
	struct list node;
	struct probe_exchanges *all; /* borrowed, as these */
	const struct probe_url *url; /* of the target */
	bool *keeps_silent;
	struct exchange x;
	struct timer timer; /* the time-out; at once, when it has ended */
	struct instant started;
	struct probe_record record; /* owned, until it is handed over */
	bool over, asks_name;
	uint64_t nonce;
	uint8_t out[IDENTITY_SIZE];
	size_t out_len;
};

_Static_assert(IDENTITY_SIZE >= FRAME + DNS_IDENTITY_QUERY_MAX, "a query fits");

static struct probe_exchange *
exchange_of(struct exchange *x)
{
	return container_of(x, struct probe_exchange, x);
}

static bool
is_stream(const struct probe_exchange *p)
{
	return p->url->kind == PROBE_TCP || p->url->kind == PROBE_DNS_TCP;
}

/* ---- the end ---- */

/* Told from the loop, since the socket may still be in the middle of telling. */
static void
end(struct probe_exchange *p)
{
	p->over = true;
	exchange_close(&p->x);
	timer_set(&p->timer, clock_now());
}

/* The phases up to now, from this one on. */
static void
take_time(struct probe_exchange *p, enum probe_phase from)
{
	struct duration since = instant_diff(clock_now(), p->started);

	for (int i = (int)from; i < PROBE_PHASE_MAX; i++) {
		if (i != PROBE_APPCONNECT && i != PROBE_REDIRECT)
			p->record.phases[i] = since;
	}
}

/* Takes error. */
static void
fail(struct probe_exchange *p, char *error)
{
	p->record.phases[PROBE_TOTAL] = instant_diff(clock_now(), p->started);
	p->record.error = error;
	end(p);
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct probe_exchange *p = container_of(t, struct probe_exchange, timer);
	char text[DURATION_STR_MAX];

	(void)now;
	if (p->over) {
		struct probe_record record = p->record;

		p->record = (struct probe_record){ 0 };
		p->all->ended(p->all->userdata, p, &record);
	} else if (p->asks_name) {
		*p->keeps_silent = true;
		end(p);
	} else {
		fail(p, xasprintf("timed out after %s, %s",
			    duration_format(p->all->conf->timeout, text),
			    is_stream(p) && !p->x.connected ? "not connected" : "no answer"));
	}
}

/* ---- answers ---- */

static void
take_identity(struct probe_exchange *p)
{
	struct identity id;

	/* whatever else comes, ours may still come */
	if (identity_answer_decode(p->x.in, p->x.in_len, p->nonce, &id) < 0)
		return;
	take_time(p, PROBE_STARTTRANSFER);
	p->record.served_by = id.host[0] ? xstrdup(id.host) : NULL;
	p->record.site = id.site[0] ? xstrdup(id.site) : NULL;
	end(p);
}

static void
make_query(struct probe_exchange *p, const struct dns_identity_question *q)
{
	size_t frame = is_stream(p) ? FRAME : 0;
	struct err e = { 0 };

	/* it was encoded once already, when the URL was read */
	if (dns_identity_encode(q, (uint16_t)p->nonce, p->out + frame, &p->out_len, &e) < 0) {
		p->out_len = 0;
		return;
	}
	if (frame > 0) {
		p->out[0] = (uint8_t)(p->out_len >> 8);
		p->out[1] = (uint8_t)p->out_len;
	}
	p->out_len += frame;
}

/* Over the same socket: with the same ports it takes the same way. */
static void
ask_name(struct probe_exchange *p)
{
	p->asks_name = true;
	p->nonce++;
	make_query(p, &id_server);
	(void)send(p->x.fd, p->out, p->out_len, MSG_NOSIGNAL);
	timer_set(&p->timer, instant_add(clock_now(), NAME_WAIT));
}

static void
take_answer(struct probe_exchange *p, const struct dns_identity_answer *a)
{
	const char *name = a->nsid;
	char text[24];

	if (p->asks_name || p->url->class == DNS_CLASS_CHAOS)
		name = a->text[0] ? a->text : a->nsid;
	if (!p->asks_name)
		take_time(p, PROBE_STARTTRANSFER);
	if (name[0] != '\0')
		p->record.served_by = xstrdup(name);
	if (!p->asks_name && a->rcode != 0) {
		fail(p, xasprintf("answered %s", dns_identity_rcode_text(a->rcode, text)));
		return;
	}
	if (name[0] != '\0' || p->asks_name || *p->keeps_silent ||
	    p->url->class == DNS_CLASS_CHAOS) {
		*p->keeps_silent |= p->asks_name && name[0] == '\0';
		end(p);
		return;
	}
	ask_name(p);
}

/* What came, as one message; NULL: not all of it is there. */
static const uint8_t *
whole_message(const struct probe_exchange *p, size_t *ret_len)
{
	size_t len;

	*ret_len = p->x.in_len;
	if (!is_stream(p))
		return p->x.in;
	if (p->x.in_len < FRAME)
		return NULL;
	len = (size_t)p->x.in[0] << 8 | p->x.in[1];
	*ret_len = len;
	return p->x.in_len < FRAME + len ? NULL : p->x.in + FRAME;
}

static void
take_dns(struct probe_exchange *p)
{
	const struct dns_identity_question question = { .name = p->url->name,
		.type = p->url->type,
		.class = p->url->class };
	struct dns_identity_answer a;
	size_t len;
	const uint8_t *message = whole_message(p, &len);
	int r;

	if (message == NULL)
		return;
	r = dns_identity_decode(
	    p->asks_name ? &id_server : &question, (uint16_t)p->nonce, message, len, &a);
	if (is_stream(p))
		p->x.in_len = 0; /* one question, one answer; the next begins anew */
	if (r == 0)
		take_answer(p, &a);
	else if (r == -EBADMSG && !p->asks_name)
		fail(p, xstrdup("the answer cannot be read"));
}

static void
on_received(struct exchange *x)
{
	struct probe_exchange *p = exchange_of(x);

	if (p->url->kind == PROBE_IDENTITY)
		take_identity(p);
	else
		take_dns(p);
}

static void
on_sent(struct exchange *x)
{
	struct probe_exchange *p = exchange_of(x);

	if (!is_stream(p)) {
		p->record.phases[PROBE_PRETRANSFER] = instant_diff(clock_now(), p->started);
		return;
	}
	/* what is asked goes out in the moment when the connection stands */
	take_time(p, PROBE_CONNECT);
	if (p->url->kind == PROBE_TCP)
		end(p);
}

static void
on_failed(struct exchange *x, int error)
{
	struct probe_exchange *p = exchange_of(x);

	if (p->asks_name)
		end(p);
	else if (error == 0)
		fail(p, xstrdup("the connection was closed without an answer"));
	else
		fail(p, xasprintf("%s%s", is_stream(p) && !x->connected ? "connect: " : "",
			    strerror(error)));
}

/* ---- begin ---- */

static void
open_exchange(struct probe_exchange *p, struct endpoint to)
{
	static const struct exchange_events events = { on_sent, on_received, on_failed };
	struct exchange_plan plan = { .in_cap = is_stream(p) ? IN_MAX_TCP + 1 : IN_MAX,
		.events = &events };
	int r;

	if (p->url->kind == PROBE_IDENTITY) {
		identity_question_encode(p->nonce, p->out);
		p->out_len = IDENTITY_SIZE;
	} else if (p->url->kind != PROBE_TCP) {
		make_query(p,
		    &(struct dns_identity_question){ p->url->name, p->url->type, p->url->class });
	}
	plan.out = p->out_len > 0 ? p->out : NULL;
	plan.out_len = p->out_len;
	p->started = clock_now();
	r = exchange_open(&p->x, p->all->loop, is_stream(p) ? SOCK_STREAM : SOCK_DGRAM, to, &plan);
	if (r < 0)
		fail(p, xasprintf("connect: %s", strerror(-r)));
	else if (!p->over)
		timer_set(&p->timer, instant_add(p->started, p->all->conf->timeout));
}

void
probe_exchange_start(struct probe_exchanges *all, size_t target, bool *keeps_silent)
{
	struct probe_exchange *p = xcalloc(1, sizeof(*p));
	const struct probe_target *t = &all->conf->targets[target];
	struct endpoint to = { .addr = t->address, .port = t->parsed.port };
	char text[IP_STR_MAX];

	list_append(&all->list, &p->node);
	p->all = all;
	p->url = &t->parsed;
	p->keeps_silent = keeps_silent;
	p->x.fd = -1;
	p->record.target = target;
	p->record.at_wall_ns = clock_wall_ns();
	if (timer_init(&p->timer, all->loop, on_timer) < 0)
		abort(); /* out of memory: nothing else can be wrong with one */
	(void)getrandom(&p->nonce, sizeof(p->nonce), GRND_NONBLOCK);
	if (to.addr.family == IP_NONE) {
		fail(p, xasprintf("%s has no address", p->url->host));
		return;
	}
	p->record.remote_address = xstrdup(ip_format(to.addr, text));
	open_exchange(p, to);
}

void
probe_exchange_free(struct probe_exchange *p)
{
	list_remove(&p->node);
	exchange_close(&p->x);
	timer_done(&p->timer);
	probe_record_done(&p->record);
	free(p);
}

void
probe_exchanges_done(struct probe_exchanges *all)
{
	if (all->list.next == NULL)
		return;
	list_for_each_safe (p, &all->list, struct probe_exchange, node)
		probe_exchange_free(p);
}
