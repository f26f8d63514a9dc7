#include "io/last_words.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "io/loop.h"

#define SOCKETS_MAX 256 /* whose peers are waited for; more only get the words */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct list speakers = { &speakers, &speakers };

void
last_words_lock(void)
{
	(void)pthread_mutex_lock(&mutex);
}

void
last_words_unlock(void)
{
	(void)pthread_mutex_unlock(&mutex);
}

void
last_words_set(struct last_words *w, int fd, const uint8_t *words, size_t len)
{
	last_words_lock();
	if (w->words_len > 0)
		list_remove(&w->list);
	w->fd = fd;
	w->words_len = MIN(len, sizeof(w->words));
	if (w->words_len > 0) {
		memcpy(w->words, words, w->words_len);
		list_append(&speakers, &w->list);
	}
	last_words_unlock();
}

static bool
send_whole(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* Half a message can not be taken back: then a reset is all that is left to say. */
static void
reset(int fd)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)connect(fd, &none, sizeof(none));
}

/* What the peer has sent may not stay unread, or the kernel resets the connection over the words.
 */
static bool
has_closed(int fd)
{
	char buf[16384];
	ssize_t n;

	do
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	while (n > 0);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void
wait_for_peers(struct pollfd *fds, size_t count, struct duration patience)
{
	struct instant until = instant_add(clock_now(), patience);
	size_t open = count;

	while (open > 0) {
		int64_t left = duration_ms(instant_diff(until, clock_now()));

		if (left <= 0 || (poll(fds, count, (int)left) < 0 && errno != EINTR))
			return;
		for (size_t i = 0; i < count; i++) {
			/* poll(2) leaves out what is negative */
			if (fds[i].fd >= 0 && has_closed(fds[i].fd)) {
				fds[i].fd = -1;
				open--;
			}
		}
	}
}

struct last_words_said
last_words_say(struct duration patience)
{
	struct last_words_said result = { 0 };
	struct pollfd fds[SOCKETS_MAX];
	size_t count = 0;

	last_words_lock();
	list_for_each (w, &speakers, struct last_words, list) {
		result.of++;
		if (!send_whole(w->fd, w->waiting, w->waiting_len) ||
		    !send_whole(w->fd, w->words, w->words_len)) {
			reset(w->fd);
			continue;
		}
		result.said++;
		(void)shutdown(w->fd, SHUT_WR);
		if (count < SOCKETS_MAX)
			fds[count++] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
	}
	wait_for_peers(fds, count, patience);
	return result;
}
