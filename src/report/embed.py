#!/usr/bin/env python3
"""Makes C of the page's style and script: embed.py OUTPUT CSS JS.

With each comes the hash by which the page's content security policy lets it in, and nothing else. Spaces at the beginning
of lines go, and lines that are comments.
"""
import base64
import hashlib
import json
import pathlib
import re
import sys

output, *inputs = map(pathlib.Path, sys.argv[1:])


def pressed(text):
    lines = [line.strip() for line in re.sub(r'^\s*/\*.*?\*/$', '', text, flags=re.M | re.S).splitlines()]
    return '\n'.join(line for line in lines if line) + '\n'


def literal(text):
    """In UTF-8 as it is; a line of C for a line of it."""
    return '\n'.join('    ' + json.dumps(line, ensure_ascii=False) for line in text.splitlines(keepends=True))


parts = ['/* made by embed.py */\n#include "report/assets.h"\n']
for name, path in zip(('style', 'script'), inputs):
    content = pressed(path.read_text(encoding='utf-8'))
    if '</' in content or '<!--' in content:
        sys.exit(f'{path}: would end its element')
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    parts.append(f'const char report_{name}[] =\n{literal(content)};\n'
                 f'const char report_{name}_hash[] = "sha256-{digest}";\n')
output.write_text('\n'.join(parts), encoding='utf-8')
