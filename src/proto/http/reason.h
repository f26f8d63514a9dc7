/* What the status codes of HTTP are called (RFC 9110, section 15, and RFC 6585), and the types of
 * their problems (RFC 9457) where nobody knows more than the status. */
#pragma once

/* "Not Found"; "Error" for one that is not known here. */
const char *http_reason(unsigned status);
/* "urn:nearcast:problem:malformed" of 400; "about:blank" for one that no server of ours gives. */
const char *http_problem_type(unsigned status);
