#include "lab/listens.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

#define HEADING                                                                                    \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

TEST(a_table_of_the_kernel_is_read)
{
	static const char table[] = HEADING
	    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
	    "  12: 0100007F:0050 0200007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n";
	static const char table6[] = HEADING
	    "   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000\n";

	CHECK(listens_in_table(table, 8080));
	CHECK(!listens_in_table(table, 80)); /* established, not listening */
	CHECK(!listens_in_table(table, 50000));
	CHECK(listens_in_table(table6, 80));
	CHECK(!listens_in_table(HEADING, 0));
	CHECK(!listens_in_table("", 80));
	CHECK(!listens_in_table("   0: 0100007F", 80));
	CHECK(!listens_in_table("0:\n1:\n2:\n", 1));
	CHECK(!listens_in_table("0: 0:\n50\n 0A", 80));
}

TEST(a_socket_of_this_process_is_found)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char port[8];

	REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	REQUIRE(getsockname(fd, (struct sockaddr *)&addr, &len) == 0);
	(void)snprintf(port, sizeof(port), "%u", ntohs(addr.sin_port));
	CHECK(!listens_in_net_of(getpid(), port));
	REQUIRE(listen(fd, 1) == 0);
	CHECK(listens_in_net_of(getpid(), port));
	CHECK(!listens_in_net_of(getpid(), "http"));
	CHECK(!listens_in_net_of(-1, port));
	close(fd);
}
