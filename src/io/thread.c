#include "io/thread.h"

#include <signal.h>

#define SMALL_STACK_BYTES (256u << 10)

int
thread_start(pthread_t *ret, size_t stack_bytes, void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int r;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, stack_bytes != 0 ? stack_bytes : SMALL_STACK_BYTES);
	(void)sigfillset(&all);
	/* the mask is inherited */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(ret, &attr, run, arg);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return r;
}
