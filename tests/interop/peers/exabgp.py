"""ExaBGP. It keeps no table: what it hears goes as JSON to a process of its user's, here a `cat` into a file, of which
route() makes the table. Orders go the other way, through a FIFO."""
import json
import os
import subprocess

from peers.peer import Peer, Route, find, routes_by_family, spell_communities

SETTINGS = {'exabgp.daemon.user': 'root', 'exabgp.daemon.drop': 'false', 'exabgp.daemon.daemonize': 'false',
            'exabgp.log.destination': 'stdout', 'exabgp.log.level': 'INFO', 'exabgp.log.network': 'true',
            'exabgp.tcp.delay': '0', 'exabgp.api.cli': 'false', 'exabgp.api.ack': 'false'}


class ExaBgp(Peer):
    name = 'exabgp'
    programs = ('exabgp',)
    cannot = {'capabilities-off': 'always sends capabilities',
              'link-local': 'takes no scope in an address',
              'bfd': 'no BFD', 'bfd-auth': 'no BFD', 'role': 'not in ExaBGP 4.2',
              'ttl-security': 'sends TTL 255 only, enforces nothing',
              'import-limit': 'has no prefix limit', 'shutdown-text': 'sends no text with its Cease',
              'reads-shutdown-text': 'its decoder of the text fails with a TypeError under Python 3: nothing is shown',
              'table': 'keeps its routes in a configuration of a line each',
              'graceful-restart': 'keeps no table, so nothing to keep stale'}

    @classmethod
    def version(cls):
        r = subprocess.run([find('exabgp'), '--version'], capture_output=True, text=True)
        return 'ExaBGP ' + r.stdout.split()[2]

    def configure(self):
        c = self.conf
        routes = [f'route {r} next-hop self;' for f in c.families for r in routes_by_family(c)[f]]
        lines = [f'router-id {c.router_id};', f'local-address {c.them};', f'local-as {c.local_as};',
                 f'peer-as {c.peer_as};', f'hold-time {c.hold_time};']
        if c.passive:
            lines += ['passive true;', 'listen 179;']
        if c.ttl_security:
            lines += ['outgoing-ttl 255;', f'incoming-ttl {256 - c.ttl_security};']
        if c.password:
            lines += [f'md5-password "{c.password}";', 'md5-base64 false;']
        capability = ['route-refresh enable;', f'asn4 {"enable" if c.as4 else "disable"};',
                      f'extended-message {"enable" if c.extended_messages else "disable"};']
        if c.restart_time is not None:
            capability += [f'graceful-restart {c.restart_time};']
        if c.extended_next_hop:
            capability += ['nexthop enable;']
            lines += ['nexthop { ipv4 unicast ipv6; }']
        lines += [f'capability {{ {" ".join(capability)} }}',
                  f'family {{ {" ".join(f"{f} unicast;" for f in c.families)} }}',
                  f'static {{ {" ".join(routes)} }}' if routes else '',
                  'api { processes [ watcher ]; neighbor-changes; '
                  'receive { parsed; update; notification; open; refresh; } }']
        return (f'process watcher {{ run {self.watcher}; encoder json; }}\n'
                f'neighbor {c.us} {{\n  ' + '\n  '.join(lines) + '\n}\n')

    def start(self):
        self.fifo, self.heard = self.folder / 'exabgp.fifo', self.folder / 'exabgp.json'
        if not self.fifo.exists():
            os.mkfifo(self.fifo)
        self.heard.write_text('')
        self.watcher = self.folder / 'watcher.sh'
        self.watcher.write_text(f'#!/bin/sh\ncat {self.fifo} &\nexec cat >>{self.heard}\n')
        self.watcher.chmod(0o755)
        conf = self.folder / 'exabgp.conf'
        conf.write_text(self.configure())
        settings = dict(SETTINGS)
        if self.conf.passive:
            settings.update({'exabgp.tcp.port': '179', 'exabgp.tcp.bind': self.conf.them})
        self.spawn(['env', *(f'{k}={v}' for k, v in settings.items()), find('exabgp'), conf])
        self.writer = os.open(self.fifo, os.O_RDWR)
        self.until(lambda: 'loaded new configuration' in self.log_text())

    def events(self):
        for line in self.heard.read_text().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                pass

    def order(self, text):
        os.write(self.writer, f'neighbor {self.conf.us} {text}\n'.encode())

    def is_established(self):
        states = [e['neighbor']['state'] for e in self.events() if e['type'] == 'state']
        return bool(states) and states[-1] == 'up'

    def table(self):
        """What all that it heard comes to, by prefix."""
        routes = {}
        for e in self.events():
            if e['type'] == 'state' and e['neighbor']['state'] == 'down':
                routes = {}
            if e['type'] != 'update':
                continue
            update = e['neighbor']['message'].get('update', {})
            for nlris in update.get('withdraw', {}).values():
                for n in nlris:
                    routes.pop(n['nlri'], None)
            for by_hop in update.get('announce', {}).values():
                for hop, nlris in by_hop.items():
                    routes.update({n['nlri']: (update['attribute'], hop) for n in nlris if 'nlri' in n})
        return routes

    def route(self, prefix):
        found = self.table().get(prefix)
        return parse_route(*found) if found else None

    def count(self):
        return len(self.table())

    def has_read_all(self):
        """Of what we send when a session begins: up to the End-of-RIB of each family."""
        ended = set()
        for e in self.events():
            if e['type'] == 'state' and e['neighbor']['state'] == 'up':
                ended = set()
            if e['type'] == 'update' and 'eor' in e['neighbor']['message']:
                ended.add(e['neighbor']['message']['eor']['afi'])
        return ended >= set(self.conf.families)

    def reset(self):
        self.order('teardown 4')

    def refresh(self):
        for f in self.conf.families:
            self.order(f'announce route-refresh {f} unicast')

    def shutdown(self, text):
        self.order('teardown 2')

    def enable(self):
        pass            # it comes back by itself

    def log_text(self):
        out = self.folder / f'{self.name}.out.log'
        return out.read_text(errors='replace') if out.exists() else ''

    def words(self):
        return self.log_text() + self.heard.read_text()


def parse_route(attribute, hop):
    def tuples(key):
        return [':'.join(map(str, t)) for t in attribute.get(key, [])]

    ext = [e['string'].replace('target:', 'rt:').replace('origin:', 'ro:')
           for e in attribute.get('extended-community', [])]
    return Route(as_path=[n for n in flatten(attribute.get('as-path', []))], next_hop=hop,
                 origin=attribute.get('origin', 'igp'),
                 med=attribute.get('med'), local_pref=attribute.get('local-preference'),
                 communities=spell_communities(tuples('community')),
                 large_communities=tuple(sorted(tuples('large-community'))), ext_communities=tuple(sorted(ext)))


def flatten(path):
    if isinstance(path, dict):
        path = [n for segment in path.values() for n in segment['value']]
    return path
