/* When a certificate is worth a word. */
#include "controller/certificate.h"

#include "tap.h"

#define DAY 86400

TEST(it_is_well_until_14_days_before_its_end)
{
	CHECK_INT(certificate_state(100 * DAY, 0), CERTIFICATE_WELL);
	CHECK_INT(certificate_state(100 * DAY, 86 * DAY), CERTIFICATE_WELL);
	CHECK_INT(certificate_state(100 * DAY, 86 * DAY + 1), CERTIFICATE_ENDS_SOON);
	CHECK_INT(certificate_state(100 * DAY, 100 * DAY - 1), CERTIFICATE_ENDS_SOON);
	CHECK_INT(certificate_state(100 * DAY, 100 * DAY), CERTIFICATE_HAS_ENDED);
}
