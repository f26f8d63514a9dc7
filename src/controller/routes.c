#include "controller/routes.h"

#include "controller/handlers.h"

#define READ 0
#define WRITE ROUTE_WRITES
#define WRITE_BODY (ROUTE_WRITES | ROUTE_BODY)

#define PAGE "limit cursor"
#define IPS PAGE " family pool tag state address"
#define EVENTS PAGE " kind severity site host service"
#define AUDIT PAGE " kind object actor"
#define SHAPE "include exclude"
#define ORDERS PAGE " kind service site host"

#define V1 "/api/v1"
#define PROJECT V1 "/projects/{project}"

/* clang-format off */
const struct route routes[] = {
	{ "GET",    "/healthz",                    ACTION_BE_WELL,       READ,       NULL,  api_health },
	{ "GET",    V1 "/openapi.json",            ACTION_BE_WELL,       ROUTE_NO_STORE, NULL, api_document },
	{ "GET",    V1 "/caller",                  ACTION_BE_WELL,       READ,       NULL,  api_caller },

	{ "POST",   V1 "/session",                 ACTION_BE_WELL,       WRITE_BODY, NULL,  api_session_begin },
	{ "GET",    V1 "/session",                 ACTION_BE_WELL,       READ,       NULL,  api_session_get },
	{ "DELETE", V1 "/session",                 ACTION_BE_WELL,       WRITE,      NULL,  api_session_end },

	{ "GET",    V1 "/projects",                ACTION_SEE_PLACES,    READ,       PAGE,  api_projects_list },
	{ "POST",   V1 "/projects",                ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_projects_create },
	{ "GET",    PROJECT,                       ACTION_SEE,           READ,       NULL,  api_project_get },
	{ "PATCH",  PROJECT,                       ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_project_change },
	{ "DELETE", PROJECT,                       ACTION_CHANGE_PLACES, WRITE,      NULL,  api_project_delete },

	{ "GET",    V1 "/pools",                   ACTION_SEE_PLACES,    READ,       PAGE,  api_pools_list },
	{ "POST",   V1 "/pools",                   ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_pools_create },
	{ "GET",    V1 "/pools/{pool}",            ACTION_SEE_PLACES,    READ,       NULL,  api_pool_get },
	{ "PATCH",  V1 "/pools/{pool}",            ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_pool_change },
	{ "DELETE", V1 "/pools/{pool}",            ACTION_CHANGE_PLACES, WRITE,      NULL,  api_pool_delete },

	{ "GET",    V1 "/global-ips",              ACTION_SEE,           READ,       IPS,   api_ips_list_all },
	{ "GET",    PROJECT "/global-ips",         ACTION_SEE,           READ,       IPS,   api_ips_list },
	{ "POST",   PROJECT "/global-ips",         ACTION_CHANGE,        WRITE_BODY, NULL,  api_ips_order },
	{ "GET",    PROJECT "/global-ips/{id}",    ACTION_SEE,           READ,       NULL,  api_ip_get },
	{ "PATCH",  PROJECT "/global-ips/{id}",    ACTION_CHANGE,        WRITE_BODY, NULL,  api_ip_change },
	{ "DELETE", PROJECT "/global-ips/{id}",    ACTION_CHANGE,        WRITE,      NULL,  api_ip_release },

	{ "GET",    V1 "/tokens",                  ACTION_MANAGE_TOKENS, READ,       PAGE,  api_tokens_list },
	{ "POST",   V1 "/tokens",                  ACTION_MANAGE_TOKENS, WRITE_BODY, NULL,  api_tokens_create },
	{ "GET",    V1 "/tokens/{token}",          ACTION_MANAGE_TOKENS, READ,       NULL,  api_token_get },
	{ "DELETE", V1 "/tokens/{token}",          ACTION_MANAGE_TOKENS, WRITE,      NULL,  api_token_revoke },

	{ "GET",    V1 "/audit",                   ACTION_SEE_AUDIT,     READ,       AUDIT, api_audit_all },
	{ "GET",    PROJECT "/audit",              ACTION_SEE_AUDIT,     READ,       AUDIT, api_audit_project },

	{ "POST",   V1 "/audit/{id}/undo",         ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_audit_undo },
	{ "POST",   PROJECT "/audit/{id}/undo",    ACTION_CHANGE,        WRITE_BODY, NULL,  api_audit_undo },
	{ "GET",    V1 "/events",                  ACTION_SEE_AUDIT,     READ,       EVENTS, api_events },
	{ "GET",    PROJECT "/events",             ACTION_SEE,           READ,       EVENTS, api_events },

	{ "GET",    V1 "/sites",                   ACTION_SEE_PLACES,    READ,       PAGE,  api_sites_list },
	{ "POST",   V1 "/sites",                   ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_sites_create },
	{ "GET",    V1 "/sites/{site}",            ACTION_SEE_PLACES,    READ,       NULL,  api_site_get },
	{ "PATCH",  V1 "/sites/{site}",            ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_site_change },
	{ "DELETE", V1 "/sites/{site}",            ACTION_CHANGE_PLACES, WRITE,      NULL,  api_site_delete },

	{ "GET",    V1 "/hosts",                   ACTION_SEE_PLACES,    READ,       PAGE " site", api_hosts_list },
	{ "POST",   V1 "/hosts",                   ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_hosts_create },
	{ "GET",    V1 "/hosts/{host}",            ACTION_SEE_PLACES,    READ,       NULL,  api_host_get },
	{ "PATCH",  V1 "/hosts/{host}",            ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_host_change },
	{ "DELETE", V1 "/hosts/{host}",            ACTION_CHANGE_PLACES, WRITE, "override_reason", api_host_delete },
	{ "GET",    V1 "/hosts/{host}/status",     ACTION_SEE_PLACES,    READ,       NULL,  api_host_status },
	{ "GET",    V1 "/hosts/{host}/network",    ACTION_SEE_PLACES,    READ,       NULL,  api_host_network_get },
	{ "GET",    V1 "/hosts/{host}/metadata",   ACTION_SEE_PLACES,    READ,       NULL,  api_host_metadata },
	{ "PUT",    V1 "/hosts/{host}/network",    ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_host_network_put },

	{ "GET",    V1 "/join-tokens",             ACTION_CHANGE_PLACES, READ,       PAGE,  api_join_tokens_list },
	{ "POST",   V1 "/join-tokens",             ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_join_tokens_create },
	{ "DELETE", V1 "/join-tokens/{id}",        ACTION_CHANGE_PLACES, WRITE,      NULL,  api_join_token_delete },

	{ "GET",    PROJECT "/services",           ACTION_SEE,           READ,       PAGE,  api_services_list },
	{ "POST",   PROJECT "/services",           ACTION_CHANGE,        WRITE_BODY, "dry_run", api_services_create },
	{ "GET",    PROJECT "/services/{service}", ACTION_SEE,           READ,       NULL,  api_service_get },
	{ "PATCH",  PROJECT "/services/{service}", ACTION_CHANGE,        WRITE_BODY, "dry_run", api_service_change },
	{ "DELETE", PROJECT "/services/{service}", ACTION_CHANGE,        WRITE, "override_reason", api_service_delete },
	{ "GET",    PROJECT "/services/{service}/status", ACTION_SEE,    READ,       NULL,  api_service_status },
	{ "GET",    V1 "/status",                  ACTION_SEE_PLACES,    READ,       NULL,  api_status },

	{ "GET",    V1 "/orders",                  ACTION_SEE,           READ,       ORDERS, api_orders_list },
	{ "POST",   V1 "/orders",                  ACTION_CHANGE_PLACES, WRITE_BODY, NULL,  api_orders_create },
	{ "GET",    V1 "/orders/{id}",             ACTION_SEE,           READ,       NULL,  api_order_get },
	{ "DELETE", V1 "/orders/{id}",             ACTION_CHANGE_PLACES, WRITE,      NULL,  api_order_delete },
	{ "GET",    PROJECT "/orders",             ACTION_SEE,           READ,       ORDERS, api_orders_list },
	{ "POST",   PROJECT "/orders",             ACTION_CHANGE,        WRITE_BODY, NULL,  api_orders_create },
	{ "GET",    PROJECT "/orders/{id}",        ACTION_SEE,           READ,       NULL,  api_order_get },
	{ "DELETE", PROJECT "/orders/{id}",        ACTION_CHANGE,        WRITE,      NULL,  api_order_delete },

	{ "GET",    PROJECT "/rollouts",           ACTION_SEE,           READ, PAGE " service state", api_rollouts_list },
	{ "POST",   PROJECT "/rollouts",           ACTION_CHANGE,        WRITE_BODY, NULL,  api_rollouts_create },
	{ "GET",    PROJECT "/rollouts/{id}",      ACTION_SEE,           READ,       NULL,  api_rollout_get },
	{ "PATCH",  PROJECT "/rollouts/{id}",      ACTION_CHANGE,        WRITE_BODY, NULL,  api_rollout_change },

	{ "GET",    PROJECT "/catchments",         ACTION_SEE,           READ, PAGE " state global_ip", api_catchments_list },
	{ "POST",   PROJECT "/catchments",         ACTION_CHANGE,        WRITE_BODY, NULL,  api_catchments_create },
	{ "GET",    PROJECT "/catchments/{id}",    ACTION_SEE,           READ,       NULL,  api_catchment_get },
	{ "GET",    PROJECT "/catchments/{id}/file", ACTION_SEE,         READ,       NULL,  api_catchment_file },
	{ "GET",    PROJECT "/catchments/{id}/report", ACTION_SEE,       READ, "before",  api_catchment_report },
	{ "POST",   PROJECT "/catchments/{id}/places", ACTION_CHANGE,    WRITE_BODY, NULL,  api_catchment_locate },
	{ "POST",   PROJECT "/catchments/{id}/stop", ACTION_CHANGE,      WRITE,      NULL,  api_catchment_stop },
	{ "DELETE", PROJECT "/catchments/{id}",    ACTION_CHANGE,        WRITE,      NULL,  api_catchment_delete },

	/* as the provider has them */
	{ "GET",    "/projects/{project}/ips",     ACTION_SEE,           READ, SHAPE " page per_page", api_provider_list },
	{ "POST",   "/projects/{project}/ips",     ACTION_CHANGE,        WRITE_BODY, SHAPE, api_provider_order },
	{ "GET",    "/ips/{ip}",                   ACTION_SEE,           READ,       SHAPE, api_provider_get },
	{ "DELETE", "/ips/{ip}",                   ACTION_CHANGE,        WRITE,      NULL,  api_provider_release },

	/* who joins has a join token in the body, and nothing else; a host may ask without anything */
	{ "POST",   "/agent/v1/join",              ACTION_BE_WELL,       WRITE_BODY, NULL,  api_join },
	{ "GET",    "/agent/v1/desired",           ACTION_AGENT,         ROUTE_DESIRED, NULL, api_agent_desired },
	{ "POST",   "/agent/v1/report",            ACTION_AGENT,         WRITE_BODY, NULL,  api_agent_report },
	{ "POST",   "/agent/v1/leases",            ACTION_AGENT,         WRITE_BODY, NULL,  api_agent_lease },
	{ "POST",   "/agent/v1/leave",             ACTION_AGENT,         WRITE,      "override_reason", api_agent_leave },
	{ "GET",    "/agent/v1/catchments/{catchment}", ACTION_AGENT,    READ,       NULL,  api_agent_catchment },
	{ "POST",   "/agent/v1/catchments/{catchment}", ACTION_AGENT,    WRITE_BODY, NULL,  api_agent_catchment_say },
	{ "GET",    "/metadata",                   ACTION_BE_WELL,       READ,       NULL,  api_metadata },
};
/* clang-format on */
const size_t routes_count = ARRAY_SIZE(routes);
