/* Keys and certificates of a moment, made by GnuTLS in a folder of their own. */
#pragma once

#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/http_tls_internal.h"
#include "tap.h"

#define DAY (24 * 60 * 60)

static char certificate_folder[] = "/tmp/nearcast-tls-XXXXXX";

static inline void
certificate_write(const char *name, const char *text, size_t len)
{
	char path[100];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", certificate_folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK_INT(write(fd, text, len), len);
	(void)close(fd);
}

/* A key and a certificate signed with it, as NAME.key and NAME.pem; days from now. */
static inline void
certificate_make(const char *name, int from, int to)
{
	unsigned char bytes[10000];
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	char file[50];
	size_t len;

	CHECK_INT(GNUTLS(gnutls_x509_privkey_init)(&key), 0);
	CHECK_INT(GNUTLS(gnutls_x509_privkey_generate)(
		      key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
	    0);
	CHECK_INT(GNUTLS(gnutls_x509_crt_init)(&crt), 0);
	CHECK_INT(GNUTLS(gnutls_x509_crt_set_version)(crt, 3), 0);
	CHECK_INT(GNUTLS(gnutls_x509_crt_set_serial)(crt, "\1", 1), 0);
	CHECK_INT(GNUTLS(gnutls_x509_crt_set_dn_by_oid)(
		      crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)),
	    0);
	(void)GNUTLS(gnutls_x509_crt_set_activation_time)(crt, time(NULL) + from * DAY);
	(void)GNUTLS(gnutls_x509_crt_set_expiration_time)(crt, time(NULL) + to * DAY);
	CHECK_INT(GNUTLS(gnutls_x509_crt_set_key)(crt, key), 0);
	CHECK_INT(GNUTLS(gnutls_x509_crt_sign2)(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
	len = sizeof(bytes);
	CHECK_INT(GNUTLS(gnutls_x509_crt_export)(crt, GNUTLS_X509_FMT_PEM, bytes, &len), 0);
	(void)snprintf(file, sizeof(file), "%s.pem", name);
	certificate_write(file, (const char *)bytes, len);
	len = sizeof(bytes);
	CHECK_INT(GNUTLS(gnutls_x509_privkey_export)(key, GNUTLS_X509_FMT_PEM, bytes, &len), 0);
	(void)snprintf(file, sizeof(file), "%s.key", name);
	certificate_write(file, (const char *)bytes, len);
	GNUTLS(gnutls_x509_crt_deinit)(crt);
	GNUTLS(gnutls_x509_privkey_deinit)(key);
}

static inline void
certificates_begin(void)
{
	(void)snprintf(certificate_folder, sizeof(certificate_folder), "/tmp/nearcast-tls-XXXXXX");
	CHECK(mkdtemp(certificate_folder) != NULL);
}

static inline void
certificates_end(void)
{
	char command[100];

	(void)snprintf(command, sizeof(command), "rm -r %s", certificate_folder);
	CHECK_INT(system(command), 0);
}

static inline int
certificate_load(const char *certificate, const char *key, struct http_tls **ret, struct err *e)
{
	char certificate_path[100], key_path[100];

	(void)snprintf(
	    certificate_path, sizeof(certificate_path), "%s/%s", certificate_folder, certificate);
	(void)snprintf(key_path, sizeof(key_path), "%s/%s", certificate_folder, key);
	return http_tls_load(certificate_path, key_path, ret, e);
}

static inline struct http_tls *
certificate_loaded(const char *name)
{
	char certificate[50], key[50];
	struct http_tls *tls = NULL;
	struct err e = { 0 };

	(void)snprintf(certificate, sizeof(certificate), "%s.pem", name);
	(void)snprintf(key, sizeof(key), "%s.key", name);
	if (certificate_load(certificate, key, &tls, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.message);
	return tls;
}
