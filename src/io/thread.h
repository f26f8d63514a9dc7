/*
 * Starting a thread beside the event loop: with a stack that is small if nothing is said, and
 * without signals, which are the loop's.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>

/* stack_bytes 0: small, 256 KB. 0, or negative errno. The caller joins it. */
int thread_start(pthread_t *ret, size_t stack_bytes, void *(*run)(void *arg), void *arg);
