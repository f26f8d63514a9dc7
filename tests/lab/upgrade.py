#!/usr/bin/env python3
"""Upgrades in place for real: nginx behind nearcastd, BIRD 2 as its neighbor. TAP on stdout.

Usage: upgrade.py NEARCASTD NEARCAST [CASE...]; the cases run as those of agent.py do."""
import fcntl
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import agent  # noqa: E402
from agent import A4, GRACEFUL, Absences, Agent, conf, neighbor, stall  # noqa: E402
from bird import G4  # noqa: E402
from network import V4  # noqa: E402
from peers import PEERS  # noqa: E402
from peers.peer import Conf  # noqa: E402
from reload import OTHER, Requests, nearcast, one_more, write  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402

# BIRD bears with 100 ms of silence, less than the exec of a program with sanitizers takes: without slowing BFD down for
# it, we would be found out. Three times 10 ms would find out the machine: a shared one gives BIRD no turn for as long.
# Of BIRD we bear with more.
BFD = {'bfd': '{enabled: true, min-tx: 10ms, min-rx: 10ms, multiplier: 10}'}
BIRD_BFD = {'more': 'protocol bfd { interface "vb" { min rx interval 10 ms; min tx interval 10 ms; multiplier 50; }; }',
            'options': 'bfd on;'}


def start(c, text=None):
    """The agent, from a file of its own that another one can take the place of."""
    program = c.folder / 'nearcastd'
    shutil.copy(c.programs[0], program)
    c.things.append(Agent(c.folder, program, text or conf()))
    return c.things[-1].start()


def up(c, text=None, **bird_options):
    b, n, a = c.bird(**bird_options), c.nginx(), start(c, text)
    wait_for('announced', lambda: a.is_announced(G4))
    wait_for('BIRD has the route', lambda: b.route(G4))
    return b, n, a


def punctual(pid):
    """A daemon gets its turn in time, as our own thread of BFD does: one that waits for a core would take us for
    silent. False without the privilege."""
    try:
        for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
            os.sched_setscheduler(int(task.name), os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    return True


def replace(a, change=lambda program: program):
    """
    Another file at the program's path, as a package manager does it. A process of its own writes it: a thread that forks
    while this one has it open for writing would hand that to its child, and until that has executed, nobody can run it
    ("Text file busy").
    """
    new, made = a.program.with_suffix('.new'), a.program.with_suffix('.made')
    made.write_bytes(change(a.program.read_bytes()))
    subprocess.run(['install', '-m', '755', made, new], check=True)
    made.unlink()
    new.rename(a.program)


def upgrade(c, a, *words):
    status, out, errors = nearcast(c, a, 'upgrade', '--json', *words)
    if not out:
        raise Failed(f'no answer: {errors} {a.log.read_text()[-2000:]}')
    return status, json.loads(out)


def upgraded(c, a, *words):
    status, answer = upgrade(c, a, *words)
    if status != 0 or answer['outcome'] != 'upgraded' or answer['lost'] != 0:
        raise Failed(f'{answer} {a.log.read_text()[-2000:]}')
    return answer


def refused(c, a, *words):
    status, answer = upgrade(c, a, *words)
    if status != 1 or answer['outcome'] != 'refused':
        raise Failed(answer)
    return answer


def session(b):
    """When BIRD saw a change of BGP or BFD last."""
    bgp = re.search(r'r1 +BGP +\S+ +\S+ +(\S+)', b.ask('show protocols'))
    return bgp and bgp[1], re.findall(r'192\.0\.2\.1 +\S+ +(\S+ +\S+)', b.ask('show bfd sessions'))


def neighbor_of(a):
    return a.status()['neighbors'][0]


def twenty_in_a_row(c):
    """With MD5 and BFD at 10 ms times 10, while routes come and go and requests are made."""
    text = one_more([OTHER]).replace(neighbor(), neighbor(password='s3cret', **BFD))
    bfd = dict(BIRD_BFD, options='bfd on; password "s3cret";')
    b, n, a = up(c, text, **bfd)
    punctual(b.process.pid)
    wait_for('BIRD has both', lambda: b.route(OTHER))
    wait_for('BFD is up', lambda: (neighbor_of(a)['bfd'] or {}).get('tx_interval_ms') == 10)
    wait_for('BIRD is at 10 ms', lambda: re.search(r'192\.0\.2\.1 +\S+ +Up .* 0\.010 +0\.100', b.ask('show bfd sessions')))
    before, since, pid = neighbor_of(a), session(b), a.status()['pid']
    history = a.status()['services'][0]['checks'][0]
    absences, requests = Absences(b, G4), Requests(A4)
    gaps = []
    for i in range(20):
        replace(a)
        gaps.append(upgraded(c, a)['gap_ms'])
        order = 'undrain' if i % 2 else 'drain'
        status, _, errors = nearcast(c, a, order, 'other', *(['--at-most', '1s'] if order == 'drain' else []))
        if status != 0:
            raise Failed(errors)
    lost, absent, after = requests.end(), absences.end(), neighbor_of(a)
    print(f'# {requests.made} requests, {lost} failed; gaps of {min(gaps):.1f} to {max(gaps):.1f} ms')
    if lost or absent or requests.made == 0:
        raise Failed(f'{lost} requests failed, the route was missing {absent} times')
    if session(b) != since:
        raise Failed(f'BIRD saw a change: {since} {session(b)} {b.log_text()[-2000:]}')
    if after['established_count'] != before['established_count'] or after['bfd']['downs'] or a.status()['pid'] != pid:
        raise Failed(after)
    check = a.status()['services'][0]['checks'][0]
    if check['verdict'] != 'passing' or check['since_ms'] < history['since_ms']:
        raise Failed(check)
    kinds = [e['what'] for e in a.status()['events'] if 'goes on' in e['what']]
    if len(kinds) != 20:
        raise Failed(kinds)
    wait_for('back at 10 ms', lambda: neighbor_of(a)['bfd']['tx_interval_ms'] == 10)
    wait_for('BIRD has the other one again', lambda: b.route(OTHER))
    # and what happens behind it is noticed as ever
    n.kill()
    wait_for('withdrawn', lambda: not b.route(G4))
    if a.stop() != 0:
        raise Failed('the end')


def while_bfd_changes(c):
    """Just up, or back from the upgrade before, BFD is on its way to other intervals: that is waited for."""
    b, n, a = up(c, conf(neighbor(bfd='true')), options='bfd on;',
                 more='protocol bfd { interface "vb" { interval 300 ms; }; }')
    for _ in range(3):
        wait_for('BFD is up', lambda: (neighbor_of(a)['bfd'] or {}).get('state') == 'Up')
        since = session(b)[0]
        upgraded(c, a)
        if session(b)[0] != since or neighbor_of(a)['bfd']['downs']:
            raise Failed(b.log_text()[-2000:])


def another_version(c):
    b, n, a = up(c)
    if upgrade(c, a, '--if-changed')[1]['outcome'] != 'same':
        raise Failed('nothing has changed')
    version = a.status()['version']
    other = re.sub(r'\d', '9', version)
    replace(a, lambda program: program.replace(version.encode(), other.encode()))
    answer = upgraded(c, a, '--if-changed')
    if (answer['from'], answer['to']) != (version, other) or a.status()['version'] != other:
        raise Failed(answer)
    status, out, _ = nearcast(c, a, 'upgrade', '--if-changed')
    if status != 0 or other not in out:
        raise Failed(out)


def a_bad_program_changes_nothing(c):
    b, n, a = up(c, conf(neighbor(**BFD)), **BIRD_BFD)
    punctual(b.process.pid)
    wait_for('BFD is up', lambda: neighbor_of(a)['bfd']['tx_interval_ms'] == 10 and 'Up' in b.ask('show bfd sessions'))
    since, good = session(b), a.program.read_bytes()
    for name, text, why in (('none', b'no program', 'nearcastd'),
                            ('hangs', b'#!/bin/sh\nexec sleep 60\n', 'took too long'),
                            ('bad configuration', b'#!/bin/sh\necho "new key wanted" >&2; exit 1\n', 'configuration'),
                            ('bad state', b'#!/bin/sh\n[ "$1" = --check ] && exit 0\necho "of another world" >&2; exit 1\n',
                             'cannot take over')):
        replace(a, lambda _: text)
        answer = refused(c, a, '--timeout', '1s')
        if why not in answer['why']:
            raise Failed(f'{name}: {answer}')
    if 'of another world' not in answer['errors']:
        raise Failed(answer)
    replace(a, lambda _: good)
    a.conf.write_text(a.conf.read_text().replace('tcp/80', 'tcp/eighty'))
    answer = refused(c, a)
    if 'eighty' not in answer['errors']:
        raise Failed(answer)
    if session(b) != since or not a.is_announced(G4):
        raise Failed('something was touched')


def the_old_configuration_goes_on(c):
    """Until a reload: what the file says meanwhile is said, and not taken."""
    b, n, a = up(c)
    write(a, conf().replace('interval: 500ms', 'interval: 300ms', 1))
    if not upgraded(c, a)['file_differs']:
        raise Failed('the file differs')
    if a.status()['services'][0]['checks'][0]['interval_ms'] != 500:
        raise Failed(a.status())
    status, out, errors = nearcast(c, a, 'reload')
    if status != 0 or a.status()['services'][0]['checks'][0]['interval_ms'] != 300:
        raise Failed(errors)
    if upgraded(c, a)['file_differs'] or not b.route(G4):
        raise Failed('it is the same')


def another_daemon(c, name, text, since, when_up=None, **conf_of_peer):
    """Ten upgrades with a daemon that says how its session (since) is: it may not change."""
    kind = PEERS[name]
    is_alone = pathlib.Path('/proc/self/uid_map').read_text().split()[2] == '1'  # the only user of its namespace
    if kind.missing() or (kind.needs_root and is_alone):
        print(f'# {name} can not be run here')
        return
    c.folder.chmod(0o755)  # it may have a user of its own
    peer = kind(c.folder, c.network.enter, Conf(us=V4[0], them=V4[1], **conf_of_peer))
    try:
        peer.start()
        c.nginx()
        a = start(c, text)
        wait_for(f'{name} has the route', lambda: peer.route(G4))
        if when_up:
            when_up(peer)
        before = since(peer)
        requests = Requests(A4)
        for _ in range(10):
            replace(a)
            upgraded(c, a)
        lost, after = requests.end(), since(peer)
        if lost or not before or after != before or not peer.route(G4):
            raise Failed(f'{lost} requests failed; {before} {after} {a.log.read_text()[-9000:]}')
        n = neighbor_of(a)
        if n['established_count'] != 1 or (n['bfd'] and n['bfd']['downs']):
            raise Failed(n)
    finally:
        peer.kill()


def frr(c):
    """With MD5, and BFD at 10 ms times 10 in its eyes."""
    def when_up(peer):
        peer.bfd_profile('detect-multiplier 50')  # in ours: a daemon that waits for a core is not dead
        if not punctual(int((c.folder / 'frr/bfdd.pid').read_text())):
            peer.set_bfd_interval(100)
        wait_for('BFD is up', lambda: peer.bfd_state() == 'Up')

    def since(peer):
        n, bfd = peer.neighbor(), peer.json('show bfd peers counters', daemon='bfdd')[0]
        return n['connectionsEstablished'], n['connectionsDropped'], bfd['session-down'], peer.bfd_state()

    another_daemon(c, 'frr', conf(neighbor(password='s3cret', **BFD)), since, when_up, password='s3cret', bfd_ms=10)


def gobgp(c):
    def since(peer):
        n = peer.neighbor()
        return n['timers']['state']['uptime'], n['state'].get('flops', 0)

    another_daemon(c, 'gobgpd', conf(), since)


HALF_A_PEER = '''
import socket, sys
listener = socket.create_server(("192.0.2.2", 179))
c = listener.accept()[0]
marker = b"\\xff" * 16
def message(kind, body=b""):
    return marker + (19 + len(body)).to_bytes(2, "big") + bytes([kind]) + body
def take():
    head = c.recv(19, socket.MSG_WAITALL)
    if len(head) < 19:
        return None, b""
    return head[18], c.recv(int.from_bytes(head[16:18], "big") - 19, socket.MSG_WAITALL)
assert take()[0] == 1
c.sendall(message(1, bytes.fromhex("04fbf5005ac0000202" + "0e" + "020c" + "0104" + "00010001" + "4104" + "0000fbf5")))
c.sendall(message(4))
update = message(2, bytes.fromhex("0000" + "0014" + "40010100" + "4002060201" + "0000fbf5" + "400304c0000202"[:14]) + bytes.fromhex("18cb0072"))
print("up", flush=True)
sys.stdin.readline()
c.sendall(update[:30])
print("half", flush=True)
sys.stdin.readline()
c.sendall(update[30:])
print("whole", flush=True)
while True:
    kind, body = take()
    if kind is None or kind == 3:
        print("lost", kind, body.hex(), flush=True)
        break
'''


def half_a_message(c):
    """A neighbor that is in the middle of an UPDATE when the program changes."""
    peer = subprocess.Popen([*c.network.enter, sys.executable, '-c', HALF_A_PEER], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    try:
        c.nginx()
        a = start(c)
        if peer.stdout.readline() != 'up\n':
            raise Failed('the peer')
        wait_for('the session is up', lambda: neighbor_of(a)['state'] == 'Established')
        for round in ('half', 'whole'):
            peer.stdin.write('on\n')
            peer.stdin.flush()
            if peer.stdout.readline() != round + '\n':
                raise Failed('the peer')
            upgraded(c, a)
        n = wait_for('the UPDATE is taken', lambda: (n := neighbor_of(a))['prefixes_received'] == 1 and n)
        if n['state'] != 'Established' or n['established_count'] != 1 or n['verdicts']['accept'] != 1:
            raise Failed(n)
    finally:
        peer.kill()
        peer.wait()


def a_state_that_cannot_be_read(c):
    """Leads to a cold start, which the neighbors and the operator are told."""
    c.nginx()
    b = c.bird()
    program = c.folder / 'nearcastd'
    shutil.copy(c.programs[0], program)
    a = Agent(c.folder, program, conf())
    c.things.append(a)
    state = os.memfd_create('state', os.MFD_ALLOW_SEALING)
    os.write(state, b'NEARCAST\x00\x01\x00\x00\x00\x07garbage')
    fcntl.fcntl(state, 1033, 15)  # F_ADD_SEALS: all
    with socket.create_server(('127.0.0.1', 0)) as listener, socket.create_connection(listener.getsockname()) as ours:
        theirs = listener.accept()[0]
        a.process = subprocess.Popen([program, '-c', a.conf, f'--resume={state}'], stderr=a.log.open('a'),
                                     pass_fds=[state, theirs.fileno()])
        theirs.close()
        ours.settimeout(10)
        farewell = b''.join(iter(lambda: ours.recv(100), b''))
    if farewell != b'\xff' * 16 + b'\x00\x15\x03\x06\x04':  # Cease/Administrative Reset
        raise Failed(farewell)
    wait_for('announced', lambda: a.is_announced(G4))
    wait_for('BIRD has the route', lambda: b.route(G4))
    events = [e for e in a.status()['events'] if 'starts cold' in e['what']]
    if len(events) != 1 or 'cannot be used' not in events[0]['why'] or 'starts cold' not in a.log.read_text():
        raise Failed(events)
    os.close(state)


def a_stall_right_behind_it(c):
    """What is said behind everything else is known to the new program too, before the session has said anything more."""
    def upgrade_once(_):
        return upgraded(c, c.things[-1])

    b, n, a, reader = stall(c, {}, conf(neighbor() + f'    {GRACEFUL}\n', head='dead-man: 1s\n'), upgrade_once)
    n.kill()
    if a.process.wait(timeout=15) != 3:
        raise Failed('its status')
    wait_for('BIRD has no route', lambda: not b.route(G4))
    said = b.ask('show protocols all r1') + b.log_text()
    if not any(words in said for words in ('nearcastd has stalled', 'Hard reset', 'dministrative reset')):
        raise Failed(said)
    os.close(reader)


agent.CASES = [twenty_in_a_row, a_stall_right_behind_it, while_bfd_changes, another_version, a_bad_program_changes_nothing,
               the_old_configuration_goes_on, frr, gobgp, half_a_message, a_state_that_cannot_be_read]

if __name__ == '__main__':
    sys.exit(agent.main())
