#include "io/http_call.h"

#include "io/http_transfer.h"

int
http_call(const struct http_call *call, struct http_reply *ret, struct err *e)
{
	struct http_transfer t;
	int r = http_transfer_init(&t, call, ret, e);

	if (r >= 0)
		r = http_transfer_end(&t, call, curl_easy_perform(t.easy), e);
	http_transfer_done(&t);
	return r;
}

void
http_reply_done(struct http_reply *reply)
{
	strbuf_done(&reply->body);
}
