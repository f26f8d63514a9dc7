/* Who is believed about where a request comes from. */
#include "controller/source.h"

#include "base/attr.h"
#include "tap.h"

static struct prefix proxies[2];
static struct source_trust trust = { proxies, ARRAY_SIZE(proxies), SOURCE_X_FORWARDED_FOR };

/* The source of a request of that peer, with up to three fields "name", "value", ..., NULL. */
static const char *
source(const char *peer, const char *const *texts)
{
	static char text[IP_STR_MAX + 8];
	struct http_field items[3];
	struct http_fields fields = { items, 0 };
	struct source s;
	struct ip ip;

	(void)prefix_parse("192.0.2.0/24", &proxies[0]);
	(void)prefix_parse("2001:db8:1::/48", &proxies[1]);
	for (; texts[0] != NULL; texts += 2)
		items[fields.count++] = (struct http_field){ texts[0], texts[1] };
	(void)ip_parse(peer, &ip);
	s = source_find(&trust, ip, false, &fields);
	(void)ip_format(s.addr, text);
	if (s.is_tls)
		(void)strcat(text, " tls");
	return text;
}

#define SOURCE(peer, ...) source((peer), (const char *const[]){ __VA_ARGS__, NULL })
#define XFF "X-Forwarded-For"

TEST(nobody_is_believed_who_is_not_trusted)
{
	CHECK_STR(SOURCE("203.0.113.9", XFF, "198.51.100.1", "X-Forwarded-Proto", "https"),
	    "203.0.113.9");
	CHECK_STR(SOURCE("203.0.113.9", "Forwarded", "for=198.51.100.1"), "203.0.113.9");
}

TEST(a_proxy_says_who_asked_it)
{
	CHECK_STR(SOURCE("192.0.2.1", NULL), "192.0.2.1");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "198.51.100.1"), "198.51.100.1");
	CHECK_STR(SOURCE("192.0.2.1", "x-forwarded-for", "2001:db8::7"), "2001:db8::7");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "[2001:db8::7]:4711"), "2001:db8::7");
	CHECK_STR(SOURCE("192.0.2.1", XFF, " 198.51.100.1:80 ", "X-Forwarded-Proto", "https"),
	    "198.51.100.1 tls");
}

TEST(what_stands_before_counts_for_nothing)
{
	CHECK_STR(SOURCE("192.0.2.1", XFF, "127.0.0.1, 198.51.100.1"), "198.51.100.1");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "127.0.0.1", XFF, "198.51.100.1"), "198.51.100.1");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "127.0.0.1,198.51.100.1,192.0.2.2"), "198.51.100.1");
	CHECK_STR(
	    SOURCE("192.0.2.1", XFF, "127.0.0.1, 198.51.100.1", XFF, "2001:db8:1::5, 192.0.2.2"),
	    "198.51.100.1");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "198.51.100.1", "X-Forwarded-Proto", "https, http"),
	    "198.51.100.1");
	/* the client's own, in the header that the proxy does not write */
	CHECK_STR(
	    SOURCE("192.0.2.1", "Forwarded", "for=127.0.0.1", XFF, "198.51.100.1"), "198.51.100.1");
}

TEST(what_cannot_be_read_is_the_proxys_own)
{
	static const char *const texts[] = { "", ",", "unknown", "x, ", "198.51.100.1,",
		"300.1.1.1", "198.51.100.1 192.0.2.9", "[2001:db8::1", "[]", "]" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		CHECK_STR(SOURCE("192.0.2.1", XFF, texts[i]), "192.0.2.1");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "127.0.0.1, junk, 192.0.2.5"), "192.0.2.5");
}

TEST(only_proxies_leave_the_first_of_them)
{
	CHECK_STR(SOURCE("192.0.2.1", XFF, "192.0.2.3, 192.0.2.2"), "192.0.2.3");
}

TEST(the_header_of_rfc_7239)
{
	trust.header = SOURCE_FORWARDED;
	CHECK_STR(
	    SOURCE("192.0.2.1", "Forwarded", "for=198.51.100.1;proto=https"), "198.51.100.1 tls");
	CHECK_STR(
	    SOURCE("192.0.2.1", "Forwarded",
		"for=127.0.0.1, by=192.0.2.2; For=\"[2001:db8::7]:80\" , for=192.0.2.4;proto=http"),
	    "2001:db8::7");
	CHECK_STR(SOURCE("192.0.2.1", "Forwarded", "for=unknown"), "192.0.2.1");
	CHECK_STR(SOURCE("192.0.2.1", "Forwarded", "by=198.51.100.1"), "192.0.2.1");
	CHECK_STR(SOURCE("192.0.2.1", XFF, "198.51.100.1"), "192.0.2.1");
	trust.header = SOURCE_X_FORWARDED_FOR;
}
