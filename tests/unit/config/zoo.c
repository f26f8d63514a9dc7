#include <string.h>

#include "zoo.h"

static const char *const seasons[] = { "summer", "winter", "closed", NULL };
static const char *const days[] = { "mon", "tue", "wed", NULL };

static void
check_animal(struct conf *c, void *object)
{
	struct zoo_animal *a = object;

	if (a->legs % 2 != 0)
		conf_error_at(c, &a->legs, "%u is odd; expected pairs of legs", a->legs);
	if (a->legs > 10 && !conf_is_set(c, &a->keeper))
		conf_error_at(c, &a->keeper, "%s needs a keeper", a->name);
}

static void
check_zoo(struct conf *c, void *object)
{
	struct zoo *z = object;
	const uint32_t *numbers = z->numbers.items;

	for (size_t i = 1; i < z->numbers.count; i++) {
		if (numbers[i] <= numbers[i - 1])
			conf_error_at(
			    c, &numbers[i], "expected more than the %u before it", numbers[i - 1]);
	}
	if (z->router_id.family == IP_V6)
		conf_error_at(c, &z->router_id, "expected an IPv4 address");
}

enum vehicle_kind { BOAT, BUS, CART };
static const char *const kinds[] = { "boat", "bus", "cart", NULL };

/* clang-format off */
#define ON_LAND (1 << BUS | 1 << CART)
#define AT(s, f) .offset = offsetof(struct s, f)
static const struct conf_field animal_fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(zoo_animal, name), .flags = CONF_KEY, .doc = "its name" },
	{ .key = "legs", .type = CONF_U32, AT(zoo_animal, legs), .def = "4", .max = 100, .doc = "in pairs" },
	{ .key = "cubs", .type = CONF_OPT_U32, AT(zoo_animal, cubs), .max = 9, .doc = "when known" },
	{ .key = "nap", .type = CONF_DURATION, AT(zoo_animal, nap), .min = NS_PER_S, .doc = "after lunch" },
	{ .key = "keeper", .type = CONF_STRING, AT(zoo_animal, keeper), .min = 1, .max = 20, .doc = "who" },
	{ .key = "food", .type = CONF_LIST, AT(zoo_animal, food), .item = CONF_STRING, .max = 3, .doc = "what" },
};
static const struct conf_gone animal_gone[] = { { "cage", "write keeper: NAME" }, { 0 } };
static const struct conf_schema animal_schema =
    CONF_SCHEMA("an animal", struct zoo_animal, animal_fields, .check = check_animal, .gone = animal_gone);

static const struct conf_field gate_fields[] = {
	{ .key = "address", .type = CONF_IP, AT(zoo_gate, address), .flags = CONF_KEY, .doc = "where" },
	{ .key = "doors", .type = CONF_LIST, AT(zoo_gate, doors), .item = CONF_ENDPOINT, .min = 1, .max = 4, .doc = "all" },
	{ .key = "width", .type = CONF_DOUBLE, AT(zoo_gate, width), .flags = CONF_REQUIRED, .max = 20, .doc = "metres" },
};
static const struct conf_schema gate_schema =
    CONF_SCHEMA("a gate", struct zoo_gate, gate_fields, .short_key = "width");

static const struct conf_field ticket_fields[] = {
	{ .key = "kind", .type = CONF_STRING, AT(zoo_ticket, kind), .flags = CONF_REQUIRED, .doc = "for whom" },
	{ .key = "price", .type = CONF_DOUBLE, AT(zoo_ticket, price), .def = "12.5", .doc = "in euro" },
};
static const struct conf_schema ticket_schema =
    CONF_SCHEMA("a ticket", struct zoo_ticket, ticket_fields, .short_key = "kind");

static const struct conf_field office_fields[] = {
	{ .key = "phone", .type = CONF_STRING, AT(zoo_office, phone), .flags = CONF_REQUIRED, .doc = "number" },
	{ .key = "open", .type = CONF_BOOL, AT(zoo_office, open), .flags = CONF_LIVE, .def = "true", .doc = "at noon" },
};
static const struct conf_schema office_schema = CONF_SCHEMA("an office", struct zoo_office, office_fields);

static const struct conf_field vehicle_fields[] = {
	{ .key = "name", .type = CONF_NAME, AT(zoo_vehicle, name), .flags = CONF_KEY, .doc = "its name" },
	{ .key = "kind", .type = CONF_ENUM, AT(zoo_vehicle, kind), .flags = CONF_REQUIRED, .names = kinds, .doc = "what" },
	{ .key = "wheels", .type = CONF_U32, AT(zoo_vehicle, wheels), .only = ON_LAND, .def = "4", .doc = "that turn" },
	{ .key = "sails", .type = CONF_U32, AT(zoo_vehicle, sails), .only = 1 << BOAT, .doc = "set" },
	{ .key = "harbour", .type = CONF_STRING, AT(zoo_vehicle, harbour), .only = 1 << BOAT,
	  .flags = CONF_REQUIRED, .doc = "at home" },
};
static const struct conf_schema vehicle_schema =
    CONF_SCHEMA("a vehicle", struct zoo_vehicle, vehicle_fields, .selector = "kind");

/* Where it is. */
static void
show_lock(const char *text, struct strbuf *out)
{
	strbuf_add_mem(out, text, strcspn(text, ":"));
	strbuf_add(out, ": (secret)");
}

static const struct conf_field zoo_fields[] = {
	{ .key = "title", .type = CONF_NAME, AT(zoo, title), .flags = CONF_REQUIRED, .max = 20, .doc = "short" },
	{ .key = "router-id", .type = CONF_IP, AT(zoo, router_id), .doc = "IPv4" },
	{ .key = "open", .type = CONF_BOOL, AT(zoo, open), .def = "true", .doc = "today" },
	{ .key = "visitors", .type = CONF_U32, AT(zoo, visitors), .min = 1, .max = 65535, .doc = "at once" },
	{ .key = "latitude", .type = CONF_DOUBLE, AT(zoo, latitude), .def = "-52.25", .min = -90, .max = 90, .doc = "degrees" },
	{ .key = "hold-time", .type = CONF_DURATION, AT(zoo, hold_time), .flags = CONF_OR_ZERO, .def = "90s",
	  .min = 3 * NS_PER_S, .max = 65535 * NS_PER_S, .doc = "of the session" },
	{ .key = "pause", .type = CONF_DURATION, AT(zoo, pause), .flags = CONF_LIVE, .doc = "any" },
	{ .key = "motto", .type = CONF_STRING, AT(zoo, motto), .doc = "any" },
	{ .key = "password", .type = CONF_SECRET, AT(zoo, password), .min = 1, .max = 80, .doc = "hidden" },
	{ .key = "locks", .type = CONF_LIST, AT(zoo, locks), .item = CONF_SECRET, .show = show_lock, .flags = CONF_OR_ONE,
	  .min = 1, .max = 9, .doc = "their numbers" },
	{ .key = "season", .type = CONF_ENUM, AT(zoo, season), .def = "winter", .names = seasons, .doc = "now" },
	{ .key = "land", .type = CONF_PREFIX, AT(zoo, land), .doc = "all of it" },
	{ .key = "door", .type = CONF_ENDPOINT, AT(zoo, door), .doc = "the main one" },
	{ .key = "office", .type = CONF_STRUCT, AT(zoo, office), .schema = &office_schema, .doc = "at the door" },
	{ .key = "days", .type = CONF_LIST, AT(zoo, days), .item = CONF_ENUM, .names = days, .def = "[mon, wed]",
	  .max = 3, .doc = "of the week" },
	{ .key = "numbers", .type = CONF_LIST, AT(zoo, numbers), .item = CONF_U32, .flags = CONF_OR_ONE, .doc = "rising" },
	{ .key = "tickets", .type = CONF_LIST, AT(zoo, tickets), .item = CONF_STRUCT, .schema = &ticket_schema, .doc = "all" },
	{ .key = "animals", .type = CONF_MAP, AT(zoo, animals), .schema = &animal_schema, .doc = "by name" },
	{ .key = "gates", .type = CONF_MAP, AT(zoo, gates), .schema = &gate_schema, .doc = "by address" },
	{ .key = "vehicles", .type = CONF_MAP, AT(zoo, vehicles), .schema = &vehicle_schema, .min = 1, .max = 9, .doc = "to ride" },
};
/* clang-format on */

const struct conf_schema zoo_schema =
    CONF_SCHEMA("a zoo", struct zoo, zoo_fields, .check = check_zoo);
