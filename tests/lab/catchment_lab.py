"""A lab whose catchments are measured: brought up once, and the cases of a test in it, one after the other.

A test has run_cases(CASES, usage's arguments); each case is called with the lab."""
import concurrent.futures
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'interop'))
from waiting import Failed, check, wait_for  # pylint: disable=wrong-import-position

GLOBAL_IP = '203.0.113.80'
KEY = 'a secret that all sites of the lab share'
PATH = os.environ['PATH'] + ':/usr/sbin:/sbin'
FROM = 'fra1'


def distance(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(h))


class Lab:
    def __init__(self, nearcast, scenario, folder):
        self.nearcast, self.scenario, self.folder = nearcast, scenario, folder
        self.env = {**os.environ, 'PATH': PATH, 'NEARCAST_LAB_DIR': str(folder / 'labs'), 'LC_ALL': 'C.UTF-8'}
        self.started = []
        place = {c['code']: (c['latitude'], c['longitude']) for c in json.loads(self.call('lab', 'cities', '-j'))}
        nodes = json.loads(self.call('lab', 'check', '-j', scenario))['nodes']
        self.sites = {n['site']: place[n['city']] for n in nodes if n['kind'] == 'host'}
        self.clients = {n['name']: place[n['city']] for n in nodes if n['kind'] == 'client'}
        self.client_at = {n['ipv4']: n['name'] for n in nodes if n['kind'] == 'client'}
        self.own_address = {n['site']: n['ipv4'] for n in nodes if n['kind'] == 'host'}

    def call(self, *words, timeout=180):
        done = subprocess.run([self.nearcast, *words], capture_output=True, text=True, timeout=timeout, env=self.env, check=False)
        if done.returncode != 0:
            raise Failed(f'{words}: status {done.returncode}: {done.stdout}{done.stderr}')
        return done.stdout

    def inside(self, node, *words):
        return self.call('lab', 'exec', node, '--', *words)

    def up(self):
        self.call('lab', 'up', '--quiet', '--within', '150s', self.scenario)
        (self.folder / 'key').write_text(KEY + '\n')
        (self.folder / 'list').write_text('\n'.join(self.client_at) + '\n')

    def down(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
        subprocess.run([self.nearcast, 'lab', 'down', '--all'], capture_output=True, env=self.env, check=False)

    def site(self, site, command, name, *words):
        """Starts a site's part of a catchment, and waits until it hears what comes."""
        path = self.folder / f'{site}.{name}'
        process = subprocess.Popen([self.nearcast, 'lab', 'exec', f'{site}-edge01', '--', self.nearcast, 'catchment', command,
                                    '-f', site, '-g', GLOBAL_IP, '-k', str(self.folder / 'key'), '-o', str(path), '--json',
                                    *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.env)
        self.started.append(process)
        wait_for(f'{command} at {site}', lambda: path.exists() or process.poll() is not None)
        return process

    def landed(self, name):
        """{client: site}, by nearcast catchment."""
        listeners = [self.site(site, 'listen', name) for site in self.sites if site != FROM]
        said, _ = self.site(FROM, 'run', name, '-l', str(self.folder / 'list'), '-e', '3s').communicate(timeout=60)
        for listener in listeners:
            listener.terminate()
            listener.communicate(timeout=60)
        check(f'sent: {said}', json.loads(said)['sent'], len(self.clients))
        merged = self.folder / f'merged.{name}'
        self.call('catchment', 'merge', '-o', str(merged), *(str(self.folder / f'{site}.{name}') for site in self.sites))
        rows = [line.split() for line in merged.read_text().splitlines() if line[0] != '{']
        return {self.client_at[row[0]]: row[2] for row in rows}

    def badly(self, landed):
        """The clients that land far from their nearest site."""
        found = set()
        for client, site in landed.items():
            km = {name: distance(self.clients[client], at) for name, at in self.sites.items()}
            if km[site] > max(min(km.values()) * 1.5, min(km.values()) + 1000):
                found.add(client)
        return found

    def at_all(self, clients, call):
        """{client: call(client)}, four at a time."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(clients, pool.map(call, clients)))

    def answered(self, clients):
        """{client: site}, by a request from each."""
        said = self.at_all(clients, lambda c: self.inside(c, 'curl', '-sSm', '10', f'http://{GLOBAL_IP}/'))
        return {client: answer.split()[-1] for client, answer in said.items()}

    def announce(self, site, communities):
        """Adds large communities to what the site announces."""
        text = ', '.join(f'"{c}"' for c in communities)
        self.inside(f'{site}-edge01', 'sed', '-i', f's|^    listen: .*|&\\n    large-communities: [{text}]|',
                    '/etc/nearcast/nearcast.yaml')
        self.inside(f'{site}-edge01', 'nearcast', 'reload')


def advised(findings):
    """{site: large communities}: what a report's findings advise first, in the form of RFC 8195 that the lab's networks take."""
    communities = {}
    for finding in findings:
        first = finding['tries'][0]
        what = {'withhold': 4, 'prepend': 6}[first['do']]
        communities.setdefault(first['site'], set()).add(f'{first["neighbor"]["asn"]}:{what}:{first["toward"]["asn"]}')
    return communities


def run_cases(cases, make=Lab):
    """All of them in one lab, as TAP; sys.argv has the program and the scenario, and names of cases perhaps. Gives the exit status."""
    nearcast, scenario = map(os.path.abspath, sys.argv[1:3])
    missing = [name for name in ('bird', 'nginx', 'curl') if not shutil.which(name, path=PATH)]
    unshare = ['unshare', '--net', '--mount'] + (['--user', '--map-root-user'] if os.geteuid() != 0 else [])
    if missing or subprocess.run([*unshare, 'true'], capture_output=True, env={**os.environ, 'PATH': PATH}, check=False).returncode:
        print(f'1..0 # SKIP {"not installed: " + ", ".join(missing) if missing else "network namespaces are forbidden here"}')
        return 0
    # the first one makes what others need
    cases = [case for case in cases if len(sys.argv) == 3 or case.__name__ in sys.argv[3:] or case is cases[0]]
    failed = 0
    with tempfile.TemporaryDirectory(prefix='nearcast-catch-') as folder:
        lab = make(nearcast, scenario, pathlib.Path(folder))
        try:
            lab.up()
            print(f'1..{len(cases)}', flush=True)
            for number, case in enumerate(cases, 1):
                start, problem = time.monotonic(), ''
                try:
                    case(lab)
                except Exception as e:  # one that falls over has failed too
                    problem = f'{type(e).__name__}: {e}'
                print(f'{"not ok" if problem else "ok"} {number} - {case.__name__}')
                for line in problem.splitlines():
                    print(f'# {line}')
                print(f'# {time.monotonic() - start:.2f} s', flush=True)
                failed += bool(problem)
        except Failed as e:
            print(f'Bail out! {e}')
            failed = 1
        finally:
            lab.down()
    return 1 if failed else 0

