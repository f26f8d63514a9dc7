#include "lab/offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/attr.h"

int
offload_disable(int sock, const char *ifname, struct err *err)
{
	/* Segmentation first: it depends on scatter/gather, which depends on checksums. */
	static const uint32_t commands[] = { ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_SSG,
		ETHTOOL_STXCSUM };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct ethtool_value off = { .cmd = commands[i], .data = 0 };
		struct ifreq request = { .ifr_data = (char *)&off };

		strncpy(request.ifr_name, ifname, sizeof(request.ifr_name) - 1);
		if (ioctl(sock, SIOCETHTOOL, &request) < 0 && errno != EOPNOTSUPP)
			return err_errno(err, -errno, "turn off the offloads of %s", ifname);
	}
	return 0;
}
