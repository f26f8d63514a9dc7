#!/usr/bin/env python3
"""nearcastd for real: nginx behind it, BIRD 2 as its neighbor, in two namespaces joined by a veth. TAP on stdout.

Runs itself again inside of `unshare`, so that everything it makes ends with it, as root or without.
Usage: agent.py NEARCASTD NEARCAST [CASE...]; NEARCAST_ROUNDS=N for the kills of kill_to_withdraw.
What is judged is function; the figures are printed for whoever runs it."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
from bird import BIRD, BIRDC, G4, G6, Bird  # noqa: E402
from network import LINK_LOCAL, V4, V6, Network  # noqa: E402
from running import chosen, in_namespaces, run_cases  # noqa: E402
from waiting import Failed, stays, wait_for  # noqa: E402

NGINX = shutil.which('nginx', path=os.environ['PATH'] + ':/usr/sbin')
A4, A6 = G4.split('/')[0], G6.split('/')[0]
SO_TIMESTAMPNS = 35


class Nginx:
    """Master and two workers that share the listening socket, in a process group of their own."""

    def __init__(self, folder, listen=('0.0.0.0:80', '[::]:80'), status=200):
        self.folder = folder
        self.conf = folder / 'nginx.conf'
        self.write(listen, status)
        self.process = None

    def write(self, listen=('0.0.0.0:80', '[::]:80'), status=200):
        listens = ''.join(f'listen {where}{" ipv6only=on" if where[0] == "[" else ""};' for where in listen)
        paths = ''.join(f'{kind}_temp_path {self.folder}/{kind};'
                        for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        self.conf.write_text(f'''
daemon off; master_process on; user root; worker_processes 2; pid {self.folder}/nginx.pid;
error_log {self.folder}/nginx.log;
events {{ worker_connections 64; }}
http {{ access_log off; {paths} server {{ {listens} location / {{ return {status} "here\\n"; }} }} }}
''')

    def start(self):
        self.process = subprocess.Popen([NGINX, '-c', self.conf, '-p', self.folder, '-e', self.folder / 'nginx.log'],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        return self

    def workers(self):
        """Their process ids, when both run and no older ones do; else nothing."""
        r = subprocess.run(['pgrep', '-P', str(self.process.pid)], capture_output=True, text=True)
        pids = {int(pid) for pid in r.stdout.split()}
        return pids if len(pids) == 2 else set()

    def kill(self):
        """SIGKILL to all of its processes; gives the wall clock just before."""
        at = time.time_ns()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return at

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()


class Agent:
    def __init__(self, folder, program, conf, name='nearcastd'):
        self.conf, self.log = folder / f'{name}.yaml', folder / f'{name}.log'
        self.control = folder / 'run' / 'control.sock'
        self.state = folder / f'{name}.state'
        self.program = program
        self.conf.write_text(conf.replace('CONTROL', str(self.control)).replace('/STATE', str(self.state)))
        self.process = None

    def start(self, **more):
        self.process = subprocess.Popen([self.program, '-c', self.conf], stderr=self.log.open('a'), **more)
        return self

    def request(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(str(self.control))
            s.sendall(line.encode() + b'\n')
            return json.loads(b''.join(iter(lambda: s.recv(65536), b'')))

    def status(self):
        return self.request('{"command":"status"}')

    def answer(self):
        """The status, or None while the agent does not answer: its socket has a name before it listens."""
        try:
            return self.status()
        except (OSError, ValueError):
            return None

    def address(self, prefix):
        """The status of one Global IP, or None while the agent does not answer."""
        status = self.answer()
        if status is None:
            return None
        return next(a for s in status['services'] for a in s['global_ips'] if a['prefix'] == prefix)

    def is_announced(self, prefix):
        address = self.address(prefix)
        return address and address['announced'] and address

    def is_withdrawn(self, prefix):
        address = self.address(prefix)
        return address and address['stage'] == 'withdrawn' and address

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        return self.process.wait(timeout=15)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def embryonic(address, count=20):
    """Half-open connections to port 80: SYNs from the neighbor's side whose answers find nobody."""
    def checksum(data):
        total = sum(struct.unpack(f'!{len(data) // 2}H', data))
        total = (total & 0xffff) + (total >> 16)
        return ~(total + (total >> 16)) & 0xffff

    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
        for i in range(count):
            source = socket.inet_aton(f'192.0.2.{100 + i}')
            destination = socket.inet_aton(address)
            tcp = struct.pack('!HHIIBBHHH', 40000 + i, 80, random.getrandbits(32), 0, 0x50, 2, 64240, 0, 0)
            sum_of = checksum(source + destination + struct.pack('!HH', socket.IPPROTO_TCP, len(tcp)) + tcp)
            tcp = tcp[:16] + struct.pack('!H', sum_of) + tcp[18:]
            ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0, source,
                             destination)
            s.sendto(ip + tcp, (address, 0))

    def pending():
        shown = subprocess.run(['ss', '-Htn', 'state', 'syn-recv'], capture_output=True, text=True).stdout
        return shown.count('192.0.2.1') >= count

    wait_for('the connections are half open', pending)


class Capture:
    """The withdraws in BGP UPDATEs that leave by a device, with the kernel's time of each packet."""

    def __init__(self, device):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((device, 0))
        self.withdraws = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                frame, ancillary, _, _ = self.socket.recvmsg(65536, 128)
            except OSError:  # the device has gone
                return
            stamp = next((struct.unpack('qq', data[:16]) for _, kind, data in ancillary if kind == SO_TIMESTAMPNS),
                         None)
            if stamp and self.is_withdraw(frame):
                self.withdraws.append(stamp[0] * 10**9 + stamp[1])

    @staticmethod
    def is_withdraw(frame):
        kind = struct.unpack('!H', frame[12:14])[0]
        if kind == 0x0800 and frame[23] == 6:
            tcp = 14 + (frame[14] & 15) * 4
            end = 14 + struct.unpack('!H', frame[16:18])[0]
        elif kind == 0x86dd and frame[20] == 6:
            tcp, end = 54, 54 + struct.unpack('!H', frame[18:20])[0]
        else:
            return False
        bgp = frame[tcp + (frame[tcp + 12] >> 4) * 4:end]
        while len(bgp) >= 23 and bgp[:16] == b'\xff' * 16:
            length, message = struct.unpack('!HB', bgp[16:19])
            if message == 2:
                withdrawn = struct.unpack('!H', bgp[19:21])[0]
                attributes = bgp[23 + withdrawn:length]
                # IPv4, or MP_UNREACH_NLRI (flags, type 15) with more than its family: not End-of-RIB
                if withdrawn or (len(attributes) > 6 and attributes[1] == 15):
                    return True
            bgp = bgp[length:]
        return False


def neighbor(v6=False, **more):
    ours, theirs = V6 if v6 else V4
    lines = {'address': theirs, 'local-address': ours, 'local-as': 65001, 'peer-as': 64501, **more}
    return f'  {"r6" if v6 else "r4"}:\n' + ''.join(f'    {k}: "{v}"\n' if k.endswith('address') else f'    {k}: {v}\n'
                                                 for k, v in lines.items())


def conf(neighbors=None, ips=(G4,), listen='[tcp/80]', check='type: http', head=''):
    quoted = ', '.join(f'"{ip}"' for ip in ips)
    checks = f'    checks:\n      front: {{{check}, interval: 500ms, fast-interval: 50ms, timeout: 500ms}}\n' if check else ''
    listens = f'    listen: {listen}\n' if listen else ''
    return f'''site: ams
host: test-host
router-id: {V4[0]}
control: CONTROL
state-directory: /STATE
settle-time: 300ms
{head}neighbors:
{neighbors or neighbor()}services:
  web:
    global-ips: [{quoted}]
{listens}{checks}'''


class Absences:
    """Looks at a route of BIRD again and again, and counts how often it is not there."""

    def __init__(self, bird, prefix):
        self.bird, self.prefix, self.absent, self.ending = bird, prefix, 0, False
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.ending:
            self.absent += not self.bird.route(self.prefix)
            time.sleep(0.01)

    def end(self):
        self.ending = True
        self.thread.join()
        return self.absent


def has_address(address):
    return address in subprocess.run(['ip', '-o', 'addr', 'show', 'dev', 'lo'], capture_output=True, text=True).stdout


class Case:
    def __init__(self, folder, programs, network):
        self.folder, self.programs, self.network = folder, programs, network
        self.things = []

    def bird(self, **options):
        b = Bird(self.folder, self.network.enter, **options)
        self.things.append(b)
        return b

    def nginx(self, **options):
        self.things.append(Nginx(self.folder, **options))
        return self.things[-1].start()

    def agent(self, text=None, name='nearcastd'):
        self.things.append(Agent(self.folder, self.programs[0], text or conf(), name))
        return self.things[-1].start()

    def end(self):
        for thing in reversed(self.things):
            thing.end()
        lines = subprocess.run(['ip', '-o', 'addr', 'show', 'dev', 'lo'], capture_output=True, text=True).stdout
        for address in re.findall(r'inet6? ((?:203\.0\.113\.|2001:db8:f00d)\S+)', lines):
            subprocess.run(['ip', 'addr', 'del', address, 'dev', 'lo'])


def up(c, text=None, prefix=G4, nginx=None, **bird_options):
    b, n, a = c.bird(**bird_options), c.nginx(**nginx or {}), c.agent(text)
    wait_for('announced', lambda: a.is_announced(prefix))
    wait_for('BIRD has the route', lambda: b.route(prefix))
    return b, n, a


def announce_in_order(c):
    b, a = c.bird(), c.agent()
    wait_for('the address is on lo', lambda: has_address(A4))
    wait_for('the listener is missed', lambda: 'tcp/80' in (a.address(G4) or {}).get('why', ''))
    wait_for('the session is up', lambda: a.status()['neighbors'][0]['state'] == 'Established')
    if b.route(G4):
        raise Failed('announced before anything listens')
    c.nginx()
    wait_for('BIRD has the route', lambda: b.route(G4))
    what = [e['what'] for e in a.status()['events'] if 'service web' in e['what']]
    if what != [f'service web: {G4} added', f'service web: check front at {A4} failing',
                f'service web: check front at {A4} passing', f'service web: {G4} announced']:
        raise Failed(f'events: {what}')
    # the log says each of them once, the cause before what came of it
    log = a.log.read_text()
    if log.count('neighbor r4') != 1 or not 0 < log.find('front at 203.0.113.10 passing') < log.find('32 announced'):
        raise Failed('the log')


def kill_to_withdraw(c):
    b, n, a = up(c)
    capture = Capture('va')
    wire, written, noticed = [], [], []
    for _ in range(int(os.environ.get('NEARCAST_ROUNDS', '20'))):
        before = len(capture.withdraws)
        killed = n.kill()
        wait_for('the withdraw is on the wire', lambda: len(capture.withdraws) > before)
        record = wait_for('withdrawn', lambda: a.is_withdrawn(G4))['last_withdraw']
        wait_for('BIRD has no route', lambda: not b.route(G4))
        if 'tcp/80' not in record['why']:
            raise Failed(f'withdrawn by something else: {record}')
        wire.append((capture.withdraws[before] - killed) / 1e6)
        noticed.append((record['noticed_wall_ns'] - killed) / 1e6)
        if (record['written_to'], record['had_been_told']) != (1, 1):
            raise Failed(f'written to another number of neighbors: {record}')
        written.append(record['noticed_to_written_ms'])
        n.start()
        wait_for('BIRD has the route again', lambda: b.route(G4))
    for name, values in (('kill to packet', wire), ('kill to noticed', noticed), ('noticed to written', written)):
        print(f'# {name}: median {statistics.median(values):.3f} ms, max {max(values):.3f} ms, n={len(values)}')


def kill_with_half_open_connections(c):
    """They keep a dead listener from being destroyed until they expire, a second later."""
    b, n, a = up(c, conf(check=None), nginx={'listen': ['0.0.0.0:80']})
    capture = Capture('va')
    wire = []
    for _ in range(5):
        before = len(capture.withdraws)
        embryonic(A4)
        killed = n.kill()
        wait_for('the withdraw is on the wire', lambda: len(capture.withdraws) > before)
        wire.append((capture.withdraws[before] - killed) / 1e6)
        wait_for('BIRD has no route', lambda: not b.route(G4))
        n.start()
        wait_for('BIRD has the route again', lambda: b.route(G4))
    print(f'# kill to packet: median {statistics.median(wire):.3f} ms, max {max(wire):.3f} ms, n={len(wire)}')
    if statistics.median(wire) > 500:  # it would be more than a second
        raise Failed(f'the withdraw waits for the half-open connections: {wire}')


def soft_failure(c):
    b, n, a = up(c)
    n.write(status=503)
    n.process.send_signal(signal.SIGHUP)  # a reload: the listening socket stays
    wait_for('BIRD has no route', lambda: not b.route(G4))
    why = a.address(G4)['why']
    if 'status 503, expected 200' not in why:
        raise Failed(why)
    n.write()
    n.process.send_signal(signal.SIGHUP)
    wait_for('BIRD has the route again', lambda: b.route(G4))


def reload_keeps_the_route(c):
    b, n, a = up(c)
    capture = Capture('va')
    workers = wait_for('two workers', lambda: n.workers())
    for _ in range(5):
        before = workers
        n.process.send_signal(signal.SIGHUP)
        workers = wait_for('new workers alone', lambda: n.workers() if not n.workers() & before else None)
    # a worker dies and is started again by the master: others hold the socket all the time
    os.kill(min(workers), signal.SIGKILL)
    wait_for('a new worker', lambda: n.workers() - workers)
    # what comes later in the same loop: by then, what those led to has been told
    by_then = a.status()['uptime_ms']
    wait_for('a further run of the check', lambda: (
        lambda s: s['uptime_ms'] - s['services'][0]['checks'][0]['last_ago_ms'] > by_then)(a.status()))
    if not a.is_announced(G4) or capture.withdraws:
        raise Failed('withdrawn by a reload')


def hung_service(c):
    b, n, a = up(c)
    os.killpg(n.process.pid, signal.SIGSTOP)
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if a.address(G4)['last_withdraw']['why'].find('3 times in a row') < 0:
        raise Failed(a.address(G4)['why'])
    os.killpg(n.process.pid, signal.SIGCONT)
    wait_for('BIRD has the route again', lambda: b.route(G4))


def refused_without_watch(c):
    b, n, a = up(c, conf(listen=None))
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if 'connection refused' not in a.address(G4)['why']:
        raise Failed(a.address(G4)['why'])
    if not a.status()['services'][0]['checks'][0]['definitive']:
        raise Failed('refused by ourselves, and not definitive')


def tcp_check(c):
    b, n, a = up(c, conf(listen=None, check='type: tcp, port: 80'))
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    n.start()
    wait_for('BIRD has the route again', lambda: b.route(G4))


def exec_check(c):
    """What the command writes is shown, and one that is gone is never a pass."""
    path = c.folder / 'health'

    def write(text):
        new = c.folder / 'new'
        new.write_text(f'#!/bin/sh\n{text}\n')
        new.chmod(0o755)
        new.rename(path)  # at once: one that is being written cannot be run

    def check():
        return a.status()['services'][0]['checks'][0]

    write('echo fine')
    b, n, a = up(c, conf(listen=None, check=f'type: exec, user: root, command: {path}'))
    if (check()['output'], check()['why'], check()['type']) != ('fine\n', 'exit status 0: fine', 'exec'):
        raise Failed(check())
    write('echo disk full; echo "no space left" >&2; exit 3')
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if check()['definitive'] or 'exit status 3: disk full' not in check()['why']:
        raise Failed(check())
    text = subprocess.run([c.programs[1], 'status', '-s', a.control], capture_output=True, text=True).stdout
    if 'web/front wrote:\n  disk full\n  no space left\n' not in text:
        raise Failed(text)
    write('exit 0')
    wait_for('BIRD has the route again', lambda: b.route(G4))
    path.unlink()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if f'cannot run: {path}: No such file or directory' not in check()['why']:
        raise Failed(check())


def check_that_cannot_run(c):
    """Said at the start, by --check, and in its verdict."""
    text = conf(listen=None, check='type: exec, command: /nothing/there')
    told = 'check front cannot run here: /nothing/there: No such file or directory'
    a = c.agent(text)
    wait_for('it is failing', lambda: a.address(G4) and a.status()['services'][0]['checks'][0]['verdict'] == 'failing')
    check = a.status()['services'][0]['checks'][0]
    if 'cannot run: /nothing/there: No such file or directory' not in check['why']:
        raise Failed(check)
    if a.log.read_text().count('warning service web: ' + told) != 1 or a.is_announced(G4):
        raise Failed(a.log.read_text())
    r = subprocess.run([c.programs[0], '--check', '-c', a.conf], capture_output=True, text=True)
    if r.returncode != 0 or r.stderr != f'nearcastd: warning: service web: {told}\n':
        raise Failed(r)


def address_removed_by_hand(c):
    b, n, a = up(c)
    subprocess.run(['ip', 'addr', 'del', G4, 'dev', 'lo'], check=True)
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if 'missing' not in a.address(G4)['last_withdraw']['why']:
        raise Failed(a.address(G4)['last_withdraw'])
    wait_for('the address is back', lambda: has_address(A4))
    wait_for('BIRD has the route again', lambda: b.route(G4))


def address_cannot_be_added(c):
    """Without CAP_NET_ADMIN: it is said once, the service stays withdrawn, the agent lives."""
    c.nginx()
    agent = Agent(c.folder, c.programs[0], conf())
    c.things.append(agent)
    agent.process = subprocess.Popen(['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin', agent.program,
                                      '-c', agent.conf], stderr=agent.log.open('a'))
    wait_for('it says so', lambda: 'add 203.0.113.10: ' in agent.log.read_text())
    wait_for('it tries again', lambda: (agent.address(G4) or {}).get('since_ms', 0) > 1200)
    status = agent.status()
    if agent.log.read_text().count('warning service web: add') != 1 or agent.address(G4)['announced']:
        raise Failed(status['events'])
    if [e['what'] for e in status['events'] if 'cannot be added' in e['what']] != [
            f'service web: {G4} cannot be added']:
        raise Failed(status['events'])
    if 'Operation not permitted' not in agent.address(G4)['why']:
        raise Failed(agent.address(G4))


def ask_who(address, port=9179, question=None, timeout=2.0):
    """[site, host, service] of who answers at the address; None: nobody; OSError: its host refuses."""
    nonce = os.urandom(8)
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(timeout)
        s.connect((address, port))
        s.send(question or b'NCID\1\0\0\0' + nonce + bytes(496))
        try:
            answer = s.recv(2048)
        except TimeoutError:
            return None
    if answer[:16] != b'NCID\1\1\0\0' + nonce or len(answer) > 512:
        raise Failed(answer)
    names, at = [], 16
    while at < len(answer):
        names.append(answer[at + 1:at + 1 + answer[at]].decode())
        at += 1 + answer[at]
    return names


def is_refused(address, port=9179):
    try:
        return ask_who(address, port, timeout=0.2) is False
    except ConnectionRefusedError:
        return True


def ordered(c, a, word):
    done = subprocess.run([c.programs[1], word, '-s', a.control], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f'{word}: {done.stdout}{done.stderr}')


def identity(c):
    """Each Global IP says who answers, and no other address; through a reload and an upgrade, and not when turned off."""
    text = conf(neighbor(families='[ipv4, ipv6]', **{'next-hop-ipv6': f'"{V6[0]}"'}), ips=[G4, G6],
                head='metrics: {listen: "127.0.0.1:9179"}\n')
    b, n, a = up(c, text, channels='ipv4 { import all; export none; }; ipv6 { import all; export none; };')
    for address in (A4, A6):
        wait_for(f'{address} says who', lambda: ask_who(address) == ['ams', 'test-host', 'web'])
    if not is_refused(V4[0]):
        raise Failed('it answers at an address of the host itself')
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    if ask_who(A4) is None:
        raise Failed('an address that is withdrawn does not say who')
    for wrong in (b'NCID', b'NCID\2\0\0\0' + bytes(504), b'NCID\1\1\0\0' + bytes(504), bytes(513)):
        if ask_who(A4, question=wrong, timeout=0.1) is not None:
            raise Failed(f'{wrong} was answered')

    def counts():
        said = urllib.request.urlopen('http://127.0.0.1:9179/metrics', timeout=10).read().decode()
        return {k: int(v) for k, v in re.findall(r'identity_questions_total{result="(.*)"} (.*)', said)}

    def flooded():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for _ in range(150):  # as many as wait in its socket
                s.sendto(b'NCID\1\0\0\0' + bytes(504), (A4, 9179))
        return (k := counts())['refused'] > 0 and k

    before = wait_for('the rate is kept', flooded)
    if before['malformed'] != 4 or before['answered'] < 3:
        raise Failed(before)
    wait_for('there is room again', lambda: ask_who(A4, timeout=0.2))
    missing = []  # while the program is replaced
    asking = threading.Thread(target=lambda: [missing.append(i) for i in range(150) if ask_who(A6) is None])
    asking.start()
    ordered(c, a, 'upgrade')
    asking.join()
    if missing or counts()['answered'] < before['answered'] + 100:
        raise Failed(f'{missing} of 150 while upgrading; {counts()}')
    for line, port, gone in (('{port: 9180}', 9180, 9179), ('{enabled: false}', None, 9180)):
        a.conf.write_text(text.replace('CONTROL', str(a.control)).replace('/STATE', str(a.state)) + f'identity: {line}\n')
        ordered(c, a, 'reload')
        if not is_refused(A4, gone) or port and ask_who(A4, port) is None:
            raise Failed(line)


def clean_stop(c):
    b, n, a = up(c, conf().replace('settle-time: 300ms', 'settle-time: 2s'))
    capture = Capture('va')
    start = time.monotonic()
    a.process.send_signal(signal.SIGTERM)
    wait_for('the withdraw', lambda: capture.withdraws)
    if not has_address(A4):
        raise Failed('the address went before the withdraw had settled')
    wait_for('BIRD has no route', lambda: not b.route(G4))
    wait_for('the address goes', lambda: not has_address(A4))
    if time.monotonic() - start < 2:
        raise Failed('the address went before the settle time')
    if a.process.wait(timeout=10) != 0 or a.control.exists():
        raise Failed('it did not end cleanly')
    wait_for('BIRD knows why', lambda: 'dministrative shutdown' in b.log_text() + b.ask('show protocols all r1'))


def address_of_others_stays(c):
    subprocess.run(['ip', 'addr', 'add', G4, 'dev', 'lo'], check=True)
    b, n, a = up(c)
    if a.address(G4)['address_added_by_us']:
        raise Failed('taken for ours')
    if a.stop() != 0 or not has_address(A4):
        raise Failed('it removed what it had not added')


def keep_on_exit(c):
    b, n, a = up(c, conf(head='on-exit: keep\n'))
    capture = Capture('va')
    if a.stop() != 0 or not has_address(A4):
        raise Failed('the address did not stay')
    if capture.withdraws or 'dministrative shutdown' in b.log_text() + b.ask('show protocols all r1'):
        raise Failed('the neighbor was told')


def keep_and_graceful_restart(c):
    """Neighbors that have agreed on it keep the route from the end of one agent to the next one's first word."""
    b, n, a = up(c, conf(neighbor() + f'    {GRACEFUL}\n', head='on-exit: keep\n'))
    watch = Absences(b, G4)
    for sig in (signal.SIGTERM, signal.SIGINT):
        if a.stop(sig) != 0 or not has_address(A4):
            raise Failed('the address did not stay')
        wait_for('BIRD keeps what may be stale', lambda: 'Neighbor graceful restart active' in b.ask('show protocols all r1'))
        a.start()
        wait_for('announced again', lambda: a.is_announced(G4))
        wait_for('BIRD has all', lambda: 'graceful restart active' not in b.ask('show protocols all r1'))
    if watch.end():
        raise Failed('the route was gone in between')


def second_signal(c):
    """The withdraw is out already; what a second signal cuts short is the time for clients to settle."""
    for first, second in ((signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)):
        b, n, a = up(c, conf().replace('settle-time: 300ms', 'settle-time: 5m'))
        a.process.send_signal(first)
        wait_for('BIRD has no route', lambda: not b.route(G4))
        if a.process.poll() is not None:
            raise Failed('it did not settle')
        if a.stop(second) != 1:
            raise Failed('its status')
        c.end()


def mark_of_a_run(c):
    """What tells the next agent that the last one ended without a farewell."""
    b, n, a = up(c)
    mark = a.control.with_name(a.control.name + '.running')
    told = 'ended without a farewell'
    if not mark.exists() or a.stop() != 0 or mark.exists():
        raise Failed('the mark does not stand for a run')
    a.start()
    wait_for('announced', lambda: a.is_announced(G4))
    a.process.kill()
    a.process.wait()
    if not mark.exists() or told in a.log.read_text():
        raise Failed('the mark has gone with the agent')
    a.start()
    wait_for('announced again', lambda: a.is_announced(G4))
    if a.log.read_text().count(told) != 1 or a.stop() != 0 or mark.exists():
        raise Failed(a.log.read_text())
    a.conf.write_text(a.conf.read_text().replace('services:', 'on-exit: keep\nservices:'))
    a.start()
    wait_for('announced', lambda: a.is_announced(G4))
    if a.stop() != 0 or not mark.exists():
        raise Failed('kept routes are not remembered')


def graceful_restart(c):
    """A crash is not seen by the clients; what is no longer healthy afterwards goes with End-of-RIB; a stop withdraws."""
    b, n, a = up(c, conf(neighbor() + f'    {GRACEFUL}\n'))
    watch = Absences(b, G4)
    a.process.kill()
    a.process.wait()
    wait_for('BIRD keeps what may be stale', lambda: 'Neighbor graceful restart active' in b.ask('show protocols all r1'))
    a.start()
    wait_for('announced again', lambda: a.is_announced(G4))
    wait_for('BIRD has all', lambda: 'graceful restart active' not in b.ask('show protocols all r1'))
    if watch.end():
        raise Failed('the route was gone in between')
    a.process.kill()
    a.process.wait()
    n.kill()
    a.start()
    wait_for('BIRD has forgotten the route', lambda: not b.route(G4))
    n.start()
    wait_for('announced again', lambda: a.is_announced(G4))
    wait_for('BIRD has the route', lambda: b.route(G4))
    if a.stop() != 0 or b.route(G4):
        raise Failed('a farewell is no crash')


def stall(c, options, text, is_ready=lambda b: True):
    """An agent that announces, and whose loop then hangs for real: in a log line that nobody reads.

    From then on the dead-man timer runs: what has to be before that is_ready waits for, asked with BIRD."""
    b, n, a = c.bird(**options), c.nginx(), Agent(c.folder, c.programs[0], text)
    c.things.append(a)
    reader, writer = os.pipe()
    a.process = subprocess.Popen([a.program, '-c', a.conf], stderr=writer)
    wait_for('announced', lambda: a.is_announced(G4))
    wait_for('BIRD has the route', lambda: b.route(G4))
    wait_for('ready to hang', lambda: is_ready(b))
    # through a description of its own, so that the agent's stays one that blocks
    more = os.open(f'/proc/self/fd/{writer}', os.O_WRONLY | os.O_NONBLOCK)
    try:
        while os.write(more, b'x' * 4096):
            pass
    except BlockingIOError:
        os.close(more)
    a.process.send_signal(signal.SIGHUP)
    wchan = pathlib.Path(f'/proc/{a.process.pid}/wchan')
    wait_for('the loop hangs', lambda: 'pipe_write' in wchan.read_text())
    os.close(writer)
    return b, n, a, reader


GRACEFUL = 'graceful-restart: {enabled: true, restart-time: 60s}'


def dead_man(c):
    """A loop that hangs is withdrawn at once also where graceful restart would keep the route for a minute."""
    b, n, a, reader = stall(c, {}, conf(neighbor() + f'    {GRACEFUL}\n', head='dead-man: 1s\n'))
    n.kill()
    if a.process.wait(timeout=15) != 3:
        raise Failed('its status')
    wait_for('BIRD has no route', lambda: not b.route(G4))
    said = b.ask('show protocols all r1') + b.log_text()
    if 'nearcastd has stalled' not in said and 'Hard reset' not in said and 'dministrative reset' not in said:
        raise Failed(said)
    os.close(reader)


def dead_man_says_where(c):
    """The loop hangs in telling a supervisor that does not listen; the log is there for who looks why it ended."""
    c.bird()
    n, a = c.nginx(), Agent(c.folder, c.programs[0], conf(head='dead-man: 1s\n'))
    c.things.append(a)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(c.folder / 'notify'))
        a.process = subprocess.Popen([a.program, '-c', a.conf], stderr=a.log.open('a'),
                                     env={**os.environ, 'NOTIFY_SOCKET': str(c.folder / 'notify')})
        wait_for('announced', lambda: a.is_announced(G4))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            try:
                while other.sendto(b'X=1', str(c.folder / 'notify')):
                    pass
            except BlockingIOError:
                pass
        n.kill()  # which changes the status that systemd is told
        if a.process.wait(timeout=15) != 3:
            raise Failed('its status')
    line = a.log.read_text().splitlines()[-1]
    if not re.search(r'error +the event loop has stalled for 1s: it sleeps in \w+; nearcastd ends, 1 of 1 neighbors', line):
        raise Failed(line)


def dead_man_off(c):
    """Without it, and without BFD, the hold time is all: the route stays though nginx is dead."""
    b, n, a, reader = stall(c, {}, conf(head='dead-man: 0\n'))
    n.kill()
    stays('BIRD has the route', lambda: b.route(G4), 4)
    os.close(reader)


def dead_man_and_bfd(c):
    """BFD has a thread of its own, which must not vouch for a loop that hangs."""
    router = neighbor(bfd='{enabled: true, min-tx: 50ms, min-rx: 50ms}')

    def bfd_is_up(bird):  # which takes up to a second of its own: both are slow until then
        return ' Up ' in bird.ask('show bfd sessions')

    b, n, a, reader = stall(c, {'options': 'bfd on;', 'more': 'protocol bfd { interface "*" { interval 50 ms; }; }'},
                            conf(router, head='dead-man: 1s\n'), bfd_is_up)
    if a.process.wait(timeout=15) != 3:
        raise Failed('its status')
    wait_for('BIRD has no route', lambda: not b.route(G4))
    wait_for('BFD is not up', lambda: not bfd_is_up(b))
    os.close(reader)


def frozen(c):
    """SIGSTOP for longer than the dead-man timer, and no hold time over: it goes on as if nothing had been."""
    b, n, a = up(c, conf(head='dead-man: 1s\n'))
    a.process.send_signal(signal.SIGSTOP)
    stays('BIRD has the route', lambda: b.route(G4), 2.5)
    a.process.send_signal(signal.SIGCONT)
    stays('it lives', lambda: a.process.poll() is None and b.route(G4), 2.5)
    if not a.is_announced(G4):
        raise Failed('it is not what it was')


def crash_and_restart(c):
    b, n, a = up(c)
    a.process.kill()
    a.process.wait()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if not has_address(A4):
        raise Failed('no address after a crash')
    a.start()
    wait_for('BIRD has the route again', lambda: b.route(G4))
    # what the crashed one left is known as ours, and was not added
    if 'added' in a.log.read_text().split('starts: host=')[-1] or 'was there, from the nearcastd before' not in a.log.read_text():
        raise Failed(a.log.read_text())
    if a.stop() != 0 or has_address(A4):
        raise Failed('the address stayed')


def neighbor_crashes(c):
    b, n, a = up(c)
    b.kill()
    wait_for('it is noticed', lambda: a.status()['neighbors'][0]['state'] != 'Established')
    b.start()
    wait_for('BIRD has the route again', lambda: b.route(G4))
    what = [e['what'] for e in a.status()['events'] if 'neighbor' in e['what']]
    if what != ['neighbor r4: established', 'neighbor r4: down', 'neighbor r4: established']:
        raise Failed(what)


def dies_while_the_neighbor_is_away(c):
    b, n, a = up(c)
    b.kill()
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    b.start()
    wait_for('the session is up', lambda: a.status()['neighbors'][0]['state'] == 'Established')
    if b.route(G4):
        raise Failed('announced a dead service to a new session')
    n.start()
    wait_for('BIRD has the route again', lambda: b.route(G4))


def truth_without_a_neighbor(c):
    """Nobody is told anything: neither the status nor the log says otherwise; then the session comes up."""
    n, a = c.nginx(), c.agent()
    address = wait_for('it is healthy', lambda: (lambda x: x and x['stage'] == 'preferred' and x)(a.address(G4)))
    if address['announced'] or (address['announced_to'], address['neighbors']) != (0, 1):
        raise Failed(address)
    if 'no neighbor has been told' not in address['why'] or f'{G4} announced' in a.log.read_text():
        raise Failed(a.log.read_text())
    n.kill()
    record = wait_for('withdrawn', lambda: a.is_withdrawn(G4))['last_withdraw']
    if record['noticed_to_written_ms'] is not None or record['written_to'] != 0 or record['had_been_told'] != 0:
        raise Failed(record)
    if 'noticed_to_written' in a.log.read_text():
        raise Failed(a.log.read_text())
    n.start()
    c.bird()
    if wait_for('announced', lambda: a.is_announced(G4))['announced_to'] != 1:
        raise Failed(a.address(G4))
    wait_for('the log says so', lambda: f'service web: {G4} announced' in a.log.read_text())
    if a.log.read_text().count(f'{G4} announced') != 1:
        raise Failed(a.log.read_text())


def ipv6(c):
    b, n, a = up(c, conf(neighbor(v6=True), ips=[G6]), prefix=G6, v6=True,
                 channels='ipv6 { import all; export none; };')
    capture = Capture('va')
    n.kill()
    wait_for('the withdraw is on the wire', lambda: capture.withdraws)
    wait_for('BIRD has no route', lambda: not b.route(G6))
    n.start()
    wait_for('BIRD has the route again', lambda: b.route(G6))
    shown = subprocess.run(['ip', '-o', '-6', 'addr', 'show', 'dev', 'lo'], capture_output=True, text=True).stdout
    if 'deprecated' not in next(line for line in shown.splitlines() if A6 in line):
        raise Failed(shown)


def each_address_by_itself(c):
    b, n, a = up(c, conf(neighbor(families='[ipv4, ipv6]', **{'next-hop-ipv6': f'"{V6[0]}"'}), ips=[G4, G6]),
                 channels='ipv4 { import all; export none; }; ipv6 { import all; export none; };')
    wait_for('BIRD has both', lambda: b.route(G6) and b.route(G4))
    n.kill()
    wait_for('BIRD has none', lambda: not b.route(G6) and not b.route(G4))
    n.write(listen=['0.0.0.0:80'])
    n.start()
    wait_for('BIRD has the IPv4 route', lambda: b.route(G4))
    service = a.status()['services'][0]
    if b.route(G6) or not service['why'].startswith('1 of 2 addresses withdrawn: nothing listens on tcp/80'):
        raise Failed(service['why'])


def blocks_are_host_routes(c):
    block = '203.0.113.12/30'
    b, n, a = up(c, conf(ips=[block]), prefix='203.0.113.12/32')
    for i in range(12, 16):
        wait_for(f'BIRD has .{i}', lambda: b.route(f'203.0.113.{i}/32'))
    if a.stop() != 0 or has_address('203.0.113.1'):
        raise Failed('addresses stayed')


def md5(c):
    b, n, a = up(c, conf(neighbor(password='s3cret')), options='password "s3cret";')
    n.kill()
    wait_for('BIRD has no route', lambda: not b.route(G4))
    if 's3cret' in a.log.read_text() or 's3cret' in json.dumps(a.status()):
        raise Failed('the password is shown')


def check_route(b, *wants, no=()):
    text = b.route(G4)
    for want in wants:
        if want not in text:
            raise Failed(f'no "{want}" in\n{text}')
    for word in no:
        if word in text:
            raise Failed(f'"{word}" in\n{text}')


def attributes(c):
    """Every key of a service that says how it is announced; MED 0 is not the same as none."""
    b, n, a = up(c, conf() + '''
    origin: incomplete
    med: 0
    local-pref: 200
    prepend: 2
    next-hop-ipv4: 192.0.2.77
    communities: [graceful-shutdown, "64496:100"]
    extended-communities: ["rt:64496:100"]
    large-communities: ["64496:1:2"]
''')
    check_route(b, 'BGP.as_path: 65001 65001 65001', 'BGP.med: 0', 'BGP.origin: Incomplete', 'BGP.next_hop: 192.0.2.77',
                '(65535,0)', '(64496,100)', '(rt, 64496, 100)', '(64496, 1, 2)', no=['local_pref: 200'])


def internal(c):
    """To an internal neighbor: no MED unless given, no AS path, LOCAL_PREF."""
    b, n, a = up(c, conf(neighbor(**{'peer-as': 65001})) + '    local-pref: 200\n    prepend: 2\n', local_as=65001)
    check_route(b, 'BGP.local_pref: 200', no=['BGP.med', '65001 65001'])


def link_local(c):
    """One session without an address of ours: both families, IPv4 with an IPv6 next hop, GTSM."""
    router = neighbor(v6=True, families='[ipv4, ipv6]', interface='va', capabilities='{extended-next-hop: true}',
                      **{'ttl-security': 1})
    router = router.replace(V6[1], LINK_LOCAL[1]).replace(f'    local-address: "{V6[0]}"\n', '')
    b, n, a = up(c, conf(router, ips=[G4, G6]), link_local=True, options='ttl security on;',
                 channels='ipv4 { import all; export none; extended next hop on; }; ipv6 { import all; export none; };')
    wait_for('BIRD has both', lambda: b.route(G6) and b.route(G4))
    check_route(b, f'via {LINK_LOCAL[0]} on vb')


def bfd(c):
    """A router that hangs is noticed by BFD, long before the hold time."""
    router = neighbor(bfd='{enabled: true, strict: true, min-tx: 50ms, min-rx: 50ms}')
    b, n, a = up(c, conf(router), options='bfd on;', more='protocol bfd { interface "*" { interval 50 ms; }; }')
    start = time.monotonic()
    b.process.send_signal(signal.SIGSTOP)
    wait_for('the session is down', lambda: a.status()['neighbors'][0]['state'] != 'Established')
    print(f'# noticed after {1000 * (time.monotonic() - start):.0f} ms')
    b.process.send_signal(signal.SIGCONT)
    if 'BFD' not in a.status()['neighbors'][0]['last_error']:
        raise Failed(a.status()['neighbors'][0]['last_error'])
    wait_for('the session is up again', lambda: a.status()['neighbors'][0]['state'] == 'Established')
    wait_for('BIRD has the route', lambda: b.route(G4))


def password_file(c):
    file = c.folder / 'password'
    file.write_text('s3cret\n')
    b, n, a = up(c, conf(neighbor(**{'password-file': file})), options='password "s3cret";')


def secrets(c):
    """Passwords, keys and headers are nowhere in what an agent writes and answers."""
    password, key, headers = 'Wq7-password-of-r4', 'Kx3-key-of-bfd', ('Zr5-one', 'Zr5-two')
    hidden = (password, key, *headers)
    files = [c.folder / 'password', c.folder / 'key', c.folder / 'headers']
    for file, text in zip(files, (password, key, f'X-One: {headers[0]}')):
        file.write_text(text + '\n')
    bfd = f'{{enabled: true, authentication: {{type: sha1, key-file: {files[1]}}}}}'
    check = f'type: http, headers-file: {files[2]}, headers: "Authorization: {headers[1]}", expect-status: [200, 404]'
    text = conf(neighbor(**{'password-file': files[0], 'bfd': bfd}), check=check,
                head='log-level: debug\nmetrics: {listen: "127.0.0.1:9179"}\n')
    b, n, a = up(c, text, options=f'password "{password}";')
    said = []
    for command in ('status', 'routes', 'events'):
        said.append(json.dumps(a.request(f'{{"command":"{command}"}}')))
    for form in ('text', 'mrt'):
        a.request(json.dumps({'command': 'dump', 'neighbor': 'r4', 'action': 'start', 'format': form}))
        # a new session, so that OPENs are in it
        before = a.status()['neighbors'][0]['established_count']
        b.ask('restart r1')
        wait_for('up again', lambda: a.status()['neighbors'][0]['established_count'] > before and a.is_announced(G4))
        a.request(json.dumps({'command': 'dump', 'neighbor': 'r4', 'action': 'stop'}))
    # another value in each place: what a reload tells of it, and its events
    headers = headers[0] + 'x', headers[1] + 'x'
    files[2].write_text(f'X-One: {headers[0]}\n')
    a.conf.write_text(a.conf.read_text().replace('Zr5-two', 'Zr5-twox'))
    said.append(json.dumps(a.request('{"command":"reload","diff":true,"force":false}')))
    if 'headers-file: other headers in' not in said[-1] or 'Authorization: (secret)' not in said[-1]:
        raise Failed(said[-1])
    said.append(json.dumps(a.request('{"command":"reload","diff":false,"force":false}')))
    said.append(json.dumps(a.request('{"command":"events"}')))
    with urllib.request.urlopen('http://127.0.0.1:9179/metrics') as answer:
        said.append(answer.read().decode())
    said.append(subprocess.run([c.programs[0], '--check', '-c', a.conf], capture_output=True, text=True).stdout)
    for part in ('cmdline', 'environ'):
        said.append(pathlib.Path(f'/proc/{a.process.pid}/{part}').read_text())
    a.stop()
    dumps = list(a.control.with_name('dumps').iterdir())
    for file in [a.log, *dumps, *(f for f in a.state.rglob('*') if f.is_file() and f.name != 'lock')]:
        said.append(file.read_bytes().decode('latin-1'))
    if len(dumps) != 2 or min(len(text) for text in said) == 0:
        raise Failed(f'{dumps}, {[len(text) for text in said]}')
    for text in said:
        if any(one in text for one in hidden):
            raise Failed(text)


def two_agents_on_one_socket(c):
    b, n, a = up(c)
    other = c.agent(name='other')
    if other.process.wait(timeout=10) != 1 or 'another daemon answers on' not in other.log.read_text():
        raise Failed(other.log.read_text())
    if not a.is_announced(G4) or not has_address(A4):
        raise Failed('the second disturbed the first')


def two_agents_for_one_address(c):
    """Another control socket makes no other agent of it: the first one's address and route stay."""
    b, n, a = up(c)
    other = c.agent(conf(ips=['203.0.113.77/32', G4]).replace('CONTROL', str(c.folder / 'other.sock')), name='other')
    said = f'another agent has Global IP {A4} in this network namespace: process {a.process.pid} of user 0'
    if other.process.wait(timeout=10) != 1 or said not in other.log.read_text():
        raise Failed(other.log.read_text())
    if not a.is_announced(G4) or not has_address(A4):
        raise Failed('the second disturbed the first')
    # what was held is free once its holder is gone, however it ended
    a.end()
    other.start()
    wait_for('the second has the route announced', lambda: f'{G4} announced' in other.log.read_text())
    if other.stop() != 0 or has_address(A4):
        raise Failed('the second did not end cleanly')


def check_prints_what_loads(c):
    program = c.programs[0]
    path = c.folder / 'first.yaml'
    path.write_text(conf().replace('CONTROL', '/run/nearcast/nearcastd.sock'))
    first = subprocess.run([program, '--check', '-c', path], capture_output=True, text=True)
    if first.returncode != 0 or 'connect-retry: 5s' not in first.stdout or 'expect-status:\n' not in first.stdout:
        raise Failed(first.stdout + first.stderr)
    path.write_text(first.stdout)
    second = subprocess.run([program, '--check', '-c', path], capture_output=True, text=True)
    if second.returncode != 0 or second.stdout != first.stdout:
        raise Failed(second.stdout + second.stderr)
    path.write_text(first.stdout.replace(f'router-id: {V4[0]}', f'router-id: {A4}'))
    bad = subprocess.run([program, '--check', '-c', path], capture_output=True, text=True)
    if bad.returncode != 1 or 'inside Global IP 203.0.113.10/32 of service web' not in bad.stderr or bad.stdout:
        raise Failed(bad.stdout + bad.stderr)


def status_command(c):
    b, n, a = up(c)
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    command = [c.programs[1], 'status', '--socket', a.control]
    shown = subprocess.run(command, capture_output=True, text=True)
    for want in ('test-host at ams: nearcastd', f'web      {G4}  withdrawn', 'nothing listens on tcp/80',
                 'web/listen tcp/80', 'web/front', '64501  Established', f'service web: {G4} withdrawn'):
        if shown.returncode != 0 or want not in shown.stdout:
            raise Failed(f'no "{want}" in\n{shown.stdout}{shown.stderr}')
    if '\033' in shown.stdout:
        raise Failed('colours, and this is no terminal')
    if os.environ.get('NEARCAST_SHOW'):
        print(shown.stdout)
    document = json.loads(subprocess.run([*command, '--json'], capture_output=True, text=True).stdout)
    if document['services'][0]['stage'] != 'withdrawn' or document['host'] != 'test-host':
        raise Failed(document)
    for request, want in (('{"command":"fly"}', 'unknown command'), ('hello', 'not JSON'), ('{}', 'expected')):
        if want not in a.request(request)['error']:
            raise Failed(a.request(request))
    a.stop()
    away = subprocess.run(command, capture_output=True, text=True)
    if away.returncode != 1 or 'Does nearcastd run' not in away.stderr or away.stdout:
        raise Failed(away.stdout + away.stderr)


def under_systemd(c):
    """With the capabilities of the shipped unit, and what systemd is told."""
    c.bird()
    c.nginx()
    a = Agent(c.folder, c.programs[0], conf())
    c.things.append(a)
    said = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(c.folder / 'notify'))
        notify.settimeout(5)
        environment = {**os.environ, 'NOTIFY_SOCKET': str(c.folder / 'notify'), 'WATCHDOG_USEC': '400000'}
        a.process = subprocess.Popen(['setpriv', '--bounding-set=-all,+net_admin,+net_bind_service', '--no-new-privs',
                                      a.program, '-c', a.conf], stderr=a.log.open('a'), env=environment)

        def hears(what):
            end = time.monotonic() + 10
            while not any(what in line for line in said[-1:]):
                if time.monotonic() > end:
                    raise Failed(f'no "{what}" in {said}')
                said.append(notify.recv(4096).decode())

        hears('READY=1')
        hears('STATUS=1 of 1 addresses announced, 1 of 1 neighbors established')
        hears('WATCHDOG=1')
        a.process.send_signal(signal.SIGTERM)
        hears('STOPPING=1')
        if a.process.wait(timeout=10) != 0 or has_address(A4):
            raise Failed(a.log.read_text())


def signals(c):
    b, n, a = up(c)
    a.process.send_signal(signal.SIGHUP)
    wait_for('it says so', lambda: 'nothing differs' in a.log.read_text())
    if not a.is_announced(G4) or a.stop(signal.SIGINT) != 0:
        raise Failed('SIGHUP or SIGINT')


CASES = [announce_in_order, kill_to_withdraw, kill_with_half_open_connections, soft_failure,
         reload_keeps_the_route, hung_service, refused_without_watch, tcp_check, exec_check,
         check_that_cannot_run, address_removed_by_hand,
         address_cannot_be_added, identity, clean_stop, address_of_others_stays, keep_on_exit,
         keep_and_graceful_restart, second_signal, mark_of_a_run, graceful_restart, dead_man, dead_man_says_where,
         dead_man_off, dead_man_and_bfd, frozen, crash_and_restart, neighbor_crashes, dies_while_the_neighbor_is_away,
         truth_without_a_neighbor, ipv6, each_address_by_itself,
         blocks_are_host_routes, md5, password_file, attributes, internal, link_local, bfd, secrets,
         two_agents_on_one_socket, two_agents_for_one_address, check_prints_what_loads,
         status_command, under_systemd, signals]


def inside(run_it):
    """Calls it in namespaces of its own, which end with it; says why not where they cannot be had."""
    return in_namespaces(run_it, bird=BIRD, birdc=BIRDC, nginx=NGINX)


def run(programs, names):
    network = Network()
    status = run_cases(chosen(CASES, names), lambda folder: Case(folder, programs, network))
    network.end()
    return status


def main():
    return inside(lambda: run(sys.argv[1:3], sys.argv[3:]))


if __name__ == '__main__':
    sys.exit(main())
