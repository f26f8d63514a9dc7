#include "cli/controller_problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/style.h"
#include "cli/command.h"
#include "cli/fields.h"

#define TYPE "urn:nearcast:problem:"
#define SHOWN_MAX 60 /* bytes of a value that was sent */

/* Of texts from outside. */
static void
say_line(const char *indent, const char *one, const char *two, const char *three)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };

	strbuf_add_printable(&line, one);
	if (*two != '\0') {
		strbuf_add(&line, *one != '\0' ? ": " : "");
		strbuf_add_printable(&line, two);
	}
	strbuf_add_printable(&line, three);
	if (indent == NULL)
		cli_say_error("%s", strbuf_get(&line));
	else
		(void)fprintf(stderr, "%s%s\n", indent, strbuf_get(&line));
}

/* What a JSON pointer (RFC 6901) leads to; NULL: nothing. Names with "~" are not looked for. */
static const json_t *
value_at(const json_t *document, const char *pointer)
{
	while (document != NULL && *pointer == '/') {
		size_t len = strcspn(++pointer, "/");
		_cleanup_(freep) char *part = xasprintf("%.*s", (int)len, pointer);
		uint32_t index;

		if (json_is_array(document))
			document = parse_u32(part, UINT32_MAX, &index) == 0
				       ? json_array_get(document, index)
				       : NULL;
		else
			document = json_object_get(document, part);
		pointer += len;
	}
	return *pointer == '\0' ? document : NULL;
}

/* Whether the text has the value as a word of its own: "3600" does not have "0". */
static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
		bool begins = at == text || !(ascii_is_alpha(at[-1]) || ascii_is_digit(at[-1]));

		if (begins && !ascii_is_alpha(at[len]) && !ascii_is_digit(at[len]))
			return true;
	}
	return false;
}

/* " (91 was sent)"; nothing for what is long, said already, or not to be seen. */
static char *
sent_at(const json_t *sent, const char *pointer, const char *detail)
{
	const json_t *value = *pointer == '/' ? value_at(sent, pointer) : NULL;
	_cleanup_(freep) char *shown = NULL;

	if (value == NULL || strstr(pointer, "password") != NULL ||
	    strstr(pointer, "token") != NULL)
		return xstrdup("");
	shown = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
	if (shown == NULL || strlen(shown) > SHOWN_MAX || has_word(detail, shown))
		return xstrdup("");
	return xasprintf(" (%s was sent)", shown);
}

/* Without the clause on the API's override_reason, for whom the hint below says it as an option. */
static char *
without_override(const char *detail)
{
	const char *at = cli_has_option("override") ? strstr(detail, "override_reason") : NULL;

	while (at != NULL && at > detail && *at != ';')
		at--;
	return at != NULL && at > detail ? xasprintf("%.*s", (int)(at - detail), detail)
					 : xstrdup(detail);
}

/* How the order that is in the way is ended, where the problem names one. */
static void
say_order(const json_t *order)
{
	_cleanup_(strbuf_done) struct strbuf line = { 0 };
	const char *service = field_text(order, "service");
	bool is_hold = strcmp(field_text(order, "kind"), "hold") == 0;

	if (!json_is_object(order))
		return;
	strbuf_add(&line, is_hold ? "`nearcast release" : "`nearcast undrain");
	if (*service != '\0') {
		strbuf_add_char(&line, ' ');
		strbuf_add_printable(&line, service);
	}
	for (const char *const *key = (const char *const[]){ "site", "host", NULL }; *key != NULL;
	     key++) {
		if (*field_text(order, *key) == '\0')
			continue;
		strbuf_addf(&line, " --%s ", *key);
		strbuf_add_printable(&line, field_text(order, *key));
	}
	(void)fprintf(stderr, "%s` ends it.\n", strbuf_get(&line));
}

/* What there is no other way to. A rollout is none to a rollout, and what else it is refused for is
 * no matter of its --override. */
static bool
is_to_be_meant(const char *type)
{
	if (cli_has_option("at-once"))
		return strcmp(type, TYPE "at-once") == 0;
	return strcmp(type, TYPE "last-site") == 0 || strcmp(type, TYPE "announcing") == 0 ||
	       strcmp(type, TYPE "guard") == 0;
}

static void
say_hint(long status, const char *type)
{
	const char *hint = NULL;

	if (is_to_be_meant(type) && cli_has_option("override"))
		hint =
		    "If that is meant, --override REASON says so; the audit log keeps the reason.";
	else if (strcmp(type, TYPE "at-once") == 0 && cli_has_option("override"))
		hint = "`nearcast rollout start NAME --document FILE` goes site by site, and stops "
		       "when "
		       "anything fails; --override REASON does it at once, and the audit log keeps "
		       "the "
		       "reason.";
	else if (strcmp(type, TYPE "limit") == 0)
		hint = "An administrator raises it: `nearcast projects set NAME` with --max-ipv4, "
		       "--max-ipv6 or --max-services.";
	else if (strcmp(type, TYPE "changed") == 0)
		hint = "Somebody else was faster; look at what it is now, and try again.";
	else if (strcmp(type, TYPE "store") == 0)
		hint = "Nothing was changed; try again in a moment.";
	else if (status == 401 && cli_has_option("controller"))
		hint = "A token comes from `nearcast login`, or the file that --token-file names.";
	if (hint != NULL)
		(void)fprintf(stderr, "%s\n", hint);
}

void
controller_say_errors(const char *title, const json_t *errors, const json_t *sent)
{
	const json_t *error;
	size_t i;

	say_line(NULL, title, "", "");
	json_array_foreach (errors, i, error) {
		const char *field = field_text(error, "field"),
			   *detail = field_text(error, "detail");
		_cleanup_(freep) char *value = sent_at(sent, field, detail);
		_cleanup_(freep) char *said = without_override(detail);

		say_line("  ", field, said, value);
	}
}

/* Whether the errors only say which header or part of the address the detail is about. */
static bool
is_said_by_detail(const json_t *errors, const char *detail)
{
	const json_t *one = json_array_get(errors, 0);

	return json_array_size(errors) == 1 && *field_text(one, "field") != '/' &&
	       strcmp(field_text(one, "detail"), detail) == 0;
}

void
controller_say_problem(const char *url, long status, const json_t *problem, const json_t *sent)
{
	const json_t *errors = json_object_get(problem, "errors");
	const char *what = field_text(problem, "title");
	_cleanup_(freep) char *detail = without_override(field_text(problem, "detail"));

	if (*what == '\0') {
		cli_say_error("%s: status %ld, and no word from a controller", url, status);
		return;
	}
	if (json_array_size(errors) > 0 &&
	    !is_said_by_detail(errors, field_text(problem, "detail")))
		controller_say_errors(what, errors, sent);
	else
		say_line(NULL, what, detail, "");
	say_order(json_object_get(problem, "order"));
	say_hint(status, field_text(problem, "type"));
}
