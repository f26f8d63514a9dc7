#include "measure/probe_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/list.h"
#include "io/curl_lib.h"
#include "io/curl_loop.h"
#include "io/loop.h"

/* More of an answer than this is not a probe but a download. */
#define BODY_MAX (64u << 20)
#define HEADER_TEXT_MAX 255
#define REDIRECTS_MAX 10L

/* Starts that are late by less than this are made up for: a busy machine stalls, and a schedule
 * that is then short of requests says less. Later ones are skipped: the machine slept, and a burst
 * says nothing. */
#define LATE_MAX DURATION_S(1)

struct lane {
	struct instant next_at; /* of a schedule */
	uint32_t started;       /* with those that were skipped */
	uint32_t in_flight;
};

struct request {
	struct list node; /* in run->requests */
	struct probe_run *run;
	CURL *easy; /* owned */
	size_t target;
	int64_t at_wall_ns;
	uint64_t body;
	char *served_by, *site; /* owned */
	char error[CURL_ERROR_SIZE];
};

struct probe_run {
	struct probe_conf conf;
	struct probe_events events;
	struct curl_loop *curl; /* owned */
	struct timer timer;
	struct lane *lanes;          /* owned; one a target */
	struct list requests;        /* owned; in flight */
	struct curl_slist *resolves; /* owned */
	bool stopped;
};

static void
request_free(struct request *q)
{
	if (q == NULL)
		return;
	list_remove(&q->node);
	curl_easy_cleanup(q->easy);
	free(q->served_by);
	free(q->site);
	free(q);
}

/* ---- what comes back ---- */

static size_t
on_body(char *bytes, size_t size, size_t count, void *userdata)
{
	struct request *q = userdata;

	(void)bytes;
	q->body += size * count;
	return q->body > BODY_MAX ? 0 : size * count;
}

/* The value of a header line when it is the one of that name, else NULL; owned by the caller. */
static char *
header_value(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	len -= n + 1;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n", line[len - 1]))
		len--;
	return len > 0 ? strndup(line, MIN(len, (size_t)HEADER_TEXT_MAX)) : NULL;
}

static size_t
on_header(char *line, size_t size, size_t count, void *userdata)
{
	struct request *q = userdata;
	size_t len = size * count;

	/* each answer of a chain of redirects begins anew */
	if (len >= 5 && strncmp(line, "HTTP/", 5) == 0) {
		free(TAKE(q->served_by));
		free(TAKE(q->site));
	}
	if (q->served_by == NULL)
		q->served_by = header_value(line, len, q->run->conf.host_header);
	if (q->site == NULL)
		q->site = header_value(line, len, q->run->conf.site_header);
	return len;
}

/* Why a request failed, in words that are the same for every request that failed so. */
static char *
failure_text(const struct request *q, CURLcode result)
{
	char timeout[DURATION_STR_MAX];
	curl_off_t connected = 0;
	long os_errno = 0;

	(void)curl_easy_getinfo(q->easy, CURLINFO_CONNECT_TIME_T, &connected);
	(void)curl_easy_getinfo(q->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (result == CURLE_OPERATION_TIMEDOUT)
		return xasprintf("timed out after %s, %s",
		    duration_format(q->run->conf.timeout, timeout),
		    connected ? "connected" : "not connected");
	if (result == CURLE_COULDNT_CONNECT && os_errno)
		return xasprintf("connect: %s", strerror((int)os_errno));
	if (result == CURLE_WRITE_ERROR && q->body > BODY_MAX)
		return xasprintf("the answer is longer than %u MiB", BODY_MAX >> 20);
	if ((result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR) && q->error[0])
		return xstrdup(q->error);
	return xstrdup(curl_easy_strerror(result));
}

static void
take_timings(const struct request *q, struct duration phases[static PROBE_PHASE_MAX])
{
	static const CURLINFO infos[PROBE_PHASE_MAX] = {
		[PROBE_NAMELOOKUP] = CURLINFO_NAMELOOKUP_TIME_T,
		[PROBE_CONNECT] = CURLINFO_CONNECT_TIME_T,
		[PROBE_APPCONNECT] = CURLINFO_APPCONNECT_TIME_T,
		[PROBE_PRETRANSFER] = CURLINFO_PRETRANSFER_TIME_T,
		[PROBE_REDIRECT] = CURLINFO_REDIRECT_TIME_T,
		[PROBE_STARTTRANSFER] = CURLINFO_STARTTRANSFER_TIME_T,
		[PROBE_TOTAL] = CURLINFO_TOTAL_TIME_T,
	};
	for (int p = 0; p < PROBE_PHASE_MAX; p++) {
		curl_off_t us = 0;

		(void)curl_easy_getinfo(q->easy, infos[p], &us);
		phases[p] = DURATION_US(us);
	}
}

static void
take_record(struct request *q, CURLcode result, struct probe_record *ret)
{
	const char *address = NULL;

	*ret = (struct probe_record){ .target = q->target, .at_wall_ns = q->at_wall_ns };
	take_timings(q, ret->phases);
	(void)curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &ret->status);
	(void)curl_easy_getinfo(q->easy, CURLINFO_PRIMARY_IP, &address);
	if (address && *address)
		ret->remote_address = xstrdup(address);
	ret->served_by = TAKE(q->served_by);
	ret->site = TAKE(q->site);
	if (result != CURLE_OK)
		ret->error = failure_text(q, result);
	else if (ret->status >= 400)
		ret->error = xasprintf("status %ld", ret->status);
}

/* ---- what is sent ---- */

static void
set_options(struct request *q)
{
	const struct probe_conf *conf = &q->run->conf;
	CURL *easy = q->easy;
	long family = CURL_IPRESOLVE_WHATEVER;

	if (conf->family == IP_V4)
		family = CURL_IPRESOLVE_V4;
	else if (conf->family == IP_V6)
		family = CURL_IPRESOLVE_V6;
	(void)curl_easy_setopt(easy, CURLOPT_URL, conf->targets[q->target].url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, q);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, q->error);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "nearcast/" NEARCAST_VERSION);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_IPRESOLVE, family);
	(void)curl_easy_setopt(easy, CURLOPT_RESOLVE, q->run->resolves);
	(void)curl_easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS, (long)MAX(duration_ms(conf->timeout), INT64_C(1)));
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_NOBODY, conf->head ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, conf->follow ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	if (conf->insecure) {
		(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, q);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, q);
}

static void
start_request(struct probe_run *run, size_t target)
{
	struct request *q = xcalloc(1, sizeof(*q));
	struct err e = { 0 };

	q->run = run;
	q->target = target;
	list_append(&run->requests, &q->node);
	q->easy = curl_easy_init();
	if (q->easy == NULL)
		abort(); /* out of memory */
	set_options(q);
	run->lanes[target].started++;
	run->lanes[target].in_flight++;
	q->at_wall_ns = clock_wall_ns();
	if (curl_loop_add(run->curl, q->easy, &e) < 0)
		abort(); /* out of memory: curl knows no other reason for a new handle */
}

/* ---- the schedule ---- */

static bool
lane_has_more(const struct probe_run *run, const struct lane *lane)
{
	return !run->stopped && (run->conf.count == 0 || lane->started < run->conf.count);
}

static void
run_lane(struct probe_run *run, size_t target, struct instant now)
{
	struct lane *lane = &run->lanes[target];

	while (lane_has_more(run, lane) && instant_reached(lane->next_at, now)) {
		bool late = instant_reached(instant_add(lane->next_at, LATE_MAX), now);

		lane->next_at = instant_add(lane->next_at, run->conf.interval);
		if (!late && lane->in_flight < run->conf.in_flight_max) {
			start_request(run, target);
			continue;
		}
		lane->started++;
		if (run->events.skipped)
			run->events.skipped(run->events.userdata, target);
	}
}

static bool
is_finished(const struct probe_run *run)
{
	for (size_t i = 0; i < run->conf.target_count; i++) {
		if (run->lanes[i].in_flight > 0 || lane_has_more(run, &run->lanes[i]))
			return false;
	}
	return !run->stopped;
}

static void
run_schedule(struct probe_run *run, struct instant now)
{
	struct instant next = INSTANT_NEVER;

	for (size_t i = 0; i < run->conf.target_count; i++) {
		struct lane *lane = &run->lanes[i];

		if (run->conf.interval.ns > 0) {
			run_lane(run, i, now);
			if (lane_has_more(run, lane))
				next = instant_min(next, lane->next_at);
		} else if (lane->in_flight == 0 && lane_has_more(run, lane)) {
			start_request(run, i);
		}
	}
	if (!run->stopped)
		timer_set(&run->timer, next);
	if (is_finished(run))
		run->events.finished(run->events.userdata);
}

static void
on_timer(struct timer *t, struct instant now)
{
	run_schedule(container_of(t, struct probe_run, timer), now);
}

static void
on_ended(void *userdata, CURL *easy, CURLcode result)
{
	struct probe_run *run = userdata;
	struct probe_record record;
	struct request *q = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&q);
	take_record(q, result, &record);
	run->lanes[q->target].in_flight--;
	curl_loop_remove(run->curl, easy);
	request_free(q);
	run->events.ended(run->events.userdata, &record);
	probe_record_done(&record);
	/* from the timer, not from here: whoever is told of the end may stop the run */
	if (!run->stopped && (run->conf.interval.ns == 0 || is_finished(run)))
		timer_set(&run->timer, clock_now());
}

/* ---- begin and end ---- */

static CURLU *
parse_url(const char *url, struct err *e)
{
	char *scheme = NULL;
	CURLUcode code;
	CURLU *u;

	if (curl_lib_load(e) < 0)
		return NULL;
	u = curl_url();
	code = curl_url_set(u, CURLUPART_URL, url, 0);
	if (code != CURLUE_OK) {
		(void)err_set(e, -EINVAL, "\"%s\" is not a URL: %s", url, curl_url_strerror(code));
		curl_url_cleanup(u);
		return NULL;
	}
	(void)curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
	if (scheme == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
		(void)err_set(e, -EINVAL, "\"%s\": only http and https can be probed", url);
		curl_url_cleanup(u);
		u = NULL;
	}
	curl_free(scheme);
	return u;
}

int
probe_check_url(const char *url, struct err *e)
{
	CURLU *u = parse_url(url, e);

	if (u == NULL)
		return -EINVAL;
	curl_url_cleanup(u);
	return 0;
}

/* curl wants the port too: each of a target's, and those of http and https for redirects. */
static void
add_resolve(struct probe_run *run, const struct probe_resolve *resolve, const char *port)
{
	char address[IP_STR_MAX];
	bool v6 = resolve->address.family == IP_V6;
	_cleanup_(freep) char *line = xasprintf("%s:%s:%s%s%s", resolve->host, port, v6 ? "[" : "",
	    ip_format(resolve->address, address), v6 ? "]" : "");

	run->resolves = curl_slist_append(run->resolves, line);
}

static int
set_resolves(struct probe_run *run, struct err *e)
{
	const struct probe_conf *conf = &run->conf;

	for (size_t i = 0; i < conf->resolve_count; i++) {
		add_resolve(run, &conf->resolves[i], "80");
		add_resolve(run, &conf->resolves[i], "443");
	}
	for (size_t t = 0; t < conf->target_count; t++) {
		CURLU *u = parse_url(conf->targets[t].url, e);
		char *port = NULL;

		if (u == NULL)
			return -EINVAL;
		if (curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
			for (size_t i = 0; i < conf->resolve_count; i++)
				add_resolve(run, &conf->resolves[i], port);
		}
		curl_free(port);
		curl_url_cleanup(u);
	}
	return 0;
}

int
probe_run_new(sd_event *loop, const struct probe_conf *conf, const struct probe_events *events,
    struct probe_run **ret, struct err *e)
{
	struct probe_run *run = xcalloc(1, sizeof(*run));
	struct instant now = clock_now();
	int r;

	run->conf = *conf;
	run->events = *events;
	list_init(&run->requests);
	run->lanes = xcalloc(conf->target_count, sizeof(*run->lanes));
	for (size_t i = 0; i < conf->target_count; i++)
		run->lanes[i].next_at = now;
	r = curl_loop_new(loop, on_ended, run, &run->curl, e);
	if (r == 0)
		r = set_resolves(run, e);
	if (r == 0) {
		r = timer_init(&run->timer, loop, on_timer);
		if (r < 0)
			(void)err_errno(e, r, "timer of the probe");
	}
	if (r < 0) {
		probe_run_free(run);
		return r;
	}
	timer_set(&run->timer, now);
	*ret = run;
	return 0;
}

void
probe_run_stop(struct probe_run *run)
{
	run->stopped = true;
	timer_set(&run->timer, INSTANT_NEVER);
	list_for_each_safe (q, &run->requests, struct request, node) {
		curl_loop_remove(run->curl, q->easy);
		run->lanes[q->target].in_flight--;
		request_free(q);
	}
}

void
probe_run_free(struct probe_run *run)
{
	if (run == NULL)
		return;
	if (run->curl)
		probe_run_stop(run);
	curl_loop_free(run->curl);
	timer_done(&run->timer);
	curl_slist_free_all(run->resolves);
	free(run->lanes);
	free(run);
}
