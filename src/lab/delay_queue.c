#include "lab/delay_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* In front of each packet in the ring. */
struct record {
	struct instant due;
	size_t len;
};

static size_t
record_size(size_t len)
{
	size_t align = _Alignof(struct record);

	return (sizeof(struct record) + len + align - 1) / align * align;
}

/* Where the record after the one at `at` begins. */
static size_t
record_next(const struct delay_queue *q, size_t at, const struct record *r)
{
	at += record_size(r->len);
	return at == q->end ? 0 : at;
}

static struct record *
record_at(const struct delay_queue *q, size_t at)
{
	return (struct record *)(void *)(q->ring + at);
}

void
delay_queue_init(struct delay_queue *q, struct duration delay, size_t capacity)
{
	*q = (struct delay_queue){
		.delay = delay,
		.ring = xmalloc(capacity),
		.capacity = capacity,
		.end = capacity,
	};
}

void
delay_queue_done(struct delay_queue *q)
{
	free(q->ring);
	*q = (struct delay_queue){ 0 };
}

/* Finds room for need bytes and moves tail there. */
static bool
make_room(struct delay_queue *q, size_t need)
{
	if (q->count == 0) {
		q->head = q->tail = 0;
		q->end = q->capacity;
		return need <= q->capacity;
	}
	if (q->tail <= q->head) /* packets lie up to end, then from 0 to tail */
		return need <= q->head - q->tail;
	if (need <= q->capacity - q->tail)
		return true;
	if (need > q->head)
		return false;
	q->end = q->tail;
	q->tail = 0;
	return true;
}

bool
delay_queue_put(struct delay_queue *q, struct instant arrival, const void *packet, size_t len)
{
	size_t need = record_size(len);

	if (len > q->capacity || !make_room(q, need))
		return false;
	struct record *r = record_at(q, q->tail);
	*r = (struct record){ .due = instant_add(arrival, q->delay), .len = len };
	memcpy(r + 1, packet, len);
	q->tail += need;
	q->count++;
	return true;
}

struct instant
delay_queue_deadline(const struct delay_queue *q)
{
	return q->count == 0 ? INSTANT_NEVER : record_at(q, q->head)->due;
}

size_t
delay_queue_due(const struct delay_queue *q, struct instant now, struct iovec *due, size_t max)
{
	size_t n = 0, at = q->head;

	while (n < max && n < q->count) {
		struct record *r = record_at(q, at);

		if (!instant_reached(r->due, now))
			break;
		due[n++] = (struct iovec){ .iov_base = r + 1, .iov_len = r->len };
		at = record_next(q, at, r);
	}
	return n;
}

void
delay_queue_drop(struct delay_queue *q, size_t n)
{
	assert(n <= q->count);
	for (; n > 0; n--) {
		size_t next = record_next(q, q->head, record_at(q, q->head));

		if (next == 0)
			q->end = q->capacity; /* the part behind the gap is used up */
		q->head = next;
		q->count--;
	}
}
