"""BIRD 2, and BIRD 1.6, which is two programs: one for each family."""
import os
import pathlib
import re
import subprocess

from peers.peer import Peer, Route, find, routes_by_family, spell_communities


class Bird2(Peer):
    name = 'bird2'
    programs = ('bird', 'birdc')
    cannot = {'bfd-admin-down': 'its BFD falls silent when it is switched off'}
    protocol = 'r1'

    @classmethod
    def version(cls):
        r = subprocess.run([cls.program('bird'), '--version'], capture_output=True, text=True)
        return 'BIRD ' + (r.stdout + r.stderr).split()[-1]

    @classmethod
    def program(cls, name):
        return find(name)

    def __init__(self, folder, enter, conf):
        super().__init__(folder, enter, conf)
        self.conf_file, self.control = folder / 'bird.conf', folder / 'bird.ctl'

    def names(self):
        return 'bird', 'birdc'

    def session(self):
        """The lines of the protocol that both generations know."""
        c = self.conf
        scope = f'%{c.interface}' if c.interface else ''
        lines = [f'local {c.them} as {c.local_as}; neighbor {c.us}{scope} as {c.peer_as};',
                 'connect delay time 1; connect retry time 1; error wait time 1,2;', f'hold time {c.hold_time};']
        lines += [line for wanted, line in (
            (c.passive, 'passive on;'), (c.password, f'password "{c.password}";'),
            (c.ttl_security, 'ttl security on;'), (c.ttl_security > 1, f'multihop {c.ttl_security};'),
            (not c.as4, 'enable as4 off;'), (not c.capabilities, 'capabilities off;'),
            (c.extended_messages, 'enable extended messages on;'),
            (c.restart_time is not None, f'graceful restart on; graceful restart time {c.restart_time};'),
            (c.multihop, f'multihop {c.multihop};'), (c.bfd_ms, 'bfd on;'),
            (c.role, f'local role {c.role};'), (c.role_strict, 'require roles on;')) if wanted]
        return '\n  '.join(lines)

    def channel(self, family):
        """What is done with the routes of a family."""
        c = self.conf
        limit = f'import limit {c.import_limit} action disable;' if c.import_limit else ''
        next_hop = 'extended next hop on;' if c.extended_next_hop and family == 'ipv4' else ''
        return f'import all; export where source = RTS_STATIC; {limit} {next_hop}'

    def bfd(self):
        if not self.conf.bfd_ms:
            return ''
        c = self.conf
        key = f'authentication {c.bfd_auth}; password "{c.bfd_key}" {{ id 1; }};' if c.bfd_key else ''
        options = f'{{ interval {c.bfd_ms} ms; multiplier {c.bfd_multiplier}; {key} }}'
        return f'protocol bfd {{ interface "*" {options}; multihop {options}; }}'

    def configure(self):
        routes = routes_by_family(self.conf)
        statics = [f'protocol static s_{f} {{ {f}; {" ".join(f"route {r} blackhole;" for r in routes[f])} }}'
                   for f in self.conf.families if routes[f]]
        channels = [f'{f} {{ {self.channel(f)} }};' for f in self.conf.families]
        return [*statics, f'protocol bgp {self.protocol} {{\n  {self.session()}\n  ', *channels, '}']

    def write_conf(self):
        self.conf_file.write_text('\n'.join([
            f'log "{self.log}" all;', f'router id {self.conf.router_id};', 'debug protocols { states, events };',
            'protocol device { scan time 1; }', self.bfd(), *self.configure(), '']))

    def start(self):
        bird = self.program(self.names()[0])
        self.write_conf()
        self.spawn([bird, '-f', '-c', self.conf_file, '-s', self.control, '-P', str(self.conf_file) + '.pid'])
        self.until(lambda: 'BIRD' in self.order('show status'))

    def order(self, *command):
        return self.ask(self.program(self.names()[1]), '-s', self.control, *command)

    def is_established(self):
        return 'Established' in self.order(f'show protocols {self.protocol}')

    def route(self, prefix):
        return parse_route(self.order(f'show route {prefix} protocol {self.protocol} all'))

    def refresh(self):
        self.order(f'reload in {self.protocol}')

    def shutdown(self, text):
        self.order(f'disable {self.protocol} "{text}"')

    def enable(self):
        self.order(f'enable {self.protocol}')

    def reset(self):
        self.order(f'restart {self.protocol}')

    def count(self):
        found = re.search(r'(\d+) of \d+ routes', self.order(f'show route protocol {self.protocol} count'))
        return int(found[1]) if found else 0

    def bfd_state(self):
        found = re.search(rf'^{re.escape(self.conf.us)}\s+\S+\s+(\w+)', self.order('show bfd sessions'), re.M)
        return found[1] if found else None

    def set_bfd_interval(self, ms):
        self.conf.bfd_ms = ms
        self.write_conf()
        self.order('configure')

    def words(self):
        return self.log_text() + self.order(f'show protocols all {self.protocol}')


def parse_route(text):
    attributes = dict(re.findall(r'^\s*BGP\.(\w+): ?(.*)$', text, re.M))
    if 'origin' not in attributes:
        return None

    def number(key):
        return int(attributes[key]) if key in attributes else None

    def tuples(key):
        found = re.findall(r'\(([^)]*)\)', attributes.get(key, ''))
        return tuple(sorted(':'.join(w.strip() for w in t.split(',')) for t in found))

    return Route(as_path=[int(w) for w in attributes.get('as_path', '').split()],
                 next_hop=attributes['next_hop'].split()[0], origin=attributes['origin'].lower(),
                 med=number('med'), local_pref=number('local_pref'),
                 communities=spell_communities(tuples('community')),
                 large_communities=tuples('large_community'), ext_communities=tuples('ext_community'),
                 stale=bool(re.search(r'\[\S+ [^]]*\].* \(\d+s\)|\(s\)', text)))


class Bird16(Bird2):
    """Its package conflicts with bird2's, so scripts/test unpacks it aside: see scripts/lib.sh."""
    name = 'bird16'
    cannot = {**Bird2.cannot, 'ipv6-over-ipv4': 'one program a family',
              'extended-next-hop': 'not in BIRD 1.6',
              'role': 'not in BIRD 1.6'}

    @classmethod
    def program(cls, name):
        return str(pathlib.Path(os.environ.get('NEARCAST_BIRD16', '/nowhere')) / 'usr/sbin' / name)

    @classmethod
    def missing(cls):
        return None if os.access(cls.program('bird6'), os.X_OK) else 'not unpacked: scripts/test does so'

    def names(self):
        return ('bird6', 'birdc6') if ':' in self.conf.us else ('bird', 'birdc')

    def configure(self):
        family = 'ipv6' if ':' in self.conf.us else 'ipv4'
        routes = routes_by_family(self.conf)[family]
        return [f'protocol static s1 {{ {" ".join(f"route {r} blackhole;" for r in routes)} }}',
                f'protocol bgp {self.protocol} {{\n  {self.session()}\n  {self.channel(family)}\n}}']
