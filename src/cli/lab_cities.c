/* nearcast lab cities: the codes that a scenario can name. */
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "cli/lab.h"
#include "cli/print_json.h"
#include "io/tty.h"
#include "lab/cities.h"
#include "lab/countries.h"

struct cities_options {
	bool json;
};

static bool
matches(const struct city *c, int argc, char **args)
{
	for (int i = 0; i < argc; i++) {
		if (strcasecmp(c->code, args[i]) == 0 || strcasecmp(c->country, args[i]) == 0 ||
		    strcasestr(c->name, args[i]) || country_matches(c->country, args[i]))
			return true;
	}
	return argc == 0;
}

static int
print_text(int argc, char **args)
{
	_cleanup_(table_freep) struct table *table = table_new();
	_cleanup_(strbuf_done) struct strbuf out = { 0 };

	table_add_column(table, "code", TABLE_LEFT);
	table_add_column(table, "city", TABLE_LEFT);
	table_add_column(table, "country", TABLE_LEFT);
	table_add_column(table, "latitude", TABLE_RIGHT);
	table_add_column(table, "longitude", TABLE_RIGHT);
	for (size_t i = 0; i < city_count(); i++) {
		const struct city *c = city_get(i);

		if (!matches(c, argc, args))
			continue;
		table_add_row(table);
		table_add_cell(table, c->code);
		table_add_cell(table, c->name);
		table_add_cellf(table, "%s (%s)", country_name(c->country), c->country);
		table_add_cellf(table, "%.2f", c->at.latitude);
		table_add_cellf(table, "%.2f", c->at.longitude);
	}
	table_format(table, (struct table_look){ .colour = tty_wants_colour(STDOUT_FILENO) }, &out);
	return cli_print(strbuf_get(&out));
}

static int
print_json(int argc, char **args)
{
	json_t *list = json_array();

	for (size_t i = 0; i < city_count(); i++) {
		const struct city *c = city_get(i);

		if (matches(c, argc, args))
			(void)json_array_append_new(
			    list, json_pack("{s:s, s:s, s:s, s:s, s:f, s:f}", "code", c->code,
				      "name", c->name, "country", c->country, "country_name",
				      country_name(c->country), "latitude", c->at.latitude,
				      "longitude", c->at.longitude));
	}
	return cli_print_json(list, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
}

/* Exit status as of grep: failure when nothing was found. */
static int
run_cities(const void *options, int argc, char **args)
{
	const struct cities_options *o = options;
	bool found = false;

	for (size_t i = 0; i < city_count(); i++)
		found |= matches(city_get(i), argc, args);
	if (!found)
		(void)fputs("nearcast lab cities: no city of the table is called so\n", stderr);

	int status = EXIT_SUCCESS;

	if (o->json)
		status = print_json(argc, args);
	else if (found)
		status = print_text(argc, args);
	return found ? status : EXIT_FAILURE;
}

/* clang-format off */
static const struct cli_option options[] = {
	{ "json", 'j', CLI_FLAG, offsetof(struct cities_options, json), NULL, 0, 0, NULL,
	    "print one JSON document" },
};
/* clang-format on */

const struct cli_command cli_lab_cities_command = {
	.name = "cities",
	.args = "[TEXT...]",
	.summary =
	    "List the cities that a scenario can name: all, or those of a code, name or country.",
	.args_min = 0,
	.args_max = UINT_MAX,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.options_size = sizeof(struct cities_options),
	.run = run_cities,
};
