#include "io/http_get.h"

#include <errno.h>

#include "io/http_call.h"

#define REDIRECTS_MAX 3

int
http_get(const char *url, struct duration timeout, size_t max, struct strbuf *ret, struct err *e)
{
	const struct http_call call = {
		.url = url, .timeout = timeout, .max = max, .redirects = REDIRECTS_MAX
	};
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	int r = http_call(&call, &reply, e);

	if (r < 0)
		return r;
	if (reply.status != 200)
		return err_set(e, -EPROTO, "%s: status %ld; expected 200", url, reply.status);
	strbuf_add_mem(ret, strbuf_get(&reply.body), reply.body.len);
	return 0;
}
