/*
 * Communities as text: what a person writes in a configuration, and reads in a table.
 *
 * Each kind is written in one way, and every value has one: parsing is strict, and what is
 * formatted parses to the same value again. Errors are -EINVAL with a sentence that names the
 * character where the text went wrong, counted from 1.
 *
 *     communities            65001:100, or a well-known name: no-export (RFC 1997)
 *     extended communities   rt:65001:100, soo:192.0.2.1:5, rt:4200000001:7 (RFC 4360, RFC 5668),
 *                            or any as 16 hexadecimal digits: 0x0002fde900000064
 *     large communities      64496:1:2 (RFC 8092)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "proto/bgp/bgp.h"

#define BGP_COMMUNITY_STR_MAX 48

/* The well-known communities that this project's own code speaks of. */
#define BGP_GRACEFUL_SHUTDOWN UINT32_C(0xffff0000) /* RFC 8326 */
#define BGP_BLACKHOLE UINT32_C(0xffff029a)         /* RFC 7999 */
#define BGP_NO_EXPORT UINT32_C(0xffffff01)         /* RFC 1997 */

int bgp_community_parse(const char *text, uint32_t *ret, struct err *e);
char *bgp_community_format(uint32_t community, char buf[static BGP_COMMUNITY_STR_MAX]);
/* The names, in the order of their values; ends with NULL. */
const char *const *bgp_community_names(void);

int bgp_ext_community_parse(const char *text, uint64_t *ret, struct err *e);
char *bgp_ext_community_format(uint64_t community, char buf[static BGP_COMMUNITY_STR_MAX]);
/* May leave our AS (RFC 4360 section 2). */
bool bgp_ext_community_is_transitive(uint64_t community);

int bgp_large_community_parse(const char *text, struct bgp_large_community *ret, struct err *e);
char *bgp_large_community_format(
    struct bgp_large_community community, char buf[static BGP_COMMUNITY_STR_MAX]);
