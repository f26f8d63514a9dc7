#include <stdio.h>
#include <string.h>

#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"

#define CEASE 6
#define CEASE_HARD_RESET 9
#define SHUTDOWN_TEXT_MAX 255

struct subcodes {
	const char *const *names;
	size_t count;
};

/* clang-format off */
static const char *const codes[] = {
	[1] = "Message Header Error", [2] = "OPEN Message Error", [3] = "UPDATE Message Error",
	[4] = "Hold Timer Expired", [5] = "Finite State Machine Error", [CEASE] = "Cease",
	[7] = "ROUTE-REFRESH Message Error", [8] = "Send Hold Timer Expired", /* RFC 7313, 9687 */
};
static const char *const header_subcodes[] = {
	[1] = "Connection Not Synchronized", [2] = "Bad Message Length", [3] = "Bad Message Type",
};
static const char *const open_subcodes[] = {
	[1] = "Unsupported Version Number", [2] = "Bad Peer AS", [3] = "Bad BGP Identifier",
	[4] = "Unsupported Optional Parameter", [6] = "Unacceptable Hold Time",
	[7] = "Unsupported Capability", [11] = "Role Mismatch",
};
static const char *const update_subcodes[] = {
	[1] = "Malformed Attribute List", [2] = "Unrecognized Well-known Attribute",
	[3] = "Missing Well-known Attribute", [4] = "Attribute Flags Error",
	[5] = "Attribute Length Error", [6] = "Invalid ORIGIN Attribute",
	[8] = "Invalid NEXT_HOP Attribute", [9] = "Optional Attribute Error",
	[10] = "Invalid Network Field", [11] = "Malformed AS_PATH",
};
static const char *const fsm_subcodes[] = { /* RFC 6608 */
	[1] = "Unexpected Message in OpenSent", [2] = "Unexpected Message in OpenConfirm",
	[3] = "Unexpected Message in Established",
};
static const char *const cease_subcodes[] = { /* RFC 4486, 8538, 9384 */
	[1] = "Maximum Number of Prefixes Reached", [2] = "Administrative Shutdown",
	[3] = "Peer De-configured", [4] = "Administrative Reset", [5] = "Connection Rejected",
	[6] = "Other Configuration Change", [7] = "Connection Collision Resolution",
	[8] = "Out of Resources", [9] = "Hard Reset", [10] = "BFD Down",
};
static const char *const refresh_subcodes[] = { [1] = "Invalid Message Length" }; /* RFC 7313 */

static const struct subcodes subcodes[] = {
	[1] = { header_subcodes, ARRAY_SIZE(header_subcodes) },
	[2] = { open_subcodes, ARRAY_SIZE(open_subcodes) },
	[3] = { update_subcodes, ARRAY_SIZE(update_subcodes) },
	[4] = { NULL, 0 },
	[5] = { fsm_subcodes, ARRAY_SIZE(fsm_subcodes) },
	[6] = { cease_subcodes, ARRAY_SIZE(cease_subcodes) },
	[7] = { refresh_subcodes, ARRAY_SIZE(refresh_subcodes) },
};
/* clang-format on */

void
bgp_notification_encode(struct writer *w, const struct bgp_error *e)
{
	bgp_message_begin(w, BGP_NOTIFICATION);
	writer_u8(w, e->code);
	writer_u8(w, e->subcode);
	writer_bytes(w, e->data, e->data_len);
	(void)bgp_message_end(w);
}

static void
cease(struct bgp_error *e, uint8_t subcode, const char *text)
{
	size_t len = text ? MIN(strlen(text), (size_t)SHUTDOWN_TEXT_MAX) : 0;

	(void)bgp_error_set(e, CEASE, subcode, NULL, 0, NULL);
	if (len == 0)
		return;
	/* never half a UTF-8 character: back to the byte that starts one */
	while (len > 0 && text[len] != '\0' && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	e->data[0] = (uint8_t)len;
	memcpy(e->data + 1, text, len);
	e->data_len = len + 1;
}

void
bgp_error_shutdown(struct bgp_error *e, const char *text)
{
	cease(e, 2, text);
}

void
bgp_error_reset(struct bgp_error *e, const char *text)
{
	cease(e, 4, text);
}

void
bgp_notification_decode(const uint8_t *body, size_t len, struct bgp_error *ret)
{
	struct reader r = reader_init(body, len);

	*ret = (struct bgp_error){ .code = reader_u8(&r) };
	ret->subcode = reader_u8(&r);
	ret->data_len = MIN(reader_left(&r), sizeof(ret->data));
	reader_copy(&r, ret->data, ret->data_len);
}

/* Bytes of the UTF-8 character that starts at p, 0 when it is none (or a control character). */
static size_t
printable_at(const uint8_t *p, size_t left)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *p < 0x80 ? 1 : (*p & 0xe0) == 0xc0 ? 2 : (*p & 0xf0) == 0xe0 ? 3 : 4;
	uint32_t point = n == 1 ? *p : *p & (0xffu >> (n + 1));

	if (n == 4 && (*p & 0xf8) != 0xf0)
		return 0;
	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	if (point < smallest[n] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ? 0 : n;
}

/* Text of a peer for a terminal and for JSON: what is not printable UTF-8 becomes '?'. */
static char *
clean_text(const uint8_t *text, size_t len, char buf[static SHUTDOWN_TEXT_MAX + 1])
{
	for (size_t i = 0; i < len;) {
		size_t n = printable_at(text + i, len - i);

		if (n == 0)
			buf[i] = '?';
		else
			memcpy(buf + i, text + i, n);
		i += MAX(n, (size_t)1);
	}
	buf[len] = '\0';
	return buf;
}

/* "AS_PATH", "attribute 99", or nothing. */
static const char *
attribute_text(uint8_t type, char number[static 16])
{
	const char *name = bgp_attribute_name(type);

	if (name || type == 0)
		return name ? name : "";
	(void)snprintf(number, 16, "attribute %u", type);
	return number;
}

/* RFC 4486 section 4: AFI, SAFI and the peer's limit; nothing when the data is not that. */
static const char *
limit_text(const struct bgp_error *e, char buf[static 48])
{
	struct reader r = reader_init(e->data, e->data_len);
	uint16_t afi = reader_u16(&r);
	enum bgp_family family = bgp_family_from_wire(afi, reader_u8(&r));
	uint32_t limit = reader_u32(&r);

	buf[0] = '\0';
	if (e->code == CEASE && e->subcode == 1 && e->data_len == 7 && family != BGP_FAMILY_MAX)
		(void)snprintf(buf, 48, ": %u of %s", limit, bgp_family_name(family));
	return buf;
}

/* What there is to say without a text of the peer. */
static int
format_codes(const struct bgp_error *e, char *buf, size_t size)
{
	const char *what = e->own[0] ? e->own : e->what;
	char number[16], limit[48];
	const struct subcodes *known = e->code < ARRAY_SIZE(subcodes) ? &subcodes[e->code] : NULL;
	const char *code = e->code < ARRAY_SIZE(codes) ? codes[e->code] : NULL, *subcode = NULL;

	if (known && e->subcode < known->count)
		subcode = known->names[e->subcode];
	return snprintf(buf, size, "%s%s%s (%u/%u)%s%s%s%s%s", code ? code : "Unknown Error",
	    subcode ? "/" : "", subcode ? subcode : "", e->code, e->subcode, limit_text(e, limit),
	    e->attribute || what ? ": " : "", attribute_text(e->attribute, number),
	    e->attribute && what ? ": " : "", what ? what : "");
}

/* RFC 8538 section 3.1: the reason of a Hard Reset is a NOTIFICATION without its header. */
static bool
unwrap_hard_reset(const struct bgp_error *e, struct bgp_error *ret)
{
	if (e->code != CEASE || e->subcode != CEASE_HARD_RESET || e->data_len < 2)
		return false;
	bgp_notification_decode(e->data, e->data_len, ret);
	return true;
}

char *
bgp_error_format(const struct bgp_error *e, char *buf, size_t size)
{
	char text[SHUTDOWN_TEXT_MAX + 1];
	struct bgp_error inner;
	int n = format_codes(e, buf, size);

	if (unwrap_hard_reset(e, &inner) && (size_t)n < size) {
		n += snprintf(buf + n, size - (size_t)n, ": ");
		if ((size_t)n < size)
			n += format_codes(&inner, buf + n, size - (size_t)n);
		e = &inner;
	}
	/*
	 * RFC 9003: a length and a text; a length that does not fit means the data is something
	 * else
	 */
	if (e->code == CEASE && (e->subcode == 2 || e->subcode == 4) && e->data_len > 1 &&
	    e->data[0] > 0 && (size_t)e->data[0] + 1 <= e->data_len && (size_t)n < size)
		(void)snprintf(buf + n, size - (size_t)n, ": \"%s\"",
		    clean_text(e->data + 1, e->data[0], text));
	return buf;
}
