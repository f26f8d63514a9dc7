/*
 * A service's life, played from a script, and its transcript.
 *
 * A script has lines "MS EVENT [INDEX [WORD [EXTRA]]]"; before each, what was due by then is
 * played. After each line stands what it leads to, and at the end where the service is.
 *
 *   start, stop, wait           wait: only what is due
 *   address, listener I here|gone
 *   check I pass|soft|refused|old
 *   flushed I
 *   drain UNTIL AT_MOST_MS      by the operator; filedrain: by the file; undrain, fileundrain
 *   count N                     connections
 *   hold, release
 *   guard I granted|refused MS  until that time; without: for good
 */
#pragma once

#include "base/strbuf.h"
#include "service/service.h"

struct stage_set {
	struct ip ips[2];
	const char *listens[2];
	struct service_check_conf checks[2];
	struct service_conf conf;
};

/* One address, one socket, one check: what most services are. */
struct stage_set simple(void);
struct service_event read_event(
    const char *name, unsigned index, const char *word, unsigned extra, struct instant now);
/* A line for each. */
void write_actions(const struct service_actions *actions, struct strbuf *out);
void check_play_at(
    const char *file, int line, struct stage_set *set, const char *script, const char *want);
#define CHECK_PLAY(set, script, want) check_play_at(__FILE__, __LINE__, set, script, want)

/* How a simple service comes up. */
#define UP "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n2 check 0 pass\n"
#define UP_SEEN                                                                                    \
	"0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"             \
	"0 listener 0 here\n  run 0: there again\n1 check 0 pass\n2 check 0 pass\n"                \
	"  note 0: status 200\n  announce 0: present, listening, checks passing\n"
