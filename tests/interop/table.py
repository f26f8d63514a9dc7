"""The table of docs/interop.md: rows are cases, columns daemons. It stands between two marks of the page."""
import json
import pathlib
import sys

from cases import CASES
from peers import PEERS

BEGIN, END = '<!-- table: written by tests/interop/interop.py -->', '<!-- end of table -->'


def keep(folder, daemon, outcome):
    """Adds to what is known of the daemon: a run of some cases leaves the others alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f'{daemon.name}.json'
    known = json.loads(path.read_text())['cases'] if path.exists() else {}
    path.write_text(json.dumps({'version': daemon.version(), 'cases': {**known, **outcome}}, indent=1) + '\n')


def write(page, folder):
    runs = {n: json.loads((folder / f'{n}.json').read_text()) for n in PEERS if (folder / f'{n}.json').exists()}
    notes = []
    if not runs:
        print(f'{folder} has no results; {page} stays as it is', file=sys.stderr)
        return 2

    def cell(run, case):
        seen = run['cases'].get(case.__name__)
        if seen is None:
            return 'not run'
        if seen['result'] == 'ok':
            return 'ok'
        if seen['reason'] not in notes:
            notes.append(seen['reason'])
        return f'{seen["result"]} [{notes.index(seen["reason"]) + 1}]'

    lines = ['| case | is called | ' + ' | '.join(r['version'] for r in runs.values()) + ' |',
             '|---|---|' + '---|' * len(runs)]
    lines += [f'| {c.title} | `{c.__name__}` | ' + ' | '.join(cell(r, c) for r in runs.values()) + ' |' for c in CASES]
    lines += [''] + [f'[{n}] {note.splitlines()[0]}  ' for n, note in enumerate(notes, 1)]
    before, rest = page.read_text().split(BEGIN)
    page.write_text(before + BEGIN + '\n' + '\n'.join(lines).rstrip() + '\n' + END + rest.split(END)[1])
    return 0


def check(page):
    """TAP: the rows are the cases, in their order, and every cell is the result of a run."""
    inside = pathlib.Path(page).read_text().split(BEGIN)[1].split(END)[0]
    lines = [line for line in inside.splitlines() if line.startswith('| ')][1:]
    rows = [[w.strip() for w in line.strip('| ').split('|')] for line in lines]
    wrong = []
    if [r[1] for r in rows] != [f'`{c.__name__}`' for c in CASES]:
        wrong.append('rows are not the cases')
    if any(len(r) != 2 + len(PEERS) for r in rows):
        wrong.append('columns are not the daemons')
    wrong += [f'{r[1]}: {c}' for r in rows for c in r[2:] if c != 'ok' and not c.startswith(('n/a [', 'fails ['))]
    print('1..1')
    print(f'{"not ok" if wrong else "ok"} 1 - {page.name} has a row for each case')
    for w in wrong:
        print(f'# {w}; run scripts/test, then tests/interop/interop.py --write-table')
    return bool(wrong)
