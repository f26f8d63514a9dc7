/* What several threads count together: a lock for a moment, beside transactions that take far
 * longer. */
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "store/internal.h"

struct store_counts {
	pthread_mutex_t lock;
	struct store_figures figures;
};

struct store_counts *
store_counts_new(void)
{
	struct store_counts *c = xcalloc(1, sizeof(*c));

	(void)pthread_mutex_init(&c->lock, NULL);
	return c;
}

void
store_counts_free(struct store_counts *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

void
store_counts_read(struct store_counts *c, struct store_figures *ret)
{
	(void)pthread_mutex_lock(&c->lock);
	*ret = c->figures;
	(void)pthread_mutex_unlock(&c->lock);
}

void
counts_transaction(struct store_counts *c, const struct store_attempts *a)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	histogram_add(a->writes ? &c->figures.writes : &c->figures.reads, a->took);
	c->figures.again += a->attempts - 1;
	for (size_t i = 0; i < STORE_ERRORS; i++)
		c->figures.failures[i] += store_error_at(i) == a->error;
	(void)pthread_mutex_unlock(&c->lock);
}

void
counts_connected(struct store_counts *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->figures.connections++;
	(void)pthread_mutex_unlock(&c->lock);
}
