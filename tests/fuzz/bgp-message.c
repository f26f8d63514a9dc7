/*
 * Every decoder of BGP over bytes that nobody checked. The first byte chooses the kind of peering; the
 * rest is one message from its header on, with the marker and the length put right, so that the fuzzer
 * spends its time on what comes behind them.
 */
#include <assert.h>
#include <string.h>

#include "proto/bgp/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_open(const uint8_t *body, size_t len)
{
	struct bgp_open open, again;
	struct bgp_error e;
	uint8_t buf[512];
	struct writer w = writer_init(buf, sizeof(buf));

	if (!bgp_open_decode(body, len, &open, &e)) {
		assert(e.code == 2);
		return;
	}
	/* what we would write of it reads the same, in all that we write */
	bgp_open_encode(&w, &open);
	assert(writer_ok(&w));
	assert(bgp_open_decode(buf + BGP_HEADER_LEN, writer_len(&w) - BGP_HEADER_LEN, &again, &e));
	assert(again.id == open.id && again.hold_time_s == open.hold_time_s && again.as4 == open.as4);
	assert(again.as == open.as);
}

static size_t
count(struct bgp_nlri nlri)
{
	struct prefix p;
	size_t n = 0;

	while (bgp_nlri_next(&nlri, &p)) {
		assert(prefix_equal(p, prefix_mask(p)));
		n++;
	}
	return n;
}

static void
try_update(const uint8_t *body, size_t len, uint8_t kind)
{
	struct bgp_peering peering = { .as4 = kind & 1, .ibgp = kind & 2, .families = { true, true } };
	struct bgp_update u;

	bgp_update_decode(body, len, &peering, &u);
	if (u.verdict == BGP_VERDICT_ACCEPT)
		assert(u.error.code == 0 && u.discarded == 0);
	else
		assert(u.error.code == 3 && u.error.data_len <= sizeof(u.error.data));
	if (u.verdict == BGP_VERDICT_WITHDRAW)
		assert(u.announced.count + u.mp_announced.count > 0);
	if (u.verdict == BGP_VERDICT_RESET)
		return;
	assert(count(u.withdrawn) == u.withdrawn.count && count(u.announced) == u.announced.count);
	assert(count(u.mp_withdrawn) == u.mp_withdrawn.count);
	assert(count(u.mp_announced) == u.mp_announced.count);
}

static void
try_notification(const uint8_t *body, size_t len)
{
	char text[BGP_WHY_MAX], small[32];
	struct bgp_error e;
	uint8_t buf[512];
	struct writer w = writer_init(buf, sizeof(buf));

	bgp_notification_decode(body, len, &e);
	assert(strlen(bgp_error_format(&e, text, sizeof(text))) < sizeof(text));
	assert(strlen(bgp_error_format(&e, small, sizeof(small))) < sizeof(small));
	for (const char *p = text; *p; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	bgp_notification_encode(&w, &e);
	assert(writer_ok(&w));
}

static void
ignore_prefix(void *userdata, bool announced, struct prefix prefix)
{
	(void)userdata;
	(void)announced;
	(void)prefix;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t message[BGP_MESSAGE_MAX];
	struct bgp_refresh refresh;
	struct bgp_header h;
	struct bgp_error e;
	size_t len;

	(void)bgp_capture_each_prefix(data, size, ignore_prefix, NULL);
	if (size < 2 || size + BGP_HEADER_LEN > sizeof(message))
		return 0;
	len = BGP_HEADER_LEN + size - 2;
	memset(message, 0xff, 16);
	message[16] = (uint8_t)(len >> 8);
	message[17] = (uint8_t)len;
	message[18] = data[1];
	memcpy(message + BGP_HEADER_LEN, data + 2, size - 2);
	(void)bgp_capture_each_prefix(message, len, ignore_prefix, NULL);
	if (!bgp_header_decode(message, BGP_MESSAGE_MAX, &h, &e)) {
		assert(e.code == 1);
		return 0;
	}
	/* from the input itself, so that the sanitizer sees its end */
	if (h.type == BGP_OPEN)
		try_open(data + 2, size - 2);
	else if (h.type == BGP_UPDATE)
		try_update(data + 2, size - 2, data[0]);
	else if (h.type == BGP_NOTIFICATION)
		try_notification(data + 2, size - 2);
	else if (h.type == BGP_ROUTE_REFRESH)
		(void)bgp_refresh_decode(data + 2, size - 2, &refresh, &e);
	return 0;
}
