/* The texts made from a command table, whole. */
#include "cli/usage.h"

#include <errno.h>

#include "cli/complete.h"
#include "options.h"
#include "tap.h"

static const struct cli_command up = { .name = "up", .args = "FILE", .summary = "Start a lab." };
static const struct cli_command run = {
	.name = "exec",
	.args = "NODE",
	.summary = "Run in a node.",
	.args_min = 1,
	.args_max = 1,
	.takes_command = true,
};
static const struct cli_command *const lab_commands[] = { &up, &run, NULL };
static const struct cli_command lab = {
	.name = "lab", .args = "", .summary = "Play with a lab.", .subcommands = lab_commands
};
static const struct cli_command *const commands[] = { &probe, &lab, NULL };
static const char *const word_kinds[] = { "LAB", "NODE", NULL };
static const struct cli_program program = {
	.name = "nearcast", .summary = "One address.", .commands = commands, .word_kinds = word_kinds
};

static void
check_taken(struct strbuf *b, const char *want)
{
	CHECK_STR(strbuf_get(b), want);
	strbuf_done(b);
}

TEST(usage_wraps)
{
	struct strbuf b = { 0 };

	cli_usage(&probe, "nearcast probe", &b);
	check_taken(&b,
	    "usage: nearcast probe [--json] [-q] [-N FILE] [-a NAME=URL]... [-n COUNT]\n"
	    "                      [-i DURATION] [-m METHOD] [-4 | -6] URL...\n");
	cli_usage(&lab, "nearcast lab", &b);
	check_taken(&b, "usage: nearcast lab COMMAND ...\n");
}

TEST(help_shows_defaults)
{
	struct strbuf b = { 0 };
	struct options named = defaults;
	struct cli_command command = probe;

	named.name = "/etc/names";
	command.defaults = &named;
	cli_help(&command, "nearcast probe", &b);
	CHECK_STR(strstr(strbuf_get(&b), "\nRequest,"),
	    "\nRequest, and see who answers.\n"
	    "\n"
	    "Options:\n"
	    "      --json               as JSON\n"
	    "  -q, --quiet              say less\n"
	    "  -N, --name FILE          the name (default /etc/names)\n"
	    "  -a, --against NAME=URL   compare\n"
	    "  -n, --count COUNT        how many (default 10)\n"
	    "  -i, --interval DURATION  how often (default 1s)\n"
	    "  -m, --method METHOD      how: udp, icmp (default udp)\n"
	    "  -4, --ipv4               IPv4 only\n"
	    "  -6, --ipv6               IPv6 only\n"
	    "  -h, --help               show this\n"
	    "\n"
	    "Ends with 1 when a request failed.\n");
	strbuf_done(&b);
}

TEST(help_of_an_enum_without_default)
{
	struct strbuf b = { 0 };
	struct options named = defaults;
	struct cli_command command = probe;

	named.method = -1;
	command.defaults = &named;
	cli_help(&command, "nearcast probe", &b);
	CHECK(strstr(strbuf_get(&b), "  -m, --method METHOD      how: udp, icmp\n") != NULL);
	strbuf_done(&b);
}

TEST(help_of_a_group_and_overview)
{
	struct strbuf b = { 0 };

	cli_help(&lab, "nearcast lab", &b);
	check_taken(&b, "usage: nearcast lab COMMAND ...\n"
			"\n"
			"Play with a lab.\n"
			"\n"
			"Commands:\n"
			"  up    Start a lab.\n"
			"  exec  Run in a node.\n"
			"\n"
			"Run `nearcast lab COMMAND --help` for more about one of them.\n");
	cli_overview(&program, &b);
	check_taken(&b,
	    "usage: nearcast COMMAND [ARGUMENT]...\n"
	    "\n"
	    "One address.\n"
	    "\n"
	    "Commands:\n"
	    "  probe  Request, and see who answers.\n"
	    "  lab    Play with a lab.\n"
	    "\n"
	    "Run `nearcast help COMMAND` for more about one of them; its manual page is "
	    "nearcast-COMMAND(1).\n");
}

TEST(list_has_every_command_and_option)
{
	struct strbuf b = { 0 };

	cli_list(&program, &b);
	check_taken(&b, "nearcast\n"
			"nearcast probe URL...\n"
			"nearcast probe --json\n"
			"nearcast probe -q --quiet\n"
			"nearcast probe -N --name FILE\n"
			"nearcast probe -a --against NAME=URL\n"
			"nearcast probe -n --count COUNT\n"
			"nearcast probe -i --interval DURATION\n"
			"nearcast probe -m --method METHOD\n"
			"nearcast probe -4 --ipv4\n"
			"nearcast probe -6 --ipv6\n"
			"nearcast lab\n"
			"nearcast lab up FILE\n"
			"nearcast lab exec NODE [--] COMMAND [ARGUMENT]...\n");
}

/* That the scripts work is tried with a shell (tests/unit/cli/completion); here, that each knows
 * all. */
TEST(completion_knows_all)
{
	static const struct {
		const char *shell;
		const char *parts[7];
	} rows[] = {
		{ "bash",
		    { "--against", "udp icmp", "\"lab exec\"", "words='up exec'", "compgen -f",
			"completion --words NODE" } },
		{ "zsh",
		    { "--against=", "(udp icmp)", "\"lab exec\"", "'up:Start a lab.'", "_files",
			"1:word:{compadd -- ${(f)\"$(nearcast completion --words NODE 2>/dev/null)\"}; }'" } },
		{ "fish", { "-l against", "'udp icmp'", "'lab exec'", "-a up -d 'Start a lab.'",
			      "-r -F", "-a '(nearcast completion --words NODE 2>/dev/null)'" } },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct strbuf b = { 0 };

		CHECK_INT(cli_complete(&program, rows[i].shell, &b), 0);
		for (int k = 0; rows[i].parts[k]; k++) {
			if (strstr(strbuf_get(&b), rows[i].parts[k]) == NULL)
				tap_fail(__FILE__, __LINE__, "%s: no %s", rows[i].shell,
				    rows[i].parts[k]);
		}
		strbuf_done(&b);
	}
	struct strbuf b = { 0 };

	CHECK_INT(cli_complete(&program, "csh", &b), -EINVAL);
	CHECK_STR(strbuf_get(&b), "");
}
