#!/usr/bin/env python3
"""Reloads for real: nginx behind nearcastd, BIRD 2 as its neighbor. TAP on stdout.

Usage: reload.py NEARCASTD NEARCAST [CASE...]; the cases run as those of agent.py do."""
import json
import pathlib
import signal
import subprocess
import sys
import threading
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import agent  # noqa: E402
from agent import A4, Absences, Capture, conf, has_address, neighbor, up  # noqa: E402
from bird import G4, G6  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402

OTHER = '203.0.113.20/32'


def write(a, text):
    a.conf.write_text(text.replace('CONTROL', str(a.control)).replace('/STATE', str(a.state)))


def nearcast(c, a, *words):
    """Exit status, output and errors."""
    r = subprocess.run([c.programs[1], *words, '--socket', a.control], capture_output=True, text=True)
    return r.returncode, r.stdout, r.stderr


def reload(c, a, *words):
    status, out, errors = nearcast(c, a, 'reload', '--json', *words)
    if not out:
        raise Failed(f'no answer: {errors}')
    return status, json.loads(out)


def applied(c, a, *words):
    status, answer = reload(c, a, *words)
    if status != 0 or answer['outcome'] != 'applied':
        raise Failed(answer)
    return answer


def refused(c, a, *words):
    status, answer = reload(c, a, *words)
    if status != 1 or answer['outcome'] != 'refused':
        raise Failed(answer)
    return answer


def up_at(a):
    """When the session came up, as the neighbor's established_count and its counter of OPENs."""
    n = a.status()['neighbors'][0]
    return n['established_count'], n['messages']['sent']['open']


def check_of(a):
    return a.status()['services'][0]['checks'][0]


def one_more(ips=(G4,), **more):
    """The usual configuration and a second service, which nginx answers too."""
    return conf(**more) + f'''  other:
    global-ips: [{', '.join(ips)}]
    listen: [tcp/80]
'''


def an_interval_changes(c):
    b, n, a = up(c)
    absences, before, check = Absences(b, G4), up_at(a), check_of(a)
    write(a, conf().replace('interval: 500ms', 'interval: 300ms', 1))
    answer = applied(c, a)
    if answer['differences'] != ['service web: check front: interval: 500ms → 300ms'] or answer['costs']:
        raise Failed(answer)
    after = check_of(a)
    if after['verdict'] != 'passing' or after['since_ms'] < check['since_ms'] or after['interval_ms'] != 300:
        raise Failed(after)
    if reload(c, a)[1]['outcome'] != 'same' or up_at(a) != before or absences.end():
        raise Failed('something was touched')


def a_service_comes_and_goes(c):
    b, n, a = up(c)
    absences, before = Absences(b, G4), up_at(a)
    write(a, one_more([OTHER]))
    answer = applied(c, a)
    if answer['differences'] != ['service other: added']:
        raise Failed(answer)
    wait_for('BIRD has the new one', lambda: b.route(OTHER))
    if not has_address('203.0.113.20'):
        raise Failed('no address')
    write(a, conf())
    applied(c, a)
    wait_for('it is withdrawn', lambda: not b.route(OTHER))
    # settle-time is 300 ms: the address goes after it, and the status shows it meanwhile
    if not any(leaving['prefix'] == OTHER for leaving in a.status()['leaving']) and has_address('203.0.113.20'):
        raise Failed(a.status())
    wait_for('the address goes', lambda: not has_address('203.0.113.20') and not a.status()['leaving'])
    what = [e['what'] for e in a.status()['events'] if 'service other' in e['what']]
    if what[-3:] != [f'service other: {OTHER} withdrawn', f'service other: {OTHER} removed', 'service other: stopped']:
        raise Failed(what)
    if up_at(a) != before or absences.end():
        raise Failed('the other one was touched')


def an_address_comes_back_while_it_leaves(c):
    """Taken away and given back within the settle time, to another service: it stays on lo."""
    b, n, a = up(c, one_more([OTHER], head='reload: {max-withdraw: 100}\n').replace('300ms', '60s', 1))
    wait_for('BIRD has both', lambda: b.route(OTHER))
    write(a, conf(head='reload: {max-withdraw: 100}\n').replace('300ms', '60s', 1))
    applied(c, a)
    wait_for('it is withdrawn', lambda: not b.route(OTHER))
    write(a, conf(head='reload: {max-withdraw: 100}\n', ips=(G4, OTHER)).replace('300ms', '60s', 1))
    applied(c, a)
    wait_for('BIRD has it again', lambda: b.route(OTHER))
    if a.status()['leaving'] or not has_address('203.0.113.20'):
        raise Failed(a.status())
    # moved while it is announced: no router hears of it
    capture = Capture('va')
    write(a, one_more([OTHER], head='reload: {max-withdraw: 100}\n').replace('300ms', '60s', 1))
    answer = applied(c, a)
    if f'{OTHER} goes from service web to service other' not in answer['costs']:
        raise Failed(answer)
    wait_for('it is announced', lambda: a.is_announced(OTHER))
    if capture.withdraws or not b.route(OTHER):
        raise Failed('withdrawn by the move')
    write(a, one_more([OTHER], head='reload: {max-withdraw: 100}\n'))
    applied(c, a)  # or the end would take a minute
    if a.stop() != 0 or has_address('203.0.113.20'):
        raise Failed('the end')


def bad_file(c):
    b, n, a = up(c)
    before = up_at(a)
    write(a, conf().replace('tcp/80', 'tcp/eighty'))
    status, out, errors = nearcast(c, a, 'reload')
    if status != 1 or 'not a socket' not in errors or '^' not in errors or f'{a.conf.name}:' not in errors:
        raise Failed((status, out, errors))
    if 'reload refused' not in a.log.read_text() or 'not a socket' not in a.log.read_text():
        raise Failed('the log')
    a.conf.unlink()
    if 'No such file' not in refused(c, a)['errors']:
        raise Failed('a missing file')
    write(a, conf().replace('interface: lo', 'interface: dummy0') + '\n')
    write(a, conf(head='interface: va\n'))
    if 'interface: lo → va: takes a restart of nearcastd' not in refused(c, a)['why']:
        raise Failed('another interface')
    if not a.is_announced(G4) or up_at(a) != before:
        raise Failed('something was touched')


def diff_changes_nothing(c):
    b, n, a = up(c, one_more([OTHER]))
    wait_for('BIRD has both', lambda: b.route(OTHER))
    before = up_at(a)
    write(a, conf(neighbor(**{'hold-time': '30s'})))
    status, out, errors = nearcast(c, a, 'reload', '--diff')
    lines = ['neighbor r4: hold-time: 1m30s → 30s', 'service other: removed', '', f'{OTHER} is withdrawn',
             'the session with r4 restarts', '', f'nothing was changed yet by {a.conf}']
    if status != 0 or out.splitlines() != lines:
        raise Failed((status, out, errors))
    if not b.route(OTHER) or up_at(a) != before or a.status()['leaving']:
        raise Failed('something changed')
    write(a, conf(ips=('203.0.113.30/32',)))
    status, out, errors = nearcast(c, a, 'reload', '--diff')
    if status != 1 or f'would be refused: nothing of what is announced now would stay: {G4}, {OTHER}' not in errors:
        raise Failed((status, out, errors))


def intent(c):
    b, n, a = up(c)
    write(a, conf(ips=('203.0.113.30/32',)))
    if G4 not in refused(c, a)['why'] or not b.route(G4):
        raise Failed('it was not refused')
    applied(c, a, '--force')
    wait_for('BIRD has the other one', lambda: b.route('203.0.113.30/32') and not b.route(G4))


def taken_back(c):
    b, n, a = up(c)
    before = up_at(a)
    write(a, one_more([OTHER]))
    answer = applied(c, a, '--confirm', '6s')
    if not 0 < answer['confirm_ms'] <= 6000 or a.status()['configuration']['confirm_left_ms'] > 6000:
        raise Failed(answer)
    if 'nearcast confirm keeps it' not in refused(c, a)['why']:
        raise Failed('a second reload')
    if 'taken back in' not in nearcast(c, a, 'status')[1]:
        raise Failed('the status')
    wait_for('BIRD has the new one', lambda: b.route(OTHER))
    wait_for('it is taken back', lambda: not b.route(OTHER))
    if not a.status()['configuration']['taken_back'] or up_at(a) != before:
        raise Failed(a.status())
    status, out, errors = nearcast(c, a, 'confirm')
    if status != 1 or 'too late' not in errors:
        raise Failed((out, errors))
    # an agent that starts now does not run what nobody confirmed, until somebody reloads it
    a.stop()
    a.start()
    wait_for('announced', lambda: a.is_announced(G4))
    if len(a.status()['services']) != 1 or 'not confirmed' not in a.log.read_text():
        raise Failed(a.status())
    applied(c, a, '--confirm', '60s')
    if nearcast(c, a, 'confirm')[:2] != (0, f'confirmed {a.conf}\n'):
        raise Failed('confirm')
    a.stop()
    a.start()
    wait_for('BIRD has both', lambda: a.is_announced(OTHER) and b.route(OTHER) and b.route(G4))
    if a.status()['configuration']['taken_back'] or a.status()['configuration']['confirm_left_ms'] is not None:
        raise Failed(a.status())


def taken_back_after_a_crash(c):
    b, n, a = up(c)
    write(a, one_more([OTHER]))
    applied(c, a, '--confirm', '8s')
    wait_for('it is kept', lambda: (a.state / 'unconfirmed').exists())
    a.process.kill()
    a.process.wait()
    a.start()
    wait_for('BIRD has the new one', lambda: a.is_announced(OTHER) and b.route(OTHER))
    if a.status()['configuration']['confirm_left_ms'] is None:
        raise Failed(a.status()['configuration'])
    wait_for('it is taken back', lambda: a.is_announced(G4) and not b.route(OTHER))


def neighbors_come_and_go(c):
    """A second session with the same router, to another address of it."""
    b, n, a = up(c)
    write(a, conf(neighbor() + neighbor(True), ips=(G4,)))
    answer = applied(c, a)
    if answer['costs'] != ['a session with r6 is opened'] or len(a.status()['neighbors']) != 2:
        raise Failed(answer)
    # of r4 alone something differs: what can be taken live, then what can not
    before = up_at(a)
    write(a, conf(neighbor(**{'prefix-limit': 20, 'idle-hold': '2s'})))
    if applied(c, a)['costs'] != ['the session with r6 ends'] or up_at(a) != before:
        raise Failed('the session was touched')
    write(a, conf(neighbor(**{'prefix-limit': 20, 'hold-time': '30s'})))
    applied(c, a)
    wait_for('BIRD heard why', lambda: 'it starts anew' in b.log_text())
    wait_for('BIRD has the route again', lambda: b.route(G4))
    wait_for('its new hold time', lambda: a.status()['neighbors'][0]['timers']['hold_time_ms'] == 30000)


def attributes_change(c):
    b, n, a = up(c)
    before, capture = up_at(a), Capture('va')
    write(a, conf() + '    communities: ["64496:7"]\n')
    applied(c, a)
    wait_for('BIRD has the community', lambda: '(64496,7)' in b.route(G4))
    if up_at(a) != before or capture.withdraws:
        raise Failed('the session was touched')


def hangup(c):
    b, n, a = up(c)
    write(a, one_more([OTHER]))
    a.process.send_signal(signal.SIGHUP)
    wait_for('BIRD has the new one', lambda: b.route(OTHER))
    wait_for('the log says so', lambda: 'reload: service other: added' in a.log.read_text())
    write(a, 'site: [\n')
    a.process.send_signal(signal.SIGHUP)
    wait_for('it is refused', lambda: 'reload refused' in a.log.read_text())


def another_agent_has_it(c):
    """A refusal in the middle of it leaves everything as it was."""
    b, n, a = up(c)
    (c.folder / 'two').mkdir()
    second = agent.Agent(c.folder / 'two', c.programs[0], conf(neighbor(**{'port': 1790}), ips=(OTHER,)))
    c.things.append(second.start())
    wait_for('the second runs', lambda: second.address(OTHER))
    write(a, one_more([OTHER]).replace('interval: 500ms', 'interval: 300ms', 1))
    if 'another agent has Global IP 203.0.113.20' not in refused(c, a)['why']:
        raise Failed('it was not refused')
    if len(a.status()['services']) != 1 or check_of(a)['interval_ms'] != 500 or not a.is_announced(G4):
        raise Failed(a.status())
    second.stop()
    applied(c, a)
    wait_for('BIRD has both', lambda: b.route(OTHER) and b.route(G4))


class Requests:
    """One request after another to the Global IP; counts those that fail."""

    def __init__(self, address):
        self.url, self.failed, self.made, self.ending = f'http://{address}/', 0, 0, False
        self.thread = threading.Thread(target=self.ask, daemon=True)
        self.thread.start()

    def ask(self):
        while not self.ending:
            self.made += 1
            try:
                with urllib.request.urlopen(self.url, timeout=5) as answer:
                    answer.read()
            except OSError:
                self.failed += 1

    def end(self):
        self.ending = True
        self.thread.join()
        return self.failed


def two_hundred_in_a_row(c):
    """Each with differences, under requests: nothing is lost, the session stands, no memory piles up."""
    b, n, a = up(c, one_more([OTHER]))
    wait_for('BIRD has both', lambda: b.route(OTHER))
    absences, requests, before = Absences(b, G4), Requests(A4), up_at(a)
    texts = [one_more([OTHER]), one_more([OTHER, '203.0.113.21/32']).replace('interval: 500ms', 'interval: 300ms', 1),
             conf() + f'    communities: ["64496:1"]\n    med: 5\n  third:\n    global-ips: ["{G6}"]\n'.replace(
                 G6, '203.0.113.22/32') + '    listen: [tcp/80]\n']
    for i in range(1, 201):
        write(a, texts[i % 3])
        answer = a.request('{"command": "reload", "force": true}')
        if answer['outcome'] != 'applied':
            raise Failed(answer)
    lost, absent = requests.end(), absences.end()
    print(f'# {requests.made} requests, {lost} failed; the route was missing {absent} times')
    if lost or absent or up_at(a) != before or requests.made == 0:
        raise Failed(f'{lost} requests failed, route missing {absent} times, session {before} {up_at(a)}')
    wait_for('nothing leaves any more', lambda: not a.status()['leaving'])
    if has_address('203.0.113.20') or check_of(a)['verdict'] != 'passing':
        raise Failed('what is left')


agent.CASES = [an_interval_changes, a_service_comes_and_goes, an_address_comes_back_while_it_leaves, bad_file,
               diff_changes_nothing, intent, taken_back, taken_back_after_a_crash, neighbors_come_and_go,
               attributes_change, hangup, another_agent_has_it, two_hundred_in_a_row]

if __name__ == '__main__':
    sys.exit(agent.main())
