#include "measure/catch_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/alloc.h"
#include "io/echo_socket.h"
#include "io/loop.h"
#include "measure/catch_sender.h"
#include "measure/json.h"

/* Batches of replies taken in one turn of the loop; the rest comes in the next. */
#define TAKE_BATCHES 16
/* Those taken at the end: more than the kernel keeps, but no endless stream. */
#define DRAIN_BATCHES 1024
#define RETRY_AFTER DURATION_US(100)
/* What a site that is killed can lose. */
#define FLUSH_EVERY DURATION_S(1)

struct catch_run {
	struct catch_run_conf conf;
	struct catch_judge judge;
	struct catch_sender sender; /* of one that has a hitlist */
	struct catch_writer writer;
	struct echo_socket socket;
	sd_event_source *source; /* owned */
	struct timer timer;
	bool head_written;
	int64_t began, ended; /* ns since 1970 */
	struct instant last_own, flush_at, listens_until;
	const char *outcome; /* NULL: it goes on */
	catch_finished_fn finished; /* NULL: has been called */
	void *userdata;
};

static void
finish(struct catch_run *run, int r, const struct err *e)
{
	catch_finished_fn finished = TAKE(run->finished);

	if (r == 0)
		catch_run_drain(run);
	run->outcome = r < 0 ? "failed" : "done";
	timer_set(&run->timer, INSTANT_NEVER);
	(void)sd_event_source_set_enabled(run->source, SD_EVENT_OFF);
	if (finished)
		finished(run->userdata, r, e);
}

/* ---- the file ---- */

/* A listener learns the run from the first reply: where none came, the head says none. */
static void
write_head(struct catch_run *run)
{
	char local[IP_STR_MAX], id[16];
	json_t *head;

	if (run->head_written)
		return;
	head = json_object();
	(void)snprintf(id, sizeof(id), "%08x", run->judge.run);
	json_object_set_new(head, "nearcast_catchment", json_integer(CATCH_FILE_VERSION));
	json_object_set_new(head, "kind", json_string(run->conf.kind));
	json_object_set_new(head, "site", json_string(run->conf.site));
	if (run->judge.run_known)
		json_object_set_new(head, "run", json_string(id));
	json_object_set_new(
	    head, "family", json_string(run->conf.local.family == IP_V4 ? "ipv4" : "ipv6"));
	json_object_set_new(head, "address", json_string(ip_format(run->conf.local, local)));
	json_object_set_new(
	    head, "method", json_string(run->conf.method == CATCH_DNS ? "dns" : "icmp"));
	json_object_set_new(head, "sends", json_boolean(run->conf.hitlist != NULL));
	json_object_set_new(head, "key", json_boolean(run->conf.key.given));
	json_object_set_new(head, "began", json_wall_time(run->began));
	catch_writer_json(&run->writer, head);
	run->head_written = true;
}

static json_t *
replies_to_json(const struct catch_run *run)
{
	json_t *replies = json_object();

	for (int v = 0; v < CATCH_VERDICTS; v++)
		json_object_set_new(replies, catch_verdict_name((enum catch_verdict)v),
		    json_integer((json_int_t)run->judge.counts[v]));
	json_object_set_new(replies, "dropped", json_integer((json_int_t)run->socket.dropped));
	return replies;
}

json_t *
catch_run_to_json(const struct catch_run *run)
{
	const struct catch_sender *s = &run->sender;
	json_t *j = json_pack("{s:s?}", "end", run->outcome);
	char id[16];

	if (run->judge.run_known) {
		(void)snprintf(id, sizeof(id), "%08x", run->judge.run);
		json_object_set_new(j, "run", json_string(id));
	}
	json_object_set_new(j, "at", json_wall_time(run->ended));
	json_object_set_new(
	    j, "ms", json_integer((json_int_t)duration_ms(DURATION_NS(run->ended - run->began))));
	if (run->conf.hitlist != NULL) {
		json_object_set_new(j, "targets", json_integer((json_int_t)run->conf.targets));
		json_object_set_new(j, "rounds", json_integer(run->conf.rounds));
		json_object_set_new(j, "sent", json_integer((json_int_t)s->sent));
		json_object_set_new(j, "failed", json_integer((json_int_t)s->failed));
		json_object_set_new(
		    j, "failed_why", s->error ? json_string(strerror(s->error)) : json_null());
		json_object_set_new(j, "skipped", json_integer((json_int_t)s->skipped));
	}
	json_object_set_new(j, "replies", replies_to_json(run));
	return j;
}

/* Writes what is there, when it is much or old. */
static int
flush(struct catch_run *run, struct instant now)
{
	struct err e = { 0 };
	int r;

	if (!catch_writer_is_full(&run->writer) && instant_cmp(now, run->flush_at) < 0)
		return 0;
	run->flush_at = instant_add(now, FLUSH_EVERY);
	r = catch_writer_flush(&run->writer, &e);
	if (r < 0)
		finish(run, r, &e);
	return r;
}

/* ---- replies ---- */

/* False: none is left. */
static bool
take_batch(struct catch_run *run, struct instant now)
{
	_uninitialized_ struct echo_in in[ECHO_SOCKET_BATCH];
	size_t n = echo_socket_take(&run->socket, in);

	for (size_t i = 0; i < n; i++) {
		struct catch_reply reply;

		if (catch_judge_reply(&run->judge, in[i].from, in[i].at,
			run->socket.raw && run->socket.family == IP_V4, in[i].bytes, in[i].len,
			&reply) != CATCH_OWN)
			continue;
		if (run->conf.take == NULL)
			write_head(run);
		run->last_own = now;
		catch_writer_row(&run->writer, reply.target, reply.elapsed.ns / NS_PER_US);
	}
	return n == ECHO_SOCKET_BATCH;
}

void
catch_run_drain(struct catch_run *run)
{
	for (int i = 0; i < DRAIN_BATCHES && take_batch(run, clock_now()); i++)
		;
	echo_socket_count_dropped(&run->socket);
}

/* ---- the loop ---- */

static struct instant
deadline(const struct catch_run *run)
{
	if (run->conf.hitlist != NULL)
		return catch_pace_deadline(&run->sender.pace);
	/* where nobody lands there is no first reply to count from */
	if (run->judge.counts[CATCH_OWN] == 0)
		return run->listens_until;
	return instant_min(instant_add(run->last_own, run->conf.to_end), run->listens_until);
}

static bool
is_over(const struct catch_run *run, struct instant now)
{
	if (run->conf.hitlist != NULL)
		return catch_pace_is_over(&run->sender.pace, now);
	return instant_reached(deadline(run), now);
}

/* When there is something to do that no reply wakes us for. */
static struct instant
next_turn(const struct catch_run *run, struct instant now)
{
	struct instant at = INSTANT_NEVER;

	/* what is due by now the kernel had no room for */
	if (run->conf.hitlist != NULL)
		at = instant_max(deadline(run), instant_add(now, RETRY_AFTER));
	else
		at = deadline(run);
	return run->writer.rows.len > 0 ? instant_min(at, run->flush_at) : at;
}

static void
pump(struct catch_run *run)
{
	struct instant now = clock_now();
	bool more = true, sends = run->conf.hitlist != NULL;

	for (int i = 0; i < TAKE_BATCHES && more; i++) {
		more = take_batch(run, now);
		if (sends)
			more |= catch_sender_send(
			    &run->sender, &run->socket, &run->judge.key, clock_now());
	}
	now = clock_now();
	if (flush(run, now) < 0)
		return;
	if (is_over(run, now)) {
		finish(run, 0, NULL);
		return;
	}
	timer_set(&run->timer, more && sends ? now : next_turn(run, now));
}

static int
on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	(void)source;
	(void)fd;
	(void)events;
	pump(userdata);
	return 0;
}

static void
on_timer(struct timer *t, struct instant now)
{
	(void)now;
	pump(container_of(t, struct catch_run, timer));
}

static int
start(struct catch_run *run, sd_event *loop, struct err *e)
{
	struct endpoint local = { .addr = run->conf.local, .port = run->conf.port };
	int r = run->conf.method == CATCH_DNS
		    ? echo_socket_open_dns(&run->socket, local, CATCH_DNS_LABEL, CATCH_DNS_MAGIC, e)
		    : echo_socket_open(&run->socket, local.addr, CATCH_MAGIC, e);

	if (r == 0 && run->conf.take != NULL)
		catch_writer_open_rows(&run->writer, run->conf.take, run->conf.take_userdata);
	else if (r == 0)
		r = catch_writer_open(&run->writer, run->conf.path, e);
	if (r < 0)
		return r;
	if (run->judge.run_known && run->conf.take == NULL)
		write_head(run);
	r = catch_writer_flush(&run->writer, e);
	if (r < 0)
		return r;
	r = timer_init(&run->timer, loop, on_timer);
	if (r >= 0)
		r = sd_event_add_io(loop, &run->source, run->socket.fd, EPOLLIN, on_io, run);
	return r < 0 ? err_errno(e, r, "event loop") : 0;
}

static void
start_sender(struct catch_run *run, struct instant now)
{
	const struct catch_run_conf *conf = &run->conf;

	catch_sender_init(&run->sender,
	    &(struct catch_sender_conf){ .hitlist = conf->hitlist,
		.targets = conf->targets,
		.seed = conf->seed,
		.rounds = conf->rounds,
		.pps = conf->pps,
		.run = run->judge.run,
		.method = conf->method,
		.text = conf->text,
		.to_end = conf->to_end },
	    now);
}

int
catch_run_new(sd_event *loop, const struct catch_run_conf *conf, catch_finished_fn finished,
    void *userdata, struct catch_run **ret, struct err *e)
{
	struct catch_run *run = xcalloc(1, sizeof(*run));
	int r;

	run->conf = *conf;
	run->finished = finished;
	run->userdata = userdata;
	run->writer.fd = run->socket.fd = -1;
	run->judge = (struct catch_judge){
		.key = conf->key,
		.method = conf->method,
		.family = conf->local.family,
		.run_known = conf->run_known,
		.run = conf->run,
		.late = conf->late,
	};
	run->began = clock_wall_ns();
	run->listens_until =
	    conf->listen_for.ns > 0 ? instant_add(clock_now(), conf->listen_for) : INSTANT_NEVER;
	r = start(run, loop, e);
	if (r < 0) {
		catch_run_free(run);
		return r;
	}
	if (conf->hitlist != NULL)
		start_sender(run, clock_now());
	timer_set(&run->timer, clock_now());
	*ret = run;
	return 0;
}

void
catch_run_count(const struct catch_run *run, struct catch_run_counts *ret)
{
	*ret = (struct catch_run_counts){ .sent = run->sender.sent,
		.failed = run->sender.failed,
		.skipped = run->sender.skipped,
		.dropped = run->socket.dropped };
	for (int v = 0; v < CATCH_VERDICTS; v++)
		ret->verdicts[v] = run->judge.counts[v];
}

int
catch_run_flush(struct catch_run *run, struct err *e)
{
	return catch_writer_flush(&run->writer, e);
}

int
catch_run_end(struct catch_run *run, const char *why, struct err *e)
{
	if (run->outcome == NULL)
		catch_run_drain(run);
	run->ended = clock_wall_ns();
	if (run->outcome == NULL)
		run->outcome = why;
	if (run->conf.take == NULL) {
		write_head(run);
		catch_writer_json(&run->writer, catch_run_to_json(run));
	}
	return catch_writer_flush(&run->writer, e);
}

void
catch_run_free(struct catch_run *run)
{
	if (run == NULL)
		return;
	run->source = sd_event_source_disable_unref(run->source);
	timer_done(&run->timer);
	echo_socket_close(&run->socket);
	catch_writer_close(&run->writer);
	catch_judge_done(&run->judge);
	free(run);
}
