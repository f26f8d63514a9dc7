#include "controller/bell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "store/listener.h"

#define SHELVES 4096 /* a power of two; for some thousands of hosts */

struct bell {
	char name[TOPICS_FROM_SIZE];
	struct store_listener *listener; /* owned; NULL: the store is not shared */
	sd_event_source *source;         /* owned; something was heard */
	uint64_t count;                  /* of rings */
	struct shelf {
		struct list waiters; /* struct bell_waiter, by the hash of its topic */
		uint64_t rung;       /* the count at its last ring */
	} shelves[SHELVES];
};

/* FNV-1a. Topics are made by us, so nobody chooses those that fall together. */
static size_t
shelf_of(const char *topic, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)topic[i]) * 16777619u;
	return hash & (SHELVES - 1);
}

/*
 * Those of a shelf that wait for the topic's first len bytes; NULL: all. They are taken from a list of
 * their own one by one, so that whoever is rung may remove whatever it likes.
 */
static void
ring_shelf(struct bell *b, size_t number, const char *topic, size_t len)
{
	struct list *shelf = &b->shelves[number].waiters, rest;

	b->shelves[number].rung = ++b->count;
	if (list_is_empty(shelf))
		return;
	list_init(&rest);
	list_append(shelf, &rest);
	list_remove(shelf);
	while (!list_is_empty(&rest)) {
		struct bell_waiter *w = list_entry(rest.next, struct bell_waiter, node);

		list_remove(&w->node);
		list_append(shelf, &w->node);
		if (topic == NULL || (strlen(w->topic) == len && memcmp(w->topic, topic, len) == 0))
			w->rung(w, topic);
	}
}

static void
ring_all(struct bell *b)
{
	for (size_t i = 0; i < SHELVES; i++)
		ring_shelf(b, i, NULL, 0);
}

void
bell_ring(struct bell *b, const struct topics *topics)
{
	for (size_t i = 0; i < topics->count; i++) {
		const char *topic = topics->texts[i];
		size_t len = strlen(topic), word = strcspn(topic, ":");

		ring_shelf(b, shelf_of(topic, len), topic, len);
		if (word < len)
			ring_shelf(b, shelf_of(topic, word), topic, word);
	}
}

static int
on_heard(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct bell *b = userdata;
	char *payload;

	(void)source;
	(void)fd;
	(void)events;
	while (store_listener_take(b->listener, &payload)) {
		_cleanup_(freep) char *text = payload;
		_cleanup_(topics_done) struct topics topics = { 0 };
		char from[TOPICS_FROM_SIZE];

		if (text == NULL) {
			ring_all(b);
			continue;
		}
		topics_read(&topics, text, from);
		if (strcmp(from, b->name) != 0)
			bell_ring(b, &topics);
	}
	return 0;
}

int
bell_new(sd_event *loop, const char *store, struct bell **ret, struct err *e)
{
	struct bell *b = xcalloc(1, sizeof(*b));
	uint64_t random = 0;
	int r;

	for (size_t i = 0; i < SHELVES; i++)
		list_init(&b->shelves[i].waiters);
	(void)getrandom(&random, sizeof(random), 0);
	(void)snprintf(b->name, sizeof(b->name), "%016" PRIx64, random);
	r = store_listener_new(store, &b->listener, e);
	if (r >= 0 && b->listener != NULL) {
		r = sd_event_add_io(
		    loop, &b->source, store_listener_fd(b->listener), EPOLLIN, on_heard, b);
		if (r < 0)
			(void)err_errno(e, r, "event loop");
	}
	if (r < 0) {
		bell_free(b);
		return r;
	}
	*ret = b;
	return 0;
}

void
bell_free(struct bell *b)
{
	if (b == NULL)
		return;
	(void)sd_event_source_disable_unref(b->source);
	store_listener_free(b->listener);
	for (size_t i = 0; i < SHELVES; i++) {
		while (!list_is_empty(&b->shelves[i].waiters))
			list_remove(b->shelves[i].waiters.next);
	}
	free(b);
}

const char *
bell_name(const struct bell *b)
{
	return b->name;
}

void
bell_wait(struct bell *b, struct bell_waiter *w, const char *topic)
{
	(void)snprintf(w->topic, sizeof(w->topic), "%s", topic);
	list_append(&b->shelves[shelf_of(topic, strlen(topic))].waiters, &w->node);
}

void
bell_forget(struct bell_waiter *w)
{
	if (w->node.next != NULL)
		list_remove(&w->node);
}

uint64_t
bell_count(const struct bell *b)
{
	return b->count;
}

bool
bell_has_rung(const struct bell *b, const char *topic, uint64_t since)
{
	return b->shelves[shelf_of(topic, strlen(topic))].rung > since;
}
