#include "measure/probe_url.h"

#include <errno.h>

#include "tap.h"

static const char *
parse(const char *url)
{
	static const char *const kinds[] = { "http", "dns", "dns+tcp", "tcp", "identity" };
	static char text[1100];
	struct probe_url u;
	struct err e = { 0 };

	if (probe_url_parse(url, &u, &e) < 0)
		return strcpy(text, e.message);
	if (u.kind == PROBE_DNS || u.kind == PROBE_DNS_TCP)
		(void)snprintf(text, sizeof(text), "%s %s %u: %s type %u class %u", kinds[u.kind],
		    u.host, u.port, u.name, u.type, u.class);
	else
		(void)snprintf(
		    text, sizeof(text), "%s %s %u", kinds[u.kind], u.host, (unsigned)u.port);
	return text;
}

TEST(each_kind)
{
	CHECK_STR(parse("https://www.example/x?y"), "http  0");
	CHECK_STR(parse("dns://192.0.2.1/www.example.com"),
	    "dns 192.0.2.1 53: www.example.com type 1 class 1");
	CHECK_STR(parse("DNS://[2001:db8::1]:5353/example.com?type=soa"),
	    "dns 2001:db8::1 5353: example.com type 6 class 1");
	CHECK_STR(parse("dns+tcp://ns.example/example.com"),
	    "dns+tcp ns.example 53: example.com type 1 class 1");
	CHECK_STR(parse("dns://ns.example"), "dns ns.example 53: id.server type 16 class 3");
	CHECK_STR(parse("dns://ns.example/?type=NS"), "dns ns.example 53:  type 2 class 1");
	CHECK_STR(parse("tcp://192.0.2.1:443"), "tcp 192.0.2.1 443");
	CHECK_STR(parse("tcp://192.0.2.1:443/"), "tcp 192.0.2.1 443");
	CHECK_STR(parse("identity://[2001:db8::1]"), "identity 2001:db8::1 9179");
	CHECK_STR(parse("identity://203.0.113.10:9180"), "identity 203.0.113.10 9180");
}

TEST(what_is_wrong_is_said)
{
	CHECK_STR(parse("ftp://a/"),
	    "\"ftp://a/\": only http, https, dns, dns+tcp, tcp and identity can be probed");
	CHECK_STR(parse("tcp://a"), "\"tcp://a\": the port is missing (HOST:PORT)");
	CHECK_STR(parse("tcp://:80"), "\"tcp://:80\": there is no host");
	CHECK_STR(parse("tcp://[]:80"), "\"tcp://[]:80\": there is no host");
	CHECK_STR(parse("tcp://[::1"), "\"tcp://[::1\": the bracket is not closed");
	CHECK_STR(parse("tcp://a:0"),
	    "\"tcp://a:0\": \":0\" is no port; an IPv6 address stands in brackets");
	CHECK_STR(parse("tcp://a:65536"),
	    "\"tcp://a:65536\": \":65536\" is no port; an IPv6 address stands in brackets");
	CHECK_STR(parse("tcp://a:"),
	    "\"tcp://a:\": \":\" is no port; an IPv6 address stands in brackets");
	CHECK_STR(parse("tcp://2001:db8::1:80"),
	    "\"tcp://2001:db8::1:80\": \":db8::1:80\" is no port; an IPv6 address stands in "
	    "brackets");
	CHECK_STR(parse("tcp://[::1]80"),
	    "\"tcp://[::1]80\": \"80\" is no port; an IPv6 address stands in brackets");
	CHECK_STR(parse("tcp://a:80/x"), "\"tcp://a:80/x\": \"x\" is not understood");
	CHECK_STR(parse("dns://a/b?class=CH"),
	    "\"dns://a/b?class=CH\": \"?class=CH\" is not understood, only ?type=TYPE");
	CHECK_STR(parse("dns://a/b?type=CAT"),
	    "\"dns://a/b?type=CAT\": \"CAT\" is no type, as A, TXT or TYPE65 are");
	CHECK_STR(parse("dns://a/b..c"),
	    "\"dns://a/b..c\": \"b..c\" is not a name that can be asked for");
}
