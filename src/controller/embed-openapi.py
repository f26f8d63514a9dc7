#!/usr/bin/env python3
"""Makes C of the OpenAPI document, without the white space: embed-openapi.py OUTPUT INPUT."""
import json
import pathlib
import sys

text = json.dumps(json.loads(pathlib.Path(sys.argv[2]).read_text()), separators=(',', ':'))
lines = [json.dumps(text[at:at + 1000]) for at in range(0, len(text), 1000)]
pathlib.Path(sys.argv[1]).write_text(
    '#include "controller/openapi.h"\n\nconst char openapi_document[] =\n    ' + '\n    '.join(lines) + ';\n')
