/* Finding things in a scenario. */
#include "lab/scenario.h"

#include <string.h>

/* The item of a list of structs whose first field, a name, is this one. */
static const void *
find(const struct conf_list *list, size_t size, const char *name)
{
	const char *item = list->items;

	for (size_t i = 0; i < list->count; i++, item += size) {
		const char *const *its_name = (const void *)item;

		if (strcmp(*its_name, name) == 0)
			return item;
	}
	return NULL;
}

#define FIND(list, type, name)                                                                     \
	({                                                                                         \
		_Static_assert(offsetof(type, name) == 0, "the name is the first field");          \
		(const type *)find((list), sizeof(type), (name));                                  \
	})

const struct scenario_network *
scenario_network(const struct scenario *s, const char *name)
{
	return FIND(&s->networks, struct scenario_network, name);
}

const struct scenario_service *
scenario_service(const struct scenario *s, const char *name)
{
	return FIND(&s->services, struct scenario_service, name);
}

const struct scenario_global_ip *
scenario_global_ip(const struct scenario *s, const char *name)
{
	return FIND(&s->global_ips, struct scenario_global_ip, name);
}

const struct scenario_site *
scenario_site(const struct scenario *s, const char *name)
{
	return FIND(&s->sites, struct scenario_site, name);
}

const struct scenario_client *
scenario_client(const struct scenario *s, const char *name)
{
	return FIND(&s->clients, struct scenario_client, name);
}

const struct scenario_host *
scenario_host(const struct scenario *s, const char *name, const struct scenario_site **ret_site)
{
	scenario_each (site, &s->sites, struct scenario_site) {
		const struct scenario_host *host = FIND(&site->hosts, struct scenario_host, name);

		if (host == NULL)
			continue;
		if (ret_site)
			*ret_site = site;
		return host;
	}
	return NULL;
}

bool
scenario_has_family(const struct scenario *s, enum ip_family family)
{
	const int *families = s->families.items;

	for (size_t i = 0; i < s->families.count; i++) {
		if (families[i] == (family == IP_V6))
			return true;
	}
	return false;
}

bool
scenario_family_used(const struct scenario *s, int step_family, enum ip_family family)
{
	if (step_family != SCENARIO_FAMILY_BOTH &&
	    (step_family == SCENARIO_FAMILY_IPV6) != (family == IP_V6))
		return false;
	return scenario_has_family(s, family);
}
