/* The style and the script of the page (page.css, page.js; made by embed.py), and for each what a
 * content security policy calls it: "sha256-…". */
#pragma once

extern const char report_style[], report_style_hash[];
extern const char report_script[], report_script_hash[];
