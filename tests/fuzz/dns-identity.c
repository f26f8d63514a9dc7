/* Answers of a DNS server that say who it is: what is taken of them is text. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "proto/identity/dns_identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *text)
{
	char mended[DNS_IDENTITY_TEXT_MAX + 1];

	assert(strlen(text) <= DNS_IDENTITY_TEXT_MAX);
	(void)strcpy(mended, text);
	assert(strcmp(utf8_mend(mended), text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dns_identity_question questions[] = {
		{ "www.example.com", DNS_TYPE_A, DNS_CLASS_IN },
		{ "id.server", DNS_TYPE_TXT, DNS_CLASS_CHAOS },
	};

	for (size_t i = 0; i < 2; i++) {
		struct dns_identity_answer a;
		int r = dns_identity_decode(&questions[i], 0x1234, data, size, &a);

		assert(r == 0 || r == -ENOMSG || r == -EBADMSG);
		if (r < 0)
			continue;
		check(a.nsid);
		check(a.text);
	}
	return 0;
}
