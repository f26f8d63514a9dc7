/* Metrics of what there is: hosts, services, addresses, as the last census has it. */
#include "base/time.h"
#include "controller/metrics_families.h"

#define ADD(name)                                                                                  \
	static void name(                                                                          \
	    const struct metrics_family *f, const struct metrics_view *v, struct strbuf *out)

static void
add_of(const struct metrics_family *f, const struct metrics_view *v, struct strbuf *out,
    const char *label, const char *value, int64_t number)
{
	if (v->census->at != 0)
		prom_number(out, f->name, (prom_labels){ { label, value } }, (double)number);
}

ADD(add_time)
{
	add_of(f, v, out, NULL, NULL, v->census->at / NS_PER_S);
}

ADD(add_hosts)
{
	add_of(f, v, out, "state", "reporting", v->census->hosts_present);
	add_of(f, v, out, "state", "silent", v->census->hosts_silent);
	add_of(f, v, out, "state", "not-joined", v->census->hosts_not_joined);
}

ADD(add_behind)
{
	add_of(f, v, out, NULL, NULL, v->census->hosts_behind);
}

ADD(add_services)
{
	for (enum census_standing s = 0; s < CENSUS_STANDINGS; s++)
		add_of(f, v, out, "standing", census_standing_name(s),
		    (int64_t)v->census->services[s]);
}

ADD(add_sites)
{
	for (size_t i = 0; i < v->census->named_count; i++) {
		const struct census_service *s = &v->census->named[i];

		prom_number(out, f->name,
		    (prom_labels){ { "project", s->project }, { "service", s->name } },
		    (double)s->sites);
	}
}

ADD(add_min_sites)
{
	for (size_t i = 0; i < v->census->named_count; i++) {
		const struct census_service *s = &v->census->named[i];

		prom_number(out, f->name,
		    (prom_labels){ { "project", s->project }, { "service", s->name } },
		    (double)s->min_sites);
	}
}

ADD(add_leases)
{
	add_of(f, v, out, NULL, NULL, v->census->leases);
}

ADD(add_orders)
{
	add_of(f, v, out, "kind", "drain", v->census->drains);
	add_of(f, v, out, "kind", "hold", v->census->holds);
}

ADD(add_addresses)
{
	static const char *const families[] = { "ipv4", "ipv6" };

	if (v->census->at == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		prom_number(out, f->name,
		    (prom_labels){ { "family", families[i] }, { "state", "active" } },
		    (double)v->census->addresses[i].active);
		prom_number(out, f->name,
		    (prom_labels){ { "family", families[i] }, { "state", "quarantined" } },
		    (double)v->census->addresses[i].quarantined);
	}
}

ADD(add_event_number)
{
	add_of(f, v, out, NULL, NULL, v->census->event_number);
}

/* clang-format off */
static const struct metrics_family families[] = {
	{ "nearcast_controller_census_timestamp_seconds", PROM_GAUGE, add_time,
	    "When hosts, services and addresses were counted, in seconds since 1970." },
	{ "nearcast_controller_hosts", PROM_GAUGE, add_hosts,
	    "Hosts by whether they were heard of in the last 15 seconds." },
	{ "nearcast_controller_hosts_behind", PROM_GAUGE, add_behind,
	    "Hosts that report, and do not do yet what they shall." },
	{ "nearcast_controller_services", PROM_GAUGE, add_services,
	    "Services by how many sites announce them, against the least that they may have." },
	{ "nearcast_controller_service_sites", PROM_GAUGE, add_sites,
	    "Sites that announce the service, of the first 1000 services." },
	{ "nearcast_controller_service_min_sites", PROM_GAUGE, add_min_sites,
	    "The least sites that the service may have." },
	{ "nearcast_controller_leases", PROM_GAUGE, add_leases,
	    "Permissions to withdraw that are in force." },
	{ "nearcast_controller_orders", PROM_GAUGE, add_orders, "Drains and holds that are in force." },
	{ "nearcast_controller_addresses", PROM_GAUGE, add_addresses,
	    "Addresses that are given out, or rest after their release." },
	{ "nearcast_controller_event_number", PROM_GAUGE, add_event_number,
	    "The number of the newest event." },
};
/* clang-format on */

const struct metrics_table metrics_of_census = { families, ARRAY_SIZE(families) };
