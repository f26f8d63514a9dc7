/* What a routing daemon was told, from one program to the next; the daemon is a BIRD by hand. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/alloc.h"
#include "fixture.h"
#include "io/handover.h"

#define ONE "203.0.113.10/32"
#define TWO "203.0.113.20/32"

/* What it says it exports is what the test says. */
struct bird {
	struct fixture f;
	char folder[40], socket[64], include[64];
	int listener, far;
	sd_event_source *accepts, *reads;
	struct strbuf in, heard; /* heard: commands other than questions, each with "; " */
	size_t questions;
	bool holds; /* gives no answer to "configure" */
	const char *exports[2];
	struct state_writer state;
};

static void
say(struct bird *b, const char *text)
{
	CHECK_INT(send(b->far, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void
answer(struct bird *b, const char *command)
{
	char prefix[PREFIX_STR_MAX], reply[256];

	if (strncmp(command, "show ", 5) == 0)
		b->questions++;
	else
		strbuf_addf(&b->heard, "%s; ", command);
	if (strcmp(command, "show protocols") == 0) {
		say(b, "1002-up         BGP        ---        up     13:21:01.382  Established   \n"
		       "0000 \n");
	} else if (strncmp(command, "show protocols all", 18) == 0) {
		say(b, "1006-  BGP state:          Established\n"
		       "     Neighbor address: 192.0.2.1\n     Neighbor AS:      65002\n"
		       "     Local AS:         65001\n   Channel ipv4\n0000 \n");
	} else if (sscanf(command, "show route %49s export", prefix) == 1) {
		bool has = false;

		for (size_t i = 0; i < 2; i++)
			has |= b->exports[i] != NULL && strcmp(b->exports[i], prefix) == 0;
		(void)snprintf(reply, sizeof(reply),
		    "1007-Table master4:\n %s unreachable [x 13:20:57.423] * (200)\n0000 \n",
		    prefix);
		say(b, has ? reply : "8001 Network not found\n");
	} else if (strcmp(command, "configure check") == 0) {
		say(b, "0020 Configuration OK\n");
	} else if (strcmp(command, "configure") == 0) {
		if (!b->holds)
			say(b, "0003 Reconfigured\n");
	} else {
		say(b, "0011 done\n");
	}
}

static int
on_commands(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct bird *b = userdata;
	char bytes[4096], *end;
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	(void)events;
	if (n <= 0) {
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	strbuf_add_mem(&b->in, bytes, (size_t)n);
	while ((end = strchr(strbuf_get(&b->in), '\n')) != NULL) {
		*end = '\0';
		answer(b, b->in.text);
		b->in.len -= (size_t)(end + 1 - b->in.text);
		memmove(b->in.text, end + 1, b->in.len + 1);
	}
	return 0;
}

static int
on_accept(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct bird *b = userdata;

	(void)source;
	(void)events;
	(void)sd_event_source_disable_unref(b->reads);
	if (b->far >= 0)
		(void)close(b->far);
	b->far = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	CHECK(b->far >= 0);
	CHECK(sd_event_add_io(b->f.loop, &b->reads, b->far, EPOLLIN, on_commands, b) >= 0);
	say(b, "0001 BIRD 2.0.12 ready.\n");
	return 0;
}

static struct bird *
bird_new(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct bird *b = xcalloc(1, sizeof(*b));

	b->f = fixture();
	b->far = -1;
	(void)snprintf(b->folder, sizeof(b->folder), "/tmp/daemon-state-XXXXXX");
	CHECK(mkdtemp(b->folder) != NULL);
	(void)snprintf(b->socket, sizeof(b->socket), "%s/ctl", b->folder);
	(void)snprintf(b->include, sizeof(b->include), "%s/conf", b->folder);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", b->socket);
	b->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(bind(b->listener, (struct sockaddr *)&sun, sizeof(sun)), 0);
	CHECK_INT(listen(b->listener, 1), 0);
	CHECK(sd_event_add_io(b->f.loop, &b->accepts, b->listener, EPOLLIN, on_accept, b) >= 0);
	return b;
}

static void
bird_free(struct bird **at)
{
	struct bird *b = *at;

	(void)sd_event_source_disable_unref(b->accepts);
	(void)sd_event_source_disable_unref(b->reads);
	(void)close(b->listener);
	if (b->far >= 0)
		(void)close(b->far);
	(void)unlink(b->socket);
	(void)unlink(b->include);
	(void)rmdir(b->folder);
	strbuf_done(&b->in);
	strbuf_done(&b->heard);
	state_writer_done(&b->state);
	fixture_done(&b->f);
	free(b);
}

#define BIRD(b) _cleanup_(bird_free) struct bird *b = bird_new()

static void
on_session(void *userdata, const char *neighbor, bool established, const char *why)
{
	struct fixture *f = userdata;

	(void)why;
	strbuf_addf(&f->events, "%s %s; ", neighbor, established ? "up" : "down");
}

static struct announcer_events
events_of(struct bird *b)
{
	return (struct announcer_events){ .neighbor_changed = on_session,
		.announced = on_announced,
		.withdrawn = on_withdrawn,
		.userdata = &b->f };
}

static struct daemon_conf
daemon_of_bird(const struct bird *b)
{
	return (struct daemon_conf){
		.type = DAEMON_BIRD, .socket = b->socket, .include = b->include, .local_as = 65001
	};
}

static void
start(struct bird *b)
{
	struct announcer_events events = events_of(b);
	struct daemon_conf conf = daemon_of_bird(b);

	CHECK_INT(announcer_new_daemon(b->f.loop, &conf, &events, &b->f.a[0], NULL), 0);
	announcer_release_end_of_rib(b->f.a[0]);
}

static bool
is_told(const struct bird *b, const char *prefix)
{
	return announcer_told(b->f.a[0], prefix_of(prefix)).count == 1;
}

static bool
waits(const struct bird *b)
{
	char why[256] = "";
	bool is = announcer_waits_for(b->f.a[0], why, sizeof(why));

	CHECK_STR(why, is ? "BIRD has not answered yet" : "");
	return is;
}

/* Into the state; the connection, when it was handed over, as it is behind execve(). */
static struct inheritance
go_over(struct bird *b)
{
	struct handover h = { 0 };
	struct inheritance in = { 0 };
	int copy = -1;

	announcer_freeze(b->f.a[0]);
	announcer_save(b->f.a[0], &h, clock_now());
	if (h.fd_count > 0) {
		CHECK_INT(h.fd_count, 1);
		copy = fcntl(h.fds[0], F_DUPFD_CLOEXEC, 100);
		in.fds = xcalloc(1, sizeof(int));
		in.fds[in.count++] = h.fds[0];
	}
	announcer_free(TAKE(b->f.a[0]));
	if (copy >= 0)
		CHECK_INT(dup2(copy, in.fds[0]), in.fds[0]);
	if (copy >= 0)
		(void)close(copy);
	b->state = h.state;
	h.state = (struct state_writer){ 0 };
	handover_done(&h);
	return in;
}

static int
come(struct bird *b, struct inheritance *in)
{
	struct announcer_events events = events_of(b);
	struct daemon_conf conf = daemon_of_bird(b);
	struct reader records = reader_init(b->state.bytes, b->state.len);
	struct err e = { 0 };
	int checked = announcer_check_daemon_past(&conf, records, clock_now(), &e);
	int r = announcer_resume_daemon(
	    b->f.loop, &conf, &events, in, records, clock_now(), &b->f.a[0], &e);

	CHECK_INT(checked, r);
	CHECK((r < 0) == (e.message[0] != '\0'));
	(void)inheritance_close(in, "", NULL, 0);
	return r;
}

TEST(a_daemon_is_told_nothing_anew)
{
	BIRD(b);
	struct inheritance in;
	size_t asked;

	start(b);
	announce(&b->f, 0, ONE);
	announce(&b->f, 0, TWO);
	b->exports[0] = ONE;
	b->exports[1] = TWO;
	RUN_UNTIL(b->f, is_told(b, ONE) && is_told(b, TWO));
	CHECK_STR(strbuf_get(&b->f.events), "up up; announced " ONE "; announced " TWO "; ");
	strbuf_done(&b->f.events);

	/* a withdraw is asked for, and not confirmed when the program changes */
	announcer_withdraw(b->f.a[0], prefix_of(TWO));
	announcer_flush(b->f.a[0]);
	announcer_slow_down(b->f.a[0]);
	RUN_UNTIL(b->f, !waits(b));
	CHECK(strstr(strbuf_get(&b->heard), "disable nearcast_203_0_113_20; ") != NULL);
	strbuf_done(&b->heard);
	in = go_over(b);
	CHECK_INT(in.count, 1);
	REQUIRE(come(b, &in) == 0);
	CHECK(is_told(b, ONE));
	CHECK_INT(announcer_withdrawing(b->f.a[0], prefix_of(TWO)).count, 1);
	CHECK_INT(announcer_kept_sessions(b->f.a[0]).established, 1);
	CHECK_INT(announcer_kept_sessions(b->f.a[0]).lost, 0);

	/* nothing is asked before it goes on; then, only what there is */
	asked = b->questions;
	(void)sd_event_run(b->f.loop, 0);
	CHECK_INT(b->questions, asked);
	announce(&b->f, 0, ONE);
	announcer_go_on(b->f.a[0]);
	b->exports[1] = NULL;
	RUN_UNTIL(b->f, b->f.events.len > 0);
	CHECK_STR(strbuf_get(&b->f.events), "withdrawn " TWO " 1/1; ");
	CHECK(strstr(strbuf_get(&b->heard), "configure") == NULL);
	CHECK(strstr(strbuf_get(&b->heard), "203_0_113_10") == NULL);
	CHECK(strstr(strbuf_get(&b->heard), "enable") == NULL);
	CHECK(is_told(b, ONE));
}

TEST(changes_are_made_before_the_program_changes)
{
	BIRD(b);
	struct inheritance in;

	b->holds = true;
	start(b);
	RUN_UNTIL(b->f, strstr(strbuf_get(&b->heard), "configure; ") != NULL);
	announce(&b->f, 0, ONE);
	announcer_slow_down(b->f.a[0]);
	CHECK(waits(b));
	/* the answer, and what was gathered meanwhile */
	b->holds = false;
	say(b, "0003 Reconfigured\n");
	RUN_UNTIL(b->f, !waits(b));
	CHECK_STR(
	    strbuf_get(&b->heard), "configure check; configure; configure check; configure; ");
	b->exports[0] = ONE;
	in = go_over(b);
	CHECK_INT(in.count, 1);
	REQUIRE(come(b, &in) == 0);
	announce(&b->f, 0, ONE);
	announcer_go_on(b->f.a[0]);
	RUN_UNTIL(b->f, is_told(b, ONE));
	CHECK(strstr(strbuf_get(&b->f.events), "announced " ONE "; ") != NULL);
}

TEST(a_connection_with_answers_owed_stays_behind)
{
	BIRD(b);
	struct inheritance in;

	start(b);
	announce(&b->f, 0, ONE);
	b->exports[0] = ONE;
	RUN_UNTIL(b->f, is_told(b, ONE));
	b->holds = true;
	strbuf_done(&b->heard);
	announce(&b->f, 0, TWO);
	RUN_UNTIL(b->f, strstr(strbuf_get(&b->heard), "configure; ") != NULL);
	CHECK(waits(b));
	in = go_over(b);
	CHECK_INT(in.count, 0);
	b->holds = false;
	strbuf_done(&b->heard);
	REQUIRE(come(b, &in) == 0);
	announce(&b->f, 0, ONE);
	announce(&b->f, 0, TWO);
	announcer_go_on(b->f.a[0]);
	b->exports[1] = TWO;
	/* all is made so again, which is no change for it */
	RUN_UNTIL(b->f, strstr(strbuf_get(&b->heard), "configure; ") != NULL);
	RUN_UNTIL(b->f, is_told(b, ONE) && is_told(b, TWO));
	CHECK(strstr(strbuf_get(&b->heard), "disable") == NULL);
}

TEST(a_refused_upgrade_changes_nothing)
{
	BIRD(b);

	start(b);
	announcer_slow_down(b->f.a[0]);
	announce(&b->f, 0, ONE);
	RUN_UNTIL(b->f, strstr(strbuf_get(&b->heard), "configure; ") != NULL && !waits(b));
	b->exports[0] = ONE;
	CHECK(!is_told(b, ONE));
	announcer_go_on(b->f.a[0]);
	RUN_UNTIL(b->f, is_told(b, ONE));
}

/* Tags of daemon_state.c. */
TEST(a_state_that_cannot_be_is_refused)
{
	static const uint8_t addresses[][17] = { { IP_V4, 203, 0, 113, 10 }, { IP_NONE } };

	for (int i = 0; i < 4; i++) {
		BIRD(b);
		struct inheritance in = { 0 };
		struct state_writer *w = &b->state;

		for (int n = 0; n < (i == 0 ? 2 : 1); n++) { /* twice the same */
			size_t mark = state_begin(w, 2);

			state_bytes(w, 1, addresses[i == 1], sizeof(addresses[0]));
			state_number(w, 2, i == 2 ? 24 : 32); /* no Global IP */
			state_number(w, 3, 1);
			if (i != 3) /* wanted, and nobody knows how */
				state_text(w, 40, "");
			state_end(w, mark);
		}
		CHECK_INT(come(b, &in), -EBADMSG);
	}
}
