#include "io/echo_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <sys/socket.h>

#include "base/attr.h"

#define ICMP4_ECHO_REPLY 0
#define PAYLOAD_AT 8 /* behind the ICMP header */
#define DNS_PORT 53
#define DNS_NAME_AT 20 /* behind the headers of UDP and DNS */
#define PASS 0x40000
#define PASS_EMPTY 8 /* of a datagram its UDP header, which is not handed over */

static uint32_t
word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int
attach(int fd, struct sock_filter *code, size_t count)
{
	struct sock_fprog program = { .len = (unsigned short)count, .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

/* A raw IPv4 socket sees the packet from its IP header on. */
static int
filter4(int fd, struct ip local, uint32_t magic)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word(local.bytes), 0, 6),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP4_ECHO_REPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, PAYLOAD_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, magic, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PASS),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	return attach(fd, code, ARRAY_SIZE(code));
}

/* A raw IPv6 socket sees it from its ICMPv6 header on; the address is found from the other side. */
static int
filter6(int fd, struct ip local, uint32_t magic)
{
	const uint32_t destination = (uint32_t)SKF_NET_OFF + 24;
	const uint8_t *b = local.bytes;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, destination),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word(b), 0, 11),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, destination + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word(b + 4), 0, 9),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, destination + 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word(b + 8), 0, 7),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, destination + 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word(b + 12), 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP6_ECHO_REPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PAYLOAD_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, magic, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PASS),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	return attach(fd, code, ARRAY_SIZE(code));
}

/* Other types of ICMP, which may be many where an address is known to many, do not even get as far
 * as the filter, for which the kernel clones them. */
static int
only_replies(int fd, bool v4)
{
	struct icmp_filter four = { .data = ~(1u << ICMP4_ECHO_REPLY) };
	struct icmp6_filter six;
	int r;

	ICMP6_FILTER_SETBLOCKALL(&six);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
	r = v4 ? setsockopt(fd, SOL_RAW, ICMP_FILTER, &four, sizeof(four))
	       : setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &six, sizeof(six));
	return r < 0 ? -errno : 0;
}

int
echo_filter_replies(int fd, struct ip local, uint32_t magic)
{
	bool v4 = local.family == IP_V4;
	int r = v4 ? filter4(fd, local, magic) : filter6(fd, local, magic);

	return r < 0 ? r : only_replies(fd, v4);
}

/* A UDP socket sees a datagram from its UDP header on; that it is for our address is its own doing.
 * What is not for us comes without its bytes: what a filter keeps away whole, UDP counts among what
 * there was no room for, and that must be replies alone. */
int
echo_filter_dns(int fd, uint8_t label, uint32_t magic)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DNS_PORT, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, DNS_NAME_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, label, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, DNS_NAME_AT + 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, magic, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PASS),
		BPF_STMT(BPF_RET | BPF_K, PASS_EMPTY),
	};
	return attach(fd, code, ARRAY_SIZE(code));
}
