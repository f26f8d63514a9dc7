#include "measure/relations.h"

#include <stdlib.h>

#include "tap.h"

static struct relations *
load(const char *text)
{
	struct strbuf report = { 0 };
	struct relations *r = NULL;
	struct err e = { 0 };

	if (relations_load_text("relations", text, &r, &report, &e) < 0)
		printf("# %s\n%s", e.message, strbuf_get(&report));
	strbuf_done(&report);
	return r;
}

TEST(each_pair_is_known_from_both_sides)
{
	struct relations *r = load(
	    "# provider|customer|-1\n64496|64500|-1|bgp\n64496|64497|0\n\n64497|64500|-1 # both\n");
	size_t count;

	REQUIRE(r != NULL);
	CHECK_INT(relations_between(r, 64496, 64500), RELATION_CUSTOMER);
	CHECK_INT(relations_between(r, 64500, 64496), RELATION_PROVIDER);
	CHECK_INT(relations_between(r, 64497, 64496), RELATION_PEER);
	CHECK_INT(relations_between(r, 64500, 64501), RELATION_NONE);
	CHECK_INT(relations_between(NULL, 64500, 64496), RELATION_NONE);
	CHECK(relations_of(r, 64500, &count) != NULL);
	CHECK_INT(count, 2);
	CHECK(relations_of(r, 64502, &count) == NULL);
	relations_free(r);
}

static void
refused(const char *text, const char *want, const char *sentence)
{
	struct strbuf report = { 0 };
	struct relations *r = NULL;
	struct err e = { 0 };

	CHECK(relations_load_text("relations", text, &r, &report, &e) < 0);
	CHECK_STR(strbuf_get(&report), want);
	CHECK_STR(e.message, sentence);
	strbuf_done(&report);
}

TEST(what_is_wrong_is_shown_with_its_place)
{
	refused("64496|x|-1\n",
	    "relations:1:7: expected the number of an AS\n"
	    "    1 | 64496|x|-1\n"
	    "      |       ^\n",
	    "relations: 1 bad line");
	refused("64496|64497|2\n",
	    "relations:1:13: expected -1 (the first is the provider of the second) or 0 (they are "
	    "peers)\n"
	    "    1 | 64496|64497|2\n"
	    "      |             ^\n",
	    "relations: 1 bad line");
	refused("64496|64496|0\n",
	    "relations:1:7: this is the same network\n"
	    "    1 | 64496|64496|0\n"
	    "      |       ^~~~~\n",
	    "relations: 1 bad line");
	refused("64496|64497|0\n64497|64496|-1\n", "",
	    "relations: AS64496 and AS64497 are there twice");
}

/* Two carriers that peer; an eyeball on each, and one that peers with the second. The site buys of
 * both. */
static const char carriers[] = "1|2|0\n"
			       "1|10|-1\n1|11|-1\n2|12|-1\n2|11|0\n"
			       "1|20|-1\n2|20|-1\n"
			       "2|30|-1\n30|31|-1\n";

static void
way(const char *text, uint32_t goal, uint32_t from, uint32_t over, const char *want)
{
	struct relations *r = load(text);
	struct relation_ways *w = relation_ways_new(r, &goal, 1);
	uint32_t path[RELATION_PATH_MAX];
	size_t count = relation_way_over(w, from, over, path);
	struct strbuf said = { 0 };

	for (size_t i = 0; i < count; i++)
		strbuf_addf(&said, "%s%" PRIu32, i ? " " : "", path[i]);
	CHECK_STR(strbuf_get(&said), want);
	strbuf_done(&said);
	relation_ways_free(w);
	relations_free(r);
}

TEST(ways_are_valley_free_and_short)
{
	way(carriers, 20, 10, 1, "10 1 20");
	way(carriers, 20, 11, 1, "11 1 20");
	way(carriers, 20, 11, 2, "11 2 20");
	way(carriers, 20, 12, 2, "12 2 20");
	way(carriers, 31, 10, 1, "10 1 2 30 31");
	/* a peer tells of its customers only, a customer of its own */
	way(carriers, 10, 11, 2, "");
	way(carriers, 10, 2, 11, "");
	/* back over the one who asks is no way */
	way(carriers, 10, 1, 2, "");
	/* no neighbor, and nobody */
	way(carriers, 20, 10, 2, "");
	way(carriers, 99, 10, 1, "");
}
