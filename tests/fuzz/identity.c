/* Questions and answers of identity and of reverse traces: what can be read is written the same. */
#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "proto/identity/identity.h"
#include "proto/identity/reverse_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The nonce that an answer has to repeat stands in it. */
static uint64_t
nonce_of(const uint8_t *data, size_t size)
{
	uint64_t nonce = 0;

	for (size_t i = 8; i < 16 && i < size; i++)
		nonce = nonce << 8 | data[i];
	return nonce;
}

static void
read_reverse(const uint8_t *data, size_t size, uint64_t nonce)
{
	struct reverse_question q, q_again;
	struct reverse_answer a, a_again;
	uint8_t again[IDENTITY_SIZE];
	size_t n;

	if (reverse_question_decode(data, size, &q) == 0) {
		reverse_question_encode(&q, again);
		assert(reverse_question_decode(again, sizeof(again), &q_again) == 0);
		assert(q.cookie == q_again.cookie && q.first == q_again.first &&
		       q.rounds == q_again.rounds);
	}
	if (reverse_answer_decode(data, size, nonce, &a) < 0)
		return;
	for (uint16_t i = 0; i < a.count; i++)
		assert(
		    a.answers[i].kind == TRACE_LOST || a.answers[i].from.family == a.asker.family);
	if (a.state == REVERSE_OVER)
		return;
	n = reverse_answer_encode(nonce, &a, NULL, again);
	assert(n <= size && reverse_answer_decode(again, n, nonce, &a_again) == 0);
	assert(a_again.state == a.state && a_again.cookie == a.cookie);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t nonce = nonce_of(data, size), read;
	uint8_t again[IDENTITY_SIZE];
	struct identity id, other;
	size_t n;

	read_reverse(data, size, nonce);
	if (identity_question_decode(data, size, &read) == 0) {
		assert(size == IDENTITY_SIZE && read == nonce);
		identity_question_encode(read, again);
		assert(memcmp(again, data, 6) == 0 && memcmp(again + 8, data + 8, 8) == 0);
	}
	if (identity_answer_decode(data, size, nonce, &id) < 0)
		return 0;
	assert(identity_question_decode(data, size, &read) < 0);
	n = identity_answer_encode(nonce, id.site, id.host, id.service, again);
	assert(n <= size);
	assert(identity_answer_decode(again, n, nonce, &other) == 0);
	assert(strcmp(id.site, other.site) == 0 && strcmp(id.host, other.host) == 0);
	assert(strcmp(id.service, other.service) == 0);
	return 0;
}
