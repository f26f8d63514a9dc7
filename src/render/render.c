#include "render/render.h"

#include <stdarg.h>
#include <string.h>

#include "base/style.h"
#include "base/utf8.h"
#include "render/internal.h"

const char *const render_format_names[] = { "bird", "bird1", "bird6", "frr", "ifupdown", "netplan",
	"networkd", NULL };

bool
render_is_bird(enum render_format format)
{
	return format == RENDER_BIRD || format == RENDER_BIRD1 || format == RENDER_BIRD6;
}

bool
render_is_router(enum render_format format)
{
	return render_is_bird(format) || format == RENDER_FRR;
}

bool
render_takes_neighbor(enum render_format format, const struct render_neighbor *n)
{
	if (format == RENDER_BIRD1 || format == RENDER_BIRD6)
		return n->conf.address.family == (format == RENDER_BIRD1 ? IP_V4 : IP_V6);
	return render_is_router(format);
}

bool
render_service_has_family(const struct agent_service *s, enum ip_family family)
{
	for (size_t i = 0; i < s->address_count; i++) {
		if (s->addresses[i].family == family)
			return true;
	}
	return false;
}

bool
render_has_family(
    const struct render_host *host, const struct render_neighbor *n, enum ip_family family)
{
	bool has = false;

	for (size_t i = 0; i < host->service_count && !has; i++)
		has = render_service_has_family(&host->services[i], family);
	return has && (family == IP_V4 ? n->conf.ipv4 : n->conf.ipv6);
}

const struct bgp_attributes *
render_attributes(const struct agent_service *s, const struct render_neighbor *n)
{
	const struct agent_override *overrides = s->neighbors.items;

	for (size_t i = 0; i < s->neighbors.count; i++) {
		if (strcmp(overrides[i].name, n->conf.name) == 0)
			return &overrides[i].looks.preferred;
	}
	return &s->looks.preferred;
}

struct ip
render_next_hop(
    const struct agent_service *s, const struct render_neighbor *n, enum ip_family family)
{
	struct ip own = family == IP_V4 ? s->next_hop_ipv4 : s->next_hop_ipv6;

	if (own.family != IP_NONE)
		return own;
	return family == IP_V4 ? n->conf.next_hop_ipv4 : n->conf.next_hop_ipv6;
}

bool
render_is_internal(const struct render_neighbor *n)
{
	return n->conf.local_as == n->conf.peer_as;
}

const char *
render_family_name(enum ip_family family)
{
	return family == IP_V4 ? "ipv4" : "ipv6";
}

uint32_t
render_seconds(struct duration d)
{
	return d.ns <= NS_PER_S ? 1 : (uint32_t)((d.ns + NS_PER_S - 1) / NS_PER_S);
}

void
render_comment(struct render_job *j, const char *mark, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	utf8_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	strbuf_addf(j->out, "%s ", mark);
	strbuf_add_printable(j->out, text);
	strbuf_add_char(j->out, '\n');
}

void
render_head(struct render_job *j, const char *mark, const char *what)
{
	render_comment(j, mark, "%s", what);
	render_comment(j, mark, "Written by nearcast render -r %s from %s: change that instead.",
	    render_format_names[j->format], j->host->from);
	for (const char *note = j->notes; note != NULL && *note; note += strcspn(note, "\n") + 1)
		render_comment(j, mark, "Left out: %.*s.", (int)strcspn(note, "\n"), note);
}

const char *
render_secret(const struct render_job *j, const char *secret)
{
	return j->masked ? "(secret)" : secret;
}

bool
render_has_secrets(const struct render_host *host, enum render_format format)
{
	for (size_t i = 0; i < host->neighbor_count; i++) {
		const struct render_neighbor *n = &host->neighbors[i];

		if (render_takes_neighbor(format, n) &&
		    (n->conf.md5_password != NULL ||
			(n->conf.bfd.enabled && n->conf.bfd.authentication.key != NULL)))
			return true;
	}
	return false;
}

/* Quotes each line, so that it is no configuration any more. */
static void
quote(const char *text, struct strbuf *out)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		strbuf_add(out, n > 0 ? "| " : "|");
		strbuf_add_mem(out, text, n);
		strbuf_add_char(out, '\n');
		text += n + (text[n] == '\n');
	}
}

int
render_write(const struct render_host *host, enum render_format format, bool masked,
    struct strbuf *out, struct strbuf *notes, struct err *e)
{
	static void (*const writers[])(struct render_job *) = {
		[RENDER_BIRD] = render_bird,
		[RENDER_BIRD1] = render_bird,
		[RENDER_BIRD6] = render_bird,
		[RENDER_FRR] = render_frr,
		[RENDER_IFUPDOWN] = render_ifupdown,
		[RENDER_NETPLAN] = render_netplan,
		[RENDER_NETWORKD] = render_networkd,
	};
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct render_job j = { .host = host, .format = format, .masked = masked, .out = &text };
	int r = render_check_host(host, e);

	if (r == 0)
		r = render_check_format(host, format, notes, e);
	if (r < 0)
		return r;
	j.notes = strbuf_get(notes);
	writers[format](&j);
	if (masked)
		quote(strbuf_get(&text), out);
	else
		strbuf_add(out, strbuf_get(&text));
	return 0;
}
