#include "lab/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attr.h"

/* A setting that forbids user namespaces while it has this value. */
struct obstacle {
	const char *sysctl;
	const char *forbidding;
	const char *allowing;
};

static const struct obstacle obstacles[] = {
	{ "kernel.unprivileged_userns_clone", "0", "1" },
	{ "user.max_user_namespaces", "0", "10000" },
	{ "kernel.apparmor_restrict_unprivileged_userns", "1", "0" },
	{ "user.max_net_namespaces", "0", "10000" },
	{ "user.max_pid_namespaces", "0", "10000" },
	{ "user.max_mnt_namespaces", "0", "10000" },
};

bool
userns_is_needed(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	const uint32_t wanted = 1u << CAP_SYS_ADMIN | 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;

	return geteuid() != 0 || syscall(SYS_capget, &header, data) < 0 ||
	    (data[0].effective & wanted) != wanted;
}

static int
write_text(const char *path, const char *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, -errno, "open %s", path);
	int r = write(fd, text, strlen(text)) < 0 ? err_errno(err, -errno, "write %s", path) : 0;
	close(fd);
	return r;
}

int
userns_map_root(uid_t uid, gid_t gid, struct err *err)
{
	char map[32];
	/* Without this the kernel does not let an ordinary user map a group: user_namespaces(7). */
	int r = write_text("/proc/self/setgroups", "deny", err);

	if (r < 0)
		return r;
	(void)snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	r = write_text("/proc/self/uid_map", map, err);
	if (r < 0)
		return r;
	(void)snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
	return write_text("/proc/self/gid_map", map, err);
}

/* Whether /proc/sys has this sysctl with this value. */
static bool
sysctl_is(const char *name, const char *value)
{
	char path[128] = "/proc/sys/", text[32];
	size_t at = strlen(path);

	for (const char *c = name; *c != '\0' && at < sizeof(path) - 1; c++)
		path[at++] = *c == '.' ? '/' : *c;
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	bool same = fgets(text, sizeof(text), f) != NULL && strcspn(text, "\n") == strlen(value) &&
	    strncmp(text, value, strlen(value)) == 0;
	(void)fclose(f);
	return same;
}

int
userns_explain(int code, bool with_userns, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(obstacles); i++) {
		const struct obstacle *o = &obstacles[i];

		if (with_userns && sysctl_is(o->sysctl, o->forbidding))
			return err_set(err, code,
			    "this machine does not let an ordinary user make namespaces (%s is %s): run as "
			    "root, or allow it with: sysctl -w %s=%s",
			    o->sysctl, o->forbidding, o->sysctl, o->allowing);
	}
	if (code == -ENOSPC || code == -EUSERS)
		return err_errno(err, code,
		    "make namespaces: too many exist; raise the limits in /proc/sys/user");
	if (code == -EPERM)
		return err_errno(err, code,
		    with_userns
			? "make a user namespace: something on this machine forbids it (a container's seccomp "
			  "filter, a security module, or a chroot); run as root outside of it"
			: "make namespaces");
	return err_errno(err, code, "make namespaces");
}
