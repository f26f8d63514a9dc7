/*
 * The commands over the controller's objects, as tables: a group (pools, projects, ...) says what
 * its objects are, where they stand in the API, which columns a list has, and which options are
 * which fields. Its commands are then a line each.
 *
 * All give an exit status, and have printed: the object or list, or what is wrong.
 */
#pragma once

#include "cli/controller.h"
#include "cli/object_json.h"

/* The first member of every such command's options. */
struct object_options {
	struct controller_options controller;
	const char *project;
	uint32_t limit; /* of a list; 0: all */
	bool json, yes;
};

/* Rows of the options; the struct that they stand in begins with the one above. */
/* clang-format off */
#define CLI_OBJECT_AT(member) offsetof(struct object_options, member)
#define CLI_OBJECT                                                                            \
	CLI_CONTROLLER(struct object_options),                                                                       \
	{ "json", 0, CLI_FLAG, CLI_OBJECT_AT(json), NULL, 0, 0, NULL,                              \
	    "the answer as one JSON document" }
#define CLI_OBJECT_KEY CLI_CONTROLLER_KEY(struct object_options)
#define CLI_OBJECT_LIST                                                                       \
	{ "limit", 'n', CLI_U32, CLI_OBJECT_AT(limit), "COUNT", 1, 1000000, NULL,                  \
	    "show so many at most" }
#define CLI_OBJECT_PROJECT                                                                    \
	{ "project", 'p', CLI_STRING, CLI_OBJECT_AT(project), "PROJECT", 0, 0, NULL,               \
	    "the project, by default that of the token" }
#define CLI_OBJECT_YES                                                                        \
	{ "yes", 'y', CLI_FLAG, CLI_OBJECT_AT(yes), NULL, 0, 0, NULL,                              \
	    "do not ask whether it is meant" }
/* clang-format on */

enum object_place {
	OBJECT_OF_ALL,
	OBJECT_OF_PROJECT,
	/* of a project; who gives none, and has a token for all, gets a list over all of them */
	OBJECT_LISTED_OVER_ALL,
};

struct object_kind {
	const char *what; /* "pool" */
	const char *path; /* the word in the API: "pools" */
	enum object_place place;
	const struct object_column *columns;
	const struct object_field *filters; /* of a list; NULL: none */
	const struct object_field *fields;  /* of a new or changed object; NULL: none */
	const char *removed;                /* what has become of it: "revoked" */
	const char *confirm;                /* what removing does; NULL: what needs no question */
	/* what of the object the question says, too, ends with NULL; NULL: nothing */
	const char *const *telling;
	bool unread; /* the API gives none alone, so it is removed unseen */
};

int object_list(const struct object_kind *kind, const struct object_options *o);
int object_show(const struct object_kind *kind, const struct object_options *o, const char *name);
/* fixed: fields that are no options; the reference is taken over. */
int object_create(const struct object_kind *kind, const struct object_options *o, json_t *fixed);
/* As object_create(), and gives the object instead of printing it. */
int object_make(const struct object_kind *kind, const struct object_options *o, json_t *fixed,
    struct controller_answer *ret);
/* Changes what it read just before, or nothing when somebody else did meanwhile. */
int object_change(const struct object_kind *kind, const struct object_options *o, const char *name);
/* Removes what it read just before, and was asked for; or nothing, when somebody changed it since.
 */
int object_remove(const struct object_kind *kind, const struct object_options *o, const char *name);
/* Likewise, with a query ("?a=b", or ""). */
int object_remove_with(const struct object_kind *kind, const struct object_options *o,
    const char *name, const char *query);

/* The run functions that are no more than that; the name of the object is the first argument. */
/* clang-format off */
#define OBJECT_RUN(function, does)                                                                     \
	static int function(const void *options, int argc, char **args)                               \
	{                                                                                              \
		(void)argc;                                                                            \
		(void)args;                                                                            \
		return does;                                                                           \
	}
#define OBJECT_RUN_LIST(function, kind) OBJECT_RUN(function, object_list(&(kind), options))
#define OBJECT_RUN_SHOW(function, kind) OBJECT_RUN(function, object_show(&(kind), options, args[0]))
#define OBJECT_RUN_SET(function, kind) OBJECT_RUN(function, object_change(&(kind), options, args[0]))
#define OBJECT_RUN_REMOVE(function, kind) OBJECT_RUN(function, object_remove(&(kind), options, args[0]))

/* A command with `count` arguments, all of them needed. */
#define OBJECT_COMMAND(its_name, its_args, its_count, its_summary, its_options, type, its_defaults,    \
    its_run)                                                                                           \
	{                                                                                              \
		.name = its_name, .args = its_args, .summary = its_summary, .args_min = its_count,     \
		.args_max = its_count, .options = its_options,                                         \
		.option_count = ARRAY_SIZE(its_options), .options_size = sizeof(type),                 \
		.defaults = its_defaults, .run = its_run                                               \
	}
/* clang-format on */

/* ---- for commands that do more ---- */

/*
 * Adds the path of the kind's objects, or of the one of that name, to `path`. It asks for the
 * token's project when one is needed and none was given.
 */
int object_path(const struct object_kind *kind, const struct object_options *o,
    const struct controller *c, const char *name, struct strbuf *path);
/* The body of a change, for the caller to decref: EXIT_SUCCESS, or it was said what is wrong. */
int object_body(const struct object_kind *kind, const struct object_options *o, json_t **ret);

/* An object, or a part of one, where it stands and as it was read. Initialise with { 0 }. */
struct object_found {
	struct controller controller;
	struct strbuf path;
	struct controller_answer was;
};
/* Reads what is called so; part: "", or "/network". EXIT_SUCCESS, or it was said why not; either
 * way object_found_done() ends it. */
int object_find(const struct object_kind *kind, const struct object_options *o, const char *name,
    const char *part, struct object_found *ret);
void object_found_done(struct object_found *f);
/* Changes what was found to the body (taken over), unless it was changed meanwhile; prints it. */
int object_patch(const struct object_options *o, const struct object_found *f, json_t *body);
/* Likewise, with the words (ends with NULL) as further tags, or as none of its tags. */
int object_tag(
    const struct object_options *o, const struct object_found *f, char **words, bool remove);

/* Prints an object (borrowed) as the options want it. */
int object_print(const struct object_options *o, json_t *object);
/* Whether somebody at the terminal says yes, or --yes did: EXIT_SUCCESS, or it was said why not. */
int object_confirm(const struct object_options *o, const char *consequences);
