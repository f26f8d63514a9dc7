"""A lab with its controller, as `nearcast lab up --console` makes it, and clients in it that ask all the time."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
from server import Client, Skip  # noqa: E402  pylint: disable=wrong-import-position
from waiting import wait_for  # noqa: E402  pylint: disable=wrong-import-position

PATH = os.environ['PATH'] + ':/usr/sbin:/sbin'
UP_DEADLINE = 150
PROJECT = '/api/v1/projects/lab'

# A request on a connection of its own, again and again: when it began, and who answered. The server closes it: the client's word
# that it is over may reach another site by then, and the first one would go on to count it.
ASKING = '''
import http.client, sys, time
while True:
    begin, site = time.time(), '-'
    try:
        connection = http.client.HTTPConnection(sys.argv[1], timeout=2)
        connection.request('GET', '/', headers={'Connection': 'close'})
        site = connection.getresponse().headers['X-Site']
        connection.close()
    except OSError:
        pass
    print(begin, site, flush=True)
    time.sleep(max(0, begin + 0.05 - time.time()))
'''


class Asking:
    """A client that asks an address every 50 ms."""

    def __init__(self, lab, client, address):
        self.seen = []
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(lab.words('lab', 'exec', client, '--', sys.executable, '-c', ASKING, address), env=lab.env,
                                        stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            begin, site = line.split()
            self.seen.append((float(begin), site))

    def lands_at(self, site):
        """Waits until the last ten were all answered there."""
        wait_for(f'answers of {site}', lambda: [s for _, s in self.seen[-10:]] == [site] * 10, 30)

    def end(self):
        """All that was asked: how many each site answered ('-': none did)."""
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        return {site: sum(s == site for _, s in self.seen) for site in sorted({s for _, s in self.seen})}


class Lab:
    """It is up when this is made; end() takes it down."""

    def __init__(self, nearcast, scenario):
        missing = [name for name in ('bird', 'nginx') if not shutil.which(name, path=PATH)]
        unshare = ['unshare', '--net', '--mount'] + (['--user', '--map-root-user'] if os.geteuid() != 0 else [])
        if missing:
            raise Skip(f'not installed: {", ".join(missing)}')
        if subprocess.run([*unshare, 'true'], capture_output=True, check=False).returncode != 0:
            raise Skip('network namespaces are forbidden here')
        self.nearcast = str(pathlib.Path(nearcast).resolve())
        self.folder = tempfile.TemporaryDirectory(prefix='nearcast-lab-')
        self.env = {**os.environ, 'PATH': PATH, 'NEARCAST_LAB_DIR': self.folder.name, 'HOME': self.folder.name}
        begin = time.monotonic()
        try:
            up = json.loads(self.call('lab', 'up', '--console', '--json', str(scenario), timeout=UP_DEADLINE).stdout)
        except BaseException:
            self.end()
            raise
        print(f'# up after {time.monotonic() - begin:.1f} s', flush=True)
        self.url, self.token = up['console']['url'], up['console']['token']
        self.env |= {'NEARCAST_CONTROLLER': self.url, 'NEARCAST_TOKEN_FILE': up['console']['token_file']}
        self.admin = Client(int(self.url.rsplit(':', 1)[1]), self.token)

    def words(self, *words):
        return [self.nearcast, *words]

    def call(self, *words, status=0, timeout=60):
        done = subprocess.run(self.words(*words), env=self.env, capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == status, f'{words}: {done.returncode}: {done.stdout}{done.stderr}'
        return done

    def begin(self, *words):
        """In the background; its output is one text."""
        return subprocess.Popen(self.words(*words), env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def stages(self, service='web'):
        """{site: the stages there}, as the hosts say."""
        sites = self.admin.ask('GET', f'{PROJECT}/services/{service}/status', status=200).json['sites']
        return {site['name']: {a['stage'] for h in site['hosts'] for s in h['services'] for a in s['addresses']} for site in sites}

    def all_stand(self, service='web'):
        return all(stages == {'preferred'} for stages in self.stages(service).values())

    def end(self):
        subprocess.run(self.words('lab', 'down', '--all'), env=self.env, capture_output=True, timeout=60, check=False)
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.admin.close()
        self.end()
