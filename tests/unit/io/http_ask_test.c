/* Requests whose answers come when they come, of a server in the same loop. */
#include "io/http_ask.h"

#include "http_fixture.h"

static const struct http_limits limits = { .clients = 32,
	.clients_per_address = 32,
	.header_bytes = 8u << 10,
	.body_bytes = 1u << 16,
	.bodies_bytes = 1u << 20,
	.idle = { 30 * NS_PER_S },
	.request = { 30 * NS_PER_S },
	.answer = { 30 * NS_PER_S },
	.life = { INT64_MAX } };

static struct http_asker *asker;
static struct http_exchange *waiting;

/* What came of the last one. */
static struct {
	unsigned count;
	int result;
	long status;
	char body[64], etag[HTTP_ETAG_MAX], why[ERR_MESSAGE_MAX];
} got;

static void
on_gone(struct http_exchange *x, void *userdata)
{
	(void)userdata;
	http_exchange_drop(x);
	waiting = NULL;
}

static void
reply(struct http_exchange *x, unsigned status, const char *text)
{
	struct http_answer answer = { .status = status, .content_type = "text/plain" };

	strbuf_add(&answer.text, text);
	http_answer_add(&answer, "ETag", "\"7\"");
	http_exchange_answer(x, &answer);
}

/* /wait is answered when the test wants it to be. */
static void
on_request(void *userdata, struct http_exchange *x)
{
	(void)userdata;
	if (strcmp(http_exchange_request(x)->target.path, "/wait") != 0) {
		reply(x, 200, "here");
		return;
	}
	waiting = x;
	http_exchange_on_gone(x, on_gone, NULL);
}

static void
on_answer(void *userdata, int r, const struct http_reply *reply, const struct err *e)
{
	(void)userdata;
	got.count++;
	got.result = r;
	got.status = reply->status;
	(void)snprintf(got.body, sizeof(got.body), "%s", strbuf_get(&reply->body));
	(void)snprintf(got.etag, sizeof(got.etag), "%s", reply->etag);
	(void)snprintf(got.why, sizeof(got.why), "%s", e->message);
}

static struct http_ask *
send_ask(const char *path, int64_t timeout_ms)
{
	_cleanup_(freep) char *url =
	    xasprintf("http://127.0.0.1:%u%s", http_server_endpoint(server).port, path);
	struct http_call call = { .url = url, .timeout = DURATION_MS(timeout_ms), .max = 16 };
	struct err e = { 0 };

	return http_ask(asker, &call, on_answer, NULL, &e);
}

static void
begin(void)
{
	struct err e = { 0 };

	memset(&got, 0, sizeof(got));
	waiting = NULL;
	begin_with(&limits, on_request);
	CHECK_INT(http_asker_new(loop, 4, &asker, &e), 0);
}

static void
end(void)
{
	http_asker_free(TAKE(asker));
	end_server();
}

static bool
is_answered(void *userdata)
{
	return got.count >= (unsigned)(uintptr_t)userdata;
}

static bool
has_come(void *userdata)
{
	(void)userdata;
	return waiting != NULL;
}

static bool
has_gone(void *userdata)
{
	(void)userdata;
	return waiting == NULL;
}

TEST(answered)
{
	begin();
	CHECK(send_ask("/", 5000) != NULL && got.count == 0);
	CHECK(wait_for(loop, is_answered, (void *)1));
	CHECK_INT(got.result, 0);
	CHECK_INT(got.status, 200);
	CHECK_STR(got.body, "here");
	CHECK_STR(got.etag, "\"7\"");
	end();
}

TEST(one_waits_and_another_is_answered)
{
	begin();
	CHECK(send_ask("/wait", 30000) != NULL);
	CHECK(wait_for(loop, has_come, NULL));
	CHECK(send_ask("/", 5000) != NULL);
	CHECK(wait_for(loop, is_answered, (void *)1));
	CHECK_STR(got.body, "here");
	reply(TAKE(waiting), 503, "late");
	CHECK(wait_for(loop, is_answered, (void *)2));
	CHECK_INT(got.status, 503);
	CHECK_STR(got.body, "late");
	end();
}

TEST(forgotten)
{
	struct http_ask *a;

	begin();
	a = send_ask("/wait", 30000);
	CHECK(wait_for(loop, has_come, NULL));
	http_ask_forget(a);
	CHECK(wait_for(loop, has_gone, NULL)); /* the connection is closed */
	CHECK_INT(got.count, 0);
	end();
}

TEST(no_answer_in_time)
{
	begin();
	CHECK(send_ask("/wait", 50) != NULL);
	CHECK(wait_for(loop, is_answered, (void *)1));
	CHECK_INT(got.result, -ETIMEDOUT);
	CHECK(strstr(got.why, "no whole answer within 50ms") != NULL);
	end();
}

TEST(nobody_there)
{
	begin();
	http_server_free(TAKE(server));
	CHECK(http_ask(asker,
		  &(struct http_call){
		      .url = "http://127.0.0.1:1/", .timeout = DURATION_S(5), .max = 16 },
		  on_answer, NULL, &(struct err){ 0 }) != NULL);
	CHECK(wait_for(loop, is_answered, (void *)1));
	CHECK_INT(got.result, -EIO);
	CHECK(got.why[0] != '\0');
	end();
}

TEST(freed_while_some_are_under_way)
{
	begin();
	CHECK(send_ask("/wait", 30000) != NULL);
	CHECK(wait_for(loop, has_come, NULL));
	http_asker_free(TAKE(asker));
	CHECK(wait_for(loop, has_gone, NULL));
	CHECK_INT(got.count, 0);
	end();
}
