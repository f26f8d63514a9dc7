/*
 * What of a configuration applies to the way of announcing that was chosen: sessions are ours with
 * the speaker, and those of BIRD or FRR otherwise, with all that belongs to them.
 */
#include <string.h>

#include "agent/agent_conf.h"
#include "announce/announce.h"

static const char *
announcer_name(const struct agent_conf *conf)
{
	return conf->announcer == AGENT_ANNOUNCER_BIRD ? "bird" : "frr";
}

static void
check_speaker(struct conf *c, struct agent_conf *conf)
{
	if (conf->router_id.family == IP_NONE)
		conf_error_at(c, conf,
		    "missing key \"router-id\" of nearcastd; expected an IPv4 address of this "
		    "host");
	if (conf->neighbors.count == 0)
		conf_error_at(c, conf,
		    "missing key \"neighbors\" of nearcastd; expected the routers to announce to");
	if (conf->if_agent_dies != NULL)
		conf_error_at(c, &conf->if_agent_dies,
		    "with announcer speaker the sessions end with the agent; see graceful-restart");
}

/* "keep", "withdraw-after 30s" */
static void
parse_lifetime(struct conf *c, struct agent_conf *conf)
{
	static const char after[] = "withdraw-after ";

	conf->lifetime = DURATION_FOREVER;
	if (conf->if_agent_dies == NULL) {
		conf_error_at(c, &conf->announcer,
		    "missing key \"if-agent-dies\": %s goes on announcing without us; expected "
		    "keep, or withdraw-after and a duration",
		    announcer_name(conf));
		return;
	}
	if (strcmp(conf->if_agent_dies, "keep") == 0)
		return;
	if (!str_starts_with(conf->if_agent_dies, after) ||
	    duration_parse(conf->if_agent_dies + strlen(after), &conf->lifetime) < 0 ||
	    conf->lifetime.ns < 0 || conf->lifetime.ns > NS_PER_S * 24 * 3600)
		conf_error_at(c, &conf->if_agent_dies,
		    "expected keep, or withdraw-after and a duration of up to 24h, such as "
		    "withdraw-after 30s");
}

static void
refuse_next_hop(struct conf *c, const struct agent_conf *conf, const struct ip *next_hop)
{
	if (next_hop->family != IP_NONE)
		conf_error_at(c, next_hop, "with announcer %s the next hop is that of its session",
		    announcer_name(conf));
}

/* Whether the daemon's language has words for it, at both stages. */
static void
check_looks(struct conf *c, const struct agent_conf *conf, const struct agent_service *s)
{
	struct daemon_conf daemon = agent_daemon_conf(conf);
	struct err e = { 0 };

	if (announcer_check_daemon(&daemon, &s->looks.preferred, &e) < 0 ||
	    announcer_check_daemon(&daemon, &s->looks.backup, &e) < 0)
		conf_error_at(
		    c, s, "service %s: announcer %s: %s", s->name, announcer_name(conf), e.message);
}

static void
check_daemon(struct conf *c, struct agent_conf *conf)
{
	const struct agent_neighbor *neighbors = conf->neighbors.items;
	const struct agent_service *services = conf->services.items;

	parse_lifetime(c, conf);
	if (conf->router_id.family != IP_NONE)
		conf_error_at(c, &conf->router_id, "with announcer %s the router ID is its own",
		    announcer_name(conf));
	for (size_t i = 0; i < conf->neighbors.count; i++)
		conf_error_at(c, &neighbors[i],
		    "with announcer %s the neighbors are those of its configuration",
		    announcer_name(conf));
	for (size_t i = 0; i < conf->services.count; i++) {
		const struct agent_service *s = &services[i];
		const struct agent_override *overrides = s->neighbors.items;

		refuse_next_hop(c, conf, &s->next_hop_ipv4);
		refuse_next_hop(c, conf, &s->next_hop_ipv6);
		for (size_t k = 0; k < s->neighbors.count; k++)
			conf_error_at(c, &overrides[k],
			    "with announcer %s every neighbor is told the same; its filters may "
			    "differ",
			    announcer_name(conf));
		check_looks(c, conf, s);
	}
	if (conf->bird.socket[0] != '/')
		conf_error_at(c, &conf->bird.socket, "expected an absolute path");
	if (conf->bird.include[0] != '/')
		conf_error_at(c, &conf->bird.include, "expected an absolute path");
	if (conf->frr.socket[0] != '/')
		conf_error_at(c, &conf->frr.socket, "expected an absolute path");
}

void
agent_conf_check_announcer(struct conf *c, struct agent_conf *conf)
{
	if (conf->announcer == AGENT_ANNOUNCER_SPEAKER)
		check_speaker(c, conf);
	else
		check_daemon(c, conf);
}

struct daemon_conf
agent_daemon_conf(const struct agent_conf *conf)
{
	bool bird = conf->announcer == AGENT_ANNOUNCER_BIRD;

	return (struct daemon_conf){ .type = bird ? DAEMON_BIRD : DAEMON_FRR,
		.socket = bird ? conf->bird.socket : conf->frr.socket,
		.include = conf->bird.include,
		.local_as = bird ? conf->bird.local_as : conf->frr.local_as };
}
