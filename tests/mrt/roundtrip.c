/*
 *     mrt-roundtrip [FILE]...          without one, or for -: standard input
 *
 * Reads MRT files, takes every UPDATE and every route of a table apart, writes it again and reads
 * that: it must say the same, and be the same bytes unless the host bits of a prefix were set. Each
 * UPDATE is judged (RFC 7606) before and after. Prints what was found, and each broken record with
 * its place. Exits with 1 when something was not the same.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "proto/bgp/codec.h"
#include "proto/bgp/path.h"
#include "proto/mrt/mrt.h"
#include "same.h"

#define SHOWN_MAX 3    /* of each kind of finding */
#define REASONS_MAX 64 /* those that come later are shown as well, and not counted */

/* Why UPDATEs were not accepted, each text once. */
struct reason {
	char text[BGP_WHY_MAX + 16];
	uint64_t count;
};

struct counts {
	uint64_t kinds[MRT_KIND_MAX], bad_records, cut;
	uint64_t messages[BGP_TYPE_MAX], bad_messages;
	uint64_t announced, withdrawn, routes, attributes, forms[BGP_FORM_REPEATED + 1];
	uint64_t verdicts[BGP_VERDICT_MAX], bytes_differ, different;
	struct reason reasons[REASONS_MAX];
	const char *file;
};

static struct counts counts;

static const char *const kind_names[] = {
	[MRT_KIND_SKIPPED] = "skipped",
	[MRT_KIND_TABLE_ROUTE] = "table_dump",
	[MRT_KIND_PEERS] = "peer_index",
	[MRT_KIND_RIB] = "rib",
	[MRT_KIND_MESSAGE] = "message",
	[MRT_KIND_STATE_CHANGE] = "state_change",
};
static const char *const verdict_names[] = {
	[BGP_VERDICT_ACCEPT] = "accept",
	[BGP_VERDICT_DISCARD] = "discard",
	[BGP_VERDICT_WITHDRAW] = "withdraw",
	[BGP_VERDICT_RESET] = "reset",
};

static void
show_bytes(struct reader r)
{
	while (reader_left(&r) > 0)
		fprintf(stderr, "%02x", reader_u8(&r));
	fputc('\n', stderr);
}

static void
differs(const struct mrt_record *record, const char *what, struct reader bytes)
{
	if (counts.different++ >= SHOWN_MAX)
		return;
	fprintf(stderr, "%s: record at %llu: %s: ", counts.file, (unsigned long long)record->offset,
	    what);
	show_bytes(bytes);
}

static void
count_path(const struct mrt_record *record, const struct bgp_path *path)
{
	counts.attributes += path->count;
	counts.announced += path->reach.prefixes.count;
	counts.withdrawn += path->unreach.count;
	for (size_t i = 0; i < path->count; i++) {
		const struct bgp_path_attribute *a = &path->attributes[i];

		if (counts.forms[a->form]++ >= SHOWN_MAX || a->form != BGP_FORM_MALFORMED)
			continue;
		fprintf(stderr, "%s: record at %llu: malformed attribute %u: ", counts.file,
		    (unsigned long long)record->offset, a->type);
		show_bytes(reader_init(a->raw, a->raw_len));
	}
}

/* Counts a reason; false when it was shown often enough. */
static bool
count_reason(const char *text)
{
	for (size_t i = 0; i < REASONS_MAX; i++) {
		struct reason *r = &counts.reasons[i];

		if (r->count == 0)
			(void)snprintf(r->text, sizeof(r->text), "%s", text);
		if (strcmp(r->text, text) == 0)
			return r->count++ < SHOWN_MAX;
	}
	return true;
}

static void
show_verdict(const struct mrt_record *record, const struct bgp_update *u, struct reader body)
{
	char text[BGP_WHY_MAX], reason[BGP_WHY_MAX + 16];

	(void)snprintf(reason, sizeof(reason), "%s: %s", verdict_names[u->verdict],
	    bgp_error_format(&u->error, text, sizeof(text)));
	if (!count_reason(reason))
		return;
	fprintf(stderr, "%s: record at %llu: %s: ", counts.file, (unsigned long long)record->offset,
	    reason);
	show_bytes(body);
}

/* A route of a table, as the UPDATE that would announce it. */
static void
judge_route(const struct mrt_record *record, const struct bgp_path *path,
    struct bgp_path_style style, struct arena *arena, size_t size)
{
	/* a table may hold what its owner prefers; that does not come from an external peer */
	struct bgp_peering peering = { .ibgp = bgp_path_has(path, BGP_ATTR_LOCAL_PREF),
		.as4 = style.as4,
		.extended_next_hop = true,
		.families = { true, true } };
	struct bgp_routes routes = { .path = *path };
	struct bgp_prefixes prefixes = { .prefixes = &record->prefix,
		.count = 1,
		.family = bgp_family_of(record->prefix.addr.family) };
	uint8_t *buf = arena_alloc(arena, size);
	struct writer w = writer_init(buf, size);
	struct bgp_update u;

	if (prefixes.family == BGP_IPV4)
		routes.announced = prefixes;
	routes.path.reach.next_hop_only = false;
	routes.path.reach.prefixes = prefixes;
	bgp_routes_encode(&w, &routes, style);
	assert(writer_ok(&w));
	bgp_update_decode(buf, writer_len(&w), &peering, &u);
	counts.verdicts[u.verdict]++;
	if (u.verdict != BGP_VERDICT_ACCEPT)
		show_verdict(record, &u, reader_init(buf, writer_len(&w)));
}

/* A route's attributes, as a table has them. */
static void
try_path(const struct mrt_record *record, struct reader r, struct bgp_path_style style)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	size_t size = reader_left(&r) + 16;
	uint8_t *buf = arena_alloc(arena, size);
	struct writer w = writer_init(buf, size);
	struct bgp_path path, again;

	counts.routes++;
	if (!bgp_path_decode(r, style, arena, &path)) {
		differs(record, "attributes run over", r);
		return;
	}
	count_path(record, &path);
	bgp_path_encode(&w, &path, style);
	if (!writer_ok(&w) || writer_len(&w) != reader_left(&r) ||
	    memcmp(buf, r.pos, writer_len(&w)) != 0)
		differs(record, "other bytes", r);
	else if (!bgp_path_decode(reader_init(buf, writer_len(&w)), style, arena, &again) ||
		 !same_path(&path, &again))
		differs(record, "other attributes", r);
	judge_route(record, &path, style, arena, size + 64);
}

static bool
same_verdict(const struct bgp_update *a, const struct bgp_update *b)
{
	return a->verdict == b->verdict && a->discarded == b->discarded &&
	       a->end_of_rib == b->end_of_rib && a->withdrawn.count == b->withdrawn.count &&
	       a->announced.count == b->announced.count &&
	       a->mp_withdrawn.count == b->mp_withdrawn.count &&
	       a->mp_announced.count == b->mp_announced.count;
}

/* What the decoder of sessions counts is what stands there; it takes the routes of no other family.
 */
static bool
counts_agree(const struct bgp_update *u, const struct bgp_routes *routes)
{
	return u->verdict == BGP_VERDICT_RESET ||
	       (u->withdrawn.count == routes->withdrawn.count &&
		   u->announced.count == routes->announced.count &&
		   u->mp_withdrawn.count == routes->path.unreach.count &&
		   u->mp_announced.count == routes->path.reach.prefixes.count);
}

static void
try_update(const struct mrt_record *record, struct reader body)
{
	_cleanup_(arena_freep) struct arena *arena = arena_new();
	const struct mrt_session *s = &record->session;
	struct bgp_peering peering = { .local_as = s->local_as,
		.ibgp = s->local_as == s->peer_as,
		.as4 = s->as4,
		.extended_next_hop = true,
		.families = { true, true } };
	struct bgp_path_style style = { .as4 = s->as4 };
	size_t size = reader_left(&body) + 16, len;
	uint8_t *buf = arena_alloc(arena, size);
	struct writer w = writer_init(buf, size);
	struct bgp_routes routes, again;
	struct bgp_update u, v;

	bgp_update_decode(body.pos, reader_left(&body), &peering, &u);
	counts.verdicts[u.verdict]++;
	if (u.verdict != BGP_VERDICT_ACCEPT)
		show_verdict(record, &u, body);
	if (!bgp_routes_decode(body, style, arena, &routes)) {
		if (u.verdict < BGP_VERDICT_WITHDRAW)
			differs(record, "runs over, and was not refused", body);
		return;
	}
	counts.announced += routes.announced.count;
	counts.withdrawn += routes.withdrawn.count;
	count_path(record, &routes.path);
	bgp_routes_encode(&w, &routes, style);
	len = writer_len(&w);
	if (!writer_ok(&w) || !bgp_routes_decode(reader_init(buf, len), style, arena, &again) ||
	    !same_routes(&routes, &again)) {
		differs(record, "other routes", body);
		return;
	}
	bgp_update_decode(buf, len, &peering, &v);
	if (!same_verdict(&u, &v) || !counts_agree(&u, &routes))
		differs(record, "another verdict", body);
	if (len != reader_left(&body) || memcmp(buf, body.pos, len) != 0)
		counts.bytes_differ++;
}

static void
try_message(const struct mrt_record *record)
{
	struct reader r = record->message;
	struct bgp_header h;
	struct bgp_error e;

	if (reader_left(&r) < BGP_HEADER_LEN ||
	    !bgp_header_decode(r.pos, BGP_EXTENDED_MESSAGE_MAX, &h, &e) ||
	    h.length != reader_left(&r)) {
		if (counts.bad_messages++ >= SHOWN_MAX)
			return;
		fprintf(stderr, "%s: record at %llu: no BGP message: ", counts.file,
		    (unsigned long long)record->offset);
		show_bytes(r);
		return;
	}
	counts.messages[h.type]++;
	reader_skip(&r, BGP_HEADER_LEN);
	if (h.type == BGP_UPDATE)
		try_update(record, r);
}

static void
try_record(struct mrt_record *record)
{
	const struct bgp_path_style style = { .as4 = true, .table = true };
	struct mrt_route route;

	counts.kinds[record->kind]++;
	switch (record->kind) {
	case MRT_KIND_TABLE_ROUTE:
		try_path(record, record->route.attributes, (struct bgp_path_style){ 0 });
		break;
	case MRT_KIND_RIB:
		while (mrt_next_route(record, &route))
			try_path(record, route.attributes, style);
		break;
	case MRT_KIND_MESSAGE:
		try_message(record);
		break;
	case MRT_KIND_SKIPPED:
	case MRT_KIND_PEERS:
	case MRT_KIND_STATE_CHANGE:
	case MRT_KIND_MAX:
		break;
	}
}

static void
print_counts(void)
{
	printf("%s:", counts.file);
	for (size_t i = 0; i < MRT_KIND_MAX; i++)
		printf(" %s=%llu", kind_names[i], (unsigned long long)counts.kinds[i]);
	printf(" bad=%llu cut=%llu", (unsigned long long)counts.bad_records,
	    (unsigned long long)counts.cut);
	printf(" open=%llu update=%llu notification=%llu keepalive=%llu no_message=%llu",
	    (unsigned long long)counts.messages[BGP_OPEN],
	    (unsigned long long)counts.messages[BGP_UPDATE],
	    (unsigned long long)counts.messages[BGP_NOTIFICATION],
	    (unsigned long long)counts.messages[BGP_KEEPALIVE],
	    (unsigned long long)counts.bad_messages);
	printf(" announced=%llu withdrawn=%llu routes=%llu attributes=%llu unknown=%llu "
	       "malformed=%llu "
	       "repeated=%llu",
	    (unsigned long long)counts.announced, (unsigned long long)counts.withdrawn,
	    (unsigned long long)counts.routes, (unsigned long long)counts.attributes,
	    (unsigned long long)counts.forms[BGP_FORM_UNKNOWN],
	    (unsigned long long)counts.forms[BGP_FORM_MALFORMED],
	    (unsigned long long)counts.forms[BGP_FORM_REPEATED]);
	for (size_t i = 0; i < BGP_VERDICT_MAX; i++)
		printf(" %s=%llu", verdict_names[i], (unsigned long long)counts.verdicts[i]);
	printf(" bytes_differ=%llu different=%llu\n", (unsigned long long)counts.bytes_differ,
	    (unsigned long long)counts.different);
	for (size_t i = 0; i < REASONS_MAX && counts.reasons[i].count > 0; i++)
		printf("%s: %llu times %s\n", counts.file,
		    (unsigned long long)counts.reasons[i].count, counts.reasons[i].text);
}

static void
try_file(const uint8_t *bytes, size_t len)
{
	struct mrt_file file = mrt_open(bytes, len);
	struct mrt_record record;
	struct mrt_error e;

	for (;;) {
		enum mrt_result result = mrt_next(&file, &record, &e);

		if (result == MRT_END)
			break;
		if (result == MRT_RECORD) {
			try_record(&record);
			continue;
		}
		if (result == MRT_CUT)
			counts.cut++;
		if (result == MRT_CUT || counts.bad_records++ < SHOWN_MAX)
			fprintf(stderr, "%s: record at %llu: at %llu: %s\n", counts.file,
			    (unsigned long long)e.record, (unsigned long long)e.place, e.what);
		if (result == MRT_CUT)
			break;
	}
	print_counts();
}

static int
try_name(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	uint8_t *bytes = NULL;
	size_t len = 0, cap = 0, n;

	counts = (struct counts){ .file = name };
	if (f == NULL) {
		perror(name);
		return EXIT_FAILURE;
	}
	do {
		if (len == cap) {
			cap = cap ? cap * 2 : 1 << 20;
			bytes = xrealloc(bytes, cap);
		}
		n = fread(bytes + len, 1, cap - len, f);
		len += n;
	} while (n > 0);
	if (f != stdin)
		(void)fclose(f);
	bytes =
	    xrealloc(bytes, len + 1); /* as long as the file, so that the sanitizer sees its end */
	try_file(bytes, len);
	free(bytes);
	return counts.different > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	int status = argc < 2 ? try_name("-") : EXIT_SUCCESS;

	for (int i = 1; i < argc; i++) {
		if (try_name(argv[i]) != EXIT_SUCCESS)
			status = EXIT_FAILURE;
	}
	return status;
}
