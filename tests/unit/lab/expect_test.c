#include "lab/expect.h"

#include <stdlib.h>

#include "tap.h"

TEST(nothing_expected_is_not_held)
{
	struct expect_list l = { 0 };

	CHECK(!expect_all_held(&l));
	CHECK_INT(expect_broken(&l), 0);
	expect_list_done(&l);
}

TEST(one_broken_row_breaks_all)
{
	struct expect_list l = { 0 };

	expect_add(&l, "anycast", true, "edinburgh is answered by am6", "%s, %d of %d answers", "am6", 5, 5);
	CHECK(expect_all_held(&l));
	expect_add(&l, "anycast", false, "hongkong is answered by sg1", "nobody: %s", "timed out");
	CHECK(!expect_all_held(&l));
	CHECK_INT(expect_broken(&l), 1);

	json_t *j = expect_to_json(&l);
	char *text = json_dumps(j, JSON_COMPACT);

	CHECK_STR(text,
	    "[{\"step\":\"anycast\",\"expected\":\"edinburgh is answered by am6\","
	    "\"seen\":\"am6, 5 of 5 answers\",\"held\":true},"
	    "{\"step\":\"anycast\",\"expected\":\"hongkong is answered by sg1\","
	    "\"seen\":\"nobody: timed out\",\"held\":false}]");
	free(text);
	json_decref(j);
	expect_list_done(&l);
	CHECK_INT(l.count, 0);
}
