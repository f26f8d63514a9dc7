"""OpenBGPD, portable. It gives root up for a user of its own, and wants that user's folder."""
import json
import subprocess

from peers.peer import Peer, Route, find, routes_by_family, spell_communities

# Of one that was stopped, the process that holds the sessions can outlive its parent for a moment, with the socket.
BEFORE = """
mkdir -p /run/openbgpd
for _ in $(seq 200); do [ -z "$(ss -Hltn sport = :179)" ] && break; sleep 0.05; done
exec "$@"
"""


class OpenBgpd(Peer):
    name = 'openbgpd'
    needs_root = True
    programs = ('bgpctl',)
    cannot = {'ttl-security-hops': 'GTSM on its own link only',
              'table': 'takes minutes to originate as many',
              'md5-listening': 'its portable listener has no key', 'bfd': 'no BFD', 'bfd-auth': 'no BFD',
              'hold-time-0': 'wants 3 s or more', 'extended-messages': 'not in OpenBGPD 7.7',
              'extended-next-hop': 'not in OpenBGPD 7.7',
              'graceful-restart': 'knows End-of-RIB only, and keeps nothing'}
    bgpd = '/usr/sbin/bgpd'

    @classmethod
    def version(cls):
        r = subprocess.run([cls.bgpd, '-V'], capture_output=True, text=True)
        return 'OpenBGPD ' + (r.stdout + r.stderr).split()[-1]

    def __init__(self, folder, enter, conf):
        super().__init__(folder, enter, conf)
        self.scope = f'%{conf.interface}' if conf.interface else ''
        self.us = conf.us + self.scope

    def session(self):
        c = self.conf
        return [line for wanted, line in (
            (True, f'remote-as {c.peer_as}'), (True, f'local-address {c.them}{self.scope}'),
            (True, f'holdtime {c.hold_time}'),
            (True, 'holdtime min 3'), (c.passive, 'passive'),
            (c.password, f'tcp md5sig password "{c.password}"'), (c.ttl_security, 'ttl-security yes'),
            (not c.as4, 'announce as-4byte no'), (not c.capabilities, 'announce capabilities no'),
            (c.multihop, f'multihop {c.multihop}'),
            (c.role, f'announce policy {c.role}{" enforce" if c.role_strict else ""}'),
            (True, 'announce enhanced refresh yes'),
            (c.import_limit, f'max-prefix {c.import_limit} restart 1'),
            (True, f'announce IPv4 {"unicast" if "ipv4" in c.families else "none"}'),
            (True, f'announce IPv6 {"unicast" if "ipv6" in c.families else "none"}')) if wanted]

    def configure(self):
        c = self.conf
        routes = [r for f in c.families for r in routes_by_family(c)[f]]
        return '\n'.join([
            f'AS {c.local_as}', f'router-id {c.router_id}', f'listen on {c.them}{self.scope}',
            f'socket "{self.control}"', 'fib-update no', 'holdtime min 3', 'log updates',
            *(f'network {r}' for r in routes), f'neighbor {self.us} {{', '\n'.join(self.session()), '}',
            'allow from any', 'allow to any', ''])

    def start(self):
        self.control = self.folder / 'bgpd.sock'
        conf = self.folder / 'bgpd.conf'
        conf.write_text(self.configure())
        conf.chmod(0o600)
        home = ['sh', '-c', BEFORE, 'sh']
        self.spawn([*home, self.bgpd, '-d', '-v', '-f', conf])
        self.until(lambda: self.neighbor())

    def order(self, *words):
        return self.ask(find('bgpctl'), '-s', self.control, *words)

    def json(self, *words):
        try:
            return json.loads(self.order('-j', *words) or '{}')
        except ValueError:
            return {}

    def neighbor(self):
        found = self.json('show', 'neighbor', self.us).get('neighbors')
        return found[0] if found else None

    def is_established(self):
        return (self.neighbor() or {}).get('state') == 'Established'

    def route(self, prefix):
        found = self.json('show', 'rib', 'detail', 'in', 'neighbor', self.us).get('rib', [])
        found = [r for r in found if r['prefix'] == prefix]
        return parse_route(found[0]) if found else None

    def refresh(self):
        self.order('neighbor', self.us, 'refresh')

    def shutdown(self, text):
        self.order('neighbor', self.us, 'down', text)

    def enable(self):
        self.order('neighbor', self.us, 'up')

    def log_text(self):
        out = self.folder / f'{self.name}.out.log'
        return out.read_text(errors='replace') if out.exists() else ''

    def reset(self):
        self.order('neighbor', self.us, 'clear')

    def count(self):
        return len(self.json('show', 'rib', 'in', 'neighbor', self.us).get('rib', []))

    def words(self):
        return self.log_text() + self.order('show', 'neighbor', self.us)


def parse_route(r):
    return Route(as_path=[int(w) for w in r['aspath'].split()], next_hop=r['exit_nexthop'],
                 origin=r['origin'].lower(), med=r.get('metric'), local_pref=r.get('localpref'),
                 communities=spell_communities(r.get('communities', [])),
                 large_communities=tuple(sorted(r.get('large_communities', []))),
                 ext_communities=tuple(sorted(w.replace(' ', ':') for w in r.get('extended_communities', []))),
                 stale=r.get('stale', False))
