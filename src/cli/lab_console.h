/* nearcast lab up --console: the controller of a lab, from its socket to the hosts that have
 * joined. */
#pragma once

#include "base/strbuf.h"
#include "lab/lab.h"
#include "lab/scenario.h"

struct lab_console {
	int socket; /* owned; -1: there is none */
	char url[64];
	char *token_file;    /* owned; NULL: there is no token yet */
	struct strbuf token; /* owned; a secret */
};

#define LAB_CONSOLE_INIT ((struct lab_console){ .socket = -1 })

/* Before the lab: a socket that nobody has, and the program. EXIT_SUCCESS, or it was said why not.
 */
int lab_console_open(struct lab_console *c);
void lab_console_done(struct lab_console *c);

/*
 * In a lab whose agents do not run yet: the administrator, the program, all that the scenario has,
 * and the hosts. EXIT_SUCCESS, or it was said why not.
 */
int lab_console_begin(struct lab_console *c, struct lab *lab, const struct scenario *scenario);

/* Where it is, how one signs in, and what may be tried in the lab of that name. */
void lab_console_text(const struct lab_console *c, const struct scenario *s, const char *lab,
    const char *program, struct strbuf *out);
/* {url, project, token, token_file}; the caller decrefs it. */
json_t *lab_console_json(const struct lab_console *c);
