#include "proto/check/http_status.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"

/* Three digits, not followed by a fourth. */
static bool
parse_status(const char *text, uint16_t *ret)
{
	uint32_t value;
	char digits[4] = "";

	if (strnlen(text, 3) < 3)
		return false;
	memcpy(digits, text, 3);
	if (parse_u32(digits, 599, &value) < 0 || value < 100)
		return false;
	*ret = (uint16_t)value;
	return true;
}

int
http_status_parse(const char *text, struct http_status_range *ret)
{
	struct http_status_range range;

	if (!parse_status(text, &range.first))
		return -EINVAL;
	range.last = range.first;
	if (text[3] == '-' && !parse_status(text + 4, &range.last))
		return -EINVAL;
	if (text[text[3] == '-' ? 7 : 3] != '\0' || range.last < range.first)
		return -EINVAL;
	*ret = range;
	return 0;
}

bool
http_status_is_in(const struct http_status_range *ranges, size_t count, long status)
{
	for (size_t i = 0; i < count; i++) {
		if (status >= ranges[i].first && status <= ranges[i].last)
			return true;
	}
	return false;
}

void
http_status_format(const struct http_status_range *ranges, size_t count, char *buf, size_t size)
{
	struct strbuf out = { 0 };

	for (size_t i = 0; i < count; i++) {
		strbuf_addf(&out, "%s%u", i > 0 ? ", " : "", ranges[i].first);
		if (ranges[i].last > ranges[i].first)
			strbuf_addf(&out, "-%u", ranges[i].last);
	}
	utf8_format(buf, size, "%s", strbuf_get(&out));
	strbuf_done(&out);
}
