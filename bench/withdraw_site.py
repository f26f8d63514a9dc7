"""The small site that withdrawals are measured at: a host, a switch, a router, and another site behind the router.

The host is the namespace of the caller. The router is BIRD 2, and writes what it learns into its kernel, where a worse
route to the other site lies: clients, who sit at the router, land there as soon as the host's route is gone. The switch
lets a host go silent without the router's link going down. All of it ends with the caller."""
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone

GLOBAL_IP = '203.0.113.10'
HOST, ROUTER = '198.51.100.5', '198.51.100.4'
ROUTER_ACROSS, OTHER = '198.51.100.6', '198.51.100.7'
WITHDRAWN = bytes([32, 203, 0, 113, 10])
DEADLINE = 20
REQUESTS_A_SECOND, REQUEST_TIMEOUT = 100, 1
SO_TIMESTAMPNS = 35
INSIDE = 'NEARCAST_BENCH_INSIDE'
os.environ['PATH'] += ':/usr/sbin:/sbin'
folder = pathlib.Path()


def options(parser, trials):
    """The command line, with what all of these benchmarks take."""
    parser.add_argument('-n', type=int, default=trials, metavar='TRIALS')
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--only', action='append', metavar='NAME')
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument('nearcastd', nargs='?', default=root / 'build-release/nearcastd', type=pathlib.Path)
    said = parser.parse_args()
    said.nearcastd = said.nearcastd.resolve()
    return said


def conditions():
    return {'kernel': os.uname().release, 'cpus': os.cpu_count(), 'load': os.getloadavg()[0],
            'requests': f'{REQUESTS_A_SECOND} a second, time-out {REQUEST_TIMEOUT} s'}


def summary(values):
    return {'median': statistics.median(values), 'max': max(values), 'all': values,
            'p99': statistics.quantiles(values, n=100, method='inclusive')[-1] if len(values) > 1 else values[0]}


def run_inside(function):
    """Calls it in namespaces of its own, with a folder for logs that goes when all went well."""
    global folder
    if INSIDE not in os.environ:
        user = [] if os.geteuid() == 0 else ['--user', '--map-root-user']
        os.environ[INSIDE] = '1'
        os.execvp('unshare', ['unshare', *user, '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child',
                              sys.executable, *sys.argv])
    folder = pathlib.Path(tempfile.mkdtemp(prefix='nearcast-bench-'))
    function()
    shutil.rmtree(folder)


def give_up(why):
    raise SystemExit(f'{pathlib.Path(sys.argv[0]).name}: {why} (logs in {folder})')


def wait_for(what, look, deadline=DEADLINE):
    end_at = time.monotonic() + deadline
    while not (seen := look()):
        if time.monotonic() > end_at:
            give_up(f'{what}: not within {deadline} s')
        time.sleep(0.01)
    return seen


def start(argv, log, **more):
    out = open(folder / log, 'ab')
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, **{'stdout': out, 'stderr': out, **more},
                            start_new_session=True)


def end(process):
    if process and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ip(*words, enter=()):
    subprocess.run([*enter, 'ip', *words], check=True)


def namespace():
    """Its holder, and what leads into it."""
    holder = start(['unshare', '--net', 'sleep', 'infinity'], 'holder.log')
    mine = os.readlink('/proc/self/ns/net')
    wait_for('the namespace', lambda: os.readlink(f'/proc/{holder.pid}/ns/net') != mine)
    enter = ['nsenter', f'--net=/proc/{holder.pid}/ns/net']
    ip('link', 'set', 'lo', 'up', enter=enter)
    return holder, enter


class Capture:
    """BGP that leaves the host, with the kernel's timestamps."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def drain(self):
        self.socket.settimeout(0.0)
        try:
            while True:
                self.socket.recv(65536)
        except BlockingIOError:
            pass

    def withdraw_ns(self, deadline):
        """When the first packet left that withdraws the Global IP; None when none did."""
        stop = time.monotonic() + deadline
        while (left := stop - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                packet, control, _, _ = self.socket.recvmsg(65536, 256)
            except TimeoutError:
                return None
            if self.holds_withdraw(packet):
                seconds, ns = struct.unpack('qq', control[0][2])
                return seconds * 10**9 + ns
        return None

    @staticmethod
    def holds_withdraw(packet):
        if packet[0] >> 4 != 4 or packet[9] != 6 or packet[12:16] != socket.inet_aton(HOST):
            return False
        tcp = packet[(packet[0] & 15) * 4:struct.unpack('!H', packet[2:4])[0]]
        if 179 not in struct.unpack('!HH', tcp[:4]):
            return False
        data = tcp[(tcp[12] >> 4) * 4:]
        while len(data) >= 23 and data[:16] == b'\xff' * 16:
            length, kind, withdrawn = struct.unpack('!HBH', data[16:21])
            if kind == 2 and WITHDRAWN in data[21:21 + withdrawn]:
                return True
            data = data[length:]
        return False


class Nginx:
    """At the host, or at the other site."""

    def __init__(self, name, enter=()):
        self.name, self.enter = name, enter
        (folder / f'{name}.conf').write_text(f'''
daemon off; master_process off; user root; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 512; }}
http {{ access_log off; {' '.join(f'{t}_temp_path {folder}/{name}.{t};' for t in
        ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))}
  server {{ listen 80 default_server; location / {{ add_header X-Site {name}; return 200 "ok"; }} }} }}
''')
        self.process = None

    def start(self):
        self.process = start([*self.enter, 'nginx', '-c', folder / f'{self.name}.conf'], f'{self.name}.out')

    def signal(self, sig):
        """The wall clock right before."""
        now = time.time_ns()
        os.killpg(self.process.pid, sig)
        return now


class Router:
    """BIRD; `bfd`, a BIRD interval, watches its neighbor, which bears with `multiplier` times that of it."""

    def __init__(self, bfd=None):
        self.switch_holder, self.switch = namespace()
        self.holder, self.enter = namespace()
        self.other_holder, self.other = namespace()
        ip('link', 'set', 'lo', 'up')
        ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'host', 'netns', str(self.switch_holder.pid))
        for device, peer, holder in ('eth0', 'router', self.switch_holder), ('eth1', 'eth0', self.other_holder):
            ip('link', 'add', device, 'type', 'veth', 'peer', 'name', peer, 'netns', str(holder.pid), enter=self.enter)
        ip('link', 'add', 'bridge', 'type', 'bridge', enter=self.switch)
        for port in 'host', 'router':
            ip('link', 'set', port, 'master', 'bridge', 'up', enter=self.switch)
        ip('link', 'set', 'bridge', 'up', enter=self.switch)
        for enter, device, address in (((), 'eth0', HOST), (self.enter, 'eth0', ROUTER),
                                       (self.enter, 'eth1', ROUTER_ACROSS), (self.other, 'eth0', OTHER)):
            ip('addr', 'add', f'{address}/31', 'dev', device, enter=enter)
            ip('link', 'set', device, 'up', enter=enter)
        ip('addr', 'add', f'{GLOBAL_IP}/32', 'dev', 'lo', enter=self.other)
        ip('route', 'add', GLOBAL_IP, 'via', OTHER, 'metric', '4000', enter=self.enter)
        Nginx('other', self.other).start()
        self.removed = []          # when its kernel lost the route to the host
        self.bird = None
        self.monitor = start([*self.enter, 'ip', '-ts', '-o', 'monitor', 'route'], 'monitor.log', stdout=subprocess.PIPE,
                             env={**os.environ, 'TZ': 'UTC'}, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        self.run_bird(bfd)

    def run_bird(self, bfd=None, multiplier=3):
        end(self.bird)
        (folder / 'router.ctl').unlink(missing_ok=True)
        watch = f'protocol bfd {{ interface "*" {{ interval {bfd}; multiplier {multiplier}; }}; }}' if bfd else ''
        (folder / 'router.conf').write_text(f'''
router id {ROUTER};
protocol device {{}}
protocol kernel {{ ipv4 {{ import none; export all; }}; }}
{watch}
protocol bgp host {{
  local {ROUTER} as 64510; neighbor {HOST} as 65001;
  connect delay time 1; connect retry time 1; error wait time 1,1; {"bfd on;" if bfd else ""}
  ipv4 {{ import all; export none; }};
}}
''')
        self.bird = start([*self.enter, 'bird', '-f', '-c', folder / 'router.conf', '-s', folder / 'router.ctl'],
                          'router.log')
        wait_for('the router', (folder / 'router.ctl').exists)

    def read(self):
        for line in self.monitor.stdout:
            if f'Deleted {GLOBAL_IP} via {HOST} ' in line:
                at = datetime.fromisoformat(line[1:line.index(']')]).replace(tzinfo=timezone.utc)
                self.removed.append(int(at.timestamp() * 1e6) * 1000)

    def removed_ns(self, since):
        """When the host's route had gone from the router's kernel; microseconds are as fine as it is known."""
        return wait_for('the route leaves the kernel', lambda: [at for at in self.removed if at > since], 60)[0]

    def has_route(self):
        shown = subprocess.run([*self.enter, 'ip', 'route', 'show', GLOBAL_IP], capture_output=True, text=True).stdout
        return f'via {HOST} ' in shown

    def forget(self):
        """Everything that it has of the host. Of a bgpd that was killed it would keep the route for another 120 s: FRR
        offers graceful restart without being told to, and BIRD grants it."""
        for word in 'disable', 'enable':
            subprocess.run(['birdc', '-s', folder / 'router.ctl', word, 'host'], check=True, capture_output=True)
            wait_for('the router forgets', lambda: not self.has_route())

    def cut_off(self):
        """The host, from the switch on. Gives the wall clock just before."""
        now = time.time_ns()
        ip('link', 'set', 'host', 'down', enter=self.switch)
        return now

    def join_again(self):
        ip('link', 'set', 'host', 'up', enter=self.switch)


class Clients:
    """A request over HTTP to the Global IP every so often, from the router, whatever became of those before."""

    def __init__(self, router, nearcast):
        self.results = []          # (begin in ns, site or None when it failed)
        self.process = start(
            [*router.enter, nearcast, 'probe', '-n', '0', '-i', f'{1000 // REQUESTS_A_SECOND}ms',
             '-t', f'{REQUEST_TIMEOUT}s', '--each', f'http://{GLOBAL_IP}/'], 'probe.log', stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            self.results.append((answer['at_wall_ns'], answer['site'] if answer['ok'] else None))

    def failed(self, since, until):
        """How many of those begun since then failed, once all goes well again and none that was begun until then, when
        the route had gone, can still be under way; both in ns."""
        def is_over():
            latest = self.results[-20:]
            return latest[0][0] > until + 10**9 * REQUEST_TIMEOUT and all(site for _, site in latest)

        wait_for('clients get answers', is_over)
        return sum(at >= since and site is None for at, site in self.results)
