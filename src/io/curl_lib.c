#include "io/curl_lib.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The name is its ABI, the same since 2006. */
#define LIBRARY "libcurl.so.4"

static void *library;
static char load_error[256];

static bool
load(void)
{
	static bool tried;
	const char *why;

	if (tried)
		return library != NULL;
	tried = true;
	/* never closed: its own libraries leave threads' data and exit handlers behind */
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		why = dlerror();
		(void)snprintf(load_error, sizeof(load_error), "%s", why ? why : "no reason given");
	}
	return library != NULL;
}

int
curl_lib_load(struct err *e)
{
	return load() ? 0 : err_set(e, -ENOENT, "HTTP needs " LIBRARY ": %s", load_error);
}

/* A function that every libcurl of this ABI has: without it, it is not libcurl. */
static void *
find(const char *name)
{
	void *symbol = load() ? dlsym(library, name) : NULL;

	if (library && symbol == NULL)
		abort();
	return symbol;
}

/* The library's own function behind one of ours, or NULL. POSIX lets a void * be a function. */
#define REAL(function)                                                \
	({                                                            \
		static typeof(function) *real;                        \
		if (real == NULL)                                     \
			*(void **)&real = find(#function);            \
		real;                                                 \
	})

/* Calls the library, or gives `otherwise` where there is none. */
#define PASS(function, otherwise, ...) (REAL(function) ? REAL(function)(__VA_ARGS__) : (otherwise))
#define PASS_VOID(function, ...)                      \
	do {                                          \
		if (REAL(function))                   \
			REAL(function)(__VA_ARGS__);  \
	} while (0)

/* curl.h has macros of these names, for its type checks. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

/*
 * The variable argument is one long, pointer or curl_off_t. All are of one size and passed alike on
 * the 64-bit machines that meson.build lets through.
 */
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "one word");

/* Parameters are called as in curl.h, whose functions these are. */

CURLcode
curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	va_list ap;
	void *value;

	va_start(ap, option);
	value = va_arg(ap, void *);
	va_end(ap);
	return PASS(curl_easy_setopt, CURLE_FAILED_INIT, curl, option, value);
}

CURLcode
curl_easy_getinfo(CURL *curl, CURLINFO info, ...)
{
	va_list ap;
	void *value;

	va_start(ap, info);
	value = va_arg(ap, void *);
	va_end(ap);
	return PASS(curl_easy_getinfo, CURLE_FAILED_INIT, curl, info, value);
}

CURLMcode
curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
	va_list ap;
	void *value;

	va_start(ap, option);
	value = va_arg(ap, void *);
	va_end(ap);
	return PASS(curl_multi_setopt, CURLM_BAD_HANDLE, multi, option, value);
}

CURLcode
curl_global_init(long flags)
{
	return PASS(curl_global_init, CURLE_FAILED_INIT, flags);
}

CURL *
curl_easy_init(void)
{
	return PASS(curl_easy_init, NULL);
}

void
curl_easy_cleanup(CURL *curl)
{
	PASS_VOID(curl_easy_cleanup, curl);
}

CURLcode
curl_easy_perform(CURL *curl)
{
	return PASS(curl_easy_perform, CURLE_FAILED_INIT, curl);
}

CURLcode
curl_easy_send(CURL *curl, const void *buffer, size_t buflen, size_t *n)
{
	return PASS(curl_easy_send, CURLE_FAILED_INIT, curl, buffer, buflen, n);
}

CURLcode
curl_easy_recv(CURL *curl, void *buffer, size_t buflen, size_t *n)
{
	return PASS(curl_easy_recv, CURLE_FAILED_INIT, curl, buffer, buflen, n);
}

const char *
curl_easy_strerror(CURLcode code)
{
	return PASS(curl_easy_strerror, "no " LIBRARY, code);
}

CURLM *
curl_multi_init(void)
{
	return PASS(curl_multi_init, NULL);
}

CURLMcode
curl_multi_cleanup(CURLM *multi)
{
	return PASS(curl_multi_cleanup, CURLM_BAD_HANDLE, multi);
}

CURLMcode
curl_multi_add_handle(CURLM *multi, CURL *curl_handle)
{
	return PASS(curl_multi_add_handle, CURLM_BAD_HANDLE, multi, curl_handle);
}

CURLMcode
curl_multi_remove_handle(CURLM *multi, CURL *curl_handle)
{
	return PASS(curl_multi_remove_handle, CURLM_BAD_HANDLE, multi, curl_handle);
}

CURLMcode
curl_multi_assign(CURLM *multi, curl_socket_t sockfd, void *sockp)
{
	return PASS(curl_multi_assign, CURLM_BAD_HANDLE, multi, sockfd, sockp);
}

CURLMcode
curl_multi_socket_action(CURLM *multi, curl_socket_t s, int ev_bitmask, int *running_handles)
{
	return PASS(
	    curl_multi_socket_action, CURLM_BAD_HANDLE, multi, s, ev_bitmask, running_handles);
}

CURLMsg *
curl_multi_info_read(CURLM *multi, int *msgs_in_queue)
{
	return PASS(curl_multi_info_read, NULL, multi, msgs_in_queue);
}

const char *
curl_multi_strerror(CURLMcode code)
{
	return PASS(curl_multi_strerror, "no " LIBRARY, code);
}

time_t
curl_getdate(const char *p, const time_t *unused)
{
	return PASS(curl_getdate, -1, p, unused);
}

struct curl_slist *
curl_slist_append(struct curl_slist *list, const char *data)
{
	return PASS(curl_slist_append, NULL, list, data);
}

void
curl_slist_free_all(struct curl_slist *list)
{
	PASS_VOID(curl_slist_free_all, list);
}

CURLU *
curl_url(void)
{
	return PASS(curl_url, NULL);
}

void
curl_url_cleanup(CURLU *handle)
{
	if (handle)
		PASS_VOID(curl_url_cleanup, handle);
}

CURLUcode
curl_url_get(CURL_URL_GET_CONST CURLU *handle, CURLUPart what, char **part, unsigned flags)
{
	return PASS(curl_url_get, CURLUE_BAD_HANDLE, handle, what, part, flags);
}

CURLUcode
curl_url_set(CURLU *handle, CURLUPart what, const char *part, unsigned flags)
{
	return PASS(curl_url_set, CURLUE_BAD_HANDLE, handle, what, part, flags);
}

const char *
curl_url_strerror(CURLUcode code)
{
	return PASS(curl_url_strerror, "no " LIBRARY, code);
}

void
curl_free(void *p)
{
	if (p)
		PASS_VOID(curl_free, p);
}

curl_version_info_data *
curl_version_info(CURLversion age)
{
	static curl_version_info_data none = { .version = "(none)" };

	return PASS(curl_version_info, &none, age);
}
