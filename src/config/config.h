/*
 * YAML to structs through one schema table, with file, line, column and caret in every error.
 *
 * A schema is a table of fields: key, type, offset, default, limits, and one line of documentation.
 * The same rows load a file, refuse what is wrong in it, print a struct back with every default,
 * and are compared with the manual page by a test. Nothing is started or changed while a file is
 * read: a loaded struct is complete and checked, or there is none.
 *
 * A schema's own check function runs after all fields were read; it reports with conf_error_at(),
 * which finds the place in the file from the address of the field. Every error is collected (up to
 * CONF_ERRORS_MAX), not just the first. A misspelt key is refused, and its value taken for that of the
 * key that was meant, so that the checks find the rest at once.
 *
 * Limits on what a file can make us do: CONF_FILE_MAX bytes, CONF_DEPTH_MAX levels, no YAML
 * aliases, no tags, one document.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/ip.h"
#include "base/strbuf.h"
#include "base/time.h"

#define CONF_FILE_MAX (1u << 20)
#define CONF_DEPTH_MAX 16
#define CONF_ERRORS_MAX 20

struct conf;
struct conf_schema;

enum conf_type {
	CONF_BOOL,     /* bool: true, false (only these) */
	CONF_U32,      /* uint32_t: decimal, min..max */
	/* struct conf_u32: as CONF_U32, and 0 is not the same as absent; no default */
	CONF_OPT_U32,
	CONF_DOUBLE,   /* double: decimal, min..max as given */
	CONF_DURATION, /* struct duration: "250ms", min..max in ns */
	CONF_STRING,   /* const char *: min..max bytes; NULL when absent without default */
	/* const char *: letters, digits, "-", "_", "." and a letter or digit first */
	CONF_NAME,
	CONF_SECRET,   /* const char *: as CONF_STRING; printed as "(secret)", or as `show` says */
	CONF_ENUM,     /* int: index into names */
	CONF_IP,       /* struct ip; family IP_NONE when absent */
	CONF_PREFIX,   /* struct prefix without host bits */
	CONF_ENDPOINT, /* struct endpoint "192.0.2.1:80", "[2001:db8::1]:80" */
	CONF_STRUCT,   /* the struct of `schema`, in place */
	CONF_LIST,     /* struct conf_list of `item` (a scalar type, or CONF_STRUCT of `schema`) */
	/*
	 * struct conf_list of structs of `schema`, in file order; the map's key goes into the
	 * schema's CONF_KEY field; a key twice is an error
	 */
	CONF_MAP,
};

enum conf_flags {
	CONF_REQUIRED = 1 << 0,
	/*
	 * in a schema used by CONF_MAP: the field (CONF_NAME, CONF_IP, ...) that takes the map's
	 * key; it is not a key of its own
	 */
	CONF_KEY = 1 << 1,
	CONF_OR_ZERO = 1 << 2, /* with limits: 0 is allowed beside min..max */
	CONF_OR_ONE = 1 << 3,  /* a list of scalars: one may stand there without brackets */
	/*
	 * another value is taken while what was made from the object around it goes on; without the
	 * flag that has to be made anew
	 */
	CONF_LIVE = 1 << 4,
};

/* A number that may be absent. */
struct conf_u32 {
	bool given;
	uint32_t value;
};

/* A list's items, size given by its type; in the arena of its struct conf. */
struct conf_list {
	void *items;
	size_t count;
};

struct conf_field {
	const char *key;
	enum conf_type type;
	size_t offset;
	unsigned flags;
	/*
	 * the default as it would stand in the file, without quotes; for a list of scalars "[a,
	 * b]"; NULL: zero, or absent
	 */
	const char *def;
	/* see enum conf_type; both 0: no limit. For lists and maps: the count */
	int64_t min, max;
	const char *const *names;         /* CONF_ENUM (and lists of it), ends with NULL */
	enum conf_type item;              /* CONF_LIST */
	const struct conf_schema *schema; /* CONF_STRUCT, CONF_MAP, CONF_LIST of CONF_STRUCT */
	/*
	 * Where the schema has a selector: with which of its values the key may be given, a bit
	 * (1 << value) for each; 0: with all. With another it is refused, has no default and is not
	 * printed.
	 */
	uint32_t only;
	/*
	 * CONF_SECRET (and lists of it), optional: adds what may be shown of a value, which has to
	 * load again; anything may stand in the value.
	 */
	void (*show)(const char *text, struct strbuf *out);
	const char *doc;                  /* one line, for the manual page and the reference */
};

/* A key that was once, and what to write today. */
struct conf_gone {
	const char *key;
	const char *now; /* "write connect: passive" */
};

struct conf_schema {
	const char *what; /* "a neighbor", for "unknown key ... of a neighbor" */
	size_t size;      /* of the struct */
	const struct conf_field *fields;
	size_t field_count;
	/*
	 * For an item of a list or map (or CONF_STRUCT) that may be written as one scalar: the key
	 * of the field that takes it ("- 192.0.2.1" for "- address: 192.0.2.1"). NULL: must be a
	 * map.
	 */
	const char *short_key;
	const struct conf_gone *gone; /* ends with a NULL key; NULL: none */
	/*
	 * The key of a required CONF_ENUM field that says of what kind the object is, for fields
	 * that only some kinds have. NULL: there are none.
	 */
	const char *selector;
	/*
	 * Optional: looks at the finished struct; reports with conf_error_at(). All checks run
	 * after the whole file was read, children first, and only for objects in which every value
	 * could be read, though it may stand at a misspelt key.
	 */
	void (*check)(struct conf *c, void *object);
};

#define CONF_SCHEMA(what_, type_, fields_, ...)                                                    \
	{                                                                                          \
		.what = (what_), .size = sizeof(type_), .fields = (fields_),                       \
		.field_count = ARRAY_SIZE(fields_), __VA_ARGS__                                    \
	}

/*
 * Why a text is none that is given to the parser of YAML, and where, as an offset; NULL: it may be.
 * What is not UTF-8 that a person can see is skipped by it, ends the file for it, or costs it all
 * its time.
 */
const char *conf_text_refusal(const char *text, size_t len, size_t *ret_at);

/* A place in a text that is no configuration, from 0. */
struct conf_spot {
	size_t line, column, width; /* columns: of code points */
	const char *secret;         /* a line in which this stands is not shown; NULL: all are */
};
/*
 * What is wrong there, as of a configuration: "name:line:column: what", the line, and a caret below
 * the place. A spot behind all lines is at the end of the last one that has something.
 */
void conf_show_place(struct strbuf *out, const char *name, const char *text, size_t len,
    struct conf_spot spot, const char *what);

/*
 * Reads a file (or text; name stands for the file name in errors). On success gives 0 and a conf
 * whose root is the filled struct. On failure gives a negative errno, fills errors with the whole
 * text for the person (ends with a newline), and leaves *ret alone.
 */
int conf_load_file(const char *path, const struct conf_schema *schema, struct conf **ret,
    struct strbuf *errors) _must_use_;
int conf_load_text(const char *name, const char *text, size_t len, const struct conf_schema *schema,
    struct conf **ret, struct strbuf *errors) _must_use_;
/*
 * As conf_load_text(), for a text that somebody has not seen as lines: each error goes to fn, in the
 * order of the text, with its line (from 1) and its sentence.
 */
typedef void (*conf_error_fn)(void *userdata, size_t line, const char *sentence);
int conf_load_text_told(const char *name, const char *text, size_t len,
    const struct conf_schema *schema, struct conf **ret, conf_error_fn fn, void *userdata)
    _must_use_;
/*
 * What somebody else says beside a file: a text of its own, whose maps go into those of the same
 * keys of the file, behind what the file has in them. A key that both have is an error, of the
 * addition.
 */
struct conf_addition {
	const char *name; /* stands for the file's in conf_where() */
	const char *text;
	size_t len;
};
/* As conf_load_text_told(), of both; a line is one of the text that the error is in. */
int conf_load_text_added(const char *name, const char *text, size_t len,
    const struct conf_addition *added, const struct conf_schema *schema, struct conf **ret,
    conf_error_fn fn, void *userdata) _must_use_;
/*
 * The file of a configuration that was loaded again, as it was then, and with it the files that it
 * names (conf_read_file()): what has changed since on the disk is the next reload's. With an
 * addition, or NULL. Errors as of conf_load_text_added().
 */
int conf_load_again(const struct conf *before, const struct conf_addition *added,
    const struct conf_schema *schema, struct conf **ret, conf_error_fn fn,
    void *userdata) _must_use_;
void conf_free(struct conf *c); /* NULL is fine; frees the root and all that it holds */
void conf_freep(struct conf **c);

void *conf_root(const struct conf *c);         /* borrowed from c */
struct arena *conf_arena(const struct conf *c); /* lives as long as c */
const char *conf_name(const struct conf *c);   /* the file's name, as given */
const char *conf_text(const struct conf *c);   /* all that was read, with its secrets */
/* The text of the addition; "": there is none. */
const char *conf_added_text(const struct conf *c);

/*
 * For check functions. `field` is the address of a field of the loaded struct (or of a list's
 * item); when the file did not set it, the place is that of the object around it. The sentence says
 * what is wrong and what was expected, without a full stop.
 */
void conf_error_at(struct conf *c, const void *field, const char *fmt, ...) _printf_(3, 4);
/* Whether the file itself set the field (rather than its default). Not for CONF_STRUCT fields,
 * whose address is that of their first field. */
bool conf_is_set(const struct conf *c, const void *field);
/* Whether the object or field came with the addition. */
bool conf_is_added(const struct conf *c, const void *field);
/* "file:line" of a field, for messages after loading; "" when unknown. Borrowed from c's arena. */
const char *conf_where(const struct conf *c, const void *field);

/*
 * For check functions: as much of a regular file as fits, and a NUL behind it. Gives the bytes, or
 * a negative errno; -EISDIR: it is no regular file.
 */
ssize_t conf_read_file(struct conf *c, const char *path, char *buf, size_t size);

/*
 * The struct as YAML with every default, each key in the order of the schema; loads again to the
 * same.
 */
void conf_print(const struct conf_schema *schema, const void *object, struct strbuf *out);
/* ---- diff.c: from one configuration to another ---- */

/* One difference of two objects. Everything is borrowed for the time of the call. */
struct conf_difference {
	const char *where; /* the objects around it: "animal lion: "; "" for the root itself */
	/* whose value differs; of what came or went: the map or list that it is part of */
	const struct conf_field *field;
	const char
	    *item; /* of what came or went: its name or value, also of a secret that is another
		    * one; NULL: field is another value */
	const char *was, *is; /* as in the file; NULL for what did not exist, or does no more */
};

typedef void (*conf_diff_fn)(void *userdata, const struct conf_difference *d);

/*
 * Calls fn for each difference of two objects of the schema, in the order of its keys: of the items
 * of maps by their keys, of lists of scalars by their values, of lists of objects by their numbers,
 * from 1. The order of a map means nothing. Secrets are compared, and what may be shown of them is in
 * was and is, which can be the same then.
 */
void conf_diff(const struct conf_schema *schema, const void *was, const void *is, conf_diff_fn fn,
    void *userdata);
/* "animal lion: legs: 4 → 6", "animal lion: removed", "animal lion: food: meat added" */
void conf_difference_format(const struct conf_difference *d, struct strbuf *out);
/* Whether what was made from `was` can go on as `is` says: nothing differs but CONF_LIVE fields of
 * the object itself and of structs in it. */
bool conf_diff_is_live(const struct conf_schema *schema, const void *was, const void *is);

/* The reference of all keys: "key (type, default): doc" lines with nested keys indented. */
void conf_print_reference(const struct conf_schema *schema, struct strbuf *out);
