/*
 * Allocation that does not fail, and an arena.
 *
 * A daemon that has run out of memory cannot decide well; it says so and aborts, and its supervisor
 * starts it again. What a stranger can make grow is limited where it comes in, not here.
 *
 * An arena frees everything at once: one for a configuration generation, a scenario, a request.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

void *xmalloc(size_t n) __attribute__((returns_nonnull, malloc));
void *xcalloc(size_t n, size_t size) __attribute__((returns_nonnull, malloc));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((returns_nonnull, malloc));
char *xasprintf(const char *fmt, ...) __attribute__((returns_nonnull, malloc)) _printf_(1, 2);

/* Makes room for one element more at *array (count elements used, *cap there); doubles when full. */
void *grow_array(void *array, size_t count, size_t *cap, size_t size) __attribute__((returns_nonnull));

/* For _cleanup_(freep). */
void freep(void *p);

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */
void arena_freep(struct arena **a);
/* Zeroed, aligned for any type, valid until arena_free(). */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...) _printf_(2, 3);
/* A copy of n bytes. */
void *arena_memdup(struct arena *a, const void *mem, size_t n) __attribute__((returns_nonnull));
