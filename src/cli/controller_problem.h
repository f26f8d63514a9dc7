/* What a controller says against a request, for people: on stderr. */
#pragma once

#include <jansson.h>

/*
 * Says a problem document (RFC 9457): its title and detail, or which fields are wrong, why, and
 * what was sent there; then what may help. What is no such document (a proxy has answered) is said
 * to be none. problem and sent may be NULL.
 */
void controller_say_problem(
    const char *url, long status, const json_t *problem, const json_t *sent);
/* Of errors alone, {field, detail} each: a title, and a line for each of them. */
void controller_say_errors(const char *title, const json_t *errors, const json_t *sent);
