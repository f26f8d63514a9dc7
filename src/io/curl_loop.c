#include "io/curl_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "io/curl_lib.h"
#include "io/loop.h"

struct curl_loop {
	sd_event *loop; /* a reference */
	CURLM *multi;   /* owned */
	struct timer timer;
	struct instant due;      /* when libcurl wants to be called; NEVER: not */
	struct instant armed;    /* when the timer fires; not after due */
	bool adding;             /* due is not yet what it will be */
	int alive;               /* transfers under way; more than that, when some were taken out */
	sd_event_source *unread; /* owned: enabled while ended ones may be there */
	curl_ended_fn ended;
	void *userdata;
};

static void
collect_ended(struct curl_loop *l)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(l->multi, &left)) != NULL) {
		if (message->msg == CURLMSG_DONE)
			l->ended(l->userdata, message->easy_handle, message->data.result);
	}
}

static int
on_unread(sd_event_source *source, void *userdata)
{
	(void)source;
	collect_ended(userdata);
	return 0;
}

/*
 * The timer fires at most once for each `due` that is in vain: nearly all are taken back before
 * their time, and to disarm it each time would cost more.
 */
static void
arm(struct curl_loop *l, struct instant due)
{
	l->due = due;
	if (l->adding || instant_cmp(due, l->armed) >= 0)
		return;
	l->armed = due;
	timer_set(&l->timer, due);
}

/* As if its time had come; it says anew when the next one does. */
static void
call_libcurl(struct curl_loop *l)
{
	l->due = INSTANT_NEVER;
	(void)curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &l->alive);
}

static void
on_timer(struct timer *t, struct instant now)
{
	struct curl_loop *l = container_of(t, struct curl_loop, timer);
	struct instant due = l->due;

	l->armed = INSTANT_NEVER;
	if (instant_cmp(now, due) < 0) {
		arm(l, due);
		return;
	}
	call_libcurl(l);
	collect_ended(l);
}

static int
on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct curl_loop *l = userdata;
	int mask = 0;

	(void)source;
	if (events & (EPOLLIN | EPOLLHUP))
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	(void)curl_multi_socket_action(l->multi, fd, mask, &l->alive);
	collect_ended(l);
	return 0;
}

/* curl says what it wants to know of a socket; source is what it got from us for it before. */
static int
on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data)
{
	struct curl_loop *l = userdata;
	sd_event_source *source = socket_data;
	uint32_t events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		(void)sd_event_source_disable_unref(source);
		(void)curl_multi_assign(l->multi, fd, NULL);
		return 0;
	}
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	if (source)
		return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
	if (sd_event_add_io(l->loop, &source, fd, events, on_io, l) < 0)
		return -1;
	(void)curl_multi_assign(l->multi, fd, source);
	return 0;
}

static int
on_timer_wish(CURLM *multi, long timeout_ms, void *userdata)
{
	struct curl_loop *l = userdata;

	(void)multi;
	arm(l, timeout_ms < 0 ? INSTANT_NEVER : instant_add(clock_now(), DURATION_MS(timeout_ms)));
	return 0;
}

int
curl_loop_new(
    sd_event *loop, curl_ended_fn ended, void *userdata, struct curl_loop **ret, struct err *e)
{
	static bool initialised;
	struct curl_loop *l;
	int r;

	r = curl_lib_load(e);
	if (r < 0)
		return r;
	if (!initialised && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, -ENOMEM, "libcurl cannot be initialised");
	initialised = true;
	l = xcalloc(1, sizeof(*l));
	l->loop = sd_event_ref(loop);
	l->ended = ended;
	l->userdata = userdata;
	l->due = l->armed = INSTANT_NEVER;
	r = timer_init(&l->timer, loop, on_timer);
	if (r >= 0)
		r = sd_event_add_defer(loop, &l->unread, on_unread, l);
	if (r >= 0)
		r = sd_event_source_set_enabled(l->unread, SD_EVENT_OFF);
	if (r < 0) {
		curl_loop_free(l);
		return err_errno(e, r, "timer of libcurl");
	}
	l->multi = curl_multi_init();
	if (l->multi == NULL) {
		curl_loop_free(l);
		return err_set(e, -ENOMEM, "libcurl cannot be initialised");
	}
	(void)curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
	(void)curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	(void)curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
	(void)curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	*ret = l;
	return 0;
}

void
curl_loop_limit(struct curl_loop *l, unsigned connections)
{
	(void)curl_multi_setopt(l->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
}

void
curl_loop_free(struct curl_loop *l)
{
	if (l == NULL)
		return;
	if (l->multi)
		(void)curl_multi_cleanup(l->multi);
	timer_done(&l->timer);
	(void)sd_event_source_disable_unref(l->unread);
	(void)sd_event_unref(l->loop);
	free(l);
}

int
curl_loop_add(struct curl_loop *l, CURL *easy, struct err *e)
{
	int alive = l->alive + 1;
	CURLMcode code;

	l->adding = true;
	code = curl_multi_add_handle(l->multi, easy);
	l->adding = false;
	if (code != CURLM_OK)
		return err_set(e, -EIO, "start a transfer: %s", curl_multi_strerror(code));
	/* begun here, not when a timer of 0 ms has fired: that is two turns of the loop less */
	call_libcurl(l);
	if (l->alive < alive)
		(void)sd_event_source_set_enabled(l->unread, SD_EVENT_ONESHOT);
	return 0;
}

void
curl_loop_remove(struct curl_loop *l, CURL *easy)
{
	(void)curl_multi_remove_handle(l->multi, easy);
}
