/* Replies of BIRD and FRR to what an announcer asks: whatever stands in them, it fits and is sane.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "announce/bird_text.h"
#include "announce/frr_text.h"
#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_session(void *userdata, const struct daemon_neighbor *n)
{
	(void)userdata;
	assert(memchr(n->name, '\0', sizeof(n->name)));
	assert(memchr(n->why, '\0', sizeof(n->why)));
	assert(n->state[0] != '\0' && memchr(n->state, '\0', sizeof(n->state)));
	assert(n->established == (strcmp(n->state, "Established") == 0));
}

static void
check_own(void *userdata, const struct frr_own *own)
{
	(void)userdata;
	assert(memchr(own->map, '\0', sizeof(own->map)));
	assert(strncmp(own->map, "NEARCAST-", 9) == 0);
	assert(own->is_network == (own->prefix.addr.family != IP_NONE));
}

static void
check_name(void *userdata, const char *name)
{
	(void)userdata;
	(void)strlen(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xmalloc(size + 1);
	struct daemon_neighbor detail = { 0 };
	char why[32];
	size_t n;

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	n = dialogue_bird.reply_length((const char *)data, size);
	assert(n <= size && (n == 0 || data[n - 1] == '\n'));
	n = dialogue_frr.reply_length((const char *)data, size);
	assert(n <= size && (n == 0 || n >= 4));
	bird_text_sessions(text, check_session, NULL);
	bird_text_detail(text, &detail);
	assert(memchr(detail.address, '\0', sizeof(detail.address)));
	(void)bird_text_has_route(text, prefix_host(ip_from_v4(0xcb007101)));
	assert(strlen(bird_text_error(text, why, sizeof(why))) < sizeof(why));
	frr_text_ours(text, check_own, NULL);
	(void)frr_text_sessions(text, check_session, NULL);
	frr_text_told(text, check_name, NULL);
	return 0;
}
