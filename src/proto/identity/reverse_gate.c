#include "proto/identity/reverse_gate.h"

#include "wire/reader.h"
#include "wire/writer.h"

void
reverse_gate_init(struct reverse_gate *g, const uint8_t secret[static 16])
{
	*g = (struct reverse_gate){ .next = { INT64_MIN } };
	cmac_aes128_set_key(&g->mac, secret);
}

/* Never 0, which is none. */
static uint64_t
make_cookie(struct reverse_gate *g, struct endpoint from, int64_t epoch)
{
	uint8_t bytes[32], digest[8];
	struct writer w = writer_init(bytes, sizeof(bytes));
	struct reader r = reader_init(digest, sizeof(digest));
	uint64_t cookie;

	writer_u64(&w, (uint64_t)epoch);
	writer_u8(&w, from.addr.family);
	writer_bytes(&w, from.addr.bytes, sizeof(from.addr.bytes));
	writer_u16(&w, from.port);
	cmac_aes128_update(&g->mac, writer_len(&w), bytes);
	cmac_aes128_digest(&g->mac, sizeof(digest), digest);
	cookie = reader_u64(&r);
	return cookie ? cookie : 1;
}

enum reverse_state
reverse_gate_ask(struct reverse_gate *g, struct endpoint from, uint64_t cookie, struct instant now,
    bool *ret_start, uint64_t *ret_cookie)
{
	int64_t epoch = now.ns / REVERSE_COOKIE_LIFE.ns;
	uint64_t current = make_cookie(g, from, epoch);

	*ret_start = false;
	*ret_cookie = cookie;
	if (g->is_taken && cookie == g->cookie && endpoint_equal(from, g->asker))
		return g->is_over ? REVERSE_OVER : REVERSE_RUNNING;
	if (cookie != current && cookie != make_cookie(g, from, epoch - 1)) {
		*ret_cookie = current;
		return REVERSE_COOKIE;
	}
	if ((g->is_taken && !g->is_over) || instant_cmp(now, g->next) < 0)
		return REVERSE_BUSY;
	g->is_taken = true;
	g->is_over = false;
	g->asker = from;
	g->cookie = cookie;
	g->next = instant_add(now, REVERSE_PACE);
	*ret_start = true;
	return REVERSE_RUNNING;
}

void
reverse_gate_end(struct reverse_gate *g, bool has_result)
{
	g->is_over = true;
	g->is_taken = has_result;
}
