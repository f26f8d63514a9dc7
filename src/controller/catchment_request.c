#include "controller/catchment_request.h"

#include "proto/catch/pace.h"

#define LINES_MAX 20000 /* a body of BODY_BYTES_MAX has no room for more */
#define DNS_PORT 33053

/* By enum catch_method. */
static const char *const methods[] = { "icmp", "dns", NULL };

#define AT(field) .offset = offsetof(struct catchment_request, field)
static const struct field create_fields[] = {
	{ .key = "global_ip",
	    .type = FIELD_TEXT,
	    AT(global_ip),
	    .flags = FIELD_REQUIRED,
	    .min = 1 },
	{ .key = "site", .type = FIELD_NAME, AT(site), .flags = FIELD_REQUIRED },
	{ .key = "targets",
	    .type = FIELD_LINES,
	    AT(targets),
	    .flags = FIELD_REQUIRED,
	    .min = 1,
	    .max = LINES_MAX },
	{ .key = "exclude", .type = FIELD_LINES, AT(exclude), .max = LINES_MAX },
	{ .key = "method", .type = FIELD_ENUM, AT(method), .names = methods },
	{ .key = "dns_suffix", .type = FIELD_TEXT, AT(suffix), .max = CATCH_SUFFIX_MAX },
	{ .key = "port", .type = FIELD_U32, AT(port), .min = 1024, .max = 65535 },
	{ .key = "contact", .type = FIELD_TEXT, AT(contact), .max = 100 },
	{ .key = "description", .type = FIELD_TEXT, AT(description), .max = 200 },
	{ .key = "pps", .type = FIELD_U32, AT(pps), .min = 1, .max = CATCH_PPS_MAX },
	{ .key = "rounds", .type = FIELD_U32, AT(rounds), .min = 1, .max = 10 },
	{ .key = "wait_seconds", .type = FIELD_U32, AT(wait), .min = 1, .max = 600 },
	{ .key = "seed", .type = FIELD_U32, AT(seed), .max = UINT32_MAX },
	{ .key = "block_length", .type = FIELD_U32, AT(block), .min = 1, .max = 127 },
	{ .key = "best", .type = FIELD_BOOL, AT(best) },
	{ .key = "lab", .type = FIELD_BOOL, AT(lab) },
	CATCHMENT_PLACES_FIELD(places, struct catchment_request, known),
	CATCHMENT_PLACES_FIELD(asns, struct catchment_request, known),
	CATCHMENT_PLACES_FIELD(weights, struct catchment_request, known),
};
#undef AT
static const struct field_table create_table =
    FIELD_TABLE("a catchment", struct catchment_request, create_fields);

int
catchment_request_read(struct call *c, struct catchment_request *ret)
{
	*ret = (struct catchment_request){ .suffix = "",
		.contact = "",
		.description = "",
		.pps = 1000,
		.rounds = 1,
		.wait = 10,
		.port = DNS_PORT };
	return call_fields(c, &create_table, ret);
}

bool
catchment_request_has_seed(const struct catchment_request *q)
{
	return fields_given(&create_table, q, "seed");
}

const char *
catchment_method_name(enum catch_method method)
{
	return methods[method];
}

int
catchment_request_check(struct call *c, const struct catchment_request *q, enum ip_family family)
{
	json_t *errors = json_array();
	bool is_dns = q->method == CATCH_DNS;
	unsigned bits = ip_bits(family);

	if (q->block >= bits)
		field_error(
		    errors, "/block_length", "expected 1 to %u for this Global IP", bits - 1);
	if (is_dns && !catch_is_dns_suffix(q->suffix))
		field_error(errors, "/dns_suffix",
		    "expected a name of yours, of at most %d characters, below which is asked",
		    CATCH_SUFFIX_MAX);
	if (!is_dns && *q->suffix != '\0')
		field_error(errors, "/dns_suffix", "is only of the method dns");
	if (q->lab && !c->request->is_lab)
		field_error(errors, "/lab", "this controller is of no lab");
	if (!is_dns && !q->lab && *q->contact == '\0')
		field_error(errors, "/contact",
		    "is missing: a URL or a mail address, for those who are asked and wonder why");
	if (json_array_size(errors) > 0)
		return call_problem_errors(c, PROBLEM_FIELDS, errors);
	json_decref(errors);
	return 0;
}
