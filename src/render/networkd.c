/*
 * systemd-networkd. An IPv6 address is never preferred, so that the kernel does not take it as a
 * source, and nobody looks for a second one like it.
 */
#include "render/internal.h"

static void
add_address(struct render_job *j, const char *service, struct ip address)
{
	char text[PREFIX_STR_MAX];

	strbuf_addf(j->out, "\n# %s\n[Address]\nAddress=%s\n", service,
	    prefix_format(prefix_host(address), text));
	if (address.family == IP_V6)
		strbuf_add(j->out, "PreferredLifetime=0\nDuplicateAddressDetection=none\n");
}

void
render_networkd(struct render_job *j)
{
	render_head(j, "#", "/etc/systemd/network/10-nearcast.network, of systemd-networkd.");
	render_comment(j, "#",
	    "One file configures a device, the first that matches: where %s has one already, this "
	    "goes into a drop-in of it.",
	    j->host->interface);
	strbuf_addf(j->out, "\n[Match]\nName=%s\n", j->host->interface);
	for (size_t i = 0; i < j->host->service_count; i++) {
		const struct agent_service *s = &j->host->services[i];

		for (size_t a = 0; a < s->address_count; a++)
			add_address(j, s->name, s->addresses[a]);
	}
}
