#include "error_rows.h"

#include <errno.h>

void
check_error_rows(const struct error_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		_cleanup_(strbuf_done) struct strbuf errors = { 0 };
		size_t len = rows[i].len ? rows[i].len : strlen(rows[i].text);
		struct conf *c = NULL;

		CHECK_INT(
		    conf_load_text("x", rows[i].text, len, &zoo_schema, &c, &errors), -EINVAL);
		CHECK(c == NULL);
		if (strcmp(strbuf_get(&errors), rows[i].errors) != 0)
			tap_fail(__FILE__, __LINE__, "row %s", rows[i].name);
		CHECK_STR(strbuf_get(&errors), rows[i].errors);
	}
}
