#include "proto/identity/identity.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "proto/identity/identity_internal.h"

#define MAGIC 0x4e434944 /* "NCID" */
#define VERSION 1

void
identity_begin(struct writer *w, uint8_t *bytes, enum identity_kind kind, uint64_t nonce)
{
	*w = writer_init(bytes, IDENTITY_SIZE);
	writer_u32(w, MAGIC);
	writer_u8(w, VERSION);
	writer_u8(w, kind);
	writer_u16(w, 0);
	writer_u64(w, nonce);
}

int
identity_read_head(struct reader *r, enum identity_kind kind, uint64_t *ret_nonce)
{
	uint32_t magic = reader_u32(r);
	unsigned version = reader_u8(r), is = reader_u8(r);

	reader_skip(r, 2); /* of no meaning yet */
	*ret_nonce = reader_u64(r);
	return reader_ok(r) && magic == MAGIC && version == VERSION && is == kind ? 0 : -EBADMSG;
}

void
identity_question_encode(uint64_t nonce, uint8_t ret[static IDENTITY_SIZE])
{
	struct writer w;

	identity_begin(&w, ret, IDENTITY_QUESTION, nonce);
	writer_fill(&w, 0, writer_left(&w));
}

int
identity_question_decode(const void *bytes, size_t len, uint64_t *ret_nonce)
{
	struct reader r = reader_init(bytes, len);

	return len == IDENTITY_SIZE ? identity_read_head(&r, IDENTITY_QUESTION, ret_nonce)
				    : -EBADMSG;
}

void
identity_add_text(struct writer *w, const char *text, size_t max)
{
	size_t len = 0, n;

	while ((n = utf8_char_len(text + len)) > 0 && len + n <= max)
		len += n;
	writer_u8(w, len);
	writer_bytes(w, text, len);
}

size_t
identity_answer_encode(uint64_t nonce, const char *site, const char *host, const char *service,
    uint8_t ret[static IDENTITY_SIZE])
{
	struct writer w;

	identity_begin(&w, ret, IDENTITY_ANSWER, nonce);
	identity_add_text(&w, site, IDENTITY_NAME_MAX);
	identity_add_text(&w, host, IDENTITY_TEXT_MAX);
	identity_add_text(&w, service, IDENTITY_NAME_MAX);
	return writer_len(&w);
}

int
identity_read_text(struct reader *r, char *ret, size_t max)
{
	size_t len = reader_u8(r);
	const uint8_t *bytes = reader_bytes(r, len);

	if (bytes == NULL || len > max)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] < ' ' || bytes[i] == 0x7f)
			return -EBADMSG;
	}
	memcpy(ret, bytes, len);
	ret[len] = '\0';
	(void)utf8_mend(ret);
	return 0;
}

int
identity_answer_decode(const void *bytes, size_t len, uint64_t nonce, struct identity *ret)
{
	struct reader r = reader_init(bytes, len);
	struct identity id = { 0 };
	uint64_t of;

	if (len > IDENTITY_SIZE || identity_read_head(&r, IDENTITY_ANSWER, &of) < 0)
		return -EBADMSG;
	if (of != nonce)
		return -ENOMSG;
	/* what may follow is for versions to come */
	if (identity_read_text(&r, id.site, IDENTITY_NAME_MAX) < 0 ||
	    identity_read_text(&r, id.host, IDENTITY_TEXT_MAX) < 0 ||
	    identity_read_text(&r, id.service, IDENTITY_NAME_MAX) < 0)
		return -EBADMSG;
	*ret = id;
	return 0;
}
