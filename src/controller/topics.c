#include "controller/topics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
topics_done(struct topics *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->texts[i]);
	free(t->texts);
	*t = (struct topics){ 0 };
}

void
topics_add(struct topics *t, const char *topic)
{
	assert(strlen(topic) < TOPIC_SIZE);
	t->texts = grow_array(t->texts, t->count, &t->cap, sizeof(*t->texts));
	t->texts[t->count++] = xstrdup(topic);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
topics_unite(struct topics *t)
{
	size_t kept = 0;

	if (t->count == 0)
		return;
	qsort(t->texts, t->count, sizeof(*t->texts), compare);
	for (size_t i = 1; i < t->count; i++) {
		if (strcmp(t->texts[kept], t->texts[i]) == 0)
			free(t->texts[i]);
		else
			t->texts[++kept] = t->texts[i];
	}
	t->count = kept + 1;
}

bool
topics_payload(const struct topics *t, const char *from, size_t *next,
    char payload[static TOPICS_PAYLOAD_SIZE])
{
	size_t len = (size_t)snprintf(payload, TOPICS_PAYLOAD_SIZE, "%s", from);

	if (*next == t->count)
		return false;
	while (*next < t->count && len + 1 + strlen(t->texts[*next]) < TOPICS_PAYLOAD_SIZE)
		len += (size_t)snprintf(payload + len, TOPICS_PAYLOAD_SIZE - len, " %s", t->texts[(*next)++]);
	return true;
}

void
topics_read(struct topics *t, const char *payload, char from[static TOPICS_FROM_SIZE])
{
	size_t n = strcspn(payload, " ");

	(void)snprintf(from, TOPICS_FROM_SIZE, "%.*s", (int)n, payload);
	for (payload += n; *payload == ' '; payload += n) {
		char topic[TOPIC_SIZE];

		payload++;
		n = strcspn(payload, " ");
		if (n == 0 || n >= sizeof(topic))
			continue;
		memcpy(topic, payload, n);
		topic[n] = '\0';
		topics_add(t, topic);
	}
}
