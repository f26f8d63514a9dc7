/*
 * What went wrong below BGP, in words that say where to look.
 *
 * A signature or a TTL that does not fit makes no error: the kernel drops the segment and the
 * dialling is never answered. What this host dropped meanwhile is counted for all of its sockets
 * together, so it is a hint and called one. The texts carry no figures that move: equal failures
 * must be equal lines.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "announce/neighbor_internal.h"

/* Nobody answered our SYN. */
static void
no_answer(const struct neighbor *n, char *buf, size_t size)
{
	const struct neighbor_connection *c = n->connections[BGP_DIALLED];
	struct tcp_counters before = c ? c->before : (struct tcp_counters){ 0 };
	struct tcp_counters now = c ? tcp_counters_read() : before;
	bool password = n->conf.password, distance = n->conf.ttl_security > 0;
	const char *hint = "";

	if (now.md5_unexpected != before.md5_unexpected && !password)
		hint = "; this host dropped signed segments meanwhile: does the neighbor use a "
		       "password?";
	else if (password && now.md5_wrong != before.md5_wrong)
		hint =
		    "; this host dropped wrongly signed segments meanwhile: the passwords differ";
	else if (password && now.md5_missing != before.md5_missing)
		hint = "; this host dropped unsigned segments meanwhile: does the neighbor have "
		       "the password?";
	else if (distance && now.ttl_too_low != before.ttl_too_low)
		hint = "; this host dropped segments with a low TTL meanwhile: is the neighbor "
		       "farther away, or does it not send TTL 255?";
	(void)snprintf(buf, size, "no answer: %s%s%sfiltered, or nobody has the address%s",
	    password ? "wrong password, " : "",
	    distance ? "not as near as ttl-security asks, " : "",
	    !distance && n->conf.multihop == 0 && n->conf.local_as != n->conf.peer_as
		? "more than one hop away (see multihop), "
		: "",
	    hint);
}

/* What connect() says, before anything was exchanged. */
static void
not_connected(const struct neighbor *n, int error, const char *text, char *buf, size_t size)
{
	const struct neighbor_conf *conf = &n->conf;
	char address[NEIGHBOR_ADDRESS_MAX], local[IP_STR_MAX];

	(void)neighbor_conf_address(conf, address);
	(void)ip_format(conf->local_address, local);
	switch (-error) {
	case ECONNREFUSED:
		(void)snprintf(buf, size, "refused: nothing listens on %s port %u, or not for us",
		    address, conf->port);
		return;
	case EHOSTUNREACH:
		(void)snprintf(buf, size, "host unreachable: %s does not answer on its link%s",
		    address,
		    conf->ttl_security == 0 && conf->multihop == 0 &&
			    conf->local_as != conf->peer_as
			? ", or is more than one hop away (see multihop)"
			: ", or a router says so");
		return;
	case ENETUNREACH:
		(void)snprintf(
		    buf, size, "network unreachable: this host has no route to %s", address);
		return;
	case EADDRNOTAVAIL:
		if (conf->local_address.family == IP_NONE)
			(void)snprintf(buf, size, "interface %s has no link-local address yet",
			    conf->interface);
		else
			(void)snprintf(buf, size, "local-address %s is not on this host", local);
		return;
	case ENODEV:
		(void)snprintf(buf, size, "interface %s is not there", conf->interface);
		return;
	case ENETDOWN:
		(void)snprintf(buf, size, "the interface towards %s is down", address);
		return;
	case EPERM:
	case EACCES:
		(void)snprintf(buf, size,
		    "forbidden by a firewall rule or a route of this host (%s)", strerror(-error));
		return;
	case ETIMEDOUT:
		no_answer(n, buf, size);
		return;
	default:
		(void)snprintf(buf, size, "%s", text);
	}
}

static const char *
lost(int error, const char *text)
{
	switch (-error) {
	case ECONNRESET:
		return "reset by the neighbor";
	case ETIMEDOUT:
		return "the neighbor's host acknowledges nothing any more (TCP user timeout)";
	case EHOSTUNREACH:
		return "the neighbor does not answer on its link any more";
	case ENETUNREACH:
		return "this host has no route to the neighbor any more";
	case ENETDOWN:
		return "the interface towards the neighbor is down";
	default:
		return text;
	}
}

void
neighbor_failure(const struct neighbor *n, bool connected, int error, const char *text, char *buf,
    size_t size)
{
	if (connected)
		(void)snprintf(buf, size, "%s", lost(error, text));
	else
		not_connected(n, error, text, buf, size);
}
