/*
 * Which cities of a network are joined when its scenario does not say.
 *
 * The relative neighbourhood graph: two cities are joined unless a third city of the network is nearer
 * to both of them than they are to each other. It is always in one piece, has no needless long links,
 * and closes the rings that a real backbone has.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lab/geo.h"

bool mesh_joins(const struct geo_point *points, size_t count, size_t a, size_t b);
