#include "own_network.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	bool ok = f != NULL && fputs(text, f) >= 0;

	return f != NULL && fclose(f) == 0 && ok;
}

static const char *
unshare_network(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char uid_map[32], gid_map[32];

	if (unshare(CLONE_NEWNET) == 0)
		return NULL;
	(void)snprintf(uid_map, sizeof(uid_map), "0 %u 1", uid);
	(void)snprintf(gid_map, sizeof(gid_map), "0 %u 1", gid);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ||
	    !write_file("/proc/self/setgroups", "deny") ||
	    !write_file("/proc/self/uid_map", uid_map) ||
	    !write_file("/proc/self/gid_map", gid_map))
		return "network namespaces are forbidden here";
	return NULL;
}

const char *
own_network(void)
{
	static const char *problem;
	static bool tried;

	if (!tried) {
		tried = true;
		problem = unshare_network();
		if (problem == NULL && system("ip link set lo up") != 0)
			problem = "ip(8) is missing";
	}
	return problem;
}
