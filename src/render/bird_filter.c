/* What a neighbor of BIRD is told: the Global IPs, prefix by prefix, each with its attributes. */
#include "announce/bird_text.h"
#include "proto/bgp/bgp.h"
#include "render/internal.h"

static void
add_attributes(struct render_job *j, const struct agent_service *s, const struct render_neighbor *n,
    enum ip_family family)
{
	static const char *const origins[] = { "IGP", "EGP", "INCOMPLETE" };
	const struct bgp_attributes *a = render_attributes(s, n);
	struct ip next_hop = render_next_hop(s, n, family);
	char text[IP_STR_MAX];

	strbuf_addf(j->out, "\t\tbgp_origin = ORIGIN_%s;\n", origins[a->origin]);
	if (a->has_med)
		strbuf_addf(j->out, "\t\tbgp_med = %u;\n", a->med);
	if (render_is_internal(n))
		strbuf_addf(
		    j->out, "\t\tbgp_local_pref = %u;\n", a->has_local_pref ? a->local_pref : 100);
	for (unsigned i = 0; i < a->prepend && !render_is_internal(n); i++)
		strbuf_addf(j->out, "\t\tbgp_path.prepend(%u);\n", n->conf.local_as);
	if (next_hop.family != IP_NONE)
		strbuf_addf(j->out, "\t\tbgp_next_hop = %s;\n", ip_format(next_hop, text));
	bird_text_communities(a, "\t\t", j->out);
}

static void
add_service(struct render_job *j, const struct agent_service *s, const struct render_neighbor *n,
    enum ip_family family)
{
	const char *before = "";
	char text[PREFIX_STR_MAX];

	if (!render_service_has_family(s, family))
		return;
	strbuf_addf(j->out, "\t# %s\n\tif net ~ [", s->name);
	for (size_t i = 0; i < s->address_count; i++) {
		if (s->addresses[i].family != family)
			continue;
		strbuf_addf(
		    j->out, "%s %s", before, prefix_format(prefix_host(s->addresses[i]), text));
		before = ",";
	}
	strbuf_add(j->out, " ] then {\n");
	add_attributes(j, s, n, family);
	strbuf_add(j->out, "\t\taccept;\n\t}\n");
}

void
render_bird_filter(struct render_job *j, const struct render_neighbor *n, enum ip_family family)
{
	strbuf_addf(j->out, "\nfilter 'to:%s:%s'\n{\n", n->conf.name, render_family_name(family));
	for (size_t i = 0; i < j->host->service_count; i++)
		add_service(j, &j->host->services[i], n, family);
	strbuf_add(j->out, "\treject;\n}\n");
}
