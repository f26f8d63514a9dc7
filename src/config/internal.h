/*
 * What the files of this room share: text -> source (lines) -> tree (nodes with places) -> structs.
 *
 * YAML itself is libfyaml's work, through its event interface: that one does not recurse, so the
 * depth and the number of values are ours to limit while the file is read, and aliases cannot
 * multiply.
 */
#pragma once

#include <stdarg.h>

#include "config/config.h"

/* How many values a file may hold: the largest lab we can think of has some thousands. */
#define CONF_VALUES_MAX (1u << 16)
/* The bytes of a map's key: with every byte escaped it still fits YAML's 1024 for a simple key. */
#define CONF_KEY_BYTES_MAX 128

/* A range of bytes of the text. */
struct conf_place {
	size_t start, end; /* end is past the last byte */
};

/* source.c: the text, and where its lines begin. */
struct conf_source {
	const char *text; /* in the arena; ends with NUL */
	size_t len;
	size_t *lines; /* owned: the offset of each line's first byte */
	size_t line_count;
};

/* One value of the file. */
enum conf_node_kind {
	CONF_NODE_SCALAR,
	CONF_NODE_LIST,
	CONF_NODE_MAP,
};

struct conf_node {
	enum conf_node_kind kind;
	struct conf_place place;        /* of a map or list: where it begins */
	const char *text;               /* of a scalar: without quotes and escapes, no NUL inside */
	bool plain;                     /* a scalar without quotes */
	struct conf_node *key;          /* of a value in a map */
	struct conf_node *first, *last; /* of a map or list: the values */
	struct conf_node *next;
	size_t count;
};

/* One error, not yet in its final form. */
struct conf_report {
	struct conf_place place;
	char *text; /* owned */
};

/* marks.c: where a range of a loaded struct's bytes stands in the file. */
struct conf_mark {
	uintptr_t start, end;
	struct conf_place place;
	bool leaf;     /* a field or item that the file itself set; else an object around such */
	size_t order;  /* as they were made: an object comes before those inside it */
	size_t parent; /* index of the range around it, SIZE_MAX for none */
};

/* A check function to be called when everything was read. */
struct conf_pending {
	const struct conf_schema *schema;
	void *object;
};

/* files.c: a file that was read with the configuration. */
struct conf_file {
	struct conf_file *next;
	const char *path, *text;
	size_t len, size; /* size: there was room for so much */
};

struct conf {
	struct arena *arena; /* owned; holds the root, its texts, the nodes */
	const char *name;
	struct conf_source
	    source; /* with an addition: the file's text, a line's end, and its own */
	const char *added_name;
	size_t added_at;      /* where the addition begins in source; SIZE_MAX: there is none */
	const char *own_text; /* the file's alone */
	struct conf_report *reports; /* owned */
	size_t report_count;
	size_t error_count;      /* also those beyond CONF_ERRORS_MAX */
	size_t harmless;         /* of them: unknown keys, without which all values are known */
	struct conf_mark *marks; /* owned */
	size_t mark_count, mark_cap;
	struct conf_pending *pending; /* owned */
	size_t pending_count, pending_cap;
	const char **secret_keys;  /* owned; ends with NULL */
	struct conf_place *hidden; /* owned: the values of such keys, in the order of the file */
	size_t hidden_count, hidden_cap;
	bool is_yaml; /* all of the file was read, so hidden is complete */
	struct conf_file *files;
	const struct conf *before; /* while it is loaded: its files are taken; NULL: none */
	void *root;
};

/* source.c */

#define CONF_BOM "\xef\xbb\xbf"

/* Takes a copy, looks at the bytes, finds the lines. False: reported. */
bool conf_source_init(struct conf *c, const char *text, size_t len);
/* The line (from 0) that holds an offset. */
size_t conf_source_line(const struct conf_source *s, size_t offset);
/* The offset of a line and column (both from 0; columns in code points); clamped to what is there.
 */
size_t conf_source_offset(const struct conf_source *s, size_t line, size_t column);
/* The bytes of a line without its line end. */
const char *conf_source_line_text(const struct conf_source *s, size_t line, size_t *ret_len);
/* The bytes of the code point at text (at most len), or 0 when it is not valid UTF-8. */
size_t conf_utf8_take(const char *text, size_t len, uint32_t *ret_code);
/* Whether a code point may stand in a text as it is: no control character, no line end, no BOM. */
bool conf_utf8_is_printable(uint32_t code);

/* yaml.c: a part of the source, which begins a line. NULL when reported. */
struct conf_node *conf_yaml_parse(struct conf *c, size_t from, size_t len);

/* tree.c */

struct conf_builder {
	struct conf *c;
	size_t from; /* where the part that is parsed begins in the source */
	struct conf_node *stack[CONF_DEPTH_MAX];
	struct conf_node *keys[CONF_DEPTH_MAX]; /* of a map: the key that waits for its value */
	size_t depth;
	struct conf_node *root;
	size_t values;
	size_t last; /* past the last byte that was seen */
	bool in_document;
};

struct fy_event;
/* Adds what one event says; false when it was refused, and reported. */
bool conf_tree_take(struct conf_builder *b, struct fy_event *e);

/* secret.c: what no excerpt of the file may show */

/* The keys whose values are secret, anywhere in the schema. */
void conf_secret_keys(struct conf *c, const struct conf_schema *schema);
/* Finds the values of such keys, also of misspelt ones and where no such key belongs. */
void conf_secret_find(struct conf *c, const struct conf_node *root);
/* Which of the bytes of a line are hidden: sets those of hide, which has room for len. */
void conf_secret_mask(const struct conf *c, size_t line, const char *text, size_t len, bool *hide);

/* error.c */
/* The line, from 1, of the file or of the addition. */
size_t conf_line_of(const struct conf *c, size_t offset);
void conf_report(struct conf *c, struct conf_place place, const char *fmt, ...) _printf_(3, 4);
void conf_report_va(struct conf *c, struct conf_place place, const char *fmt, va_list ap)
    _printf_(3, 0);
/* Forgets the reports behind so many, as if they had not been found. */
void conf_reports_forget(struct conf *c, size_t error_count, size_t report_count);
/* Whether another report would still be shown: the costly part of one can be left out then. */
bool conf_report_wanted(const struct conf *c);
void conf_errors_format(const struct conf *c, struct strbuf *out);
void conf_errors_tell(const struct conf *c, conf_error_fn fn, void *userdata);
/* A value as it is shown in a sentence: clipped, quoted when it was, nothing that moves a terminal.
 */
void conf_show_value(struct strbuf *out, const char *text, bool plain);

/* marks.c */
void conf_mark_add(struct conf *c, const void *at, size_t size, struct conf_place place, bool leaf);
void conf_marks_sort(struct conf *c);

/* scalar.c */
bool conf_type_is_scalar(enum conf_type type);
size_t conf_type_size(const struct conf_schema *schema, enum conf_type type);
/* The field that stands for one item of a list; the limits of a list are those of its count. */
struct conf_field conf_item_field(const struct conf_field *list);
bool conf_text_is_null(const char *text, bool plain);
/* Text to a value of the type at out; false with the reason (without the key) in why. */
bool conf_scalar_parse(const struct conf_field *f, enum conf_type type, const char *text,
    bool plain, struct arena *arena, void *out, struct strbuf *why);
/* The limits of a field: [min, max], or no limit. */
bool conf_limit_allows(const struct conf_field *f, int64_t value);
bool conf_has_max(const struct conf_field *f);

/* default.c: every field that has no node in given (NULL: none has); place is that of the object.
 */
void conf_set_defaults(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *const *given, struct conf_place place, void *object);

/* complain.c: of a value of the wrong kind, and of keys. */
void conf_complain_kind(
    struct conf *c, const struct conf_field *f, enum conf_type type, const struct conf_node *node);
/* Gives the field that was meant, as far as one can tell, or NULL. */
const struct conf_field *conf_complain_unknown_key(
    struct conf *c, const struct conf_schema *schema, const struct conf_node *key);
void conf_complain_twice(
    struct conf *c, const struct conf_node *key, const struct conf_node *first);
void conf_complain_missing(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *node, const struct conf_node *const *given, struct conf_place place,
    const void *object);

/* select.c: keys that only some kinds of an object have */

/* Whether the object, whose selector was read, is of a kind that has the field. */
bool conf_field_applies(
    const struct conf_schema *schema, const struct conf_field *f, const void *object);
/* The field that says of what kind an object is. NULL: the schema has none. */
const struct conf_field *conf_selector(const struct conf_schema *schema);
/* The names of the kinds of which `only` has a bit. */
void conf_expect_kinds(struct strbuf *out, const struct conf_field *selector, uint32_t only);
/* Refuses the keys that the object's kind does not have. */
void conf_refuse_foreign(struct conf *c, const struct conf_schema *schema,
    const struct conf_node *const *given, const void *object);

/* walk.c */

/* The field that a key of the file sets, or NULL; the index into fields when ret_index is not NULL.
 */
const struct conf_field *conf_find_field(
    const struct conf_schema *schema, const char *key, size_t *ret_index);
/* Of a schema that a map uses: the field that takes its keys. */
const struct conf_field *conf_key_field(const struct conf_schema *schema);
/* Fills the root and the list of checks. */
void conf_walk(struct conf *c, const struct conf_schema *schema, const struct conf_node *root);

/* expect.c: in words, "a duration such as 250ms or 1m30s". */
void conf_expect(struct strbuf *out, const struct conf_field *f, enum conf_type type);
void conf_expect_range(struct strbuf *out, const struct conf_field *f, enum conf_type type);
/* "1 to 4 items", "at most 80 bytes" */
void conf_expect_count(struct strbuf *out, const struct conf_field *f, const char *of);
void conf_expect_names(struct strbuf *out, const char *const *names);

/* print.c */

/* Whether a field was left out, and has no value that could be written in its place. */
bool conf_is_absent(const struct conf_field *f, const void *value);
/* A scalar as YAML. */
void conf_print_scalar(
    struct strbuf *out, const struct conf_field *f, enum conf_type type, const void *value);
