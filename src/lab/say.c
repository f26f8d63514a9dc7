#include "lab/say.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/style.h"
#include "io/loop.h"
#include "io/tty.h"

struct say
say_init(FILE *to, bool results, struct instant since)
{
	/* Only for nl_langinfo(): a locale of the numbers would change what we print. */
	(void)setlocale(LC_CTYPE, "");
	return (struct say){
		.to = to,
		.look = {
			.colour = tty_wants_colour(fileno(to)),
			.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
		},
		.terminal = isatty(fileno(to)),
		.results = results,
		.since = since,
	};
}

static void
clear_waiting(const struct say *s)
{
	if (s->terminal)
		fputs("\r\033[K", s->to);
}

static void _printf_(3, 0)
say_line(const struct say *s, enum style style, const char *fmt, va_list ap)
{
	if (s->quiet)
		return;

	struct duration elapsed = instant_diff(clock_now(), s->since);

	clear_waiting(s);
	fprintf(s->to, "%s[%6.1f s]%s %s", style_begin(STYLE_DIM, s->look.colour),
	    duration_ms_f(elapsed) / 1000, style_end(STYLE_DIM, s->look.colour),
	    style_begin(style, s->look.colour));
	vfprintf(s->to, fmt, ap);
	fprintf(s->to, "%s\n", style_end(style, s->look.colour));
	fflush(s->to);
}

void
say_step(const struct say *s, const char *fmt, ...)
{
	va_list ap;

	if (s->results && !s->quiet)
		fputc('\n', s->to);
	va_start(ap, fmt);
	say_line(s, STYLE_STRONG, fmt, ap);
	va_end(ap);
}

void
say_done(const struct say *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_line(s, STYLE_PLAIN, fmt, ap);
	va_end(ap);
}

void
say_waiting(const struct say *s, const char *fmt, ...)
{
	va_list ap;

	if (!s->terminal || s->quiet)
		return;
	clear_waiting(s);
	fputs(style_begin(STYLE_DIM, s->look.colour), s->to);
	fputs("           ", s->to);
	va_start(ap, fmt);
	vfprintf(s->to, fmt, ap);
	va_end(ap);
	fputs(style_end(STYLE_DIM, s->look.colour), s->to);
	fflush(s->to);
}

void
say_result(const struct say *s, const char *text)
{
	if (!s->results || s->quiet)
		return;
	clear_waiting(s);
	fputs(text, s->to);
	fflush(s->to);
}

const char *
look_tick(struct look l)
{
	return l.utf8 ? "✓" : "ok";
}

const char *
look_cross(struct look l)
{
	return l.utf8 ? "✗" : "NO";
}

const char *
look_arrow(struct look l)
{
	return l.utf8 ? "→" : ">";
}
