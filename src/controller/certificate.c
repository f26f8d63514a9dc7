#include "controller/certificate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "controller/columns.h"
#include "io/loop.h"

#define LOOK DURATION_S(60)
#define DAY_S 86400

/* Which file it is, and which writing of it. */
struct mark {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct marks {
	struct mark certificate, key;
};

struct certificate {
	const struct controller_tls *conf; /* borrowed */
	struct health *health;             /* borrowed */
	certificate_fn changed;
	void *userdata;
	struct http_tls *tls; /* a reference */
	struct timer look;
	struct marks loaded, tried;
	bool is_refused; /* what was tried last */
	int64_t warned;  /* in seconds since 1970; 0: not yet */
};

enum certificate_state
certificate_state(int64_t expires, int64_t now)
{
	if (now >= expires)
		return CERTIFICATE_HAS_ENDED;
	return expires - now < CERTIFICATE_WARNS.ns / NS_PER_S ? CERTIFICATE_ENDS_SOON
							       : CERTIFICATE_WELL;
}

/* Of a file that is not there: zero. */
static struct mark
mark_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return (struct mark){ 0 };
	return (struct mark){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
}

static struct marks
look_at_files(const struct controller_tls *conf)
{
	return (struct marks){ mark_of(conf->certificate), mark_of(conf->key) };
}

static bool
is_same_file(const struct mark *a, const struct mark *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static bool
is_same(const struct marks *a, const struct marks *b)
{
	return is_same_file(&a->certificate, &b->certificate) && is_same_file(&a->key, &b->key);
}

static char *
date_of(const struct certificate *c, char date[TIME_TEXT_SIZE])
{
	return time_text(http_tls_expires(c->tls) * NS_PER_S, date);
}

/* Says how long it is good for; a sentence again each day. */
static void
judge(struct certificate *c)
{
	int64_t now = clock_wall_ns(), expires = http_tls_expires(c->tls);
	enum certificate_state state = certificate_state(expires, now / NS_PER_S);
	char sentence[120], date[TIME_TEXT_SIZE];
	struct health_trouble trouble = { .sentence = sentence };

	if (state == CERTIFICATE_WELL) {
		if (!c->is_refused)
			(void)health_good(c->health, HEALTH_CERTIFICATE);
		c->warned = 0;
		return;
	}
	trouble.warns = state == CERTIFICATE_ENDS_SOON;
	trouble.word = trouble.warns ? "ends-soon" : "expired";
	(void)snprintf(sentence, sizeof(sentence), "it %s at %s",
	    trouble.warns ? "expires" : "expired", date_of(c, date));
	if (c->is_refused && trouble.warns)
		return; /* why the next one is not taken is worth more */
	if (!health_bad(c->health, HEALTH_CERTIFICATE, &trouble, now) &&
	    now / NS_PER_S - c->warned >= DAY_S)
		log_line(trouble.warns ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, "certificate: %s: %s",
		    c->conf->certificate, sentence);
	else if (c->warned != 0)
		return;
	c->warned = now / NS_PER_S;
}

static void
refuse(struct certificate *c, const struct err *e, bool is_news)
{
	struct health_trouble trouble = { .word = "not-taken",
		.sentence = "the new certificate cannot be used, the one before stays",
		.detail = e->message };

	c->is_refused = true;
	if (!health_bad(c->health, HEALTH_CERTIFICATE, &trouble, clock_wall_ns()) && is_news)
		log_error("certificate: %s: %s", trouble.sentence, e->message);
}

static void
take(struct certificate *c, struct http_tls *tls, const struct marks *marks)
{
	char date[TIME_TEXT_SIZE];

	http_tls_unref(c->tls);
	c->tls = tls;
	c->loaded = *marks;
	c->is_refused = false;
	c->warned = 0;
	log_info("certificate: %s: new clients are shown this one, which is good until %s",
	    c->conf->certificate, date_of(c, date));
	c->changed(c->userdata, tls);
}

/* is_told: by somebody who wants to hear what came of it. */
static void
look(struct certificate *c, bool is_told)
{
	struct marks marks = look_at_files(c->conf);
	bool is_news = is_told || !is_same(&marks, &c->tried);
	struct http_tls *tls = NULL;
	struct err e = { 0 };

	c->tried = marks;
	if (!is_told && is_same(&marks, &c->loaded))
		c->is_refused = false;
	else if (http_tls_load(c->conf->certificate, c->conf->key, &tls, &e) < 0)
		refuse(c, &e, is_news);
	else
		take(c, tls, &marks);
	judge(c);
}

void
certificate_look(struct certificate *c)
{
	look(c, true);
}

static void
on_look(struct timer *t, struct instant now)
{
	struct certificate *c = container_of(t, struct certificate, look);

	timer_set(&c->look, instant_add(now, LOOK));
	look(c, false);
}

int
certificate_new(sd_event *loop, const struct controller_tls *conf, struct health *health,
    certificate_fn changed, void *userdata, struct certificate **ret, struct err *e)
{
	struct certificate *c = xcalloc(1, sizeof(*c));
	int r;

	c->conf = conf;
	c->health = health;
	c->changed = changed;
	c->userdata = userdata;
	c->loaded = c->tried = look_at_files(conf);
	r = http_tls_load(conf->certificate, conf->key, &c->tls, e);
	if (r >= 0) {
		r = timer_init(&c->look, loop, on_look);
		if (r < 0)
			(void)err_errno(e, r, "event loop");
	}
	if (r < 0) {
		certificate_free(c);
		return r;
	}
	timer_set(&c->look, instant_add(clock_now(), LOOK));
	judge(c);
	*ret = c;
	return 0;
}

void
certificate_free(struct certificate *c)
{
	if (c == NULL)
		return;
	timer_done(&c->look);
	http_tls_unref(c->tls);
	free(c);
}

struct http_tls *
certificate_tls(const struct certificate *c)
{
	return c->tls;
}

int64_t
certificate_expires(const struct certificate *c)
{
	return http_tls_expires(c->tls);
}
