"""Who announces the Global IP of the host in withdraw_site.py: nearcastd, ExaBGP with its healthcheck, and BIRD with a
shell loop. Each has name and detail (for people), missing(), which says why it can not run here, and start(), which
gives its processes."""
import os
import shutil

import harness
from harness import start
from withdraw_site import GLOBAL_IP, HOST, ROUTER

TIMEOUT = 0.2                      # of everybody's check


class Contender:
    programs = ()
    owns_address = False           # else it has to be there

    def missing(self):
        """Why it can not run here, or None."""
        absent = [p for p in self.programs if not shutil.which(p)]
        return f'{" and ".join(absent)} not installed' if absent else None

    def start(self):
        """Its processes."""
        raise NotImplementedError


class Nearcast(Contender):
    """interval: of its HTTP check. more: keys of the neighbor. announcer: instead of that neighbor."""
    owns_address = True

    def __init__(self, program, interval='1s', name='nearcastd', more='', detail='', announcer=None):
        self.name = name
        self.detail = detail or f'listener watch; HTTP check every {interval}, fall 1, time-out {TIMEOUT:g} s'
        announcer = announcer or f'''router-id: {HOST}
neighbors:
  router: {{ address: {ROUTER}, peer-as: 64510, local-as: 65001, local-address: {HOST}, connect-retry: 1s{more} }}
'''
        self.conf = f'''
site: bench
host: bench
control: {harness.folder}/nearcastd.sock
state-directory: {harness.folder}/state
{announcer}services:
  web:
    global-ips: [{GLOBAL_IP}/32]
    listen: [tcp/80]
    checks:
      front: {{ type: http, url: "http://{GLOBAL_IP}/", interval: {interval}, timeout: {TIMEOUT * 1000:g}ms, rise: 1, fall: 1 }}
'''
        self.program = program

    def start(self):
        (harness.folder / 'nearcast.yaml').write_text(self.conf)
        return [start([self.program, '-c', harness.folder / 'nearcast.yaml'], 'nearcastd.log')]


class NearcastBird(Nearcast):
    programs = ('bird',)

    def __init__(self, program, interval='1s'):
        super().__init__(program, interval, 'nearcastd + bird', detail='announcer: bird, with the BIRD of the host',
                         announcer=f'''
announcer: bird
bird: {{socket: {harness.folder}/host-bird.ctl, include: {harness.folder}/include.conf}}
if-agent-dies: keep
''')

    def start(self):
        (harness.folder / 'host-bird.conf').write_text(f'''
router id {HOST};
include "{harness.folder}/includ[e].conf";
protocol device {{}}
protocol bgp up {{ local {HOST} as 65001; neighbor {ROUTER} as 64510; connect delay time 1; connect retry time 1;
  error wait time 1,1; ipv4 {{ import none; export where proto ~ "nearcast_*"; }}; }}
''')
        return [*super().start(),
                start(['bird', '-f', '-c', harness.folder / 'host-bird.conf', '-s', harness.folder / 'host-bird.ctl'], 'host-bird.log')]


class NearcastFrr(Nearcast):
    """As root."""

    bgpd = '/usr/lib/frr/bgpd'

    def __init__(self, program, interval='1s'):
        super().__init__(program, interval, 'nearcastd + frr', detail='announcer: frr, with bgpd alone', announcer=f'''
announcer: frr
frr: {{socket: {harness.folder}/frr/bgpd.vty}}
if-agent-dies: keep
''')

    def missing(self):
        if harness.is_rootless():
            return 'needs root, for the user that it runs as'
        return None if os.path.exists(self.bgpd) else 'frr not installed'

    def start(self):
        home = harness.folder / 'frr'
        home.mkdir(exist_ok=True)
        (home / 'bgpd.conf').write_text(f'''router bgp 65001
 bgp router-id {HOST}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {ROUTER} remote-as 64510
 neighbor {ROUTER} timers connect 1
''')
        shutil.chown(home, 'frr', 'frr')
        return [*super().start(), start([self.bgpd, '-Z', '-f', home / 'bgpd.conf', '-i', home / 'bgpd.pid', '--vty_socket', home,
                                         '-P', '0', '-A', '127.0.0.1'], 'frr.log')]


class Exabgp(Contender):
    """hold: of its session, in seconds."""
    programs = ('exabgp', 'curl')

    def __init__(self, interval, name=None, hold=90, detail=''):
        self.interval, self.hold = interval, hold
        self.name = name or f'exabgp {interval:g} s'
        self.detail = detail or f'its healthcheck, curl every {interval:g} s, time-out {TIMEOUT:g} s, --fall 1 --withdraw-on-down'

    def start(self):
        check = (f"/usr/bin/python3 -m exabgp healthcheck --cmd 'curl -sf -o /dev/null -m {TIMEOUT} http://{GLOBAL_IP}/' "
                 f'--interval {self.interval} --fast-interval {self.interval} --rise 1 --fall 1 '
                 f'--withdraw-on-down --ip {GLOBAL_IP}/32 --no-ip-setup --no-syslog --timeout 2')
        (harness.folder / 'exabgp.conf').write_text(f'''
process check {{ run {check}; encoder text; }}
neighbor {ROUTER} {{
  router-id {HOST}; local-address {HOST}; local-as 65001; peer-as 64510; hold-time {self.hold};
  family {{ ipv4 unicast; }}
  api {{ processes [ check ]; }}
}}
''')
        env = {**os.environ, 'exabgp.daemon.user': 'root', 'exabgp.daemon.drop': 'false',
               'exabgp.daemon.daemonize': 'false', 'exabgp.log.destination': 'stdout',
               'exabgp.api.cli': 'false', 'exabgp.tcp.delay': '0'}
        return [start(['exabgp', harness.folder / 'exabgp.conf'], 'exabgp.log', env=env)]


class BirdLoop(Contender):
    """options: of its BGP session; more: further protocols."""
    programs = ('bird', 'birdc', 'curl')

    def __init__(self, name='bird + loop 1 s', options='', more='', detail=''):
        self.name, self.options, self.more = name, options, more
        self.flags = []
        self.detail = detail or ('BIRD on the host; a shell loop with curl every 1 s, time-out '
                                 f'{TIMEOUT:g} s, enables and disables the route')

    def start(self):
        (harness.folder / 'host-bird.conf').write_text(f'''
router id {HOST};
protocol device {{}}
{self.more}
protocol static anycast {{ ipv4; disabled; route {GLOBAL_IP}/32 blackhole; }}
protocol bgp up {{ local {HOST} as 65001; neighbor {ROUTER} as 64510; connect delay time 1; connect retry time 1;
  error wait time 1,1; {self.options} ipv4 {{ import none; export all; }}; }}
''')
        (harness.folder / 'loop.sh').write_text(f'''
was=
while :; do
	if curl -sf -o /dev/null -m {TIMEOUT} http://{GLOBAL_IP}/; then is=enable; else is=disable; fi
	[ "$is" = "$was" ] || birdc -s {harness.folder}/host-bird.ctl $is anycast >/dev/null
	was=$is
	sleep 1
done
''')
        return [start(['bird', '-f', '-c', harness.folder / 'host-bird.conf', '-s', harness.folder / 'host-bird.ctl', *self.flags],
                      'host-bird.log'),
                start(['sh', harness.folder / 'loop.sh'], 'loop.log')]
