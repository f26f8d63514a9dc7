#include "io/http_answer.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/alloc.h"
#include "proto/http/reason.h"

void
http_answer_done(struct http_answer *answer)
{
	strbuf_done(&answer->text);
	if (answer->source.more != NULL)
		answer->source.done(answer->source.userdata);
	for (size_t i = 0; i < answer->header_count; i++) {
		free(answer->headers[i].name);
		free(answer->headers[i].value);
	}
	free(answer->headers);
	*answer = (struct http_answer){ 0 };
}

void
http_answer_add(struct http_answer *answer, const char *name, const char *value)
{
	struct http_header *h;

	answer->headers = grow_array(
	    answer->headers, answer->header_count, &answer->header_cap, sizeof(*answer->headers));
	h = &answer->headers[answer->header_count++];
	h->name = xstrdup(name);
	h->value = xstrdup(value);
	for (char *c = h->value; *c != '\0'; c++) {
		if (*c < ' ' || *c == 0x7f) /* also what is not ASCII */
			*c = '?';
	}
}

void
http_problem(struct http_answer *answer, unsigned status, const char *field, const char *detail)
{
	json_auto_t *o = json_pack("{s:s, s:s, s:i, s:s}", "type", http_problem_type(status),
	    "title", http_reason(status), "status", (int)status, "detail", detail);
	char *text;

	if (field != NULL)
		(void)json_object_set_new(o, "errors",
		    json_pack("[{s:s, s:s}]", "field", field, "detail", detail));
	text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;

	answer->status = status;
	answer->content_type = "application/problem+json";
	strbuf_add(&answer->text, text != NULL ? text : "{}");
	strbuf_add_char(&answer->text, '\n');
	free(text);
}
