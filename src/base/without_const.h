/* For interfaces of others that take what they do not change without const. */
#pragma once

static inline void *
without_const(const void *p)
{
	union {
		const void *in;
		void *out;
	} both = { .in = p };

	return both.out;
}
