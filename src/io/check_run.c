#include "io/check_run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "io/check_kind.h"
#include "io/curl_check.h"
#include "io/curl_loop.h"
#include "io/reaper.h"

static const struct check_kind *const kinds[] = {
#define CHECK_KIND_ROW(upper, lower) &lower##_check_kind,
	CHECK_KINDS(CHECK_KIND_ROW)
#undef CHECK_KIND_ROW
};

const char *const check_kind_names[] = {
#define CHECK_KIND_NAME(upper, lower) #lower,
	CHECK_KINDS(CHECK_KIND_NAME)
#undef CHECK_KIND_NAME
	    NULL,
};

const char *const check_method_names[] = { "GET", "HEAD", "POST", "PUT", "OPTIONS", NULL };
const char *const check_http_version_names[] = { "1.1", "2", NULL };

const char *const check_transport_names[] = { "udp", "tcp", "tls", NULL };
const char *const check_file_names[] = { "present", "absent", NULL };

struct check_hub {
	sd_event *loop;              /* a reference */
	struct curl_loop *transfers; /* owned; NULL until the first that needs it */
	struct reaper *reaper;       /* owned */
};

struct check_hub *
check_hub_new(sd_event *loop)
{
	struct check_hub *hub = xcalloc(1, sizeof(*hub));

	hub->loop = sd_event_ref(loop);
	hub->reaper = reaper_new(loop);
	return hub;
}

void
check_hub_free(struct check_hub *hub)
{
	if (hub == NULL)
		return;
	curl_loop_free(hub->transfers);
	reaper_free(hub->reaper);
	(void)sd_event_unref(hub->loop);
	free(hub);
}

sd_event *
check_hub_loop(const struct check_hub *hub)
{
	return hub->loop;
}

void
check_hub_reap(struct check_hub *hub, int pidfd)
{
	reaper_take(hub->reaper, pidfd);
}

int
check_hub_curl(struct check_hub *hub, struct curl_loop **ret, struct err *e)
{
	int r = 0;

	if (hub->transfers == NULL)
		r = curl_loop_new(hub->loop, curl_check_ended, NULL, &hub->transfers, e);
	*ret = hub->transfers;
	return r;
}

void
check_run_end(struct check_run *run, enum check_outcome outcome, const char *fmt, ...)
{
	struct check_run_result result = { .outcome = outcome };
	va_list ap;

	if (!run->running)
		return;
	/* the text first: it may be of what stop() lets go */
	va_start(ap, fmt);
	utf8_vformat(result.why, sizeof(result.why), fmt, ap);
	va_end(ap);
	check_run_stop(run);
	run->done(run->userdata, &result);
}

void
check_run_end_errno(struct check_run *run, int error)
{
	if (error == ECONNREFUSED)
		check_run_end(run, CHECK_RUN_REFUSED, "connection refused");
	else
		check_run_end(run, CHECK_RUN_FAILED, "%s", strerror(error));
}

static void
on_time(struct timer *t, struct instant now)
{
	struct check_run *run = container_of(t, struct check_run, timer);
	const char *late = run->kind->late ? run->kind->late(run) : run->awaits;
	char text[DURATION_STR_MAX];

	(void)now;
	check_run_end(
	    run, CHECK_RUN_FAILED, "no %s after %s", late, duration_format(run->timeout, text));
}

int
check_run_new(struct check_hub *hub, const struct check_spec *spec, struct ip address,
    struct duration timeout, check_run_fn done, void *userdata, struct check_run **ret)
{
	const struct check_kind *kind = kinds[spec->kind];
	struct check_run *run = xcalloc(1, kind->size);
	int r;

	*run = (struct check_run){ .kind = kind,
		.hub = hub,
		.spec = spec,
		.address = spec->target.family != IP_NONE ? spec->target : address,
		.timeout = timeout,
		.done = done,
		.userdata = userdata };
	r = timer_init(&run->timer, hub->loop, on_time);
	if (r < 0) {
		free(run);
		return r;
	}
	if (kind->open)
		kind->open(run);
	*ret = run;
	return 0;
}

void
check_run_free(struct check_run *run)
{
	if (run == NULL)
		return;
	check_run_stop(run);
	if (run->kind->close)
		run->kind->close(run);
	timer_done(&run->timer);
	free(run);
}

void
check_run_start(struct check_run *run)
{
	check_run_stop(run);
	run->running = true;
	run->awaits = "answer";
	timer_set(&run->timer, instant_add(clock_now(), run->timeout));
	run->kind->start(run);
}

void
check_run_stop(struct check_run *run)
{
	if (!run->running)
		return;
	run->running = false;
	timer_set(&run->timer, INSTANT_NEVER);
	run->kind->stop(run);
}

int
check_run_able(const struct check_spec *spec, struct err *e)
{
	const struct check_kind *kind = kinds[spec->kind];

	return kind->able ? kind->able(spec, e) : 0;
}

const char *
check_run_output(struct check_run *run)
{
	return run->kind->output ? run->kind->output(run) : NULL;
}

char *
check_url_of(const char *url, const char *host, char buf[static CHECK_URL_MAX])
{
	static const char mark[] = "{address}";
	const char *at = strstr(url, mark);

	if (at == NULL)
		(void)snprintf(buf, CHECK_URL_MAX, "%s", url);
	else
		(void)snprintf(
		    buf, CHECK_URL_MAX, "%.*s%s%s", (int)(at - url), url, host, at + strlen(mark));
	return buf;
}

char *
check_url(const struct check_spec *spec, struct ip address, char buf[static CHECK_URL_MAX])
{
	char text[IP_STR_MAX], host[IP_STR_MAX + 2];

	(void)snprintf(
	    host, sizeof(host), address.family == IP_V6 ? "[%s]" : "%s", ip_format(address, text));
	return check_url_of(spec->url, host, buf);
}
