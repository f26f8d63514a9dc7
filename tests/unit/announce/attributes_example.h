/* Attributes of every kind, but for extended communities: what each daemon is told of them. */
#pragma once

#include "proto/bgp/bgp.h"

static const uint32_t example_communities[] = { UINT32_C(65001) << 16 | 5, UINT32_C(0xffff0000) };
static const struct bgp_large_community example_large[] = { { 65001, 1, 2 } };

static const struct bgp_attributes example_attributes = { .origin = BGP_ORIGIN_EGP,
	.has_med = true,
	.med = 7,
	.has_local_pref = true,
	.local_pref = 200,
	.prepend = 2,
	.communities = example_communities,
	.community_count = 2,
	.large_communities = example_large,
	.large_community_count = 1 };
