/*
 * gRPC health: grpc.health.v1.Health/Check as one POST over HTTP/2. libcurl speaks it, the bytes
 * are those of proto/check/grpc_health.h.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "io/curl_check.h"
#include "proto/check/grpc_health.h"

#define ANSWER_MAX 4096u
#define MESSAGE_MAX 96

struct grpc_check {
	struct curl_check curl;
	struct curl_slist *headers; /* owned */
	uint8_t request[GRPC_HEALTH_REQUEST_MAX];
	size_t request_len;
	uint8_t body[ANSWER_MAX];
	size_t body_len;
	int grpc_status; /* -1: not seen */
	char message[MESSAGE_MAX];
};

static size_t
on_body(char *data, size_t size, size_t count, void *userdata)
{
	struct grpc_check *c = userdata;
	size_t n = size * count;

	if (n > sizeof(c->body) - c->body_len)
		return 0; /* ends the transfer */
	memcpy(c->body + c->body_len, data, n);
	c->body_len += n;
	return n;
}

/* The value of a header of that name, without the blanks around it; false: another one. */
static bool
header_value(const char *line, size_t len, const char *name, char *buf, size_t size)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return false;
	line += n + 1;
	len -= n + 1;
	while (len > 0 && *line == ' ') {
		line++;
		len--;
	}
	while (len > 0 && strchr(" \r\n", line[len - 1]))
		len--;
	len = MIN(len, size - 1);
	memcpy(buf, line, len);
	buf[len] = '\0';
	return true;
}

/* Headers and trailers: an answer without a body has the status among the headers. */
static size_t
on_header(char *line, size_t size, size_t count, void *userdata)
{
	struct grpc_check *c = userdata;
	char number[8];
	uint32_t status;

	if (header_value(line, size * count, "grpc-status", number, sizeof(number)) &&
	    parse_u32(number, 1000, &status) == 0)
		c->grpc_status = (int)status;
	(void)header_value(line, size * count, "grpc-message", c->message, sizeof(c->message));
	return size * count;
}

static void
on_ended(struct curl_check *curl, CURLcode code)
{
	struct grpc_check *c = container_of(curl, struct grpc_check, curl);
	struct grpc_answer answer = { .grpc_status = c->grpc_status,
		.message = c->message,
		.body = c->body,
		.body_len = c->body_len };
	char why[CHECK_RUN_WHY_MAX];
	bool serving;
	long days;

	if (code != CURLE_OK) {
		curl_check_fail(curl, code);
		return;
	}
	(void)curl_easy_getinfo(curl->easy, CURLINFO_RESPONSE_CODE, &answer.http_status);
	serving = grpc_health_judge(&answer, curl->run.spec->grpc_service, why, sizeof(why));
	if (!serving)
		check_run_end(&curl->run, CHECK_RUN_FAILED, "%s", why);
	else if (curl_check_certificate(curl, &days))
		check_run_end(&curl->run, CHECK_RUN_PASSED, "%s", why);
}

static void
prepare(struct curl_check *curl)
{
	struct grpc_check *c = container_of(curl, struct grpc_check, curl);
	bool tls = curl->run.spec->grpc_tls;

	curl_check_set_host(curl, tls ? "https" : "http", GRPC_HEALTH_PATH);
	(void)curl_easy_setopt(curl->easy, CURLOPT_HTTP_VERSION,
	    tls ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	c->headers = curl_slist_append(NULL, "Content-Type: application/grpc");
	c->headers = curl_slist_append(c->headers, "TE: trailers");
	(void)curl_easy_setopt(curl->easy, CURLOPT_HTTPHEADER, c->headers);
	c->request_len = grpc_health_request(curl->run.spec->grpc_service, c->request);
	(void)curl_easy_setopt(curl->easy, CURLOPT_POSTFIELDSIZE, (long)c->request_len);
	(void)curl_easy_setopt(curl->easy, CURLOPT_POSTFIELDS, c->request);
	(void)curl_easy_setopt(curl->easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(curl->easy, CURLOPT_WRITEDATA, c);
	(void)curl_easy_setopt(curl->easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(curl->easy, CURLOPT_HEADERDATA, c);
}

static void
grpc_open(struct check_run *run)
{
	struct curl_check *curl = check_run_as(struct curl_check, run);

	curl->prepare = prepare;
	curl->ended = on_ended;
}

static void
grpc_start(struct check_run *run)
{
	struct grpc_check *c = container_of(run, struct grpc_check, curl.run);

	c->body_len = 0;
	c->grpc_status = -1;
	c->message[0] = '\0';
	curl_check_start(&c->curl);
}

static void
grpc_stop(struct check_run *run)
{
	curl_check_stop(check_run_as(struct curl_check, run));
}

static void
grpc_close(struct check_run *run)
{
	struct grpc_check *c = container_of(run, struct grpc_check, curl.run);

	curl_check_close(&c->curl);
	curl_slist_free_all(c->headers);
}

const struct check_kind grpc_check_kind = {
	.size = sizeof(struct grpc_check),
	.able = curl_check_able,
	.open = grpc_open,
	.start = grpc_start,
	.stop = grpc_stop,
	.close = grpc_close,
	.late = curl_check_late,
};
