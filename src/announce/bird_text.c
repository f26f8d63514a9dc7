#include "announce/bird_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LINE_LEN_MAX 512

char *
bird_text_protocol(struct prefix prefix, char buf[static BIRD_PROTOCOL_MAX])
{
	char text[IP_STR_MAX];

	(void)snprintf(buf, BIRD_PROTOCOL_MAX, "nearcast_%s", ip_format(prefix.addr, text));
	for (char *at = buf; *at != '\0'; at++) {
		if (*at == '.' || *at == ':')
			*at = '_';
	}
	return buf;
}

void
bird_text_communities(const struct bgp_attributes *a, const char *indent, struct strbuf *out)
{
	for (size_t i = 0; i < a->community_count; i++)
		strbuf_addf(out, "%sbgp_community.add((%u, %u));\n", indent,
		    a->communities[i] >> 16, a->communities[i] & 0xffff);
	/* as on the wire: whatever it is, it has this form */
	for (size_t i = 0; i < a->ext_community_count; i++)
		strbuf_addf(out, "%sbgp_ext_community.add((generic, 0x%x, 0x%x));\n", indent,
		    (unsigned)(a->ext_communities[i] >> 32),
		    (unsigned)(a->ext_communities[i] & UINT32_MAX));
	for (size_t i = 0; i < a->large_community_count; i++)
		strbuf_addf(out, "%sbgp_large_community.add((%u, %u, %u));\n", indent,
		    a->large_communities[i].global, a->large_communities[i].local1,
		    a->large_communities[i].local2);
}

int
bird_text_attributes(
    const struct bgp_attributes *a, uint32_t local_as, struct strbuf *out, struct err *e)
{
	static const char *const origins[] = { "IGP", "EGP", "INCOMPLETE" };
	static const char indent[] = "\t\t";

	if (a->prepend > 0 && local_as == 0)
		return err_set(e, -EINVAL, "prepends need a local-as");
	strbuf_addf(out, "%sbgp_origin = ORIGIN_%s;\n", indent, origins[a->origin]);
	if (a->has_med)
		strbuf_addf(out, "%sbgp_med = %u;\n", indent, a->med);
	if (a->has_local_pref)
		strbuf_addf(out, "%sbgp_local_pref = %u;\n", indent, a->local_pref);
	for (unsigned i = 0; i < a->prepend; i++)
		strbuf_addf(out, "%sbgp_path.prepend(%u);\n", indent, local_as);
	bird_text_communities(a, indent, out);
	return 0;
}

void
bird_text_head(struct strbuf *out)
{
	strbuf_add(out, "# Written by nearcastd, again and again: do not edit.\n"
			"ipv4 table nearcast4;\n"
			"ipv6 table nearcast6;\n"
			"protocol pipe nearcastpipe4 {\n"
			"\ttable nearcast4; peer table master4; import none; export all;\n}\n"
			"protocol pipe nearcastpipe6 {\n"
			"\ttable nearcast6; peer table master6; import none; export all;\n}\n");
}

void
bird_text_route(struct prefix prefix, const char *attributes, bool off, struct strbuf *out)
{
	int family = prefix.addr.family == IP_V4 ? 4 : 6;
	char name[BIRD_PROTOCOL_MAX], text[PREFIX_STR_MAX];

	strbuf_addf(out,
	    "protocol static %s {\n%s\tipv%d { table nearcast%d; };\n"
	    "\troute %s unreachable {\n%s\t};\n}\n",
	    bird_text_protocol(prefix, name), off ? "\tdisabled;\n" : "", family, family,
	    prefix_format(prefix, text), attributes);
}

bool
bird_text_configured(int code)
{
	/* reconfigured, in progress (BIRD 3 mostly), queued, confirmed, checked */
	return code == 3 || code == 4 || code == 5 || code == 18 || code == 20;
}

/* The next line without its end and its code; false at the end. *at moves behind it. */
static bool
next_line(const char **at, char buf[static LINE_LEN_MAX])
{
	const char *end = strchr(*at, '\n'), *from = *at;
	size_t n;

	if (end == NULL)
		return false;
	if (end - from >= 5 && dialogue_bird_code(from) >= 0)
		from += 5;
	else if (*from == ' ')
		from++;
	n = MIN((size_t)(end - from), (size_t)LINE_LEN_MAX - 1);
	memcpy(buf, from, n);
	buf[n] = '\0';
	*at = end + 1;
	return true;
}

char *
bird_text_error(const char *reply, char *buf, size_t size)
{
	char line[LINE_LEN_MAX] = "";

	while (next_line(&reply, line))
		;
	(void)snprintf(buf, size, "%s", line);
	return buf;
}

/* Copies the next word, cut to fit; *at moves behind the blanks that follow it. */
static void
take_word(const char **at, char *buf, size_t size)
{
	size_t n = strcspn(*at, " \t"), fits = MIN(n, size - 1);

	memcpy(buf, *at, fits);
	buf[fits] = '\0';
	*at += n;
	*at += strspn(*at, " \t");
}

/* "up         BGP        ---        up     13:21:01.382  Established   " */
static bool
parse_session(const char *line, struct daemon_neighbor *ret)
{
	char word[DAEMON_NAME_MAX];
	size_t len;

	*ret = (struct daemon_neighbor){ 0 };
	take_word(&line, ret->name, sizeof(ret->name));
	take_word(&line, word, sizeof(word));
	if (strcmp(word, "BGP") != 0 || ret->name[0] == '\0')
		return false;
	take_word(&line, word, sizeof(word)); /* table */
	take_word(&line, ret->state, sizeof(ret->state));
	take_word(&line, word, sizeof(word)); /* since: a time, or a day and a time */
	if (strlen(word) == strlen("2026-11-29") && word[4] == '-' && ascii_is_digit(*line))
		take_word(&line, word, sizeof(word));
	if (*line != '\0')
		take_word(&line, ret->state, sizeof(ret->state));
	if (ret->state[0] == '\0')
		return false;
	(void)snprintf(ret->why, sizeof(ret->why), "%s", line);
	for (len = strlen(ret->why); len > 0 && ret->why[len - 1] == ' ';)
		ret->why[--len] = '\0';
	ret->established = strcmp(ret->state, "Established") == 0;
	return true;
}

void
bird_text_sessions(const char *reply,
    void (*fn)(void *userdata, const struct daemon_neighbor *session), void *userdata)
{
	struct daemon_neighbor session;
	char line[LINE_LEN_MAX];

	while (next_line(&reply, line)) {
		if (parse_session(line, &session))
			fn(userdata, &session);
	}
}

/* What stands behind the key of a line, or NULL. */
static const char *
value_of(const char *line, const char *key)
{
	size_t n = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, n) != 0)
		return NULL;
	return line + n + strspn(line + n, " \t");
}

void
bird_text_detail(const char *reply, struct daemon_neighbor *session)
{
	char line[LINE_LEN_MAX];

	session->ipv4 = session->ipv6 = false;
	while (next_line(&reply, line)) {
		const char *value;

		if ((value = value_of(line, "Neighbor address:")) != NULL)
			(void)snprintf(session->address, sizeof(session->address), "%s", value);
		else if ((value = value_of(line, "Neighbor AS:")) != NULL)
			(void)parse_u32(value, UINT32_MAX, &session->peer_as);
		else if ((value = value_of(line, "Local AS:")) != NULL)
			(void)parse_u32(value, UINT32_MAX, &session->local_as);
		else if ((value = value_of(line, "Channel ipv4")) != NULL && *value == '\0')
			session->ipv4 = true;
		else if ((value = value_of(line, "Channel ipv6")) != NULL && *value == '\0')
			session->ipv6 = true;
	}
}

bool
bird_text_has_route(const char *reply, struct prefix prefix)
{
	char line[LINE_LEN_MAX], word[PREFIX_STR_MAX + 1];
	struct prefix p;

	while (next_line(&reply, line)) {
		const char *at = line;

		take_word(&at, word, sizeof(word));
		if (*at != '\0' && prefix_parse(word, &p) == 0 && prefix_equal(p, prefix))
			return true;
	}
	return false;
}
