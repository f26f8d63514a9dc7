#include "controller/desired.h"

#include <string.h>

#include "base/attr.h"
#include "controller/columns.h"

/* The prefixes of one service: *has says whether ips stands at a row, and is that of a later
 * service then. */
static json_t *
take_ips(struct store_rows *ips, bool *has, const char *service)
{
	json_t *array = json_array();

	while (*has && strcmp(store_text(ips, IP_SERVICE), service) <= 0) {
		if (strcmp(store_text(ips, IP_SERVICE), service) == 0)
			(void)json_array_append_new(array, json_string(store_text(ips, IP_PREFIX)));
		*has = store_next(ips);
	}
	return array;
}

/* Takes over the array. */
static json_t *
service_of(const struct store_rows *row, json_t *ips)
{
	json_t *service =
	    json_loads(store_text(row, SERVICE_DOCUMENT), JSON_REJECT_DUPLICATES, NULL);
	json_t *guard;

	if (!json_is_object(service)) {
		json_decref(ips);
		json_decref(service);
		return NULL;
	}
	(void)json_object_set_new(service, "name", json_string(store_text(row, SERVICE_NAME)));
	(void)json_object_set_new(service, "global-ips", ips);
	guard = json_object_get(service, "guard");
	if (!json_is_object(guard)) {
		guard = json_object();
		(void)json_object_set_new(service, "guard", guard);
	}
	(void)json_object_set_new(
	    guard, "min-sites", json_integer(store_int(row, SERVICE_MIN_SITES)));
	return service;
}

json_t *
desired_services(struct store_rows *services, struct store_rows *ips)
{
	json_auto_t *array = json_array();
	bool has = store_next(ips);

	while (store_next(services)) {
		json_t *prefixes = take_ips(ips, &has, store_text(services, SERVICE_ID));
		json_t *service;

		if (json_array_size(prefixes) == 0) {
			json_decref(prefixes);
			continue;
		}
		service = service_of(services, prefixes);
		if (service == NULL)
			return NULL;
		(void)json_array_append_new(array, service);
	}
	return json_incref(array);
}

json_t *
desired_orders(struct store_rows *orders, int64_t *until)
{
	static const struct column columns[] = {
		[ORDER_ID] = { "id", COLUMN_TEXT },
		[ORDER_KIND] = { "kind", COLUMN_TEXT },
		[ORDER_SERVICE] = { "service", COLUMN_TEXT },
		[ORDER_PARAMETERS] = { "parameters", COLUMN_JSON },
		[ORDER_REASON] = { "reason", COLUMN_TEXT },
		[ORDER_BY] = { "by", COLUMN_TEXT },
		[ORDER_SINCE] = { "since", COLUMN_TIME },
	};
	json_t *array = json_array();

	*until = INT64_MAX;
	while (store_next(orders)) {
		*until = MIN(*until, store_int_or(orders, ORDER_EXPIRES, INT64_MAX));
		(void)json_array_append_new(
		    array, columns_json(orders, columns, ARRAY_SIZE(columns)));
	}
	return array;
}
