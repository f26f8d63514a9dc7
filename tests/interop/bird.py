#!/usr/bin/env python3
"""The built-in speaker against BIRD 2, in two network namespaces joined by a veth. TAP on stdout.

Runs itself again inside of `unshare`, so that everything it makes ends with it, as root or without.
Usage: bird.py SPEAKER [CASE...]"""
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

DEADLINE = 15
OUR_AS, BIRD_AS = 65001, 64501
V4, V6 = ('192.0.2.1', '192.0.2.2'), ('2001:db8:99::1', '2001:db8:99::2')
G4, G6 = '203.0.113.10/32', '2001:db8:f00d::10/128'
BIRD = shutil.which('bird', path=os.environ['PATH'] + ':/usr/sbin')
BIRDC = shutil.which('birdc', path=os.environ['PATH'] + ':/usr/sbin')


class Failed(Exception):
    pass


def wait_for(what, look, deadline=DEADLINE):
    """Polls until look() gives something true, which is returned; the time goes into Failed."""
    end = time.monotonic() + deadline
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise Failed(f'{what}: not within {deadline} s')
        time.sleep(0.02)


class Bird:
    """A BIRD in the peer's namespace; its configuration is `channels` inside of one protocol r1."""

    def __init__(self, folder, holder, options='', channels='ipv4 { import all; export none; };', v6=False, peer_as=OUR_AS,
                 local_as=BIRD_AS):
        self.enter = ['nsenter', f'--net=/proc/{holder}/ns/net']
        self.conf, self.log, self.control = (folder / f for f in ('bird.conf', 'bird.log', 'bird.ctl'))
        ours, theirs = V6 if v6 else V4
        self.conf.write_text(f'''
log "{self.log}" all;
router id 192.0.2.2;
protocol device {{}}
protocol bgp r1 {{
  local {theirs} as {local_as}; neighbor {ours} as {peer_as};
  connect delay time 1; connect retry time 1; error wait time 1,2;
  {options}
  {channels}
}}
''')
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.enter + [BIRD, '-f', '-c', self.conf, '-s', self.control, '-P', str(self.conf) + '.pid'],
            stdout=subprocess.DEVNULL, stderr=self.log.open('a'))
        wait_for('BIRD answers', lambda: 'BIRD' in self.ask('show status'))

    def ask(self, *command):
        r = subprocess.run([BIRDC, '-s', self.control, *command], capture_output=True, text=True)
        return r.stdout if r.returncode == 0 else ''

    def route(self, prefix):
        """All that BIRD knows of the route, or '' when it has none."""
        text = self.ask(f'show route for {prefix} all')
        return text if 'BGP.as_path' in text else ''

    def is_established(self):
        return 'Established' in self.ask('show protocols r1')

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log_text(self):
        return self.log.read_text() if self.log.exists() else ''


class Speaker:
    def __init__(self, program, log, v6=False, **options):
        ours, theirs = V6 if v6 else V4
        conf = {'name': 'r1', 'address': theirs, 'local-address': ours, 'local-as': OUR_AS, 'peer-as': BIRD_AS,
                'ipv6' if v6 else 'ipv4': 1}
        conf.update({k.replace('_', '-'): v for k, v in options.items()})
        self.log = log
        self.process = subprocess.Popen([program, ','.join(f'{k}={v}' for k, v in conf.items())], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log.open('a'))
        self.events = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.order('release')

    def read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def order(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def event(self, deadline=DEADLINE, **wanted):
        """The next event that has these values; those before it are dropped."""
        end = time.monotonic() + deadline
        while True:
            try:
                e = self.events.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty:
                raise Failed(f'no event {wanted} within {deadline} s') from None
            if all(e.get(k) == v for k, v in wanted.items()):
                return e

    def up(self):
        return self.event(event='neighbor', established=True)

    def down(self):
        return self.event(event='neighbor', established=False)

    def status(self):
        self.order('status')
        return self.event(event='status')['neighbors'][0]

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Case:
    """What a test has: the folder, the two ends, and how to start them."""

    def __init__(self, folder, program, holder):
        self.folder, self.program, self.holder = folder, program, holder
        self.birds, self.speakers = [], []

    def bird(self, **options):
        self.birds.append(Bird(self.folder, self.holder, **options))
        return self.birds[-1]

    def speaker(self, **options):
        self.speakers.append(Speaker(self.program, self.folder / 'speaker.log', **options))
        return self.speakers[-1]

    def end(self):
        for s in self.speakers:
            s.end()
        for b in self.birds:
            if b.process.poll() is None:
                b.kill()


def announce_and_withdraw(s, b, prefix):
    s.order(f'set {prefix}')
    wait_for(f'BIRD has {prefix}', lambda: b.route(prefix))
    s.order(f'withdraw {prefix}')
    start = s.event(event='withdrawing')['at_wall_ns']
    took = (s.event(event='withdrawn', prefix=prefix)['at_wall_ns'] - start) / 1e6
    print(f'# withdrawal handed to the kernel after {took:.3f} ms')
    if took > 20:
        raise Failed(f'the withdrawal took {took} ms')
    wait_for(f'BIRD has no {prefix} any more', lambda: not b.route(prefix))


def we_dial(c):
    b = c.bird(options='passive on;')
    s = c.speaker()
    s.up()
    wait_for('BIRD is Established', b.is_established)
    announce_and_withdraw(s, b, G4)


def bird_dials(c):
    s = c.speaker(mode='passive')
    b = c.bird()
    s.up()
    announce_and_withdraw(s, b, G4)


def both_dial(c):
    b = c.bird()
    s = c.speaker()
    s.up()
    wait_for('BIRD is Established', b.is_established)
    announce_and_withdraw(s, b, G4)
    if s.status()['state'] != 'Established':
        raise Failed('the session did not stay')


def ipv6(c):
    b = c.bird(channels='ipv6 { import all; export none; };', v6=True)
    s = c.speaker(v6=True)
    s.up()
    announce_and_withdraw(s, b, G6)


def ipv6_over_ipv4(c):
    b = c.bird(channels='ipv4 { import all; export none; }; ipv6 { import all; export none; };')
    s = c.speaker(ipv6=1, next_hop_ipv6=V6[0])
    s.up()
    announce_and_withdraw(s, b, G4)
    announce_and_withdraw(s, b, G6)


def md5_we_dial(c):
    b = c.bird(options='password "s3cret"; passive on;')
    s = c.speaker(password='s3cret')
    s.up()
    announce_and_withdraw(s, b, G4)


def md5_bird_dials(c):
    s = c.speaker(password='s3cret', mode='passive')
    b = c.bird(options='password "s3cret";')
    s.up()
    announce_and_withdraw(s, b, G4)


def md5_ipv6(c):
    b = c.bird(options='password "s3cret";', channels='ipv6 { import all; export none; };', v6=True)
    s = c.speaker(password='s3cret', v6=True)
    s.up()
    announce_and_withdraw(s, b, G6)


def md5_wrong_password(c):
    b = c.bird(options='password "other";')
    s = c.speaker(password='s3cret')
    error = wait_for('an attempt fails', lambda: s.status()['last_error'])
    if b.is_established() or 's3cret' in (c.folder / 'speaker.log').read_text() or 's3cret' in error:
        raise Failed('established, or the password was shown')


def attributes(c):
    b = c.bird()
    s = c.speaker(local_as=OUR_AS)
    s.up()
    s.order(f'set {G4} med=50 prepend=2 community=4294901760 community=4259840001')
    text = wait_for('BIRD has the route', lambda: b.route(G4))
    for want in ('BGP.as_path: 65001 65001 65001', 'BGP.next_hop: 192.0.2.1', 'BGP.med: 50', 'BGP.origin: IGP',
                 '(65535,0)'):
        if want not in text:
            raise Failed(f'no "{want}" in\n{text}')
    s.order(f'set {G4}')
    wait_for('BIRD has the change', lambda: 'BGP.med' not in b.route(G4) and b.route(G4))
    announce_and_withdraw(s, b, G4)


def killed_and_restarted(c):
    b = c.bird()
    s = c.speaker()
    s.order(f'set {G4}')
    s.up()
    wait_for('BIRD has the route', lambda: b.route(G4))
    b.kill()
    s.down()
    b.start()
    s.up()
    wait_for('BIRD has the route again', lambda: b.route(G4))
    announce_and_withdraw(s, b, G4)


def bird_shuts_down(c):
    b = c.bird()
    s = c.speaker()
    s.up()
    b.ask('disable r1 "back at nine"')
    s.down()
    seen = s.status()['last_notification_received']
    if seen != 'Cease/Administrative Shutdown (6/2): "back at nine"':
        raise Failed(f'last_notification_received: {seen}')
    b.ask('enable r1')
    s.up()


def we_stop(c):
    b = c.bird()
    s = c.speaker()
    s.order(f'set {G4}')
    s.up()
    wait_for('BIRD has the route', lambda: b.route(G4))
    s.order('stop')
    s.event(event='stopped')
    wait_for('BIRD has no route', lambda: not b.route(G4))
    wait_for('BIRD knows why', lambda: 'dministrative shutdown' in b.log_text() + b.ask('show protocols all r1'))


def wrong_as(c):
    b = c.bird(options='passive on;', peer_as=64999)
    s = c.speaker()
    wait_for('the error is known', lambda: 'Bad Peer AS (2/2)' in (s.status()['last_error'] or ''))
    before = s.status()['messages_out']
    wait_for('a further attempt', lambda: s.status()['messages_out'] > before)
    if b.is_established():
        raise Failed('established')


def four_octet_as(c):
    b = c.bird(peer_as=4200000001)
    s = c.speaker(local_as=4200000001)
    s.up()
    s.order(f'set {G4} prepend=1')
    text = wait_for('BIRD has the route', lambda: b.route(G4))
    if 'BGP.as_path: 4200000001 4200000001' not in text:
        raise Failed(text)


def peer_without_four_octet_as(c):
    # BIRD takes no larger AS of a neighbor then, so AS4_PATH is left to the unit tests
    b = c.bird(options='enable as4 off;')
    s = c.speaker()
    s.up()
    s.order(f'set {G4} prepend=1')
    text = wait_for('BIRD has the route', lambda: b.route(G4))
    if s.status()['received_open']['four_octet_as'] or 'BGP.as_path: 65001 65001' not in text:
        raise Failed(text)


def ibgp(c):
    b = c.bird(peer_as=OUR_AS, local_as=OUR_AS)
    s = c.speaker(peer_as=OUR_AS)
    s.up()
    s.order(f'set {G4} prepend=3')
    text = wait_for('BIRD has the route', lambda: b.ask(f'show route for {G4} all'))
    wait_for('BIRD has the route', lambda: 'BGP.local_pref: 100' in b.ask(f'show route for {G4} all'))
    announce_and_withdraw_ibgp(s, b)


def announce_and_withdraw_ibgp(s, b):
    s.order(f'withdraw {G4}')
    wait_for('BIRD has no route any more', lambda: 'BGP.local_pref' not in b.ask(f'show route for {G4} all'))


def route_refresh(c):
    b = c.bird()
    s = c.speaker()
    s.order(f'set {G4}')
    s.up()
    wait_for('BIRD has the route', lambda: b.route(G4))
    before = s.status()['updates_sent']
    b.ask('reload in r1')
    wait_for('the route was sent again', lambda: s.status()['updates_sent'] > before)
    if not b.route(G4):
        raise Failed('BIRD lost the route')


def prefix_limit(c):
    b = c.bird()
    s = c.speaker()
    s.up()
    for i in range(10):
        s.order(f'set 203.0.113.{i}/32')
    s.order('set 203.0.113.99/32')
    s.event(event='refused')
    wait_for('BIRD has the tenth', lambda: b.route('203.0.113.9/32'))
    if b.route('203.0.113.99/32') or s.status()['announced'] != 10:
        raise Failed('the eleventh was announced')


def bird_goes_silent(c):
    b = c.bird()
    s = c.speaker(hold_time='3s')
    s.up()
    b.process.send_signal(signal.SIGSTOP)
    why = s.down()['why']
    b.process.send_signal(signal.SIGCONT)
    if 'Hold Timer Expired (4/0)' not in why:
        raise Failed(why)
    s.up()


CASES = [we_dial, bird_dials, both_dial, ipv6, ipv6_over_ipv4, md5_we_dial, md5_bird_dials, md5_ipv6,
         md5_wrong_password, attributes, killed_and_restarted, bird_shuts_down, we_stop, wrong_as, four_octet_as,
         peer_without_four_octet_as, ibgp, route_refresh, prefix_limit, bird_goes_silent]


def build_network():
    """A namespace held by a sleeping process, joined to ours by a veth; gives the holder's pid."""
    holder = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'])
    ours = os.readlink('/proc/self/ns/net')
    wait_for('the namespace', lambda: os.readlink(f'/proc/{holder.pid}/ns/net') != ours)

    def ip(*words, inside=False):
        enter = ['nsenter', f'--net=/proc/{holder.pid}/ns/net'] if inside else []
        subprocess.run([*enter, 'ip', *words], check=True)

    ip('link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb', 'netns', str(holder.pid))
    for device, inside, side in (('va', False, 0), ('vb', True, 1)):
        ip('link', 'set', 'lo', 'up', inside=inside)
        ip('addr', 'add', f'{V4[side]}/24', 'dev', device, inside=inside)
        ip('addr', 'add', f'{V6[side]}/64', 'dev', device, 'nodad', inside=inside)
        ip('link', 'set', device, 'up', inside=inside)
    return holder


def run(program, names):
    holder = build_network()
    failed = 0
    cases = [c for c in CASES if not names or c.__name__ in names]
    print(f'1..{len(cases)}')
    for number, test in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix='nearcast-bird-') as folder:
            case = Case(pathlib.Path(folder), program, holder.pid)
            start = time.monotonic()
            try:
                test(case)
                print(f'ok {number} - {test.__name__}')
            except Failed as e:
                failed += 1
                print(f'not ok {number} - {test.__name__}')
                logs = [p.read_text() for p in sorted(case.folder.glob('*.log'))]
                for line in '\n'.join([str(e), *logs]).splitlines():
                    print(f'# {line}')
            finally:
                case.end()
            print(f'# {time.monotonic() - start:.1f} s', flush=True)
    holder.kill()
    holder.wait()
    return 1 if failed else 0


def main():
    if BIRD is None or BIRDC is None:
        print('1..0 # SKIP bird2 is not installed')
        return 0
    if os.environ.get('NEARCAST_INTEROP_INSIDE'):
        return run(sys.argv[1], sys.argv[2:])
    user = [] if os.geteuid() == 0 else ['--user', '--map-root-user']
    inside = ['unshare', *user, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    if subprocess.run([*inside, 'true'], capture_output=True).returncode != 0:
        print('1..0 # SKIP no namespaces can be made here')
        return 0
    os.environ['NEARCAST_INTEROP_INSIDE'] = '1'
    os.execvp('unshare', [*inside, sys.executable, *sys.argv])


if __name__ == '__main__':
    sys.exit(main())
