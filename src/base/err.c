#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#undef err_set
#undef err_errno

/* Whole characters, however much of it there is room for. */
static void _printf_(3, 0)
set(struct err *e, int code, const char *fmt, va_list ap)
{
	e->code = code;
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap);
	(void)utf8_mend(e->message);
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	va_start(ap, fmt);
	set(e, code, fmt, ap);
	va_end(ap);
	return code;
}

int
err_errno(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;
	size_t used;

	if (e == NULL)
		return code;
	va_start(ap, fmt);
	set(e, code, fmt, ap);
	va_end(ap);
	used = strlen(e->message);
	(void)snprintf(e->message + used, sizeof(e->message) - used, ": %s", strerror(-code));
	(void)utf8_mend(e->message);
	return code;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char inner[ERR_MESSAGE_MAX];
	va_list ap;
	size_t used;

	if (e == NULL)
		return 0;
	memcpy(inner, e->message, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	used = strlen(e->message);
	(void)snprintf(e->message + used, sizeof(e->message) - used, ": %s", inner);
	(void)utf8_mend(e->message);
	return e->code;
}
