/* The parser as tables: argv -> what lands in the struct, or the sentence that refuses it. */
#include "cli/parse.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "options.h"
#include "tap.h"

static const struct cli_command none = { .name = "none", .args = "", .args_max = 0 };

static const struct cli_command two = {
	.name = "two",
	.args = "FROM TO",
	.args_min = 2,
	.args_max = 2,
	.options = options,
	.option_count = 2,
	.options_size = sizeof(struct options),
};

/* The struct and the arguments as one line. */
static char *
describe(const struct cli_parsed *p, bool with_options)
{
	const struct options *o = p->options;
	char interval[DURATION_STR_MAX];
	struct strbuf b = { 0 };

	if (p->help)
		return xstrdup("help");
	if (with_options) {
		strbuf_addf(&b,
		    "json=%d quiet=%d name=%s count=%u interval=%s method=%d family=%d against=",
		    o->json, o->quiet, o->name ? o->name : "-", o->count,
		    duration_format(o->interval, interval), o->method, o->family);
		for (size_t i = 0; i < o->against.count; i++)
			strbuf_addf(&b, "%s,", o->against.items[i]);
	}
	strbuf_addf(&b, " [%d]", p->argc);
	for (int i = 0; i < p->argc; i++)
		strbuf_addf(&b, " %s", p->args[i]);
	if (p->args[p->argc] != NULL)
		strbuf_add(&b, " not ended");
	return strbuf_take(&b);
}

struct row {
	const char *words; /* separated by spaces; "_" is the empty word */
	const char *want;  /* the struct, or the error */
};

static void
try_rows(const struct cli_command *c, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *line = xstrdup(rows[i].words), *argv[32], *save = NULL;
		static char empty[1];
		struct cli_parsed p = { 0 };
		struct err e = { 0 };
		int argc = 0;

		for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
			argv[argc++] = strcmp(w, "_") == 0 ? empty : w;
		argv[argc] = NULL;
		if (cli_parse(c, argc, argv, &p, &e) == 0) {
			char *got = describe(&p, c->option_count > 2 && !p.help);

			CHECK_STR(got, rows[i].want);
			free(got);
		} else {
			CHECK(p.options == NULL && p.args == NULL && e.code == -EINVAL);
			CHECK_STR(e.message, rows[i].want);
		}
		cli_parsed_done(c, &p);
		free(line);
	}
}

#define DEF "json=0 quiet=0 name=- count=10 interval=1s method=0 family=0 against="

TEST(options_land_in_the_struct)
{
	static const struct row rows[] = {
		{ "u", DEF " [1] u" },
		{ "u v w", DEF " [3] u v w" },
		{ "-", DEF " [1] -" },
		{ "_", DEF " [1] " },
		{ "--json u",
		    "json=1 quiet=0 name=- count=10 interval=1s method=0 family=0 against= [1] u" },
		{ "u -q --json",
		    "json=1 quiet=1 name=- count=10 interval=1s method=0 family=0 against= [1] u" },
		{ "--count 5 u",
		    "json=0 quiet=0 name=- count=5 interval=1s method=0 family=0 against= [1] u" },
		{ "--count=5 u",
		    "json=0 quiet=0 name=- count=5 interval=1s method=0 family=0 against= [1] u" },
		{ "-n5 u",
		    "json=0 quiet=0 name=- count=5 interval=1s method=0 family=0 against= [1] u" },
		{ "-n 5 u",
		    "json=0 quiet=0 name=- count=5 interval=1s method=0 family=0 against= [1] u" },
		{ "-q4n5 u",
		    "json=0 quiet=1 name=- count=5 interval=1s method=0 family=4 against= [1] u" },
		{ "-6 -6 u",
		    "json=0 quiet=0 name=- count=10 interval=1s method=0 family=6 against= [1] u" },
		{ "--interval=250ms u", "json=0 quiet=0 name=- count=10 interval=250ms method=0 "
					"family=0 against= [1] u" },
		{ "-m icmp u",
		    "json=0 quiet=0 name=- count=10 interval=1s method=1 family=0 against= [1] u" },
		{ "--name= u",
		    "json=0 quiet=0 name= count=10 interval=1s method=0 family=0 against= [1] u" },
		{ "--name -q u", "json=0 quiet=0 name=-q count=10 interval=1s method=0 family=0 "
				 "against= [1] u" },
		{ "-a x=1 --against=y=2 u -az", "json=0 quiet=0 name=- count=10 interval=1s "
						"method=0 family=0 against=x=1,y=2,z, [1] u" },
		{ "u -- -q --json", DEF " [3] u -q --json" },
		{ "-- -q", DEF " [1] -q" },
		{ "u -- --", DEF " [2] u --" },
		{ "--help", "help" },
		{ "-qh", "help" },
		{ "u --help --nonsense", "help" },
	};
	try_rows(&probe, rows, ARRAY_SIZE(rows));
}

TEST(wrong_use_is_explained)
{
	static const struct row rows[] = {
		{ "", "URL... is missing" },
		{ "--json", "URL... is missing" },
		{ "--jsn u", "unknown option --jsn; did you mean --json?" },
		{ "--intervall=1s u", "unknown option --intervall; did you mean --interval?" },
		{ "--inter 1s u", "unknown option --inter" },
		{ "--hlep", "unknown option --hlep; did you mean --help?" },
		{ "-z u", "unknown option -z" },
		{ "-qz u", "unknown option -z" },
		{ "--json=yes u", "--json takes no value" },
		{ "--help=x", "--help takes no value" },
		{ "--ipv4=1 u", "--ipv4 takes no value" },
		{ "u --count", "--count needs a value: COUNT" },
		{ "u -n", "--count needs a value: COUNT" },
		{ "-n 0 u", "--count: 0 is out of range, expected 1 to 100" },
		{ "-n 101 u", "--count: 101 is out of range, expected 1 to 100" },
		{ "-n 99999999999 u", "--count: 99999999999 is out of range, expected 1 to 100" },
		{ "-n 5x u", "--count: \"5x\" is not a whole number" },
		{ "-n=5 u", "--count: \"=5\" is not a whole number" },
		{ "-n -5 u", "--count: -5 is less than 0, expected more than that" },
		{ "-n -x u", "--count: \"-x\" is not a whole number" },
		{ "-i -1s u", "--interval: -1s is less than 0, expected more than that" },
		{ "-n 5 -n 6 u", "--count is given twice" },
		{ "-N a --name b u", "--name is given twice" },
		{ "-i 5 u", "--interval: \"5\" is not a duration, expected a number with a unit, "
			    "like 500ms or 1.5s" },
		{ "-i 2m u", "--interval: 2m is out of range, expected 1ns to 1m" },
		{ "-i 0 u", "--interval: 0 is out of range, expected 1ns to 1m" },
		{ "-m tcp u", "--method: unknown value \"tcp\", expected one of udp, icmp" },
		{ "-m xyzzy u", "--method: unknown value \"xyzzy\", expected one of udp, icmp" },
		{ "-46 u", "--ipv4 and --ipv6 exclude each other" },
		{ "--ipv6 u --ipv4", "--ipv6 and --ipv4 exclude each other" },
	};
	try_rows(&probe, rows, ARRAY_SIZE(rows));
}

TEST(seconds_are_whole)
{
	static const struct cli_option rests[] = {
		{ "rest", 'r', CLI_SECONDS, offsetof(struct options, interval), "DURATION", 0,
		    60 * NS_PER_S, NULL, "how long" },
	};
	static const struct cli_command command = { .name = "rest",
		.args = "",
		.options = rests,
		.option_count = ARRAY_SIZE(rests),
		.options_size = sizeof(struct options) };
	static const struct row rows[] = {
		{ "-r 1m", " [0]" },
		{ "-r 2000ms", " [0]" },
		{ "-r 500ms", "--rest: 500ms is not a number of whole seconds" },
		{ "-r 1.5s", "--rest: 1.5s is not a number of whole seconds" },
		{ "-r 61s", "--rest: 61s is out of range, expected 0 to 1m" },
	};

	try_rows(&command, rows, ARRAY_SIZE(rows));
}

TEST(positionals_are_counted)
{
	static const struct row none_rows[] = {
		{ "", " [0]" },
		{ "x", "unexpected argument \"x\"" },
		{ "--json", "unknown option --json" },
	};
	static const struct row two_rows[] = {
		{ "a b", " [2] a b" },
		{ "a -q b", " [2] a b" },
		{ "a", "too few arguments, expected FROM TO" },
		{ "a b c", "unexpected argument \"c\"" },
	};
	try_rows(&none, none_rows, ARRAY_SIZE(none_rows));
	try_rows(&two, two_rows, ARRAY_SIZE(two_rows));
}

TEST(a_command_to_run_keeps_its_options)
{
#define ZERO "json=0 quiet=0 name=- count=0 interval=0 method=0 family=0 against="
#define QUIET "json=0 quiet=1 name=- count=0 interval=0 method=0 family=0 against="
	static const struct row rows[] = {
		{ "n -- curl -s --json u", ZERO " [5] n curl -s --json u" },
		{ "n curl -s --json u", ZERO " [5] n curl -s --json u" },
		{ "-q n curl -q", QUIET " [3] n curl -q" },
		{ "n -q curl -q", QUIET " [3] n curl -q" },
		{ "n -- curl -- x", ZERO " [4] n curl -- x" },
		{ "n curl -- x", ZERO " [4] n curl -- x" },
		{ "n --help", "help" },
		{ "n", "the command to run is missing" },
		{ "n --", "the command to run is missing" },
		{ "-- curl", "too few arguments, expected NODE" },
		{ "", "NODE is missing" },
	};
	try_rows(&exec, rows, ARRAY_SIZE(rows));
}
