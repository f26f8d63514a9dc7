#include "io/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"

/* Of xterm, which every terminal that is not dumb has learned: another screen, no cursor, and
 * lines are cut, not wrapped; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"

bool
terminal_can_paint(int in, int out)
{
	const char *term = getenv("TERM");

	return isatty(in) && isatty(out) && term && *term && strcmp(term, "dumb") != 0;
}

/* Whatever happens to it, the terminal has gone then. */
static void
say(const struct terminal *t, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t done = write(t->out, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

int
terminal_open(struct terminal *t, int in, int out, struct err *e)
{
	struct termios now;

	*t = (struct terminal){ .in = in, .out = out };
	if (tcgetattr(in, &t->before) < 0)
		return err_errno(e, -errno, "terminal");
	now = t->before;
	now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	now.c_cc[VMIN] = 1;
	now.c_cc[VTIME] = 0;
	now.c_cc[VSUSP] = _POSIX_VDISABLE;
	now.c_cc[VQUIT] = _POSIX_VDISABLE;
	if (tcsetattr(in, TCSANOW, &now) < 0)
		return err_errno(e, -errno, "terminal");
	t->is_open = true;
	say(t, ENTER, strlen(ENTER));
	return 0;
}

void
terminal_close(struct terminal *t)
{
	if (!t->is_open)
		return;
	say(t, LEAVE, strlen(LEAVE));
	(void)tcsetattr(t->in, TCSANOW, &t->before);
	t->is_open = false;
}

void
terminal_paint(const struct terminal *t, const char *lines)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	strbuf_add(&out, "\033[H");
	for (const char *p = lines;;) {
		size_t n = strcspn(p, "\n");

		strbuf_add_mem(&out, p, n);
		strbuf_add(&out, "\033[K");
		if (p[n] == '\0')
			break;
		strbuf_add(&out, "\r\n");
		p += n + 1;
	}
	strbuf_add(&out, "\033[J");
	say(t, strbuf_get(&out), out.len);
}
