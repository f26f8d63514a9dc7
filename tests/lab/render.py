#!/usr/bin/env python3
"""What nearcast render writes, at work: BIRD 2, BIRD 1.6 and FRR announce with it to a router, in namespaces. TAP.

The router is BIRD 2. It has to hear of the Global IPs with all of their attributes and of nothing else that is on the
host's loopback, and its own routes have to find no way into the host. Usage: render.py NEARCAST GOLDEN_FOLDER [CASE...]"""
import json
import os
import pathlib
import pwd
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import network  # noqa: E402
from network import FAR, LINK_LOCAL, V4, V6, Namespace, Network  # noqa: E402
from peers.bird import Bird16, Bird2, parse_route  # noqa: E402
from peers.frr import Frr  # noqa: E402
from peers.peer import NotReady, Peer, find  # noqa: E402
from waiting import Failed, check, stays, wait_for  # noqa: E402

nearcast, golden = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
WEB4 = {'203.0.113.10/32', '203.0.113.11/32'}
WEB6 = {'2001:db8:f00d::10/128'}
DNS4, DNS6 = {'203.0.113.53/32'}, {'2001:db8:f00d::53/128'}
DECOYS = ('192.0.2.200/32', '203.0.113.12/32', '2001:db8:dec0::1/128')
OFFERED = ('0.0.0.0/0', '198.51.100.200/32', '::/0', '2001:db8:bad::/48')
SESSION = 'connect delay time 1; connect retry time 1; error wait time 1,2;'


class Skip(Exception):
    """The case cannot be tried here."""


class Router(Bird2):
    """The other end, with the text of its sessions."""
    name = 'router'

    def __init__(self, folder, enter, sessions):
        self.sessions = sessions
        super().__init__(folder, enter, FakeConf)

    def write_conf(self):
        offered = {f: ' '.join(f'route {p} blackhole;' for p in OFFERED if (':' in p) == (f == 'ipv6'))
                   for f in ('ipv4', 'ipv6')}
        bfd = '{ min tx interval 50 ms; min rx interval 50 ms; multiplier 5; }'
        self.conf_file.write_text(f'''
log "{self.log}" all; router id 192.0.2.2; protocol device {{ scan time 1; }}
protocol bfd {{ interface "*" {bfd}; multihop {bfd}; }}
protocol static s4 {{ ipv4; {offered['ipv4']} }}
protocol static s6 {{ ipv6; {offered['ipv6']} }}
{self.sessions}
''')

    def is_up(self, *names):
        return all('Established' in self.order(f'show protocols {n}') for n in names)

    def heard(self, name):
        """All prefixes that came in by a session."""
        return set(re.findall(r'^(\S+/\d+)', self.order(f'show route protocol {name}'), re.M))

    def route_from(self, name, prefix):
        return parse_route(self.order(f'show route {prefix} protocol {name} all'))

    def bfd_is_up(self, address):
        return re.search(rf'^{re.escape(address)}\s+\S+\s+Up', self.order('show bfd sessions'), re.M)


class FakeConf:
    """The little that Peer itself wants to know."""
    start_seconds = 10


class HostBird(Peer):
    """One program of BIRD, with a configuration as it was written."""
    name = 'bird'

    def __init__(self, folder, enter, text, program):
        super().__init__(folder, enter, FakeConf)
        self.program, self.text = program, text
        self.control = folder / 'host.ctl'

    @classmethod
    def of(cls, router):
        return {'bird': find('bird'), 'bird1': Bird16.program('bird'), 'bird6': Bird16.program('bird6')}[router]

    def start(self):
        (self.folder / 'host.conf').write_text(self.text)
        self.spawn([self.program, '-f', '-c', self.folder / 'host.conf', '-s', self.control, '-P',
                    self.folder / 'host.pid'])
        self.until(self.control.exists)


class HostFrr(Frr):
    """FRR as its package starts it: daemons without a configuration, and vtysh that loads one for all of them."""

    def __init__(self, folder, enter, text):
        super().__init__(folder, enter, FakeConf)
        self.text = text

    def start(self):
        user = pwd.getpwnam('frr')
        home = self.folder / 'frr'
        home.mkdir()
        (home / 'frr.conf').write_text(self.text)
        (home / 'none.conf').touch()
        for path in (home, home / 'frr.conf', home / 'none.conf'):
            os.chown(path, user.pw_uid, user.pw_gid)
        for daemon in ('zebra', 'staticd', 'bfdd', 'bgpd'):
            options = ['--bfdctl', home / 'bfdd.sock'] if daemon == 'bfdd' else []
            self.spawn([f'/usr/lib/frr/{daemon}', '-i', home / f'{daemon}.pid', '-z', home / 'zserv.api',
                        '--vty_socket', home, '-f', home / 'none.conf', '-P', '0', *options])
            self.until((home / f'{daemon}.vty').exists)
        loaded = subprocess.run([*self.enter, 'vtysh', '--vty_socket', home, '--config_dir', home, '-b'],
                                capture_output=True, text=True, timeout=60)
        if loaded.returncode or 'Unknown' in loaded.stdout + loaded.stderr:
            raise NotReady(f'vtysh -b: {loaded}')


def render(*words):
    r = subprocess.run([nearcast, 'render', *words], cwd=golden, capture_output=True, text=True, timeout=60)
    if r.returncode:
        raise Failed(r.stderr)
    return r.stdout


def make_folder(path):
    path.mkdir()
    path.chmod(0o755)  # for the user of FRR
    return path


def start_host(folder, enter, router, *words):
    """The daemons of a host whose configuration is for `router`, in a folder of its own."""
    if router == 'frr' and (Frr.missing() or network.is_rootless()):
        raise Skip(Frr.missing() or 'FRR changes its user: needs root')
    if router in ('bird1', 'bird6') and Bird16.missing():
        raise Skip(Bird16.missing())
    where = make_folder(folder / router)
    text = render('-r', router, *words)
    host = HostFrr(where, enter, text) if router == 'frr' else HostBird(where, enter, text, HostBird.of(router))
    host.start()
    return host


def add_to_loopback(net, *prefixes):
    for p in prefixes:
        net.ip('addr', 'add', p, 'dev', 'lo', *(['nodad', 'preferred_lft', '0'] if ':' in p else []))


def hears_only(router, name, wanted):
    wait_for(f'{name} hears {wanted}', lambda: router.heard(name) == wanted)
    stays(f'{name} hears nothing else', lambda: router.heard(name) == wanted, 1)


def host_has_none_of(prefixes):
    """The kernel's routes; `default` stands for both families' least specific one."""
    shown = [r['dst'] for family in ('-4', '-6')
             for r in json.loads(subprocess.run(['ip', '-j', family, 'route'], capture_output=True, text=True).stdout or '[]')]
    for p in prefixes:
        if ('default' if p.endswith('/0') else p.removesuffix('/32')) in shown:
            raise Failed(f'the host has a route to {p}')


def run_dual(folder, net, routers):
    """Both families on a link, with MD5, BFD, communities, MED and prepends: dual.yaml."""
    ours = {'r4': (V4, 'password "s3cret";', 'ipv4'), 'r6': (V6, '', 'ipv6')}
    router = Router(folder, net.enter, ''.join(f'''
protocol bgp {name} {{ local {ends[1]} as 64501; neighbor {ends[0]} as 65001; {password} bfd on; {SESSION}
  {family} {{ import all; export all; }}; }}''' for name, (ends, password, family) in ours.items()))
    add_to_loopback(net, *WEB4, *WEB6, *DNS4, *DNS6, *DECOYS)
    router.start()
    hosts = [start_host(folder, [], r, '-c', 'dual.yaml') for r in routers]
    wait_for('both sessions', lambda: router.is_up('r4', 'r6'), 40)
    hears_only(router, 'r4', WEB4 | DNS4)
    hears_only(router, 'r6', WEB6 | DNS6)
    for name, web, dns, next_hop in (('r4', WEB4, DNS4, V4[0]), ('r6', WEB6, DNS6, V6[0])):
        for prefix in web:
            seen = router.route_from(name, prefix)
            check(f'{prefix} path', seen.as_path, [65001])
            check(f'{prefix} rest', (seen.origin, seen.med, seen.next_hop, seen.communities, seen.large_communities,
                                     seen.ext_communities),
                  ('igp', 0, next_hop, ('64496:100', '65535:65281'), ('64496:1:2', '64496:3:4'), ()))
        for prefix in dns:  # which looks different to one of the neighbors
            seen = router.route_from(name, prefix)
            prepended, communities, next_hop = {'r4': (2, (), '192.0.2.7'), 'r6': (1, ('64496:6',), V6[0])}[name]
            check(f'{prefix} path', seen.as_path, [65001] * (1 + prepended))
            check(f'{prefix} rest', (seen.origin, seen.next_hop, seen.communities, seen.large_communities,
                                     seen.ext_communities),
                  ('incomplete', next_hop, communities, (), ('ro:192.0.2.1:5', 'rt:4200000001:7', 'rt:64496:100')))
    for address in (V4[0], V6[0]):
        wait_for(f'BFD with {address}', lambda a=address: router.bfd_is_up(a))
    host_has_none_of(OFFERED)
    gone = '203.0.113.10/32'
    net.ip('addr', 'del', gone, 'dev', 'lo')
    hears_only(router, 'r4', (WEB4 | DNS4) - {gone})
    add_to_loopback(net, gone)
    hears_only(router, 'r4', WEB4 | DNS4)
    for host in hosts:
        host.stop()
    wait_for('the sessions end', lambda: not router.is_up('r4') and not router.is_up('r6'))
    router.stop()


def run_mixed(folder, net, routers):
    """Both families over one session, over IPv4 with GTSM and a role and over a link-local address: mixed.yaml."""
    router = Router(folder, net.enter, f'''
protocol bgp r4 {{ local {V4[1]} as 64501; neighbor {V4[0]} as 65001; ttl security on; local role provider; require roles on;
  {SESSION} ipv4 {{ import all; export all; }}; ipv6 {{ import all; export all; next hop address {V6[1]}; }}; }}
protocol bgp near {{ local {LINK_LOCAL[1]} as 64501; neighbor {LINK_LOCAL[0]} as 65002; interface "vb";
  {SESSION} ipv4 {{ import all; export all; extended next hop on; }}; ipv6 {{ import all; export all; }}; }}''')
    four, six = '203.0.113.10/32', '2001:db8:f00d::10/128'
    add_to_loopback(net, four, six, *DECOYS)
    router.start()
    hosts = [start_host(folder, [], r, '-c', 'mixed.yaml') for r in routers]
    wait_for('both sessions', lambda: router.is_up('r4', 'near'), 40)
    # the first of two next hops: FRR has a global one beside the link-local one, BIRD has none
    for name, local_as, next_hops in (('r4', 65001, ([V4[0]], [V6[0]])), ('near', 65002, (['::', V6[0]],) * 2)):
        hears_only(router, name, {four, six})
        for prefix, possible in zip((four, six), next_hops):
            seen = router.route_from(name, prefix)
            check(f'{prefix} from {name}', (seen.as_path, seen.next_hop in possible), ([local_as], True))
    said = router.order('show protocols all r4').split('Neighbor capabilities')[1]
    if 'Role: customer' not in said or 'Restart time: 60' not in said:
        raise Failed(f'role and restart time are not offered: {said}')
    host_has_none_of(OFFERED)
    for host in hosts:
        host.stop()
    router.stop()


def run_far(folder, net, routers):
    """A router behind another one, with MD5 and multihop BFD: far.yaml."""
    router = Router(folder, net.enter, f'''
protocol bgp far {{ local {FAR[1]} as 64501; neighbor {FAR[0]} as 65001; multihop 5; password "s3cret"; bfd on; {SESSION}
  ipv4 {{ import all; export all; }}; }}''')
    # BIRD sends multihop BFD with the kernel's TTL, and FRR takes it from 5 hops away: from 251 on
    subprocess.run([*net.enter, 'sh', '-c', 'echo 255 >/proc/sys/net/ipv4/ip_default_ttl'], check=True)
    add_to_loopback(net, '203.0.113.10/32', *DECOYS)
    router.start()
    hosts = [start_host(folder, [], r, '-c', 'far.yaml') for r in routers]
    wait_for('the session', lambda: router.is_up('far'), 40)
    hears_only(router, 'far', {'203.0.113.10/32'})
    seen = router.route_from('far', '203.0.113.10/32')
    check('communities and next hop', (seen.communities, seen.next_hop), (('65535:666',), FAR[0]))
    wait_for('BFD', lambda: router.bfd_is_up(FAR[0]))
    for host in hosts:
        host.stop()
    router.stop()


class Provider:
    """A host with a public and a private network, each behind a gateway that lets out no foreign source address (BCP 38),
    and behind both of them the two routers of type4.json."""
    PEERS = ('198.51.100.225', '198.51.100.226')
    SOURCE = '192.0.2.129'

    def __init__(self, folder):
        self.host, self.public, self.private, self.core = self.all = [Namespace() for _ in range(4)]
        self.link(self.host, 'pub', '198.51.100.31/31', self.public, 'host', '198.51.100.30/31')
        self.link(self.host, 'priv', '192.0.2.129/31', self.private, 'host', '192.0.2.128/31')
        self.link(self.public, 'core', '192.0.2.64/31', self.core, 'pub', '192.0.2.65/31')
        self.link(self.private, 'core', '192.0.2.66/31', self.core, 'priv', '192.0.2.67/31')
        self.host.ip('route', 'add', 'default', 'via', '198.51.100.30')
        # the gateway would not even answer who it is to somebody with a foreign source address
        gateway = json.loads(subprocess.run([*self.public.enter, 'ip', '-j', 'link', 'show', 'host'],
                                            capture_output=True, check=True).stdout)[0]['address']
        self.host.ip('neigh', 'replace', '198.51.100.30', 'lladdr', gateway, 'dev', 'pub', 'nud', 'permanent')
        for gateway, core in ((self.public, '192.0.2.65'), (self.private, '192.0.2.67')):
            gateway.ip('route', 'add', 'default', 'via', core)
            for name in ('ip_forward', 'conf/all/rp_filter', 'conf/host/rp_filter'):
                self.write(gateway, name, 1)
        self.core.ip('route', 'add', '198.51.100.30/31', 'via', '192.0.2.64')
        self.core.ip('route', 'add', '192.0.2.128/31', 'via', '192.0.2.66')
        for peer in self.PEERS:
            self.core.ip('addr', 'add', f'{peer}/32', 'dev', 'lo')
        self.host.ip('addr', 'add', '203.0.113.10/32', 'dev', 'lo')
        # two daemons, as BIRD has no two sessions with one address
        self.routers = [Router(make_folder(folder / peer), self.core.enter, f'''
protocol bgp r {{ local {peer} as 65530; neighbor {self.SOURCE} as 65000; multihop 5; password "ValidPassword123"; strict bind on;
  {SESSION} ipv4 {{ import all; export all; }}; }}''') for peer in self.PEERS]
        for router in self.routers:
            router.start()

    def all_up(self):
        return all(r.is_up('r') for r in self.routers)

    @staticmethod
    def link(a, name_a, address_a, b, name_b, address_b):
        a.ip('link', 'add', name_a, 'type', 'veth', 'peer', 'name', name_b, 'netns', b.pid)
        for end, name, address in ((a, name_a, address_a), (b, name_b, address_b)):
            end.ip('addr', 'add', address, 'dev', name)
            end.ip('link', 'set', name, 'up')

    @staticmethod
    def write(namespace, name, value):
        subprocess.run([*namespace.enter, 'sh', '-c', f'echo {value} >/proc/sys/net/ipv4/{name}'], check=True)

    def dropped(self):
        """Packets that the public gateway did not let out."""
        r = subprocess.run([*self.public.enter, 'nstat', '-asz', 'TcpExtIPReversePathFilter'], capture_output=True, text=True)
        return int(float(re.search(r'IPReversePathFilter\s+(\S+)', r.stdout)[1]))

    def end(self):
        for router in self.routers:
            router.stop()
        for namespace in self.all:
            namespace.end()


def run_gateway(folder, _net, routers):
    """Peers behind a gateway: that of the source's own network lets the session through, the public one does not."""
    provider = Provider(folder)
    words = ['-m', 'type4.json', '-g', '203.0.113.10']
    hosts = [start_host(make_folder(folder / 'public'), provider.host.enter, r, *words, '--gateway', 'public') for r in routers]
    wait_for('the public gateway drops what comes from the private address', lambda: provider.dropped() > 2, 30)
    if any(r.is_up('r') for r in provider.routers):
        raise Failed('a session came up through the public gateway')
    for host in hosts:
        host.stop()
    hosts = [start_host(folder, provider.host.enter, r, *words) for r in routers]
    wait_for('both sessions', provider.all_up, 40)
    for router in provider.routers:
        hears_only(router, 'r', {'203.0.113.10/32'})
        check('next hop', router.route_from('r', '203.0.113.10/32').next_hop, provider.SOURCE)
    for host in hosts:
        host.stop()
    provider.end()


CASES = [(f'{run.__name__[4:]}_{name}', run, routers) for run, hosts in (
    (run_dual, {'bird': ['bird'], 'bird16': ['bird1', 'bird6'], 'frr': ['frr']}),
    (run_mixed, {'bird': ['bird'], 'frr': ['frr']}),
    (run_far, {'bird': ['bird'], 'bird16': ['bird1'], 'frr': ['frr']}),
    (run_gateway, {'bird': ['bird'], 'bird16': ['bird1'], 'frr': ['frr']})) for name, routers in hosts.items()]


def run_inside(name):
    """One case in namespaces of its own, so that nothing is left for the next."""
    if not network.is_inside():
        print(f'SKIP {network.go_inside()}')
        return
    with tempfile.TemporaryDirectory(prefix='nearcast-render.') as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)  # for the user of FRR
        try:
            _, run, routers = next(c for c in CASES if c[0] == name)
            run(folder, Network(), routers)
        except Skip as why:
            print(f'SKIP {why}')
        except (Failed, NotReady, OSError, subprocess.SubprocessError) as problem:
            print(problem)
            for log in folder.rglob('*.log'):
                print(f'{log.name}:', *log.read_text(errors='replace').splitlines()[-25:], sep='\n  ')
            sys.exit(1)


def main():
    if len(sys.argv) == 4 and 'NEARCAST_RENDER_CASE' in os.environ:
        run_inside(sys.argv[3])
        return
    chosen = [c[0] for c in CASES if c[0] in sys.argv[3:] or not sys.argv[3:]]
    failed = 0
    print(f'1..{len(chosen)}')
    for number, name in enumerate(chosen, 1):
        r = subprocess.run([sys.executable, *sys.argv[:3], name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           env=os.environ | {'NEARCAST_RENDER_CASE': '1'}, timeout=180)
        skip = re.match(r'SKIP (.*)', r.stdout)
        failed += r.returncode != 0
        print(f'{"not ok" if r.returncode else "ok"} {number} - {name}{f" # SKIP {skip[1]}" if skip else ""}')
        if r.returncode:
            print(''.join(f'# {line}\n' for line in r.stdout.splitlines()), end='', flush=True)
    sys.exit(failed > 0)


main()
