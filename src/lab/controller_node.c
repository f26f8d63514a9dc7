#include "lab/controller_node.h"

#include <errno.h>
#include <string.h>

#include "lab/address_files.h"

#define CONF_PATH "/etc/nearcast/controller.yaml"
#define CONF                                                                                       \
	"# Written by nearcast lab. Its sockets are passed on to it.\n"                            \
	"store: /run/nearcast-controller.db\n"

static const char *const argv[] = { "nearcast-controller", "-c", CONF_PATH, NULL };

/* In the network of each host, and in its own. */
static void
add_sockets(struct lab_process *p, struct arena *arena, const struct lab_plan *plan, size_t own)
{
	struct lab_socket *sockets = arena_alloc(arena, (own + 1) * sizeof(*sockets));

	for (size_t i = 0; i <= own; i++) {
		if (i == own || plan->nodes[i].kind == LAB_HOST)
			sockets[p->socket_count++] =
			    (struct lab_socket){ .node = i, .port = LAB_CONTROLLER_PORT };
	}
	p->sockets = sockets;
}

int
controller_node_add(
    const struct topology *t, struct lab_plan *plan, const char *names_json, struct err *err)
{
	const struct lab_file files[] = {
		{ .path = NAMES_PATH, .content = names_json, .mode = 0644 },
		{ .path = CONF_PATH, .content = CONF, .mode = 0644 },
	};
	struct lab_process *p = arena_alloc(t->arena, sizeof(*p));
	size_t own = plan->node_count;

	for (size_t i = 0; i < own; i++) {
		if (strcmp(plan->nodes[i].name, LAB_CONTROLLER_NODE) == 0)
			return err_set(err, -EEXIST,
			    "a node is called %s, which is the name of the controller's",
			    LAB_CONTROLLER_NODE);
	}
	*p = (struct lab_process){
		.name = LAB_CONTROLLER_PROCESS,
		.argv = argv,
		.manual = true,
		.ready = LAB_READY_AT_ONCE, /* its sockets listen before it does */
	};
	add_sockets(p, t->arena, plan, own);
	plan->nodes[plan->node_count++] = (struct lab_node){
		.name = LAB_CONTROLLER_NODE,
		.kind = LAB_CONTROLLER,
		.files = arena_memdup(t->arena, files, sizeof(files)),
		.file_count = ARRAY_SIZE(files),
		.processes = p,
		.process_count = 1,
	};
	return 0;
}
