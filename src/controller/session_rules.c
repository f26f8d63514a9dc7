#include "controller/session.h"

#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PURPOSE "nearcast csrf "

bool
session_goes_on(int64_t expires_at, int64_t seen_at, int64_t now)
{
	return expires_at > now && seen_at > now - SESSION_IDLE.ns &&
	       expires_at - now <= SESSION_LIFE.ns + SESSION_STEPPED.ns;
}

const char *
session_cookie_name(bool is_tls)
{
	return is_tls ? "__Host-nearcast" : "nearcast";
}

bool
session_read_cookie(const char *header, bool is_tls, char text[TOKEN_TEXT_SIZE])
{
	const char *name = session_cookie_name(is_tls);
	size_t name_len = strlen(name), found = 0;
	enum token_kind kind;

	text[0] = '\0';
	if (header != NULL)
		header += strspn(header, "; ");
	while (header != NULL && *header != '\0') {
		size_t len = strcspn(header, ";");

		if (len > name_len && header[name_len] == '=' &&
		    memcmp(header, name, name_len) == 0) {
			const char *value = header + name_len + 1;
			size_t n = len - name_len - 1;

			found++;
			if (n < TOKEN_TEXT_SIZE)
				(void)snprintf(text, TOKEN_TEXT_SIZE, "%.*s", (int)n, value);
		}
		header += len;
		header += strspn(header, "; ");
	}
	return found == 1 && token_read(text, &kind) && kind == TOKEN_SESSION;
}

void
session_write_cookie(const char *text, bool is_tls, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
	    session_cookie_name(is_tls), text,
	    *text != '\0' ? (int)(SESSION_LIFE.ns / NS_PER_S) : 0, is_tls ? "; Secure" : "");
}

void
session_csrf(const char *text, char csrf[SESSION_CSRF_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(PURPOSE), (const uint8_t *)PURPOSE);
	sha256_update(&sha, strlen(text), (const uint8_t *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	base64url_write(digest, sizeof(digest), csrf);
}

bool
session_csrf_is(const char *text, const char *given)
{
	char csrf[SESSION_CSRF_SIZE];

	session_csrf(text, csrf);
	return given != NULL && strlen(given) == strlen(csrf) &&
	       memeql_sec(csrf, given, strlen(csrf)) != 0;
}

bool
session_origin_is_ours(const char *site, const char *origin, const char *host)
{
	const char *at;

	if (site != NULL && strcmp(site, "same-origin") != 0)
		return false;
	if (origin == NULL)
		return true;
	/* a proxy may have spoken TLS for us, so its scheme says nothing; "null" is no page of ours
	 */
	at = strstr(origin, "://");
	return at != NULL && host != NULL && strcasecmp(at + 3, host) == 0;
}
