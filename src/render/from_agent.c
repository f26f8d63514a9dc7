/* nearcast.yaml as a host to render. */
#include "render/render.h"

void
render_from_agent(const struct agent_conf *conf, struct arena *a, struct render_host *ret)
{
	const struct agent_neighbor *from = conf->neighbors.items;
	struct render_neighbor *neighbors =
	    arena_alloc(a, conf->neighbors.count * sizeof(*neighbors));

	for (size_t i = 0; i < conf->neighbors.count; i++)
		neighbors[i].conf = from[i];
	*ret = (struct render_host){
		.from = arena_printf(a, "the configuration of %s at %s", conf->host, conf->site),
		.router_id = conf->router_id,
		.router_id_why = "Router ID: the configuration says so",
		.interface = conf->interface,
		.neighbors = neighbors,
		.neighbor_count = conf->neighbors.count,
		.services = conf->services.items,
		.service_count = conf->services.count,
	};
}
