#include "controller/console.h"

#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "proto/http/fields.h"

#define ROOM "/console"

static const char left_out[] =
    "<!doctype html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Nearcast</title></head><body>\n"
    "<h1>This controller was built without its console</h1>\n"
    "<p>The API is here all the same: see <a href=\"/api/v1/openapi.json\">its description</a>,"
    " and the command <code>nearcast</code>.</p>\n"
    "<p>The console needs Node.js and npm, and npm's registry, when the program is built. Install "
    "them"
    " (<code>apt install nodejs npm</code>), then, in the source tree:</p>\n"
    "<pre>meson setup --reconfigure build -Dconsole=enabled\nninja -C build</pre>\n"
    "<p>Debian packages have it, unless they were built with the profile"
    " <code>pkg.nearcast.noconsole</code>.</p>\n"
    "</body></html>\n";

/* What a page may load, and who may look at it. */
static const struct {
	const char *name, *value;
} headers[] = {
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
	    " connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none';"
	    " form-action 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Embedder-Policy", "require-corp" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
};

static void
add_headers(struct http_answer *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		http_answer_add(a, headers[i].name, headers[i].value);
}

static void
answer_page(struct http_answer *a, unsigned status, const char *page)
{
	a->status = status;
	a->content_type = "text/html; charset=utf-8";
	strbuf_add(&a->text, page);
}

static void
redirect(struct http_answer *a)
{
	a->status = 302;
	http_answer_add(a, "Location", ROOM "/");
}

static const struct console_file *
find(const struct console_file *files, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	}
	return NULL;
}

/* Whether a list of codings has gzip, and does not say that it is not wanted. */
static bool
takes_gzip(const char *accept_encoding)
{
	const char *at = accept_encoding != NULL ? strstr(accept_encoding, "gzip") : NULL;

	if (at == NULL)
		return false;
	at += strlen("gzip");
	at += strspn(at, " ");
	if (*at != ';')
		return *at == '\0' || *at == ',';
	at += 1 + strspn(at + 1, " ");
	if (strncmp(at, "q=0", 3) != 0)
		return true;
	at += 3; /* "q=0", "q=0.000" say no, "q=0.5" does not */
	return strcspn(at, "123456789") < strcspn(at, ",");
}

static void
answer_file(
    const struct console_file *f, const struct http_request *request, struct http_answer *a)
{
	const char *known = http_fields_get(&request->fields, "If-None-Match");
	bool gzip = f->gzip != NULL &&
		    takes_gzip(http_fields_get(&request->fields, "Accept-Encoding"));
	_cleanup_(freep) char *etag = xasprintf("\"%s%s\"", f->etag, gzip ? "-gzip" : "");

	http_answer_add(a, "ETag", etag);
	/* it is asked for again each time, so that a new controller's page is never half an old one */
	http_answer_add(a, "Cache-Control", "no-cache");
	if (f->gzip != NULL)
		http_answer_add(a, "Vary", "Accept-Encoding");
	if (known != NULL && http_etag_is_listed(known, etag, true)) {
		a->status = 304;
		return;
	}
	a->status = 200;
	a->content_type = f->content_type;
	if (gzip) {
		http_answer_add(a, "Content-Encoding", "gzip");
		strbuf_add_mem(&a->text, f->gzip, f->gzip_len);
	} else {
		strbuf_add_mem(&a->text, f->bytes, f->len);
	}
}

static bool
is_within(const char *path)
{
	size_t len = strlen(ROOM);

	return strcmp(path, "/") == 0 ||
	       (strncmp(path, ROOM, len) == 0 && (path[len] == '\0' || path[len] == '/'));
}

bool
console_answer_from(const struct console_file *files, size_t count,
    const struct http_request *request, struct http_answer *answer)
{
	const char *path = request->target.path;
	const struct console_file *f;

	if (!is_within(path))
		return false;
	add_headers(answer);
	if (strcmp(request->method, "GET") != 0) {
		http_problem(answer, 405, "method", "expected GET");
		http_answer_add(answer, "Allow", "GET, HEAD");
		return true;
	}
	f = find(files, count, path);
	if (f == NULL && strchr(strrchr(path, '/'), '.') == NULL)
		f = find(files, count, ROOM "/index.html");
	if (count == 0)
		answer_page(answer, 200, left_out);
	else if (strcmp(path, "/") == 0 || strcmp(path, ROOM) == 0)
		redirect(answer);
	else if (f != NULL)
		answer_file(f, request, answer);
	else
		http_problem(answer, 404, "path", "the console has no such file");
	return true;
}

bool
console_answer(const struct http_request *request, struct http_answer *answer)
{
	return console_answer_from(console_files, console_file_count, request, answer);
}
