/* What the files of origins.h share. */
#pragma once

#include "base/alloc.h"
#include "base/prefix_map.h"
#include "measure/origins.h"

struct origins {
	struct arena *arena;  /* owned; holds names and AS numbers */
	struct origin *items; /* owned */
	size_t count, cap;
	struct prefix_map by_prefix; /* the index of an item */
	struct prefix_lengths lengths;
};
