#include "service/check.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "tap.h"

static const struct check_policy policy = {
	.rise = 2, .fall = 3, .interval = DURATION_S(1), .fast_interval = DURATION_MS(200)
};

/*
 * Plays one letter a second: p a pass, s a soft failure, d a definitive one, o a pass of a run that
 * started before the last definitive evidence. Writes the verdict after each (U, P, F), a capital
 * when it has just changed, and "!" when the next run is due fast.
 */
static void
play(const char *script, struct strbuf *out)
{
	struct check c;
	struct instant now = { 0 };

	check_init(&c, policy, now);
	for (; *script; script++) {
		struct check_result r = {
			.why = "because", .started = now, .took = DURATION_MS(1)
		};
		bool changed;

		now = instant_add(now, DURATION_S(1));
		r.evidence = *script == 's'   ? EVIDENCE_SOFT
			     : *script == 'd' ? EVIDENCE_DEFINITIVE
					      : EVIDENCE_PASS;
		if (*script == 'o')
			r.started = (struct instant){ -1 };
		changed = check_input(&c, &r, now);
		strbuf_add_char(out, (changed ? "UPF" : "upf")[c.verdict]);
		if (duration_cmp(check_interval(&c), policy.interval) < 0)
			strbuf_add_char(out, '!');
	}
}

TEST(rise_and_fall)
{
	static const struct {
		const char *script, *want;
	} cases[] = {
		{ "p", "u!" },
		{ "pp", "u!P" },
		{ "psp", "u!u!u!" },
		{ "pspp", "u!u!u!P" },
		{ "sss", "u!u!F" },
		{ "ss", "u!u!" },
		{ "d", "F" },
		{ "ppd", "u!PF" },
		{ "ppss", "u!Pp!p!" },
		{ "ppssp", "u!Pp!p!p" },
		{ "ppsss", "u!Pp!p!F" },
		{ "ppssps", "u!Pp!p!pp!" },
		{ "ppsssp", "u!Pp!p!Ff!" },
		{ "ppssspp", "u!Pp!p!Ff!P" },
		{ "ppssspsp", "u!Pp!p!Ff!ff!" },
		{ "ddd", "Fff" },
		{ "dspp", "Fff!P" },
		{ "sdpp", "u!Ff!P" },
		{ "doopp", "Ffff!P" },
		{ "oo", "u!u!" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct strbuf out = { 0 };

		play(cases[i].script, &out);
		CHECK_STR(strbuf_get(&out), cases[i].want);
		strbuf_done(&out);
	}
}

/* A reason that is too long with what is put in front ends between two characters. */
TEST(why_is_cut_between_characters)
{
	for (size_t spaces = 0; spaces < 4; spaces++) {
		char text[WHY_MAX] = "", mended[WHY_MAX];
		struct check_result r = { .evidence = EVIDENCE_SOFT, .why = text };
		struct instant now = { 0 };
		struct check c;

		memset(text, ' ', spaces);
		while (strlen(text) + 4 <= sizeof(text))
			strcat(text, "\xe2\x82\xac");
		check_init(&c, policy, now);
		for (uint32_t i = 0; i < policy.fall; i++)
			(void)check_input(&c, &r, now);
		(void)snprintf(mended, sizeof(mended), "%s", c.why);
		CHECK_STR(utf8_mend(mended), c.why);
		CHECK_INT(strncmp(c.why, "3 times in a row: ", 18), 0);
	}
}

TEST(since_and_why)
{
	struct check c;
	struct check_result r = { .evidence = EVIDENCE_SOFT, .why = "status 503" };

	check_init(&c, policy, (struct instant){ 0 });
	CHECK_STR(c.why, "not run yet");
	for (int i = 1; i <= 5; i++) {
		r.started = (struct instant){ i };
		(void)check_input(&c, &r, (struct instant){ i });
		CHECK_INT(c.since.ns, i < 3 ? 0 : 3);
		CHECK_STR(c.why, i < 3    ? "not run yet"
				 : i == 3 ? "3 times in a row: status 503"
					  : "status 503");
		CHECK(!c.definitive);
	}
	CHECK(!check_refute(&c, "nothing listens", (struct instant){ 6 }));
	CHECK(c.definitive);
	CHECK_STR(c.why, "nothing listens");
	CHECK_STR(c.last_why, "status 503");
	CHECK_INT(c.since.ns, 3);
	CHECK_STR(verdict_name(c.verdict), "failing");
}

TEST(fast_interval_is_never_slower)
{
	struct check c;
	struct check_policy p = policy;

	p.interval = DURATION_MS(100);
	check_init(&c, p, (struct instant){ 0 });
	CHECK_INT(duration_ms(check_interval(&c)), 100);
}
