/*
 * GTSM (RFC 5082) for a listening socket that several neighbors share.
 *
 * IP_MINTTL is one number for the socket, and raised on an accepted one it is late: the peer has
 * heard a SYN-ACK by then. So a socket filter looks at source and TTL of every segment. The kernel
 * asks it before the listening socket sees a SYN, and those accepted inherit it. Some kernels want
 * CAP_NET_ADMIN for that. IP_MINTTL gets the smallest of all: where they are all the same it says
 * everything, needs no privilege, and the kernel counts what it drops (TCPMinTTLDrop).
 */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "io/socket_option.h"
#include "io/tcp.h"

#define DEFAULT_TTL 64 /* the kernel's, unless its administrator chose another */
#define TAKE_ALL UINT32_MAX
#define RULE_MAX 12 /* instructions: four words of an address, the TTL, the verdict */
#define RULES_MAX 256

/* Where the filter finds the IP header, and in it what it asks for. */
#define NET(offset) ((uint32_t)(SKF_NET_OFF + (offset)))

static size_t
add(struct sock_filter *at, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	*at = (struct sock_filter){ .code = code, .jt = jt, .jf = jf, .k = k };
	return 1;
}

/* The instructions of one rule: on with the next one when the source is another. */
static size_t
add_rule(struct sock_filter *at, const struct tcp_guard *rule)
{
	bool v6 = rule->peer.family == IP_V6;
	uint32_t source = v6 ? NET(8) : NET(12), ttl = v6 ? NET(7) : NET(8);
	size_t words = ip_size(rule->peer.family) / 4, n = 0;

	for (size_t i = 0; i < words; i++) {
		const uint8_t *b = rule->peer.bytes + i * 4;
		uint32_t word =
		    (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
		/* over the words that are left, and the four instructions below */
		uint8_t skip = (uint8_t)((words - 1 - i) * 2 + 4);

		n += add(at + n, BPF_LD | BPF_W | BPF_ABS, 0, 0, source + i * 4);
		n += add(at + n, BPF_JMP | BPF_JEQ | BPF_K, 0, skip, word);
	}
	n += add(at + n, BPF_LD | BPF_B | BPF_ABS, 0, 0, ttl);
	n += add(at + n, BPF_JMP | BPF_JGE | BPF_K, 0, 1, rule->min_ttl);
	n += add(at + n, BPF_RET | BPF_K, 0, 0, TAKE_ALL);
	n += add(at + n, BPF_RET | BPF_K, 0, 0, 0);
	return n;
}

/* What all rules have in common; the answer to a SYN goes out with the listening socket's TTL. */
static int
set_common(int listener, bool v6, uint8_t ttl, uint8_t min_ttl)
{
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int r = socket_set_int(listener, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl);

	return r < 0 ? r
		     : socket_set_int(listener, level, v6 ? IPV6_MINHOPCOUNT : IP_MINTTL, min_ttl);
}

static int
set_filter(int listener, const struct tcp_guard *rules, size_t count)
{
	struct sock_filter code[RULES_MAX * RULE_MAX + 1];
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		if (rules[i].min_ttl > 0)
			len += add_rule(code + len, &rules[i]);
	}
	len += add(code + len, BPF_RET | BPF_K, 0, 0, TAKE_ALL);

	struct sock_fprog program = { .len = (unsigned short)len, .filter = code };
	return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0
		   ? -errno
		   : 0;
}

int
tcp_guard(int listener, const struct tcp_guard *rules, size_t count)
{
	uint8_t ttl = 0, least = UINT8_MAX, most = 0;
	int r;

	if (count > RULES_MAX)
		return -E2BIG;
	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		ttl = MAX(ttl, rules[i].ttl ? rules[i].ttl : (uint8_t)DEFAULT_TTL);
		least = MIN(least, rules[i].min_ttl);
		most = MAX(most, rules[i].min_ttl);
	}
	r = set_common(listener, rules[0].peer.family == IP_V6, ttl, least);
	return r < 0 || least == most ? r : set_filter(listener, rules, count);
}
