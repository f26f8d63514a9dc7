#!/usr/bin/env python3
"""nearcastd drives a BIRD or an FRR of its host, whose upstream router is a BIRD in another namespace. TAP on stdout.

Runs itself again inside of `unshare`, so that everything it makes ends with it, as root or without (FRR: as root).
Usage: announcers.py NEARCASTD NEARCAST [CASE...]"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import agent  # noqa: E402
from bird import BIRD, BIRDC, G4, G6  # noqa: E402
from network import V4, V6, Network, is_rootless  # noqa: E402
from running import run_cases  # noqa: E402
from waiting import Failed, check, stays, wait_for  # noqa: E402

BGPD = '/usr/lib/frr/bgpd'
BOTH = 'ipv4 { import all; export none; }; ipv6 { import all; export none; };'


class Host:
    """A daemon of the host, as a process of ours."""

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.kill()


class HostBird(Host):
    """The operator's BIRD, with the three lines of nearcastd(8)."""
    name = 'bird'

    def __init__(self, folder):
        self.folder = folder
        self.conf, self.log, self.socket = folder / 'host.conf', folder / 'host.log', folder / 'host.ctl'
        self.include = folder / 'run' / 'bird.conf'
        self.good = f'''
log "{self.log}" all;
router id {V4[0]};
include "{folder}/ru[n]/bird.conf";
protocol device {{}}
filter to_upstream {{
  if proto ~ "nearcast_*" then {{
    if defined(bgp_med) then bgp_med = bgp_med;
    accept;
  }}
  reject;
}}
protocol bgp upstream {{
  local {V4[0]} as 65001; neighbor {V4[1]} as 64501;
  connect delay time 1; connect retry time 1; error wait time 1,2;
  ipv4 {{ import none; export filter to_upstream; }};
  ipv6 {{ import none; export filter to_upstream; next hop address {V6[0]}; }};
}}
'''
        self.conf.write_text(self.good)
        self.neighbor = 'upstream'
        self.start()

    def start(self):
        self.process = subprocess.Popen([BIRD, '-f', '-c', self.conf, '-s', self.socket, '-P', str(self.conf) + '.pid'],
                                        stdout=subprocess.DEVNULL, stderr=self.log.open('a'))
        wait_for('the host\'s BIRD answers', lambda: 'BIRD' in self.ask('show status'))

    def ask(self, *command):
        r = subprocess.run([BIRDC, '-s', self.socket, *command], capture_output=True, text=True)
        return r.stdout if r.returncode == 0 else ''

    def keys(self):
        return f'announcer: bird\nbird: {{socket: {self.socket}, include: {self.include}, local-as: 65001}}\n'

    def ours(self):
        return sorted(re.findall(r'^\s*(\S+/(?:32|128)) ', self.ask('show route table nearcast4') +
                                 self.ask('show route table nearcast6'), re.M))

    def changes(self):
        return self.log.read_text().count('Reconfigured')

    def settings(self):
        return self.changes(), self.include.stat().st_ino


class HostFrr(Host):
    """The operator's bgpd, with a network and a route-map of their own."""
    name = 'frr'

    def __init__(self, folder):
        self.folder = folder / 'frr'
        self.folder.mkdir()
        folder.chmod(0o755)
        shutil.chown(self.folder, 'frr', 'frr')
        self.socket, self.conf, self.log = (self.folder / f for f in ('bgpd.vty', 'bgpd.conf', 'bgpd.log'))
        self.conf.write_text(f'''hostname host
log file {self.log} debugging
route-map MINE permit 10
 set community 65001:77
router bgp 65001
 bgp router-id {V4[0]}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {V4[1]} remote-as 64501
 neighbor {V4[1]} timers connect 1
 address-family ipv4 unicast
  network 198.51.100.0/24 route-map MINE
 exit-address-family
 address-family ipv6 unicast
  neighbor {V4[1]} activate
  neighbor {V4[1]} route-map OUT6 out
 exit-address-family
route-map OUT6 permit 10
 set ipv6 next-hop global {V6[0]}
''')
        self.neighbor = V4[1]
        self.start()

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen([BGPD, '-Z', '-f', self.conf, '-i', self.folder / 'bgpd.pid', '--vty_socket', self.folder, '-P', '0',
                                         '-A', '127.0.0.1'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for('bgpd answers', lambda: 'router bgp' in self.ask('show running-config'))

    def ask(self, command):
        r = subprocess.run(['vtysh', '--vty_socket', self.folder, '-d', 'bgpd', '-c', command],
                           capture_output=True, text=True)
        return r.stdout if r.returncode == 0 else ''

    def keys(self):
        return f'announcer: frr\nfrr: {{socket: {self.socket}, local-as: 65001}}\n'

    def ours(self):
        return sorted(re.findall(r'network (\S+) route-map NEARCAST-', self.ask('show running-config')))

    def settings(self):
        return self.ask('show running-config')


class Case(agent.Case):
    host_class = None

    def host(self):
        self.things.append(self.host_class(self.folder))
        return self.things[-1]

    def upstream(self):
        return self.bird(options='graceful restart off;', channels=BOTH)

    def agent(self, host, name='nearcastd', dies='keep', ips=(G4,), more='', head=''):
        quoted = ', '.join(f'"{ip}"' for ip in ips)
        return super().agent(f'''site: ams
host: test-host
control: CONTROL
state-directory: {self.folder}/state
settle-time: 100ms
{host.keys()}if-agent-dies: {dies}
{head}services:
  web:
    global-ips: [{quoted}]
    listen: [tcp/80]
{more}''', name)

    def nearcast(self, agent, *words):
        r = subprocess.run([self.programs[1], *words, '-s', agent.control], capture_output=True, text=True)
        return r.stdout + r.stderr


def up(c, **options):
    h, u, n = c.host(), c.upstream(), c.nginx()
    a = c.agent(h, **options)
    for ip in options.get('ips', (G4,)):
        wait_for(f'{ip} is announced', lambda ip=ip: a.is_announced(ip))
        wait_for(f'the upstream has {ip}', lambda ip=ip: u.route(ip))
    return h, u, n, a


def announce_and_withdraw(c):
    h, u, n, a = up(c, ips=(G4, G6), more='''    med: 7
    prepend: 2
    communities: ["65001:5", graceful-shutdown]
    extended-communities: ["rt:65001:6"]
    large-communities: ["65001:1:2"]
''')
    for ip in (G4, G6):
        text = u.route(ip)
        for want in ('BGP.as_path: 65001 65001 65001\n', 'BGP.med: 7\n', '(65001,5)', '(65535,0)', '(rt, 65001, 6)',
                     '(65001, 1, 2)', 'BGP.origin: IGP'):
            if want not in text:
                raise Failed(f'{want!r} is not in the upstream\'s route: {text}')
    r = a.request('{"command":"routes"}')['routes']
    check('routes', [(x['prefix'], x['neighbor'], x['told'], x['med']) for x in r],
          [(G4, h.neighbor, True, 7), (G6, h.neighbor, True, 7)])
    neighbor = next(x for x in a.status()['neighbors'] if x['name'] == h.neighbor)
    check('neighbor', [neighbor[k] for k in ('state', 'local_as', 'peer_as', 'announced', 'address')],
          ['Established', 65001, 64501, 2, V4[1]])
    for words in (['neighbors'], ['neighbors', h.neighbor], ['routes'], ['status']):
        if 'Established' not in c.nearcast(a, *words) and G4 not in c.nearcast(a, *words):
            raise Failed(f'nearcast {words}: {c.nearcast(a, *words)}')
    if 'kept by' not in c.nearcast(a, 'dump', 'start', h.neighbor):
        raise Failed(f'a dump: {c.nearcast(a, "dump", "start", h.neighbor)}')
    took = []
    for _ in range(5):
        n.kill()
        wait_for('the upstream has no route', lambda: not u.route(G4))
        record = wait_for('withdrawn', lambda: (a.is_withdrawn(G4) or {}).get('last_withdraw'))
        wait_for('confirmed', lambda: (a.address(G4)['last_withdraw'] or {}).get('flushed_wall_ns'))
        record = a.address(G4)['last_withdraw']
        check('confirmed by', (record['written_to'], record['had_been_told']), (1, 1))
        took.append(record['noticed_to_written_ms'])
        n.start()
        wait_for('the upstream has the route again', lambda: u.route(G4))
        wait_for('announced again', lambda: a.is_announced(G4))
    print(f'# noticed to confirmed, ms: {sorted(round(t, 1) for t in took)}')


def the_daemon_restarts(c):
    h, u, n, a = up(c)
    h.kill()
    wait_for('the upstream has no route', lambda: not u.route(G4))
    wait_for('said', lambda: a.address(G4) and not a.address(G4)['announced'])
    h.start()
    wait_for('the upstream has the route again', lambda: u.route(G4))
    wait_for('confirmed', lambda: a.is_announced(G4))
    # and one that comes back while the service is down announces nothing
    h.kill()
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    h.start()
    wait_for('the session is up', lambda: any(x['state'] == 'Established' for x in a.status()['neighbors']))
    stays('no route', lambda: not u.route(G4), 1)
    n.start()
    wait_for('the upstream has the route at last', lambda: u.route(G4))


def a_dead_agent_keeps(c):
    h, u, n, a = up(c, dies='keep')
    a.process.kill()
    a.process.wait()
    stays('the route', lambda: u.route(G4), 2.5)
    # the next one finds it, and takes it out when nothing is there to announce
    n.kill()
    b = c.agent(h, name='second')
    wait_for('the second answers', lambda: b.address(G4))
    wait_for('the upstream has no route', lambda: not u.route(G4))


def a_dead_agent_is_withdrawn(c):
    h, u, n, a = up(c, dies='withdraw-after 1500ms', ips=(G4, G6))
    a.process.kill()
    a.process.wait()
    stays('the route', lambda: u.route(G4), 0.5)
    wait_for('the upstream has no route', lambda: not u.route(G4) and not u.route(G6))
    check('left in the daemon', h.ours(), [])
    wait_for('the log', lambda: 'all routes of nearcastd are withdrawn' in a.log.read_text())
    h.kill()
    h.start()
    stays('no route', lambda: not u.route(G4), 2)
    # a new agent announces as if nothing had been
    b = c.agent(h, name='second', dies='withdraw-after 1500ms', ips=(G4, G6))
    wait_for('announced', lambda: b.is_announced(G4))
    wait_for('the upstream has it', lambda: u.route(G4))


def a_new_agent_takes_over(c):
    h, u, n, a = up(c, dies='withdraw-after 5s')
    a.process.kill()
    a.process.wait()
    b = c.agent(h, name='second', dies='withdraw-after 5s')
    stays('the route', lambda: u.route(G4), 7)
    check('announced', bool(b.is_announced(G4)), True)
    check('exit', b.stop(), 0)
    wait_for('the upstream has no route', lambda: not u.route(G4))
    check('left in the daemon', h.ours(), [])


def on_exit_keeps(c):
    h, u, n, a = up(c, dies='withdraw-after 500ms', head='on-exit: keep\n')
    check('exit', a.stop(), 0)
    stays('the route', lambda: u.route(G4), 2)


def a_stop_without_the_daemon_ends(c):
    h, u, n, a = up(c)
    h.kill()
    check('exit', a.stop(), 0)


def a_broken_configuration_is_no_harm(c):
    h, u, n, a = up(c)
    h.conf.write_text(h.good + 'nonsense;\n')
    # a withdraw needs no configuration, and neither does a return
    n.kill()
    wait_for('the upstream has no route', lambda: not u.route(G4))
    n.start()
    wait_for('the upstream has the route again', lambda: u.route(G4))
    check('exit', a.stop(), 0)
    # one that it has not read yet does
    b = c.agent(h, name='second', ips=(G4, G6))
    wait_for('refused', lambda: 'BIRD refuses a change' in b.log.read_text())
    if 'host.conf' not in b.log.read_text() or 'syntax error' not in b.log.read_text():
        raise Failed('without BIRD\'s reason')
    waits = [x['waits_for'] for x in b.request('{"command":"routes"}')['routes']]
    if waits and 'syntax error' not in waits[0]:
        raise Failed(f'routes: {waits}')
    if 'Established' not in h.ask('show protocols'):
        raise Failed('BIRD is harmed')
    h.conf.write_text(h.good)
    wait_for('tried again', lambda: b.is_announced(G4) and b.is_announced(G6))
    wait_for('the upstream has both', lambda: u.route(G4) and u.route(G6))
    check('said once', b.log.read_text().count('BIRD refuses a change'), 1)


def a_burst_is_one_change(c):
    ips = [f'203.0.113.{i}/32' for i in range(149, 99, -1)]
    h, u = c.host(), c.upstream()
    a = c.agent(h, ips=ips)
    wait_for('the agent answers', lambda: a.address(ips[0]))
    wait_for('the session is up', lambda: any(x['state'] == 'Established' for x in a.status()['neighbors']))
    before = h.changes()
    n = c.nginx()
    for ip in ips:
        wait_for(f'{ip} is announced', lambda ip=ip: a.is_announced(ip))
    if h.changes() - before > 10:  # it gathers for 200 ms at most
        raise Failed(f'{h.changes() - before} reconfigurations for 50 addresses')
    print(f'# 50 addresses: {h.changes() - before} reconfigurations')
    check('routes by prefix', [r['prefix'] for r in a.request('{"command":"routes"}')['routes']], ips[::-1])
    before = h.changes()
    n.kill()
    wait_for('all are gone', lambda: not u.ask('show route').count('203.0.113.'))
    check('reconfigurations for 50 withdraws', h.changes() - before, 0)


def what_is_the_operators_stays(c):
    h, u, n, a = up(c)
    wait_for('the operator\'s network', lambda: '65001,77' in u.route('198.51.100.0/24'))
    before = h.ask('show running-config')
    check('exit', a.stop(), 0)
    after = h.ask('show running-config')
    if 'NEARCAST' in after or 'NEARCAST' not in before:
        raise Failed('route-maps of ours are left')
    for line in ('route-map MINE permit 10', 'network 198.51.100.0/24 route-map MINE'):
        if line not in after:
            raise Failed(f'{line} is gone')


def upgraded(c, a, *words):
    """The answer of an upgrade that lost nothing."""
    answer = json.loads(c.nearcast(a, 'upgrade', '--json', *words) or '{}')
    if answer.get('outcome') != 'upgraded' or answer['lost'] != 0:
        raise Failed(f'{answer} {a.log.read_text()[-2000:]}')
    return answer


def heard(u):
    """How many announcements and withdraws the upstream has ever received."""
    return re.findall(r'Import (?:updates|withdraws): +(\d+)', u.ask('show protocols all r1'))


def children(a):
    """Name and state of each process of the agent's."""
    pid = a.process.pid
    pids = pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    return [re.search(r'\((.*)\) (.)', pathlib.Path(f'/proc/{p}/stat').read_text()).groups() for p in pids]


def upgrades_change_nothing(c):
    """Nothing is told anew: neither to the daemon, nor by it. The watcher, which would withdraw at once, is replaced too."""
    h, u, n, a = up(c, dies='withdraw-after 0s', ips=(G4, G6), more='    med: 7\n    checks: {front: {type: tcp, port: 80, interval: 500ms}}\n')
    wait_for('the upstream says what it heard', lambda: heard(u))
    before, ours, changes, announced = heard(u), h.ours(), h.settings(), a.address(G4)
    checks = a.status()['services'][0]['checks']
    gaps = []
    for _ in range(10):
        gaps.append(upgraded(c, a)['gap_ms'])
        if not a.is_announced(G4) or not a.is_announced(G6):
            raise Failed('it is not known any more who was told')
        check('children', children(a), [('nearcast-watch', 'S')])
    print(f'# gaps of {min(gaps):.1f} to {max(gaps):.1f} ms')
    wait_for('it was looked at since', lambda: (r := a.request('{"command":"routes"}')['routes']) and
             [(x['prefix'], x['told'], x['med']) for x in r] == [(G4, True, 7), (G6, True, 7)])
    check('what the upstream heard', heard(u), before)
    check('what the daemon has', (h.ours(), h.settings()), (ours, changes))
    check('told since', a.address(G4)['stage'], announced['stage'])
    if a.status()['services'][0]['checks'][0]['since_ms'] < checks[0]['since_ms']:
        raise Failed('the check has no history')
    log = a.log.read_text()
    if 'without a farewell' in log or log.count(' answers at ') != 1:
        raise Failed(log)
    # what happens behind it is noticed as ever
    n.kill()
    wait_for('the upstream has no route', lambda: not u.route(G4) and not u.route(G6))
    wait_for('confirmed', lambda: (a.address(G4)['last_withdraw'] or {}).get('flushed_wall_ns'))
    n.start()
    wait_for('announced again', lambda: a.is_announced(G4) and u.route(G4))
    a.process.kill()
    a.process.wait()
    wait_for('the new watcher has withdrawn', lambda: not u.route(G4) and not u.route(G6))


def upgrades_lose_no_change(c):
    """What is asked for at the moment of the upgrade, before and behind it, comes about and is confirmed."""
    h, u, n, a = up(c)
    for _ in range(4):
        with subprocess.Popen([c.programs[1], 'upgrade', '-s', a.control], stdout=subprocess.DEVNULL) as upgrade:
            n.kill()
            wait_for('withdrawn at the upstream', lambda: not u.route(G4))
            check('upgrade', upgrade.wait(), 0)
        wait_for('confirmed', lambda: ((a.address(G4) or {}).get('last_withdraw') or {}).get('flushed_wall_ns'))
        n.start()
        wait_for('about to be announced', lambda: (a.address(G4) or {}).get('stage') == 'preferred')
        upgraded(c, a)
        wait_for('announced at the upstream', lambda: u.route(G4))
        wait_for('confirmed', lambda: a.is_announced(G4))
    withdrawn = [e for e in a.status()['events'] if e['what'].endswith(' withdrawn')]
    check('withdraws that were said', len(withdrawn), 4)


def an_upgrade_while_the_daemon_hangs(c):
    """It is left after a while, and found again as it was."""
    h, u, n, a = up(c, ips=(G4, G6))
    before = wait_for('the upstream says what it heard', lambda: heard(u))
    h.process.send_signal(signal.SIGSTOP)
    upgraded(c, a)
    stays('still there', lambda: u.route(G4) and u.route(G6), 0.5)
    h.process.send_signal(signal.SIGCONT)
    wait_for('asked again', lambda: any(x['state'] == 'Established' for x in a.status()['neighbors']))
    wait_for('confirmed anew', lambda: a.is_announced(G4) and a.is_announced(G6))
    check('what the upstream heard', heard(u), before)


def manual_examples():
    """The blocks of nearcastd(8) that are for BIRD and for FRR."""
    page = (pathlib.Path(__file__).resolve().parents[2] / 'man' / 'nearcastd.8').read_text()
    blocks = re.findall(r'^\.Bd -literal[^\n]*\n(.*?)^\.Ed', page, re.M | re.S)
    return (next(b for b in blocks if 'protocol bgp' in b), next(b for b in blocks if 'router bgp' in b))


def the_manuals_example_loads(c):
    bird, frr = manual_examples()
    file = c.folder / 'example.conf'
    if c.host_class is HostBird:
        file.write_text(f'router id {V4[0]};\nprotocol device {{}}\n{bird}')
        command = [BIRD, '-p', '-c', file]
    else:
        c.folder.chmod(0o755)
        file.write_text(frr)
        command = [BGPD, '-C', '-f', file]
    r = subprocess.run(command, capture_output=True, text=True)
    if r.returncode != 0 or 'rror' in r.stdout + r.stderr or 'nknown' in r.stdout + r.stderr:
        raise Failed(f'{command}: {r.stdout}{r.stderr}')


BOTH_CASES = [the_manuals_example_loads, announce_and_withdraw, the_daemon_restarts, a_dead_agent_keeps, a_dead_agent_is_withdrawn,
              a_new_agent_takes_over, on_exit_keeps, a_stop_without_the_daemon_ends, upgrades_change_nothing,
              upgrades_lose_no_change, an_upgrade_while_the_daemon_hangs]
CASES = ([(HostBird, f) for f in [*BOTH_CASES, a_broken_configuration_is_no_harm, a_burst_is_one_change]] +
         [(HostFrr, f) for f in [*BOTH_CASES, what_is_the_operators_stays]])


def with_host(host, case):
    def run_with_it(c):
        if host is HostFrr and (not os.path.exists(BGPD) or is_rootless()):
            return 'FRR is not installed, or there is no root'
        c.host_class = host
        return case(c)
    return run_with_it


def run(programs, wanted):
    network = Network()
    cases = [(f'{h.name}_{f.__name__}', with_host(h, f)) for h, f in CASES
             if not wanted or {f'{h.name}_{f.__name__}', f.__name__, h.name} & set(wanted)]
    status = run_cases(cases, lambda folder: Case(folder, programs, network))
    network.end()
    return status


def main():
    return agent.inside(lambda: run(sys.argv[1:3], sys.argv[3:]))


if __name__ == '__main__':
    sys.exit(main())
