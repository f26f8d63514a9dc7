#include "io/http_post.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "io/curl_loop.h"

struct http_poster {
	struct curl_loop *transfers; /* owned */
};

struct http_post {
	struct http_poster *poster; /* borrowed */
	CURL *easy;                 /* owned; in the poster's loop while it runs */
	struct curl_slist *headers; /* owned */
	bool running;
	http_post_fn done;
	void *userdata;
};

static size_t
on_body(char *data, size_t size, size_t count, void *userdata)
{
	(void)data;
	(void)userdata;
	return size * count;
}

static void
on_ended(void *userdata, CURL *easy, CURLcode code)
{
	struct http_post *p = NULL;
	char why[HTTP_POST_WHY_MAX];
	long status = 0;

	(void)userdata;
	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&p);
	(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	p->running = false;
	/* not libcurl's longer words: they may have the URL */
	if (code != CURLE_OK)
		utf8_format(why, sizeof(why), "%s", curl_easy_strerror(code));
	else
		utf8_format(why, sizeof(why), "status %ld", status);
	p->done(p->userdata, code == CURLE_OK && status >= 200 && status < 300, why);
}

int
http_poster_new(sd_event *loop, struct http_poster **ret, struct err *e)
{
	struct http_poster *p = xcalloc(1, sizeof(*p));
	int r = curl_loop_new(loop, on_ended, p, &p->transfers, e);

	if (r < 0) {
		free(p);
		return r;
	}
	*ret = p;
	return 0;
}

void
http_poster_free(struct http_poster *p)
{
	if (p == NULL)
		return;
	curl_loop_free(p->transfers);
	free(p);
}

static void
set_options(struct http_post *p, const char *url, const char *text, struct duration timeout)
{
	long ms = (long)MAX(duration_ms(timeout), INT64_C(1));

	p->headers = curl_slist_append(NULL, "Content-Type: application/json");
	p->headers = curl_slist_append(p->headers, "Expect:"); /* no second round trip */
	(void)curl_easy_setopt(p->easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(p->easy, CURLOPT_PRIVATE, p);
	(void)curl_easy_setopt(p->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(p->easy, CURLOPT_PROXY, ""); /* not the environment's either */
	(void)curl_easy_setopt(p->easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(p->easy, CURLOPT_TIMEOUT_MS, ms);
	(void)curl_easy_setopt(p->easy, CURLOPT_CONNECTTIMEOUT_MS, ms);
	(void)curl_easy_setopt(p->easy, CURLOPT_USERAGENT, "nearcastd/" NEARCAST_VERSION);
	(void)curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	(void)curl_easy_setopt(p->easy, CURLOPT_COPYPOSTFIELDS, text);
	(void)curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, on_body);
}

int
http_post_start(struct http_poster *poster, const char *url, const char *text,
    struct duration timeout, http_post_fn done, void *userdata, struct http_post **ret,
    struct err *e)
{
	struct http_post *p = xcalloc(1, sizeof(*p));
	int r;

	p->poster = poster;
	p->done = done;
	p->userdata = userdata;
	p->easy = curl_easy_init();
	if (p->easy == NULL) {
		free(p);
		return err_set(e, -ENOMEM, "libcurl gives no handle");
	}
	set_options(p, url, text, timeout);
	r = curl_loop_add(poster->transfers, p->easy, e);
	if (r < 0) {
		http_post_free(p);
		return r;
	}
	p->running = true;
	*ret = p;
	return 0;
}

void
http_post_free(struct http_post *p)
{
	if (p == NULL)
		return;
	if (p->running)
		curl_loop_remove(p->poster->transfers, p->easy);
	curl_easy_cleanup(p->easy);
	curl_slist_free_all(p->headers);
	free(p);
}
