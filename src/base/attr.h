/*
 * Compiler attributes and the few macros that every file may use.
 *
 * Cleanup attributes make a function have one success path: a local that owns something is declared
 * with _cleanup_(), and TAKE() hands the ownership over on success.
 */
#pragma once

#include <stddef.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))
#define _must_use_ __attribute__((warn_unused_result))
#define _unused_ __attribute__((unused))
#define _noreturn_ __attribute__((noreturn))
#define _pure_ __attribute__((pure))
/* For a large local on a hot path that is filled before it is read; others start as zero. */
#define _uninitialized_ __attribute__((uninitialized))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The structure that embeds *ptr as its field. */
#define container_of(ptr, type, field) ((type *)(void *)((char *)(ptr) - offsetof(type, field)))
/* The same for one that is const. */
#define container_of_const(ptr, type, field)                                                       \
	((const type *)(const void *)((const char *)(ptr)-offsetof(type, field)))

/* Gives the pointer and leaves NULL behind, so that the cleanup of the local finds nothing. */
#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) *_take_at = &(p);                                                    \
		__typeof__(p) _taken = *_take_at;                                                  \
		*_take_at = NULL;                                                                  \
		_taken;                                                                            \
	})

/* Gives the file descriptor and leaves -1 behind. */
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int *_take_at = &(fd);                                                             \
		int _taken = *_take_at;                                                            \
		*_take_at = -1;                                                                    \
		_taken;                                                                            \
	})

#define MIN(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) _min_a = (a);                                                        \
		__typeof__(b) _min_b = (b);                                                        \
		_min_a < _min_b ? _min_a : _min_b;                                                 \
	})

#define MAX(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) _max_a = (a);                                                        \
		__typeof__(b) _max_b = (b);                                                        \
		_max_a > _max_b ? _max_a : _max_b;                                                 \
	})
