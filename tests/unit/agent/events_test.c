/* Events from where they happen to who asks: in memory, on the disk, over restarts, and followed.
 */
#include "agent/events.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/loop.h"
#include "tap.h"

static char folder[64], state_path[96], socket_path[96];
static sd_event *loop;
static struct state_dir *state;
static struct events *events;
static struct control_server *server;
static size_t error_lines;

static void
on_line(enum log_level level, const char *line, void *userdata)
{
	(void)line;
	(void)userdata;
	error_lines += level == LOG_LEVEL_ERROR;
}

static void
on_request(void *userdata, const char *text, struct control_client *client, struct strbuf *reply)
{
	json_auto_t *request = json_loads(text, 0, NULL);
	struct err e = { 0 };

	(void)userdata;
	events_answer(events, request, client, &e);
	if (e.code < 0)
		strbuf_addf(reply, "%s\n", e.message);
}

static void
start(void)
{
	struct err e = { 0 };

	if (sd_event_new(&loop) < 0 || state_dir_new(loop, state_path, &state, &e) < 0 ||
	    events_new(loop, state, 1 << 20, &events, &e) < 0 ||
	    control_server_new(loop, socket_path, on_request, NULL, &server, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
}

static void
stop(void)
{
	control_server_free(server);
	events_close(events);
	state_dir_free(state);
	events_free(events);
	sd_event_unref(loop);
}

static void
begin(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/nearcast-events-XXXXXX");
	(void)mkdtemp(folder);
	(void)snprintf(state_path, sizeof(state_path), "%s/state", folder);
	(void)snprintf(socket_path, sizeof(socket_path), "%s/s", folder);
	error_lines = 0;
	log_set_sink(on_line, NULL);
	start();
}

static void
end(void)
{
	char command[128];

	stop();
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	(void)system(command);
	log_set_sink(NULL, NULL);
}

static void
add(size_t count)
{
	for (size_t i = 0; i < count; i++)
		events_add(events, &(struct event){ .kind = EVENT_VERDICT,
				       .at = clock_now(),
				       .at_wall_ns = clock_wall_ns(),
				       .service = "web",
				       .what = "service web: check front passing",
				       .why = "status 200" });
}

static int
ask(const char *request)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sun.sun_path, socket_path, strlen(socket_path));
	CHECK_INT(connect(fd, (void *)&sun, sizeof(sun)), 0);
	CHECK(send(fd, request, strlen(request), MSG_NOSIGNAL) > 0);
	CHECK(send(fd, "\n", 1, MSG_NOSIGNAL) > 0);
	return fd;
}

/* "first-last count upto N" of the answer, with " more"; "" when there is none within a second. */
static const char *
answer(int fd, int64_t limit_ms)
{
	static char text[128];
	struct instant until = instant_add(clock_now(), DURATION_MS(limit_ms));
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	json_auto_t *document = NULL;
	const json_t *list;
	char buf[65536];
	ssize_t n = -1;

	while (n != 0 && !instant_reached(until, clock_now())) {
		(void)sd_event_run(loop, 5000);
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n > 0)
			strbuf_add_mem(&reply, buf, (size_t)n);
	}
	if (n != 0)
		return "";
	(void)close(fd);
	document = json_loads(strbuf_get(&reply), 0, NULL);
	list = json_object_get(document, "events");
	(void)snprintf(text, sizeof(text), "%d-%d %zu upto %d%s",
	    (int)json_integer_value(json_object_get(json_array_get(list, 0), "seq")),
	    (int)json_integer_value(
		json_object_get(json_array_get(list, json_array_size(list) - 1), "seq")),
	    json_array_size(list), (int)json_integer_value(json_object_get(document, "upto")),
	    json_is_true(json_object_get(document, "more")) ? " more" : "");
	return text;
}

TEST(asked_for_and_over_restarts)
{
	begin();
	CHECK_STR(answer(ask("{}"), 10000), "0-0 0 upto 0");
	add(3);
	CHECK_STR(answer(ask("{}"), 10000), "1-3 3 upto 3");
	stop();
	start();
	CHECK_STR(answer(ask("{}"), 10000), "1-3 3 upto 3");
	add(2);
	CHECK_STR(answer(ask("{}"), 10000), "1-5 5 upto 5");
	CHECK_STR(answer(ask("{\"after\":3}"), 10000), "4-5 2 upto 5");
	CHECK_STR(answer(ask("{\"last\":1}"), 10000), "5-5 1 upto 5");
	CHECK_STR(answer(ask("{\"kind\":\"neighbor-up\"}"), 10000), "0-0 0 upto 5");
	/* of another life of the agent, whose numbers were higher */
	CHECK_STR(answer(ask("{\"after\":77}"), 10000), "1-5 5 upto 5");
	CHECK_INT(events_info(events).lost, 0);
	CHECK_INT(events_info(events).by_kind[EVENT_VERDICT], 2);
	end();
}

/* More than the memory keeps, all in one turn of the loop. */
TEST(many_at_once)
{
	int fd;

	begin();
	add(JOURNAL_MAX * 3);
	CHECK_STR(answer(ask("{}"), 10000), "1-300 300 upto 300");
	CHECK_STR(answer(ask("{\"after\":10,\"service\":\"web\"}"), 10000), "11-300 290 upto 300");
	/* a follower whose next event has left the memory already */
	fd = ask("{\"after\":300,\"wait\":true}");
	CHECK_STR(answer(dup(fd), 50), "");
	add(JOURNAL_MAX + 5);
	CHECK_STR(answer(fd, 10000), "301-405 105 upto 405");
	end();
}

TEST(following)
{
	int fd;

	begin();
	add(1);
	fd = ask("{\"after\":1,\"wait\":true}");
	CHECK_STR(answer(dup(fd), 50), "");
	add(1);
	CHECK_STR(answer(fd, 10000), "2-2 1 upto 2");
	/* what is not asked for is not told, and not looked at again */
	fd = ask("{\"after\":2,\"wait\":true,\"service\":\"dns\"}");
	add(1);
	CHECK_STR(answer(dup(fd), 50), "");
	(void)close(fd); /* and goes away */
	add(1);
	CHECK_STR(answer(ask("{\"after\":3}"), 10000), "4-4 1 upto 4");
	end();
}

TEST(more_than_can_wait_is_lost_and_counted)
{
	begin();
	add(EVENTS_WAITING_MAX + 7);
	CHECK_INT(events_info(events).lost, 7);
	CHECK_INT(events_info(events).count, EVENTS_WAITING_MAX + 7);
	end();
}

/* Without a folder nothing is kept, and everything else goes on. */
TEST(without_a_disk)
{
	begin();
	stop();
	(void)snprintf(state_path, sizeof(state_path), "%s/missing/state", folder);
	start();
	add(2);
	CHECK_STR(answer(ask("{}"), 10000), "1-2 2 upto 2");
	CHECK_INT(error_lines, 1);
	end();
}
