/*
 * The text that Prometheus scrapes: exposition format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). Pure.
 *
 * A family is begun once, with its name, type and help; all its samples follow it. Names are the
 * caller's to get right; values of labels and helps may be any text, and are escaped; what is
 * no UTF-8, or not seen, becomes "?".
 */
#pragma once

#include <stdint.h>

#include "base/histogram.h"
#include "base/strbuf.h"

#define PROM_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum prom_type {
	PROM_COUNTER, /* its name ends with _total */
	PROM_GAUGE,
	PROM_HISTOGRAM,
	PROM_SUMMARY, /* without quantiles: a sum and a count */
};

struct prom_label {
	const char *name, *value; /* value NULL: the label is left out */
};

/* Up to so many labels in a sample; the list ends with a NULL name, or at the end. */
#define PROM_LABELS_MAX 5
typedef struct prom_label prom_labels[PROM_LABELS_MAX];

void prom_family(struct strbuf *out, const char *name, enum prom_type type, const char *help);
void prom_count(struct strbuf *out, const char *name, const prom_labels labels, uint64_t value);
void prom_number(struct strbuf *out, const char *name, const prom_labels labels, double value);
/* All samples of a histogram; its bounds are in seconds, in the label "le". */
void prom_histogram(
    struct strbuf *out, const char *name, const prom_labels labels, const struct histogram *h);
/* The samples of a summary without quantiles. */
void prom_summary(
    struct strbuf *out, const char *name, const prom_labels labels, double sum, uint64_t count);
