/*
 * What one run of a check comes to, whatever its kind (http_check.h, tcp_check.h).
 */
#pragma once

#define CHECK_RUN_WHY_MAX 192

enum check_outcome {
	CHECK_RUN_PASSED,
	CHECK_RUN_FAILED,  /* an answer that was not expected, or none in time */
	CHECK_RUN_REFUSED, /* the connection was refused */
};

struct check_run_result {
	enum check_outcome outcome;
	char why[CHECK_RUN_WHY_MAX]; /* "status 503, expected 200" */
};

/* Called once, from the loop; the run is over, and its owner frees it (here or later). */
typedef void (*check_run_fn)(void *userdata, const struct check_run_result *result);
