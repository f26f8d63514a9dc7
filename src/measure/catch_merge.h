/*
 * The files of all sites, put together: where each target lands, and how far that is from the best
 * there could be.
 *
 * What a file lacks is said, and costs nothing of the others: a site that went away, rows that are
 * broken, a file that is none.
 */
#pragma once

#include <jansson.h>

#include "measure/catch_rtts.h"
#include "measure/catch_table.h"

enum catch_file_state {
	CATCH_FILE_WHOLE,
	CATCH_FILE_STOPPED, /* who sent the requests did not come to the end of the list */
	CATCH_FILE_CUT,     /* without its last line: whoever wrote it went away */
	CATCH_FILE_DROPPED, /* more replies came to its site than it could take */
	CATCH_FILE_FORGED,  /* its site could read no reply: mostly it has another key */
	CATCH_FILE_REFUSED, /* nothing of it was taken */
};

struct catch_merged_file {
	const char *path; /* borrowed; or what a text is called */
	const char *text; /* borrowed while it is read; NULL: the path is of a file */
	char *why;        /* owned; NULL: nothing is wrong */
	char *site;       /* owned; NULL: not known */
	bool rtt;
	enum catch_file_state state;
	uint64_t rows, bad, forged;
	json_t *end; /* owned; its last line, NULL: none */
};

/* Zeroed is empty. */
struct catch_merge {
	struct catch_table table;
	char *address; /* owned; of the first file; NULL: there was none */
	char *run;     /* owned; of the first that knows it; NULL: nobody landed anywhere */
	char *sender, *began;            /* owned; the site that asked, and when; NULL: not known */
	struct catch_merged_file *files; /* owned */
	size_t file_count, file_cap;
	bool has_rtt, has_weights;
	bool has_merged;   /* one was of an earlier merge, which has the least RTT only */
	bool takes_merged; /* files of an earlier merge count, too; to be set before */
	bool keeps_rtts;   /* all of them, not the least only; to be set before */
	struct catch_rtts rtts; /* with keeps_rtts */
	double unmapped;
	uint64_t bad_weights;
	struct strbuf report; /* bad lines, for the person */
};

void catch_merge_done(struct catch_merge *m);
/* Reads all of them; paths end with NULL (files of RTTs in any place among them). That a file is
 * bad fails nothing: it is noted in it. */
void catch_merge_read(struct catch_merge *m, char *const *paths);
/*
 * Likewise one text, which is borrowed for the call; name is borrowed longer. Those of RTTs come
 * behind catch_merge_sort(), and another catch_merge_sort() ends it.
 */
void catch_merge_read_text(struct catch_merge *m, const char *name, const char *text);
void catch_merge_sort(struct catch_merge *m);
int catch_merge_weigh(struct catch_merge *m, const char *path, struct err *e) _must_use_;
/* How many targets requests were sent to, as the file of who sent them says, or an earlier merge;
 * 0: none of them does. */
uint64_t catch_merge_asked(const struct catch_merge *m) _pure_;
/* Every file was whole, and no line bad. */
bool catch_merge_is_complete(const struct catch_merge *m);

/* The whole of it: a row for each target ("TARGET PREFIX SITE[,SITE...] ELAPSED RTT BEST-SITE
 * BEST"). */
int catch_merge_write(
    const struct catch_merge *m, const char *path, uint8_t block_len, struct err *e) _must_use_;
/* The same as a text. */
void catch_merge_format(const struct catch_merge *m, uint8_t block_len, struct strbuf *out);

json_t *catch_merge_to_json(const struct catch_merge *m); /* owned by the caller */
void catch_merge_to_text(const struct catch_merge *m, struct strbuf *out);
