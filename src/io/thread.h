/*
 * Starting a thread beside the event loop: with a small stack, and without signals, which are the
 * loop's.
 */
#pragma once

#include <pthread.h>

/* 0, or negative errno. The caller joins it. */
int thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg);
