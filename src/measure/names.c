#include "measure/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"

#define NO_NAMES "{\"names\":[]}"

struct names {
	struct arena *arena;        /* owned; holds entries and texts */
	struct name_entry *entries; /* sorted by address */
	size_t count;
};

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	arena_free(n->arena);
	free(n);
}

static void
names_freep(struct names **n)
{
	names_free(*n);
}

static int
compare(const void *a, const void *b)
{
	const struct name_entry *x = a, *y = b;

	return ip_cmp(x->address, y->address);
}

const struct name_entry *
names_find(const struct names *n, struct ip address)
{
	const struct name_entry key = { .address = address };

	if (n == NULL || n->count == 0)
		return NULL;
	return bsearch(&key, n->entries, n->count, sizeof(*n->entries), compare);
}

const struct name_entry *
names_find_name(const struct names *n, const char *name)
{
	for (size_t i = 0; n && i < n->count; i++) {
		if (n->entries[i].name && strcmp(n->entries[i].name, name) == 0)
			return &n->entries[i];
	}
	return NULL;
}

const struct name_entry *
names_find_site(const struct names *n, const char *site)
{
	for (size_t i = 0; n && i < n->count; i++) {
		const struct name_entry *entry = &n->entries[i];

		if (entry->has_place && entry->site && strcmp(entry->site, site) == 0)
			return entry;
	}
	return NULL;
}

const struct name_entry *
names_nearest_site(const struct names *n, struct geo_point at)
{
	const struct name_entry *nearest = NULL;
	double least = 0;

	for (size_t i = 0; n && i < n->count; i++) {
		const struct name_entry *entry = &n->entries[i];
		double km;

		if (!entry->has_place || entry->site == NULL)
			continue;
		km = geo_distance_km(entry->place, at);
		if (nearest == NULL || km < least) {
			nearest = entry;
			least = km;
		}
	}
	return nearest;
}

/* The text of a key, NULL when absent or null. */
static int
load_text(struct names *n, const json_t *object, const char *key, const char **ret, struct err *e)
{
	const json_t *j = json_object_get(object, key);

	*ret = NULL;
	if (j == NULL || json_is_null(j))
		return 0;
	if (!json_is_string(j))
		return err_set(e, -EINVAL, "\"%s\" is not a string", key);
	if (json_string_length(j) == 0 || json_string_length(j) > NAMES_TEXT_MAX)
		return err_set(e, -EINVAL, "\"%s\" has %zu bytes, expected 1 to %d", key,
		    json_string_length(j), NAMES_TEXT_MAX);
	*ret = arena_strdup(n->arena, json_string_value(j));
	return 0;
}

static int
load_place(const json_t *object, struct name_entry *entry, struct err *e)
{
	const json_t *latitude = json_object_get(object, "latitude"),
		     *longitude = json_object_get(object, "longitude");

	if ((latitude == NULL || json_is_null(latitude)) &&
	    (longitude == NULL || json_is_null(longitude)))
		return 0;
	entry->has_place = true;
	entry->place.latitude = json_number_value(latitude);
	entry->place.longitude = json_number_value(longitude);
	if (!json_is_number(latitude) || !json_is_number(longitude) || !geo_is_place(entry->place))
		return err_set(
		    e, -EINVAL, "\"latitude\" and \"longitude\" are not the degrees of a place");
	return 0;
}

static int
load_entry(struct names *n, const json_t *object, struct name_entry *entry, struct err *e)
{
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{ "name", &entry->name },
		{ "city", &entry->city },
		{ "city_name", &entry->city_name },
		{ "network", &entry->network },
		{ "site", &entry->site },
	};
	const json_t *address = json_object_get(object, "address"),
		     *asn = json_object_get(object, "asn");

	if (!json_is_object(object))
		return err_set(e, -EINVAL, "is not an object");
	if (!json_is_string(address) || ip_parse(json_string_value(address), &entry->address) < 0)
		return err_set(e, -EINVAL, "\"address\" is not an IP address");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int r = load_text(n, object, texts[i].key, texts[i].to, e);

		if (r < 0)
			return r;
	}
	if (load_place(object, entry, e) < 0)
		return -EINVAL;
	if (asn == NULL || json_is_null(asn))
		return 0;
	if (!json_is_integer(asn) || json_integer_value(asn) < 0 ||
	    json_integer_value(asn) > UINT32_MAX)
		return err_set(e, -EINVAL, "\"asn\" is not an AS number");
	entry->asn = (uint32_t)json_integer_value(asn);
	return 0;
}

static int
load_entries(struct names *n, const char *label, const json_t *root, struct err *e)
{
	const json_t *array = json_object_get(root, "names");
	size_t count = json_array_size(array);

	if (!json_is_object(root) || !json_is_array(array))
		return err_set(e, -EINVAL, "%s: expected an object with an array \"names\"", label);
	if (count > NAMES_MAX)
		return err_set(
		    e, -E2BIG, "%s: %zu names are too many, at most %d", label, count, NAMES_MAX);
	n->entries = arena_alloc(n->arena, (count + 1) * sizeof(*n->entries));
	n->count = count;
	for (size_t i = 0; i < count; i++) {
		if (load_entry(n, json_array_get(array, i), &n->entries[i], e) < 0)
			return err_prefix(e, "%s: names[%zu]", label, i);
	}
	qsort(n->entries, count, sizeof(*n->entries), compare);
	for (size_t i = 1; i < count; i++) {
		char text[IP_STR_MAX];

		if (ip_equal(n->entries[i - 1].address, n->entries[i].address))
			return err_set(e, -EEXIST, "%s: %s is there twice", label,
			    ip_format(n->entries[i].address, text));
	}
	return 0;
}

int
names_load_text(const char *label, const char *text, size_t len, struct names **ret, struct err *e)
{
	_cleanup_(names_freep) struct names *n = xcalloc(1, sizeof(*n));
	json_error_t error;
	json_t *root;
	int r;

	n->arena = arena_new();
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		return err_set(
		    e, -EINVAL, "%s:%d:%d: %s", label, error.line, error.column, error.text);
	r = load_entries(n, label, root, e);
	json_decref(root);
	if (r < 0)
		return r;
	*ret = TAKE(n);
	return 0;
}

/* /dev/null, which is how one says that there are none. */
static bool
is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* The whole file, its size known before; owned by the caller. */
static int
read_file(const char *path, int fd, char **ret, size_t *ret_len, struct err *e)
{
	_cleanup_(freep) char *text = NULL;
	struct stat st;
	size_t len = 0;

	if (fstat(fd, &st) < 0)
		return err_errno(e, -errno, "%s", path);
	if (!S_ISREG(st.st_mode) && !is_null_device(&st))
		return err_set(e, -EINVAL, "%s: is not a file", path);
	if (st.st_size > (off_t)NAMES_FILE_MAX)
		return err_set(e, -EFBIG, "%s: is larger than %u MiB", path, NAMES_FILE_MAX >> 20);
	text = xmalloc((size_t)st.st_size);
	while (len < (size_t)st.st_size) {
		ssize_t n = read(fd, text + len, (size_t)st.st_size - len);

		if (n < 0)
			return err_errno(e, -errno, "%s", path);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret = TAKE(text);
	*ret_len = len;
	return 0;
}

int
names_load_file(const char *path, struct names **ret, struct err *e)
{
	_cleanup_(freep) char *text = NULL;
	size_t len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return err_errno(e, -errno, "%s", path);
	r = read_file(path, fd, &text, &len, e);
	(void)close(fd);
	if (r < 0)
		return r;
	if (len == 0)
		return names_load_text(path, NO_NAMES, strlen(NO_NAMES), ret, e);
	return names_load_text(path, text, len, ret, e);
}
