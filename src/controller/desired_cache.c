#include "controller/desired_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/attr.h"

#define SLOTS 1024 /* a power of two; one whose place is taken takes it */

struct desired_cache {
	pthread_mutex_t lock; /* of all below */
	size_t bytes;         /* of all texts */
	struct slot {
		struct desired_audience audience;
		int64_t number, made, until;
		char *text; /* owned; NULL: it is free */
		size_t len;
	} slots[SLOTS];
};

struct desired_cache *
desired_cache_new(void)
{
	struct desired_cache *c = xcalloc(1, sizeof(*c));

	(void)pthread_mutex_init(&c->lock, NULL);
	return c;
}

static void
forget(struct desired_cache *c, struct slot *slot)
{
	c->bytes -= slot->len;
	free(slot->text);
	*slot = (struct slot){ 0 };
}

static void
forget_all(struct desired_cache *c)
{
	for (size_t i = 0; i < SLOTS; i++)
		forget(c, &c->slots[i]);
}

void
desired_cache_free(struct desired_cache *c)
{
	if (c == NULL)
		return;
	forget_all(c);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

/* FNV-1a. The ids are made by us, so nobody chooses those that fall together. */
static uint32_t
hash(uint32_t h, const char *text)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h * 16777619u;
}

static struct slot *
slot_of(struct desired_cache *c, const struct desired_audience *a)
{
	uint32_t h = hash(hash(hash(2166136261u, a->site), a->project), a->host);

	return &c->slots[(h ^ h >> 16) & (SLOTS - 1)];
}

static bool
is_for(const struct slot *slot, const struct desired_audience *a)
{
	return strcmp(slot->audience.site, a->site) == 0 &&
	       strcmp(slot->audience.project, a->project) == 0 &&
	       strcmp(slot->audience.host, a->host) == 0;
}

char *
desired_cache_get(
    struct desired_cache *c, const struct desired_audience *a, int64_t number, int64_t now)
{
	struct slot *slot = slot_of(c, a);
	char *text = NULL;

	(void)pthread_mutex_lock(&c->lock);
	/* of a clock that was stepped back nothing is known */
	if (slot->text != NULL && slot->number == number && slot->made <= now &&
	    now - slot->made < DESIRED_CACHE_NS && now < slot->until && is_for(slot, a))
		text = xstrdup(slot->text);
	(void)pthread_mutex_unlock(&c->lock);
	return text;
}

void
desired_cache_put(struct desired_cache *c, const struct desired_audience *a, int64_t number,
    const char *text, int64_t until, int64_t now)
{
	struct slot *slot = slot_of(c, a);
	size_t len = strlen(text);

	if (len > DESIRED_CACHE_BYTES)
		return;
	(void)pthread_mutex_lock(&c->lock);
	forget(c, slot);
	if (len > DESIRED_CACHE_BYTES - c->bytes)
		forget_all(c);
	*slot = (struct slot){ .audience = *a,
		.number = number,
		.made = now,
		.until = until,
		.text = xstrdup(text),
		.len = len };
	c->bytes += len;
	(void)pthread_mutex_unlock(&c->lock);
}
