/*
 * What the kinds that speak through libcurl have in common (http, tls, grpc, DNS over TLS): one
 * transfer at a time with a handle that is kept, on a fresh connection to the address that is
 * asked, with no proxy; the verification of the certificate, and how failures read.
 */
#pragma once

#include <curl/curl.h>

#include "io/check_kind.h"

struct curl_check {
	struct check_run run;
	CURL *easy; /* owned; NULL until the first run */
	bool in_loop;
	bool elsewhere;                /* the URL names its own host */
	int fd;                        /* libcurl's, of this run's connection; -1: none yet */
	struct curl_slist *connect_to; /* owned */
	char error[CURL_ERROR_SIZE];
	/* The options of the kind, once; common ones are set already. */
	void (*prepare)(struct curl_check *c);
	/* The transfer came to its end; has to end the run. */
	void (*ended)(struct curl_check *c, CURLcode code);
};

/* For the struct check_kind of such a kind: libcurl can be loaded, and the authorities read. */
int curl_check_able(const struct check_spec *spec, struct err *e);
/* Starts the transfer; ends the run when that is not possible. */
void curl_check_start(struct curl_check *c);
/* For stop and close. */
void curl_check_stop(struct curl_check *c);
void curl_check_close(struct curl_check *c);
/* For late: "connection", "TLS handshake", "answer" or "end of the answer". */
const char *curl_check_late(struct check_run *run);

/* https://NAME:PORT/..., to be asked at run->address whatever NAME is. For prepare. */
void curl_check_set_host(struct curl_check *c, const char *scheme, const char *path);
/* The URL of the spec, with the name of the certificate in it where that is given. For prepare. */
void curl_check_set_url(struct curl_check *c);

/* Ends the run of a transfer that failed. */
void curl_check_fail(struct curl_check *c, CURLcode code);
/*
 * The days that the peer's certificate still has; false when they are fewer than the spec wants,
 * which ends the run. *ret_days is -1 when nobody looked.
 */
bool curl_check_certificate(struct curl_check *c, long *ret_days);

/* The ended function of the loop for all of them. */
void curl_check_ended(void *userdata, CURL *easy, CURLcode code);
