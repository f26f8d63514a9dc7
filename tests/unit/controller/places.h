/* Three sites with a host each, and service web of project alpha on all of them: for tests of what
 * operators do. */
#pragma once

#include "ask.h"

#define ALPHA "/api/v1/projects/alpha"

/* min_sites 1, max_change_percent 70; false: the test has failed. */
bool places_init(struct asker *a);
int64_t places_desired(struct asker *a, const char *host);
/* What a host last said of web, heard just now. stage: "preferred"; verdict: "passing"; detail:
 * JSON, or NULL. */
void places_report(
    struct asker *a, const char *host, const char *stage, const char *verdict, const char *detail);
/* It was heard just now, does what it was told, and says nothing of any service. */
void places_heard(struct asker *a, const char *host);
/* All three answer, and their checks pass. */
void places_all_well(struct asker *a);
/* Each second a controller looks at what is under way (duty.h). */
void places_look(struct asker *a, int seconds);
/* Runs SQL that changes something. */
void places_sql(struct asker *a, const char *sql);
