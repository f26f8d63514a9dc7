#!/usr/bin/env python3
"""Every UPDATE and route of MRT files, taken apart and written again to the same. TAP on stdout.

    files.py MRT-ROUNDTRIP [FOLDER]

FOLDER, or else that of $NEARCAST_MRT_DIR: files of MRT, also .gz, .bz2 and .tar.gz; other files in it are
broken ones, which must be an error with its place. Files known by name have counts to agree with."""
import bz2
import gzip
import os
import pathlib
import re
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'golden'))
from tap import Tap  # noqa: E402

# What is in files that many have, and why something in them is not accepted; each was looked at by hand.
SETS = 'paths with sets (RFC 9774), AGGREGATOR with AS 0 (RFC 7607)'
ADD_PATH = 'a session with ADD-PATH (RFC 7911) whose messages are not marked so: path identifiers read as prefixes'
KNOWN = {
    'bgpdump_bview.20020722.2337.gz': {
        'table_dump': 115521, 'accept': 115353, 'withdraw': 160, 'discard': 8, 'why': SETS},
    'bgpdump_updates.20070211.0141.gz': {'update': 23394, 'accept': 23356, 'withdraw': 38, 'why': SETS},
    'bgpdump_updates.20160811.1600.gz': {'update': 17216, 'state_change': 22, 'accept': 17216},
    'bgpdump_updates.et-header.2015.gz': {
        'update': 89679, 'accept': 89539, 'withdraw': 137, 'discard': 3, 'why': SETS + ', a path with AS 0'},
    'routeviews_jinx_ribs.1401487200.bz2': {
        'rib': 497407, 'routes': 503590, 'malformed': 0, 'accept': 503456, 'withdraw': 128, 'discard': 6, 'why': SETS},
    'samples/bird_bgp': {'reset': 6, 'why': ADD_PATH},
    'samples/bird6_bgp': {'reset': 6, 'why': ADD_PATH},
    'samples/bird-mrtdump_rib': {'withdraw': 4, 'why': 'routes of the kernel, without attributes'},
    'samples/openbgpd_rib_table': {'discard': 1, 'why': 'a table of two-byte AS numbers, AGGREGATOR with four'},
}


def contents(path):
    """Name and bytes of each file that a file holds."""
    if path.name.endswith('.tar.gz'):
        with tarfile.open(path) as tar:
            for member in tar:
                if member.isfile():
                    yield member.name, tar.extractfile(member).read()
    elif path.suffix == '.gz':
        yield path.name, gzip.decompress(path.read_bytes())
    elif path.suffix == '.bz2':
        yield path.name, bz2.decompress(path.read_bytes())
    else:
        yield path.name, path.read_bytes()


def try_file(name, content):
    """What is wrong as text; what was found is printed."""
    done = subprocess.run([program], input=content, capture_output=True, timeout=300, check=False)
    said = done.stderr.decode(errors='replace')
    if done.returncode not in (0, 1) or not done.stdout:
        return f'exit status {done.returncode}\n{said}'
    line, *reasons = done.stdout.decode().splitlines()
    counts = {key: int(value) for key, value in re.findall(r'(\w+)=(\d+)', line)}
    print(f'# {name}: ' + ' '.join(f'{key} {value}' for key, value in counts.items() if value))
    for line in reasons + said.splitlines():
        print(f'#   {line[:160]}')
    if done.returncode == 1 or counts['different']:
        return said
    # each record that is broken was told with its place
    if counts['cut'] + min(counts['bad'], 3) != len(re.findall(r': record at \d+: at \d+: ', said)):
        return f'a broken record without its place\n{said}'
    return '\n'.join(f'{key}: {counts[key]}, expected {value}' for key, value in KNOWN.get(name, {}).items()
                     if key != 'why' and counts[key] != value)


program = pathlib.Path(sys.argv[1]).resolve()
folder = sys.argv[2] if len(sys.argv) > 2 else os.environ.get('NEARCAST_MRT_DIR')
if not folder:
    print('1..0 # SKIP NEARCAST_MRT_DIR names no folder of MRT files')
    sys.exit(0)
tap = Tap()
for path in sorted(pathlib.Path(folder).iterdir()):
    for name, content in contents(path):
        tap.point(name, try_file(name, content))
tap.end()
