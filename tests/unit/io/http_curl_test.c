/* The same server, asked by curl: a client that was not written here, with and without TLS. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "http_certificate.h"
#include "http_fixture.h"

static const struct http_limits limits = { .clients = 32,
	.clients_per_address = 32,
	.header_bytes = 16u << 10,
	.body_bytes = 3u << 20,
	.bodies_bytes = 8u << 20,
	.idle = { 30 * NS_PER_S },
	.request = { 30 * NS_PER_S },
	.answer = { 30 * NS_PER_S },
	.life = { INT64_MAX } };

static void
on_request(void *userdata, struct http_exchange *x)
{
	const struct http_request *r = http_exchange_request(x);
	struct http_answer answer = { .status = 200, .content_type = "text/plain" };

	(void)userdata;
	strbuf_addf(&answer.text, "%s %s %zu%s\n", r->method, r->target.path, r->body_len,
	    r->is_tls ? " over TLS" : "");
	http_answer_add(&answer, "ETag", "\"5\"");
	http_exchange_answer(x, &answer);
}

/* Runs a command of the shell while the loop turns; what it writes. ADDRESS is in its environment.
 */
static const char *
run(const char *command)
{
	struct instant until = instant_add(clock_now(), DURATION_S(60));
	char address[ENDPOINT_STR_MAX];
	static char text[10000];
	size_t len = 0;
	ssize_t n = -1;
	int fds[2];
	pid_t pid;

	(void)setenv("ADDRESS", endpoint_format(http_server_endpoint(server), address), 1);
	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while (n != 0 && !instant_reached(until, clock_now())) {
		(void)sd_event_run(loop, 2000);
		n = read(fds[0], text + len, sizeof(text) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	CHECK_INT(n, 0);
	text[len] = '\0';
	(void)close(fds[0]);
	(void)kill(pid, SIGKILL); /* if it did not end by itself */
	(void)waitpid(pid, NULL, 0);
	return text;
}

static bool
has_curl(void)
{
	if (system("curl --version >/dev/null 2>&1") == 0)
		return true;
	tap_skip("there is no curl");
	return false;
}

#define CURL "curl -sS --max-time 30 "

TEST(requests)
{
	if (!has_curl())
		return;
	begin_with(&limits, on_request);
	CHECK_STR(run(CURL "http://$ADDRESS/a/b?c=d"), "GET /a/b 0\n");
	CHECK_STR(run(CURL "-d 12345 http://$ADDRESS/"), "POST / 5\n");
	CHECK_STR(run(CURL "-X DELETE http://$ADDRESS/x"), "DELETE /x 0\n");
	CHECK_STR(run(CURL "--http1.0 http://$ADDRESS/x"), "GET /x 0\n");
	/* one connection for all of them */
	CHECK_STR(run(CURL "-w '%{num_connects}\n' http://$ADDRESS/1 -d x http://$ADDRESS/2"),
	    "POST /1 1\n1\nPOST /2 1\n0\n");
	CHECK(strstr(run(CURL "-I http://$ADDRESS/x"), "ETag: \"5\"\r\n") != NULL);
	end_server();
}

TEST(long_bodies)
{
	if (!has_curl())
		return;
	begin_with(&limits, on_request);
	/* curl asks for leave */
	CHECK_STR(run("head -c 3000000 /dev/zero | " CURL "--data-binary @- http://$ADDRESS/"),
	    "POST / 3000000\n");
	CHECK_STR(run("head -c 4000000 /dev/zero | " CURL
		      "--data-binary @- -o /dev/null -w '%{http_code}' http://$ADDRESS/"),
	    "413");
	CHECK(strstr(run("head -c 100 /dev/zero | " CURL "-T - http://$ADDRESS/"),
		  "\"status\":411,") != NULL); /* chunked */
	end_server();
}

TEST(tls)
{
	struct http_server_conf conf = { .limits = &limits };
	struct err e = { 0 };

	if (!has_curl())
		return;
	certificates_begin();
	certificate_make("one", -1, 90);
	conf.tls = certificate_loaded("one");
	(void)endpoint_parse("127.0.0.1:0", &conf.listen);
	(void)sd_event_new(&loop);
	CHECK_INT(http_server_new(loop, &conf, on_request, NULL, &server, &e), 0);
	http_tls_unref(conf.tls);
	CHECK_STR(run(CURL "-k -d 12345 https://$ADDRESS/"), "POST / 5 over TLS\n");
	CHECK_STR(run("head -c 3000000 /dev/zero | " CURL "-k --data-binary @- https://$ADDRESS/"),
	    "POST / 3000000 over TLS\n");
	CHECK_STR(run(CURL "-k --tls-max 1.2 https://$ADDRESS/x"), "GET /x 0 over TLS\n");
	CHECK_STR(run(CURL "-k --tlsv1.0 --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 "
			   "https://$ADDRESS/x 2>/dev/null"),
	    "");
	end_server();
	certificates_end();
}
