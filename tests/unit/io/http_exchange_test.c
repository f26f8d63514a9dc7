/* Requests with bodies, and answers that come later. */
#include "http_fixture.h"

#define BODY_MAX 1000

static const struct http_limits limits = { .clients = 32,
	.clients_per_address = 32,
	.header_bytes = 8u << 10,
	.body_bytes = BODY_MAX,
	.bodies_bytes = 4 * BODY_MAX,
	.idle = { 30 * NS_PER_S },
	.request = { 30 * NS_PER_S },
	.answer = { 30 * NS_PER_S },
	.life = { INT64_MAX } };

static struct http_exchange *owed[8]; /* by us */
static size_t owed_count, gone_count;

static void
on_gone(struct http_exchange *x, void *userdata)
{
	(void)x;
	CHECK(userdata == owed);
	gone_count++;
}

static void
answer_text(struct http_exchange *x, const char *text)
{
	struct http_answer answer = { .status = 200, .content_type = "text/plain" };

	strbuf_add(&answer.text, text);
	http_exchange_answer(x, &answer);
}

/* "POST /a/b x=1 body [5] from 127.0.0.1" */
static void
tell(struct http_exchange *x)
{
	const struct http_request *r = http_exchange_request(x);
	const char *said = http_fields_get(&r->fields, "x-SAID");
	const char *param = http_target_param(&r->target, "x");
	char text[2 * BODY_MAX], peer[IP_STR_MAX];

	(void)snprintf(text, sizeof(text), "%s %s x=%s %s [%zu] from %s, said %s", r->method,
	    r->target.segment_count > 0 ? r->target.segments[r->target.segment_count - 1] : "-",
	    param ? param : "", r->body, r->body_len, ip_format(r->peer.addr, peer),
	    said ? said : "nothing");
	CHECK_INT(strlen(r->body), r->body_len);
	CHECK(r->peer.port != 0 && !r->is_tls);
	answer_text(x, text);
}

/* At once, or never if the path says so. */
static void
on_request(void *userdata, struct http_exchange *x)
{
	(void)userdata;
	if (strcmp(http_exchange_request(x)->target.path, "/later") == 0) {
		http_exchange_on_gone(x, on_gone, owed);
		owed[owed_count++] = x;
	} else if (strcmp(http_exchange_request(x)->target.path, "/drop") == 0) {
		http_exchange_drop(x);
	} else {
		tell(x);
	}
}

static void
begin(void)
{
	owed_count = gone_count = 0;
	begin_with(&limits, on_request);
}

static bool
are_owed(void *userdata)
{
	return owed_count == *(size_t *)userdata;
}

static bool
are_gone(void *userdata)
{
	return gone_count == *(size_t *)userdata;
}

static int
ask_later(size_t count)
{
	int fd = dial();

	send_text(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
	CHECK(wait_for(loop, are_owed, &count));
	return fd;
}

TEST(what_is_asked_arrives)
{
	char text[4000];

	begin();
	(void)ask("PUT /a%2Fb?y=2&x=%C3%A9 HTTP/1.1\r\nHost: x\r\nX-Said:  hello there \r\n"
		  "Connection: close\r\nContent-Length: 5\r\n\r\nabcde",
	    text, sizeof(text));
	CHECK_INT(status_of(text), 200);
	CHECK(
	    strstr(text, "\r\n\r\nPUT a/b x=é abcde [5] from 127.0.0.1, said hello there") != NULL);
	(void)ask("PROPFIND /" CLOSE, text, sizeof(text));
	CHECK(strstr(text, "PROPFIND  x=  [0] from") != NULL);
	(void)ask("OPTIONS *" CLOSE, text, sizeof(text));
	CHECK(strstr(text, "OPTIONS - x=  [0] from") != NULL);
	(void)ask("HEAD /" CLOSE, text, sizeof(text));
	CHECK_INT(status_of(text), 200);
	CHECK(strstr(text, "Content-Length: ") != NULL);
	CHECK(strstr(text, "from") == NULL);
	end_server();
}

TEST(a_connection_is_used_again_and_in_advance)
{
	static const char requests[] =
	    "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
	    "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
	    "POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
	    "POST /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfour";
	char text[4000];
	int fd;

	begin();
	(void)ask(requests, text, sizeof(text));
	CHECK(strstr(text, "POST 1 x= one [3]") != NULL);
	CHECK(strstr(text, "GET 2 x=  [0]") != NULL);
	CHECK(strstr(text, "POST 3 x=  [0]") != NULL);
	CHECK(strstr(text, "POST 4 x= four [4]") != NULL);
	fd = dial();
	for (int i = 0; i < 3; i++) {
		send_text(fd, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
		CHECK(read_until(fd, text, sizeof(text), "GET again"));
	}
	(void)close(fd);
	end_server();
}

TEST(a_body_that_comes_slowly)
{
	char text[4000];
	int fd;

	begin();
	fd = dial();
	send_text(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
		      "Connection: close\r\n\r\nab");
	for (int i = 0; i < 20; i++)
		(void)sd_event_run(loop, 1000);
	send_text(fd, "cde");
	(void)read_all(fd, text, sizeof(text));
	CHECK(strstr(text, "abcde [5]") != NULL);
	(void)close(fd);
	end_server();
}

TEST(a_client_that_asks_whether_it_may)
{
	char text[4000];
	int fd;

	begin();
	fd = dial();
	send_text(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
		      "Connection: close\r\nExpect: 100-continue\r\n\r\n");
	CHECK(read_until(fd, text, sizeof(text), "HTTP/1.1 100 Continue\r\n\r\n"));
	send_text(fd, "abcde");
	(void)read_all(fd, text, sizeof(text));
	CHECK(strstr(text, "abcde [5]") != NULL);
	(void)close(fd);
	(void)ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n"
		  "Expect: 100-continue\r\n\r\n",
	    text, sizeof(text)); /* it may not */
	CHECK_INT(status_of(text), 413);
	end_server();
}

/* The sender reads its answer, and the connection is fit for the next request. */
TEST(a_body_that_is_too_long)
{
	static char request[200000];
	char text[4000];
	int fd;

	begin();
	(void)snprintf(request, sizeof(request),
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%0*d", BODY_MAX + 1,
	    BODY_MAX + 1, 0);
	fd = dial();
	send_text(fd, request);
	CHECK(read_until(fd, text, sizeof(text),
	    "{\"type\":\"urn:nearcast:problem:too-large\",\"title\":\"Content Too Large\","
	    "\"status\":413,"
	    "\"detail\":\"a request's body may have 1000 bytes\",\"errors\":[{\"field\":\"\","
	    "\"detail\":\"a request's body may have 1000 bytes\"}]}"));
	CHECK(strstr(text, "Content-Type: application/problem+json\r\n") != NULL);
	send_text(fd, "GET /after" CLOSE);
	(void)read_all(fd, text, sizeof(text));
	CHECK(strstr(text, "GET after") != NULL);
	(void)close(fd);
	(void)ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000000\r\n\r\nabc", text,
	    sizeof(text)); /* not waited for */
	CHECK_INT(status_of(text), 413);
	(void)ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "3\r\nabc\r\n0\r\n\r\n",
	    text, sizeof(text));
	CHECK_INT(status_of(text), 411);
	end_server();
}

TEST(all_bodies_together_have_a_limit)
{
	char text[4000], request[2 * BODY_MAX];
	int fds[4], fd;

	begin();
	(void)snprintf(request, sizeof(request),
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%0*d", BODY_MAX, BODY_MAX - 1,
	    0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = dial();
		send_text(fds[i], request);
		for (int turn = 0; turn < 20; turn++)
			(void)sd_event_run(loop, 1000);
	}
	fd = dial();
	send_text(fd, request);
	send_text(fd, "0");
	CHECK(read_until(fd, text, sizeof(text), "under way"));
	CHECK_INT(status_of(text), 503);
	CHECK(strstr(text, "Retry-After: 1\r\n") != NULL);
	(void)close(fds[0]); /* makes room */
	fd = (close(fd), dial());
	send_text(fd, request);
	send_text(fd, "0");
	CHECK(read_until(fd, text, sizeof(text), "[1000]"));
	(void)close(fd);
	for (size_t i = 1; i < ARRAY_SIZE(fds); i++)
		(void)close(fds[i]);
	end_server();
}

TEST(an_answer_that_comes_later)
{
	char text[4000];
	int first, second;

	begin();
	first = ask_later(1);
	second = ask_later(2);
	(void)ask("GET /now" CLOSE, text, sizeof(text)); /* meanwhile */
	CHECK(strstr(text, "GET now") != NULL);
	answer_text(owed[1], "the second");
	CHECK(read_until(second, text, sizeof(text), "the second"));
	answer_text(owed[0], "the first");
	CHECK(read_until(first, text, sizeof(text), "the first"));
	send_text(first, "GET /next" CLOSE);
	(void)read_all(first, text, sizeof(text));
	CHECK(strstr(text, "GET next") != NULL);
	CHECK_INT(gone_count, 0);
	(void)close(first);
	(void)close(second);
	end_server();
}

TEST(a_client_that_does_not_wait)
{
	size_t one = 1, two = 2;
	int fd;

	begin();
	fd = ask_later(1);
	(void)close(fd);
	CHECK(wait_for(loop, are_gone, &one));
	answer_text(owed[0], "too late"); /* the request was readable until here */
	fd = ask_later(2);
	(void)shutdown(fd, SHUT_WR); /* as good as gone */
	CHECK(wait_for(loop, are_gone, &two));
	http_exchange_drop(owed[1]);
	(void)close(fd);
	end_server();
}

/* What was asked in advance waits, and is no sign of an end. */
TEST(a_client_that_goes_on_asking)
{
	char text[4000];
	int fd;

	begin();
	fd = ask_later(1);
	send_text(fd, "GET /next" CLOSE);
	for (int i = 0; i < 20; i++)
		(void)sd_event_run(loop, 1000);
	CHECK_INT(gone_count, 0);
	answer_text(owed[0], "at last");
	(void)read_all(fd, text, sizeof(text));
	CHECK(strstr(text, "at last") != NULL && strstr(text, "GET next") != NULL);
	(void)close(fd);
	end_server();
}

TEST(no_answer_at_all)
{
	char text[4000];
	int fd;

	begin();
	CHECK_INT(ask("GET /drop" CLOSE, text, sizeof(text)), 0);
	fd = ask_later(1);
	http_exchange_drop(owed[0]);
	CHECK_INT(read_all(fd, text, sizeof(text)), 0);
	CHECK_INT(gone_count, 0);
	(void)close(fd);
	end_server();
}

TEST(the_server_ends_first)
{
	int fds[2];

	begin();
	fds[0] = ask_later(1);
	fds[1] = ask_later(2);
	end_server();
	CHECK_INT(gone_count, 2);
	answer_text(owed[0], "to nobody");
	http_exchange_drop(owed[1]);
	(void)close(fds[0]);
	(void)close(fds[1]);
}
