#include "controller/export.h"

#include <string.h>

#include "base/alloc.h"
#include "controller/api.h"
#include "io/loop.h"

#define PAGE "500"

struct exporter {
	struct store *store;
	FILE *out;
	struct err *e;
	json_t *projects; /* owned: their names */
};

static int
get(struct exporter *x, const char *const *segments, size_t n, const struct api_pair *query,
    size_t query_count, struct api_response *response)
{
	struct api_request request = { .method = "GET",
		.path = "",
		.segments = segments,
		.segment_count = n,
		.query = query,
		.query_count = query_count,
		.now = clock_wall_ns(),
		.is_own = true };

	api_answer(x->store, &request, response);
	if (response->status == 200)
		return 0;
	return err_set(x->e, -EIO, "%s",
	    response->why[0] != '\0'
		? response->why
		: json_string_value(json_object_get(response->body, "detail")));
}

static int
write_item(struct exporter *x, const char *kind, json_t *object)
{
	json_auto_t *line = json_pack("{s:s, s:O}", "kind", kind, "object", object);

	if (json_dumpf(line, x->out, API_JSON) < 0 || fputc('\n', x->out) == EOF)
		return err_errno(x->e, -EIO, "write");
	return 0;
}

/* What stands beside a host's own fields. */
static int
write_network(struct exporter *x, const json_t *host)
{
	const char *id = json_string_value(json_object_get(host, "id"));
	const char *segments[] = { "api", "v1", "hosts", id, "network" };
	struct api_response response = { 0 };
	int r = get(x, segments, ARRAY_SIZE(segments), NULL, 0, &response);

	if (r >= 0) {
		(void)json_object_set_new(response.body, "host", json_string(id));
		r = write_item(x, "network", response.body);
	}
	api_response_done(&response);
	return r;
}

/* All pages of a list. */
static int
write_list(struct exporter *x, const char *kind, const char *const *segments, size_t n)
{
	_cleanup_(freep) char *cursor = NULL;
	int r;

	do {
		struct api_pair query[] = { { "limit", PAGE }, { "cursor", cursor } };
		struct api_response response = { 0 };
		const char *next;
		json_t *item;
		size_t i;

		r = get(x, segments, n, query, cursor != NULL ? 2 : 1, &response);
		freep(&cursor);
		cursor = NULL;
		json_array_foreach (json_object_get(response.body, "items"), i, item) {
			if (r >= 0)
				r = write_item(x, kind, item);
			if (r >= 0 && strcmp(kind, "host") == 0)
				r = write_network(x, item);
			if (strcmp(kind, "project") == 0)
				(void)json_array_append(x->projects, json_object_get(item, "id"));
		}
		next = json_string_value(json_object_get(response.body, "next"));
		if (r >= 0 && next != NULL)
			cursor = xstrdup(next);
		api_response_done(&response);
	} while (r >= 0 && cursor != NULL);
	return r;
}

static int
write_all(struct exporter *x)
{
	static const struct {
		const char *kind, *segment;
	} lists[] = { { "project", "projects" }, { "token", "tokens" }, { "pool", "pools" },
		{ "site", "sites" }, { "host", "hosts" }, { "join-token", "join-tokens" } };
	json_t *project;
	size_t i;
	int r = 0;

	for (i = 0; i < ARRAY_SIZE(lists) && r >= 0; i++) {
		const char *segments[] = { "api", "v1", lists[i].segment };

		r = write_list(x, lists[i].kind, segments, ARRAY_SIZE(segments));
	}
	json_array_foreach (x->projects, i, project) {
		const char *ips[] = { "api", "v1", "projects", json_string_value(project),
			"global-ips" };
		const char *services[] = { "api", "v1", "projects", ips[3], "services" };
		const char *catchments[] = { "api", "v1", "projects", ips[3], "catchments" };
		const char *rollouts[] = { "api", "v1", "projects", ips[3], "rollouts" };

		if (r >= 0)
			r = write_list(x, "global-ip", ips, ARRAY_SIZE(ips));
		if (r >= 0)
			r = write_list(x, "service", services, ARRAY_SIZE(services));
		if (r >= 0)
			r = write_list(x, "rollout", rollouts, ARRAY_SIZE(rollouts));
		if (r >= 0)
			r = write_list(x, "catchment", catchments, ARRAY_SIZE(catchments));
	}
	if (r >= 0)
		r = write_list(x, "order", (const char *const[]){ "api", "v1", "orders" }, 3);
	if (r >= 0)
		r = write_list(x, "audit", (const char *const[]){ "api", "v1", "audit" }, 3);
	return r;
}

int
export_all(struct store *store, FILE *out, struct err *e)
{
	struct exporter x = { .store = store, .out = out, .e = e, .projects = json_array() };
	int r = write_all(&x);

	json_decref(x.projects);
	if (r >= 0 && fflush(out) != 0)
		r = err_errno(e, -errno, "write");
	return r;
}
