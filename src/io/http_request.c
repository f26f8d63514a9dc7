/*
 * What the library knows of a request, copied, and looked at once more: libmicrohttpd 0.9.75 ends
 * texts at a NUL that the client sent, makes one name of a folded line and the name before it, and
 * takes a line whose name is empty for the end of the headers: what follows is the next request.
 * All of that lets a request mean something else here than to a proxy in front, and can be told by
 * where its texts lie: in one buffer, one behind the other up to its end, as they came.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/http_internal.h"

struct copying {
	struct arena *arena;
	struct http_field *items;
	size_t count, cap;
	const char *last; /* text before: the version, or a field's value */
	size_t bytes_max; /* between two texts of one buffer */
	bool is_strange;
};

/* How far `to` lies behind the end of a text; 0: it does not. */
static size_t
gap_behind(const char *text, size_t len, const char *to)
{
	uintptr_t end = (uintptr_t)text + len;

	return (uintptr_t)to > end ? (uintptr_t)to - end : 0;
}

static size_t
gap(const char *text, const char *to)
{
	return gap_behind(text, strlen(text), to);
}

static bool
is_within(size_t n, size_t least, size_t most)
{
	return n >= least && n <= most;
}

/* Without white space at its end; the library left out that before it. */
static const char *
copy_value(struct arena *arena, const char *value)
{
	size_t len = strlen(value);

	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	return arena_printf(arena, "%.*s", (int)len, value);
}

static enum MHD_Result
copy_field(void *userdata, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct copying *c = userdata;
	size_t within;

	(void)kind;
	if (value == NULL)
		value = "";
	within = gap(name, value); /* the colon, and blanks */
	c->is_strange |= within == 0 || within > c->bytes_max;
	c->is_strange |= !is_within(gap(c->last, name), 1, 2); /* LF, or CR and LF */
	c->last = value;
	c->items = grow_array(c->items, c->count, &c->cap, sizeof(*c->items));
	c->items[c->count++] =
	    (struct http_field){ arena_strdup(c->arena, name), copy_value(c->arena, value) };
	return MHD_YES;
}

/* The headers end at `end`. */
static bool
copy_fields(struct http_connection *c, const struct http_line *line, const char *end,
    struct arena *arena, struct http_fields *ret)
{
	struct copying copying = { .arena = arena,
		.last = line->version,
		.bytes_max = c->server->limits.header_bytes + HTTP_PIECE_BYTES };

	(void)MHD(MHD_get_connection_values)(c->mhd, MHD_HEADER_KIND, copy_field, &copying);
	ret->items = arena_memdup(arena, copying.items, copying.count * sizeof(*copying.items));
	ret->count = copying.count;
	free(copying.items);
	/* its last line, and the empty one */
	return !copying.is_strange && is_within(gap(copying.last, end), 2, 4);
}

static unsigned
refuse(struct http_refusal *to, unsigned status, const char *field, const char *text)
{
	to->field = field;
	(void)err_set(&to->e, -EINVAL, "%s", text);
	return status;
}

static unsigned
check_line(const struct http_line *l, struct http_refusal *to)
{
	if (!http_is_token(l->method) || gap(l->method, l->target) != 1 ||
	    gap_behind(l->target, l->target_len, l->version) != 1)
		return refuse(to, 400, "request line", "the request's first line is malformed");
	return 0;
}

unsigned
http_request_copy(struct http_connection *c, const struct http_line *line, struct arena *arena,
    struct http_request *ret, uint64_t *ret_body_len, struct http_refusal *to)
{
	const union MHD_ConnectionInfo *info =
	    MHD(MHD_get_connection_info)(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	bool is_old = strcmp(line->version, MHD_HTTP_VERSION_1_0) == 0;
	unsigned status = check_line(line, to);

	ret->is_head = strcmp(line->method, MHD_HTTP_METHOD_HEAD) == 0;
	ret->method = ret->is_head ? MHD_HTTP_METHOD_GET : arena_strdup(arena, line->method);
	ret->body = "";
	ret->peer = c->peer;
	ret->is_tls = c->server->tls != NULL;
	if (status == 0 && info->header_size > c->server->limits.header_bytes)
		status = refuse(to, 431, "headers", "the request's headers are too long");
	if (status == 0 &&
	    !copy_fields(c, line, line->method + info->header_size, arena, &ret->fields))
		status = refuse(to, 400, "headers", "a header is folded, has no name, or has a NUL");
	if (status == 0)
		status = http_framing_check(
		    &ret->fields, is_old, ret_body_len, &to->field, &to->e);
	return status;
}
