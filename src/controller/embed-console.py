#!/usr/bin/env python3
"""Makes C of the console's files: embed-console.py OUTPUT [FOLDER].

Every file below the folder becomes a row of console_files[] (controller/console.h), at /console/ and its path in
the folder; without a folder there is none. The same files give the same C.
"""
import gzip
import hashlib
import pathlib
import sys

TYPES = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.ico': 'image/x-icon',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.mjs': 'text/javascript; charset=utf-8',
    '.png': 'image/png',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
    '.webmanifest': 'application/manifest+json',
    '.woff2': 'font/woff2',
}


def array(name, data):
    """A C array of the bytes; C has no empty one."""
    lines = [','.join(map(str, data[at:at + 40])) for at in range(0, len(data), 40)] or ['0']
    return f'static const unsigned char {name}[] = {{\n' + ',\n'.join(lines) + '\n};\n'


def rows_of(folder):
    """The C of each file's bytes, and its row."""
    arrays, rows = [], []
    for number, path in enumerate(sorted(p for p in folder.rglob('*') if p.is_file())):
        data, kind = path.read_bytes(), TYPES.get(path.suffix)
        if kind is None:
            sys.exit(f'{path}: no content type is known for "{path.suffix}"')
        small = gzip.compress(data, 9, mtime=0)
        arrays.append(array(f'bytes_{number}', data))
        pressed = 'NULL, 0'
        if len(small) < len(data) * 0.9:
            arrays.append(array(f'gzip_{number}', small))
            pressed = f'gzip_{number}, {len(small)}'
        etag = hashlib.sha256(data).hexdigest()[:32]
        rows.append(f'\t{{ "/console/{path.relative_to(folder).as_posix()}", "{kind}", "{etag}", '
                    f'bytes_{number}, {len(data)}, {pressed} }},\n')
    return arrays, rows


def main(output, folder=None):
    """Writes the whole file."""
    arrays, rows = rows_of(pathlib.Path(folder)) if folder else ([], [])
    pathlib.Path(output).write_text(
        '#include "controller/console.h"\n\n' + '\n'.join(arrays) + '\nconst struct console_file console_files[] = {\n' +
        (''.join(rows) or '\t{ 0 },\n') + f'}};\nconst size_t console_file_count = {len(rows)};\n')


main(*sys.argv[1:])
