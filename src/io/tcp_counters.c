/*
 * /proc/net/netstat has pairs of lines, names and then values behind the same word:
 *
 *     TcpExt: SyncookiesSent SyncookiesRecv ...
 *     TcpExt: 0 0 ...
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "io/tcp.h"

#define TEXT_MAX (64u << 10)

static uint64_t *
find(struct tcp_counters *c, const char *name, size_t len)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {
		{ "TCPMD5NotFound", &c->md5_missing },
		{ "TCPMD5Unexpected", &c->md5_unexpected },
		{ "TCPMD5Failure", &c->md5_wrong },
		{ "TCPMinTTLDrop", &c->ttl_too_low },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0)
			return known[i].value;
	}
	return NULL;
}

/* The next word of the line, or NULL at its end. */
static const char *
next_word(const char **at, size_t *ret_len)
{
	const char *word = *at + strspn(*at, " ");

	*ret_len = strcspn(word, " \n");
	*at = word + *ret_len;
	return *ret_len > 0 ? word : NULL;
}

void
tcp_counters_parse(const char *text, struct tcp_counters *ret)
{
	const char *names = strstr(text, "TcpExt:"), *values, *name, *value;
	size_t name_len, value_len;

	*ret = (struct tcp_counters){ 0 };
	values = names ? strstr(names + 1, "\nTcpExt:") : NULL;
	if (values == NULL)
		return;
	values++;
	while ((name = next_word(&names, &name_len)) && (value = next_word(&values, &value_len))) {
		uint64_t *counter = find(ret, name, name_len);
		char number[24];

		if (counter == NULL || value_len >= sizeof(number))
			continue;
		memcpy(number, value, value_len);
		number[value_len] = '\0';
		(void)parse_u64(number, UINT64_MAX, counter);
	}
}

struct tcp_counters
tcp_counters_read(void)
{
	struct tcp_counters counters = { 0 };
	int fd = open("/proc/net/netstat", O_RDONLY | O_CLOEXEC);
	_cleanup_(freep) char *text = xmalloc(TEXT_MAX);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return counters;
	while ((n = read(fd, text + len, TEXT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(fd);
	text[len] = '\0';
	tcp_counters_parse(text, &counters);
	return counters;
}
