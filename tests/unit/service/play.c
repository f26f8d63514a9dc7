#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "tap.h"

static const struct check_policy policy = {
	.rise = 2, .fall = 2, .interval = DURATION_S(1), .fast_interval = DURATION_MS(100)
};

struct stage_set
simple(void)
{
	struct stage_set s = { .listens = { "tcp/80", "udp/53" } };

	(void)ip_parse("203.0.113.10", &s.ips[0]);
	(void)ip_parse("2001:db8:f00d::10", &s.ips[1]);
	s.checks[0] = (struct service_check_conf){ "front", policy, true, CHECK_SERVICE };
	s.checks[1] = (struct service_check_conf){ "deep", policy, false, CHECK_SERVICE };
	s.conf = (struct service_conf){ .name = "web",
		.address_count = 1,
		.listen_count = 1,
		.check_count = 1,
		.checks_needed = SIZE_MAX,
		.damping = { .half_life = DURATION_S(600), .hold_down_max = DURATION_S(300) },
		.settle_time = DURATION_MS(500) };
	return s;
}

void
write_actions(const struct service_actions *actions, struct strbuf *out)
{
	static const char *const names[] = {
		[SERVICE_ADD_ADDRESS] = "add",
		[SERVICE_ANNOUNCE] = "announce",
		[SERVICE_WITHDRAW] = "withdraw",
		[SERVICE_REMOVE_ADDRESS] = "remove",
		[SERVICE_RUN_CHECK] = "run",
		[SERVICE_NOTE] = "note",
		[SERVICE_DAMPED] = "damped",
		[SERVICE_ASK_GUARD] = "ask",
		[SERVICE_FORGET_GUARD] = "forget",
		[SERVICE_REFUSED] = "refused",
		[SERVICE_DRAINS] = "drains",
		[SERVICE_DRAINED] = "drained",
		[SERVICE_UNDRAINED] = "undrained",
		[SERVICE_HELD] = "held",
		[SERVICE_RELEASED] = "released",
		[SERVICE_DONE] = "done",
	};

	for (size_t i = 0; i < actions->count; i++) {
		static const char *const grounds[] = { "", " at once", " as ordered" };
		const struct service_action *a = &actions->items[i];

		strbuf_addf(out, "  %s %zu%s: %s\n", names[a->type], a->index,
		    a->type == SERVICE_WITHDRAW ? grounds[a->grounds] : "", a->why);
	}
}

static enum service_event_type
event_type(const char *name)
{
	static const struct {
		const char *name;
		enum service_event_type type;
	} names[] = {
		{ "start", SERVICE_EVENT_START },
		{ "address", SERVICE_EVENT_ADDRESS },
		{ "listener", SERVICE_EVENT_LISTENER },
		{ "check", SERVICE_EVENT_CHECK },
		{ "flushed", SERVICE_EVENT_FLUSHED },
		{ "guard", SERVICE_EVENT_GUARD },
		{ "drain", SERVICE_EVENT_DRAIN },
		{ "filedrain", SERVICE_EVENT_DRAIN },
		{ "undrain", SERVICE_EVENT_UNDRAIN },
		{ "fileundrain", SERVICE_EVENT_UNDRAIN },
		{ "ctldrain", SERVICE_EVENT_DRAIN },
		{ "ctlundrain", SERVICE_EVENT_UNDRAIN },
		{ "ctlhold", SERVICE_EVENT_HOLD },
		{ "ctlrelease", SERVICE_EVENT_RELEASE },
		{ "count", SERVICE_EVENT_CONNECTIONS },
		{ "hold", SERVICE_EVENT_HOLD },
		{ "release", SERVICE_EVENT_RELEASE },
		{ "stop", SERVICE_EVENT_STOP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i].name, name) == 0)
			return names[i].type;
	}
	return SERVICE_EVENT_TIME;
}

struct service_event
read_event(const char *name, unsigned index, const char *word, unsigned extra, struct instant now)
{
	struct service_event ev = { .type = event_type(name), .index = index };
	bool pass = strcmp(word, "pass") == 0;

	ev.present = strcmp(word, "here") == 0;
	ev.result = (struct check_result){ .started = now, .took = DURATION_MS(1) };
	ev.result.evidence = pass                        ? EVIDENCE_PASS
			     : strcmp(word, "soft") == 0 ? EVIDENCE_SOFT
							 : EVIDENCE_DEFINITIVE;
	ev.result.why = pass ? "status 200" : strcmp(word, "soft") == 0 ? "status 503" : "refused";
	if (strcmp(word, "old") == 0) {
		ev.result.evidence = EVIDENCE_PASS;
		ev.result.started = (struct instant){ 0 };
	}
	ev.answer = (struct guard_answer){ .granted = strcmp(word, "granted") == 0,
		.until = extra > 0 ? (struct instant){ extra * NS_PER_MS } : INSTANT_NEVER,
		.why = "two sites are needed" };
	ev.order =
	    (struct drain_order){ .until_connections = index, .at_most = DURATION_MS(atoi(word)) };
	if (ev.type == SERVICE_EVENT_DRAIN)
		ev.why = "new kernel";
	if (strncmp(name, "file", 4) == 0)
		ev.order.source = DRAIN_BY_FILE;
	if (strncmp(name, "ctl", 3) == 0)
		ev.order.source = DRAIN_BY_CONTROLLER;
	if (ev.type == SERVICE_EVENT_HOLD) {
		ev.index = SERVICE_ALL;
		ev.why = "new disk";
	}
	return ev;
}

/* Plays the script; before each line, what was due by then. */
static char *
play(struct stage_set *set, const char *script)
{
	_cleanup_(service_freep) struct service *s = NULL;
	struct service_actions actions = { 0 };
	struct strbuf out = { 0 };
	const char *line = script;

	set->conf.addresses = set->ips;
	set->conf.listens = set->listens;
	set->conf.checks = set->checks;
	s = service_new(&set->conf, (struct instant){ 0 });
	while (*line) {
		char name[16] = "", word[16] = "", one[80];
		unsigned ms, index = 0, extra = 0;
		struct service_event ev;
		struct instant now;

		(void)snprintf(one, sizeof(one), "%.*s", (int)strcspn(line, "\n"), line);
		if (sscanf(one, "%u %15s %u %15s %u", &ms, name, &index, word, &extra) < 2)
			tap_fail(__FILE__, __LINE__, "bad line %s", line);
		now = (struct instant){ ms * NS_PER_MS };
		while (instant_reached(service_deadline(s), now)) {
			struct instant due = service_deadline(s);

			ev = (struct service_event){ .type = SERVICE_EVENT_TIME };
			service_input(s, &ev, due, &actions);
			strbuf_addf(&out, "%u time\n", (unsigned)(due.ns / NS_PER_MS));
			write_actions(&actions, &out);
		}
		if (strcmp(name, "wait") != 0) {
			ev = read_event(name, index, word, extra, now);
			service_input(s, &ev, now, &actions);
			strbuf_addf(&out, "%.*s\n", (int)strcspn(line, "\n"), line);
			write_actions(&actions, &out);
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	strbuf_addf(&out, "= %s since %u, %s: %s\n", stage_name(service_stage(s)),
	    (unsigned)(service_telling_address(s)->since.ns / NS_PER_MS),
	    service_is_decided(s) ? "decided" : "undecided", service_telling_address(s)->why);
	service_actions_done(&actions);
	return strbuf_take(&out);
}

void
check_play_at(
    const char *file, int line, struct stage_set *set, const char *script, const char *want)
{
	_cleanup_(freep) char *got = play(set, script);

	tap_check_str(file, line, script, got, want);
}
