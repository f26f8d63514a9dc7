/*
 * A request as a transfer of libcurl, for who waits for it (http_call.h) and for who does not
 * (http_ask.h).
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "io/http_call.h"

struct http_transfer {
	CURL *easy;                 /* owned */
	struct curl_slist *headers; /* owned */
	struct http_reply *to;      /* borrowed */
	size_t left;                /* bytes that may still come */
	bool (*piece)(void *userdata, const char *bytes, size_t len);
	void *piece_userdata;
	struct duration first_word;
	struct duration silence; /* that may be between pieces */
	curl_off_t heard_us;     /* when the last one came */
	curl_off_t sent_us; /* when the connection was there, and the request began */
	bool too_large, has_enough, is_silent, has_stalled;
	char error[CURL_ERROR_SIZE];
};

/* The transfer stays where it is until it is done, and so do the reply and the call's body. */
int http_transfer_init(struct http_transfer *t, const struct http_call *call,
    struct http_reply *reply, struct err *e) _must_use_;
/* What has come of it: as http_call(). */
int http_transfer_end(
    struct http_transfer *t, const struct http_call *call, CURLcode code, struct err *e) _must_use_;
/* http_complaint.c: the code of a transfer that failed, as http_call() gives it. */
int http_transfer_complain(const struct http_transfer *t, const struct http_call *call,
    CURLcode code, struct err *e) _must_use_;
void http_transfer_done(struct http_transfer *t); /* zeroed is fine */
