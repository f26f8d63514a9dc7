#!/usr/bin/env python3
"""nearcast dump, end to end: what nearcastd says with BIRD 2 over TCP MD5 is written down, and read by others.

Usage: dump.py NEARCASTD NEARCAST MRT-ROUNDTRIP [CASE...]. TAP on stdout; see agent.py."""
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import time

import agent
from agent import G4, V4, Failed, conf, has_address, neighbor, up, wait_for

PASSWORD = 's3cret-and-nowhere-else'
BGPDUMP = shutil.which('bgpdump')


def nearcast(c, a, *words, ok=True):
    """What `nearcast dump` prints; the other stream when it has to fail."""
    done = subprocess.run([c.programs[1], 'dump', '--socket', a.control, *words], capture_output=True, text=True)
    if (done.returncode == 0) != ok or bool(done.stdout) != ok:
        raise Failed(f'{words}: exit status {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout if ok else done.stderr


def start(c, a, *words):
    path = pathlib.Path(nearcast(c, a, *words, 'start', 'r4').removeprefix('writes to ').strip())
    if path.parent != a.control.parent / 'dumps' or not path.name.startswith('r4-'):
        raise Failed(f'written to {path}')
    if stat.S_IMODE(path.stat().st_mode) != 0o600 or stat.S_IMODE(path.parent.stat().st_mode) != 0o700:
        raise Failed('others may read it')
    return path


def reset(c, b, a, n):
    """The session goes down and up again, with the route in it; then the service dies."""
    b.kill()
    wait_for('it is noticed', lambda: a.status()['neighbors'][0]['state'] != 'Established')
    b.start()
    wait_for('BIRD has the route again', lambda: b.route(G4))
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))


def protected(c):
    return up(c, conf(neighbor(password=PASSWORD)), options=f'password "{PASSWORD}";')


def mrt(c):
    b, n, a = protected(c)
    path = start(c, a)
    reset(c, b, a, n)
    least, running = path.stat().st_size, a.status()['neighbors'][0]['dump']
    if running['path'] != str(path) or running['format'] != 'mrt' or not least <= running['bytes'] <= path.stat().st_size:
        raise Failed((least, running))
    said = nearcast(c, a, 'stop', 'r4')
    size = path.stat().st_size
    if said != f'wrote {size} bytes to {path}\n' or a.status()['neighbors'][0]['dump'] is not None:
        raise Failed(said)
    a.stop()
    if path.stat().st_size != size or PASSWORD.encode() in path.read_bytes():
        raise Failed('written to after the end, or the password is in it')
    ours = subprocess.run([os.environ['MRT_ROUNDTRIP'], path], capture_output=True, text=True)
    counts = dict(word.split('=') for word in ours.stdout.split()[1:])
    for key, least in (('open', 2), ('update', 4), ('keepalive', 2), ('state_change', 4), ('accept', 4),
                       ('announced', 1), ('withdrawn', 1)):
        if int(counts[key]) < least:
            raise Failed(f'{key}: {ours.stdout}')
    if ours.returncode != 0 or any(int(counts[key]) for key in ('bad', 'cut', 'no_message', 'different', 'skipped')):
        raise Failed(ours.stdout + ours.stderr)
    read_by_bgpdump(path, int(counts['message']) + int(counts['state_change']))


def read_by_bgpdump(path, records):
    """Every record, with our addresses and AS numbers."""
    if not BGPDUMP:
        print('# bgpdump is not installed: not tried with it')
        return
    shown = subprocess.run([BGPDUMP, '-O', '/dev/stdout', path], capture_output=True, text=True).stdout
    if shown.count('TYPE: BGP4MP_ET/') != records:
        raise Failed(f'bgpdump: {shown.count("TYPE: BGP4MP_ET/")} of {records} records\n{shown}')
    for want in (f'TYPE: BGP4MP_ET/MESSAGE_LOCAL/Open\nFROM: {V4[0]} AS65001\nTO: {V4[1]} AS64501\nVERSION: 4\n',
                 f'TYPE: BGP4MP_ET/MESSAGE/Open\nFROM: {V4[1]} AS64501\nTO: {V4[0]} AS65001\nVERSION: 4\n',
                 f'PEER: {V4[1]} AS64501\nSTATE: Openconfirm/Established\n',
                 f'ASPATH: 65001\nNEXT_HOP: {V4[0]}\nANNOUNCE\n  {G4}\n', f'WITHDRAW\n  {G4}\n'):
        if want not in shown:
            raise Failed(f'bgpdump shows no {want}\n{shown}')


def text(c):
    b, n, a = protected(c)
    path = start(c, a, '--format', 'text')
    reset(c, b, a, n)
    nearcast(c, a, 'stop', 'r4')
    shown = path.read_text()
    for want in (f'neighbor r4: {V4[1]} AS 64501; local {V4[0]} AS 65001\n', 'sent OPEN, ', 'received OPEN, ',
                 'state Established, was OpenConfirm', '    version 4, AS 64501, hold time ',
                 '    capability four-octet AS 65001\n', '    ORIGIN igp\n    AS_PATH 65001\n    NEXT_HOP ',
                 f'    announced {G4}\n', f'    withdrawn {G4}\n', '    End-of-RIB ipv4\n',
                 'received KEEPALIVE, 19 bytes'):
        if want not in shown:
            raise Failed(f'no "{want}" in\n{shown}')
    if PASSWORD in shown:
        raise Failed('the password is in it')


def refusals(c):
    b, n, a = up(c)
    dumps = a.control.parent / 'dumps'
    for words, want in ((['start', '../../r4'], 'no neighbor is called "../../r4"; the agent has r4'),
                        (['stop', 'r4'], 'no dump of neighbor r4 runs')):
        if want not in nearcast(c, a, *words, ok=False):
            raise Failed(want)
    for request, want in (('"action":"start"', 'dump needs a field neighbor'),
                          ('"action":"go","neighbor":"r4"', 'unknown action go'),
                          ('"action":"start","neighbor":"r4","format":"pcap"', 'unknown format pcap'),
                          ('"action":"start","neighbor":"r4","path":"/etc/passwd"', 'path'),
                          ('"action":"start","neighbor":"r4","max_bytes":1', 'max_bytes: expected 4096 to')):
        said = a.request('{"command":"dump",%s}' % request).get('error', '')
        if want not in said:
            raise Failed(f'{request}: {said}')
    if dumps.exists():
        raise Failed('something was made')
    start(c, a)
    if 'runs already' not in nearcast(c, a, 'start', 'r4', ok=False):
        raise Failed('twice')
    nearcast(c, a, 'stop', 'r4')
    dumps.rename(dumps.with_name('elsewhere'))
    dumps.symlink_to('elsewhere')
    if 'no folder that only the agent may write to' not in nearcast(c, a, 'start', 'r4', ok=False):
        raise Failed('through a link')
    if not a.is_announced(G4) or not has_address(agent.A4):
        raise Failed('the session suffered')


def full_size(c):
    """The dump ends by itself; the session does not notice."""
    b, n, a = up(c)
    request = '{"command":"dump","action":"start","neighbor":"r4","max_bytes":4096}'
    path = pathlib.Path(a.request(request)['path'])
    while a.status()['neighbors'][0]['dump']:
        b.ask('reload out r1')
        n.kill()
        wait_for('BIRD has no route', lambda: not b.route(G4))
        n.start()
        wait_for('BIRD has the route again', lambda: b.route(G4))
    if not 3500 < path.stat().st_size <= 4096:
        raise Failed(path.stat().st_size)
    if a.log.read_text().count('dump of neighbor r4 ends: it has its full size') != 1:
        raise Failed(a.log.read_text())
    if 'has ended already: it has its full size' not in nearcast(c, a, 'stop', 'r4', ok=False):
        raise Failed('stopped twice')
    if a.status()['neighbors'][0]['established_count'] != 1:
        raise Failed('the session suffered')
    time.sleep(0.002)  # another name
    start(c, a)


def an_upgrade(c):
    """Does not end it: what comes behind it stands in the same file, and it has its full size as ever."""
    b, n, a = up(c)
    path = start(c, a, '--format', 'text')
    b.ask('reload out r1')
    wait_for('a message', lambda: 'ROUTE-REFRESH' in path.read_text())
    before = path.read_text()
    done = subprocess.run([c.programs[1], 'upgrade', '-s', a.control], capture_output=True, text=True)
    if done.returncode != 0 or a.status()['neighbors'][0]['dump']['path'] != str(path):
        raise Failed(done.stdout + done.stderr)
    n.kill()
    wait_for('it goes on', lambda: f'    withdrawn {G4}\n' in path.read_text())
    if not path.read_text().startswith(before):
        raise Failed(path.read_text())
    if 'runs already' not in nearcast(c, a, 'start', 'r4', ok=False):
        raise Failed('twice')
    nearcast(c, a, 'stop', 'r4')
    if a.status()['neighbors'][0]['dump'] is not None or 'state ' in path.read_text():
        raise Failed(path.read_text())


agent.CASES = [mrt, text, refusals, full_size, an_upgrade]

if __name__ == '__main__':
    if 'MRT_ROUNDTRIP' not in os.environ:  # it starts itself again, without
        os.environ['MRT_ROUNDTRIP'] = sys.argv.pop(3)
    sys.exit(agent.main())
