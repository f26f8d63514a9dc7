#include "proto/bgp/capture.h"

#include <errno.h>

#include "proto/bgp/codec.h"

static void
each(struct bgp_nlri nlri, bool announced, bgp_prefix_fn fn, void *userdata)
{
	struct prefix p;

	while (bgp_nlri_next(&nlri, &p))
		fn(userdata, announced, p);
}

static void
each_of_update(const uint8_t *body, size_t len, bgp_prefix_fn fn, void *userdata)
{
	/* the peers' capabilities are not known here; the prefixes do not depend on them */
	const struct bgp_peering peering = {
		.as4 = true, .ibgp = true, .extended_next_hop = true
	};
	struct bgp_update u;

	bgp_update_decode(body, len, &peering, &u);
	if (u.verdict == BGP_VERDICT_RESET)
		return;
	each(u.withdrawn, false, fn, userdata);
	each(u.mp_withdrawn, false, fn, userdata);
	each(u.announced, true, fn, userdata);
	each(u.mp_announced, true, fn, userdata);
}

long
bgp_capture_each_prefix(const uint8_t *bytes, size_t len, bgp_prefix_fn fn, void *userdata)
{
	size_t at = 0;

	while (len - at >= BGP_HEADER_LEN) {
		struct bgp_header h;
		struct bgp_error e;

		if (!bgp_header_decode(bytes + at, BGP_EXTENDED_MESSAGE_MAX, &h, &e))
			return -EBADMSG;
		if (len - at < h.length)
			break;
		if (h.type == BGP_UPDATE)
			each_of_update(bytes + at + BGP_HEADER_LEN,
			    (size_t)h.length - BGP_HEADER_LEN, fn, userdata);
		at += h.length;
	}
	return (long)at;
}
