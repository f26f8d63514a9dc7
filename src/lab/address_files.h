/*
 * The files that say what each address of a lab is, the same in every node: its name, for nearcast
 * trace and probe; its place and its network, for the reports of catchments.
 */
#pragma once

#include "lab/topology.h"

#define ADDRESS_FILES_FOLDER "/etc/nearcast/" /* hit lists are there, too */
#define NAMES_NAME "names.json"
#define NAMES_PATH ADDRESS_FILES_FOLDER NAMES_NAME
#define PLACES_NAME "places.csv"
#define PLACES_PATH ADDRESS_FILES_FOLDER PLACES_NAME
#define ORIGINS_NAME "pfx2as.txt"
#define ORIGINS_PATH ADDRESS_FILES_FOLDER ORIGINS_NAME

/* All in the topology's arena. The first as measure/names.h reads it, of all nodes and of the
 * Global IPs, which have no place. */
const char *address_files_names(const struct topology *t);
/* As measure/places.h and measure/origins.h read them: a line for each address of a node, and one
 * for each block of a network. */
const char *address_files_places(const struct topology *t);
const char *address_files_origins(const struct topology *t);
