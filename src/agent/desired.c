#include "agent/desired.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/without_const.h"

#define VERSION 1

/* A copy; NULL: it is no text. */
static char *
copy_text(const json_t *value)
{
	return json_is_string(value) ? xstrdup(json_string_value(value)) : NULL;
}

/* ---- as it is sent ---- */

static int
read_services(const json_t *list, json_t *ret, struct err *e)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		json_auto_t *copy = json_copy(without_const(one));

		if (name == NULL)
			return err_set(e, -EINVAL, "services/%zu has no name", i);
		if (json_object_get(ret, name) != NULL)
			return err_set(e, -EINVAL, "two services are called %s", name);
		(void)json_object_del(copy, "name");
		(void)json_object_set(ret, name, copy);
	}
	return 0;
}

static int
check_orders(const json_t *list, struct err *e)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		if (!json_is_string(json_object_get(one, "id")) ||
		    !json_is_string(json_object_get(one, "kind")) ||
		    !json_is_string(json_object_get(one, "service")))
			return err_set(
			    e, -EINVAL, "orders/%zu has no id, kind and service as texts", i);
	}
	return 0;
}

int
desired_read(const json_t *document, struct desired *ret, struct err *e)
{
	const char *host =
	    json_string_value(json_object_get(json_object_get(document, "host"), "id"));
	const json_t *revision = json_object_get(document, "revision");
	const json_t *services = json_object_get(document, "services");
	json_t *orders = json_object_get(document, "orders");
	json_auto_t *by_name = json_object();
	int r;

	if (host == NULL || !json_is_integer(revision) || !json_is_array(services) ||
	    !json_is_array(orders))
		return err_set(e, -EINVAL, "it has no host, revision, services and orders");
	r = read_services(services, by_name, e);
	if (r >= 0)
		r = check_orders(orders, e);
	if (r < 0)
		return r;
	*ret = (struct desired){ .host_id = xstrdup(host),
		.site = copy_text(json_object_get(json_object_get(document, "site"), "name")),
		.revision = json_integer_value(revision),
		.services = TAKE(by_name),
		.orders = json_incref(orders) };
	return 0;
}

/* ---- as it is kept ---- */

json_t *
desired_write(const struct desired *d)
{
	return json_pack("{s:i, s:s, s:s*, s:I, s:O, s:O, s:O?}", "version", VERSION, "host_id",
	    d->host_id, "site", d->site, "revision", (json_int_t)d->revision, "services",
	    d->services, "orders", d->orders, "in_force", d->in_force);
}

int
desired_read_kept(const char *text, size_t len, struct desired *ret, struct err *e)
{
	json_error_t bad;
	json_auto_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &bad);
	json_t *services = NULL, *orders = NULL, *in_force;
	const char *host;
	json_int_t revision;
	int version;

	if (o == NULL)
		return err_set(e, -EINVAL, "it is not JSON (line %d)", bad.line);
	if (json_unpack_ex(o, &bad, 0, "{s:i, s:s, s:I, s:o, s:o}", "version", &version, "host_id",
		&host, "revision", &revision, "services", &services, "orders", &orders) < 0)
		return err_set(e, -EINVAL, "%s", bad.text);
	in_force = json_object_get(o, "in_force");
	if (version != VERSION || !json_is_object(services) || check_orders(orders, e) < 0)
		return err_set(e, -EINVAL, "it is of another kind");
	*ret = (struct desired){ .host_id = xstrdup(host),
		.site = copy_text(json_object_get(o, "site")),
		.revision = revision,
		.services = json_incref(services),
		.orders = json_incref(orders),
		.in_force = json_is_object(in_force) ? json_incref(in_force) : NULL };
	return 0;
}

void
desired_done(struct desired *d)
{
	free(d->host_id);
	free(d->site);
	json_decref(d->services);
	json_decref(d->orders);
	json_decref(d->in_force);
	*d = (struct desired){ 0 };
}

struct desired
desired_take(struct desired *d)
{
	struct desired taken = *d;

	*d = (struct desired){ 0 };
	return taken;
}

/* ---- what it may ---- */

bool
desired_is_credible(const struct desired *before, const struct desired *now,
    const struct desired_loss *loss, struct strbuf *why)
{
	if (loss->lost == 0 || before->services == NULL)
		return true;
	if (strcmp(before->host_id, now->host_id) != 0)
		strbuf_addf(why,
		    "it is of another controller than what is announced, and would "
		    "withdraw %s",
		    loss->names);
	else if (now->revision < before->revision)
		strbuf_addf(why,
		    "the controller knows less than before (revision %lld behind %lld), and would "
		    "withdraw %s",
		    (long long)now->revision, (long long)before->revision, loss->names);
	else if (loss->lost > 1 && loss->kept == 0)
		strbuf_addf(
		    why, "nothing of what it has announced here would stay: %s", loss->names);
	else
		return true;
	return false;
}

const json_t *
desired_order(const struct desired *d, const char *kind, const char *service)
{
	const json_t *one;
	size_t i;

	json_array_foreach (d->orders, i, one) {
		if (strcmp(json_string_value(json_object_get(one, "kind")), kind) == 0 &&
		    strcmp(json_string_value(json_object_get(one, "service")), service) == 0)
			return one;
	}
	return NULL;
}
