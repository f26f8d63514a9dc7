#include "agent/catch_task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/without_const.h"
#include "proto/catch/pace.h"

void
catch_task_done(struct catch_task *t)
{
	free(t->site);
	free(t->text);
	free(t->targets);
	free(t->excluded);
	explicit_bzero(&t->key, sizeof(t->key));
	*t = (struct catch_task){ 0 };
}

static const char *
text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int
read_number(const json_t *o, const char *key, json_int_t min, json_int_t max, json_int_t *ret,
    struct err *e)
{
	const json_t *value = json_object_get(o, key);

	*ret = json_integer_value(value);
	if (json_is_integer(value) && *ret >= min && *ret <= max)
		return 0;
	return err_set(e, -EINVAL, "%s: expected a number from %lld to %lld", key, (long long)min,
	    (long long)max);
}

static int
read_numbers(const json_t *o, struct catch_task *t, struct err *e)
{
	json_int_t run, seed, rounds, pps, block, wait, port;
	unsigned bits = ip_bits(t->address.family);
	int r = read_number(o, "run", 0, UINT32_MAX, &run, e);

	if (r >= 0)
		r = read_number(o, "seed", 0, UINT32_MAX, &seed, e);
	if (r >= 0)
		r = read_number(o, "rounds", 1, 1000, &rounds, e);
	if (r >= 0)
		r = read_number(o, "pps", 1, CATCH_PPS_MAX, &pps, e);
	if (r >= 0)
		r = read_number(o, "block_length", 1, bits - 1, &block, e);
	if (r >= 0)
		r = read_number(o, "wait_seconds", 1, 3600, &wait, e);
	if (r >= 0)
		r = read_number(o, "port", 1, 65535, &port, e);
	if (r < 0)
		return r;
	t->run = (uint32_t)run;
	t->seed = (uint32_t)seed;
	t->rounds = (uint32_t)rounds;
	t->pps = (uint32_t)pps;
	t->block_length = (uint8_t)block;
	t->wait = DURATION_S(wait);
	t->port = (uint16_t)port;
	return 0;
}

static void
read_key(json_t *o, struct catch_task *t)
{
	const char *secret = text_of(o, "secret");

	catch_key_init(&t->key, secret, strlen(secret));
	explicit_bzero(without_const(secret), strlen(secret));
}

static char *
copy_or_null(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

int
catch_task_read(json_t *o, struct catch_task *ret, struct err *e)
{
	const char *address = text_of(o, "address"), *method = text_of(o, "method");
	const char *secret = text_of(o, "secret"), *site = text_of(o, "site");
	const char *contact = text_of(o, "contact"), *suffix = text_of(o, "dns_suffix");
	struct catch_task t = { .lab = json_is_true(json_object_get(o, "lab")),
		.sends = json_is_true(json_object_get(o, "sends")),
		.measures = json_is_true(json_object_get(o, "measures")) };
	bool is_dns = method != NULL && strcmp(method, "dns") == 0;
	int r;

	if (address == NULL || ip_parse(address, &t.address) < 0)
		return err_set(e, -EINVAL, "address: expected an IP address");
	if (secret == NULL || strlen(secret) < CATCH_SECRET_MIN)
		return err_set(e, -EINVAL, "secret: expected one");
	if (site == NULL || contact == NULL || suffix == NULL)
		return err_set(e, -EINVAL, "expected a site, a contact and a dns_suffix");
	if (!is_dns && (method == NULL || strcmp(method, "icmp") != 0))
		return err_set(e, -EINVAL, "method: expected icmp or dns");
	if (is_dns && !catch_is_dns_suffix(suffix))
		return err_set(e, -EINVAL, "dns_suffix: is no name");
	r = read_numbers(o, &t, e);
	if (r < 0)
		return r;
	read_key(o, &t);
	t.method = is_dns ? CATCH_DNS : CATCH_ICMP;
	t.site = xstrdup(site);
	t.text = is_dns ? xstrdup(suffix)
			: xasprintf("anycast measurement (nearcast catchment)%s%s",
			      *contact != '\0' ? ": " : "", contact);
	t.targets = copy_or_null(text_of(o, "targets"));
	t.excluded = copy_or_null(text_of(o, "excluded"));
	*ret = t;
	return 0;
}

struct hitlist *
catch_task_list(const struct catch_task *t, uint64_t *targets, struct err *e)
{
	const struct hitlist_conf conf = {
		.family = t->address.family, .block_len = t->block_length, .allow_special = t->lab
	};
	_cleanup_(strbuf_done) struct strbuf report = { 0 };
	struct hitlist *list = hitlist_new(&conf);
	struct hitlist_counts counts = { 0 };
	uint64_t bad = 0;
	int r = hitlist_exclude_text(
	    list, "excluded", t->excluded != NULL ? t->excluded : "", &report, &bad, e);

	if (r >= 0)
		r = hitlist_read_text(
		    list, "targets", t->targets != NULL ? t->targets : "", &report, &bad, e);
	if (r >= 0)
		r = hitlist_finish(list, &counts, e);
	if (r >= 0 && bad > 0)
		r = err_set(e, -EINVAL, "the controller's list has lines that are none");
	if (r >= 0 && counts.targets * t->rounds > CATCH_SEQUENCES_MAX)
		r = err_set(e, -E2BIG, "the controller's list is too long");
	*targets = counts.targets;
	if (r >= 0)
		return list;
	hitlist_free(list);
	return NULL;
}
