/*
 * What went wrong below BGP, in words that say where to look.
 *
 * A signature or a TTL that does not fit makes no error: the kernel drops the segment and the
 * dialling is never answered. What this host dropped meanwhile is counted for all of its sockets
 * together, so it is a hint and called one. The texts carry no figures that move: equal failures
 * must be equal lines.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "announce/neighbor_internal.h"

/* What this host has dropped since the connection was begun, and where that may come from. */
struct hint {
	const char *dropped, *question;
	bool a_refusal_too; /* an RST looks like that, also of a neighbor that has all right */
};

/* NULL: nothing that concerns this neighbor. */
static const struct hint *
find_hint(const struct neighbor *n, const struct neighbor_connection *c)
{
	static const struct hint
	    unexpected = { "signed segments", "does the neighbor use a password?", false },
	    wrong = { "wrongly signed segments", "the passwords differ", false },
	    missing = { "unsigned segments", "does the neighbor have the password?", true },
	    low_ttl = { "segments with a low TTL",
		    "is the neighbor farther away, or does it not send TTL 255?", true };
	struct tcp_counters now = tcp_counters_read();
	const struct tcp_counters *before = &c->before;

	if (n->conf.password == NULL && now.md5_unexpected != before->md5_unexpected)
		return &unexpected;
	if (n->conf.password && now.md5_wrong != before->md5_wrong)
		return &wrong;
	if (n->conf.password && now.md5_missing != before->md5_missing)
		return &missing;
	if (n->conf.ttl_security > 0 && now.ttl_too_low != before->ttl_too_low)
		return &low_ttl;
	return NULL;
}

/* Nobody answered our SYN; or with an RST, which has no signature and hardly a TTL of 255. */
static void
no_answer(const struct neighbor *n, char *buf, size_t size)
{
	const struct neighbor_connection *c = n->connections[BGP_DIALLED];
	const struct hint *hint = c ? find_hint(n, c) : NULL;
	bool password = n->conf.password, distance = n->conf.ttl_security > 0;

	(void)snprintf(buf, size,
	    "no answer: %s%s%s%s%s%sfiltered, or nobody has the address%s%s%s%s%s",
	    password || distance ? "nothing listens there (with " : "",
	    password   ? "a password"
	    : distance ? "ttl-security"
		       : "",
	    password || distance ? " a refusal can not be heard), " : "",
	    password ? "wrong password, " : "",
	    distance ? "not as near as ttl-security asks, " : "",
	    !distance && n->conf.multihop == 0 && n->conf.local_as != n->conf.peer_as
		? "more than one hop away (see multihop), "
		: "",
	    hint ? "; this host dropped " : "", hint ? hint->dropped : "",
	    hint ? " meanwhile: " : "", hint ? hint->question : "",
	    hint && hint->a_refusal_too ? " (or that was only its refusal)" : "");
}

bool
neighbor_silence(
    const struct neighbor *n, const struct neighbor_connection *c, char *buf, size_t size)
{
	const struct hint *hint = find_hint(n, c);

	if (hint == NULL)
		return false;
	(void)snprintf(buf, size, "connected, but this host drops %s meanwhile: %s", hint->dropped,
	    hint->question);
	return true;
}

/* There, and not IFF_UP. */
static bool
interface_is_down(const char *name)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	bool down;

	if (fd < 0)
		return false;
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	down = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) == 0;
	(void)close(fd);
	return down;
}

/* What connect() says, before anything was exchanged. */
static void
not_connected(const struct neighbor *n, int error, const char *text, char *buf, size_t size)
{
	const struct neighbor_conf *conf = &n->conf;
	char address[NEIGHBOR_ADDRESS_MAX], local[IP_STR_MAX];

	(void)neighbor_conf_address(conf, address);
	(void)ip_format(conf->local_address, local);
	if ((error == -ENETUNREACH || error == -EADDRNOTAVAIL) && conf->interface &&
	    interface_is_down(conf->interface)) {
		(void)snprintf(buf, size, "interface %s is down", conf->interface);
		return;
	}
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
