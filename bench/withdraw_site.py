"""The small site that withdrawals are measured at: a host, a switch, a router, and another site behind the router.

The host is the namespace of the caller. The router (site_routers.py; BIRD 2 if not said) writes what it learns into its
kernel, where a worse route to the other site lies: clients, who sit at the router, land there as soon as the host's route
is gone. The switch lets a host go silent without the router's link going down. All of it ends with the caller."""
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from datetime import datetime, timezone

import harness
from harness import DEADLINE, end, ip, namespace, start, wait_for
from site_routers import ROUTERS
from peers.peer import Conf, NotReady

GLOBAL_IP = '203.0.113.10'
HOST, ROUTER = '198.51.100.5', '198.51.100.4'
ROUTER_ACROSS, OTHER = '198.51.100.6', '198.51.100.7'
WITHDRAWN = bytes([32, 203, 0, 113, 10])
WORST = 250 << 24                  # of a route in the kernel; zebra takes the highest octet for its distance
REQUEST_TIMEOUT = 1
SO_TIMESTAMPNS = 35


class Capture:
    """BGP that leaves the host, with the kernel's timestamps."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def drain(self):
        self.socket.settimeout(0.0)
        try:
            while True:
                self.socket.recv(65536)
        except BlockingIOError:
            pass

    def withdraw_ns(self, deadline):
        """When the first packet left that withdraws the Global IP; None when none did."""
        stop = time.monotonic() + deadline
        while (left := stop - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                packet, control, _, _ = self.socket.recvmsg(65536, 256)
            except TimeoutError:
                return None
            if self.holds_withdraw(packet):
                seconds, ns = struct.unpack('qq', control[0][2])
                return seconds * 10**9 + ns
        return None

    @staticmethod
    def holds_withdraw(packet):
        if packet[0] >> 4 != 4 or packet[9] != 6 or packet[12:16] != socket.inet_aton(HOST):
            return False
        tcp = packet[(packet[0] & 15) * 4:struct.unpack('!H', packet[2:4])[0]]
        if 179 not in struct.unpack('!HH', tcp[:4]):
            return False
        data = tcp[(tcp[12] >> 4) * 4:]
        while len(data) >= 23 and data[:16] == b'\xff' * 16:
            length, kind, withdrawn = struct.unpack('!HBH', data[16:21])
            if kind == 2 and WITHDRAWN in data[21:21 + withdrawn]:
                return True
            data = data[length:]
        return False


class Nginx:
    """At the host, or at the other site."""

    def __init__(self, name, enter=()):
        self.name, self.enter = name, enter
        self.conf = harness.nginx_conf(name, 'master_process off;', f"""listen 80 default_server;
  location / {{ add_header X-Site {name}; return 200 "ok"; }}""")
        self.process = None

    def start(self):
        self.process = start([*self.enter, 'nginx', '-c', self.conf], f'{self.name}.out')

    def signal(self, sig):
        """The wall clock right before."""
        now = time.time_ns()
        os.killpg(self.process.pid, sig)
        return now

    def start_again(self):
        """Whatever has become of it. The wall clock right before."""
        now = time.time_ns()
        end(self.process)
        self.start()
        return now


class Router:
    """kind: of ROUTERS. It is there from run() on."""

    def __init__(self, kind='bird2'):
        self.kind, self.daemon = ROUTERS[kind], None
        self.switch_holder, self.switch = namespace()
        self.holder, self.enter = namespace()
        self.other_holder, self.other = namespace()
        ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'host', 'netns', str(self.switch_holder.pid))
        for device, peer, holder in ('eth0', 'router', self.switch_holder), ('eth1', 'eth0', self.other_holder):
            ip('link', 'add', device, 'type', 'veth', 'peer', 'name', peer, 'netns', str(holder.pid), enter=self.enter)
        ip('link', 'add', 'bridge', 'type', 'bridge', enter=self.switch)
        for port in 'host', 'router':
            ip('link', 'set', port, 'master', 'bridge', 'up', enter=self.switch)
        ip('link', 'set', 'bridge', 'up', enter=self.switch)
        for enter, device, address in (((), 'eth0', HOST), (self.enter, 'eth0', ROUTER),
                                       (self.enter, 'eth1', ROUTER_ACROSS), (self.other, 'eth0', OTHER)):
            ip('addr', 'add', f'{address}/31', 'dev', device, enter=enter)
            ip('link', 'set', device, 'up', enter=enter)
        ip('addr', 'add', f'{GLOBAL_IP}/32', 'dev', 'lo', enter=self.other)
        ip('route', 'add', GLOBAL_IP, 'via', OTHER, 'metric', str(WORST), enter=self.enter)
        # a thousand connections a second, each of which waits for a minute when it is over, and all from one address
        for name, value in ('ip_local_port_range', '10000 65535'), ('tcp_tw_reuse', '1'):
            subprocess.run([*self.enter, 'sh', '-c', f'echo {value} >/proc/sys/net/ipv4/{name}'], check=True)
        self.elsewhere = Nginx('other', self.other)
        self.elsewhere.start()
        self.has_route = False
        self.removed = []          # when its kernel lost the route to the host
        self.monitor = start([*self.enter, 'ip', '-ts', '-o', 'monitor', 'route'], 'monitor.log', stdout=subprocess.PIPE,
                             env={**os.environ, 'TZ': 'UTC'}, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def run(self, bfd_ms=None, bfd_multiplier=3):
        """A new one, that has never heard of the host. With BFD it bears with the host as the host says; the host with it
        `bfd_multiplier` times the interval. Of a bgpd that was killed the old one would keep the route for 120 s: FRR
        offers graceful restart without being told to, and all grant it."""
        self.stop_daemon()
        wait_for('the router forgets', lambda: not self.has_route)
        home = pathlib.Path(tempfile.mkdtemp(prefix='router-', dir=harness.folder))
        home.chmod(0o755)
        self.daemon = self.kind(home, self.enter, Conf(
            us=HOST, them=ROUTER, router_id=ROUTER, local_as=64510, hold_time=90, start_seconds=60, bfd_ms=bfd_ms,
            bfd_multiplier=bfd_multiplier))
        try:
            self.daemon.start()
        except NotReady as e:
            raise harness.Failed(str(e)) from e

    def stop_daemon(self):
        if self.daemon:
            try:
                self.daemon.stop()
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                subprocess.run([*self.enter, 'ip', 'route', 'del', GLOBAL_IP, 'via', HOST], capture_output=True)
            self.daemon = None

    def stop(self):
        """With its site: there can be another one."""
        self.stop_daemon()
        ip('link', 'del', 'eth0')  # first: that of an ended namespace goes when the kernel comes to it
        for process in self.elsewhere.process, self.monitor, self.switch_holder, self.holder, self.other_holder:
            end(process)

    def read(self):
        for line in self.monitor.stdout:
            if not (found := re.match(rf'\[(\S+)\] (Deleted )?{GLOBAL_IP} (nhid \d+ )?via {HOST} ', line)):
                continue
            self.has_route = not found[2]
            if found[2]:
                at = datetime.fromisoformat(found[1]).replace(tzinfo=timezone.utc)
                self.removed.append(int(at.timestamp() * 1e6) * 1000)

    def removed_ns(self, since):
        """When the host's route had gone from the router's kernel; microseconds are as fine as it is known."""
        return wait_for('the route leaves the kernel', lambda: [at for at in self.removed if at > since], 60)[0]

    def wait_for_route(self, name):
        wait_for(f'{name} announces', lambda: self.has_route, 60)

    def wait_for_bfd(self, name):
        wait_for(f'BFD with {name}', lambda: self.daemon.bfd_state() == 'Up')

    def cut_off(self):
        """The host, from the switch on. Gives the wall clock just before."""
        now = time.time_ns()
        ip('link', 'set', 'host', 'down', enter=self.switch)
        return now

    def join_again(self):
        ip('link', 'set', 'host', 'up', enter=self.switch)


class Clients:
    """`rate` requests a second to the Global IP over HTTP, from the router, whatever became of those before."""

    def __init__(self, router, nearcast, rate):
        self.results = []          # (begin in ns, site or None when it failed)
        self.rate = rate
        self.process = start(
            [*router.enter, nearcast, 'probe', '-n', '0', '-i', f'{1000 // rate}ms',
             '-t', f'{REQUEST_TIMEOUT}s', '--each', f'http://{GLOBAL_IP}/'], 'probe.log', stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        self.wait_for_answers(0)

    def words(self):
        return f'{self.rate:,} requests a second, time-out {REQUEST_TIMEOUT} s'

    def read(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            self.results.append((answer['at_wall_ns'], answer['site'] if answer['ok'] else None))

    def wait_for_answers(self, since):
        """Until a fifth of a second's requests, all begun since then (ns), were answered."""
        def is_over():
            latest = self.results[-self.rate // 5:]
            return latest and latest[0][0] > since and all(site for _, site in latest)

        wait_for('clients get answers', is_over)

    def answers(self, windows):
        """For each (begin, end) in ns the sites that the requests begun in it got to, None for those that failed."""
        last = max(end for _, end in windows) + REQUEST_TIMEOUT * 10**9
        wait_for('the last requests', lambda: self.results and self.results[-1][0] > last)
        return [[site for at, site in self.results if begin <= at < end] for begin, end in windows]

    def failed(self, windows):
        """How many of the requests begun in each failed."""
        return [sites.count(None) for sites in self.answers(windows)]
