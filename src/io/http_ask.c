#include "io/http_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/without_const.h"
#include "io/curl_loop.h"
#include "io/http_transfer.h"

/* A peer that is gone without a word is noticed after so long, between the bytes of an answer. */
#define KEEPALIVE_S 15L

struct http_asker {
	struct curl_loop *transfers; /* owned */
	struct list asks;            /* owned */
};

struct http_ask {
	struct list node;
	struct http_asker *asker; /* borrowed */
	struct http_call call;    /* url and body are owned */
	struct http_transfer transfer;
	struct http_reply reply;
	http_answered_fn fn;
	void *userdata;
};

static void
free_ask(struct http_ask *ask)
{
	if (ask->transfer.easy != NULL)
		curl_loop_remove(ask->asker->transfers, ask->transfer.easy);
	http_transfer_done(&ask->transfer);
	list_remove(&ask->node);
	http_reply_done(&ask->reply);
	free(without_const(ask->call.url));
	free(without_const(ask->call.body));
	free(ask);
}

static void
on_ended(void *userdata, CURL *easy, CURLcode result)
{
	struct http_asker *a = userdata;

	list_for_each_safe (ask, &a->asks, struct http_ask, node) {
		http_answered_fn fn = ask->fn;
		struct err e = { 0 };
		int r;

		if (ask->transfer.easy != easy)
			continue;
		r = http_transfer_end(&ask->transfer, &ask->call, result, &e);
		ask->fn = NULL; /* it is not to be forgotten from inside */
		fn(ask->userdata, r, &ask->reply, &e);
		free_ask(ask);
		return;
	}
}

int
http_asker_new(sd_event *loop, unsigned at_once, struct http_asker **ret, struct err *e)
{
	struct http_asker *a = xcalloc(1, sizeof(*a));
	int r = curl_loop_new(loop, on_ended, a, &a->transfers, e);

	list_init(&a->asks);
	if (r < 0) {
		free(a);
		return r;
	}
	curl_loop_limit(a->transfers, at_once);
	*ret = a;
	return 0;
}

void
http_asker_free(struct http_asker *a)
{
	if (a == NULL)
		return;
	list_for_each_safe (ask, &a->asks, struct http_ask, node)
		free_ask(ask);
	curl_loop_free(a->transfers);
	free(a);
}

struct http_ask *
http_ask(struct http_asker *a, const struct http_call *call, http_answered_fn fn, void *userdata,
    struct err *e)
{
	struct http_ask *ask = xcalloc(1, sizeof(*ask));
	int r;

	ask->asker = a;
	ask->call = *call;
	ask->call.url = xstrdup(call->url);
	ask->call.body = call->body != NULL ? xstrdup(call->body) : NULL;
	ask->call.headers = NULL; /* libcurl has copied them */
	ask->fn = fn;
	ask->userdata = userdata;
	list_append(&a->asks, &ask->node);
	r = http_transfer_init(&ask->transfer,
	    &(struct http_call){ .method = call->method,
		.url = ask->call.url,
		.headers = call->headers,
		.body = ask->call.body,
		.ca_file = call->ca_file,
		.timeout = call->timeout,
		.max = call->max,
		.redirects = call->redirects },
	    &ask->reply, e);
	if (r >= 0) {
		(void)curl_easy_setopt(ask->transfer.easy, CURLOPT_TCP_KEEPALIVE, 1L);
		(void)curl_easy_setopt(ask->transfer.easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
		(void)curl_easy_setopt(ask->transfer.easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S / 3);
		r = curl_loop_add(a->transfers, ask->transfer.easy, e);
	}
	if (r >= 0)
		return ask;
	free_ask(ask);
	return NULL;
}

void
http_ask_forget(struct http_ask *ask)
{
	if (ask != NULL && ask->fn != NULL)
		free_ask(ask);
}
