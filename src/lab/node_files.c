#include "lab/node_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/strbuf.h"

/* On a scratch tmpfs, while the overlay is put together. */
#define ETC_UPPER "/run/upper"
#define ETC_WORK "/run/work"
#define ETC_LAYERS "lowerdir=/etc,upperdir=" ETC_UPPER "/etc,workdir=" ETC_WORK

static int
make_parents(char *path, struct err *err)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int r = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
		*slash = '/';
		if (r < 0)
			return err_errno(err, r, "make the folders of %s", path);
	}
	return 0;
}

static int
write_file(const char *root, const char *name, const char *content, unsigned mode, struct err *err)
{
	char path[512];

	if ((size_t)snprintf(path, sizeof(path), "%s%s", root, name) >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, "the name %s is too long", name);
	int r = make_parents(path, err);
	if (r < 0)
		return r;
	FILE *f = fopen(path, "we");
	if (f == NULL)
		return err_errno(err, -errno, "write %s", name);
	bool bad = fputs(content, f) == EOF;
	bad |= fchmod(fileno(f), mode) < 0;
	bad |= fclose(f) == EOF;
	return bad ? err_errno(err, -errno, "write %s", name) : 0;
}

/* Those files of the node that lie below a folder ("/etc/"), each below root, its place for now. */
static int
write_files(const struct lab_node *node, const char *folder, const char *root, struct err *err)
{
	for (size_t i = 0; i < node->file_count; i++) {
		const struct lab_file *f = &node->files[i];

		if (!str_starts_with(f->path, folder))
			continue;
		int r = write_file(root, f->path, f->content, f->mode, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
check_paths(const struct lab_node *node, struct err *err)
{
	for (size_t i = 0; i < node->file_count; i++) {
		const char *path = node->files[i].path;

		if ((!str_starts_with(path, "/etc/") && !str_starts_with(path, "/run/")) ||
		    strstr(path, "/../") != NULL)
			return err_set(err, -EINVAL, "the file %s is not below /etc or /run", path);
	}
	return 0;
}

static int
write_hosts(const struct lab_plan *plan, const struct lab_node *node, const char *root, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	char ip[IP_STR_MAX];

	strbuf_addf(&text, "127.0.0.1 localhost\n::1 localhost\n");
	if (node->loopback4.family == IP_NONE && node->loopback6.family == IP_NONE)
		strbuf_addf(&text, "127.0.1.1 %s\n", node->name);
	for (size_t i = 0; i < plan->name_count; i++)
		strbuf_addf(&text, "%s %s\n", ip_format(plan->names[i].addr, ip), plan->names[i].name);
	return write_file(root, "/etc/hosts", strbuf_get(&text), 0644, err);
}

static int
write_etc(const struct lab_plan *plan, const struct lab_node *node, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf hostname = { 0 };

	strbuf_addf(&hostname, "%s\n", node->name);
	int r = write_hosts(plan, node, ETC_UPPER, err);
	if (r == 0)
		r = write_file(ETC_UPPER, "/etc/hostname", strbuf_get(&hostname), 0644, err);
	if (r == 0)
		r = write_file(ETC_UPPER, "/etc/resolv.conf", "# No resolver here: see /etc/hosts.\n", 0644, err);
	return r == 0 ? write_files(node, "/etc/", ETC_UPPER, err) : r;
}

static int
mount_at(const char *type, const char *at, unsigned long flags, const char *options, struct err *err)
{
	return mount(type, at, type, flags | MS_NOSUID | MS_NODEV, options) < 0
	    ? err_errno(err, -errno, "mount %s on %s", type, at)
	    : 0;
}

/* The files are written before the mount: copying one up would need the machine's users mapped here. */
static int
mount_etc(const struct lab_plan *plan, const struct lab_node *node, struct err *err)
{
	int r = mount_at("tmpfs", "/run", 0, "mode=0755", err);

	if (r < 0)
		return r;
	if (mkdir(ETC_UPPER, 0755) < 0 || mkdir(ETC_UPPER "/etc", 0755) < 0 || mkdir(ETC_WORK, 0755) < 0)
		return err_errno(err, -errno, "make the layers of /etc");
	r = write_etc(plan, node, err);
	if (r < 0)
		return r;
	/* A user namespace needs the option, kernels before 5.11 do not know it. */
	if (mount("overlay", "/etc", "overlay", 0, ETC_LAYERS ",userxattr") < 0)
		r = mount_at("overlay", "/etc", 0, ETC_LAYERS, err);
	/* The overlay keeps its layers alive by itself. */
	if (r == 0 && umount2("/run", MNT_DETACH) < 0)
		r = err_errno(err, -errno, "unmount the layers of /etc");
	return r;
}

static int
mount_proc(struct err *err)
{
	int r = mount_at("proc", "/proc", MS_NOEXEC, NULL, err);

	if (r == -EPERM)
		return err_set(err, r,
		    "mount /proc: not permitted; parts of /proc are hidden here, as containers do: run it "
		    "outside of the container, or let the container see /proc (systempaths=unconfined)");
	return r;
}

int
node_files_make(const struct lab_plan *plan, const struct lab_node *node, struct err *err)
{
	int r = check_paths(node, err);

	if (r == 0)
		r = mount_etc(plan, node, err);
	if (r == 0)
		r = mount_at("tmpfs", "/run", 0, "mode=0755", err);
	if (r == 0)
		r = write_files(node, "/run/", "", err);
	if (r == 0)
		r = mount_proc(err);
	/* Where it is refused, the machine's interfaces show in /sys; nothing of ours looks there. */
	if (r == 0)
		(void)mount_at("sysfs", "/sys", MS_NOEXEC, NULL, NULL);
	return r;
}
