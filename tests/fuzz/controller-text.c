/* Small texts of the API: a cursor, a token, a URL of PostgreSQL. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "controller/cursor.h"
#include "controller/token.h"
#include "store/store.h"

#define SECRET "guess-me"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_cursor(const char *text)
{
	char key[CURSOR_KEY_MAX + 1], again[CURSOR_SIZE];

	if (!cursor_read(text, key))
		return;
	cursor_write(key, again);
	assert(strcmp(again, text) == 0);
}

static void
try_token(const char *text)
{
	char hash[TOKEN_HASH_SIZE];
	enum token_kind kind;

	if (!token_read(text, &kind))
		return;
	assert(strlen(text) == TOKEN_TEXT_SIZE - 1);
	token_hash(text, hash);
	assert(strlen(hash) == TOKEN_HASH_SIZE - 1);
}

/* It is only looked at; whoever opens it would connect. */
static void
try_store(const char *text)
{
	_cleanup_(freep) char *url = xasprintf("postgresql://%s", text);
	struct store *s = NULL;
	struct err e = { 0 };

	/* nobody is shown the password */
	if (store_open(url, &s, &e) < 0)
		assert(s == NULL && e.code == -EINVAL && strstr(e.message, SECRET) == NULL);
	else
		assert(store_is_shared(s) && strstr(store_name(s), SECRET) == NULL);
	store_close(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xasprintf("%.*s", (int)size, (const char *)data),
			      *with_password = xasprintf("u:" SECRET "@%s", text);

	try_cursor(text);
	try_token(text);
	if (strstr(text, SECRET) != NULL)
		return 0;
	try_store(text);
	try_store(with_password);
	return 0;
}
