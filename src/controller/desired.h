/*
 * What a host is to do, put together from rows; pure.
 *
 * The services stand in the very schema of nearcast.yaml, as JSON, with their names and Global IPs;
 * the guard counts sites as the service of the controller says. A service without a Global IP is
 * not finished: no host is told of it.
 */
#pragma once

#include <jansson.h>

#include "store/store.h"

/* The columns of the rows that are given. */
enum desired_service_column { SERVICE_ID, SERVICE_NAME, SERVICE_DOCUMENT, SERVICE_MIN_SITES };
enum desired_ip_column { IP_SERVICE, IP_PREFIX };
enum desired_order_column {
	ORDER_ID,
	ORDER_KIND,
	ORDER_SERVICE,
	ORDER_PARAMETERS,
	ORDER_REASON,
	ORDER_BY,
	ORDER_SINCE,
	ORDER_EXPIRES, /* NULL: never */
};

/* Both sorted by the service's id. An array, the caller's; NULL: a document is none. */
json_t *desired_services(struct store_rows *services, struct store_rows *ips);
/* A row for each order and service. *until: when the first of them is over; INT64_MAX: none is. */
json_t *desired_orders(struct store_rows *orders, int64_t *until);
