#include "base/list.h"

#include "tap.h"

struct item {
	int n;
	struct list link;
};

TEST(keeps_order_and_survives_removal)
{
	struct item items[4] = { { .n = 1 }, { .n = 2 }, { .n = 3 }, { .n = 4 } };
	struct list head;
	int sum = 0;

	list_init(&head);
	CHECK(list_is_empty(&head));
	for (int i = 0; i < 4; i++)
		list_append(&head, &items[i].link);
	list_for_each_safe(it, &head, struct item, link) {
		if (it->n % 2)
			list_remove(&it->link);
	}
	list_for_each(it, &head, struct item, link)
		sum = sum * 10 + it->n;
	CHECK_INT(sum, 24);
	list_remove(&items[0].link); /* twice is harmless */
}
