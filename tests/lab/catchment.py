#!/usr/bin/env python3
"""nearcast catchment for real: four sites, ten clients, two families, and replies that somebody made up. TAP on stdout.

What a catchment says is compared with where the clients' own requests land. The lab is that of a scenario; all cases share it.
Usage: catchment.py NEARCAST SCENARIO [CASE...]"""
import json
import os
import pathlib
import subprocess
import sys

from catchment_lab import run_cases

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'interop'))
from forger import INJECT, REFUSE  # pylint: disable=wrong-import-position
from waiting import Failed, check, wait_for  # pylint: disable=wrong-import-position

SITES = ['fra1', 'iad1', 'sao1', 'sin1']
CLIENTS = ['edinburgh', 'madrid', 'cape-town', 'toronto', 'los-angeles', 'bogota', 'buenos-aires', 'mumbai', 'tokyo', 'sydney']
GLOBAL_IP = {4: '203.0.113.80', 6: '2001:db8:f00d::80'}
KEY = 'a secret that all sites of the lab share'
PATH = os.environ['PATH'] + ':/usr/sbin:/sbin'

# Somebody answers for somebody else.
REPEAT = '''
import socket, sys
m = bytearray.fromhex(sys.argv[2])
m[0] = 0
total = (m[2] << 8 | m[3]) + 0x0800     # the type was 8
m[2:4] = ((total & 0xffff) + (total >> 16)).to_bytes(2, 'big')
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.sendto(bytes(m), (sys.argv[1], 0))
'''


class Lab:
    def __init__(self, nearcast, scenario, folder):
        self.nearcast, self.scenario, self.folder = nearcast, scenario, folder
        self.env = {**os.environ, 'PATH': PATH, 'NEARCAST_LAB_DIR': str(folder / 'labs'), 'LC_ALL': 'C.UTF-8'}
        self.started = []

    def call(self, *words, status=0):
        done = subprocess.run([self.nearcast, *words], capture_output=True, text=True, timeout=90, env=self.env, check=False)
        if done.returncode != status:
            raise Failed(f'{words}: status {done.returncode} instead of {status}: {done.stdout}{done.stderr}')
        return done.stdout

    def inside(self, node, *words):
        return self.call('lab', 'exec', node, '--', *words)

    def start(self, node, *words):
        """A program in a node, whose output is read as it comes."""
        process = subprocess.Popen([self.nearcast, 'lab', 'exec', node, '--', *words], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, env=self.env)
        self.started.append(process)
        return process

    def up(self):
        self.call('lab', 'up', '--quiet', self.scenario)
        names = json.loads(self.inside(CLIENTS[0], 'cat', '/etc/nearcast/names.json'))['names']
        self.address = {}
        for n in names:
            self.address.setdefault(n['name'], {})[6 if ':' in n['address'] else 4] = n['address']
        (self.folder / 'key').write_text(KEY + '\n')
        for family in (4, 6):
            lines = [self.address[client][family] for client in CLIENTS]
            (self.folder / f'list{family}').write_text('\n'.join(lines) + '\n')

    def down(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        subprocess.run([self.nearcast, 'lab', 'down', '--all'], capture_output=True, env=self.env, check=False)

    # ---- a site's part ----

    def site(self, site, command, name, *words, family=4):
        """Starts it, and waits until it hears what comes."""
        path = self.folder / name
        process = self.start(f'{site}-edge01', 'sh', '-c', f'echo $$ > {path}.pid; exec "$@"', 'sh', self.nearcast, 'catchment',
                             command, '-f', site, '-k', str(self.folder / 'key'), '-o', str(path), '--json',
                             *(('-g', GLOBAL_IP[family]) if command != 'rtt' else ()), *words)
        wait_for(f'{command} at {site}', lambda: path.exists() or process.poll() is not None)
        return process

    def listen(self, name, *words, family=4):
        return {site: self.site(site, 'listen', f'{site}.{name}', *words, family=family) for site in SITES[1:]}

    def stop(self, listener):
        listener.terminate()
        return report(listener)

    def merge(self, *names, status=0):
        return json.loads(self.call('catchment', 'merge', '--json', '-o', str(self.folder / 'merged'),
                                    *(name if name[0] == '-' else str(self.folder / name) for name in names), status=status))

    def landed(self):
        """The site of each target, of the last merge."""
        rows = [line.split() for line in (self.folder / 'merged').read_text().splitlines() if line[0] != '{']
        return {row[0]: row[2] for row in rows}


def report(process):
    said, _ = process.communicate(timeout=40)
    if process.returncode != 0:
        raise Failed(f'ended with {process.returncode}: {said}')
    return json.loads(said)


def asks(lab, family):
    """Where the clients' own requests land: by HTTP, from each."""
    address = GLOBAL_IP[family] if family == 4 else f'[{GLOBAL_IP[family]}]'
    asking = {client: lab.start(client, 'curl', '-sgm', '10', f'http://{address}/') for client in CLIENTS}
    said = {client: process.communicate(timeout=30)[0].split() for client, process in asking.items()}
    return {lab.address[client][family]: words[-1] if words else None for client, words in said.items()}


def ask_all(lab, family):
    """All of it, as an operator does: nobody disturbs."""
    name = f'all{family}'
    listeners = lab.listen(name, family=family)
    sent = report(lab.site('fra1', 'run', f'fra1.{name}', '-l', str(lab.folder / f'list{family}'), '-e', '2s', family=family))
    check('sent', (sent['end'], sent['targets'], sent['sent'], sent['failed']), ('done', len(CLIENTS), len(CLIENTS), 0))
    heard = {site: lab.stop(listener) for site, listener in listeners.items()}
    merged = lab.merge(*(f'{site}.{name}' for site in SITES))
    want = asks(lab, family)
    check('where they land', lab.landed(), want)
    check('several sites', len(set(want.values())) > 1, True)
    check('complete', (merged['complete'], merged['targets'], merged['flipping']['targets']), (True, len(CLIENTS), 0))
    check('nothing else came', [{k: v for k, v in h['replies'].items() if k != 'own' and v} for h in heard.values()], [{}] * 3)


def every_client_where_its_requests_land(lab):
    ask_all(lab, 4)


def likewise_over_ipv6(lab):
    ask_all(lab, 6)


def name_servers_are_asked_by_dns(lab):
    servers = {client: lab.start(client, sys.executable, '-c', REFUSE, lab.address[client][4])
               for client in ('edinburgh', 'toronto', 'buenos-aires', 'tokyo')}
    for client, server in servers.items():
        check(f'the server of {client}', server.stdout.readline(), 'listens\n')
    listeners = lab.listen('dns', '--dns')
    sent = report(lab.site('fra1', 'run', 'fra1.dns', '--dns', 'lab.example.net', '-l', str(lab.folder / 'list4'), '-e', '2s'))
    check('sent', (sent['sent'], sent['replies']['own']), (len(CLIENTS), 1))
    for listener in listeners.values():
        check('of one server each', lab.stop(listener)['replies']['own'], 1)
    for server in servers.values():
        server.kill()
    lab.merge(*(f'{site}.dns' for site in SITES))
    landed = asks(lab, 4)
    check('where they land', lab.landed(), {lab.address[client][4]: landed[lab.address[client][4]] for client in servers})


def made_up_replies_are_counted_and_left_out(lab):
    listeners = lab.listen('forged')
    injector = lab.start('edinburgh', sys.executable, '-c', INJECT)
    check('the injector', injector.stdout.readline(), 'listens\n')
    run = lab.site('fra1', 'run', 'fra1.forged', '-l', str(lab.folder / 'list4'), '-e', '4s')
    message = injector.communicate(timeout=30)[0].strip()
    lab.inside('tokyo', sys.executable, '-c', REPEAT, GLOBAL_IP[4], message)
    sent = report(run)['replies']
    heard = {site: lab.stop(listener)['replies'] for site, listener in listeners.items()}
    # edinburgh lands at fra1, tokyo at sin1
    check('at fra1', {k: sent[k] for k in ('duplicate', 'forged', 'foreign', 'other_address')},
          {'duplicate': 3, 'forged': 1, 'foreign': 1, 'other_address': 0})
    check('at sin1', heard['sin1']['other_address'], 1)
    merged = lab.merge(*(f'{site}.forged' for site in SITES))
    check('targets', (merged['targets'], merged['flipping']['targets']), (len(CLIENTS), 0))
    check('where they land', lab.landed(), asks(lab, 4))


def a_listener_that_vanishes_is_named(lab):
    listeners = lab.listen('gone')
    # slow, so that there is a middle
    run = lab.site('fra1', 'run', 'fra1.gone', '-l', str(lab.folder / 'list4'), '-p', '10', '-r', '4', '-e', '2s')
    path = lab.folder / 'sin1.gone'
    wait_for('a reply at sin1', lambda: len(path.read_text().splitlines()) > 1)
    lab.inside('sin1-edge01', 'kill', '-KILL', (lab.folder / 'sin1.gone.pid').read_text().strip())
    listeners.pop('sin1').wait(timeout=10)
    report(run)
    for listener in listeners.values():
        lab.stop(listener)
    merged = lab.merge(*(f'{site}.gone' for site in SITES), status=1)
    state = {f['site']: f['state'] for f in merged['files']}
    check('files', state, {'fra1': 'whole', 'iad1': 'whole', 'sao1': 'whole', 'sin1': 'cut'})
    check('complete', merged['complete'], False)
    # the others lost nothing, and what it had heard counts
    want = {target: site for target, site in asks(lab, 4).items() if site != 'sin1'}
    landed = lab.landed()
    check('the others', {target: site for target, site in landed.items() if site != 'sin1'}, want)
    check('of sin1', 'sin1' in landed.values(), True)


def the_best_site_of_each(lab):
    sites = {site: lab.site(site, 'rtt', f'{site}.rtt', '-S', lab.address[f'{site}-edge01'][4], '-l', str(lab.folder / 'list4'),
                            '-e', '2s') for site in SITES}
    for site, process in sites.items():
        check(f'replies at {site}', report(process)['replies']['own'], len(CLIENTS))
    (lab.folder / 'weights').write_text(f'{lab.address["tokyo"][4]},300\n{lab.address["madrid"][4]},100\n192.0.2.250/32,7\n')
    merged = lab.merge('-w', 'weights', *(f'{site}.{kind}' for site in SITES for kind in ('all4', 'rtt')))
    inflation = merged['inflation']
    check('compared', inflation['compared']['targets'], len(CLIENTS))
    check('not farther than light goes', all(s['rtt']['median_ms'] > 1 for s in merged['sites']), True)
    check('weights', (merged['weights']['mapped'], merged['weights']['unmapped']), (400, 7))
    check('weight of sin1', next(s['weight_share'] for s in merged['sites'] if s['site'] == 'sin1'), 75)
    # in this scenario each client's nearest site is far nearer than the next
    check('at the best site', inflation['at_best_site']['targets'], len(CLIENTS))


CASES = [every_client_where_its_requests_land, likewise_over_ipv6, name_servers_are_asked_by_dns,
         made_up_replies_are_counted_and_left_out, a_listener_that_vanishes_is_named, the_best_site_of_each]


if __name__ == '__main__':
    sys.exit(run_cases(CASES, Lab))
