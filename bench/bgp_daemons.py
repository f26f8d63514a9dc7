"""The BGP speakers that bench/bgp compares, each with the least configuration for the job.

A subject runs at OURS (AS 65001) and only listens; a BIRD 2 at THEIRS (AS 64501) in the other namespace
dials it. Every daemon keeps what it writes in its own folder, and its sockets in a /run that is private to
the benchmark."""
import ipaddress
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

OURS, THEIRS, THEIRS2 = '192.0.2.1', '192.0.2.2', '192.0.2.3'
OUR_AS, THEIR_AS, FEEDER_AS = 65001, 64501, 64502
DEADLINE = int(os.environ.get("BENCH_DEADLINE", 300))


class Failed(Exception):
    pass


def wait_for(what, look, deadline=DEADLINE, every=0.02):
    end = time.monotonic() + deadline
    while not (seen := look()):
        if time.monotonic() > end:
            raise Failed(f'{what}: not within {deadline} s')
        time.sleep(every)
    return seen


def run(*argv):
    r = subprocess.run([str(a) for a in argv], capture_output=True, text=True)
    return r.stdout if r.returncode == 0 else ''


def prefixes(count):
    """/32s of the benchmarking prefix (RFC 2544) as long as they last, else /28s of 10.0.0.0/8."""
    if count <= 1 << 17:
        first, step, length = int(ipaddress.ip_address('198.18.0.0')), 1, 32
    else:
        first, step, length = int(ipaddress.ip_address('10.0.0.0')), 16, 28
    return [f'{ipaddress.ip_address(first + i * step)}/{length}' for i in range(count)]


def children_of(pid):
    """The process and all below it."""
    parents = {}
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(text.rpartition(')')[2].split()[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += parents.get(found[-1], [])
    return found


class Daemon:
    bfd = False
    fed = False  # its routes come from another neighbor
    pause = 0.01  # between two questions how far it is, in s
    programs = ()  # that must be there
    neighbors = (THEIRS,)

    def __init__(self, folder):
        self.folder = folder
        self.processes = []

    @classmethod
    def missing(cls):
        return [p for p in cls.programs if not shutil.which(p)]

    def start(self, *argv, env=None, **more):
        log = (self.folder / f'{pathlib.Path(argv[0]).name}.log').open('ab')
        self.processes.append(subprocess.Popen([str(a) for a in argv], stdout=more.pop('stdout', log), stderr=log,
                                               stdin=more.pop('stdin', subprocess.DEVNULL),
                                               env={**os.environ, **(env or {})}, **more))
        return self.processes[-1]

    def pids(self):
        return [c for p in self.processes for c in children_of(p.pid)]

    def write(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def ready(self, count):
        """All `count` routes are loaded."""
        return True

    def received(self):
        """Prefixes taken from the neighbor; None where the daemon can not tell."""
        return None

    def end(self):
        for pid in reversed(self.pids()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for p in self.processes:
            p.wait()


class Nearcast(Daemon):
    """Our speaker as the agent has it, with prefixes by the thousand instead of health checks."""
    name, bfd = 'nearcast', True

    def launch(self, routes, bfd=False):
        options = {'name': 'n', 'address': THEIRS, 'local-address': OURS, 'local-as': OUR_AS, 'peer-as': THEIR_AS, 'ipv4': 1,
                   'mode': 'passive', 'prefix-limit': max(len(routes), 10), 'hold-time': '90s'}
        self.process = self.start(self.speaker, ','.join(f'{k}={v}' for k, v in options.items()),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.order(*(f'set {p}' for p in routes), 'release')

    def order(self, *lines):
        self.process.stdin.write(''.join(line + '\n' for line in lines).encode())
        self.process.stdin.flush()

    def status(self):
        self.order('status')
        while True:
            event = json.loads(self.process.stdout.readline())
            if event['event'] == 'status':
                return event['neighbors'][0]

    def ready(self, count):
        return self.status()

    def received(self):
        return self.status()['prefixes_received']


class NearcastAgent(Daemon):
    """The whole agent with one service, which answers in this process; how it is checked is the subclass's."""
    bfd, check = True, ''

    def launch(self, routes, bfd=False):
        self.service = socket.create_server(('0.0.0.0', 8080))
        neighbors = ''.join(
            f'  n{i}: {{address: {t}, local-address: {OURS}, peer-as: {THEIR_AS}, local-as: {OUR_AS}, connect: passive, '
            'bfd: {enabled: true, min-tx: 300ms, min-rx: 300ms, multiplier: 3}}\n' for i, t in enumerate(self.neighbors))
        conf = self.write('nearcast.yaml', f"""
site: bench
router-id: {OURS}
control: {self.folder}/nearcastd.sock
state-directory: {self.folder}/state
neighbors:
{neighbors}
services:
  web:
    global-ips: [203.0.113.10/32]
{self.check}
""")
        self.start(self.speaker.parents[2] / 'nearcastd', '-c', conf)

    def end(self):
        super().end()
        self.service.close()


class NearcastChecks(NearcastAgent):
    name, check = 'nearcast, tcp check', '    checks: {up: {type: tcp, port: 8080, interval: 1s}}'


class NearcastWatches(NearcastAgent):
    name, check = 'nearcast, listen', '    listen: [tcp/8080]'


class NearcastHttp(NearcastAgent):
    name, check = 'nearcast, http check', '    checks: {up: {type: http, url: "http://{address}:8080/", interval: 1s}}'


class Bird2(Daemon):
    name, bfd, programs = 'bird2', True, ('bird', 'birdc')

    def launch(self, routes, bfd=False):
        static = ''.join(f'  route {p} blackhole;\n' for p in routes)
        blocks = ''.join(f'''
protocol bgp n{i} {{
  local {OURS} as {OUR_AS}; neighbor {theirs} as {THEIR_AS}; passive on; hold time 90;
  {"bfd on;" if bfd else ""}
  ipv4 {{ import all; export where source = RTS_STATIC; }};
}}''' for i, theirs in enumerate(self.neighbors))
        conf = self.write('bird.conf', f'''
log "{self.folder}/bird.log" {{ warning, error, fatal, bug }};
router id {OURS};
protocol device {{}}
protocol static {{
  ipv4;
{static}}}
{"protocol bfd { interface " + '"*"' + " { interval 300 ms; multiplier 3; }; }" if bfd else ""}
{blocks}
''')
        self.control = Control(self.folder / 'bird.ctl')
        self.start('bird', '-f', '-c', conf, '-s', self.control.path, '-P', self.folder / 'bird.pid')

    def ready(self, count):
        return self.control.routes() >= count

    def received(self):
        return self.control.routes()


class Frr(Daemon):
    """bgpd alone, without zebra: less than anyone runs. With BFD: zebra and bfdd too, which it needs then."""
    name, bfd, programs = 'frr', True, ('/usr/lib/frr/bgpd', 'vtysh')

    def launch(self, routes, bfd=False):
        networks = ''.join(f'  network {p}\n' for p in routes)
        peers = ''.join(f''' neighbor {t} remote-as {THEIR_AS}
 neighbor {t} passive
{f" neighbor {t} bfd 3 300 300" if bfd else ""}
''' for t in self.neighbors)
        conf = self.write('bgpd.conf', f'''frr defaults traditional
router bgp {OUR_AS}
 bgp router-id {OURS}
 no bgp ebgp-requires-policy
 no bgp network import-check
 timers bgp 30 90
{peers} address-family ipv4 unicast
{networks} exit-address-family
''', 0o644)
        os.makedirs('/run/frr', exist_ok=True)
        shutil.chown('/run/frr', 'frr', 'frr')
        common = ['--vty_socket', '/run/frr', '-A', '127.0.0.1']
        if bfd:
            for d in 'zebra', 'bfdd':
                self.start(f'/usr/lib/frr/{d}', *common, '-f', self.write(f'{d}.conf', 'hostname b\n', 0o644), '-z',
                           '/run/frr/zserv.api', '-i', f'/run/frr/{d}.pid')
        self.start('/usr/lib/frr/bgpd', *common, *(['-z', '/run/frr/zserv.api'] if bfd else ['-Z', '-n']), '-f', conf,
                   '-i', '/run/frr/bgpd.pid')

    def show(self):
        text = run('vtysh', '--vty_socket', '/run/frr', '-c', 'show bgp ipv4 unicast summary json')
        return json.loads(text) if text.startswith('{') else {}

    def ready(self, count):
        return self.show().get('ribCount', -1) >= count

    def received(self):
        return self.show().get('peers', {}).get(THEIRS, {}).get('pfxRcd', 0)


class Gobgp(Daemon):
    """It has no way to take many routes of its own at once, so a second BIRD feeds it with them."""
    name, programs, fed = 'gobgpd', ('gobgpd', 'gobgp'), True
    pause = 1.0  # it counts its whole table for each answer, and comes to nothing else meanwhile

    def launch(self, routes, bfd=False):
        conf = f'''[global.config]
as = {OUR_AS}
router-id = "{OURS}"
local-address-list = ["{OURS}"]
'''
        for theirs in self.neighbors:
            conf += f'''[[neighbors]]
[neighbors.config]
neighbor-address = "{theirs}"
peer-as = {FEEDER_AS if theirs == THEIRS2 and routes else THEIR_AS}
[neighbors.transport.config]
passive-mode = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
'''
        self.start('gobgpd', '-f', self.write('gobgpd.toml', conf), '--pprof-disable', '--api-hosts', '127.0.0.1:50051')
        wait_for('gobgpd', lambda: run('gobgp', 'global'))

    def ready(self, count):
        words = run('gobgp', 'global', 'rib', 'summary').split()
        return 'Destination:' in words and int(words[words.index('Destination:') + 1].rstrip(',')) >= count

    def received(self):
        text = run('gobgp', 'neighbor', THEIRS, '-j')
        families = json.loads(text).get('afi_safis', [{}]) if text.startswith('{') else [{}]
        return int(families[0].get('state', {}).get('received', 0))


class Openbgpd(Daemon):
    name, programs = 'openbgpd', ('/usr/sbin/bgpd', 'bgpctl')

    def launch(self, routes, bfd=False):
        conf = f'AS {OUR_AS}\nrouter-id {OURS}\nlisten on {OURS}\nfib-update no\nholdtime 90\n'
        conf += ''.join(f'network {p}\n' for p in routes)
        conf += ''.join(f'neighbor {t} {{\n remote-as {THEIR_AS}\n local-address {OURS}\n passive\n}}\n' for t in self.neighbors)
        conf += 'allow from any\nallow to any\n'
        os.makedirs('/run/openbgpd', exist_ok=True)
        self.start('/usr/sbin/bgpd', '-d', '-f', self.write('bgpd.conf', conf))

    def ready(self, count):
        for line in run('bgpctl', 'show', 'rib', 'memory').splitlines():
            if 'IPv4 unicast network entries' in line:
                return int(line.split()[0]) >= count
        return False if count else bool(run('bgpctl', 'show', 'summary'))

    def received(self):
        text = run('bgpctl', '-j', 'show', 'neighbor', THEIRS)
        found = json.loads(text).get('neighbors', []) if text.startswith('{') else []
        return found[0]['stats']['prefixes']['received'] if found else 0


class Exabgp(Daemon):
    name, programs = 'exabgp', ('exabgp',)

    def launch(self, routes, bfd=False):
        static = ''.join(f'    route {p} next-hop {OURS};\n' for p in routes)
        conf = ''.join(f'''neighbor {t} {{
  router-id {OURS}; local-address {OURS}; local-as {OUR_AS}; peer-as {THEIR_AS}; hold-time 90; passive true;
  family {{ ipv4 unicast; }}
  static {{
{static}  }}
}}
''' for t in self.neighbors)
        settings = {'daemon.user': 'root', 'daemon.drop': 'false', 'daemon.daemonize': 'false', 'log.level': 'CRIT',
                    'tcp.port': '179', 'tcp.bind': OURS, 'tcp.delay': '0', 'api.cli': 'false'}
        self.start('exabgp', self.write('exabgp.conf', conf), env={f'exabgp.{k}': v for k, v in settings.items()})

    def ready(self, count):
        listening = f'{int.from_bytes(socket.inet_aton(OURS), "little"):08X}:00B3 00000000:0000 0A'
        return listening in pathlib.Path('/proc/net/tcp').read_text()


AGENTS = [NearcastChecks, NearcastWatches, NearcastHttp]
SUBJECTS = [Nearcast, Bird2, Frr, Gobgp, Openbgpd, Exabgp]


class Control:
    """BIRD's control socket, kept open: a question costs 0.1 ms instead of a process."""

    def __init__(self, path):
        self.path = path
        self.socket = None

    def ask(self, command):
        try:
            if self.socket is None:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(str(self.path))
                self.read()
            self.socket.sendall(command.encode() + b'\n')
            return self.read()
        except OSError:
            self.socket = None
            return ''

    def read(self):
        data = b''
        while True:
            piece = self.socket.recv(65536)
            if not piece:
                raise OSError('closed')
            data += piece
            last = data.rstrip(b'\n').rpartition(b'\n')[2]
            if data.endswith(b'\n') and len(last) > 4 and last[:4].isdigit() and last[4:5] == b' ':
                return data.decode()

    def routes(self):
        for line in self.ask('show route count').splitlines():
            if ' networks in table master4' in line:
                return int(line.split('-', 1)[-1].split()[0])
        return 0


class Far:
    """The BIRD at the other end, in its own namespace; it dials when told to."""

    def __init__(self, folder, holder, routes=(), bfd=False, address=THEIRS, as_number=THEIR_AS):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.control = Control(folder / 'bird.ctl')
        static = ''.join(f'  route {p} blackhole;\n' for p in routes)
        (folder / 'bird.conf').write_text(f'''
log "{folder}/bird.log" {{ warning, error, fatal, bug }};
router id {address};
protocol device {{}}
protocol static {{
  ipv4;
{static}}}
{"protocol bfd { interface " + '"*"' + " { interval 300 ms; multiplier 3; }; }" if bfd else ""}
protocol bgp n {{
  disabled; local {address} as {as_number}; neighbor {OURS} as {OUR_AS};
  connect delay time 1; connect retry time 1; error wait time 1,1; hold time 90;
  {"bfd on;" if bfd else ""}
  ipv4 {{ import all; export where source = RTS_STATIC; }};
}}
''')
        self.process = subprocess.Popen(['nsenter', f'--net=/proc/{holder}/ns/net', 'bird', '-f', '-c', folder / 'bird.conf', '-s',
                                         self.control.path, '-P', folder / 'bird.pid'],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for('the far BIRD', lambda: self.control.ask('show status') and self.control.routes() >= len(routes))

    def enable(self):
        wait_for('enabled', lambda: 'enabled' in self.control.ask('enable n'))

    def is_established(self):
        return 'Established' in self.control.ask('show protocols n')

    def end(self):
        self.process.kill()
        self.process.wait()
