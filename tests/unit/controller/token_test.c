#include "controller/token.h"

#include "tap.h"

TEST(a_token_is_written_and_read)
{
	uint8_t secret[TOKEN_SECRET_BYTES];
	char text[TOKEN_TEXT_SIZE];
	enum token_kind kind = TOKEN_HOST;

	memset(secret, 0xff, sizeof(secret));
	token_write(TOKEN_PERSON, secret, text);
	CHECK_STR(text, "nct___________________________________________8");
	CHECK(token_read(text, &kind));
	CHECK_INT(kind, TOKEN_PERSON);
	token_write(TOKEN_JOIN, secret, text);
	CHECK(token_read(text, &kind));
	CHECK_INT(kind, TOKEN_JOIN);
}

TEST(what_is_no_token)
{
	static const char *const texts[] = { "", "nct_", "nct_AAAA",
		"ncx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'",
		"nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA A" };
	enum token_kind kind;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(!token_read(texts[i], &kind));
}

TEST(the_store_has_its_hash)
{
	static const char text[] = "nct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	char hash[TOKEN_HASH_SIZE];

	/* printf %s nct_AAA... | sha256sum */
	token_hash(text, hash);
	CHECK_STR(hash, "e2d19ddc4383b6eed4a31078ccd3bab37926f01f09ccc1212ce918555696b9d9");
}
