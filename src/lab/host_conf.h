/*
 * The files of a lab's hosts and of every node: nginx.conf and nearcast.yaml of a host, and those
 * that have the clients' addresses, for nearcast catchment.
 *
 * nginx is one process (no master): killing it closes its sockets, as the end of a real service
 * would.
 */
#pragma once

#include "lab/topology.h"

#define NGINX_CONF_PATH "/run/nginx.conf"
#define AGENT_CONF_PATH "/etc/nearcast/nearcast.yaml"
#define AGENT_SOCKET_PATH "/run/nearcast/nearcastd.sock"
#define AGENT_STATE_PATH "/run/nearcast-state" /* /var is the machine's, /run the node's own */
#define HITLIST4_NAME "hitlist-ipv4"
#define HITLIST4_PATH "/etc/nearcast/" HITLIST4_NAME
#define HITLIST6_NAME "hitlist-ipv6"
#define HITLIST6_PATH "/etc/nearcast/" HITLIST6_NAME

/* All in the topology's arena. */
const char *host_conf_nginx(const struct topology *t, size_t host);
const char *host_conf_agent(const struct topology *t, size_t host);
/* NULL: no client has an address of the family. */
const char *host_conf_hitlist(const struct topology *t, enum ip_family family);

/* The lowest port that a service of the host has: listens when nginx is up. */
uint32_t host_conf_port(const struct topology *t, size_t host);
