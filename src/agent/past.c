#include "agent/past.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_internal.h"
#include "agent/agent_state.h"
#include "base/log.h"
#include "io/control_line.h"
#include "proto/bgp/codec.h"
#include "service/state.h"

#define CEASE 6
#define CEASE_ADMINISTRATIVE_RESET 4

int
past_open(int fd, struct past *ret, struct err *e)
{
	uint16_t version;
	int r = inheritance_find(fd, &ret->in, e);

	if (r >= 0)
		r = handover_read(fd, &ret->bytes, e);
	(void)close(fd);
	if (r < 0)
		return r;
	if (!state_document_open(ret->bytes.bytes, ret->bytes.len, &version, &ret->records))
		return err_set(e, -EBADMSG, "the state is not whole");
	if (version != PAST_VERSION)
		return err_set(e, -EPROTONOSUPPORT,
		    "the state has version %u, and only %d is known", version, PAST_VERSION);
	(void)state_find_text(ret->records, PAST_PROGRAM, ret->program, sizeof(ret->program));
	ret->base.ns = (int64_t)state_find_number(ret->records, PAST_SAVED_AT, 0);
	/* a clock that runs otherwise than then makes all of it "just now" */
	if (ret->base.ns <= 0 || instant_cmp(ret->base, clock_now()) > 0)
		ret->base = clock_now();
	return 0;
}

static void
add_error(void *userdata, size_t line, const char *sentence)
{
	strbuf_addf(userdata, "line %zu: %s\n", line, sentence);
}

int
past_load_conf(const struct past *p, struct conf **ret, struct strbuf *errors)
{
	struct reader text = state_find(p->records, PAST_CONF_TEXT);
	size_t len = reader_left(&text);
	struct reader added = state_find(p->records, PAST_CONF_ADDED);
	size_t added_len = reader_left(&added);
	char name[4096];

	(void)state_find_text(p->records, PAST_CONF_NAME, name, sizeof(name));
	if (added_len > 0)
		return conf_load_text_added(name,
		    len > 0 ? (const char *)reader_bytes(&text, len) : "", len,
		    &(struct conf_addition){ .name = "controller",
			.text = (const char *)reader_bytes(&added, added_len),
			.len = added_len },
		    &agent_conf_schema, ret, add_error, errors);
	return conf_load_text(name, len > 0 ? (const char *)reader_bytes(&text, len) : "", len,
	    &agent_conf_schema, ret, errors);
}

static int
check_services(struct agent *a, const struct past *p, struct err *e)
{
	const struct agent_service *confs = a->conf->services.items;
	static struct journal journal;
	int r = 0;

	for (size_t i = 0; i < a->conf->services.count && r >= 0; i++) {
		struct hosted *h = hosted_new(a, a->generation, &confs[i], clock_now());

		r = hosted_load(h, p, e);
		hosted_free(h);
	}
	journal = (struct journal){ 0 };
	if (r >= 0 && !journal_load(&journal, state_find(p->records, PAST_EVENTS), p->base))
		r = err_set(e, -EBADMSG, "the state of the events cannot be read");
	return r;
}

static int
check_announcer(const struct agent *a, const struct past *p, struct err *e)
{
	struct reader records = state_find(p->records, PAST_ANNOUNCER);
	struct daemon_conf daemon = agent_daemon_conf(a->conf);

	if (a->conf->announcer != AGENT_ANNOUNCER_SPEAKER)
		return announcer_check_daemon_past(&daemon, records, p->base, e);
	return announcer_check_past(a->neighbors, a->neighbor_count, records, p->base, e);
}

int
past_check(const struct past *p, struct err *e)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };
	struct agent a = { 0 };
	struct conf *loaded;
	int r = past_load_conf(p, &loaded, &errors);

	if (r < 0)
		return err_set(
		    e, r, "the configuration that runs cannot be used: %s", strbuf_get(&errors));
	a.generation = generation_new(loaded);
	a.conf = a.generation->conf;
	agent_fill_neighbors(&a);
	r = check_services(&a, p, e);
	if (r >= 0)
		r = check_announcer(&a, p, e);
	free(a.neighbors);
	free(a.established);
	generation_unref(a.generation);
	return r;
}

void
past_refuse(struct past *p, const char *why)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	uint8_t farewell[BGP_SEND_MAX];
	struct writer w = writer_init(farewell, sizeof(farewell));
	struct bgp_error cease;
	size_t count;

	(void)bgp_error_set(&cease, CEASE, CEASE_ADMINISTRATIVE_RESET, NULL, 0, NULL);
	bgp_notification_encode(&w, &cease);
	(void)control_line(json_pack("{s:s, s:s}", "outcome", "cold", "why", why), &line);
	count = inheritance_close(&p->in, strbuf_get(&line), farewell, writer_len(&w));
	log_error("starts cold: %s connections_closed=%zu", why, count);
}

void
past_done(struct past *p)
{
	(void)inheritance_close(&p->in, "", NULL, 0);
	state_writer_done(&p->bytes);
}
