#!/usr/bin/env python3
"""Every command that prints fails, and says so in one line, when standard output cannot be written:
full_disk.py NEARCAST NEARCASTD SCENARIO CONFIG. TAP."""
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

nearcast, nearcastd, scenario, config = sys.argv[1:]
folder = tempfile.TemporaryDirectory(prefix='nearcast-full.')
path = f'{folder.name}/agent.sock'
environment = os.environ | {'NEARCAST_LAB_DIR': folder.name}


def answer(listener):
    """An agent that knows nothing."""
    while True:
        client, _ = listener.accept()
        with client:
            client.recv(4096)
            client.sendall(b'{"neighbors":[],"routes":[],"watched":[]}\n')


listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
threading.Thread(target=answer, args=[listener], daemon=True).start()

commands = {  # what runs without a lab; lab exec and shell print nothing themselves
    'status': [['-s', path], ['-s', path, '--json']],
    'neighbors': [['-s', path], ['-s', path, '--json']],
    'routes': [['-s', path], ['-s', path, '--json']],
    'probe': [[*how, '-n', '1', 'http://127.0.0.1:9/'] for how in ([], ['--json'], ['--each'])],
    'trace': [[*how, '-n', '-m', '1', '127.0.0.1'] for how in ([], ['--json'])],
    'lab check': [[*how, scenario] for how in ([], ['--json'], ['--files', 'edinburgh'])],
    'lab cities': [[], ['--json']],
    'lab status': [[], ['--all', '--json']],
    'help': [[], ['--all'], ['lab']],
    'completion': [['bash'], ['zsh'], ['fish']],
}
listed = subprocess.run([nearcast, 'help', '--all'], capture_output=True, text=True, check=True)
known = {' '.join(word for word in line.split()[1:] if word.isalpha() and word.islower())
         for line in listed.stdout.splitlines() if ' -' not in line}
rows = [[nearcast, '--version'], [nearcast, '--help'], [nearcastd, '--version'], [nearcastd, '--help'],
        [nearcastd, '--check', '-c', config]]
rows += [[nearcast, *name.split(), '--help'] for name in sorted(known - {''})]
rows += [[nearcast, *name.split(), *rest] for name, all_rest in commands.items() if name in known
         for rest in all_rest]

bad = 0
for number, row in enumerate(rows, 1):
    with open('/dev/full', 'w', encoding='utf-8') as full:
        got = subprocess.run(row, stdout=full, stderr=subprocess.PIPE, env=environment, text=True,
                             timeout=30, check=False)
    lines = got.stderr.splitlines()
    good = got.returncode == 1 and len(lines) == 1 and lines[0].endswith(
        'stdout: No space left on device') and lines[0].startswith(pathlib.Path(row[0]).name)
    bad += not good
    what = ' '.join([pathlib.Path(row[0]).name, *row[1:]]).replace(folder.name, '...')
    print(f'{"ok" if good else "not ok"} {number} - {what}')
    if not good:
        print(f'# exit status {got.returncode}, stderr: {got.stderr!r}')
print(f'1..{len(rows)}')
sys.exit(bool(bad))
