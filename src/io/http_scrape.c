#include "io/http_scrape.h"

#include <nettle/memops.h>
#include <string.h>

#include "base/alloc.h"
#include "io/token_file.h"

static bool
is_authorized(const struct http_request *request, const char *wanted)
{
	const char *said = http_fields_get(&request->fields, "Authorization");

	if (wanted == NULL)
		return true;
	return said != NULL && strlen(said) == strlen(wanted) &&
	       memeql_sec(said, wanted, strlen(wanted)) != 0;
}

bool
http_scrape_is_asked(
    const struct http_request *request, const char *authorization, struct http_answer *answer)
{
	if (!is_authorized(request, authorization)) {
		http_problem(answer, 401, "Authorization", "the token of the configuration is needed");
		http_answer_add(answer, "WWW-Authenticate", "Bearer");
	} else if (strcmp(request->target.path, "/metrics") != 0) {
		http_problem(answer, 404, "path", "there is nothing but /metrics");
	} else if (strcmp(request->method, "GET") != 0) {
		http_problem(answer, 405, "method", "/metrics can only be read");
		http_answer_add(answer, "Allow", "GET, HEAD");
	} else {
		return true;
	}
	return false;
}

int
http_scrape_authorization(const char *path, char **ret, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf token = { 0 };
	int r = token_file_read(path, &token, e);

	if (r >= 0)
		*ret = xasprintf("Bearer %s", strbuf_get(&token));
	if (token.text != NULL)
		explicit_bzero(token.text, token.len);
	return r;
}
