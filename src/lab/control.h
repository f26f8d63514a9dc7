/*
 * The control socket: who is connected, lines in, lines out.
 *
 * A request is one line of JSON with a "command", its answer one line: a document, or {"error", "code"}
 * (a positive errno). One request of a connection is worked on at a time; an answer may come later, when
 * what it waits for has happened (lab/requests.h). Access is by the mode of the state folder.
 */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

#include "base/err.h"
#include "base/list.h"
#include "base/strbuf.h"
#include "base/time.h"

struct supervisor;
struct process;

#define CONTROL_LINE_MAX 4096
#define CONTROL_CLIENTS_MAX 64
#define CONTROL_FDS_MAX 6

struct control {
	struct supervisor *supervisor;
	int fd; /* listening */
	sd_event_source *source;
	struct list clients;
	size_t client_count;
};

/* What a client's open request waits for. */
enum control_wait {
	CONTROL_WAIT_NOTHING,
	CONTROL_WAIT_READY, /* the process is ready */
	CONTROL_WAIT_START, /* the process has ended, so that it can be started again */
};

struct control_client {
	struct list link; /* in control.clients */
	struct control *control;
	int fd;
	sd_event_source *source;
	struct strbuf in;
	enum control_wait wait;
	struct process *process; /* it waits for */
	struct instant deadline;
};

/* Listens on the socket of the lab's folder and answers from the supervisor's loop. */
int control_open(struct control *c, struct supervisor *s, struct err *err) _must_use_;
/* Closes all connections. Fine on a zeroed one. */
void control_done(struct control *c);

/*
 * Sends an answer, with file descriptors; takes over the reference. A client that does not read is dropped
 * by the loop when its connection fails.
 */
void control_answer(struct control_client *c, json_t *answer, const int *fds, size_t fd_count);
void control_answer_error(struct control_client *c, const struct err *err);
/* After an answer that came later: works on the requests that came in meanwhile. */
void control_resume(struct control_client *c);
