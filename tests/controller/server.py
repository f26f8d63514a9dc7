"""What the tests of nearcast-controller share: the program, started; its API, asked; TAP."""
import http.client
import json
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

DEADLINE = 60  # of whatever is waited for, on the slowest machine

cases = []
REFUSED = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)


class Skip(Exception):
    """A case cannot run here; the text says why."""


def case(fn):
    """A test; its name is the function's."""
    cases.append(fn)
    return fn


def run_cases(*args):
    """Runs them all, says TAP, and ends the program."""
    failed = 0
    for number, fn in enumerate(cases, 1):
        try:
            fn(*args)
            print(f'ok {number} - {fn.__name__}', flush=True)
        except Skip as why:
            print(f'ok {number} - {fn.__name__} # SKIP {why}', flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f'not ok {number} - {fn.__name__}', flush=True)
            for line in traceback.format_exc().splitlines():
                print(f'# {line}', flush=True)
    print(f'1..{len(cases)}')
    sys.exit(bool(failed))


def until(what, look):
    """The first answer of look() that is something."""
    end = time.monotonic() + DEADLINE
    while not (found := look()):
        assert time.monotonic() < end, f'{what}: not so in time'
        time.sleep(0.05)
    return found


class Answer:
    """Status, headers and JSON of an answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read()
        self.json = json.loads(self.text) if self.text and 'json' in self.headers.get('Content-Type', 'json') else None

    def __repr__(self):
        return f'{self.status} {self.text!r}'


class Client:
    """A connection that is kept; check(method, path, answer) looks at each answer; ca: a file, to speak TLS."""

    def __init__(self, port, token=None, check=None, ca=None):
        self.port, self.token, self.check, self.ca = port, token, check, ca
        self.connection = None

    def connect(self):
        if self.ca is None:
            self.connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=DEADLINE)
        else:
            self.connection = http.client.HTTPSConnection(
                '127.0.0.1', self.port, timeout=DEADLINE, context=ssl.create_default_context(cafile=self.ca))
        self.connection.connect()

    def ask(self, method, path, body=None, *, status=None, **headers):
        """headers: if_match='*' is If-Match: *."""
        if self.connection is None:
            self.connect()
        fields = {name.replace('_', '-'): value for name, value in headers.items()}
        if self.token:
            fields['Authorization'] = f'Bearer {self.token}'
        if body is not None:
            fields.setdefault('Content-Type', 'application/json')
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        try:
            self.connection.request(method, path, body, fields)
            answer = Answer(self.connection.getresponse())
        except REFUSED:
            self.close()
            raise
        if self.check:
            self.check(method, path, answer)
        assert status in (None, answer.status), f'{method} {path}: wanted {status}: {answer}'
        return answer

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


class Controller:
    """The program with a folder of its own; store: another one than SQLite in the folder."""

    def __init__(self, program, store=None, **conf):
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix='nearcast-controller-')
        self.path = pathlib.Path(self.folder.name)
        self.conf = {'listen': '127.0.0.1:0', 'store': store or str(self.path / 'store.db'), **conf}
        self.process = self.port = None
        self.log = self.path / 'log'

    def write_conf(self):
        path = self.path / 'controller.yaml'
        path.write_text(json.dumps(self.conf))
        return path

    def command(self, *words, status=0):
        """Runs a command to its end; its standard output."""
        done = subprocess.run([self.program, '-c', self.write_conf(), *words], capture_output=True,
                              text=True, check=False, timeout=DEADLINE)
        assert done.returncode == status, f'{words}: status {done.returncode}: {done.stderr}'
        return done.stdout if status == 0 else done.stderr

    def start(self, **how):
        """Waits until it listens; always at the port of the first time. how: for Popen."""
        begun = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, 'ab') as log:
            words = self.program if isinstance(self.program, list) else [self.program]
            self.process = subprocess.Popen([*words, '-c', self.write_conf()], stderr=log, **how)
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            found = re.search(rb'serves https?://[^ ]*:(\d+) ', self.log.read_bytes()[begun:])
            if found:
                self.port = int(found[1])
                if isinstance(self.conf['listen'], str):
                    self.conf['listen'] = f'127.0.0.1:{self.port}'
                return
            assert self.process.poll() is None, f'it ended: {self.log.read_text()}'
            time.sleep(0.02)
        raise TimeoutError('it does not listen')

    def wait_log(self, text, count=1):
        """Until it has logged the text so often."""
        until = time.monotonic() + DEADLINE
        while self.log.read_text().count(text) < count:
            assert self.process.poll() is None, f'it ended: {self.log.read_text()}'
            assert time.monotonic() < until, f'not logged: {text}: {self.log.read_text()}'
            time.sleep(0.02)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        status = self.process.wait(DEADLINE)
        self.process = None
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()
