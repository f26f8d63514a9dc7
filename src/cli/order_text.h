/* What a status says of the orders of operators: drains and holds. Pure. */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "base/table.h"

/* Of the object `drain` of a service: "12 of 40 connections left, at most 9m50s more". */
void drain_text(const json_t *drain, struct strbuf *out);
/* The tables of drains and of holds; of each nothing when there is none. */
void orders_text(const json_t *services, struct table_look look, struct strbuf *out);
