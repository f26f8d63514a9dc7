/* What a route is announced with, as JSON for `nearcast routes`. */
#include "announce/status_internal.h"
#include "proto/bgp/community.h"

static json_t *
communities_json(const struct bgp_attributes *a)
{
	json_t *list = json_array();
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; i < a->community_count; i++)
		(void)json_array_append_new(
		    list, json_string(bgp_community_format(a->communities[i], text)));
	return list;
}

static json_t *
ext_communities_json(const struct bgp_attributes *a)
{
	json_t *list = json_array();
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; i < a->ext_community_count; i++)
		(void)json_array_append_new(
		    list, json_string(bgp_ext_community_format(a->ext_communities[i], text)));
	return list;
}

static json_t *
large_communities_json(const struct bgp_attributes *a)
{
	json_t *list = json_array();
	char text[BGP_COMMUNITY_STR_MAX];

	for (size_t i = 0; i < a->large_community_count; i++)
		(void)json_array_append_new(
		    list, json_string(bgp_large_community_format(a->large_communities[i], text)));
	return list;
}

json_t *
status_attributes(const struct bgp_attributes *a, bool external)
{
	static const char *const origins[] = { [BGP_ORIGIN_IGP] = "igp",
		[BGP_ORIGIN_EGP] = "egp",
		[BGP_ORIGIN_INCOMPLETE] = "incomplete" };

	/* without one of its own, an announcement to our own AS has the usual LOCAL_PREF */
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "origin", origins[a->origin], "med",
	    a->has_med ? json_integer((json_int_t)a->med) : json_null(), "local_pref",
	    external ? json_null()
		     : json_integer(a->has_local_pref ? (json_int_t)a->local_pref : 100),
	    "communities", communities_json(a), "ext_communities", ext_communities_json(a),
	    "large_communities", large_communities_json(a));
}
