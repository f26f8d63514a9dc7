/* The file of a controller's catchment. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/catchments.h"
#include "cli/fields.h"
#include "io/atomic_file.h"

#define FILE_MAX (64u << 20)
#define FILE_TIMEOUT DURATION_S(60)

static int
fetch(const struct controller *c, const char *path, struct http_reply *reply)
{
	_cleanup_(freep) char *url = controller_address(c, path);
	const char *headers[] = { c->authorization, NULL };
	struct http_call call = { .url = url,
		.headers = headers,
		.ca_file = c->ca_file,
		.timeout = FILE_TIMEOUT,
		.max = FILE_MAX };
	json_auto_t *problem = NULL;
	struct err e = { 0 };

	if (http_call(&call, reply, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	if (reply->status == 200)
		return EXIT_SUCCESS;
	problem = json_loadb(strbuf_get(&reply->body), reply->body.len, 0, NULL);
	cli_say_error("%s", problem != NULL ? field_text(problem, "detail")
					    : "the answer is not one of a controller");
	return EXIT_FAILURE;
}

int
catchments_fetch(const struct object_options *o, const char *id, struct http_reply *ret)
{
	_cleanup_(controller_done) struct controller c = { 0 };
	_cleanup_(strbuf_done) struct strbuf path = { 0 };
	int status = controller_open(&o->controller, &c);

	if (status == EXIT_SUCCESS)
		status = object_path(&catchment_kind, o, &c, id, &path);
	strbuf_add(&path, "/file");
	return status == EXIT_SUCCESS ? fetch(&c, strbuf_get(&path), ret) : status;
}

int
catchments_save(const struct object_options *o, const char *id, const char *out)
{
	_cleanup_(http_reply_done) struct http_reply reply = { 0 };
	struct err e = { 0 };
	int status = catchments_fetch(o, id, &reply);

	if (status != EXIT_SUCCESS)
		return status;
	if (strcmp(out, "-") == 0)
		return cli_print(strbuf_get(&reply.body));
	if (atomic_file_write(out, strbuf_get(&reply.body), reply.body.len, 0644, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
