#!/usr/bin/env python3
"""The built-in speaker against the routing daemons of the distribution, each in a network namespace of its own
beside ours. TAP on stdout.

Usage: interop.py [--slow] [--results FOLDER] SPEAKER DAEMON [CASE...]    runs a daemon's cases, or its slow ones
       interop.py --list                                      names cases and daemons
       interop.py --write-table PAGE FOLDER                   writes the results into the page's table
       interop.py --check-table PAGE                          fails when the page's rows are not the cases
Each run leaves FOLDER/DAEMON.json."""
import pathlib
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import network  # noqa: E402
import table  # noqa: E402
from cases import CASES, Case, Lacks  # noqa: E402
from peers import PEERS  # noqa: E402
from peers.peer import NotReady  # noqa: E402
from waiting import Failed  # noqa: E402


def run_case(test, folder, program, net, daemon):
    """Gives (result, reason, log): 'ok', 'fails', 'n/a'."""
    reasons = [daemon.cannot[f] for f in test.needs if f in daemon.cannot]
    if reasons:
        return 'n/a', reasons[0], ''
    c = Case(folder, program, net, daemon)
    try:
        test(c)
        return 'ok', '', ''
    except Lacks as e:
        return 'n/a', str(e), ''
    except (Failed, NotReady) as e:
        logs = [f'-- {p.name}\n{p.read_text(errors="replace")}' for p in sorted(folder.glob('*.log'))]
        return 'fails', str(e), '\n'.join(logs)
    except Exception:           # ours or the daemon's: the other cases still run
        return 'fails', traceback.format_exc().splitlines()[-1], traceback.format_exc()
    finally:
        c.end()


def run(program, daemon, cases, results):
    net = network.Network()
    outcome = {}
    print(f'1..{len(cases)}')
    for number, test in enumerate(cases, 1):
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix='nearcast-interop-') as folder:
            path = pathlib.Path(folder)
            path.chmod(0o755)       # daemons that give root up look into it
            result, reason, log = run_case(test, path, program, net, daemon)
        took = time.monotonic() - start
        outcome[test.__name__] = {'result': result, 'reason': reason, 'took_ms': round(took * 1000)}
        print(f'{"not ok" if result == "fails" else "ok"} {number} - {test.__name__}'
              f'{" # SKIP " + reason if result == "n/a" else ""}')
        for line in (reason + '\n' + log).splitlines() if result == 'fails' else []:
            print(f'# {line}')
        print(f'# {took:.1f} s', flush=True)
    net.end()
    if results:
        table.keep(results, daemon, outcome)
    return any(o['result'] == 'fails' for o in outcome.values())


def skip(reason):
    print(f'1..0 # SKIP {reason}')
    return 0


def main(words):
    results = None
    if words[:1] == ['--list']:
        print('\n'.join([*(c.__name__ for c in CASES), '', *PEERS]))
        return 0
    if words[:1] == ['--write-table']:
        return table.write(pathlib.Path(words[1]), pathlib.Path(words[2]))
    if words[:1] == ['--check-table']:
        return table.check(pathlib.Path(words[1]))
    slow = words[:1] == ['--slow']
    words = words[slow:]
    if words[:1] == ['--results']:
        results, words = pathlib.Path(words[1]), words[2:]
    if len(words) < 2 or words[1] not in PEERS:
        print(__doc__, file=sys.stderr)
        return 2
    daemon = PEERS[words[1]]
    missing = daemon.missing()
    if missing:
        return skip(f'{daemon.name}: {missing}')
    if not network.is_inside():
        return skip(network.go_inside())
    if daemon.needs_root and network.is_rootless():
        return skip(f'{daemon.name} gives up root for a user of its own, which needs root')
    names = words[2:]
    return run(words[0], daemon, [c for c in CASES if (c.__name__ in names if names else c.slow == slow)], results)


sys.exit(main(sys.argv[1:]))
