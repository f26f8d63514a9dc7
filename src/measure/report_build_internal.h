/* What the files of report_build.h share. */
#pragma once

#include "measure/report_build.h"

/* What names, origins and places know of the address; texts are the report's. */
void report_builder_know(struct report_builder *b, struct ip address, uint32_t *asn,
    const char **network, const char **label, struct report_place *place);
