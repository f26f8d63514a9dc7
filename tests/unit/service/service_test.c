/*
 * A service's life, played from a script: "MS EVENT [INDEX] [WORD]" lines, and after each the
 * actions that it leads to. The whole transcript is compared.
 */
#include "service/service.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "tap.h"

struct stage_set {
	struct ip ips[2];
	const char *listens[2];
	struct service_check_conf checks[2];
	struct service_conf conf;
};

static const struct check_policy policy = {
	.rise = 2, .fall = 2, .interval = DURATION_S(1), .fast_interval = DURATION_MS(100)
};

/* One address, one socket, one check: what most services are. */
static struct stage_set
simple(void)
{
	struct stage_set s = { .listens = { "tcp/80", "udp/53" } };

	(void)ip_parse("203.0.113.10", &s.ips[0]);
	(void)ip_parse("2001:db8:f00d::10", &s.ips[1]);
	s.checks[0] = (struct service_check_conf){ "front", policy, true };
	s.checks[1] = (struct service_check_conf){ "deep", policy, false };
	s.conf = (struct service_conf){ .name = "web",
		.address_count = 1,
		.listen_count = 1,
		.check_count = 1,
		.settle_time = DURATION_MS(500) };
	return s;
}

static void
write_actions(const struct service_actions *actions, struct strbuf *out)
{
	static const char *const names[] = {
		[SERVICE_ADD_ADDRESS] = "add",
		[SERVICE_ANNOUNCE] = "announce",
		[SERVICE_WITHDRAW] = "withdraw",
		[SERVICE_REMOVE_ADDRESS] = "remove",
		[SERVICE_RUN_CHECK] = "run",
		[SERVICE_NOTE] = "note",
		[SERVICE_DONE] = "done",
	};

	for (size_t i = 0; i < actions->count; i++) {
		const struct service_action *a = &actions->items[i];

		strbuf_addf(out, "  %s %zu%s: %s\n", names[a->type], a->index,
		    a->type == SERVICE_WITHDRAW && a->definitive ? " at once" : "", a->why);
	}
}

static struct service_event
read_event(const char *name, size_t index, const char *word, struct instant now)
{
	struct service_event ev = { .index = index };
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
	ev.type = strcmp(name, "start") == 0      ? SERVICE_EVENT_START
		  : strcmp(name, "address") == 0  ? SERVICE_EVENT_ADDRESS
		  : strcmp(name, "listener") == 0 ? SERVICE_EVENT_LISTENER
		  : strcmp(name, "check") == 0    ? SERVICE_EVENT_CHECK
		  : strcmp(name, "flushed") == 0  ? SERVICE_EVENT_FLUSHED
		  : strcmp(name, "stop") == 0     ? SERVICE_EVENT_STOP
						  : SERVICE_EVENT_TIME;
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
		char name[16] = "", word[16] = "";
		unsigned ms, index = 0;
		struct service_event ev;
		struct instant now;

		if (sscanf(line, "%u %15s %u %15s", &ms, name, &index, word) < 2)
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
			ev = read_event(name, index, word, now);
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

static void
check_play(struct stage_set *set, const char *script, const char *want)
{
	_cleanup_(freep) char *got = play(set, script);

	CHECK_STR(got, want);
}

#define UP "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n2 check 0 pass\n"
#define UP_SEEN                                                                                    \
	"0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"             \
	"0 listener 0 here\n  run 0: there again\n1 check 0 pass\n2 check 0 pass\n"                \
	"  note 0: status 200\n  announce 0: present, listening, checks passing\n"

TEST(up_in_order)
{
	struct stage_set s = simple();

	check_play(&s, "0 start\n",
	    "0 start\n  add 0: nearcastd starts\n= withdrawn since 0, undecided: nearcastd "
	    "starts\n");
	check_play(&s, "0 start\n0 listener 0 here\n",
	    "0 start\n  add 0: nearcastd starts\n0 listener 0 here\n"
	    "= withdrawn since 0, undecided: waiting for the address\n");
	check_play(&s, "0 start\n0 address 0 here\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "= withdrawn since 0, undecided: waiting for a look at tcp/80\n");
	check_play(&s, "0 start\n0 address 0 here\n0 listener 0 here\n1 check 0 pass\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n"
	    "0 listener 0 here\n  run 0: there again\n1 check 0 pass\n"
	    "= withdrawn since 0, undecided: waiting for the first verdict of check front\n");
	check_play(
	    &s, UP, UP_SEEN "= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(nothing_before_start)
{
	struct stage_set s = simple();

	check_play(&s,
	    "0 address 0 here\n0 listener 0 here\n0 check 0 pass\n0 check 0 pass\n0 stop\n",
	    "0 address 0 here\n0 listener 0 here\n0 check 0 pass\n0 check 0 pass\n0 stop\n"
	    "= withdrawn since 0, undecided: nearcastd starts\n");
}

TEST(listener_dies_and_returns)
{
	struct stage_set s = simple();

	check_play(&s,
	    UP "10 listener 0 gone\n11 flushed 0\n11 check 0 old\n60 listener 0 here\n"
	       "61 check 0 pass\n161 check 0 pass\n",
	    UP_SEEN "10 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
		    "  note 0: nothing listens on tcp/80\n11 flushed 0\n11 check 0 old\n"
		    "60 listener 0 here\n  run 0: there again\n61 check 0 pass\n161 check 0 pass\n"
		    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
		    "= preferred since 161, decided: present, listening, checks passing\n");
}

TEST(soft_evidence_takes_its_time)
{
	struct stage_set s = simple();

	check_play(&s, UP "10 check 0 soft\n20 check 0 pass\n30 check 0 soft\n40 check 0 soft\n",
	    UP_SEEN
	    "10 check 0 soft\n20 check 0 pass\n30 check 0 soft\n40 check 0 soft\n"
	    "  withdraw 0: check front fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n"
	    "= withdrawn since 40, decided: check front fails: 2 times in a row: status 503\n");
}

TEST(refused_by_ourselves_is_definitive)
{
	struct stage_set s = simple();

	check_play(&s, UP "10 check 0 refused\n20 check 0 refused\n",
	    UP_SEEN "10 check 0 refused\n  withdraw 0 at once: check front fails: refused\n"
		    "  note 0: refused\n20 check 0 refused\n"
		    "= withdrawn since 10, decided: check front fails: refused\n");
}

TEST(address_is_put_back)
{
	struct stage_set s = simple();

	check_play(&s,
	    UP "10 address 0 gone\n11 flushed 0\n1500 address 0 gone\n2500 address 0 here\n"
	       "2501 check 0 pass\n2502 check 0 pass\n",
	    UP_SEEN
	    "10 address 0 gone\n  withdraw 0 at once: the address is missing: it was removed\n"
	    "  note 0: the address is missing: it was removed\n11 flushed 0\n"
	    "1010 time\n  add 0: it was removed\n1500 address 0 gone\n"
	    "2500 time\n  add 0: it was removed\n2500 address 0 here\n  run 0: there again\n"
	    "2501 check 0 pass\n2502 check 0 pass\n"
	    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
	    "= preferred since 2502, decided: present, listening, checks passing\n");
}

TEST(stop_withdraws_settles_removes)
{
	struct stage_set s = simple();

	check_play(&s, UP "10 stop\n10 stop\n12 flushed 0\n400 wait\n512 wait\n600 check 0 pass\n",
	    UP_SEEN
	    "10 stop\n  withdraw 0 at once: nearcastd ends\n10 stop\n12 flushed 0\n512 time\n"
	    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
	    "600 check 0 pass\n= withdrawn since 10, decided: nearcastd ends\n");
}

TEST(stop_does_not_wait_for_a_dead_peer)
{
	struct stage_set s = simple();

	check_play(&s, UP "10 stop\n5000 wait\n",
	    UP_SEEN "10 stop\n  withdraw 0 at once: nearcastd ends\n1010 time\n1510 time\n"
		    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
		    "= withdrawn since 10, decided: nearcastd ends\n");
}

TEST(stop_of_what_was_never_announced)
{
	struct stage_set s = simple();

	check_play(&s, "0 start\n0 address 0 here\n7 stop\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n  run 0: there again\n7 stop\n"
	    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
	    "= withdrawn since 0, decided: nearcastd ends\n");
}

TEST(stop_counts_from_the_last_withdraw)
{
	struct stage_set s = simple();

	check_play(&s, UP "10 listener 0 gone\n11 flushed 0\n300 stop\n600 wait\n",
	    UP_SEEN "10 listener 0 gone\n  withdraw 0 at once: nothing listens on tcp/80\n"
		    "  note 0: nothing listens on tcp/80\n11 flushed 0\n300 stop\n511 time\n"
		    "  remove 0: nearcastd ends\n  done 0: withdrawn, settled, removed\n"
		    "= withdrawn since 10, decided: nearcastd ends\n");
}

TEST(stop_keeps)
{
	struct stage_set s = simple();

	s.conf.keep_on_exit = true;
	check_play(&s, UP "10 stop\n20 listener 0 gone\n",
	    UP_SEEN "10 stop\n  done 0: on-exit is keep\n20 listener 0 gone\n"
		    "= preferred since 2, decided: present, listening, checks passing\n");
}

TEST(each_address_is_judged_by_itself)
{
	struct stage_set s = simple();

	s.conf.address_count = 2;
	s.conf.check_count = 2;
	/* runs: front at each address (0, 1), deep for both (2) */
	check_play(&s,
	    "0 start\n0 address 0 here\n0 address 1 here\n0 listener 0 here\n0 listener 1 here\n"
	    "1 check 0 pass\n1 check 1 pass\n1 check 2 pass\n2 check 0 pass\n2 check 1 pass\n2 "
	    "check 2 pass\n"
	    "10 listener 1 gone\n20 check 0 refused\n30 check 2 soft\n",
	    "0 start\n  add 0: nearcastd starts\n  add 1: nearcastd starts\n"
	    "0 address 0 here\n  run 0: there again\n"
	    "0 address 1 here\n  run 1: there again\n  run 2: there again\n"
	    "0 listener 0 here\n  run 0: there again\n  run 2: there again\n"
	    "0 listener 1 here\n  run 1: there again\n  run 2: there again\n"
	    "1 check 0 pass\n1 check 1 pass\n1 check 2 pass\n"
	    "2 check 0 pass\n  note 0: status 200\n2 check 1 pass\n  note 1: status 200\n"
	    "2 check 2 pass\n  note 2: status 200\n  announce 0: present, listening, checks "
	    "passing\n"
	    "  announce 1: present, listening, checks passing\n"
	    "10 listener 1 gone\n  withdraw 1 at once: nothing listens on tcp/80\n"
	    "  note 1: nothing listens on tcp/80\n"
	    "20 check 0 refused\n  withdraw 0 at once: check front fails: refused\n  note 0: "
	    "refused\n"
	    "30 check 2 soft\n= withdrawn since 20, decided: check front fails: refused\n");
}

TEST(a_run_for_all_covers_all)
{
	struct stage_set s = simple();

	s.conf.address_count = 2;
	s.conf.listen_count = 0;
	s.checks[0] = s.checks[1];
	check_play(&s,
	    "0 start\n0 address 0 here\n0 address 1 here\n1 check 0 pass\n2 check 0 pass\n"
	    "10 address 1 gone\n12 check 0 pass\n20 check 0 soft\n21 check 0 soft\n",
	    "0 start\n  add 0: nearcastd starts\n  add 1: nearcastd starts\n0 address 0 here\n"
	    "0 address 1 here\n  run 0: there again\n1 check 0 pass\n2 check 0 pass\n"
	    "  note 0: status 200\n  announce 0: present, listening, checks passing\n"
	    "  announce 1: present, listening, checks passing\n"
	    "10 address 1 gone\n  withdraw 1 at once: the address is missing: it was removed\n"
	    "12 check 0 pass\n20 check 0 soft\n21 check 0 soft\n"
	    "  withdraw 0: check deep fails: 2 times in a row: status 503\n"
	    "  note 0: 2 times in a row: status 503\n"
	    "= withdrawn since 21, decided: check deep fails: 2 times in a row: status 503\n");
}

TEST(listener_alone_is_enough)
{
	struct stage_set s = simple();

	s.conf.check_count = 0;
	check_play(&s, "0 start\n0 address 0 here\n5 listener 0 here\n9 listener 0 gone\n",
	    "0 start\n  add 0: nearcastd starts\n0 address 0 here\n5 listener 0 here\n"
	    "  announce 0: present, listening, checks passing\n9 listener 0 gone\n"
	    "  withdraw 0 at once: nothing listens on tcp/80\n"
	    "= withdrawn since 9, decided: nothing listens on tcp/80\n");
}

/* Every event in every phase, in random order: what must hold always. */
TEST(invariants_hold_whatever_happens)
{
	static const char *const words[] = { "here", "gone", "pass", "soft", "refused", "old" };
	static const char *const names[] = { "address", "listener", "check", "flushed", "time",
		"wait" };
	uint64_t x = 7;

	for (int round = 0; round < 200; round++) {
		struct stage_set set = simple();
		struct service_actions actions = { 0 };
		bool announced = false, on_lo = false, added = false;
		struct service *s;

		set.conf.addresses = set.ips;
		set.conf.listens = set.listens;
		set.conf.checks = set.checks;
		s = service_new(&set.conf, (struct instant){ 0 });
		for (unsigned step = 0; step < 400; step++) {
			struct instant now = { step * 10 * NS_PER_MS };
			struct service_event ev;

			x = x * 6364136223846793005u + 1442695040888963407u;
			ev = read_event(step == 0     ? "start"
					: step == 380 ? "stop"
						      : names[(x >> 33) % ARRAY_SIZE(names)],
			    0, words[(x >> 40) % ARRAY_SIZE(words)], now);
			service_input(s, &ev, now, &actions);
			if (ev.type == SERVICE_EVENT_ADDRESS)
				on_lo = ev.present;
			for (size_t i = 0; i < actions.count; i++) {
				switch (actions.items[i].type) {
				case SERVICE_ADD_ADDRESS:
					added = true;
					break;
				case SERVICE_ANNOUNCE:
					CHECK(!announced && added && on_lo);
					announced = true;
					break;
				case SERVICE_WITHDRAW:
					CHECK(announced);
					CHECK_INT(i, 0); /* before anything else */
					announced = false;
					break;
				case SERVICE_REMOVE_ADDRESS:
					CHECK(!announced && s->phase == SERVICE_STOPPED);
					break;
				case SERVICE_RUN_CHECK:
				case SERVICE_NOTE:
				case SERVICE_DONE:
					break;
				}
			}
			CHECK(!announced || on_lo);
			CHECK(announced == (service_stage(s) == STAGE_PREFERRED));
			CHECK(!announced || s->listeners[0].presence == PRESENCE_PRESENT);
			CHECK(!announced || s->runs[0].state.verdict == VERDICT_PASSING);
		}
		service_actions_done(&actions);
		service_free(s);
	}
}
