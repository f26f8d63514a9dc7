/* Inside of the HTTP server: what GnuTLS asks for in a handshake. */
#pragma once

#include <gnutls/abstract.h>

#include "io/dynamic_lib.h"
#include "io/http_tls.h"

#define HTTP_TLS_CHAIN_MAX 16

struct http_tls {
	unsigned refs;
	gnutls_pcert_st chain[HTTP_TLS_CHAIN_MAX]; /* owned, chain_count are there */
	unsigned chain_count;
	gnutls_privkey_t key; /* owned */
	int64_t expires;
};

extern struct dynamic_lib http_gnutls;

/* The library's function, as MHD() is. */
#define GNUTLS(function)                                                                           \
	({                                                                                         \
		static typeof(function) *real;                                                     \
		if (real == NULL)                                                                  \
			*(void **)&real = dynamic_lib_find(&http_gnutls, #function);               \
		real;                                                                              \
	})
