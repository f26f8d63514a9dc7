"""What the tests of catchments through a controller share: the lab of catchments.yaml, one begun in it, and what came of it."""
import json
import pathlib
import subprocess
import sys
import threading

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
# pylint: disable=wrong-import-position
from console_lab import PROJECT, Lab  # noqa: E402
from server import Skip, run_cases  # noqa: E402
from waiting import check, wait_for  # noqa: E402

GIP = {4: '203.0.113.10', 6: '2001:db8:f00d::10'}
CATCHMENTS = f'{PROJECT}/catchments'
CLIENTS = ['edinburgh', 'warsaw']
# At a host: each request that leaves it, by the clock.
LEAVES = '''
import socket, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
print('listens', flush=True)
while True:
    message, (_, _, kind, *_) = s.recvfrom(2000)
    if kind == 4 and b'NcC1' in message:
        print(time.time(), flush=True)
'''


def addresses(lab, family=4):
    """Of the clients, by name."""
    names = json.loads(lab.call('lab', 'exec', CLIENTS[0], '--', 'cat', '/etc/nearcast/names.json').stdout)['names']
    return {n['name']: n['address'] for n in names if n['name'] in CLIENTS and (':' in n['address']) == (family == 6)}


def begin(lab, family=4, **more):
    """One from fra1; its id."""
    wait_for('all stand', lab.all_stand, 30)
    body = {'global_ip': GIP[family], 'site': 'fra1', 'targets': sorted(addresses(lab, family).values()), 'lab': True,
            'wait_seconds': 1, **more}
    return lab.admin.ask('POST', CATCHMENTS, body, status=201).json['id']


def get(lab, catchment):
    return lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}', status=200).json


def part(lab, catchment, host):
    return next(p for p in get(lab, catchment)['parts'] if p['host'] == host)


def until(lab, catchment, *states, seconds=40):
    wait_for(f'it is {states}', lambda: get(lab, catchment)['state'] in states, seconds)
    return get(lab, catchment)


def landed(lab, catchment):
    """The site of each target, of the file that the controller gives."""
    text = lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}/file', status=200).text.decode()
    return {row[0]: row[2] for row in (line.split() for line in text.splitlines()) if row[0][0] != '{'}


def asks(lab, family=4):
    """Where the clients' own requests land."""
    host = f'[{GIP[6]}]' if family == 6 else GIP[4]
    said = {client: lab.call('lab', 'exec', client, '--', 'curl', '-gsm', '10', '-o', '/dev/null', '-D', '-', f'http://{host}/').stdout
            for client in CLIENTS}
    return {addresses(lab, family)[client]: next(line.split()[1] for line in text.splitlines() if line.lower().startswith('x-site:'))
            for client, text in said.items()}


def python(lab, node, program, *words):
    """A program in a node, that has said that it listens."""
    # pylint: disable=consider-using-with
    process = subprocess.Popen(lab.words('lab', 'exec', node, '--', sys.executable, '-c', program, *words), env=lab.env,
                               stdout=subprocess.PIPE, text=True)
    check('it listens', process.stdout.readline(), 'listens\n')
    return process


class Leaving:
    """The requests that leave a host: when each did."""

    def __init__(self, lab, host):
        self.process, self.seen = python(lab, host, LEAVES), []
        self.thread = threading.Thread(target=lambda: self.seen.extend(float(line) for line in self.process.stdout), daemon=True)
        self.thread.start()

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        return self.seen


def run(scenario='catchments.yaml'):
    """The cases of a test, in one lab."""
    try:
        with Lab(sys.argv[1], here / scenario) as lab:
            run_cases(lab)
    except Skip as skip:
        print(f'1..0 # SKIP {skip}')
