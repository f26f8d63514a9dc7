/* nearcast trace --live: the rounds on a terminal, and its keys. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/trace.h"
#include "io/terminal.h"
#include "io/tty.h"
#include "measure/trace_live.h"

struct trace_screen {
	struct tracing *tracing; /* borrowed */
	struct terminal terminal;
	struct trace_live live;
	sd_event_source *keys, *resized; /* owned */
};

void
trace_screen_paint(struct trace_screen *s)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct trace_report report = tracing_report(s->tracing);

	s->live.columns = tty_columns(s->terminal.out, 80);
	s->live.rows = tty_rows(s->terminal.out, 24);
	trace_live_to_text(&s->live, &report, s->tracing->rounds, &text);
	terminal_paint(&s->terminal, strbuf_get(&text));
}

static void
press(struct trace_screen *s, char key)
{
	switch (trace_live_key(&s->live, key)) {
	case TRACE_LIVE_NONE:
		return;
	case TRACE_LIVE_QUIT:
		(void)sd_event_exit(s->tracing->loop, 0);
		return;
	case TRACE_LIVE_RESET:
		tracing_reset_rounds(s->tracing);
		break;
	case TRACE_LIVE_PAUSE:
		tracing_pause_rounds(s->tracing, s->live.paused);
		break;
	case TRACE_LIVE_REPAINT:
		break;
	}
	trace_screen_paint(s);
}

static int
on_keys(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct trace_screen *s = userdata;
	char keys[32];
	ssize_t n = read(fd, keys, sizeof(keys));

	(void)source;
	/* without any, the terminal has gone */
	if (n <= 0 || (events & (EPOLLHUP | EPOLLERR)) != 0)
		(void)sd_event_exit(s->tracing->loop, 0);
	for (ssize_t i = 0; i < n; i++)
		press(s, keys[i]);
	return 0;
}

static int
on_resized(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)source;
	(void)info;
	trace_screen_paint(userdata);
	return 0;
}

/* Whether the locale has more than ASCII. */
static bool
has_unicode(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names) && (value == NULL || *value == '\0'); i++)
		value = getenv(names[i]);
	return value && (strcasestr(value, "utf-8") || strcasestr(value, "utf8"));
}

/* The loop wants its signals blocked. SIGHUP ends it: the terminal has gone. */
static int
watch(struct trace_screen *s, sd_event *loop)
{
	sigset_t set;
	int r;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	r = sd_event_add_signal(loop, &s->resized, SIGWINCH, on_resized, s);
	if (r >= 0)
		r = sd_event_add_signal(loop, NULL, SIGHUP, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_io(loop, &s->keys, s->terminal.in, EPOLLIN, on_keys, s);
	return r;
}

int
trace_screen_new(struct tracing *t, struct trace_screen **ret)
{
	struct trace_screen *s = xcalloc(1, sizeof(*s));
	int r;

	s->tracing = t;
	s->live.ascii = !has_unicode();
	s->live.numeric = false;
	r = terminal_open(&s->terminal, STDIN_FILENO, STDOUT_FILENO, &t->e);
	if (r == 0) {
		r = watch(s, t->loop);
		if (r < 0)
			(void)err_errno(&t->e, r, "event loop");
	}
	if (r < 0) {
		trace_screen_free(s);
		return r;
	}
	*ret = s;
	trace_screen_paint(s);
	return 0;
}

void
trace_screen_free(struct trace_screen *s)
{
	if (s == NULL)
		return;
	s->keys = sd_event_source_disable_unref(s->keys);
	s->resized = sd_event_source_disable_unref(s->resized);
	terminal_close(&s->terminal);
	free(s);
}
