/* A controller's services beside those of the file, and which documents are believed. */
#include "agent/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/desired.h"
#include "base/alloc.h"
#include "tap.h"

#define HEAD                                                                                       \
	"site: am6\nrouter-id: 192.0.2.1\n"                                                        \
	"neighbors:\n  r1: {address: 192.0.2.254, peer-as: 64500, local-as: 64496, "               \
	"local-address: 192.0.2.1}\n"
#define OWN "services:\n  own: {global-ips: [203.0.113.1/32], listen: [tcp/80]}\n"
#define NONE HEAD "services: {}\n"

#define SHOP "\"shop\": {\"global-ips\": [\"198.51.100.8/31\"], \"listen\": [\"tcp/80\"]}"
#define DNS "\"dns\": {\"global-ips\": [\"198.51.100.1/32\"], \"listen\": [\"udp/53\"]}"

/* What comes of it: the names in it, then the problems. */
static char *
merge(const char *file, const char *wanted, const char *before)
{
	json_auto_t *w = json_loads(wanted, 0, NULL);
	json_auto_t *b = before != NULL ? json_loads(before, 0, NULL) : NULL;
	_cleanup_(strbuf_done) struct strbuf problems = { 0 }, errors = { 0 };
	struct strbuf out = { 0 };
	_cleanup_(conf_freep) struct conf *own = NULL;
	struct merged m;
	const struct agent_conf *conf;
	const struct agent_service *services;

	CHECK(w != NULL);
	if (conf_load_text("n.yaml", file, strlen(file), &agent_conf_schema, &own, &errors) < 0 ||
	    merge_configuration(own, w, b, &m, &problems, &errors) < 0) {
		strbuf_addf(&out, "refused: %s", strbuf_get(&errors));
		return strbuf_take(&out);
	}
	conf = conf_root(m.loaded);
	services = conf->services.items;
	for (size_t i = 0; i < conf->services.count; i++)
		strbuf_addf(&out, "%s%s%s", i > 0 ? " " : "", services[i].name,
		    services[i].is_foreign ? "*" : "");
	if (problems.len > 0)
		strbuf_addf(&out, ": %s", strbuf_get(&problems));
	CHECK_STR(conf_text(m.loaded), file);
	merged_done(&m);
	return strbuf_take(&out);
}

#define CHECK_MERGE(file, wanted, before, want)                                                    \
	do {                                                                                       \
		_cleanup_(freep) char *got = merge(file, wanted, before);                          \
		CHECK_STR(got, want);                                                              \
	} while (0)

TEST(both_are_one_configuration)
{
	CHECK_MERGE(HEAD OWN, "{" SHOP ", " DNS "}", NULL, "own shop* dns*");
	CHECK_MERGE(NONE, "{" SHOP "}", NULL, "shop*");
	CHECK_MERGE(NONE, "{}", NULL, "");
	CHECK_MERGE(HEAD OWN, "{}", NULL, "own");
}

TEST(the_file_wins)
{
	CHECK_MERGE(HEAD OWN,
	    "{\"own\": {\"global-ips\": [\"198.51.100.1/32\"], \"listen\": [\"tcp/80\"]}, " SHOP
	    "}",
	    NULL, "own shop*: service own: this host's own file has a service of this name");
	CHECK_MERGE(HEAD OWN,
	    "{\"x\": {\"global-ips\": [\"203.0.113.0/30\"], \"listen\": [\"tcp/80\"]}, " SHOP "}",
	    NULL, "own shop*: service x: 203.0.113.0/30 is of service own in this host's own file");
}

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	REQUIRE(f != NULL);
	CHECK(fputs(text, f) >= 0);
	CHECK_INT(fclose(f), 0);
}

/* What was loaded last is in force: the files that it names wait for a reload, like itself. */
TEST(secrets_are_those_of_the_last_reload)
{
	char folder[] = "/tmp/merge-XXXXXX";
	_cleanup_(freep) char *path = NULL, *file = NULL;
	_cleanup_(conf_freep) struct conf *own = NULL;
	_cleanup_(strbuf_done) struct strbuf problems = { 0 }, errors = { 0 };
	json_auto_t *wanted = json_loads("{" SHOP "}", 0, NULL);

	REQUIRE(mkdtemp(folder) != NULL);
	path = xasprintf("%s/password", folder);
	file = xasprintf("site: am6\nrouter-id: 192.0.2.1\nneighbors:\n  r1: {address: "
			 "192.0.2.254, peer-as: 64500, local-as: 64496, local-address: "
			 "192.0.2.1, password-file: %s}\nservices: {}\n",
	    path);
	write_text(path, "first\n");
	REQUIRE(
	    conf_load_text("n.yaml", file, strlen(file), &agent_conf_schema, &own, &errors) >= 0);
	write_text(path, "second\n");
	/* twice: also from what came of a document before; then the file is gone */
	for (int i = 0; i < 3; i++) {
		struct merged m;
		const struct agent_neighbor *neighbors;

		REQUIRE(merge_configuration(own, wanted, NULL, &m, &problems, &errors) >= 0);
		neighbors = ((const struct agent_conf *)conf_root(m.loaded))->neighbors.items;
		CHECK_STR(neighbors[0].md5_password, "first");
		CHECK_STR(strbuf_get(&problems), "");
		conf_free(own);
		own = TAKE(m.loaded);
		merged_done(&m);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

TEST(what_cannot_be_goes_on_as_before)
{
	static const char bad[] = "{\"shop\": {\"global-ips\": [\"198.51.100.8/31\"], "
				  "\"listen\": [\"tcp/80\"], \"new-key\": 1}, " DNS "}";
	static const char six[] =
	    "{\"v6\": {\"global-ips\": [\"2001:db8::1/128\"], \"listen\": [\"tcp/80\"]}, " DNS "}";
	_cleanup_(freep) char *first = merge(NONE, bad, "{" SHOP "}");
	_cleanup_(freep) char *second = merge(NONE, bad, NULL);

	CHECK(str_starts_with(first, "shop* dns*: service shop: ") && strstr(first, "new-key"));
	CHECK(str_starts_with(second, "dns*: service shop: "));
	CHECK_MERGE(NONE, six, NULL, "dns*: service v6: no neighbor takes family ipv6");
	CHECK_MERGE(NONE, "{\"shop\": 7, " DNS "}", NULL, "dns*: service shop: it is no object");
}

TEST(what_only_the_host_may_say)
{
	static const struct {
		const char *key, *why;
	} rows[] = {
		{ "\"drain-file\": \"/etc/x\"", "drain-file: only a host's own file may say this" },
		{ "\"checks\": {\"c\": {\"type\": \"exec\", \"command\": [\"/bin/sh\"]}}",
		    "check c: type: only a host's own file may have such a check" },
		{ "\"checks\": {\"c\": {\"type\": \"file\", \"path\": \"/x\"}}",
		    "check c: type: only a host's own file may have such a check" },
		{ "\"checks\": {\"c\": {\"type\": \"http\", \"headers-file\": \"/etc/shadow\"}}",
		    "check c: headers-file: only a host's own file may say this" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(freep) char *wanted =
		    xasprintf("{\"x\": {\"global-ips\": [\"198.51.100.4/32\"], "
			      "\"listen\": [\"tcp/80\"], %s}, " DNS "}",
			rows[i].key);
		_cleanup_(freep) char *want = xasprintf("dns*: service x: %s", rows[i].why);

		CHECK_MERGE(NONE, wanted, NULL, want);
	}
}

TEST(what_this_host_accepts)
{
	CHECK_MERGE(NONE "controller: {accept: 198.51.100.8/29}\n", "{" SHOP ", " DNS "}", NULL,
	    "shop*: service dns: 198.51.100.1/32 is not in what this host accepts of a "
	    "controller");
}

/* ---- documents ---- */

static int
read_text(const char *text, struct desired *ret)
{
	json_auto_t *o = json_loads(text, 0, NULL);
	struct err e = { 0 };
	int r = desired_read(o, ret, &e);

	CHECK(r == 0 || e.message[0] != '\0');
	return r;
}

TEST(documents)
{
	static const char text[] =
	    "{\"revision\": 18, \"host\": {\"id\": \"hst_1\", \"name\": \"a\"}, "
	    "\"site\": {\"name\": \"am7\"}, \"services\": "
	    "[{\"name\": \"shop\", \"listen\": []}], \"orders\": [{\"id\": \"ord_1\", \"kind\": "
	    "\"drain\", \"service\": \"shop\"}]}";
	static const char *const none[] = { "{}", "[]", "{\"revision\": 1}",
		("{\"revision\": \"1\", \"host\": {\"id\": \"h\"}, \"services\": [], \"orders\": "
		 "[]}"),
		"{\"revision\": 1, \"host\": {\"id\": \"h\"}, \"services\": {}, \"orders\": []}",
		"{\"revision\": 1, \"host\": {\"id\": \"h\"}, \"services\": [{}], \"orders\": []}",
		"{\"revision\": 1, \"host\": {\"id\": \"h\"}, \"services\": [], \"orders\": [7]}" };
	struct desired d, kept;
	struct err e = { 0 };
	json_auto_t *o = NULL;
	_cleanup_(freep) char *written = NULL;

	REQUIRE(read_text(text, &d) == 0);
	CHECK_INT(d.revision, 18);
	CHECK(json_object_get(json_object_get(d.services, "shop"), "listen") != NULL);
	CHECK(json_object_get(json_object_get(d.services, "shop"), "name") == NULL);
	CHECK(desired_order(&d, "drain", "shop") != NULL);
	CHECK(desired_order(&d, "hold", "shop") == NULL && desired_order(&d, "drain", "x") == NULL);
	o = desired_write(&d);
	written = json_dumps(o, 0);
	CHECK_INT(desired_read_kept(written, strlen(written), &kept, &e), 0);
	CHECK(json_equal(kept.services, d.services) && json_equal(kept.orders, d.orders));
	CHECK_STR(kept.host_id, "hst_1");
	CHECK_STR(kept.site, "am7");
	CHECK(kept.in_force == NULL);
	desired_done(&kept);
	desired_done(&d);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		CHECK_INT(read_text(none[i], &d), -EINVAL);
}

TEST(which_documents_are_believed)
{
	static const struct {
		const char *host;
		int64_t revision;
		size_t kept, lost;
		const char *why; /* a part of it; NULL: it is believed */
	} rows[] = {
		{ "h", 19, 0, 0, NULL },
		{ "h", 19, 0, 1, NULL }, /* the last service of a host may be removed */
		{ "h", 19, 1, 3, NULL },
		{ "h", 19, 0, 2, "nothing of what it has announced here would stay: a, b" },
		{ "h", 17, 0, 0, NULL },
		{ "h", 17, 5, 1, "knows less than before (revision 17 behind 18)" },
		{ "other", 99, 5, 1, "of another controller" },
		{ "other", 99, 0, 0, NULL },
	};
	struct desired before = {
		.host_id = xstrdup("h"), .revision = 18, .services = json_object()
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct desired now = { .host_id = xstrdup(rows[i].host),
			.revision = rows[i].revision };
		struct desired_loss loss = { rows[i].kept, rows[i].lost, "a, b" };
		_cleanup_(strbuf_done) struct strbuf why = { 0 };

		CHECK_INT(desired_is_credible(&before, &now, &loss, &why), rows[i].why == NULL);
		CHECK(rows[i].why == NULL || strstr(strbuf_get(&why), rows[i].why) != NULL);
		desired_done(&now);
	}
	desired_done(&before);
}
