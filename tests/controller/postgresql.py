"""A PostgreSQL server of the test's own (Debian's package), on a Unix socket in a folder of its own.

    with PostgreSQL() as server:
        with Controller(program, server.create('first')) as controller:
            ...

It ends with the test, also when that is killed.
"""
import ctypes
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

from server import DEADLINE, Skip

PASSWORD = 'pa:s/s@w%rd'
PR_SET_PDEATHSIG = 1


def programs():
    """The folder of the newest that is installed."""
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin'), key=lambda path: int(path.split('/')[4]))
    if not found:
        raise Skip('PostgreSQL is not installed (postgresql)')
    return pathlib.Path(found[-1])


def its_user():
    """Who runs it: it refuses to run as root. None: whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in ('postgres', 'nobody'):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise Skip('there is no user to run PostgreSQL as')


class PostgreSQL:
    """settings: of the server, default_transaction_read_only='on' for one that is no use to us."""

    def __init__(self, **settings):
        self.programs, self.user = programs(), its_user()
        self.settings = {'fsync': 'off', 'max_connections': '60', 'shared_buffers': '32MB', 'listen_addresses': '', **settings}
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='nearcast-pg-'))
        self.log = self.path / 'log'
        self.process = None
        try:
            if self.user:
                os.chown(self.path, self.user.pw_uid, self.user.pw_gid)
            password = self.path / 'password'
            password.write_text(PASSWORD + '\n')
            password.chmod(0o644)
            # a language whose order is not that of bytes: ours has to be
            made = self.run('initdb', '-D', self.path / 'data', '-U', 'nearcast', '-E', 'UTF8', '--locale=C', '--locale-provider=icu',
                            '--icu-locale=en', '--auth=scram-sha-256', f'--pwfile={password}', '-N', '--no-instructions')
            assert made.returncode == 0, made.stderr
            self.start()
        except BaseException:
            self.close()
            raise

    def become_it(self):
        """In the child: nothing outlives the test."""
        if self.user:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
        os.environ.pop('PGDATA', None)

    def run(self, program, *words, **more):
        """One of its programs, as its user."""
        return subprocess.run([self.programs / program, *words], capture_output=True, text=True, check=False, cwd=self.path,
                              timeout=2 * DEADLINE, preexec_fn=self.become_it, **more)

    def start(self):
        """Waits until it takes connections."""
        settings = [word for name, value in self.settings.items() for word in ('-c', f'{name}={value}')]
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen([self.programs / 'postgres', '-D', self.path / 'data', '-k', self.path, *settings],
                                            stdout=log, stderr=log, cwd=self.path, preexec_fn=self.become_it)
        until = time.monotonic() + 2 * DEADLINE
        while self.run('pg_isready', '-q', '-h', self.path).returncode != 0:
            assert self.process.poll() is None and time.monotonic() < until, self.log.read_text()
            time.sleep(0.02)

    def processes(self):
        """The server, and what serves each connection (in sessions of their own)."""
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read_text(encoding='ascii')
        return [self.process.pid, *map(int, children.split())]

    def signal_all(self, number):
        """SIGSTOP: nobody answers, and the kernel goes on to take connections; SIGCONT."""
        for pid in self.processes():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def stop(self, number=signal.SIGQUIT):
        """SIGINT: ends connections, then itself; SIGQUIT: at once, as after a power cut; SIGKILL: all of it."""
        pids = self.processes()
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            for pid in pids[1:]:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        self.process.wait(DEADLINE)
        self.process = None
        until = time.monotonic() + DEADLINE
        # as long as one is there, the next server does not start
        while any(os.path.exists(f'/proc/{pid}') for pid in pids) and time.monotonic() < until:
            time.sleep(0.01)

    def url(self, database, *before):
        """before: folders of other servers, that are asked first."""
        password = urllib.parse.quote(PASSWORD, safe='')
        hosts = ','.join(str(path) for path in [*before, self.path])
        return f'postgresql://nearcast:{password}@/{database}?host={hosts}'

    def do(self, sql, database='postgres'):
        """SQL outside of our code; the rows, columns divided by |."""
        done = self.run('psql', '-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', '-d', self.url(database), '-c', sql)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def create(self, database):
        """A new database; its URL."""
        self.do(f'CREATE DATABASE {database}')
        return self.url(database)

    def close(self):
        """Ends it, and its folder."""
        if self.process:
            self.signal_all(signal.SIGCONT)
            self.stop()
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class new_stores:  # pylint: disable=invalid-name
    """Called, it gives where a new store is to be: None for SQLite in the controller's folder. The server is started when
    the first one is wanted, so that a case without one says that it is skipped."""

    def __init__(self, postgresql):
        self.postgresql, self.server, self.count = postgresql, None, 0

    def __call__(self):
        if not self.postgresql:
            return None
        if self.server is None:
            self.server = PostgreSQL()
        self.count += 1
        return self.server.create(f't{self.count}')

    def copy(self, controller):
        """A backup of its store while it runs, restored elsewhere; where that is."""
        if not self.postgresql:
            where = str(controller.path / 'copy.db')
            controller.command('backup', where)
            controller.command('backup', where, status=1)
            return where
        url, file = self(), self.server.path / 'dump'
        assert 'pg_dump' in controller.command('backup', 'x', status=1)
        for words in (['pg_dump', '--format=custom', f'--file={file}', controller.conf['store']],
                      ['pg_restore', '--exit-on-error', f'--dbname={url}', file]):
            done = self.server.run(*words)
            assert done.returncode == 0, done.stderr
        file.unlink()
        return url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.close()
