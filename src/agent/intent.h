/*
 * Whether a new configuration may be meant: one that takes much of what is announced off the air is
 * more often a mistake (an empty list from a template, a half-written file) than a wish.
 *
 * Pure. What counts is what is announced at this moment, so a service that is down can always be
 * taken away. An address is lost when no service has it any more, or no neighbor that stays takes
 * its family.
 */
#pragma once

#include "agent/agent_conf.h"
#include "base/strbuf.h"

/*
 * False, with a sentence in why (which names the addresses): the configuration `is` would withdraw
 * more of the addresses that are announced now than reload: max-withdraw of `was` lets it, or all
 * of them.
 */
bool intent_allows(const struct agent_conf *was, const struct agent_conf *is,
    const struct ip *announced, size_t count, struct strbuf *why);
