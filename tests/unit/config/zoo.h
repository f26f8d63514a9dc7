/* A schema that uses every type, flag and limit; for the unit tests and the fuzz target. */
#pragma once

#include "config/config.h"

struct zoo_animal {
	const char *name;
	uint32_t legs;
	struct conf_u32 cubs;
	struct duration nap;
	const char *keeper;
	struct conf_list food; /* const char * */
};

struct zoo_gate {
	struct ip address;
	struct conf_list doors; /* struct endpoint */
	double width;
};

struct zoo_ticket {
	const char *kind;
	double price;
};

struct zoo_office {
	bool open;
	const char *phone;
};

/* A car has wheels, a boat has sails and a harbour. */
struct zoo_vehicle {
	const char *name;
	int kind;
	uint32_t wheels, sails;
	const char *harbour;
};

struct zoo {
	const char *title;
	struct ip router_id;
	bool open;
	uint32_t visitors;
	double latitude;
	struct duration hold_time;
	struct duration pause;
	const char *motto;
	const char *password;
	struct conf_list locks; /* const char *: "WHERE: NUMBER" */
	int season;
	struct prefix land;
	struct endpoint door;
	struct zoo_office office;
	struct conf_list days;    /* int */
	struct conf_list numbers; /* uint32_t */
	struct conf_list tickets; /* struct zoo_ticket */
	struct conf_list animals; /* struct zoo_animal, by name */
	struct conf_list gates;   /* struct zoo_gate, by address */
	struct conf_list vehicles; /* struct zoo_vehicle, by name */
};

extern const struct conf_schema zoo_schema;
