#include "io/dialogue_loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/loop.h"
#include "tap.h"

static const char two_lines[] = "1007-Table master4:\n 203.0.113.10/32\n0000 \n";

TEST(an_answer_of_bird_ends_with_its_last_line)
{
	CHECK_INT(
	    dialogue_bird.reply_length(two_lines, sizeof(two_lines) - 1), sizeof(two_lines) - 1);
	for (size_t n = 0; n < sizeof(two_lines) - 1; n++) {
		if (dialogue_bird.reply_length(two_lines, n) != 0)
			tap_fail(__FILE__, __LINE__, "complete after %zu bytes", n);
	}
	CHECK_INT(dialogue_bird.reply_length("0001 BIRD 2.0.12 ready.\n0000 \n", 30), 24);
	CHECK_INT(dialogue_bird.reply_length("0001\n", 5), 0);
	CHECK_INT(dialogue_bird_code("8002 /etc/bird.conf:3:1 syntax error"), 8002);
	CHECK_INT(dialogue_bird_code(" 203.0.113.10/32"), -1);
	CHECK_INT(dialogue_bird_code("10"), -1);
}

TEST(an_answer_of_frr_ends_with_its_status)
{
	static const char bytes[] = "% Unknown\n\0\0\0\2{}\0\0\0\0";
	struct strbuf reply = { 0 };

	CHECK_INT(dialogue_frr.reply_length(bytes, 0), 0);
	CHECK_INT(dialogue_frr.reply_length(bytes, 13), 0);
	CHECK_INT(dialogue_frr.reply_length(bytes, 14), 14);
	CHECK_INT(dialogue_frr.reply_length(bytes + 14, 6), 6);
	strbuf_add_mem(&reply, bytes, 14);
	CHECK_INT(dialogue_frr_status(&reply), 2);
	CHECK_STR(strbuf_get(&reply), "% Unknown\n");
	strbuf_done(&reply);
}

/* A daemon on a socket of its own, by hand. */
struct fixture {
	sd_event *loop;
	struct dialogue *d;
	char folder[32], path[64];
	int listener, far;
	struct strbuf seen; /* "up; down; 7=0013 text; " */
};

static void
on_up(void *userdata)
{
	strbuf_add(&((struct fixture *)userdata)->seen, "up; ");
}

static void
on_down(void *userdata, int error, const char *why)
{
	struct fixture *f = userdata;

	if (strstr(why, "ended the connection") != NULL)
		strbuf_add(&f->seen, "lost; ");
	else if (error == -ENOENT && strstr(why, "does not listen there") != NULL &&
		 f->seen.len == 0)
		strbuf_add(&f->seen, "nobody; ");
}

static void
on_reply(void *userdata, size_t tag, int code, const char *text)
{
	strbuf_addf(&((struct fixture *)userdata)->seen, "%zu=%d %s; ", tag, code, text);
}

static void
listen_at(struct fixture *f)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	(void)unlink(f->path);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", f->path);
	f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK_INT(bind(f->listener, (struct sockaddr *)&sun, sizeof(sun)), 0);
	CHECK_INT(listen(f->listener, 4), 0);
}

static void
run_until(struct fixture *f, const char *seen)
{
	struct instant deadline = instant_add(clock_now(), DURATION_S(10));

	while (strcmp(strbuf_get(&f->seen), seen) != 0 && !instant_reached(deadline, clock_now()))
		(void)sd_event_run(f->loop, 10000);
	CHECK_STR(strbuf_get(&f->seen), seen);
	strbuf_done(&f->seen);
}

static void
say(struct fixture *f, const char *bytes, size_t len)
{
	CHECK_INT(send(f->far, bytes, len, MSG_NOSIGNAL), len);
}

static void
answer_until_waiting(struct fixture *f, size_t answers, size_t waiting)
{
	struct instant deadline = instant_add(clock_now(), DURATION_S(10));

	for (size_t i = 0; i < answers; i++)
		say(f, "0000 \n", 6);
	while (dialogue_waiting(f->d) > waiting && !instant_reached(deadline, clock_now()))
		(void)sd_event_run(f->loop, 10000);
	CHECK_INT(dialogue_waiting(f->d), waiting);
}

TEST(a_daemon_is_asked_and_found_again)
{
	static const struct dialogue_events events = { .up = on_up, .down = on_down };
	struct fixture f = { .folder = "/tmp/dialogue-XXXXXX" };
	char heard[64] = "", many[4096], hundred[100], first[62], second[62];

	(void)snprintf(hundred, sizeof(hundred), "show %094d", 0);
	(void)snprintf(first, sizeof(first), "first %055d", 0);
	(void)snprintf(second, sizeof(second), "second %054d", 0);
	CHECK(mkdtemp(f.folder) != NULL);
	(void)snprintf(f.path, sizeof(f.path), "%s/ctl", f.folder);
	CHECK_INT(sd_event_new(&f.loop), 0);
	CHECK_INT(dialogue_new(f.loop, &dialogue_bird, f.path, &events, &f, &f.d, NULL), 0);
	run_until(&f, "nobody; ");

	listen_at(&f);
	while (!dialogue_is_up(f.d)) {
		(void)sd_event_run(f.loop, 1000);
		if (f.far <= 0 && (f.far = accept4(f.listener, NULL, NULL, SOCK_NONBLOCK)) > 0)
			say(&f, "0001 BIRD 2.0.12 ready.\n", 24);
	}
	run_until(&f, "up; ");

	/* two at once, answered in pieces */
	dialogue_send(f.d, "show status", on_reply, 7);
	dialogue_send(f.d, "disable x", on_reply, 8);
	CHECK_INT(dialogue_waiting(f.d), 2);
	CHECK_INT(recv(f.far, heard, sizeof(heard) - 1, 0), 22);
	CHECK_STR(heard, "show status\ndisable x\n");
	say(&f, "1000-BIRD\n0013 Fine\n90", 22);
	run_until(&f, "7=13 1000-BIRD\n0013 Fine\n; ");
	say(&f, "01 No\n", 6);
	run_until(&f, "8=9001 9001 No\n; ");

	/* no more than it is sure to take, and nothing until all of that is answered */
	for (size_t i = 0; i < 30; i++)
		dialogue_send(f.d, hundred, NULL, 0);
	dialogue_send_urgent(f.d, first, on_reply, 1);
	dialogue_send_urgent(f.d, second, on_reply, 2);
	CHECK_INT(recv(f.far, many, sizeof(many), 0), 1000);
	answer_until_waiting(&f, 9, 23);
	CHECK_INT(recv(f.far, many, sizeof(many), 0), -1);
	/* what is urgent goes before what was not sent */
	answer_until_waiting(&f, 1, 22);
	CHECK_INT(recv(f.far, many, sizeof(many), 0), 62 + 62 + 800);
	CHECK(memcmp(many, "first", 5) == 0 && memcmp(many + 62, "second", 6) == 0);
	answer_until_waiting(&f, 10, 12);
	CHECK_INT(recv(f.far, many, sizeof(many), 0), 1000);
	answer_until_waiting(&f, 10, 2);
	CHECK_INT(recv(f.far, many, sizeof(many), 0), 200);
	answer_until_waiting(&f, 2, 0);
	run_until(&f, "1=0 0000 \n; 2=0 0000 \n; ");
	CHECK_INT(dialogue_waiting(f.d), 0);

	/* gone with a question open: no answer, and another connection */
	dialogue_send(f.d, "show status", on_reply, 9);
	(void)close(f.far);
	f.far = 0;
	run_until(&f, "lost; ");
	CHECK(!dialogue_is_up(f.d));
	while (!dialogue_is_up(f.d)) {
		(void)sd_event_run(f.loop, 1000);
		if (f.far <= 0 && (f.far = accept4(f.listener, NULL, NULL, SOCK_NONBLOCK)) > 0)
			say(&f, "0001 BIRD 2.0.12 ready.\n", 24);
	}
	run_until(&f, "up; ");
	CHECK_INT(dialogue_waiting(f.d), 0);

	dialogue_free(f.d);
	(void)close(f.far);
	(void)close(f.listener);
	(void)unlink(f.path);
	(void)rmdir(f.folder);
	(void)sd_event_unref(f.loop);
}
