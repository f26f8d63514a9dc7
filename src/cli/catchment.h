/*
 * The commands of `nearcast catchment`, in the order of its help, and what those of a site share.
 */
#pragma once

#include "base/err.h"
#include "cli/command.h"
#include "measure/catch_run.h"

extern const struct cli_command cli_catchment_run_command;
extern const struct cli_command cli_catchment_listen_command;
extern const struct cli_command cli_catchment_rtt_command; /* catchment_run.c */
extern const struct cli_command cli_catchment_merge_command;
extern const struct cli_command cli_catchment_diff_command;

/* Where answers of DNS come in, if nothing else is said. */
#define CATCHMENT_PORT 33053

/* What every site says. */
struct catchment_site_options {
	const char *address, *site, *key_file, *out;
	struct duration late, to_end;
	uint32_t port; /* of DNS */
	bool json;
};

/*
 * Fills what the options say; gives EXIT_SUCCESS, or the exit status, and has said why. what names
 * the option that holds the address.
 */
int catchment_site_conf(const struct catchment_site_options *o, const char *what,
    struct catch_run_conf *conf) _must_use_;
/* "1a2b3c4d"; gives EXIT_SUCCESS, or that of wrong use. */
int catchment_run_id(const char *text, struct catch_run_conf *conf) _must_use_;

/*
 * Runs it until it is over, or somebody interrupts it, and prints what came of it; `extra` is added
 * to the report (takes over the reference; NULL: nothing). Gives the exit status.
 */
int catchment_site_run(
    const struct catchment_site_options *o, const struct catch_run_conf *conf, json_t *extra);
