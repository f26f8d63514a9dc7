/* What the status codes of HTTP are called (RFC 9110, section 15, and RFC 6585). */
#pragma once

/* "Not Found"; "Error" for one that is not known here. */
const char *http_reason(unsigned status);
