/* TLS: what is refused when it is loaded, and a certificate that is changed under way. */
#include "http_certificate.h"
#include "http_fixture.h"

static const struct http_limits limits = { .clients = 32,
	.clients_per_address = 32,
	.header_bytes = 4u << 10,
	.idle = { 30 * NS_PER_S },
	.request = { 30 * NS_PER_S },
	.answer = { 30 * NS_PER_S },
	.life = { INT64_MAX } };

static void
begin(void)
{
	certificates_begin();
	certificate_make("one", -1, 90);
	certificate_make("two", -1, 90);
}

static void
check_refused(const char *certificate, const char *key, int code, const char *why)
{
	struct http_tls *tls = NULL;
	struct err e = { 0 };

	CHECK_INT(certificate_load(certificate, key, &tls, &e), code);
	if (strstr(e.message, why) == NULL)
		tap_fail(__FILE__, __LINE__, "%s: not said: %s", e.message, why);
}

TEST(what_is_refused)
{
	begin();
	certificate_make("old", -90, -1);
	certificate_make("early", 2, 90);
	certificate_write(
	    "junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 59);
	certificate_write("empty", "", 0);
	check_refused("none.pem", "one.key", -ENOENT, "none.pem: No such file or directory");
	check_refused("one.pem", "none.key", -ENOENT, "none.key: No such file or directory");
	check_refused(
	    "one.pem", "two.key", -EINVAL, "two.key: belongs to another certificate than ");
	check_refused("one.key", "one.key", -EINVAL, "certificate: ");
	check_refused("one.pem", "one.pem", -EINVAL, "key: ");
	check_refused("junk", "one.key", -EINVAL, "/junk: ");
	check_refused("empty", "one.key", -EINVAL, "/empty: ");
	check_refused("one.pem", "empty", -EINVAL, "/empty: ");
	check_refused("old.pem", "old.key", -EKEYEXPIRED, "old.pem: expired at 20");
	check_refused("early.pem", "early.key", -EKEYREJECTED, "early.pem: is not valid before 20");
	certificates_end();
}

static void
on_request(void *userdata, struct http_exchange *x)
{
	struct http_answer answer = { .status = 200, .content_type = "text/plain" };

	(void)userdata;
	CHECK(http_exchange_request(x)->is_tls);
	strbuf_add(&answer.text, "over TLS");
	http_exchange_answer(x, &answer);
}

static void
begin_server(struct http_tls *tls)
{
	struct http_server_conf conf = { .limits = &limits, .tls = tls };
	struct err e = { 0 };

	(void)endpoint_parse("127.0.0.1:0", &conf.listen);
	(void)sd_event_new(&loop);
	if (http_server_new(loop, &conf, on_request, NULL, &server, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	http_tls_unref(tls); /* the server has its own */
}

struct client {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	char shown[100]; /* the name of the certificate */
};

static bool
is_under_way(int r)
{
	return r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED;
}

static void
note_certificate(struct client *c)
{
	unsigned count = 0;
	const gnutls_datum_t *certs = GNUTLS(gnutls_certificate_get_peers)(c->session, &count);
	size_t len = sizeof(c->shown);
	gnutls_x509_crt_t crt;

	REQUIRE(count == 1);
	(void)GNUTLS(gnutls_x509_crt_init)(&crt);
	CHECK_INT(GNUTLS(gnutls_x509_crt_import)(crt, certs, GNUTLS_X509_FMT_DER), 0);
	CHECK_INT(GNUTLS(gnutls_x509_crt_get_dn)(crt, c->shown, &len), 0);
	GNUTLS(gnutls_x509_crt_deinit)(crt);
}

/* What the handshake ends with. */
static int
dial_tls(struct client *c, const char *priorities)
{
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	int r;

	*c = (struct client){ .fd = dial() };
	(void)fcntl(c->fd, F_SETFL, O_NONBLOCK);
	(void)GNUTLS(gnutls_init)(&c->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
	CHECK_INT(GNUTLS(gnutls_priority_set_direct)(c->session, priorities, NULL), 0);
	(void)GNUTLS(gnutls_certificate_allocate_credentials)(&c->credentials);
	(void)GNUTLS(gnutls_credentials_set)(c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
	GNUTLS(gnutls_transport_set_int2)(c->session, c->fd, c->fd);
	do {
		(void)sd_event_run(loop, 2000);
		r = GNUTLS(gnutls_handshake)(c->session);
	} while (is_under_way(r) && !instant_reached(until, clock_now()));
	if (r >= 0)
		note_certificate(c);
	return r;
}

static void
ask_tls(struct client *c)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	struct instant until = instant_add(clock_now(), WAIT_LIMIT);
	char text[2000];
	size_t len = 0;

	CHECK_INT(GNUTLS(gnutls_record_send)(c->session, request, sizeof(request) - 1),
	    sizeof(request) - 1);
	do {
		ssize_t n;

		(void)sd_event_run(loop, 2000);
		n = GNUTLS(gnutls_record_recv)(c->session, text + len, sizeof(text) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
		text[len] = '\0';
	} while (strstr(text, "over TLS") == NULL && !instant_reached(until, clock_now()));
	CHECK_INT(status_of(text), 200);
}

static void
hang_up(struct client *c)
{
	GNUTLS(gnutls_deinit)(c->session);
	GNUTLS(gnutls_certificate_free_credentials)(c->credentials);
	(void)close(c->fd);
}

TEST(a_certificate_is_changed_under_way)
{
	struct client before, after;
	struct http_tls *two;

	begin();
	begin_server(certificate_loaded("one"));
	CHECK_INT(dial_tls(&before, "NORMAL"), 0);
	CHECK_STR(before.shown, "CN=one");
	ask_tls(&before);
	two = certificate_loaded("two");
	CHECK(http_tls_expires(two) > time(NULL) + 89 * DAY);
	http_server_set_tls(server, two);
	http_tls_unref(two);
	CHECK_INT(dial_tls(&after, "NORMAL"), 0);
	CHECK_STR(after.shown, "CN=two");
	ask_tls(&after);
	ask_tls(&before); /* stands */
	hang_up(&before);
	hang_up(&after);
	end_server();
	certificates_end();
}

TEST(versions)
{
	struct client c;

	begin();
	begin_server(certificate_loaded("one"));
	CHECK_INT(dial_tls(&c, "NORMAL:-VERS-ALL:+VERS-TLS1.3"), 0);
	hang_up(&c);
	CHECK_INT(dial_tls(&c, "NORMAL:-VERS-ALL:+VERS-TLS1.2"), 0);
	ask_tls(&c);
	hang_up(&c);
	CHECK(dial_tls(&c, "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0") != 0);
	hang_up(&c);
	end_server();
	certificates_end();
}

TEST(clients_that_speak_no_tls)
{
	char text[2000];

	begin();
	begin_server(certificate_loaded("one"));
	(void)ask("GET /" CLOSE, text, sizeof(text));
	CHECK_INT(status_of(text), 0);
	end_server();
	certificates_end();
}
