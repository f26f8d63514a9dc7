#!/usr/bin/env python3
"""The ladder of stages for real: nginx behind nearcastd, BIRD 2 as its neighbor. TAP on stdout.

Usage: ladder.py NEARCASTD NEARCAST [CASE...]; the cases run as those of agent.py do."""
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import agent  # noqa: E402
from agent import Capture, Nginx, check_route, conf, neighbor, up  # noqa: E402
from bird import G4  # noqa: E402
from network import V4  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402

GSHUT = '(65535,0)'


def answers(nginx, status):
    """From now on, with its listening socket as before."""
    nginx.write(status=status)
    nginx.process.send_signal(signal.SIGHUP)


def has_gshut(bird):
    return GSHUT in bird.route(G4)


def is_plain(bird):
    return bird.route(G4) and not has_gshut(bird)


def status_text(c, a):
    return subprocess.run([c.programs[1], 'status', '--socket', a.control], capture_output=True, text=True).stdout


def dependency_leads_to_backup(c):
    """Something shared fails, even by refusing: GSHUT, and no withdraw; then the service itself fails."""
    folder = c.folder / 'shared'
    folder.mkdir()
    shared = Nginx(folder, listen=[f'{V4[0]}:8081'])
    c.things.append(shared.start())
    b, n, a = up(c, conf() + f'''      database: {{type: http, url: "http://{V4[0]}:8081/", scope: dependency, interval: 500ms,
        fast-interval: 50ms, timeout: 500ms}}
    communities: ["64496:1"]
    backup: {{communities: [graceful-shutdown, "64496:2"], med: 500}}
    neighbors:
      r4: {{med: 7}}
''')
    capture = Capture('va')
    check_route(b, '(64496,1)', 'BGP.med: 7', no=[GSHUT])
    shared.kill()
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    check_route(b, '(64496,1)', '(64496,2)', 'BGP.med: 500')
    address = a.address(G4)
    if address['stage'] != 'backup' or 'dependency database fails' not in address['why'] or not address['announced']:
        raise Failed(address)
    if not any(e['what'] == f'service web: {G4} announced at backup' for e in a.status()['events']):
        raise Failed(a.status()['events'])
    shared.start()
    wait_for('preferred again', lambda: is_plain(b))
    if capture.withdraws:
        raise Failed('withdrawn by a dependency')
    shared.kill()
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))


def any_of_two_checks(c):
    b, n, a = up(c, conf(check='type: tcp, port: 80') + '''      page: {type: http, interval: 500ms, fast-interval: 50ms, timeout: 500ms}
    checks-pass: any
''')
    answers(n, 503)
    wait_for('the page fails', lambda: [r['verdict'] for r in a.status()['services'][0]['checks']] == ['passing', 'failing'])
    if not a.is_announced(G4) or '1 of 2 checks passing' not in a.address(G4)['why']:
        raise Failed(a.address(G4))


def backup_first(c):
    """Soft evidence withdraws by way of backup, definitive evidence at once."""
    b, n, a = up(c, conf() + '    backup-time: 3s\n')
    answers(n, 503)
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    wait_for('it is said for how long', lambda: 'may change in' in status_text(c, a))
    wait_for('BIRD has no route', lambda: not b.route(G4))
    answers(n, 200)
    wait_for('preferred again', lambda: is_plain(b))
    a.conf.write_text(a.conf.read_text().replace('backup-time: 3s', 'backup-time: 1h'))
    a.stop()
    a.start()
    wait_for('preferred', lambda: a.is_announced(G4) and is_plain(b))
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))


def guard_keeps_the_last(c):
    """A service that fails softly stays, at backup; one that does not listen is withdrawn all the same."""
    b, n, a = up(c, conf() + '    guard: {min-sites: 1}\n')
    answers(n, 503)
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    address = a.address(G4)
    if (address['guard'], address['guard_refusals'], address['stage']) != ('refused', 1, 'backup'):
        raise Failed(address)
    what = [e['what'] for e in a.status()['events'] if 'guard' in e['what']]
    if what != [f'service web: {G4} stays announced: the guard refused the withdraw']:
        raise Failed(a.status()['events'])
    shown = status_text(c, a)
    if 'guard' not in shown or '(when-alone: hold)' not in shown:
        raise Failed(shown)
    answers(n, 200)
    wait_for('preferred again', lambda: is_plain(b))
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))


def guard_alone_may_let_go(c):
    b, n, a = up(c, conf() + '    guard: {min-sites: 1, when-alone: withdraw}\n')
    answers(n, 503)
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if a.address(G4)['guard'] != 'granted':
        raise Failed(a.address(G4))


def quick_restart(c):
    """Killed and started again within the grace: no router hears of it. Not started again: withdrawn."""
    b, n, a = up(c, conf() + '    listen-grace: 5s\n')
    capture = Capture('va')
    n.kill()
    wait_for('it is missed', lambda: a.status()['services'][0]['listeners'][0]['grace_ms'])
    n.start()
    wait_for('it listens', lambda: a.status()['services'][0]['listeners'][0]['state'] == 'present')
    by_then = a.status()['uptime_ms']
    wait_for('a further run of the check', lambda: (
        lambda s: s['uptime_ms'] - s['services'][0]['checks'][0]['last_ago_ms'] > by_then)(a.status()))
    if capture.withdraws or not a.is_announced(G4):
        raise Failed('withdrawn within the grace')
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if 'nothing listens' not in a.address(G4)['last_withdraw']['why']:
        raise Failed(a.address(G4)['last_withdraw'])


def flaps_are_held_down(c):
    b, n, a = up(c, conf() + '    damping: {hold-down: 1s}\n')
    for _ in range(2):
        n.kill()
        wait_for('BIRD has no route', lambda: not b.route(G4))
        n.start()
        wait_for('it is held down', lambda: a.address(G4)['damped_ms'])
        wait_for('BIRD has the route again', lambda: b.route(G4))
    said = [e['why'] for e in a.status()['events'] if 'held down' in e['what']]
    if said != ['well again, for 1s first', 'well again, for 2s first']:
        raise Failed(a.status()['events'])


def leaves_by_way_of_backup(c):
    b, n, a = up(c, conf() + '    exit-time: 3s\n')
    a.process.send_signal(signal.SIGTERM)
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if a.process.wait(timeout=10) != 0:
        raise Failed('it did not end cleanly')


def backup_for_internal_neighbors(c):
    b, n, a = up(c, conf(neighbor(**{'peer-as': 65001})) + '    when-failing: backup\n', local_as=65001)
    check_route(b, 'BGP.local_pref: 100')
    answers(n, 503)
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    check_route(b, 'BGP.local_pref: 0')


agent.CASES = [dependency_leads_to_backup, any_of_two_checks, backup_first, guard_keeps_the_last,
               guard_alone_may_let_go, quick_restart, flaps_are_held_down, leaves_by_way_of_backup,
               backup_for_internal_neighbors]

if __name__ == '__main__':
    sys.exit(agent.main())
