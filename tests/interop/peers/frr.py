"""FRR: zebra, bfdd and bgpd, as the user of its package."""
import json
import pwd
import os
import subprocess

from peers.peer import Peer, Route, find, routes_by_family, spell_communities


class Frr(Peer):
    name = 'frr'
    needs_root = True
    programs = ('bgpd', 'zebra', 'bfdd', 'vtysh')
    cannot = {'bfd-auth': 'no authentication of BFD',
              'table': 'takes minutes to originate as many',
              'as4-off': 'cannot be switched off'}

    @classmethod
    def missing(cls):
        if find('zebra') is None or find('vtysh') is None:
            return 'not installed'
        return None

    @classmethod
    def version(cls):
        r = subprocess.run(['/usr/lib/frr/bgpd', '--version'], capture_output=True, text=True)
        return 'FRR ' + r.stdout.split()[2]

    def session(self):
        c = self.conf
        lines = [f'neighbor {c.us} remote-as {c.peer_as}', f'neighbor {c.us} timers connect 1',
                 f'neighbor {c.us} timers {max(1, c.hold_time // 3)} {c.hold_time}',
                 f'neighbor {c.us} advertisement-interval 0']
        lines += [f'neighbor {c.us} {line}' for wanted, line in (
            (c.passive, 'passive'), (not c.capabilities, 'dont-capability-negotiate'),
            (c.password, f'password {c.password}'),
            (c.ttl_security, f'ttl-security hops {c.ttl_security}'), (c.interface, f'interface {c.interface}'),
            (c.extended_next_hop, 'capability extended-nexthop'),
            (c.multihop, f'ebgp-multihop {c.multihop}'), (c.bfd_ms, 'bfd'), (c.bfd_ms, 'bfd profile fast'),
            (c.role, f'local-role {c.role}{" strict-mode" if c.role_strict else ""}')) if wanted]
        return lines

    def families(self):
        c, routes, lines = self.conf, routes_by_family(self.conf), []
        for family in ('ipv4', 'ipv6'):
            lines += [f'address-family {family} unicast', *(f'network {r}' for r in routes[family])]
            if family not in c.families:
                lines += [f'no neighbor {c.us} activate']
            else:
                lines += [f'neighbor {c.us} activate']
                if c.import_limit:
                    lines += [f'neighbor {c.us} maximum-prefix {c.import_limit}']
            lines += ['exit-address-family']
        return lines

    def bgpd_conf(self):
        c = self.conf
        restart = []
        if c.restart_time is not None:
            restart = ['bgp graceful-restart', f'bgp graceful-restart restart-time {c.restart_time}',
                       'bgp graceful-restart stalepath-time 60']
        return [f'log file {self.log} informational', 'debug bgp neighbor-events', f'router bgp {c.local_as}',
                f'bgp router-id {c.router_id}', 'no bgp ebgp-requires-policy', 'no bgp network import-check',
                *restart, *self.session(), *self.families()]

    def start(self):
        user = pwd.getpwnam('frr')
        home = self.folder / 'frr'
        home.mkdir(exist_ok=True)
        self.log.touch()
        profile = ['bfd', 'profile fast', f'transmit-interval {self.conf.bfd_ms}',
                   f'receive-interval {self.conf.bfd_ms}',
                   f'detect-multiplier {self.conf.bfd_multiplier}'] if self.conf.bfd_ms else []
        for daemon, lines, options in (('zebra', [], []), ('bfdd', profile, ['--bfdctl', home / 'bfdd.sock']),
                                       ('bgpd', self.bgpd_conf(), [])):
            (home / f'{daemon}.conf').write_text('\n'.join(lines) + '\n')
            for path in (home, self.log, home / f'{daemon}.conf'):
                os.chown(path, user.pw_uid, user.pw_gid)
            vty = home / f'{daemon}.vty'
            vty.unlink(missing_ok=True)
            self.spawn([f'/usr/lib/frr/{daemon}', '-i', home / f'{daemon}.pid', '-z', home / 'zserv.api',
                        '--vty_socket', home, '-f', home / f'{daemon}.conf', '-P', '0', *options])
            self.until(vty.exists)
        self.until(lambda: self.neighbor())

    def order(self, *lines, daemon='bgpd'):
        words = [w for line in lines for w in ('-c', line)]
        return self.ask('vtysh', '--vty_socket', self.folder / 'frr', '-d', daemon, *words)

    def configure(self, line):
        self.order('configure terminal', f'router bgp {self.conf.local_as}', line)

    def json(self, command, daemon='bgpd'):
        try:
            return json.loads(self.order(command + ' json', daemon=daemon) or '{}')
        except ValueError:
            return {}

    def neighbor(self):
        return self.json(f'show bgp neighbors {self.conf.us}').get(self.conf.us, {})

    def is_established(self):
        return self.neighbor().get('bgpState') == 'Established'

    def route(self, prefix):
        family = 'ipv6' if ':' in prefix else 'ipv4'
        paths = self.json(f'show bgp {family} unicast {prefix}').get('paths', [])
        return parse_path(paths[0]) if paths else None

    def refresh(self):
        self.order(*(f'clear bgp {f} {self.conf.us} in' for f in self.conf.families))

    def shutdown(self, text):
        self.configure(f'neighbor {self.conf.us} shutdown message {text}')

    def enable(self):
        self.configure(f'no neighbor {self.conf.us} shutdown')

    def reset(self):
        self.order(f'clear bgp {self.conf.us}')

    def count(self):
        return self.neighbor().get('addressFamilyInfo', {}).get('ipv4Unicast', {}).get('acceptedPrefixCounter', 0)

    def bfd_state(self):
        sessions = [p for p in self.json('show bfd peers', daemon='bfdd') or [] if p['peer'] == self.conf.us]
        return sessions[0]['status'].capitalize() if sessions else None

    def bfd_profile(self, *lines):
        self.order('configure terminal', 'bfd', 'profile fast', *lines, daemon='bfdd')

    def set_bfd_interval(self, ms):
        self.conf.bfd_ms = ms
        self.bfd_profile(f'transmit-interval {ms}', f'receive-interval {ms}')

    def bfd_admin_down(self):
        self.bfd_profile('shutdown')

    def words(self):
        return self.log_text() + self.order(f'show bgp neighbors {self.conf.us}')


def parse_path(path):
    hops = [h['ip'] for h in path['nexthops'] if h.get('scope') != 'link-local'] or [path['nexthops'][0]['ip']]

    def words(key):
        return path.get(key, {}).get('string', '').split()

    return Route(as_path=[n for s in path['aspath'].get('segments', []) for n in s['list']], next_hop=hops[0],
                 origin=path['origin'].lower(), med=path.get('metric') or path.get('med'),
                 local_pref=path.get('locPrf'), communities=spell_communities(words('community')),
                 large_communities=tuple(sorted(words('largeCommunity'))),
                 ext_communities=tuple(sorted(w.lower() for w in words('extendedCommunity'))),
                 stale=path.get('stale', False))
