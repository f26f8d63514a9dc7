#include "io/http_tls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "io/fd.h"
#include "io/http_tls_internal.h"
#include "io/loop.h"
#include "io/read_all.h"

#define FILE_MAX (1u << 20)
#define ID_MAX 64 /* bytes of a key's fingerprint */

struct dynamic_lib http_gnutls = { .name = "libgnutls.so.30", .user = "TLS" };

static int
read_file(const char *path, struct strbuf *ret, struct err *e)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(e, -errno, "%s", path);
	return read_all(fd, path, FILE_MAX, ret, e);
}

static gnutls_datum_t
datum_of(const struct strbuf *b)
{
	return (gnutls_datum_t){ (unsigned char *)b->text, (unsigned)b->len };
}

static void
format_date(time_t t, char *buf, size_t size)
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(buf, size, "an unknown date");
}

static int
check_dates(struct http_tls *t, gnutls_x509_crt_t crt, const char *path, struct err *e)
{
	time_t now = (time_t)(clock_wall_ns() / NS_PER_S);
	time_t from = GNUTLS(gnutls_x509_crt_get_activation_time)(crt);
	time_t to = GNUTLS(gnutls_x509_crt_get_expiration_time)(crt);
	char date[40], today[40];

	t->expires = to;
	format_date(now, today, sizeof(today));
	if (now >= to) {
		format_date(to, date, sizeof(date));
		return err_set(
		    e, -EKEYEXPIRED, "%s: expired at %s, and it is %s", path, date, today);
	}
	if (now < from) {
		format_date(from, date, sizeof(date));
		return err_set(e, -EKEYREJECTED, "%s: is not valid before %s, and it is %s", path,
		    date, today);
	}
	return 0;
}

static int
fail(struct err *e, const char *path, int code)
{
	return err_set(e, -EINVAL, "%s: %s", path, GNUTLS(gnutls_strerror)(code));
}

/* Takes the certificates over as the chain. */
static int
take_chain(
    struct http_tls *t, gnutls_x509_crt_t *crts, unsigned count, const char *path, struct err *e)
{
	for (unsigned i = 0; i < count; i++) {
		int r = GNUTLS(gnutls_pcert_import_x509)(&t->chain[i], crts[i], 0);

		if (r < 0)
			return fail(e, path, r);
		t->chain_count++;
	}
	return 0;
}

static int
import_chain(struct http_tls *t, const struct strbuf *text, const char *path, struct err *e)
{
	gnutls_x509_crt_t crts[HTTP_TLS_CHAIN_MAX];
	unsigned count = HTTP_TLS_CHAIN_MAX;
	gnutls_datum_t datum = datum_of(text);
	int r = GNUTLS(gnutls_x509_crt_list_import)(
	    crts, &count, &datum, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);

	if (r < 0)
		return fail(e, path, r);
	r = check_dates(t, crts[0], path, e);
	if (r >= 0)
		r = take_chain(t, crts, count, path, e);
	for (unsigned i = 0; i < count; i++)
		GNUTLS(gnutls_x509_crt_deinit)(crts[i]);
	return r;
}

static int
load_chain(struct http_tls *t, const char *path, struct err *e)
{
	struct strbuf text = { 0 };
	int r = read_file(path, &text, e);

	if (r >= 0)
		r = import_chain(t, &text, path, e);
	strbuf_done(&text);
	if (r < 0)
		(void)err_prefix(e, "certificate");
	return r;
}

static int
load_key(struct http_tls *t, const char *path, struct err *e)
{
	struct strbuf text = { 0 };
	gnutls_datum_t datum;
	int r = read_file(path, &text, e);

	if (r >= 0) {
		datum = datum_of(&text);
		r = GNUTLS(gnutls_privkey_init)(&t->key);
		if (r >= 0)
			r = GNUTLS(gnutls_privkey_import_x509_raw)(
			    t->key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0);
		if (r < 0)
			r = fail(e, path, r);
	}
	if (text.text != NULL)
		explicit_bzero(text.text, text.len);
	strbuf_done(&text);
	if (r < 0)
		(void)err_prefix(e, "key");
	return r;
}

static bool
id_of(gnutls_pubkey_t pubkey, unsigned char *id, size_t *len)
{
	return GNUTLS(gnutls_pubkey_get_key_id)(pubkey, GNUTLS_KEYID_USE_SHA256, id, len) >= 0;
}

/* Whether the key is the one of the first certificate. */
static bool
belong_together(const struct http_tls *t)
{
	unsigned char a[ID_MAX], b[ID_MAX];
	size_t a_len = sizeof(a), b_len = sizeof(b);
	gnutls_pubkey_t pubkey;
	bool same;

	if (GNUTLS(gnutls_pubkey_init)(&pubkey) < 0)
		return false;
	same = GNUTLS(gnutls_pubkey_import_privkey)(pubkey, t->key, 0, 0) >= 0 &&
	       id_of(pubkey, a, &a_len) && id_of(t->chain[0].pubkey, b, &b_len) && a_len == b_len &&
	       memcmp(a, b, a_len) == 0;
	GNUTLS(gnutls_pubkey_deinit)(pubkey);
	return same;
}

int
http_tls_load(
    const char *certificate_path, const char *key_path, struct http_tls **ret, struct err *e)
{
	struct http_tls *t;
	int r = dynamic_lib_load(&http_gnutls, e);

	if (r < 0)
		return r;
	t = xcalloc(1, sizeof(*t));
	t->refs = 1;
	r = load_chain(t, certificate_path, e);
	if (r >= 0)
		r = load_key(t, key_path, e);
	if (r >= 0 && !belong_together(t))
		r = err_set(e, -EINVAL, "key: %s: belongs to another certificate than %s", key_path,
		    certificate_path);
	if (r < 0) {
		http_tls_unref(t);
		return r;
	}
	*ret = t;
	return 0;
}

struct http_tls *
http_tls_ref(struct http_tls *t)
{
	t->refs++;
	return t;
}

void
http_tls_unref(struct http_tls *t)
{
	if (t == NULL || --t->refs > 0)
		return;
	for (unsigned i = 0; i < t->chain_count; i++)
		GNUTLS(gnutls_pcert_deinit)(&t->chain[i]);
	if (t->key != NULL)
		GNUTLS(gnutls_privkey_deinit)(t->key);
	free(t);
}

int64_t
http_tls_expires(const struct http_tls *t)
{
	return t->expires;
}
