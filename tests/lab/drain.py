#!/usr/bin/env python3
"""Drain and hold for real: nginx with connections that stay, behind nearcastd, BIRD 2 as its neighbor. TAP on stdout.

Usage: drain.py NEARCASTD NEARCAST [CASE...]; the cases run as those of agent.py do."""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import agent  # noqa: E402
from agent import A4, Capture, conf, has_address, up  # noqa: E402
from bird import G4  # noqa: E402
from ladder import answers, has_gshut, is_plain, status_text  # noqa: E402
from network import V4  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402

QUICK = conf() + '    drain-time: 300ms\n'
# opens connections to nginx, sends half of a request on each, and closes them one by one, one for each line
CLIENT = '''
import socket, sys
sockets = [socket.create_connection((sys.argv[1], 80)) for _ in range(int(sys.argv[2]))]
for s in sockets: s.sendall(b"GET / HTTP/1.1\\r\\nHost: web\\r\\n")
print("connected", flush=True)
for _ in sys.stdin:
    sockets.pop().close()
'''


class Clients:
    """In the namespace of the router, from which clients come."""

    def __init__(self, c, count):
        subprocess.run([*c.network.enter, 'ip', 'route', 'replace', A4, 'via', V4[0]], check=True)
        self.process = subprocess.Popen([*c.network.enter, sys.executable, '-c', CLIENT, A4, str(count)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        c.things.append(self)
        if self.process.stdout.readline() != 'connected\n':
            raise Failed('the clients did not connect')

    def close_one(self):
        self.process.stdin.write('\n')
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.wait()


class Command:
    """A command of nearcast that runs for a while."""

    def __init__(self, c, a, *words):
        self.process = subprocess.Popen([c.programs[1], words[0], '--socket', a.control, *words[1:]],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        c.things.append(self)

    def result(self):
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def order(c, a, *words, refused=None):
    status, out, err = Command(c, a, *words).result()
    if status != (1 if refused else 0) or (refused or '') not in err:
        raise Failed(f'{words}: {status} {out} {err}')
    return out


def drain_of(a):
    return a.status()['services'][0]['drain']


def drain_with_a_long_connection(c):
    """GSHUT at once, withdrawn when the last connection has ended, and not before."""
    b, n, a = up(c, QUICK)
    capture = Capture('va')
    clients = Clients(c, 2)
    waiting = Command(c, a, 'drain', '--wait', '--reason', 'new kernel', 'web')
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    wait_for('they are counted', lambda: drain_of(a)['connections'] == 2)
    shown = status_text(c, a)
    # checks have connections, too, which do not count
    if 'draining: new kernel' not in shown or not re.search(r'2 of 2 connections left, at most 9m[45]', shown):
        raise Failed(shown)
    clients.close_one()
    wait_for('one is left', lambda: drain_of(a)['connections'] == 1)
    wait_for('the drain has had its least time', lambda: drain_of(a)['since_ms'] > 600)
    if capture.withdraws or not b.route(G4) or drain_of(a)['phase'] != 'waiting':
        raise Failed('withdrawn with a connection left')
    clients.close_one()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    status, out, err = waiting.result()
    if status != 0 or not out.startswith('web: drained: 0 connections left after ') or '1 of 2 connections left' not in err:
        raise Failed(f'{status} {out} {err}')
    if not has_address(A4):
        raise Failed('the address went with the drain')
    what = [(e['what'], e['why']) for e in a.status()['events'] if 'drain' in e['what']]
    if what[0] != ('service web: drains', 'new kernel') or what[1][0] != 'service web: drained':
        raise Failed(what)
    if order(c, a, 'undrain', 'web') != 'web: not drained any more, preferred\n':
        raise Failed('undrain')
    wait_for('BIRD has the route again', lambda: is_plain(b))


def undrain_turns_back(c):
    b, n, a = up(c, QUICK)
    capture = Capture('va')
    Clients(c, 1)
    waiting = Command(c, a, 'drain', '--wait', 'web')
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    order(c, a, 'undrain', 'web')
    wait_for('preferred again', lambda: is_plain(b))
    status, out, err = waiting.result()
    if status != 1 or out or 'ended by somebody else' not in err or capture.withdraws:
        raise Failed(f'{status} {out} {err}')


def limits_of_a_drain(c):
    b, n, a = up(c, QUICK)
    clients = Clients(c, 3)
    order(c, a, 'drain', '--until-connections', '2', 'web')
    wait_for('without a reason none is logged', lambda: re.search(r'service web: drains$', a.log.read_text(), re.M))
    wait_for('they are counted', lambda: drain_of(a)['connections'] == 3)
    clients.close_one()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if not drain_of(a)['ended_why'].startswith('2 connections left after'):
        raise Failed(drain_of(a))
    order(c, a, 'undrain', 'web')
    wait_for('preferred again', lambda: is_plain(b))
    answer = json.loads(order(c, a, 'drain', '--at-most', '1s', '--wait', '--json', 'web'))
    why = answer['drain']['ended_why']
    if not why.startswith('time is up after ') or not why.endswith(', with 2 connections left'):
        raise Failed(answer)


def drain_survives_a_restart(c):
    """A crash in the middle of it, and one when it is done."""
    b, n, a = up(c, QUICK)
    clients = Clients(c, 1)
    order(c, a, 'drain', '--reason', 'new disk', 'web')
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    kept = a.state / 'orders.json'
    wait_for('it is kept', lambda: kept.exists() and 'new disk' in kept.read_text())
    a.process.kill()
    a.process.wait()
    a.start()
    # of the agent too: BIRD may not have noticed the crash yet
    wait_for('it drains again', lambda: 'draining: new disk' in (a.address(G4) or {}).get('why', ''))
    wait_for('BIRD has GSHUT again', lambda: a.is_announced(G4) and has_gshut(b))
    clients.close_one()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    wait_for('that is kept', lambda: json.loads(kept.read_text())['services']['web']['drain']['done'])
    a.process.kill()
    a.process.wait()
    a.start()
    wait_for('all is well but for the drain', lambda: 'drained: new disk' in (a.address(G4) or {}).get('why', ''))
    if b.route(G4) or a.address(G4)['stage'] != 'withdrawn':
        raise Failed(a.address(G4))
    order(c, a, 'undrain', 'web')
    wait_for('preferred again', lambda: is_plain(b))
    wait_for('nothing is kept', lambda: 'new disk' not in kept.read_text())


def hold_pins_the_stage(c):
    """Failing checks do nothing, a dead listener is withdrawn, a restart changes nothing."""
    b, n, a = up(c)
    capture = Capture('va')
    order(c, a, 'hold', '--reason', 'new checks', 'web')
    answers(n, 503)
    wait_for('the check fails', lambda: a.status()['services'][0]['checks'][0]['verdict'] == 'failing')
    if capture.withdraws or not is_plain(b) or 'new checks' not in status_text(c, a):
        raise Failed(status_text(c, a))
    order(c, a, 'drain', 'web', refused='service web is held: new checks; release it first')
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    n.write()
    n.start()
    wait_for('preferred again', lambda: is_plain(b))
    wait_for('it is kept', lambda: (a.state / 'orders.json').exists())
    a.process.kill()
    a.process.wait()
    a.start()
    wait_for('preferred again', lambda: a.is_announced(G4) and is_plain(b))
    answers(n, 503)
    wait_for('the check fails', lambda: a.status()['services'][0]['checks'][0]['verdict'] == 'failing')
    if not is_plain(b):
        raise Failed('the hold is forgotten')
    if order(c, a, 'release', 'web') != 'web: released, withdrawn\n':
        raise Failed('release')
    wait_for('BIRD has no route', lambda: not b.route(G4))


def drain_by_a_file(c):
    """As configuration management does it; then the file is there when the agent starts."""
    file = c.folder / 'drain-web'
    b, n, a = up(c, conf() + f'    drain-time: 2s\n    drain-file: {file}\n')
    capture = Capture('va')
    clients = Clients(c, 1)
    file.write_text('rack 7 moves\n')
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    order(c, a, 'undrain', 'web', refused=f'service web is drained by {file}; remove the file')
    if 'rack 7 moves (drain file)' not in status_text(c, a) or capture.withdraws:
        raise Failed(status_text(c, a))
    clients.close_one()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    file.unlink()
    wait_for('preferred again', lambda: is_plain(b))
    file.write_text('still moving\n')
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if a.stop() != 0:
        raise Failed('stop')
    (a.state / 'orders.json').unlink()
    a.start()
    wait_for('all is well but for the drain', lambda: 'drained: still moving' in (a.address(G4) or {}).get('why', ''))
    what = [e['what'] for e in a.status()['events']]
    start = max(i for i, w in enumerate(what) if w.startswith('nearcastd ') and w.endswith(' starts'))
    if any('announced' in w for w in what[start:]):
        raise Failed(what)
    file.unlink()
    wait_for('preferred again', lambda: is_plain(b))


def drain_by_a_file_asks_the_guard(c):
    file = c.folder / 'drain-web'
    b, n, a = up(c, QUICK + f'    drain-file: {file}\n    guard: {{min-sites: 1}}\n')
    capture = Capture('va')
    file.write_text('everywhere at once\n')
    wait_for('the guard refuses', lambda: a.address(G4)['guard'] == 'refused')
    wait_for('BIRD has GSHUT', lambda: has_gshut(b))
    if a.address(G4)['stage'] != 'backup' or capture.withdraws:
        raise Failed(a.address(G4))
    order(c, a, 'drain', '--wait', 'web')
    wait_for('BIRD has no route', lambda: not b.route(G4))


def refusals(c):
    b, n, a = up(c)
    order(c, a, 'drain', 'wbe', refused='no service is called "wbe"; the agent has web')
    order(c, a, 'undrain', 'web', refused='service web is not drained')
    order(c, a, 'release', 'web', refused='service web is not held')
    if not is_plain(b):
        raise Failed('something was done')
    a.stop()
    (a.state / 'orders.json').write_text('{"version": 1, "services": ')
    a.start()
    wait_for('it is said', lambda: 'drains and holds of the last nearcastd are not known' in a.log.read_text())
    wait_for('preferred', lambda: is_plain(b))


agent.CASES = [drain_with_a_long_connection, undrain_turns_back, limits_of_a_drain, drain_survives_a_restart,
               hold_pins_the_stage, drain_by_a_file, drain_by_a_file_asks_the_guard, refusals]

if __name__ == '__main__':
    sys.exit(agent.main())
