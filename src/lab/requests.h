/*
 * What a lab does when it is asked: the commands of the control socket.
 *
 *   status                                     the document of lab_status()
 *   process-start {node, process}              {}
 *   process-wait  {node, process, timeout_ms}  {} when it is ready
 *   process-kill  {node, process, signal}      {"at_wall_ns"}
 *   link          {index, up}                  {"at_wall_ns"}
 *   enter         {node}                       {"namespaces": ["user", ...]} and their descriptors
 *   down                                       {} when every process of the lab has ended
 */
#pragma once

#include "base/time.h"
#include "lab/control.h"

struct supervisor;

/* One line of a client. Answers, or leaves the client waiting. */
void requests_handle(struct supervisor *s, struct control_client *c, const char *line);

/* Answers the clients that have waited long enough; whether some wait still. */
bool requests_look(struct supervisor *s, struct instant now);

/* The order in which a process enters them; descriptors of `enter` come in it, the first may be missing. */
extern const char *const requests_namespaces[CONTROL_FDS_MAX];
