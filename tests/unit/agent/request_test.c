/* Requests of the control socket: what a row of the table takes, and what is said of all else. */
#include "agent/request.h"

#include "tap.h"

static json_t *
answer_echo(void *userdata, const json_t *request, struct err *e)
{
	(void)userdata;
	(void)e;
	return json_deep_copy(request);
}

static json_t *
answer_never(void *userdata, const json_t *request, struct err *e)
{
	(void)request;
	(void)err_set(e, -1, "no such neighbor: %s", (const char *)userdata);
	return NULL;
}

static json_t *
answer_later(void *userdata, const json_t *request, struct err *e)
{
	(void)userdata;
	(void)request;
	(void)e;
	return NULL;
}

static const char *const formats[] = { "mrt", "text", NULL };
static const struct request_command commands[] = {
	{ "status", answer_echo, { { 0 } } },
	{ "fails", answer_never, { { 0 } } },
	{ "later", answer_later, { { 0 } } },
	{ "dump", answer_echo,
	    { { "neighbor", REQUEST_TEXT, true, NULL }, { "format", REQUEST_TEXT, false, formats },
		{ "max_bytes", REQUEST_NUMBER, false, NULL },
		{ "stop", REQUEST_BOOL, false, NULL } } },
};

TEST(answers)
{
	static const struct {
		const char *request, *reply;
	} cases[] = {
		{ "{\"command\":\"status\"}", "{\"command\":\"status\"}\n" },
		{ " { \"command\" : \"dump\", "
		  "\"neighbor\":\"r\",\"format\":\"mrt\",\"max_bytes\":0,\"stop\":true }\r",
		    "{\"command\":\"dump\",\"neighbor\":\"r\",\"format\":\"mrt\",\"max_bytes\":0,"
		    "\"stop\":true}\n" },
		{ "{\"command\":\"later\"}", "" },
		{ "{\"command\":\"fails\"}", "{\"error\":\"no such neighbor: router\"}\n" },
		/* what is no request */
		{ "", "{\"error\":\"not JSON: '[' or '{' expected near end of file\"}\n" },
		{ "status", "{\"error\":\"not JSON: '[' or '{' expected near 'status'\"}\n" },
		{ "[]", "{\"error\":\"expected {\\\"command\\\": NAME}\"}\n" },
		{ "{\"command\":1}", "{\"error\":\"expected {\\\"command\\\": NAME}\"}\n" },
		{ "{\"command\":\"status\",\"command\":\"dump\"}",
		    "{\"error\":\"not JSON: duplicate object key near '\\\"command\\\"'\"}\n" },
		/* what no row has */
		{ "{\"command\":\"statu\"}",
		    "{\"error\":\"unknown command statu; did you mean status?\"}\n" },
		{ "{\"command\":\"reload\"}", "{\"error\":\"unknown command reload; expected "
					      "status, fails, later or dump\"}\n" },
		{ "{\"command\":\"status\",\"all\":true}",
		    "{\"error\":\"status takes no field all, nor any other\"}\n" },
		{ "{\"command\":\"dump\",\"neighbour\":\"r\"}",
		    "{\"error\":\"unknown field of dump: neighbour; did you mean neighbor?\"}\n" },
		{ "{\"command\":\"dump\",\"neighbor\":\"r\",\"x\":1}",
		    "{\"error\":\"unknown field of dump: x; expected neighbor, format, max_bytes "
		    "or "
		    "stop\"}\n" },
		{ "{\"command\":\"dump\"}", "{\"error\":\"dump needs a field neighbor\"}\n" },
		/* wrong values */
		{ "{\"command\":\"dump\",\"neighbor\":\"\"}",
		    "{\"error\":\"neighbor: expected a text\"}\n" },
		{ "{\"command\":\"dump\",\"neighbor\":null}",
		    "{\"error\":\"neighbor: expected a text\"}\n" },
		{ "{\"command\":\"dump\",\"neighbor\":\"r\",\"format\":\"pcap\"}",
		    "{\"error\":\"unknown format pcap; expected mrt or text\"}\n" },
		{ "{\"command\":\"dump\",\"neighbor\":\"r\",\"max_bytes\":-1}",
		    "{\"error\":\"max_bytes: expected a whole number, 0 or more\"}\n" },
		{ "{\"command\":\"dump\",\"neighbor\":\"r\",\"max_bytes\":1.5}",
		    "{\"error\":\"max_bytes: expected a whole number, 0 or more\"}\n" },
		{ "{\"command\":\"dump\",\"neighbor\":\"r\",\"stop\":\"yes\"}",
		    "{\"error\":\"stop: expected true or false\"}\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(strbuf_done) struct strbuf reply = { 0 };
		char name[] = "router";

		request_answer(commands, ARRAY_SIZE(commands), name, cases[i].request, &reply);
		CHECK_STR(strbuf_get(&reply), cases[i].reply);
	}
}
