/*
 * BFD of BIRD: one protocol with two sets of values, for neighbors on a link of ours and for those
 * further away. limits.c has refused neighbors that differ.
 */
#include "announce/announce.h"
#include "render/internal.h"

static const struct agent_bfd *
first_of(const struct render_job *j, bool multihop)
{
	for (size_t i = 0; i < j->host->neighbor_count; i++) {
		const struct render_neighbor *n = &j->host->neighbors[i];

		if (render_takes_neighbor(j->format, n) && n->conf.bfd.enabled &&
		    n->conf.bfd.multihop == multihop)
			return &n->conf.bfd;
	}
	return NULL;
}

static void
add_values(struct render_job *j, const char *whom, const struct agent_bfd *b)
{
	const struct agent_bfd_authentication *a = &b->authentication;

	strbuf_addf(j->out,
	    "\t%s {\n\t\tmin tx interval %lld us;\n\t\tmin rx interval %lld us;\n"
	    "\t\tmultiplier %u;\n",
	    whom, (long long)(b->min_tx.ns / NS_PER_US), (long long)(b->min_rx.ns / NS_PER_US),
	    b->multiplier);
	if (a->type != NEIGHBOR_BFD_AUTH_NONE)
		strbuf_addf(j->out,
		    "\t\tauthentication %skeyed sha1;\n\t\tpassword \"%s\" { id %u; };\n",
		    a->type == NEIGHBOR_BFD_AUTH_METICULOUS_SHA1 ? "meticulous " : "",
		    render_secret(j, a->key), a->key_id);
	strbuf_add(j->out, "\t};\n");
}

void
render_bird_bfd(struct render_job *j)
{
	const struct agent_bfd *near = first_of(j, false), *far = first_of(j, true);

	if (near == NULL && far == NULL)
		return;
	strbuf_add_char(j->out, '\n');
	if (far != NULL)
		strbuf_add(j->out,
		    "# Multihop packets leave with the kernel's TTL; a router that wants 255, as "
		    "FRR "
		    "does,\n"
		    "# needs net.ipv4.ip_default_ttl and net.ipv6.conf.all.hop_limit to say so "
		    "here.\n");
	strbuf_add(j->out, "protocol bfd {\n");
	if (near != NULL)
		add_values(j, "interface \"*\"", near);
	if (far != NULL)
		add_values(j, "multihop", far);
	strbuf_add(j->out, "}\n");
}
