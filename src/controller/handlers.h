/* The handlers of routes.c, in the files named after their objects (api_projects.c, ...). */
#pragma once

#include "controller/call.h"

/* api_self.c: about the controller and the caller */
int api_health(struct call *c);
int api_document(struct call *c);
int api_caller(struct call *c);

/* api_session.c */
int api_session_begin(struct call *c);
int api_session_get(struct call *c);
int api_session_end(struct call *c);

/* api_projects.c */
int api_projects_list(struct call *c);
int api_projects_create(struct call *c);
int api_project_get(struct call *c);
int api_project_change(struct call *c);
int api_project_delete(struct call *c);

/* api_pools.c */
int api_pools_list(struct call *c);
int api_pools_create(struct call *c);
int api_pool_get(struct call *c);
int api_pool_change(struct call *c);
int api_pool_delete(struct call *c);

/* api_ips.c, api_ips_order.c */
int api_ips_list_all(struct call *c);
int api_ips_list(struct call *c);
int api_ips_order(struct call *c);
int api_ip_get(struct call *c);
int api_ip_change(struct call *c);
int api_ip_release(struct call *c);
/* Not a handler: deletes the blocks whose quarantine is over. */
int api_ips_forget(struct call *c);

/* api_provider.c */
int api_provider_get(struct call *c);
int api_provider_list(struct call *c);
int api_provider_order(struct call *c);
int api_provider_release(struct call *c);

/* api_tokens.c */
int api_tokens_list(struct call *c);
int api_tokens_create(struct call *c);
int api_token_get(struct call *c);
int api_token_revoke(struct call *c);

/* api_audit.c */
int api_audit_all(struct call *c);
int api_audit_project(struct call *c);

/* api_events.c: of all, and of a project */
int api_events(struct call *c);

/* api_sites.c */
int api_sites_list(struct call *c);
int api_sites_create(struct call *c);
int api_site_get(struct call *c);
int api_site_change(struct call *c);
int api_site_delete(struct call *c);

/* api_hosts.c, api_network.c, api_join.c, api_leave.c, api_metadata.c */
int api_hosts_list(struct call *c);
int api_hosts_create(struct call *c);
int api_host_get(struct call *c);
int api_host_change(struct call *c);
int api_host_delete(struct call *c);
int api_host_network_get(struct call *c);
int api_host_network_put(struct call *c);
int api_join_tokens_list(struct call *c);
int api_join_tokens_create(struct call *c);
int api_join_token_delete(struct call *c);
int api_join(struct call *c);
int api_agent_leave(struct call *c);
int api_metadata(struct call *c);
int api_host_metadata(struct call *c);

/* api_agent.c: what agents ask and say */
int api_agent_desired(struct call *c);
int api_agent_report(struct call *c);
int api_agent_lease(struct call *c);

/* api_status.c: how everything stands */
int api_status(struct call *c);
int api_service_status(struct call *c);
int api_host_status(struct call *c);

/* api_services.c */
int api_services_list(struct call *c);
int api_services_create(struct call *c);
int api_service_get(struct call *c);
int api_service_change(struct call *c);
int api_service_delete(struct call *c);

/* api_orders.c */
int api_orders_list(struct call *c);
int api_orders_create(struct call *c);
int api_order_get(struct call *c);
int api_order_delete(struct call *c);

/* api_catchments.c, api_catchments_create.c, api_catchments_report.c */
int api_catchments_list(struct call *c);
int api_catchments_create(struct call *c);
int api_catchment_get(struct call *c);
int api_catchment_file(struct call *c);
int api_catchment_report(struct call *c);
int api_catchment_locate(struct call *c);
int api_catchment_stop(struct call *c);
int api_catchment_delete(struct call *c);

/* api_agent_catchment.c */
int api_agent_catchment(struct call *c);
int api_agent_catchment_say(struct call *c);

/* api_rollouts.c */
int api_rollouts_list(struct call *c);
int api_rollouts_create(struct call *c);
int api_rollout_get(struct call *c);
int api_rollout_change(struct call *c);

/* api_undo.c */
int api_audit_undo(struct call *c);
