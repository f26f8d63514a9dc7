/*
 * Time as two structs: an instant on a clock, and the duration between two of them.
 *
 * They are structs so that seconds cannot be mixed with microseconds, nor an instant with a duration,
 * without the compiler saying so. Both count nanoseconds. No function here reads a clock: pure code is
 * given `now`; drivers take it from clock_now() (io/loop.h). Arithmetic saturates: "never" stays never.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct duration {
	int64_t ns;
};

struct instant {
	int64_t ns; /* since an epoch that only the clock knows; comparable within one clock */
};

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* For a deadline: no timer is set. For a duration: without limit. */
#define INSTANT_NEVER ((struct instant){ INT64_MAX })
#define DURATION_FOREVER ((struct duration){ INT64_MAX })

#define DURATION_NS(n) ((struct duration){ (int64_t)(n) })
#define DURATION_US(n) ((struct duration){ (int64_t)(n) * NS_PER_US })
#define DURATION_MS(n) ((struct duration){ (int64_t)(n) * NS_PER_MS })
#define DURATION_S(n) ((struct duration){ (int64_t)(n) * NS_PER_S })

static inline int64_t
duration_ms(struct duration d)
{
	return d.ns / NS_PER_MS;
}

static inline double
duration_ms_f(struct duration d)
{
	return (double)d.ns / (double)NS_PER_MS;
}

static inline bool
instant_is_never(struct instant t)
{
	return t.ns == INT64_MAX;
}

static inline struct instant
instant_add(struct instant t, struct duration d)
{
	int64_t ns;

	if (t.ns == INT64_MAX || d.ns == INT64_MAX || __builtin_add_overflow(t.ns, d.ns, &ns))
		return INSTANT_NEVER;
	return (struct instant){ ns };
}

/* From `since` to `t`; negative when t is earlier. */
static inline struct duration
instant_diff(struct instant t, struct instant since)
{
	int64_t ns;

	if (t.ns == INT64_MAX || __builtin_sub_overflow(t.ns, since.ns, &ns))
		return DURATION_FOREVER;
	return (struct duration){ ns };
}

static inline int
instant_cmp(struct instant a, struct instant b)
{
	return (a.ns > b.ns) - (a.ns < b.ns);
}

static inline struct instant
instant_min(struct instant a, struct instant b)
{
	return a.ns < b.ns ? a : b;
}

static inline struct instant
instant_max(struct instant a, struct instant b)
{
	return a.ns > b.ns ? a : b;
}

/* Whether a deadline has come; a deadline of never has not. */
static inline bool
instant_reached(struct instant deadline, struct instant now)
{
	return !instant_is_never(deadline) && now.ns >= deadline.ns;
}

static inline struct duration
duration_scale(struct duration d, int64_t num, int64_t den)
{
	if (d.ns == INT64_MAX)
		return d;
	return (struct duration){ (int64_t)((__int128)d.ns * num / den) };
}

static inline int
duration_cmp(struct duration a, struct duration b)
{
	return (a.ns > b.ns) - (a.ns < b.ns);
}

/*
 * Reads "250ms", "1.5s", "3m", "1h30m", "0". Units: ns us ms s m h d. A bare number other than 0 is
 * refused: a unit says what was meant. Negative durations are refused.
 * Returns 0, -EINVAL (not a duration), -ERANGE (does not fit). *ret is untouched on failure.
 */
int duration_parse(const char *text, struct duration *ret);

#define DURATION_STR_MAX 48

/* To the nearest whole second: a time that is left, for people. */
struct duration duration_round_s(struct duration d) _pure_;
/* Writes a text that duration_parse() reads back ("1m30s", "1m30.5s", "1.5ms"). Returns buf. */
char *duration_format(struct duration d, char buf[static DURATION_STR_MAX]);
