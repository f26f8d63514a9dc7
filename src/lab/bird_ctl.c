#include "lab/bird_ctl.h"

#include <stdio.h>
#include <unistd.h>

#include "io/dialogue.h"
#include "lab/bird_conf.h"

static int
connect_to_bird(_unused_ void *arg)
{
	return dialogue_open(&dialogue_bird, BIRD_CONTROL_PATH, NULL);
}

int
bird_ctl_open(struct lab *lab, const char *node, struct err *err)
{
	int fd = lab_open_in_node(lab, node, connect_to_bird, NULL, err);

	if (fd < 0)
		err_prefix(err, "BIRD of %s", node);
	return fd;
}

int
bird_ctl_ask(int fd, const char *command, struct strbuf *reply, struct err *err)
{
	return dialogue_ask(&dialogue_bird, fd, command, reply, err);
}

int
bird_ctl_routes_for(int fd, struct prefix prefix, struct bird_routes *ret, struct err *err)
{
	_cleanup_(strbuf_done) struct strbuf reply = { 0 };
	char command[PREFIX_STR_MAX + 32], text[PREFIX_STR_MAX];

	snprintf(command, sizeof(command), "show route for %s all", prefix_format(prefix, text));

	int r = bird_ctl_ask(fd, command, &reply, err);

	return r < 0 ? r : bird_routes_parse(strbuf_get(&reply), ret, err);
}
