/* The sockets that a process of a lab gets, while it runs and while it does not. */
#include "lab/passed_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ip.h"
#include "own_network.h"
#include "tap.h"

#define PORT 8179

/* 0, or what connect(2) says. listener: accepts it, and ends it first, so that it stays for a while;
 * -1: nobody does. */
static int
try_connect(int listener)
{
	const struct endpoint at = { .addr = ip_from_v4(0x7f000001), .port = PORT };
	struct sockaddr_storage ss;
	socklen_t len = endpoint_to_sockaddr(at, &ss);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = connect(fd, (struct sockaddr *)&ss, len) < 0 ? -errno : 0;

	if (listener >= 0)
		close(accept(listener, NULL, NULL));
	close(fd);
	return r;
}

TEST(they_refuse_while_nobody_is_there_to_answer)
{
	const struct lab_socket sockets[] = { { .node = 0, .port = PORT } };
	const struct lab_process plan = { .name = "p", .sockets = sockets, .socket_count = 1 };
	const struct lab_node node_plan = { .name = "n" };
	struct process p = { .plan = &plan };
	struct node node = { .plan = &node_plan };
	struct err e = { 0 };

	const char *why = own_network();

	if (why != NULL) {
		tap_skip(why);
		return;
	}
	node.net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	REQUIRE(passed_sockets_open(&p, &node, -1, &e) == 0);
	CHECK_INT(try_connect(p.sockets[0]), 0);
	for (int i = 0; i < 2; i++) {
		passed_sockets_refuse(&p);
		CHECK_INT(try_connect(-1), -ECONNREFUSED);
		CHECK_INT(passed_sockets_listen(&p, &e), 0);
		CHECK_INT(try_connect(p.sockets[0]), 0);
	}
	/* its own are told, too: nobody waits for an answer */
	passed_sockets_refuse(&p);
	passed_sockets_refuse(&p);
	CHECK_INT(try_connect(-1), -ECONNREFUSED);
	close(p.sockets[0]);
	close(node.net);
	free(p.sockets);
}
