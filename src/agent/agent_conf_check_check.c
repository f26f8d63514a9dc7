/* What the table of keys cannot say about a check. */
#include <string.h>

#include "agent/agent_conf.h"
#include "io/curl_lib.h"
#include "proto/check/match.h"

void
agent_conf_refuse_tls_keys(struct conf *c, const struct check_spec *s, const char *why)
{
	const void *const wrong[] = {
		s->tls_name ? &s->tls_name : NULL,
		s->tls_ca_file ? &s->tls_ca_file : NULL,
		s->tls_insecure ? &s->tls_insecure : NULL,
		s->tls_days_left ? &s->tls_days_left : NULL,
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (wrong[i] != NULL)
			conf_error_at(c, wrong[i], "%s", why);
	}
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, ascii_is_upper(c) ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "0a 0b", with or without blanks. */
static void
check_send_hex(struct conf *c, struct check_spec *s)
{
	uint8_t *bytes = arena_alloc(conf_arena(c), strlen(s->send_hex) / 2);
	size_t n = 0;

	for (const char *p = s->send_hex; *p; p++) {
		int high = hex_digit(*p), low;

		if (*p == ' ')
			continue;
		low = high < 0 ? -1 : hex_digit(*++p);
		if (low < 0) {
			conf_error_at(c, &s->send_hex,
			    "not hexadecimal; expected pairs of digits such as \"0d0a\"");
			return;
		}
		bytes[n++] = (uint8_t)(high << 4 | low);
	}
	s->send_bytes = bytes;
	s->send_len = n;
}

static void
check_send(struct conf *c, struct check_spec *s)
{
	if (s->send != NULL && s->send_hex != NULL)
		conf_error_at(c, &s->send_hex, "send is given too; expected one of them");
	else if (s->send_hex != NULL)
		check_send_hex(c, s);
	else if (s->send != NULL) {
		s->send_bytes = (const uint8_t *)s->send;
		s->send_len = strlen(s->send);
	}
}

static void
check_match(struct conf *c, struct check_spec *s)
{
	struct match m = { 0 };
	struct err e = { 0 };

	if (match_init(&m, s->expect_text, s->expect_regex, &e) < 0)
		conf_error_at(c, &s->expect_regex, "%s", e.message);
	match_done(&m);
}

static void
check_tls_files(struct conf *c, struct check_spec *s)
{
	if (s->tls_ca_file == NULL)
		return;
	if (s->tls_ca_file[0] != '/')
		conf_error_at(c, &s->tls_ca_file, "expected an absolute path");
	else if (s->tls_insecure)
		conf_error_at(c, &s->tls_ca_file, "nothing is verified with tls-insecure");
}

static void
check_dns(struct conf *c, struct check_spec *s)
{
	uint8_t query[DNS_QUERY_MAX];
	size_t len;

	if (s->port == 0)
		s->port = s->transport == CHECK_DNS_TLS ? 853 : 53;
	s->question.answers = s->expect_answer.items;
	s->question.answer_count = s->expect_answer.count;
	if (dns_query(&s->question, 0, query, &len, NULL) < 0)
		conf_error_at(c, &s->question.name, "not a name that DNS can be asked for");
	if (s->transport != CHECK_DNS_TLS)
		agent_conf_refuse_tls_keys(c, s, "there is no TLS without transport: tls");
	if (s->expect_answer.count > 0 && s->question.rcode != 0)
		conf_error_at(c, &s->expect_answer, "an answer with RCODE %s has no records",
		    dns_rcode_names[s->question.rcode]);
}

static void
check_grpc(struct conf *c, struct check_spec *s)
{
	if (s->grpc_service == NULL)
		s->grpc_service = "";
	if (!s->grpc_tls)
		agent_conf_refuse_tls_keys(c, s, "there is no TLS without grpc-tls: true");
}

static void
check_exec(struct conf *c, struct agent_check *check)
{
	const char **command = check->spec.command.items;

	check->each_address = false;
	for (size_t i = 0; i < check->spec.command.count; i++) {
		if (strstr(command[i], "{address}") != NULL)
			check->each_address = true;
	}
	if (command[0][0] != '/')
		conf_error_at(c, &command[0], "expected an absolute path: there is no shell");
}

static void
check_file(struct conf *c, struct agent_check *check)
{
	check->each_address = false;
	if (check->spec.path[0] != '/')
		conf_error_at(c, &check->spec.path, "expected an absolute path");
}

/* What is made with libcurl can not run without it. */
static void
need_libcurl(struct conf *c, struct agent_check *check)
{
	struct err e = { 0 };

	if (curl_lib_load(&e) < 0)
		conf_error_at(c, check, "%s", e.message);
}

static void
need_port(struct conf *c, struct agent_check *check)
{
	if (check->spec.port == 0)
		conf_error_at(c, &check->spec.kind, "a %s check needs a port",
		    check_kind_names[check->spec.kind]);
}

void
agent_conf_check_check(struct conf *c, void *object)
{
	struct agent_check *check = object;
	struct check_spec *s = &check->spec;

	check->each_address = s->target.family == IP_NONE;
	check->asked = s->target;
	switch ((enum check_kind_id)s->kind) {
	case CHECK_HTTP:
		agent_conf_check_http(c, check);
		break;
	case CHECK_UDP:
		if (s->send == NULL && s->send_hex == NULL)
			conf_error_at(c, &s->kind, "a udp check needs send or send-hex");
		need_port(c, check);
		break;
	case CHECK_TCP:
		need_port(c, check);
		break;
	case CHECK_TLS:
		s->port = s->port ? s->port : 443;
		need_libcurl(c, check);
		break;
	case CHECK_DNS:
		check_dns(c, s);
		if (s->transport == CHECK_DNS_TLS)
			need_libcurl(c, check);
		break;
	case CHECK_GRPC:
		need_port(c, check);
		need_libcurl(c, check);
		check_grpc(c, s);
		break;
	case CHECK_EXEC:
		check_exec(c, check);
		break;
	case CHECK_FILE:
		check_file(c, check);
		break;
	case CHECK_ICMP:
		break;
	}
	check_match(c, s);
	check_send(c, s);
	check_tls_files(c, s);
}

/* A check that names a Global IP or the loopback asks this host, as one that names nothing does. */
void
agent_conf_mark_own_checks(struct agent_service *s)
{
	struct agent_check *checks = s->checks.items;

	for (size_t i = 0; i < s->checks.count; i++) {
		const struct ip *asked = &checks[i].asked;

		checks[i].own_host = checks[i].each_address || ip_is_loopback(*asked);
		for (size_t a = 0; a < s->address_count; a++)
			checks[i].own_host |= ip_equal(*asked, s->addresses[a]);
	}
}
