#include "cli/catchment_lists.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

#define BLOCK_LEN_4 24
#define BLOCK_LEN_6 48

static int
read_all(const struct catchment_lists *l, struct hitlist *h, struct strbuf *report, uint64_t *bad,
    struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < l->excludes->count && r >= 0; i++)
		r = hitlist_exclude_file(h, l->excludes->items[i], report, bad, e);
	for (size_t i = 0; i < l->hitlists->count && r >= 0; i++)
		r = hitlist_read_file(h, l->hitlists->items[i], report, bad, e);
	for (size_t i = 0; l->prefixes[i] != NULL && r >= 0; i++) {
		_cleanup_(freep) char *label = xasprintf("prefix %zu of the command line", i + 1);

		r = hitlist_read_text(h, label, l->prefixes[i], report, bad, e);
	}
	return r;
}

int
catchment_lists_read(const struct catchment_lists *l, hitlist_took_fn took, void *userdata,
    uint64_t *ret_bad, struct hitlist **ret)
{
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	uint32_t usual = l->family == IP_V4 ? BLOCK_LEN_4 : BLOCK_LEN_6;
	struct hitlist_conf conf = { .family = l->family,
		.block_len = (uint8_t)(l->block > 0 ? l->block : usual),
		.allow_special = l->lab };
	struct err e = { 0 };
	struct hitlist *h;
	int r;

	if (conf.block_len >= ip_bits(l->family))
		return cli_usage_error("--block: a block of IPv4 has a length of 1 to 31");
	h = hitlist_new(&conf);
	hitlist_tell(h, took, userdata);
	*ret_bad = 0;
	r = read_all(l, h, &report, ret_bad, &e);
	(void)fputs(strbuf_get(&report), stderr);
	if (r >= 0 && *ret_bad > 0 && !l->skip_bad_lines)
		r = err_set(&e, -EINVAL,
		    "%" PRIu64 " bad line%s; nothing was sent (--skip-bad-lines leaves them out)",
		    *ret_bad, *ret_bad == 1 ? "" : "s");
	if (r < 0) {
		hitlist_free(h);
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	*ret = h;
	return EXIT_SUCCESS;
}
