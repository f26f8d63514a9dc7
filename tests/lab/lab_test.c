/*
 * A lab, real: namespaces, links, processes, from a plan by hand. Needs no root, and runs as root too.
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/loop.h"
#include "plan_fixture.h"
#include "tap.h"

static const struct duration delays[] = { { 0 }, { 10 * NS_PER_MS } };

#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SHELL(text) ARGV("sh", "-c", text)

static const char *const sleep_argv[] = { "sleep", "infinity", NULL };
static const char *const maker_argv[] = { "sh", "-c", "sleep 0.2; touch /run/made; exec sleep infinity", NULL };
static const char *const listener_argv[] = { "nginx", "-c", "/run/nginx.conf", NULL };
static const char *const crash_argv[] = { "sh", "-c", "echo first; echo last words; exit 3", NULL };
static const char *const never_argv[] = { "sh", "-c", "echo waiting for it; exec sleep infinity", NULL };

static const struct lab_process processes[] = {
	{ .name = "sleep", .argv = sleep_argv },
	{ .name = "maker", .argv = maker_argv, .ready = LAB_READY_PATH, .ready_arg = "/run/made" },
	{ .name = "listener", .argv = listener_argv, .ready = LAB_READY_LISTENS, .ready_arg = "8080" },
	{ .name = "crash", .argv = crash_argv, .manual = true, .ready = LAB_READY_PATH, .ready_arg = "/run/no" },
	{ .name = "never", .argv = never_argv, .manual = true, .ready = LAB_READY_PATH, .ready_arg = "/run/no" },
};

/* Two workers under a master: one group. */
static const struct lab_file files[] = {
	{ "/run/nginx.conf",
	    "user root;\ndaemon off;\nworker_processes 2;\npid /run/nginx.pid;\nerror_log stderr;\n"
	    "events {}\nhttp { access_log off; client_body_temp_path /run/a; proxy_temp_path /run/b;\n"
	    "fastcgi_temp_path /run/c; uwsgi_temp_path /run/d; scgi_temp_path /run/e;\n"
	    "server { listen 8080; } }\n",
	    0600 },
	{ "/etc/nearcast/names.json", "{}\n", 0644 },
	{ "/etc/resolv.conf", "# mine\n", 0640 },
};

static struct lab_plan *
make_plan(const char *name)
{
	struct lab_plan *plan = fixture_pairs(name, delays, ARRAY_SIZE(delays));

	fixture_add_processes(plan, processes, ARRAY_SIZE(processes));
	fixture_add_files(plan, files, ARRAY_SIZE(files));
	return plan;
}

/* Up, in the foreground; NULL (and a failed test) when it does not come up. */
static struct lab *
bring_up(const struct lab_plan *plan)
{
	const struct lab_up_options options = { .foreground = true };
	struct lab *lab = NULL;
	struct err err = { 0 };

	if (lab_up(plan, &options, NULL, NULL, &lab, &err) < 0)
		tap_fail(__FILE__, __LINE__, "lab_up: %s", err.message);
	return lab;
}

/* Runs a command in a node; its output, which the caller frees, with "exit N" behind it unless 0. */
static char *
run(struct lab *lab, const char *node, const char *const *argv)
{
	struct lab_child child = LAB_CHILD_INIT;
	struct strbuf text = { 0 };
	struct err err = { 0 };
	char part[256];
	ssize_t n;
	int status = 0;

	if (lab_spawn(lab, node, argv, LAB_SPAWN_STDOUT, &child, &err) < 0)
		return xstrdup(err.message);
	while ((n = read(child.out, part, sizeof(part))) > 0)
		strbuf_add_mem(&text, part, (size_t)n);
	(void)waitpid(child.pid, &status, 0);
	if (status != 0)
		strbuf_addf(&text, "exit %d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	lab_child_end(&child);
	return strbuf_take(&text);
}

static void
check_run(struct lab *lab, const char *node, const char *const *argv, const char *want)
{
	char *got = run(lab, node, argv);

	CHECK_STR(got, want);
	free(got);
}

TEST(nodes_are_machines_of_their_own)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("nodes");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);

	REQUIRE(lab != NULL);
	check_run(lab, "west0", ARGV("hostname"), "west0\n");
	check_run(lab, "east1", ARGV("hostname"), "east1\n");
	check_run(lab, "west0", ARGV("cat", "/etc/nearcast/names.json", "/etc/resolv.conf", "/etc/hostname"),
	    "{}\n# mine\nwest0\n");
	check_run(lab, "west0", ARGV("stat", "-c", "%a", "/etc/resolv.conf", "/run/nginx.conf"), "640\n600\n");
	check_run(lab, "east0", SHELL("test -e /etc/passwd && ls /run && cat /etc/nearcast/names.json 2>&1; true"),
	    "cat: /etc/nearcast/names.json: No such file or directory\n");
	check_run(lab, "east0", SHELL("getent ahostsv4 west1 | head -n 1 | cut -d ' ' -f 1"), "198.51.100.2\n");
	check_run(lab, "east0", SHELL("echo $NEARCAST_LAB $NEARCAST_LAB_NODE"), "nodes east0\n");
	check_run(lab, "west0", SHELL("cat /proc/1/comm; ls /sys/class/net"), "nearcast-lab\neast\nlo\n");
	check_run(lab, "west0", SHELL("ulimit -n >/run/mine; cat /proc/$(pgrep -f sleep.infinity | head -n 1)/limits "
				      "| awk '/open files/ { print $4 }' | cmp - /run/mine"), "");
	check_run(lab, "east0", ARGV("/no/such"), "/no/such: No such file or directory");
	check_run(lab, "eastt0", ARGV("true"), "no node \"eastt0\" in the lab nodes; did you mean east0?");
}

/* The least round trip of three pings in ms; -1 without a reply. */
static double
ping(struct lab *lab, const char *node, const char *to)
{
	_cleanup_(freep) char *command = xasprintf("ping -nc3 -i 0.05 -W1 %s 2>&1", to);
	char *text = run(lab, node, SHELL(command));
	const char *summary = strstr(text, "min/avg/max/mdev = ");
	double ms = summary != NULL ? strtod(summary + strlen("min/avg/max/mdev = "), NULL) : -1;

	free(text);
	return ms;
}

/* -ENODATA when the offload of the interface "east" is off. */
static int
offload_of_east(void *arg)
{
	struct ethtool_value value = { .cmd = *(const uint32_t *)arg };
	struct ifreq request = { .ifr_name = "east", .ifr_data = (char *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : value.data == 0 ? -ENODATA : -EEXIST;
}

TEST(links_carry_both_families_and_their_delay)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("links");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);
	static const struct {
		const char *node, *to;
		double least, most;
	} rows[] = {
		{ "east0", "198.51.100.0", 0, 10 },
		{ "east0", "2001:db8:1::", 0, 10 },
		{ "east0", "192.0.2.1", 0, 10 },
		{ "west1", "198.51.100.3", 20, 25 },
		{ "west1", "2001:db8:1:1::1", 20, 25 },
		{ "east1", "192.0.2.2", 20, 25 },
	};

	REQUIRE(lab != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		double ms = ping(lab, rows[i].node, rows[i].to);

		if (ms < rows[i].least || ms > rows[i].most)
			tap_fail(__FILE__, __LINE__, "%s to %s took %f ms", rows[i].node, rows[i].to, ms);
	}
	/* Whole packets with their checksums: what TCP sends arrives as it would on a wire. */
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++)
		for (uint32_t n = 0; n < 4; n++) {
			uint32_t command = ((const uint32_t[]){ ETHTOOL_GTSO, ETHTOOL_GGSO, ETHTOOL_GGRO,
			    ETHTOOL_GTXCSUM })[n];

			CHECK_INT(lab_open_in_node(lab, i == 0 ? "west0" : "west1", offload_of_east, &command, NULL),
			    -ENODATA);
		}
}

TEST(a_link_can_be_cut_and_joined)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("cut");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);
	/* Of an interface that is set down, the kernel does not say. */
	static const char *const carrier[] = { "exit 1", "0\n" };
	struct err err = { 0 };

	REQUIRE(lab != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++) {
		char node[2][16], to[32], v6[32];
		int64_t at = 0;

		(void)snprintf(node[0], sizeof(node[0]), "west%zu", i);
		(void)snprintf(node[1], sizeof(node[1]), "east%zu", i);
		(void)snprintf(to, sizeof(to), "192.0.2.%zu", i + 1);
		(void)snprintf(v6, sizeof(v6), "2001:db8:1:%zu::", i);
		CHECK_INT(lab_link_set(lab, i, false, &at, &err), 0);
		CHECK(at > 0);
		check_run(lab, node[0], SHELL("cat /sys/class/net/east/carrier 2>/dev/null"), carrier[i]);
		check_run(lab, node[1], SHELL("cat /sys/class/net/west/carrier 2>/dev/null"), carrier[i]);
		CHECK(ping(lab, node[1], to) < 0);
		CHECK_INT(lab_link_set(lab, i, true, NULL, &err), 0);
		CHECK(ping(lab, node[1], to) >= 0);
		CHECK(ping(lab, node[1], v6) >= 0);
	}
	CHECK_INT(lab_link_set(lab, 99, true, NULL, &err), -ENOENT);
	CHECK_STR(err.message, "there is no link 99; the lab has 2");
}

/* Waits until a command succeeds in a node. */
static void
check_becomes(struct lab *lab, const char *node, const char *command)
{
	struct instant end = instant_add(clock_now(), DURATION_S(10));
	bool good = false;

	while (!good && !instant_reached(end, clock_now())) {
		_cleanup_(freep) char *got = run(lab, node, SHELL(command));

		good = *got == '\0';
	}
	if (!good)
		tap_fail(__FILE__, __LINE__, "%s: %s", node, command);
}

TEST(an_interface_that_is_set_down_takes_the_other_ends_carrier)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("carrier");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);

	REQUIRE(lab != NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(delays); i++) {
		char west[8], east[8];

		(void)snprintf(west, sizeof(west), "west%u", i);
		(void)snprintf(east, sizeof(east), "east%u", i);
		check_run(lab, west, ARGV("ip", "link", "set", "east", "down"), "");
		check_becomes(lab, east, "grep -qx 0 /sys/class/net/west/carrier");
		/* Both down, and up again in the other order. */
		check_run(lab, east, ARGV("ip", "link", "set", "west", "down"), "");
		check_run(lab, west, ARGV("ip", "link", "set", "east", "up"), "");
		check_becomes(lab, west, "grep -qx 0 /sys/class/net/east/carrier");
		check_run(lab, east, ARGV("ip", "link", "set", "west", "up"), "");
		check_becomes(lab, west, "grep -qx 1 /sys/class/net/east/carrier");
		check_becomes(lab, east, "grep -qx 1 /sys/class/net/west/carrier");
		CHECK(ping(lab, east, i == 0 ? "198.51.100.0" : "198.51.100.2") >= 0);
	}
}

/* "ready", and why when there is a reason. */
static char *
state_of(struct lab *lab, const char *process)
{
	struct err err = { 0 };
	json_t *status;
	char *text = NULL;

	if (lab_status(lab, &status, &err) < 0)
		return xstrdup(err.message);
	const json_t *list =
	    json_object_get(json_array_get(json_object_get(status, "nodes"), 0), "processes");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *p = json_array_get(list, i);
		const char *why = json_string_value(json_object_get(p, "why"));

		if (strcmp(json_string_value(json_object_get(p, "name")), process) == 0)
			text = xasprintf("%s%s%s", json_string_value(json_object_get(p, "state")),
			    why != NULL ? ": " : "", why != NULL ? why : "");
	}
	json_decref(status);
	return text != NULL ? text : xstrdup("none");
}

/* Waits for it. */
static void
check_state(struct lab *lab, const char *process, const char *want)
{
	struct instant end = instant_add(clock_now(), DURATION_S(10));
	char *got = state_of(lab, process);

	while (strcmp(got, want) != 0 && !instant_reached(end, clock_now())) {
		(void)usleep(10000);
		free(got);
		got = state_of(lab, process);
	}
	CHECK_STR(got, want);
	free(got);
}

TEST(processes_start_end_and_start_again)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("processes");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);
	struct err err = { 0 };
	int64_t before = clock_wall_ns(), at = 0;

	REQUIRE(lab != NULL);
	check_state(lab, "sleep", "ready");
	check_state(lab, "maker", "ready");
	check_state(lab, "listener", "ready");
	check_state(lab, "crash", "manual");
	CHECK_INT(lab_process_start(lab, "west0", "listener", &err), -EALREADY);

	/* nginx's master and its workers go together, and the port is free for the next one. */
	check_run(lab, "west0", SHELL("pgrep -c nginx"), "3\n");
	CHECK_INT(lab_process_kill(lab, "west0", "listener", SIGKILL, &at, &err), 0);
	CHECK(at >= before && at <= clock_wall_ns());
	CHECK_INT(lab_process_start(lab, "west0", "listener", &err), 0);
	CHECK_INT(lab_process_wait_ready(lab, "west0", "listener", DURATION_S(10), &err), 0);
	check_run(lab, "west0", SHELL("pgrep -c nginx"), "3\n");
	CHECK_INT(lab_process_kill(lab, "west0", "listener", SIGTERM, NULL, &err), 0);
	check_state(lab, "listener", "ended: exit status 0");
	check_run(lab, "west0", SHELL("pgrep -c nginx"), "0\nexit 1");
	CHECK_INT(lab_process_kill(lab, "west0", "listener", SIGTERM, NULL, &err), -ESRCH);
	CHECK_STR(err.message, "listener does not run in west0");

	/* A path of the run before is not taken for readiness. */
	CHECK_INT(lab_process_kill(lab, "west0", "maker", SIGKILL, NULL, &err), 0);
	check_state(lab, "maker", "ended: signal 9 (Killed)");
	CHECK_INT(lab_process_start(lab, "west0", "maker", &err), 0);
	check_run(lab, "west0", SHELL("test -e /run/made || echo not yet"), "not yet\n");
	CHECK_INT(lab_process_wait_ready(lab, "west0", "maker", DURATION_S(10), &err), 0);

	CHECK_INT(lab_process_start(lab, "west0", "crash", &err), 0);
	CHECK_INT(lab_process_wait_ready(lab, "west0", "crash", DURATION_S(10), &err), -ECHILD);
	CHECK_STR(err.message, "crash in west0 ended (exit status 3)\n  first\n  last words");
	check_state(lab, "crash", "failed: exit status 3");
	CHECK_INT(lab_process_start(lab, "west0", "never", &err), 0);
	CHECK_INT(lab_process_wait_ready(lab, "west0", "never", DURATION_MS(50), &err), -ETIMEDOUT);
	CHECK_STR(err.message, "never in west0 runs but is not ready\n  waiting for it");
	CHECK_INT(lab_process_start(lab, "west0", "nosuch", &err), -ENOENT);
	CHECK_STR(err.message, "no process \"nosuch\" in west0; it has sleep, maker, listener, crash, never");
}

static int
open_socket(void *arg)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && connect(fd, arg, sizeof(struct sockaddr_in)) < 0 ? -errno : fd;
}

/* What the control socket says to a line; "" when it hangs up. */
static char *
say(const struct lab *lab, const char *line, size_t len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char answer[256];
	ssize_t n = 0;

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%.90s/control", lab_directory(lab));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 && send(fd, line, len, MSG_NOSIGNAL) > 0)
		n = recv(fd, answer, sizeof(answer) - 1, 0);
	close(fd);
	answer[MAX(n, 0)] = '\0';
	return xstrdup(answer);
}

TEST(nonsense_on_the_control_socket_is_answered)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("nonsense");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);
	_cleanup_(freep) char *endless = xmalloc(10000);
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "{}\n", "{\"error\":\"the request is wrong: no known command\",\"code\":22}\n" },
		{ "[1]\n", "{\"error\":\"the request is wrong: no known command\",\"code\":22}\n" },
		{ "{\"command\":\"fly\"}\n", "{\"error\":\"the request is wrong: no known command\",\"code\":22}\n" },
		{ "{\"command\":\"enter\"}\n",
		    "{\"error\":\"the request is wrong: Object item not found: node\",\"code\":22}\n" },
		{ "{\"command\":\"link\",\"index\":-1,\"up\":true}\n",
		    "{\"error\":\"there is no link -1; the lab has 2\",\"code\":2}\n" },
		{ "junk\n", "{\"error\":\"the request is wrong: '[' or '{' expected near 'junk'\",\"code\":22}\n" },
		/* Two lines, the second in the same packet: both are answered, the first is read here. */
		{ "\n\n", "{\"error\":\"the request is wrong: '[' or '{' expected near end of file\",\"code\":22}\n" },
	};

	REQUIRE(lab != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(freep) char *got = say(lab, rows[i].line, strlen(rows[i].line));

		char *end = strchr(got, '\n');
		if (end != NULL)
			end[1] = '\0';
		CHECK_STR(got, rows[i].want);
	}
	memset(endless, 'x', 10000);
	_cleanup_(freep) char *got = say(lab, endless, 10000);
	CHECK_STR(got, "");
	CHECK(ping(lab, "east0", "192.0.2.1") >= 0);
}

TEST(a_descriptor_can_be_opened_in_a_node)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("open");
	_cleanup_(lab_closep) struct lab *lab = bring_up(plan);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(8080),
		.sin_addr.s_addr = htonl(0xc0000201) };
	struct err err = { 0 };
	char answer[9] = "";

	REQUIRE(lab != NULL);
	int fd = lab_open_in_node(lab, "east0", open_socket, &to, &err);
	REQUIRE(fd >= 0);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_INT(write(fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	CHECK_INT(read(fd, answer, 8), 8);
	CHECK_STR(answer, "HTTP/1.1");
	close(fd);
	to.sin_port = htons(8081);
	CHECK_INT(lab_open_in_node(lab, "east0", open_socket, &to, &err), -ECONNREFUSED);
	CHECK_STR(err.message, "open a descriptor in east0: Connection refused");
}

TEST(labs_stand_side_by_side_but_not_twice)
{
	_cleanup_(lab_plan_freep) struct lab_plan *first = make_plan("first");
	_cleanup_(lab_plan_freep) struct lab_plan *second = make_plan("second");
	_cleanup_(lab_closep) struct lab *a = bring_up(first);
	_cleanup_(lab_closep) struct lab *b = bring_up(second);
	struct lab *other = NULL;
	struct err err = { 0 };

	REQUIRE(a != NULL && b != NULL);
	CHECK(ping(a, "east0", "192.0.2.1") >= 0);
	CHECK(ping(b, "east0", "192.0.2.1") >= 0);
	CHECK_INT(lab_up(first, NULL, NULL, NULL, &other, &err), -EEXIST);
	CHECK_STR(err.message, "the lab first is already running; nearcast lab down first ends it");
	CHECK_INT(lab_connect(NULL, &other, &err), -ENOTUNIQ);
	CHECK_STR(err.message, "several labs are running (first, second): say which");
	CHECK_INT(lab_connect("third", &other, &err), -ENOENT);
	CHECK_STR(err.message, "no lab third is running");
	CHECK_INT(lab_down(b, &err), 0);
	REQUIRE(lab_connect(NULL, &other, &err) == 0);
	CHECK_STR(lab_name(other), "first");
	lab_close(other);
}

TEST(a_plan_that_fails_leaves_its_reason)
{
	_cleanup_(lab_plan_freep) struct lab_plan *plan = make_plan("fails");
	_cleanup_(freep) struct lab_process *bad = xcalloc(2, sizeof(*bad));
	struct lab *lab = NULL;
	struct err err = { 0 };

	memcpy(bad, processes, 2 * sizeof(*bad));
	bad[1] = processes[3];
	bad[1].manual = false;
	fixture_add_processes(plan, bad, 2);
	CHECK_INT(lab_up(plan, NULL, NULL, NULL, &lab, &err), -ECHILD);
	CHECK_STR(err.message, "crash in west0 ended (exit status 3)\n  first\n  last words");
	bad[1].argv = ARGV("/no/such/program");
	CHECK_INT(lab_up(plan, NULL, NULL, NULL, &lab, &err), -ENOENT);
	CHECK_STR(err.message, "start /no/such/program in west0: execute it: No such file or directory");
	plan->links[1].mtu = 100;
	CHECK_INT(lab_up(plan, NULL, NULL, NULL, &lab, &err), -EINVAL);
	CHECK_STR(err.message, "link west1-east1: an MTU is 1280..9216, and there are at most 65535 links");
	CHECK_INT(lab_connect("fails", &lab, &err), -ENOENT);
}
