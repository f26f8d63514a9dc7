#include "announce/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "proto/bgp/codec.h"
#include "proto/bgp/describe.h"
#include "proto/mrt/mrt.h"
#include "wire/state_table.h"

#define RECORD_MAX (BGP_EXTENDED_MESSAGE_MAX + 128) /* of MRT: a message behind its headers */

struct dump {
	const struct neighbor_conf *neighbor; /* borrowed */
	struct ip local;                      /* our end of the connection, as far as it is known */
	enum dump_format format;
	char *path; /* owned */
	int fd;     /* owned; -1: it has ended */
	uint64_t bytes, max_bytes;
	/* What the OPENs of a connection lack: then its AS numbers take two bytes (RFC 6793). */
	bool two_octets[BGP_WAY_MAX][2]; /* received, sent */
	char why[128];                   /* it ended */
	uint8_t record[RECORD_MAX];
};

static void
end(struct dump *d, const char *why)
{
	(void)snprintf(d->why, sizeof(d->why), "%s", why);
	log_notice("dump of neighbor %s ends: %s path=%s bytes=%" PRIu64, d->neighbor->name, why,
	    d->path, d->bytes);
	(void)close(d->fd);
	d->fd = -1;
}

/* Whole, or not at all. */
static void
put(struct dump *d, const void *bytes, size_t len)
{
	ssize_t n;

	if (len > d->max_bytes - d->bytes) {
		end(d, "it has its full size");
		return;
	}
	n = write(d->fd, bytes, len);
	if (n == (ssize_t)len) {
		d->bytes += len;
		return;
	}
	if (n > 0)
		(void)!ftruncate(d->fd, (off_t)d->bytes);
	end(d, n < 0 ? strerror(errno) : "the disk is full");
}

static struct mrt_time
mrt_time(void)
{
	int64_t ns = clock_wall_ns();

	return (struct mrt_time){ .seconds = (uint32_t)(ns / NS_PER_S),
		.microseconds = (uint32_t)(ns % NS_PER_S / NS_PER_US) };
}

static struct mrt_session
mrt_session(const struct dump *d, bool as4)
{
	return (struct mrt_session){ .peer_as = d->neighbor->peer_as,
		.local_as = d->neighbor->local_as,
		.peer = d->neighbor->address,
		.local = d->local,
		.as4 = as4 };
}

/* "2026-11-23T07:00:00.123456Z" */
static void
add_time(struct strbuf *out)
{
	struct mrt_time now = mrt_time();
	time_t seconds = now.seconds;
	char day[32];
	struct tm tm;

	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	strbuf_addf(out, "%s.%06uZ ", day, now.microseconds);
}

/* What the OPENs say of AS numbers holds for the messages behind them. */
static bool
has_as4(struct dump *d, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	bool *two = d->two_octets[way];
	struct bgp_open open;
	struct bgp_error e;

	if (len > BGP_HEADER_LEN && message[BGP_HEADER_LEN - 1] == BGP_OPEN &&
	    bgp_open_decode(message + BGP_HEADER_LEN, len - BGP_HEADER_LEN, &open, &e))
		two[sent] = !open.as4;
	return !two[0] && !two[1];
}

void
dump_set_local(struct dump *d, struct ip local)
{
	d->local = local;
}

void
dump_message(struct dump *d, bool sent, enum bgp_way way, const uint8_t *message, size_t len)
{
	bool as4 = has_as4(d, sent, way, message, len);

	if (d->fd < 0)
		return;
	switch (d->format) {
	case DUMP_MRT: {
		struct mrt_session session = mrt_session(d, as4);
		struct writer w = writer_init(d->record, sizeof(d->record));

		mrt_write_message(&w, mrt_time(), &session, sent, message, len);
		if (writer_ok(&w))
			put(d, d->record, writer_len(&w));
		break;
	}
	case DUMP_TEXT: {
		_cleanup_(strbuf_done) struct strbuf out = { 0 };

		add_time(&out);
		strbuf_addf(&out, "%s %s, %zu bytes, %s\n", sent ? "sent" : "received",
		    bgp_type_name(message[BGP_HEADER_LEN - 1]), len,
		    way == BGP_DIALLED ? "dialled" : "accepted");
		bgp_describe(&out, message, len, as4);
		put(d, out.text, out.len);
		break;
	}
	}
}

void
dump_state(struct dump *d, enum bgp_state before, enum bgp_state after, const char *why)
{
	if (before == after || d->fd < 0)
		return;
	switch (d->format) {
	case DUMP_MRT: {
		struct mrt_session session = mrt_session(d, true);
		struct writer w = writer_init(d->record, sizeof(d->record));

		/* RFC 6396 counts the states from 1, in our order */
		mrt_write_state_change(&w, mrt_time(), &session,
		    (enum mrt_state)(before + MRT_IDLE), (enum mrt_state)(after + MRT_IDLE));
		put(d, d->record, writer_len(&w));
		break;
	}
	case DUMP_TEXT: {
		_cleanup_(strbuf_done) struct strbuf out = { 0 };

		add_time(&out);
		strbuf_addf(&out, "state %s, was %s%s%s\n", bgp_state_name(after),
		    bgp_state_name(before), *why ? ": " : "", why);
		put(d, out.text, out.len);
		break;
	}
	}
}

/* Whose dump a text is; MRT says it in each record. */
static void
put_title(struct dump *d)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };
	char ip[IP_STR_MAX];

	add_time(&out);
	strbuf_addf(&out, "neighbor %s: %s AS %u; local ", d->neighbor->name,
	    ip_format(d->neighbor->address, ip), d->neighbor->peer_as);
	if (d->local.family != IP_NONE)
		strbuf_addf(&out, "%s ", ip_format(d->local, ip));
	strbuf_addf(&out, "AS %u\n", d->neighbor->local_as);
	put(d, out.text, out.len);
}

int
dump_new(const struct neighbor_conf *neighbor, enum dump_format format, const char *path,
    uint64_t max_bytes, bool four_octets, struct dump **ret, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
	struct dump *d;

	if (fd < 0)
		return err_errno(e, -errno, "dump to %s", path);
	d = xcalloc(1, sizeof(*d));
	d->neighbor = neighbor;
	d->local = neighbor->local_address;
	d->format = format;
	d->path = xstrdup(path);
	d->fd = fd;
	d->max_bytes = max_bytes;
	for (enum bgp_way way = 0; way < BGP_WAY_MAX; way++)
		d->two_octets[way][0] = !four_octets;
	if (format == DUMP_TEXT)
		put_title(d);
	*ret = d;
	return 0;
}

void
dump_free(struct dump *d)
{
	if (d == NULL)
		return;
	if (d->fd >= 0)
		(void)close(d->fd);
	free(d->path);
	free(d);
}

const char *
dump_path(const struct dump *d)
{
	return d->path;
}

const char *
dump_ended(const struct dump *d)
{
	return d->why;
}

json_t *
dump_status(const struct dump *d)
{
	if (d == NULL || d->fd < 0)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:s}", "path", d->path, "bytes", (json_int_t)d->bytes,
	    "max_bytes", (json_int_t)d->max_bytes, "format",
	    d->format == DUMP_MRT ? "mrt" : "text");
}

/* ---- from one program to the next ---- */

enum {
	TAG_FD = 20,
	TAG_PATH = 21,
};

static const struct state_field fields[] = {
	STATE_FIELD(1, STATE_IP, struct dump, local),
	STATE_FIELD(2, STATE_NUMBER, struct dump, format, .max = DUMP_TEXT),
	STATE_FIELD(3, STATE_NUMBER, struct dump, bytes),
	STATE_FIELD(4, STATE_NUMBER, struct dump, max_bytes),
	STATE_FIELDS(5, STATE_BOOL, struct dump, two_octets[BGP_DIALLED]),
	STATE_FIELDS(6, STATE_BOOL, struct dump, two_octets[BGP_ACCEPTED]),
};

static const struct state_table table = STATE_TABLE(fields);

void
dump_save(const struct dump *d, struct handover *h)
{
	if (d->fd < 0)
		return;
	handover_give(h, TAG_FD, d->fd);
	state_text(&h->state, TAG_PATH, d->path);
	state_save(&h->state, &table, d, (struct instant){ 0 });
}

struct dump *
dump_resume(const struct neighbor_conf *neighbor, struct inheritance *in, struct reader records)
{
	int fd = inheritance_take(in, records, TAG_FD, FD_FILE);
	char path[PATH_MAX];
	struct dump *d;

	if (fd < 0)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->neighbor = neighbor;
	d->path = xstrdup(state_find_text(records, TAG_PATH, path, sizeof(path)));
	d->fd = fd;
	if (state_load(&table, records, (struct instant){ 0 }, d) && d->bytes <= d->max_bytes)
		return d;
	dump_free(d);
	return NULL;
}
