"""GoBGP."""
import json
import subprocess

from peers.peer import Peer, Route, find, spell_communities

TYPES = {'origin': 1, 'as_path': 2, 'next_hop': 3, 'med': 4, 'local_pref': 5, 'communities': 8, 'reach': 14,
         'ext': 16, 'large': 32}
EXT = {2: 'rt', 3: 'ro'}


class GoBgp(Peer):
    name = 'gobgpd'
    programs = ('gobgpd', 'gobgp')
    cannot = {'capabilities-off': 'always sends capabilities',
              'table': 'takes minutes to originate as many',
              'as4-off': 'cannot be switched off',
              'route-refresh': 'answers, but never asks: its own softresetin works on what it has',
              'bfd': 'no BFD', 'bfd-auth': 'no BFD', 'role': 'not in GoBGP 3.10',
              'extended-messages': 'not in GoBGP 3.10'}
    pause_s = 30        # idle-hold-time-after-reset: its default overrides what is configured

    @classmethod
    def version(cls):
        r = subprocess.run([find('gobgpd'), '--version'], capture_output=True, text=True)
        return 'GoBGP ' + r.stdout.split()[-1]

    def configure(self):
        c = self.conf
        listen = '::' if c.interface else c.them
        lines = ['[global.config]', f'as = {c.local_as}', f'router-id = "{c.router_id}"', 'port = 179',
                 f'local-address-list = ["{listen}"]', '[[neighbors]]', '[neighbors.config]',
                 f'neighbor-address = "{self.us()}"', f'peer-as = {c.peer_as}',
                 f'local-as = {c.local_as}']
        if c.password:
            lines += [f'auth-password = "{c.password}"']
        lines += ['[neighbors.transport.config]', f'local-address = "{listen}"',
                  f'passive-mode = {str(c.passive).lower()}', '[neighbors.timers.config]', 'connect-retry = 5',
                  f'hold-time = {c.hold_time}', f'keepalive-interval = {max(1, c.hold_time // 3)}']
        if c.ttl_security:
            lines += ['[neighbors.ttl-security.config]', 'enabled = true', f'ttl-min = {256 - c.ttl_security}']
        if c.multihop:
            lines += ['[neighbors.ebgp-multihop.config]', 'enabled = true', f'multihop-ttl = {c.multihop}']
        if c.restart_time is not None:
            lines += ['[neighbors.graceful-restart.config]', 'enabled = true', f'restart-time = {c.restart_time}',
                      'notification-enabled = true']
        for family in c.families:
            lines += ['[[neighbors.afi-safis]]', '[neighbors.afi-safis.config]',
                      f'afi-safi-name = "{family}-unicast"']
            if c.restart_time is not None:
                lines += ['[neighbors.afi-safis.mp-graceful-restart.config]', 'enabled = true']
            if c.import_limit:
                lines += ['[neighbors.afi-safis.prefix-limit.config]', f'max-prefixes = {c.import_limit}']
        return '\n'.join(lines) + '\n'

    def us(self):
        return f'{self.conf.us}%{self.conf.interface}' if self.conf.interface else self.conf.us

    def start(self):
        conf = self.folder / 'gobgpd.toml'
        conf.write_text(self.configure())
        self.spawn([find('gobgpd'), '-f', conf, '-p', '-l', 'debug', '--pprof-disable', '--api-hosts',
                    '127.0.0.1:50051'])
        self.until(lambda: self.neighbor())
        for r in self.conf.routes:
            self.order('global', 'rib', 'add', '-a', 'ipv6' if ':' in r else 'ipv4', r)

    def order(self, *words):
        return self.ask(find('gobgp'), *words)

    def json(self, *words):
        try:
            return json.loads(self.order('-j', *words) or '{}')
        except ValueError:
            return {}

    def neighbor(self):
        return self.json('neighbor', self.us())

    def is_established(self):
        return self.neighbor().get('state', {}).get('session_state') == 6

    def route(self, prefix):
        found = self.json('neighbor', self.us(), 'adj-in', '-a', 'ipv6' if ':' in prefix else 'ipv4', prefix)
        if isinstance(found, dict):
            found = found.get(prefix)
        return parse_path(found[0]) if found else None

    def refresh(self):
        self.order('neighbor', self.us(), 'softresetin')

    def shutdown(self, text):
        self.order('neighbor', self.us(), 'shutdown', '--reason', text)

    def enable(self):
        pass            # it comes back by itself

    def log_text(self):
        out = self.folder / f'{self.name}.out.log'
        return out.read_text(errors='replace') if out.exists() else ''

    def reset(self):
        self.order('neighbor', self.us(), 'reset')

    def count(self):
        found = self.json('neighbor', self.us(), 'adj-in')
        return len(found)

    def words(self):
        return self.log_text() + self.order('neighbor', self.us())


def parse_path(path):
    by_type = {a['type']: a for a in path['attrs']}

    def get(name, key, default=None):
        return by_type.get(TYPES[name], {}).get(key, default)

    asns = [n for s in get('as_path', 'as_paths', []) for n in s['asns']]
    large = [f'{v["ASN"]}:{v["LocalData1"]}:{v["LocalData2"]}' for v in get('large', 'value', [])]
    ext = [f'{EXT.get(v.get("subtype"), v.get("subtype"))}:{v.get("value")}' for v in get('ext', 'value', [])]
    communities = [f'{n >> 16}:{n & 0xffff}' for n in get('communities', 'communities', [])]
    return Route(as_path=asns, next_hop=get('next_hop', 'nexthop') or get('reach', 'nexthop'),
                 origin=('igp', 'egp', 'incomplete')[get('origin', 'value', 0)], med=get('med', 'metric'),
                 local_pref=get('local_pref', 'value'),
                 communities=spell_communities(communities),
                 large_communities=tuple(sorted(large)), ext_communities=tuple(sorted(ext)),
                 stale=path.get('stale', False))
