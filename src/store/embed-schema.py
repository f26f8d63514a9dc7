#!/usr/bin/env python3
"""Makes the C file that embeds the migrations, in the dialects of both databases.

They are written once, with the types BIGINT and TEXT. SQLite knows BIGINT as INTEGER, and checks types only in
STRICT tables; PostgreSQL compares TEXT by the rules of a language unless told not to. That is all that is
replaced, so a migration has no other types, and the line that ends a table is ");" alone. A line that begins with
"-- postgresql: " is a statement for PostgreSQL alone: how it stores, never what.
"""
import hashlib
import pathlib
import re
import sys

output, *inputs = map(pathlib.Path, sys.argv[1:])
inputs.sort(key=lambda path: path.name)


def literal(text):
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return '\n'.join(f'\t"{line}\\n"' for line in escaped.splitlines())


def without_comments(source):
    return re.sub(r'\n{2,}', '\n', re.sub(r'\s*--.*', '', source)).strip() + '\n'


rows = []
for number, path in enumerate(inputs, 1):
    source = path.read_text()
    match = re.fullmatch(r'(\d{3})-[a-z0-9-]+', path.stem)
    if not match or int(match[1]) != number:
        sys.exit(f'{path}: migrations are named {number:03}-what-it-does.sql, without a hole')
    sql = without_comments(source)
    postgresql_sql = without_comments(re.sub(r'^-- postgresql: ', '', source, flags=re.M))
    if re.search(r"'[^'\n]*\b(BIGINT|TEXT)\b", sql):
        sys.exit(f'{path}: a literal with the name of a type in it would be changed')
    sqlite = re.sub(r'\bBIGINT\b', 'INTEGER', sql)
    sqlite = re.sub(r'^\);', ') STRICT;', sqlite, flags=re.M)
    postgresql = re.sub(r'\bTEXT\b', 'TEXT COLLATE "C"', postgresql_sql)
    rows.append(f'\t{{ {number}, "{path.stem}",\n\t"{hashlib.sha256(source.encode()).hexdigest()}",\n'
                f'{literal(sqlite)},\n{literal(postgresql)} }},\n')

output.write_text('/* made by embed-schema.py */\n#include "store/internal.h"\n\n'
                  'const struct migration migrations[] = {\n' + ''.join(rows) + '};\n'
                  'const size_t migrations_count = ARRAY_SIZE(migrations);\n')
