"""What chaos happens to: a host with two services and nearcastd, and two routers, each on a link of its own.

r1 has BFD and forgets a host that is gone; r2 keeps its routes for a while (graceful restart). Behind each router is a
client that asks both services all the time. What of it should be well is known here, and what the agent should make of
it: the truth that the routers are compared with."""
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import threading

from agent import Agent, Nginx
from bird import Bird
from network import V4, Namespace
from waiting import Failed, wait_for

WATCH = pathlib.Path(__file__).with_name('watch.py')
FAR = ('198.51.100.1', '198.51.100.2')
# In seconds, and generous: what is judged is that it happens.
BOUNDS = {
    'nothing': 2,   # no route moves
    'at once': 2,   # definitive evidence
    'decided': 4,   # fall 3 of a check, its rise, the time of a drain, damping
    'noticed': 8,   # by the routers: BFD 300 ms x 3, or a hold time of 3 s
    'back': 15,     # sessions too have to come back
}

CONF = f'''
site: ams
host: test-host
router-id: {V4[0]}
control: CONTROL
state-directory: /STATE
settle-time: 300ms
neighbors:
  r1: {{address: {V4[1]}, local-address: {V4[0]}, local-as: 65001, peer-as: 64501, hold-time: r1-HOLD, connect-retry: 500ms,
    idle-hold: 100ms, idle-hold-max: 500ms, bfd: true}}
  r2: {{address: {FAR[1]}, local-address: {FAR[0]}, local-as: 65001, peer-as: 64502, hold-time: r2-HOLD, connect-retry: 500ms,
    idle-hold: 100ms, idle-hold-max: 500ms, graceful-restart: {{enabled: true, restart-time: 10s}}}}
services:
'''
SERVICE = '''
  NAME:
    global-ips: [ADDRESS/32]
    listen: [tcp/PORT]
    drain-time: 200ms
    drain-at-most: 2s
    drain-file: FILE
    damping: {hold-down: 50ms, hold-down-max: 400ms, half-life: 1s}
    checks:
      front: {type: http, url: "http://{address}:PORT/", interval: 300ms, fast-interval: 50ms, timeout: 500ms}
'''


class Service:
    """web, or kept, which the guard keeps: alone, the agent withdraws it on definitive evidence only."""

    def __init__(self, folder, name, address, port):
        self.name, self.address, self.port, self.prefix = name, address, port, address + '/32'
        (folder / name).mkdir()
        self.nginx = Nginx(folder / name, [f'0.0.0.0:{port}']).start()
        self.drain_file = folder / f'{name}.drain'
        self.state = 'well'        # or bad, hung, dead
        self.med = None
        self.ordered = None        # drain, or hold
        self.filed = False         # drained by the file
        self.pinned = None         # the stage, while held
        self.stage = 'preferred'   # at which it should be
        self.is_refused = False    # the guard has refused to withdraw it, and is not asked again

    def conf(self):
        text = SERVICE.replace('NAME', self.name).replace('ADDRESS', self.address).replace('PORT', str(self.port))
        text = text.replace('FILE', str(self.drain_file))
        if self.med is not None:
            text += f'    med: {self.med}\n'
        return text + '    guard: {min-sites: 1}\n' if self.name == 'kept' else text

    def decide(self):
        """The stage that follows from all that is known, after the stage that it had."""
        is_soft = self.state in ('bad', 'hung') or self.filed
        if self.state == 'dead' or not is_soft:
            self.is_refused = False
        elif self.stage != 'withdrawn':
            self.is_refused = self.name == 'kept'
        if self.state == 'dead':
            self.stage = 'withdrawn'
        elif self.pinned:
            self.stage = self.pinned
        elif self.ordered == 'drain':
            self.stage = 'withdrawn'
        elif is_soft:
            self.stage = 'backup' if self.is_refused else 'withdrawn'
        else:
            self.stage = 'preferred'

    def fall(self):
        """It was withdrawn on definitive evidence, or has never been announced; and is decided on again."""
        self.is_refused, self.stage = False, 'withdrawn'
        self.decide()

    def signal(self, sig):
        os.killpg(self.nginx.process.pid, sig)

    def reload(self, status=200):
        """With this answer from now on; comes back when no older process answers any more."""
        before = wait_for('its workers', self.nginx.workers)
        self.nginx.write([f'0.0.0.0:{self.port}'], status)
        self.nginx.process.send_signal(signal.SIGHUP)
        wait_for('new workers alone', lambda: (lambda now: now and not now & before)(self.nginx.workers()))


class Watch:
    """What watch.py tells from a router's namespace."""

    def __init__(self, enter, services):
        self.changes = {s.address: [] for s in services}
        self.answers = {s.address: [] for s in services}
        self.process = subprocess.Popen([*enter, sys.executable, WATCH, *(f'{s.address}:{s.port}' for s in services)],
                                        stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            kind, address, *rest = line.split()
            if kind == 'route':
                self.changes[address].append((float(rest[0]), rest[1] == '1'))
            else:
                self.answers[address].append((float(rest[0]), float(rest[1]), rest[2]))

    def has(self, address):
        return bool(self.changes[address]) and self.changes[address][-1][1]


class Router:
    def __init__(self, world, folder, name, ends, local_as, device):
        self.name, self.ends, self.device, self.is_quick = name, ends, device, name == 'r1'
        self.namespace = Namespace()
        self.far = 'far-' + device
        subprocess.run(['ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', self.far, 'netns',
                        self.namespace.pid], check=True)
        for enter, which, address in (([], device, ends[0]), (self.namespace.enter, self.far, ends[1])):
            subprocess.run([*enter, 'ip', 'addr', 'add', f'{address}/24', 'dev', which], check=True)
            subprocess.run([*enter, 'ip', 'link', 'set', which, 'up'], check=True)
        (folder / name).mkdir()
        self.bird = Bird(
            folder / name, self.namespace.enter, local_as=local_as, ends=ends,
            options='bfd on; graceful restart off;' if self.is_quick else '',
            more='protocol kernel { scan time 1; ipv4 { import none; export all; }; }'
                 'protocol bfd { interface "*" { interval 300 ms; multiplier 3; }; }')
        self.watch = Watch(self.namespace.enter, world.services)
        self.link = 'up'           # or cut (no carrier), silent (nothing arrives)
        self.is_up = True          # BIRD
        self.hold_time = 3         # or 4 s

    def should_have(self, world, service):
        """The stage at which the router should see the service, None where either is right."""
        if not self.is_up:
            return None
        if self.link == 'cut':
            return 'withdrawn'
        if self.link == 'silent' or world.agent_state != 'running':
            return 'withdrawn' if self.is_quick else None
        return service.stage

    def session(self):
        """Since when BIRD has had it, in seconds of the day; None when it has none, or none that could stand."""
        found = re.search(r' up +(\d+):(\d+):(\S+) +Established', self.bird.ask('show protocols r1'))
        return found and self.link == 'up' and int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])

    def has_kept(self, session):
        """What session() said before; BIRD's own rounding moves it by a millisecond."""
        now = self.session()
        return abs(now - session) < 0.1 if now and session else not now and not session

    def sees(self, service):
        """The stage at which it does: by its kernel, and by what is known of the route."""
        if not self.watch.has(service.address):
            return 'withdrawn'
        route = self.bird.route(service.prefix)
        if service.med is not None and f'BGP.med: {service.med}' not in route:
            return 'another MED'
        return 'backup' if '(65535,0)' in route else 'preferred'


class World:
    def __init__(self, folder, programs, step_clock):
        self.folder, self.nearcast = folder, programs[1]
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
        self.services = [Service(folder, 'web', '203.0.113.10', 80), Service(folder, 'kept', '203.0.113.11', 81)]
        self.routers = [Router(self, folder, 'r1', V4, 64501, 'va'), Router(self, folder, 'r2', FAR, 64502, 'vc')]
        self.disk = folder / 'disk'
        self.disk.mkdir()
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', self.disk], check=True)
        self.clock = folder / 'clock'
        self.clock.write_bytes(bytes(8))
        self.agent = Agent(folder, programs[0], '')
        self.write_conf()
        asan = os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'
        self.environment = {**os.environ, 'LD_PRELOAD': step_clock, 'NEARCAST_STEP_CLOCK': str(self.clock),
                            'ASAN_OPTIONS': asan}
        self.is_full = False       # the disk
        self.is_unsaved = False    # what was ordered meanwhile
        self.start_agent()

    def start_agent(self):
        self.agent.start(env=self.environment)
        self.agent_state = 'running'  # or dead, paused
        self.descriptors = None    # how many it has while all is well
        for s in self.services:
            s.fall()

    def decide(self):
        if self.agent_state == 'running':
            for s in self.services:
                s.decide()

    def may_end_agent(self):
        return self.agent_state == 'running' and not self.is_unsaved

    def write_conf(self):
        text = CONF + ''.join(s.conf() for s in self.services)
        for r in self.routers:
            text = text.replace(f'{r.name}-HOLD', f'{r.hold_time}s')
        self.agent.conf.write_text(text.replace('CONTROL', str(self.agent.control)).replace(
            '/STATE', str(self.disk / 'state')))

    def command(self, *words):
        return subprocess.run([self.nearcast, words[0], '--socket', self.agent.control, *words[1:]],
                              capture_output=True, text=True, timeout=20)

    def must(self, *words):
        done = self.command(*words)
        if done.returncode != 0:
            raise Failed(f'nearcast {" ".join(words)}: exit status {done.returncode}\n{done.stdout}{done.stderr}')

    def reload(self):
        self.write_conf()
        self.must('reload')

    def order(self, *words):
        self.must(*words)
        self.is_unsaved = self.is_full
        wait_for('the disk has it, or not', lambda: bool(
            self.agent.status()['state_directory']['problem']) == self.is_unsaved)

    def step_clock_by(self, seconds):
        was = struct.unpack('=q', self.clock.read_bytes())[0]
        with self.clock.open('r+b') as f:
            f.write(struct.pack('=q', was + int(seconds * 1e9)))

    def wrong(self):
        """What is not yet as it should be; '' when all is."""
        want = {s.name: (s.stage, 'passing' if s.state == 'well' else 'failing') for s in self.services}
        try:
            said = {s['name']: (s['stage'], s['checks'][0]['verdict']) for s in self.agent.status()['services']} \
                if self.agent_state == 'running' else want
        except OSError as e:
            return f'nearcastd does not answer: {e}'
        if said != want:
            return f'nearcastd says {said} instead of {want}'
        for r in self.routers:
            for s in self.services:
                want = r.should_have(self, s)
                sees = want and r.sees(s)
                if want != sees:
                    return f'{r.name} has {s.name} at {sees} instead of {want}'
        return ''

    def end(self):
        things = [r.watch.process for r in self.routers] + [r.bird.process for r in self.routers]
        for process in [self.agent.process, *things]:
            process.kill()
            process.wait()
        for s in self.services:
            s.nginx.end()
        for r in self.routers:
            r.namespace.end()
        subprocess.run(['umount', '-l', self.disk], check=True)
