#include "io/thread.h"

#include <signal.h>

#define STACK_BYTES (256u << 10)

int
thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int r;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	(void)sigfillset(&all);
	/* the mask is inherited */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(ret, &attr, run, arg);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return r;
}
