/*
 * An intrusive doubly linked list: the node lives in the structure that is listed.
 *
 * A list owns nothing; whoever owns the structures says so at the field. A node that was
 * initialised or removed points to itself, so removing twice is harmless.
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

struct list {
	struct list *prev, *next;
};

static inline void
list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool
list_is_empty(const struct list *l)
{
	return l->next == l;
}

static inline void
list_append(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void
list_remove(struct list *node)
{
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): not seen: no list leads to one that left */
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#define list_entry(node, type, field) container_of(node, type, field)

#define list_for_each(it, head, type, field)                                                       \
	for (type *it = list_entry((head)->next, type, field); &it->field != (head);               \
	     it = list_entry(it->field.next, type, field))

/* The body may remove and free `it`. */
#define list_for_each_safe(it, head, type, field)                                                  \
	for (type *it = list_entry((head)->next, type, field),                                     \
		  *it##_next = list_entry(it->field.next, type, field);                            \
	     &it->field != (head);                                                                 \
	     it = it##_next, it##_next = list_entry(it->field.next, type, field))
