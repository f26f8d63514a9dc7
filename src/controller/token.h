/*
 * Secrets that say who asks: tokens of people and programs, of hosts, and those that let a host
 * join.
 *
 * 256 random bits, written as a prefix that says what it is (for secret scanners, and for whoever
 * finds one in a log) and 43 characters of base64url. The store has only the SHA-256 of the text: a
 * secret of so many bits needs no slow hash, and a copy of the store opens nothing. A token is
 * found by that hash, so how long a comparison takes tells nothing: nobody can choose texts whose
 * hashes come near to another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum token_kind {
	TOKEN_PERSON,  /* of a role; "nct_" */
	TOKEN_HOST,    /* the credential of a host; "nch_" */
	TOKEN_JOIN,    /* once, to become a host; "ncj_" */
	TOKEN_SESSION, /* of somebody who has signed in, in a cookie; "ncs_" */
};

#define TOKEN_SECRET_BYTES 32
#define TOKEN_TEXT_SIZE (4 + 43 + 1)
#define TOKEN_HASH_SIZE (64 + 1)

/* From random bytes (getrandom(2)) to the text; wipe both when done (explicit_bzero(3)). */
void token_write(
    enum token_kind kind, const uint8_t secret[TOKEN_SECRET_BYTES], char text[TOKEN_TEXT_SIZE]);
/* Whether it has the form of a token, and of which kind. */
bool token_read(const char *text, enum token_kind *ret);
/* What is stored and searched for, in hexadecimal. */
void token_hash(const char *text, char hash[TOKEN_HASH_SIZE]);
