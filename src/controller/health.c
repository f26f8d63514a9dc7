#include "controller/health.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/columns.h"

struct state {
	const char *word; /* NULL: it is well */
	char sentence[200];
	int64_t since;
};

struct health {
	pthread_mutex_t lock;
	struct state states[HEALTH_COUNT];
};

static const char *const names[HEALTH_COUNT] = {
	[HEALTH_STORE] = "store",
	[HEALTH_CERTIFICATE] = "certificate",
	[HEALTH_CLOCK] = "clock",
};

struct health *
health_new(void)
{
	struct health *h = xcalloc(1, sizeof(*h));

	(void)pthread_mutex_init(&h->lock, NULL);
	return h;
}

void
health_free(struct health *h)
{
	if (h == NULL)
		return;
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

/* Takes the state over; whether the word is another. */
static bool
set(struct health *h, enum health_subject subject, const struct state *now)
{
	struct state *s = &h->states[subject];
	bool is_news;

	(void)pthread_mutex_lock(&h->lock);
	is_news = (s->word == NULL) != (now->word == NULL) ||
		  (now->word != NULL && strcmp(s->word, now->word) != 0);
	if (is_news)
		*s = *now;
	(void)pthread_mutex_unlock(&h->lock);
	return is_news;
}

bool
health_bad(
    struct health *h, enum health_subject subject, const struct health_trouble *t, int64_t now)
{
	struct state state = { .word = t->word, .since = now };

	(void)snprintf(state.sentence, sizeof(state.sentence), "%s", t->sentence);
	if (!set(h, subject, &state))
		return false;
	log_line(t->warns ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, "%s: %s: %s%s%s", names[subject],
	    t->word, t->sentence, t->detail != NULL ? ": " : "",
	    t->detail != NULL ? t->detail : "");
	return true;
}

bool
health_good(struct health *h, enum health_subject subject)
{
	if (!set(h, subject, &(struct state){ 0 }))
		return false;
	log_notice("%s: is well again", names[subject]);
	return true;
}

const char *
health_word(struct health *h, enum health_subject subject)
{
	const char *word;

	(void)pthread_mutex_lock(&h->lock);
	word = h->states[subject].word;
	(void)pthread_mutex_unlock(&h->lock);
	return word;
}

const char *
health_subject_name(enum health_subject subject)
{
	return names[subject];
}

json_t *
health_json(struct health *h)
{
	json_t *list = json_array();

	(void)pthread_mutex_lock(&h->lock);
	for (enum health_subject i = 0; i < HEALTH_COUNT; i++) {
		const struct state *s = &h->states[i];
		char since[TIME_TEXT_SIZE];

		if (s->word == NULL)
			continue;
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s}", "subject", names[i], "problem", s->word,
			      "detail", s->sentence, "since", time_text(s->since, since)));
	}
	(void)pthread_mutex_unlock(&h->lock);
	return list;
}
