/* A file of YAML that becomes JSON: that JSON, read as YAML, is the same. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/yaml_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_auto_t *one = NULL, *again = NULL;
	_cleanup_(freep) char *text = NULL;
	_cleanup_(strbuf_done) struct strbuf wrong = { 0 };

	if (yaml_json("input", (const char *)data, size, &one, &wrong) < 0) {
		assert(one == NULL && wrong.len > 0 && wrong.text[wrong.len - 1] == '\n');
		return 0;
	}
	text = json_dumps(one, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
	assert(text != NULL);
	assert(yaml_json("again", text, strlen(text), &again, &wrong) == 0 && json_equal(one, again));
	return 0;
}
