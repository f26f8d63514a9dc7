/* nearcast render: configurations for the routers and network managers that a host already has. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "io/fd.h"
#include "io/http_get.h"
#include "io/read_all.h"
#include "proto/bgp/community.h"
#include "render/render.h"

#define DOCUMENTS_MAX 4
#define NO_FORMAT (-1)

struct render_options {
	int format; /* enum render_format, or NO_FORMAT */
	const char *config;
	struct cli_strings metadata, global_ips, communities, large_communities;
	const char *router_id;
	int gateway; /* enum render_gateway */
	uint32_t prefix_limit;
	struct duration hold_time, timeout;
	bool bfd, show_secrets;
};

static const struct render_options defaults = {
	.format = NO_FORMAT,
	.config = AGENT_CONF_PATH,
	.prefix_limit = 10,
	.hold_time = { 90 * NS_PER_S },
	.timeout = { 10 * NS_PER_S },
};

/* What was read, and lives until all is written. */
struct input {
	struct arena *arena;
	struct conf *conf;
	struct strbuf texts[DOCUMENTS_MAX];
};

static void
input_done(struct input *in)
{
	for (size_t i = 0; i < DOCUMENTS_MAX; i++)
		strbuf_done(&in->texts[i]);
	conf_free(in->conf);
	arena_free(in->arena);
}

/* From a URL, a file, or stdin for "-". */
static int
read_document(const char *from, struct duration timeout, struct strbuf *ret, struct err *e)
{
	_cleanup_(closep) int fd = -1;

	if (strcmp(from, "-") == 0)
		return read_all(STDIN_FILENO, "stdin", RENDER_METADATA_MAX, ret, e);
	if (strstr(from, "://") != NULL)
		return http_get(from, timeout, RENDER_METADATA_MAX, ret, e);
	fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, -errno, "%s", from);
	return read_all(fd, from, RENDER_METADATA_MAX, ret, e);
}

/* Each gives 0 or the exit status. */
static int
parse_global_ips(const struct render_options *o, struct arena *a, struct render_choices *c)
{
	struct prefix *blocks = arena_alloc(a, (o->global_ips.count + 1) * sizeof(*blocks));
	struct ip ip;

	for (size_t i = 0; i < o->global_ips.count; i++) {
		const char *text = o->global_ips.items[i];

		if (ip_parse(text, &ip) == 0)
			blocks[i] = prefix_host(ip);
		else if (prefix_parse(text, &blocks[i]) < 0)
			return cli_usage_error("--global-ip: \"%s\" is neither an address nor a "
					       "prefix without host bits",
			    text);
	}
	c->global_ips = blocks;
	c->global_ip_count = o->global_ips.count;
	return 0;
}

static int
parse_communities(const struct render_options *o, struct arena *a, struct render_choices *c)
{
	uint32_t *plain = arena_alloc(a, (o->communities.count + 1) * sizeof(*plain));
	struct bgp_large_community *large =
	    arena_alloc(a, (o->large_communities.count + 1) * sizeof(*large));
	struct err e = { 0 };

	if (MAX(o->communities.count, o->large_communities.count) > BGP_COMMUNITIES_MAX)
		return cli_usage_error("more than %d communities", BGP_COMMUNITIES_MAX);
	for (size_t i = 0; i < o->communities.count; i++) {
		if (bgp_community_parse(o->communities.items[i], &plain[i], &e) < 0)
			return cli_usage_error("--community: %s", e.message);
	}
	for (size_t i = 0; i < o->large_communities.count; i++) {
		if (bgp_large_community_parse(o->large_communities.items[i], &large[i], &e) < 0)
			return cli_usage_error("--large-community: %s", e.message);
	}
	c->attributes = (struct bgp_attributes){ .communities = plain,
		.community_count = o->communities.count,
		.large_communities = large,
		.large_community_count = o->large_communities.count };
	return 0;
}

static int
parse_choices(const struct render_options *o, struct arena *a, struct render_choices *c)
{
	int status;

	*c = (struct render_choices){ .gateway = o->gateway,
		.prefix_limit = o->prefix_limit,
		.hold_time = o->hold_time,
		.bfd = o->bfd };
	if (o->router_id != NULL &&
	    (ip_parse(o->router_id, &c->router_id) < 0 || c->router_id.family != IP_V4))
		return cli_usage_error("--router-id: \"%s\" is not an IPv4 address", o->router_id);
	if (o->hold_time.ns % NS_PER_S != 0)
		return cli_usage_error("--hold-time: expected whole seconds");
	status = parse_global_ips(o, a, c);
	return status != 0 ? status : parse_communities(o, a, c);
}

static int
load_metadata(const struct render_options *o, struct input *in, struct render_host *ret)
{
	struct render_document documents[DOCUMENTS_MAX];
	struct render_choices choices;
	struct err e = { 0 };
	int r = 0, status = parse_choices(o, in->arena, &choices);

	if (status != 0)
		return status;
	if (o->metadata.count > DOCUMENTS_MAX)
		return cli_usage_error("--metadata: at most %d documents", DOCUMENTS_MAX);
	for (size_t i = 0; r == 0 && i < o->metadata.count; i++) {
		struct strbuf *text = &in->texts[i];

		r = read_document(o->metadata.items[i], o->timeout, text, &e);
		documents[i] = (struct render_document){
			.name = o->metadata.items[i], .text = strbuf_get(text), .len = text->len
		};
	}
	if (r == 0)
		r = render_from_metadata(
		    documents, o->metadata.count, &choices, in->arena, ret, &e);
	if (r < 0)
		cli_say_error("%s", e.message);
	return r < 0 ? EXIT_FAILURE : 0;
}

static int
load_config(const struct render_options *o, struct input *in, struct render_host *ret)
{
	_cleanup_(strbuf_done) struct strbuf errors = { 0 };

	if (o->global_ips.count > 0 || o->communities.count > 0 || o->large_communities.count > 0 ||
	    o->router_id != NULL || o->gateway != defaults.gateway || o->bfd ||
	    o->prefix_limit != defaults.prefix_limit || o->hold_time.ns != defaults.hold_time.ns)
		return cli_usage_error(
		    "without --metadata all of that stands in the configuration");
	if (conf_load_file(o->config, &agent_conf_schema, &in->conf, &errors) < 0) {
		(void)fputs(strbuf_get(&errors), stderr);
		return EXIT_FAILURE;
	}
	render_from_agent(conf_root(in->conf), in->arena, ret);
	return 0;
}

/* Who else may read the passwords that go to stdout. */
static void
warn_of_secrets(void)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07) != 0)
		cli_say_error("the output has passwords, and everybody may read that file (mode "
			      "%03o): chmod o= it",
		    st.st_mode & 0777);
	else
		cli_say_error(
		    "the output has passwords: keep it from others (umask 027), and off the "
		    "terminal (tee FILE >/dev/null)");
}

static int
print(const struct render_options *o, const struct render_host *host)
{
	_cleanup_(strbuf_done) struct strbuf out = { 0 }, notes = { 0 };
	enum render_format format = (enum render_format)o->format;
	bool secrets = render_has_secrets(host, format);
	bool masked = secrets && !o->show_secrets && isatty(STDOUT_FILENO);
	struct err e = { 0 };

	if (render_write(host, format, masked, &out, &notes, &e) < 0) {
		cli_say_error("%s", e.message);
		return EXIT_FAILURE;
	}
	for (char *line = notes.text; line != NULL && *line;) {
		size_t n = strcspn(line, "\n");

		cli_say_error("left out: %.*s", (int)n, line);
		line += n + 1;
	}
	if (masked)
		cli_say_error(
		    "passwords are masked on a terminal, and nothing of this can be loaded; "
		    "--show-secrets shows them");
	else if (secrets && !isatty(STDOUT_FILENO))
		warn_of_secrets();
	return cli_print(strbuf_get(&out));
}

static int
run_render(const void *options, int argc, char **args)
{
	const struct render_options *o = options;
	struct input in = { 0 };
	struct render_host host;
	int status;

	(void)argc;
	(void)args;
	if (o->format == NO_FORMAT)
		return cli_usage_error("--router is missing; expected what to write for");
	if (o->metadata.count > 0 && o->config != defaults.config)
		return cli_usage_error("--config and --metadata exclude each other");
	in.arena = arena_new();
	status = o->metadata.count > 0 ? load_metadata(o, &in, &host) : load_config(o, &in, &host);
	if (status == 0)
		status = print(o, &host);
	input_done(&in);
	return status;
}

static const char *const gateways[] = { "source", "public", NULL };

/* clang-format off */
#define AT(field) offsetof(struct render_options, field)
static const struct cli_option options[] = {
	{ "router", 'r', CLI_ENUM, AT(format), "FORMAT", 0, 0, render_format_names,
	    "what to write for" },
	{ "config", 'c', CLI_STRING, AT(config), "FILE", 0, 0, NULL, "nearcast.yaml" },
	{ "metadata", 'm', CLI_STRINGS, AT(metadata), "FILE", 0, 0, NULL,
	    "host metadata instead: a file, a URL, or - for stdin" },
	{ "global-ip", 'g', CLI_STRINGS, AT(global_ips), "PREFIX", 0, 0, NULL,
	    "a Global IP beside those of the metadata" },
	{ "community", 0, CLI_STRINGS, AT(communities), "COMMUNITY", 0, 0, NULL,
	    "ASN:VALUE, or a well-known name, for each announcement" },
	{ "large-community", 0, CLI_STRINGS, AT(large_communities), "COMMUNITY", 0, 0, NULL,
	    "ASN:VALUE:VALUE, for each announcement" },
	{ "router-id", 0, CLI_STRING, AT(router_id), "ADDRESS", 0, 0, NULL,
	    "instead of the first private management address" },
	{ "gateway", 0, CLI_ENUM, AT(gateway), "WHICH", 0, 0, gateways,
	    "the way to multihop neighbors: that of the session's source, or the public one" },
	{ "prefix-limit", 0, CLI_U32, AT(prefix_limit), "COUNT", 1, 200000, NULL,
	    "the most prefixes of one family that neighbors take" },
	{ "hold-time", 0, CLI_DURATION, AT(hold_time), "DURATION", 3 * NS_PER_S, 65535 * NS_PER_S,
	    NULL, "of the sessions" },
	{ "bfd", 0, CLI_FLAG, AT(bfd), NULL, 0, 0, NULL, "BFD with each neighbor, 300ms x 3" },
	{ "timeout", 't', CLI_DURATION, AT(timeout), "DURATION", NS_PER_MS, 3600 * NS_PER_S, NULL,
	    "for a URL" },
	{ "show-secrets", 0, CLI_FLAG, AT(show_secrets), NULL, 0, 0, NULL,
	    "passwords also on a terminal" },
};
/* clang-format on */

const struct cli_command cli_render_command = {
	.name = "render",
	.args = "",
	.summary = "Write the configuration of a router or network manager for this host.",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct render_options),
	.defaults = &defaults,
	.run = run_render,
	.notes = "Exit status: 1 when nothing was written, 2 for wrong use.",
};
