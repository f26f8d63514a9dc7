/*
 * A service as a project writes it: JSON in the schema of a service of nearcast.yaml, without its
 * Global IPs, which the controller knows.
 *
 * It is checked by the agent's own table and rules, so that no host is ever given what it would
 * refuse for itself. What the controller may say is less than what a host's file may: no command,
 * no path, nobody else's user.
 */
#pragma once

#include <jansson.h>

#include "base/ip.h"

/*
 * Adds {field, detail} to errors for each thing that is wrong; pointers begin with `at`. prefixes:
 * the service's Global IPs; without any, one of the documentation's stands for them.
 */
bool service_document_check(const char *name, const json_t *document, const struct prefix *prefixes,
    size_t count, json_t *errors, const char *at);
