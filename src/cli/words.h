/* The words that the completion of nearcast asks for; see struct cli_program. */
#pragma once

#include "base/strbuf.h"

extern const char *const cli_word_kinds[];
void cli_add_words(const char *kind, struct strbuf *out);
