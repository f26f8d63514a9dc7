#!/usr/bin/env python3
"""Catchments measured through two controllers on one PostgreSQL, of which one goes away, and with hosts that are away for longer
than they are waited for. catchments_two.py NEARCAST NEARCASTD NEARCAST-CONTROLLER. TAP."""
import os
import pathlib
import signal
import sqlite3
import sys
import time

from catchments_lab import CATCHMENTS, Leaving, addresses, asks, begin, get, landed, part, until

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
# pylint: disable=wrong-import-position
from console_lab import Lab  # noqa: E402
from postgresql import PostgreSQL  # noqa: E402
from server import Client, Controller, Skip, case, run_cases  # noqa: E402
from waiting import check, wait_for  # noqa: E402

CONF = '/etc/nearcast/controller.yaml'


def sql(value):
    return 'NULL' if value is None else str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def rows_of(path):
    """All that a store of SQLite has, as SQL for one that is empty but for its schema."""
    store = sqlite3.connect(path)
    tables = [name for name, in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                                              " AND name <> 'schema_versions'")]
    yield "SET session_replication_role = 'replica'"
    for table in tables:
        yield f'DELETE FROM {table}'
        cursor = store.execute(f'SELECT * FROM {table}')
        names = ', '.join(column[0] for column in cursor.description)
        for row in cursor:
            yield f'INSERT INTO {table} ({names}) VALUES ({", ".join(map(sql, row))})'
    store.close()


class Two(Lab):
    """A lab whose controller has moved to PostgreSQL, with a second one on the same, outside: .second; the agents ask the first."""

    def __init__(self):
        self.postgresql = PostgreSQL()
        super().__init__(sys.argv[1], here / 'catchments.yaml')
        self.second = Controller(sys.argv[3], self.postgresql.create('two'))
        copy = pathlib.Path(self.folder.name) / 'copy.db'
        self.controller('nearcast-controller', '-c', CONF, 'backup', str(copy))
        self.kill_first()
        self.second.command('init')
        script = self.postgresql.path / 'rows.sql'
        script.write_text(';\n'.join(rows_of(copy)) + ';\n')
        script.chmod(0o644)
        done = self.postgresql.run('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', self.postgresql.url('two'), '-f', script)
        assert done.returncode == 0, done.stderr
        self.controller('sh', '-c', f'printf "store: %s\\n" "$1" >{CONF}', 'sh', self.second.conf['store'])
        self.start_first()
        self.start_second()
        wait_for('all stand', self.all_stand, 30)

    def controller(self, *words):
        return self.call('lab', 'exec', 'controller', '--', *words)

    def kill_first(self):
        self.call('lab', 'kill', 'controller', 'nearcast-controller')

    def start_first(self):
        self.call('lab', 'start', 'controller', 'nearcast-controller')

    def start_second(self):
        self.second.start(env={**os.environ, 'NEARCAST_LAB': 'catchments'})

    def of_second(self):
        """What asks it."""
        return Client(self.second.port, self.token)

    def end(self):
        if hasattr(self, 'second'):
            self.second.__exit__()
        super().end()
        self.postgresql.close()


def begin_at_second(lab, **more):
    first, lab.admin = lab.admin, lab.of_second()
    try:
        return begin(lab, **more)
    finally:
        lab.admin.close()
        lab.admin = first


@case
def the_one_it_was_begun_at_is_killed(lab):
    catchment = begin_at_second(lab, pps=4, rounds=10)
    wait_for('something landed at lon1', lambda: part(lab, catchment, 'lon1-a')['landed'])
    lab.second.stop(signal.SIGKILL)
    done = until(lab, catchment, 'done')
    check('complete', (done['result']['complete'], done['progress']['sent']), (True, 20))
    check('where they land', landed(lab, catchment), asks(lab))
    lab.start_second()


@case
def the_one_of_the_agents_is_killed_and_back(lab):
    """The other one shows it meanwhile; nothing is missing in the end, and nothing counts twice. Who watches it goes on to."""
    catchment = begin_at_second(lab, pps=4, rounds=10)
    watch = lab.begin('catchments', 'show', catchment, '-p', 'lab', '--watch')
    wait_for('something landed at lon1', lambda: part(lab, catchment, 'lon1-a')['landed'])
    lab.kill_first()
    lab.admin.close()
    second = lab.of_second()
    check('state', second.ask('GET', f'{CATCHMENTS}/{catchment}', status=200).json['state'], 'running')
    second.close()
    lab.start_first()
    wait_for('it answers', lambda: answers(lab), 30)
    done = until(lab, catchment, 'done')
    check('complete', (done['result']['complete'], done['progress']['sent'], done['progress']['own']), (True, 20, 20))
    check('landed', (part(lab, catchment, 'fra1-a')['landed'], part(lab, catchment, 'lon1-a')['landed']), (10, 10))
    said = watch.communicate(timeout=30)[0]
    assert watch.returncode == 0 and 'running\ndone\n' in said.replace('collecting\n', ''), said


def answers(lab):
    try:
        return lab.admin.ask('GET', CATCHMENTS).status == 200
    except OSError:
        return False


def is_present(lab, host):
    return lab.admin.ask('GET', f'/api/v1/hosts/{host}/status', status=200).json['present']


@case
def who_sends_and_is_alone_stops(lab):
    """Its controller stays away for longer than 10 s; the other one says what became of it."""
    leaving = Leaving(lab, 'fra1-a')
    nobody = [f'198.18.{i}.1' for i in range(98)]
    catchment = begin_at_second(lab, pps=20, rounds=10, targets=[*addresses(lab).values(), *nobody])
    wait_for('it sends', lambda: len(leaving.seen) > 10)
    lab.kill_first()
    killed = time.time()
    lab.admin.close()
    first, lab.admin = lab.admin, lab.of_second()
    over = until(lab, catchment, 'failed', seconds=60)
    check('why', over['why'], 'the host that sends: it went away in the middle')
    wait_for('longer than it may', lambda: time.time() > killed + 17, 30)
    seen = leaving.end()
    print(f'# the last request left {seen[-1] - killed:.1f} s after its controller was killed')
    check('it stopped', [at - killed for at in seen if at > killed + 12], [])
    lab.admin.close()
    lab.admin = first
    lab.start_first()
    wait_for('it answers', lambda: answers(lab), 30)
    # the agents ask again after half a minute at most
    wait_for('both are there', lambda: all(is_present(lab, host) for host in ('fra1-a', 'lon1-a')), 45)


@case
def gone_and_back(lab):
    """A host that stands still for longer than it is waited for: the run goes on, and what it heard meanwhile counts."""
    catchment = begin(lab, pps=1, rounds=10)
    wait_for('something landed at lon1', lambda: part(lab, catchment, 'lon1-a')['landed'])
    lab.call('lab', 'kill', '-s', 'STOP', 'lon1-a', 'nearcastd')
    wait_for('it is gone', lambda: part(lab, catchment, 'lon1-a')['state'] == 'gone', 30)
    check('the run goes on', get(lab, catchment)['state'], 'running')
    lab.call('lab', 'kill', '-s', 'CONT', 'lon1-a', 'nearcastd')
    wait_for('it is back', lambda: part(lab, catchment, 'lon1-a')['state'] == 'listening', 30)
    done = until(lab, catchment, 'done')
    back = part(lab, catchment, 'lon1-a')
    check('lon1-a', (back['state'], back['restarted'], back['landed'], back['why']), ('ended', False, 10, ''))
    check('complete', done['result']['complete'], True)


try:
    with Two() as the_lab:
        run_cases(the_lab)
except Skip as skip:
    print(f'1..0 # SKIP {skip}')
