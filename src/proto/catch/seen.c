/*
 * Which requests of a run were answered: 8 MB when all that a run may have were, and a piece of
 * 8 kB for each 65,536 of them until then.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "proto/catch/internal.h"

#define PIECE_BITS 16
#define PIECE_BYTES ((1u << PIECE_BITS) / 8)

struct catch_seen {
	uint8_t *pieces[CATCH_SEQUENCES_MAX >> PIECE_BITS]; /* owned; NULL: none of it yet */
};

bool
catch_seen_mark(struct catch_seen **seen, uint32_t sequence)
{
	uint32_t at = sequence & ((1u << PIECE_BITS) - 1);
	uint8_t **piece, bit = (uint8_t)(1u << at % 8);

	if (*seen == NULL)
		*seen = xcalloc(1, sizeof(**seen));
	piece = &(*seen)->pieces[sequence >> PIECE_BITS];
	if (*piece == NULL)
		*piece = xcalloc(1, PIECE_BYTES);
	if ((*piece)[at / 8] & bit)
		return false;
	(*piece)[at / 8] |= bit;
	return true;
}

void
catch_seen_free(struct catch_seen *seen)
{
	if (seen == NULL)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(seen->pieces); i++)
		free(seen->pieces[i]);
	free(seen);
}
