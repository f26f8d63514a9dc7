/*
 * netplan, which has systemd-networkd do it. An IPv6 address of lifetime 0 is never preferred, so
 * that the kernel does not take it as a source.
 */
#include "render/internal.h"

static void
add_service(struct render_job *j, const struct agent_service *s)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(j->out, "        # %s\n", s->name);
	for (size_t i = 0; i < s->address_count; i++) {
		struct prefix p = prefix_host(s->addresses[i]);

		strbuf_addf(j->out,
		    p.addr.family == IP_V4 ? "        - %s\n"
					   : "        - \"%s\":\n            lifetime: 0\n",
		    prefix_format(p, text));
	}
}

void
render_netplan(struct render_job *j)
{
	render_head(j, "#", "/etc/netplan/60-nearcast.yaml, of netplan. Its mode has to be 600.");
	strbuf_addf(j->out,
	    "network:\n  version: 2\n  renderer: networkd\n  ethernets:\n    %s:\n"
	    "      addresses:\n",
	    j->host->interface);
	for (size_t i = 0; i < j->host->service_count; i++)
		add_service(j, &j->host->services[i]);
}
