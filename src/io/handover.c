#include "io/handover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/fd.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define STATE_MAX (256u << 20) /* bytes */

/* ---- the one that goes ---- */

void
handover_done(struct handover *h)
{
	state_writer_done(&h->state);
	free(h->fds);
	*h = (struct handover){ 0 };
}

void
handover_give(struct handover *h, uint16_t tag, int fd)
{
	if (fd < 0)
		return;
	state_number(&h->state, tag, (uint64_t)fd);
	h->fds = grow_array(h->fds, h->fd_count, &h->fd_cap, sizeof(*h->fds));
	h->fds[h->fd_count++] = fd;
}

int
handover_memfd(const struct state_writer *state, int *ret_fd, struct err *e)
{
	_cleanup_(closep) int fd = memfd_create("nearcast-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t written = 0;

	if (fd < 0)
		return err_errno(e, -errno, "memory for the state");
	while (written < state->len) {
		ssize_t n = write(fd, state->bytes + written, state->len - written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, -errno, "write the state");
		written += (size_t)n;
	}
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return err_errno(e, -errno, "seal the state");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static void
set_cloexec(int fd, bool closes)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags >= 0)
		(void)fcntl(fd, F_SETFD, closes ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC);
}

static void
set_all_cloexec(const struct handover *h, int state_fd, bool closes)
{
	set_cloexec(state_fd, closes);
	for (size_t i = 0; i < h->fd_count; i++)
		set_cloexec(h->fds[i], closes);
}

int
handover_exec(
    const struct handover *h, int state_fd, const char *path, char *const argv[], struct err *e)
{
	int r;

	set_all_cloexec(h, state_fd, false);
	(void)execv(path, argv);
	r = -errno;
	set_all_cloexec(h, state_fd, true);
	return err_errno(e, r, "run %s", path);
}

/* ---- the one that comes ---- */

int
handover_read(int fd, struct state_writer *ret, struct err *e)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct state_writer read = { 0 };
	struct stat st;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) < 0)
		return err_set(e, -EINVAL, "descriptor %d is no state of nearcastd", fd);
	if (st.st_size > STATE_MAX)
		return err_set(e, -EFBIG, "the state is larger than one can be");
	(void)state_room(&read, (size_t)st.st_size);
	for (size_t got = 0; got < read.len;) {
		ssize_t n = pread(fd, read.bytes + got, read.len - got, (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			state_writer_done(&read);
			return err_set(e, -EIO, "the state cannot be read");
		}
		got += (size_t)n;
	}
	*ret = read;
	return 0;
}

int
inheritance_find(int except, struct inheritance *ret, struct err *e)
{
	DIR *dir = opendir("/proc/self/fd");
	struct inheritance in = { 0 };
	struct dirent *entry;
	size_t cap = 0;

	if (dir == NULL)
		return err_errno(e, -errno, "open /proc/self/fd");
	while ((entry = readdir(dir)) != NULL) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);

		if (*end != '\0' || fd <= STDERR_FILENO || fd == except || fd == dirfd(dir) ||
		    (fcntl((int)fd, F_GETFD) & FD_CLOEXEC))
			continue;
		in.fds = grow_array(in.fds, in.count, &cap, sizeof(*in.fds));
		in.fds[in.count++] = (int)fd;
	}
	(void)closedir(dir);
	*ret = in;
	return 0;
}

static int
option_of(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) < 0 ? -1 : value;
}

static bool
is_of_kind(int fd, enum fd_kind kind)
{
	int domain = option_of(fd, SO_DOMAIN), protocol = option_of(fd, SO_PROTOCOL);
	bool stream = option_of(fd, SO_TYPE) == SOCK_STREAM;
	bool inet = domain == AF_INET || domain == AF_INET6;
	bool listens = option_of(fd, SO_ACCEPTCONN) == 1;
	struct stat st;

	switch (kind) {
	case FD_TCP:
		return inet && stream && protocol == IPPROTO_TCP && !listens;
	case FD_TCP_LISTENER:
		return inet && stream && protocol == IPPROTO_TCP && listens;
	case FD_UDP:
		return inet && protocol == IPPROTO_UDP;
	case FD_UNIX:
		return domain == AF_UNIX && stream && !listens;
	case FD_UNIX_LISTENER:
		return domain == AF_UNIX && stream && listens;
	case FD_FILE:
		return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	case FD_PIPE:
		return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
	}
	return false;
}

int
inheritance_take(struct inheritance *in, struct reader records, uint16_t tag, enum fd_kind kind)
{
	uint64_t fd = state_find_number(records, tag, UINT64_MAX);

	for (size_t i = 0; i < in->count; i++) {
		if ((uint64_t)in->fds[i] != fd || !is_of_kind(in->fds[i], kind))
			continue;
		in->fds[i] = in->fds[--in->count];
		set_cloexec((int)fd, true);
		return (int)fd;
	}
	return -1;
}

/* Where we are the client ourselves, the other end has a path and waits for no word. */
static bool
is_of_client(int fd)
{
	struct sockaddr_un sun;
	socklen_t len = sizeof(sun);

	return is_of_kind(fd, FD_UNIX) && getpeername(fd, (struct sockaddr *)&sun, &len) == 0 &&
	       len <= offsetof(struct sockaddr_un, sun_path);
}

size_t
inheritance_close(
    struct inheritance *in, const char *text, const void *farewell, size_t farewell_len)
{
	size_t connections = 0;

	for (size_t i = 0; i < in->count; i++) {
		int fd = in->fds[i];

		if (is_of_kind(fd, FD_TCP)) {
			connections++;
			(void)send(fd, farewell, farewell_len, MSG_NOSIGNAL | MSG_DONTWAIT);
			(void)shutdown(fd, SHUT_WR);
		} else if (is_of_client(fd)) {
			(void)send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
		}
		(void)close(fd);
	}
	free(in->fds);
	*in = (struct inheritance){ 0 };
	return connections;
}

void
inheritance_close_copies(const struct inheritance *in)
{
	for (size_t i = 0; i < in->count; i++)
		(void)close(in->fds[i]);
}
