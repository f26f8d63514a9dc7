/*
 * A PostgreSQL server of the test's own, in a folder of its own, on a Unix socket there and nowhere else. It
 * ends with the program.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define SERVER_PASSWORD "pa:s/s@w%rd"

/* Starts it, once. False: the running test has been reported as skipped or failed. */
bool server_start(void);
/* The URL of a database of it, with the password; valid until the next call. */
const char *server_url(const char *database);
/* Runs SQL as the administrator, outside of our code; false: reported. */
bool server_do(const char *sql);
/* Ends it at once, as a power cut would for it, or starts what was ended again, and waits for that. */
void server_stop(void);
bool server_again(void);
