"""The routers of withdraw_site.py: daemons of tests/interop that write what they learn into their kernel.

Each tells besides how many sessions with the host it has seen come up: one that comes up again was lost before."""
import json
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'tests/interop'))

from peers.bird import Bird2
from peers.frr import Frr
from peers.gobgpd import GoBgp, parse_path


class BirdRouter(Bird2):
    def configure(self):
        return ['protocol kernel { ipv4 { import none; export all; }; }', *super().configure()]

    def sessions(self):
        return self.log_text().count(': BGP session established')


class FrrRouter(Frr):
    def sessions(self):
        return self.neighbor().get('connectionsEstablished', 0)


class GobgpRouter(GoBgp):
    """Its best routes go into the kernel from here: GoBGP 3.10 does not understand the zebra of FRR 8.4, and ends."""

    def start(self):
        super().start()
        monitor = subprocess.Popen([*self.enter, 'gobgp', 'monitor', 'global', 'rib', '-j', '--current'], text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True)
        self.processes.append(monitor)
        threading.Thread(target=self.follow, args=[monitor.stdout], daemon=True).start()

    def follow(self, lines):
        for line in lines:
            for path in json.loads(line):
                self.write_route(path['nlri']['prefix'], None if path.get('withdrawal') else parse_path(path).next_hop)

    def write_route(self, prefix, next_hop):
        words = ['replace', prefix, 'via', next_hop] if next_hop else ['del', prefix]
        subprocess.run([*self.enter, 'ip', 'route', *words, 'proto', 'bgp', 'metric', '20'], capture_output=True)

    def stop(self):
        super().stop()
        for line in self.ask('ip', 'route', 'show', 'proto', 'bgp').splitlines():
            self.write_route(line.split()[0], None)

    def sessions(self):
        return self.log_text().count('msg="Peer Up"')


ROUTERS = {r.name: r for r in (BirdRouter, FrrRouter, GobgpRouter)}
