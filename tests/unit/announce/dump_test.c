/* A neighbor's dump: the bytes in the file, its limits, and that nothing harms the caller. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../proto/bgp/bytes.h"
#include "announce/dump.h"
#include "base/alloc.h"
#include "base/log.h"
#include "proto/mrt/mrt.h"

static char folder[] = "/tmp/nearcast-dump-XXXXXX";
static char path[64];

static struct neighbor_conf
conf(void)
{
	return (struct neighbor_conf){ .name = "router", .address = ip_of("192.0.2.2"),
		.local_address = ip_of("192.0.2.1"), .peer_as = 65536, .local_as = 65001,
		.password = "s3cret" };
}

/* The whole file; the caller's buffer is larger. */
static size_t
read_file(uint8_t *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, buf, size);

	(void)close(fd);
	return n < 0 ? 0 : (size_t)n;
}

static struct dump *
start(const struct neighbor_conf *neighbor, enum dump_format format, uint64_t max_bytes)
{
	struct dump *d = NULL;
	struct err e = { 0 };

	if (*path == '\0' && mkdtemp(folder))
		(void)snprintf(path, sizeof(path), "%s/dump", folder);
	(void)unlink(path);
	CHECK_INT(dump_new(neighbor, format, path, max_bytes, true, &d, &e), 0);
	return d;
}

static void
stop(struct dump *d)
{
	dump_free(d);
	(void)unlink(path);
	(void)rmdir(folder);
	*path = '\0';
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
}

static size_t
message(const char *text, uint8_t buf[static 256])
{
	return from_hex(text, buf, 256);
}

#define KEEPALIVE MARKER "0013 04"
#define OPEN MARKER "0025 01 04 5ba0 005a c0000202 08 02 06 41 04 00010000"
#define OPEN_TWO MARKER "001d 01 04 fbf5 005a c0000202 00"
#define UPDATE MARKER "0017 02 0000 0000"

TEST(mrt_has_addresses_times_and_states)
{
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_MRT, 4096);
	uint8_t bytes[256], file[4096];
	struct mrt_file mrt;
	struct mrt_record r;
	struct mrt_error e;

	REQUIRE(d != NULL);
	dump_message(d, true, BGP_DIALLED, bytes, message(OPEN, bytes));
	dump_state(d, BGP_CONNECT, BGP_OPEN_SENT, "");
	dump_state(d, BGP_OPEN_SENT, BGP_OPEN_SENT, ""); /* nothing to say */
	dump_message(d, false, BGP_DIALLED, bytes, message(KEEPALIVE, bytes));
	mrt = mrt_open(file, read_file(file, sizeof(file)));
	REQUIRE(mrt_next(&mrt, &r, &e) == MRT_RECORD && r.kind == MRT_KIND_MESSAGE);
	CHECK(r.type == MRT_BGP4MP_ET && r.sent && r.session.as4 && r.time.seconds > 1700000000);
	CHECK(ip_equal(r.session.peer, neighbor.address) && r.session.peer_as == 65536);
	CHECK(ip_equal(r.session.local, neighbor.local_address) && r.session.local_as == 65001);
	CHECK_INT(reader_left(&r.message), 37);
	REQUIRE(mrt_next(&mrt, &r, &e) == MRT_RECORD && r.kind == MRT_KIND_STATE_CHANGE);
	CHECK(r.old_state == MRT_CONNECT && r.new_state == MRT_OPEN_SENT);
	REQUIRE(mrt_next(&mrt, &r, &e) == MRT_RECORD && r.kind == MRT_KIND_MESSAGE);
	CHECK(!r.sent && reader_left(&r.message) == 19);
	CHECK_INT(mrt_next(&mrt, &r, &e), MRT_END);
	stop(d);
}

TEST(an_address_that_was_not_configured)
{
	struct neighbor_conf neighbor = conf();
	struct dump *d;
	uint8_t bytes[256], file[4096];
	struct mrt_file mrt;
	struct mrt_record r;
	struct mrt_error e;

	neighbor.address = ip_of("fe80::2");
	neighbor.local_address = (struct ip){ 0 };
	d = start(&neighbor, DUMP_MRT, 4096);
	REQUIRE(d != NULL);
	dump_state(d, BGP_IDLE, BGP_CONNECT, "");
	dump_set_local(d, ip_of("fe80::1"));
	dump_message(d, true, BGP_DIALLED, bytes, message(KEEPALIVE, bytes));
	mrt = mrt_open(file, read_file(file, sizeof(file)));
	REQUIRE(mrt_next(&mrt, &r, &e) == MRT_RECORD);
	CHECK(ip_equal(r.session.peer, neighbor.address) && ip_is_unspecified(r.session.local));
	REQUIRE(mrt_next(&mrt, &r, &e) == MRT_RECORD);
	CHECK(ip_equal(r.session.local, ip_of("fe80::1")));
	stop(d);
}

/* RFC 6396 section 4.4: the subtype says how long the AS numbers in the message are. */
TEST(two_octet_speakers_are_told_by_their_opens)
{
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_MRT, 4096);
	const struct {
		enum bgp_way way;
		bool sent;
		const char *message;
		bool as4;
	} rows[] = {
		{ BGP_DIALLED, false, UPDATE, true },
		{ BGP_DIALLED, true, OPEN, true },
		{ BGP_DIALLED, false, OPEN_TWO, false },
		{ BGP_DIALLED, false, UPDATE, false },
		{ BGP_ACCEPTED, false, UPDATE, true },
		{ BGP_DIALLED, false, OPEN, true }, /* of the next connection */
		{ BGP_DIALLED, true, UPDATE, true },
		{ BGP_DIALLED, true, OPEN_TWO, false },
	};
	uint8_t bytes[256], file[4096];
	struct mrt_file mrt;
	struct mrt_record r;
	struct mrt_error e;

	REQUIRE(d != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		dump_message(d, rows[i].sent, rows[i].way, bytes, message(rows[i].message, bytes));
	mrt = mrt_open(file, read_file(file, sizeof(file)));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		REQUIRE(mrt_next(&mrt, &r, &e) == MRT_RECORD);
		CHECK_INT(r.session.as4, rows[i].as4);
		CHECK_INT(r.session.peer_as, rows[i].as4 ? 65536 : BGP_AS_TRANS);
	}
	stop(d);
}

/* Times differ; the rest of each line is known. */
TEST(text_in_words)
{
	static const char *const want[] = {
		"neighbor router: 192.0.2.2 AS 65536; local 192.0.2.1 AS 65001",
		"sent OPEN, 37 bytes, dialled",
		"    version 4, AS 23456, hold time 90 s, router ID 192.0.2.2",
		"    capability four-octet AS 65536",
		"received KEEPALIVE, 19 bytes, accepted",
		"state Established, was OpenConfirm",
		"state Idle, was Established: the router is gone",
	};
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_TEXT, 4096);
	uint8_t bytes[256];
	char file[4096];
	size_t i = 0;

	REQUIRE(d != NULL);
	dump_message(d, true, BGP_DIALLED, bytes, message(OPEN, bytes));
	dump_message(d, false, BGP_ACCEPTED, bytes, message(KEEPALIVE, bytes));
	dump_state(d, BGP_OPEN_CONFIRM, BGP_ESTABLISHED, "");
	dump_state(d, BGP_ESTABLISHED, BGP_IDLE, "the router is gone");
	file[read_file((uint8_t *)file, sizeof(file) - 1)] = '\0';
	CHECK(strstr(file, "s3cret") == NULL);
	for (char *rest = file, *line; (line = strsep(&rest, "\n")) && *line; i++) {
		if (*line != ' ') {
			CHECK(line[10] == 'T' && line[26] == 'Z');
			line += strlen("2026-11-23T07:00:00.123456Z ");
		}
		REQUIRE(i < ARRAY_SIZE(want));
		CHECK_STR(line, want[i]);
	}
	CHECK_INT(i, ARRAY_SIZE(want));
	stop(d);
}

TEST(a_dump_ends_at_its_size_with_whole_records)
{
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_MRT, 150); /* a KEEPALIVE takes 16 + 20 + 19 bytes */
	uint8_t bytes[256], file[4096];
	size_t len = message(KEEPALIVE, bytes);
	json_auto_t *status = NULL;

	REQUIRE(d != NULL);
	for (int i = 0; i < 2; i++)
		dump_message(d, true, BGP_DIALLED, bytes, len);
	status = dump_status(d);
	CHECK_INT(json_integer_value(json_object_get(status, "bytes")), 110);
	CHECK_STR(json_string_value(json_object_get(status, "path")), path);
	CHECK_STR(json_string_value(json_object_get(status, "format")), "mrt");
	CHECK_STR(dump_ended(d), "");
	json_decref(status);
	for (int i = 0; i < 3; i++)
		dump_message(d, true, BGP_DIALLED, bytes, len);
	dump_state(d, BGP_ESTABLISHED, BGP_IDLE, "");
	CHECK_INT(read_file(file, sizeof(file)), 110);
	CHECK_STR(dump_ended(d), "it has its full size");
	status = dump_status(d);
	CHECK(json_is_null(status));
	stop(d);
}

/* A limit of the kernel's stands for a full disk: it takes a part, and then nothing. */
TEST(a_full_disk_ends_the_dump_and_leaves_whole_records)
{
	const struct rlimit small = { 100, RLIM_INFINITY };
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_MRT, 4096);
	uint8_t bytes[256], file[4096];
	size_t len = message(KEEPALIVE, bytes);
	struct rlimit before;

	REQUIRE(d != NULL && getrlimit(RLIMIT_FSIZE, &before) == 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
	dump_message(d, true, BGP_DIALLED, bytes, len);
	dump_message(d, true, BGP_DIALLED, bytes, len);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
	dump_message(d, true, BGP_DIALLED, bytes, len);
	CHECK_INT(read_file(file, sizeof(file)), 55);
	CHECK_STR(dump_ended(d), "the disk is full");
	stop(d);
}

TEST(the_file_is_new_and_ours_alone)
{
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_TEXT, 4096), *again;
	char link[80];
	struct stat st;
	struct err e;

	REQUIRE(d != NULL);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK_INT(dump_new(&neighbor, DUMP_TEXT, path, 4096, true, &again, &e), -EEXIST);
	(void)snprintf(link, sizeof(link), "%s.link", path);
	CHECK_INT(symlink("/dev/null", link), 0);
	CHECK_INT(dump_new(&neighbor, DUMP_TEXT, link, 4096, true, &again, &e), -EEXIST);
	(void)unlink(link);
	CHECK_INT(
	    dump_new(&neighbor, DUMP_TEXT, "/nonexistent/dump", 4096, true, &again, &e), -ENOENT);
	CHECK_STR(e.message, "dump to /nonexistent/dump: No such file or directory");
	stop(d);
}

/* From one program to the next, which both are this one. */
TEST(the_next_program_goes_on_with_it)
{
	const struct neighbor_conf neighbor = conf();
	struct dump *d = start(&neighbor, DUMP_TEXT, 4096), *next;
	struct handover h = { 0 };
	struct inheritance in = { .fds = xcalloc(1, sizeof(int)), .count = 1 }, none = { 0 };
	struct reader records;
	struct stat st;
	json_t *was, *is;

	REQUIRE(d != NULL);
	dump_state(d, BGP_IDLE, BGP_CONNECT, "");
	was = dump_status(d);
	dump_save(d, &h);
	REQUIRE(h.fd_count == 1);
	records = reader_init(h.state.bytes, h.state.len);
	CHECK(dump_resume(&neighbor, &none, records) == NULL);
	in.fds[0] = dup(h.fds[0]);
	dump_free(d);
	CHECK_INT(dup2(in.fds[0], h.fds[0]), h.fds[0]);
	(void)close(in.fds[0]);
	in.fds[0] = h.fds[0];
	next = dump_resume(&neighbor, &in, records);
	REQUIRE(next != NULL);
	is = dump_status(next);
	CHECK(json_equal(was, is));
	dump_state(next, BGP_CONNECT, BGP_IDLE, "");
	CHECK(stat(path, &st) == 0);
	json_decref(is);
	is = dump_status(next);
	CHECK_INT(json_integer_value(json_object_get(is, "bytes")), st.st_size);
	CHECK(st.st_size > json_integer_value(json_object_get(was, "bytes")));
	json_decref(was);
	json_decref(is);
	(void)inheritance_close(&in, "", NULL, 0);
	handover_done(&h);
	stop(next);
}
