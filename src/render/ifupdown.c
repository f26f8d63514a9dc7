/*
 * Debian's ifupdown: an alias of the interface for each address, as the article does it. IPv6
 * addresses are never preferred, so that the kernel takes none of them as a source.
 */
#include "render/internal.h"

static void
add_address(struct render_job *j, const char *service, struct ip address, size_t number)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(j->out, "\n# %s\nauto %s:%zu\niface %s:%zu %s static\n\taddress %s\n", service,
	    j->host->interface, number, j->host->interface, number,
	    address.family == IP_V4 ? "inet" : "inet6", prefix_format(prefix_host(address), text));
	if (address.family == IP_V6)
		strbuf_add(j->out, "\tpreferred-lifetime 0\n\tdad-attempts 0\n");
}

void
render_ifupdown(struct render_job *j)
{
	size_t number = 0;

	render_head(j, "#", "/etc/network/interfaces.d/nearcast, of ifupdown.");
	for (size_t i = 0; i < j->host->service_count; i++) {
		const struct agent_service *s = &j->host->services[i];

		for (size_t a = 0; a < s->address_count; a++)
			add_address(j, s->name, s->addresses[a], number++);
	}
}
