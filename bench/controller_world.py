"""What bench/controller measures: controllers over one store with hosts that have joined, etcd, and what each has cost."""
import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from controller_http import DEADLINE, Connection, write_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'tests' / 'controller'))
# pylint: disable=wrong-import-position
from server import Client, Controller

SITES = 10
TICKS = os.sysconf('SC_CLK_TCK')


def cpu_of(pid, ended=False):
    """Seconds of CPU so far; ended: with those of its children that have ended."""
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
    return sum(map(int, fields[11:15 if ended else 13])) / TICKS


def cost_of(pid):
    """Seconds of CPU so far, and memory in MB."""
    status = pathlib.Path(f'/proc/{pid}/status').read_text(encoding='ascii')
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith('VmRSS'))
    return cpu_of(pid), memory / 1024


def cost_of_server(server):
    """Seconds of CPU so far of a PostgreSQL; 0 without one."""
    if server is None:
        return 0
    total = cpu_of(server.process.pid, ended=True)
    for pid in server.processes()[1:]:
        try:
            total += cpu_of(pid)
        except OSError:
            pass  # it has ended
    return total


class World:
    """Controllers over one store, and hosts that have joined."""

    def __init__(self, program, server, controllers, most):
        self.server, url = server, server.create('bench') if server else None
        self.controllers = [Controller(program, url, limits={'clients': 4 * most + 1000, 'clients-per-address': 4 * most + 1000,
                                                             'waiting': 10000}) for _ in range(controllers)]
        self.token = self.controllers[0].command('init').strip()
        for controller in self.controllers:
            controller.start()
        self.admin = Client(self.controllers[0].port, self.token)
        ask = self.admin.ask
        ask('POST', '/api/v1/projects', {'name': 'bench', 'max_ipv4': 1000000}, status=201)
        ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '10.0.0.0/12'}, status=201)
        self.sites = [f's{n}' for n in range(SITES)]
        for site in self.sites:
            ask('POST', '/api/v1/sites', {'name': site}, status=201)
        ip = ask('POST', '/api/v1/projects/bench/global-ips', {}, status=201).json['id']
        ask('POST', '/api/v1/projects/bench/services', {
            'name': 'web', 'document': {'listen': ['tcp/80'], 'checks': {'front': {'type': 'http', 'fall': 3}}},
            'global_ips': [ip], 'sites': self.sites}, status=201)
        self.tokens = []

    def join(self, count):
        """Hosts until there are so many."""
        self.admin.close()  # the controller has, if it was not used for a minute
        while len(self.tokens) < count:
            n = len(self.tokens)
            token = self.admin.ask('POST', '/api/v1/join-tokens', {'site': self.sites[n % SITES]}, status=201).json['token']
            self.tokens.append(self.admin.ask('POST', '/agent/v1/join', {'token': token, 'name': f'h{n}'},
                                              status=201).json['credential'])

    def cost(self):
        costs = [cost_of(controller.process.pid) for controller in self.controllers]
        return sum(cpu for cpu, _ in costs), sum(memory for _, memory in costs)

    def port(self, number):
        """Of the controllers in turn."""
        return self.controllers[number % len(self.controllers)].port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.admin.close()
        for controller in self.controllers:
            controller.__exit__()


class Etcd:
    """One member, of Debian's etcd-server, with its HTTP gateway."""
    port = 23790

    def __init__(self, put):
        self.folder = tempfile.TemporaryDirectory(prefix='nearcast-etcd-')
        client, peer = f'http://127.0.0.1:{self.port}', 'http://127.0.0.1:23800'
        with open(f'{self.folder.name}/log', 'wb') as log:
            self.process = subprocess.Popen(['etcd', '--data-dir', f'{self.folder.name}/data', '--listen-client-urls', client,
                                             '--advertise-client-urls', client, '--listen-peer-urls', peer,
                                             '--initial-advertise-peer-urls', peer, '--initial-cluster', f'default={peer}'],
                                            stdout=log, stderr=log)
        until = time.monotonic() + DEADLINE
        while True:
            try:
                asyncio.run(write_for([Connection(self.port)], put, 0.01))
                return
            except (OSError, AssertionError, asyncio.IncompleteReadError):
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.folder.cleanup()
