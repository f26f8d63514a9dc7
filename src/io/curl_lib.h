/*
 * libcurl, loaded when it is first needed.
 *
 * Linked as usual it maps 25 more libraries (TLS twice, LDAP, Kerberos, SSH), which makes a
 * resident size of 12 MB out of 4 MB, also for an agent that has no http check. curl_lib.c defines
 * the functions of libcurl that we use and passes each call on to the library, so that callers
 * include <curl/curl.h>, keep its type checks, and know nothing of this.
 * docs/decisions/0003-libcurl-on-demand.md
 */
#pragma once

#include "base/err.h"

/*
 * Loads it, once. -ENOENT with a sentence where there is none; every function then fails in its own
 * way (NULL, CURLE_FAILED_INIT), so this is for those who want to say why.
 */
int curl_lib_load(struct err *e) _must_use_;
