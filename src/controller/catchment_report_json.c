/* A catchment's report as the API gives it: what `nearcast report --json` has, with clients by
 * place and network. */
#include <math.h>

#include "controller/catchment_report.h"
#include "measure/report_write.h"
#include "report/rows.h"
#include "report/spots.h"

static void
set(json_t *j, const char *key, json_t *value)
{
	(void)json_object_set_new(j, key, value);
}

static json_t *
text(const char *value)
{
	return value != NULL ? json_string(value) : json_null();
}

static json_t *
count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *
share_of(const struct report *r, double weight)
{
	double all = r->after.heard.weight;

	return report_number_to_json(all > 0 ? weight * 100 / all : 0);
}

/* Of whom: one client of it, with most weight, and its network. */
static json_t *
client_to_json(const struct report *r, uint32_t client, uint64_t clients)
{
	const struct report_client *c = &r->clients[client];
	json_t *j = json_object();

	set(j, "client", text(c->name));
	set(j, "clients", count(clients));
	set(j, "network", text(c->network));
	set(j, "asn", report_asn_to_json(c->asn));
	return j;
}

static json_t *
spot_to_json(const struct report *r, const struct spot *s)
{
	const struct report_client *c = &r->clients[s->client];
	json_t *j = client_to_json(r, s->client, s->clients);
	/* the least of some is not the best: not without the one where it lands */
	bool has_best = !isnan(s->rtt) && !isnan(c->after.rtt);

	set(j, "networks", count(s->networks));
	report_place_to_json(j, &c->place);
	set(j, "weight", report_number_to_json(s->weight));
	set(j, "share", s->is_heard ? share_of(r, s->weight) : json_null());
	set(j, "heard", json_boolean(s->is_heard));
	set(j, "site", report_site_to_json(r, s->site));
	set(j, "sites", text(c->after.sites));
	set(j, "rtt_ms", report_number_to_json(s->rtt));
	set(j, "best_site", report_site_to_json(r, has_best ? c->after.best_site : REPORT_NONE));
	set(j, "best_rtt_ms", report_number_to_json(has_best ? s->best_rtt : NAN));
	set(j, "inflation_ms", report_number_to_json(s->ms));
	set(j, "inflation_km", report_number_to_json(s->km));
	set(j, "better_site", report_site_to_json(r, s->better_site));
	return j;
}

static void
add_spots(const struct report *r, json_t *j)
{
	struct spots s = spots_of(r, CATCHMENT_SPOTS_MAX);
	json_t *list = json_array(), *told = json_object(), *left_out = json_object();

	for (size_t i = 0; i < s.count; i++)
		(void)json_array_append_new(list, spot_to_json(r, &s.items[i]));
	set(left_out, "clients", count(s.left_out));
	set(left_out, "share", share_of(r, s.left_out_weight));
	set(told, "by_network", json_boolean(s.by_network));
	set(told, "degrees", count(s.degrees));
	set(told, "unplaced", count(s.unplaced));
	set(told, "left_out", left_out);
	set(j, "clients", list);
	set(j, "clients_told", told);
	spots_done(&s);
}

static json_t *
row_to_json(const struct report *r, const struct row *row)
{
	const struct report_client *c = &r->clients[row->client];
	json_t *j = client_to_json(r, row->client, row->clients);

	set(j, "city", row->clients == 1 ? text(c->place.city) : json_null());
	set(j, "country", text(c->place.country));
	set(j, "site", report_site_to_json(r, row->site));
	set(j, "rtt_ms", report_number_to_json(row->rtt));
	set(j, "better_site", report_site_to_json(r, row->better_site));
	set(j, "better_rtt_ms", report_number_to_json(row->better_rtt));
	set(j, "only_nearer", json_boolean(row->only_nearer));
	set(j, "inflation_ms", report_number_to_json(row->ms));
	set(j, "inflation_km", report_number_to_json(row->km));
	set(j, "share", report_number_to_json(row->share));
	return j;
}

static void
add_better(const struct report *r, json_t *j)
{
	struct rows rows = rows_of(r, CATCHMENT_BETTER_MAX);
	json_t *list = json_array(), *left_out = json_object();

	for (size_t i = 0; i < rows.count; i++)
		(void)json_array_append_new(list, row_to_json(r, &rows.items[i]));
	set(left_out, "rows", count(rows.left_out));
	set(left_out, "clients", count(rows.left_out_clients));
	set(left_out, "share", report_number_to_json(rows.left_out_share));
	set(left_out, "cost_ms", report_number_to_json(rows.left_out_ms));
	set(j, "better", list);
	set(j, "better_left_out", left_out);
	rows_done(&rows);
}

json_t *
catchment_report_to_json(const struct report *r)
{
	json_t *j = report_head_to_json(r);

	add_better(r, j);
	add_spots(r, j);
	return j;
}
