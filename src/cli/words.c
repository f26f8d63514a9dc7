/*
 * The names of what runs, for the shell's completion: labs, their nodes and processes, neighbors
 * and services of this host, and what a controller has.
 * What is not there, or takes long, has no names; nothing is said about it.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_conf.h"
#include "cli/fields.h"
#include "cli/words.h"
#include "cli/words_controller.h"
#include "io/control.h"
#include "lab/lab.h"

#define PATIENCE_S 1

const char *const cli_word_kinds[] = { "LAB", "NODE", "PROCESS", "NEIGHBOR", "SERVICE", "POOL",
	"PROJECT", "SITE", "HOST", "GLOBAL-IP", NULL };

static void
give_up(int signo)
{
	(void)signo;
	_exit(EXIT_FAILURE);
}

/* Each once: many nodes run the same. */
static void
add_names(const json_t *list, struct strbuf *out)
{
	const json_t *o;
	size_t i;

	json_array_foreach (list, i, o) {
		const char *name = field_text(o, "name"), *at = strbuf_get(out);
		size_t len = strlen(name);

		while (*at != '\0' && (strncmp(at, name, len) != 0 || at[len] != '\n'))
			at = strchr(at, '\n') + 1;
		if (*at == '\0')
			strbuf_addf(out, "%s\n", name);
	}
}

static void
add_of_lab(const char *name, bool processes, struct strbuf *out)
{
	_cleanup_(lab_closep) struct lab *lab = NULL;
	json_auto_t *status = NULL;
	const json_t *node;
	struct err e = { 0 };
	size_t i;

	if (lab_connect(name, &lab, &e) < 0 || lab_status(lab, &status, &e) < 0)
		return;
	if (!processes) {
		add_names(json_object_get(status, "nodes"), out);
		return;
	}
	json_array_foreach (json_object_get(status, "nodes"), i, node)
		add_names(json_object_get(node, "processes"), out);
}

static void
add_of_labs(const char *kind, struct strbuf *out)
{
	_cleanup_(lab_names_done) struct lab_names names = { 0 };
	struct err e = { 0 };

	if (lab_list(&names, &e) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		if (strcmp(kind, "LAB") == 0)
			strbuf_addf(out, "%s\n", names.items[i]);
		else
			add_of_lab(names.items[i], strcmp(kind, "PROCESS") == 0, out);
	}
}

/* list: of the agent's status. */
static void
add_of_agent(const char *list, struct strbuf *out)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	json_auto_t *status = NULL;
	struct err e = { 0 };

	if (control_call(AGENT_CONTROL_PATH, "{\"command\":\"status\"}", DURATION_S(PATIENCE_S),
		&reply, &e) < 0)
		return;
	status = json_loadb(reply.text, reply.len, 0, NULL);
	add_names(json_object_get(status, list), out);
}

void
cli_add_words(const char *kind, struct strbuf *out)
{
	(void)signal(SIGALRM, give_up);
	(void)alarm(PATIENCE_S);
	if (strcmp(kind, "LAB") == 0 || strcmp(kind, "NODE") == 0 || strcmp(kind, "PROCESS") == 0)
		add_of_labs(kind, out);
	else if (strcmp(kind, "NEIGHBOR") == 0)
		add_of_agent("neighbors", out);
	else if (strcmp(kind, "SERVICE") == 0)
		add_of_agent("services", out);
	words_add_controller(kind, out);
	(void)alarm(0);
}
