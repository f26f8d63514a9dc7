#include "lab/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t signal_seen;
static int event_fd = -1;

static void
on_signal(int signo)
{
	int saved = errno;

	if (signal_seen)
		_exit(128 + signo);
	signal_seen = signo;
	(void)!write(event_fd, &(uint64_t){ 1 }, sizeof(uint64_t));
	errno = saved;
}

int
stop_open(struct err *err)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (event_fd < 0)
		event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event_fd < 0)
		return err_errno(err, -errno, "make an eventfd");
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigaction(signals[i], &sa, NULL) < 0)
			return err_errno(err, -errno, "handle signals");
	return event_fd;
}

int
stop_signal(void)
{
	return signal_seen;
}
