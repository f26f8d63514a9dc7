/* The answers of a DNS server: of any type, to be as expected or not. The first two bytes choose.
 */
#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "proto/check/dns_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const answers[] = { "192.0.2.7", "10 mail.example.com" };
	struct dns_question q = { .name = "www.example.com", .answers = answers };
	char why[192] = "", mended[192];

	if (size < 2)
		return 0;
	q.type = data[0] % 9;
	q.rcode = data[1] % 11;
	q.answer_count = q.rcode == 0 ? data[1] / 11 % 3 : 0;
	if (dns_judge(&q, 0x1234, data + 2, size - 2, why, sizeof(why)) != DNS_FOREIGN)
		assert(why[0] != '\0');
	(void)strcpy(mended, why);
	assert(strcmp(utf8_mend(mended), why) == 0);
	return 0;
}
