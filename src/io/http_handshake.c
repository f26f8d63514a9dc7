/*
 * Which certificate a TLS client is shown: the one that is the server's at that moment. The
 * connection keeps it, so that the next one can be set while others stand.
 */
#include "io/http_internal.h"

int
http_on_handshake(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
    const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **ret_chain,
    unsigned *ret_chain_count, gnutls_privkey_t *ret_key)
{
	/* the library says so of every session */
	struct http_connection *c = http_connection_of(GNUTLS(gnutls_session_get_ptr)(session));

	(void)authorities;
	(void)authority_count;
	(void)algorithms;
	(void)algorithm_count;
	http_tls_unref(c->tls);
	c->tls = http_tls_ref(c->server->tls);
	*ret_chain = c->tls->chain;
	*ret_chain_count = c->tls->chain_count;
	*ret_key = c->tls->key;
	return 0;
}

void
http_server_set_tls(struct http_server *s, struct http_tls *tls)
{
	struct http_tls *before = s->tls;

	s->tls = http_tls_ref(tls);
	http_tls_unref(before);
}
