/*
 * The guard over all sites, in small worlds: a few hosts, a clock, and the incidents that made it
 * necessary (agents.md 4.3: Meta 2021, Google 2016, Cloudflare 2025, DNSFilter 2023).
 */
#include "controller/lease.h"

#include "tap.h"

#define HOSTS_MAX 8

struct world {
	struct lease_report hosts[HOSTS_MAX];
	size_t count;
	struct lease_question question;
	struct instant now;
};

static struct instant
at(double s)
{
	return (struct instant){ (int64_t)(s * 1e9) };
}

/* Sites a, b, c ... with a host each: a1, b1, c1. */
static struct world
world_of(size_t sites, uint32_t min_sites)
{
	static const char *const site_names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	static const char *const host_names[] = { "a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1" };
	struct world w = { .count = sites,
		.question = { .min_sites = min_sites,
		    .fresh = DURATION_S(15),
		    .ttl = DURATION_S(30),
		    .retry = DURATION_S(5) },
		.now = at(1000) };

	for (size_t i = 0; i < sites; i++)
		w.hosts[i] =
		    (struct lease_report){ site_names[i], host_names[i], true, at(999), at(0) };
	return w;
}

/* The host asks; what it is told is remembered, as the store does. */
static bool
ask(struct world *w, size_t host)
{
	struct lease_answer a;

	w->question.host = w->hosts[host].host;
	a = lease_decide(&w->question, w->hosts, w->count, w->now);
	if (a.granted)
		w->hosts[host].leased_until = a.until;
	return a.granted;
}

static void
report_all(struct world *w)
{
	for (size_t i = 0; i < w->count; i++)
		w->hosts[i].reported = w->now;
}

TEST(one_of_three_may_go)
{
	struct world w = world_of(3, 2);

	CHECK(ask(&w, 0));
	CHECK(!ask(&w, 1));
	CHECK(!ask(&w, 2));
}

TEST(the_last_site_stays)
{
	struct world w = world_of(1, 1);
	struct lease_answer a;

	w.question.host = "a1";
	a = lease_decide(&w.question, w.hosts, w.count, w.now);
	CHECK(!a.granted);
	CHECK_STR(a.why,
	    "0 sites stand without a1, 1 needed; 0 may withdraw already, 0 not heard of lately");
	CHECK_INT(a.until.ns, at(1005).ns);
}

/* Meta: the backbone is gone, and every site finds itself unhealthy in the same second. */
TEST(not_all_sites_withdraw_together)
{
	struct world w = world_of(8, 2);
	size_t granted = 0;

	for (size_t i = 0; i < w.count; i++)
		granted += ask(&w, i);
	CHECK_INT(granted, 6);
	/* they have withdrawn, and say so; the leases end; those that stayed ask on and on */
	for (size_t i = 0; i < w.count; i++) {
		if (instant_cmp(w.hosts[i].leased_until, w.now) > 0)
			w.hosts[i].announced = false;
	}
	w.now = at(1100);
	report_all(&w);
	for (size_t i = 0; i < w.count; i++)
		granted += w.hosts[i].announced && ask(&w, i);
	CHECK_INT(granted, 6);
}

/* DNSFilter: load moves to the next sites, which fail one after the other. */
TEST(a_cascade_stops_at_the_minimum)
{
	struct world w = world_of(5, 3);

	CHECK(ask(&w, 0));
	w.hosts[0].announced = false;
	w.now = at(1060);
	report_all(&w);
	CHECK(ask(&w, 1));
	w.hosts[1].announced = false;
	w.now = at(1120);
	report_all(&w);
	CHECK(!ask(&w, 2));
	CHECK(!ask(&w, 3));
}

/* Cloudflare: "all locations" are one, and that one is not there. Who is silent is not counted on.
 */
TEST(what_is_not_heard_of_does_not_stand)
{
	struct world w = world_of(3, 1);

	w.hosts[1].reported = at(900);
	w.hosts[2].reported = at(984.9);
	CHECK(!ask(&w, 0));
	w.hosts[2].reported = at(985);
	CHECK(ask(&w, 0));
}

/* A controller's clock was stepped back: what was reported then is of any age. */
TEST(a_report_from_the_future_does_not_stand)
{
	struct world w = world_of(2, 1);

	w.hosts[1].reported = at(2000);
	CHECK(!ask(&w, 0));
}

/* Google: no site announced any more; the first that returns is not let go again. */
TEST(what_has_withdrawn_does_not_stand)
{
	struct world w = world_of(3, 1);

	w.hosts[1].announced = false;
	w.hosts[2].announced = false;
	CHECK(!ask(&w, 0));
}

TEST(a_lease_ends)
{
	struct world w = world_of(3, 2);

	CHECK(ask(&w, 0));
	w.now = at(1029);
	report_all(&w);
	CHECK(!ask(&w, 1));
	/* it did not withdraw: it stands again */
	w.now = at(1030);
	report_all(&w);
	CHECK(ask(&w, 1));
}

TEST(a_lease_is_renewed_while_enough_stand)
{
	struct world w = world_of(3, 2);

	CHECK(ask(&w, 0));
	w.now = at(1020);
	report_all(&w);
	CHECK(ask(&w, 0));
	CHECK_INT(w.hosts[0].leased_until.ns, at(1050).ns);
	w.hosts[2].announced = false;
	CHECK(!ask(&w, 0));
}

TEST(another_host_of_the_site_holds_it_up)
{
	struct world w = world_of(2, 2);

	w.hosts[2] = (struct lease_report){ "a", "a2", true, at(999), at(0) };
	w.count = 3;
	CHECK(ask(&w, 0));
	/* then a2 is what site a stands on */
	CHECK(!ask(&w, 2));
	CHECK(!ask(&w, 1));
}

TEST(without_a_minimum_everybody_may_go)
{
	struct world w = world_of(1, 0);

	CHECK(ask(&w, 0));
}

TEST(a_stranger_is_granted_nothing)
{
	struct world w = world_of(3, 0);
	struct lease_answer a;

	w.question.host = "x1";
	a = lease_decide(&w.question, w.hosts, w.count, w.now);
	CHECK(!a.granted);
	CHECK_STR(a.why, "host x1 does not serve this address");
}

/* What was said before it counts for nothing until it is said again; nobody is told yes meanwhile.
 */
TEST(a_clock_that_is_set_makes_it_careful)
{
	struct world w = world_of(3, 1);

	CHECK(ask(&w, 0));
	w.now = at(1000 + 3600);
	CHECK(!ask(&w, 1));
	report_all(&w);
	CHECK(ask(&w, 1));
	w.now = at(100);
	CHECK(!ask(&w, 2));
	report_all(&w);
	/* the leases of before are in the future, and count: c is what is left */
	CHECK(!ask(&w, 2));
}
