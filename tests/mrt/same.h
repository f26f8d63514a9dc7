/* Whether two decoded UPDATEs, or lists of path attributes, say the same in all that is decoded. */
#pragma once

#include "proto/bgp/path.h"

bool same_path(const struct bgp_path *a, const struct bgp_path *b);
bool same_routes(const struct bgp_routes *a, const struct bgp_routes *b);
