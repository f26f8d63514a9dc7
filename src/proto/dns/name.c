#include "proto/dns/name.h"

#include <errno.h>
#include <string.h>

int
dns_name_write(struct writer *w, const char *name)
{
	size_t len = strlen(name);

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len > DNS_NAME_MAX || (len > 0 && name[len - 1] == '.'))
		return -EINVAL;
	for (size_t at = 0; at < len;) {
		size_t label = strcspn(name + at, ".");

		if (label == 0 || label > DNS_LABEL_MAX)
			return -EINVAL;
		writer_u8(w, label);
		writer_bytes(w, name + at, label);
		at += label + 1;
	}
	writer_u8(w, 0);
	return 0;
}
