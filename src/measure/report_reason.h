/*
 * Why a client lands at a site that is not the best for it, and what could be tried. Pure.
 *
 * What there is to go by is the trace from the client to the Global IP, that to the better site's
 * own address if there is one, and who is whose customer. From these:
 *
 *   1. The better site's own address is not reached: no path.
 *   2. On the way a network passes on from a provider or peer what it has of another one (RFC
 * 7908): a leak. It needs the relations.
 *   3. The way goes astray at the first hop that is farther from the better site than the client
 * is, by much; or, where places are not known, that takes longer than the better site would. The
 *      network that sends it there decides: the one before that hop, or that hop's own when it
 *      carries the traffic there itself.
 *   4. If the relations allow the decider a way to the better site over another neighbor that it
 *      prefers less (a provider, where it takes a peer), that is a preference; or, when it carries
 *      the traffic far to that handover, a handover at one city only. If it likes both neighbors
 *      equally, the length of the path decides.
 *   5. Without relations, the two traces are compared: where they part, a longer path that is taken
 *      shows a preference, a shorter one the length, and two that part inside one network show that
 *      it hands over where it is nearest to itself.
 *   6. Otherwise it is not known, and what would tell is said.
 *
 * Relations are inferred, traces see one direction and one moment, and networks have policies of
 * their own: a reason is the simplest one that fits, no proof.
 */
#pragma once

#include "measure/relations.h"
#include "measure/report.h"

/* To be called once, after report_compute(). relations: NULL for none. */
void report_explain(struct report *r, const struct relations *relations);
