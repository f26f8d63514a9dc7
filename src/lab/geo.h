/*
 * From distances to the delay of a link.
 *
 * Light in fibre goes 204.2 km in a millisecond (the vacuum's 299.792 over a group index of 1.468).
 * A cable is longer than the great circle: the path factor says by how much.
 *
 * The default factor comes from measured round trips: the minima over a day of 36,029 ordered pairs
 * of 191 cities at least 100 km apart (WonderNetwork, July 2020, without the 30 pairs that beat
 * light), divided by the round trip of light in fibre along the great circle:
 *
 *   distance km     pairs   10 %   25 %   median
 *   100-1000         2344   2.10   2.64   3.60
 *   1000-4000        7475   1.86   2.16   2.60
 *   4000-8000        8692   1.53   1.68   2.01
 *   over 8000       17518   1.53   1.68   1.87
 *   all             36029   1.56   1.74   2.06
 *
 * A measured pair contains the detours of its route through other cities; the lab makes those
 * itself, hop by hop. So a single link takes the factor of the most direct routes, the first tenth
 * of the long ones: 1.5. Routes over several links then come out near the median.
 */
#pragma once

#include "base/geo.h"
#include "base/time.h"

#define GEO_PATH_FACTOR 1.5
#define GEO_FIBRE_KM_PER_MS 204.2

/* One way, rounded to 10 us, at least that for two different places. */
struct duration geo_fibre_delay(double km, double path_factor);
