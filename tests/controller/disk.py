#!/usr/bin/env python3
"""nearcast-controller whose disk is full, whose store is taken away, or served by another: disk.py NEARCAST-CONTROLLER. TAP.

The disk is a small one of its own, in a user and mount namespace.
"""
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from server import DEADLINE, Client, Controller, Skip, case, run_cases, until


def problem_of(client):
    """The word for what is wrong with the store; '' when it is well."""
    answer = client.ask('GET', '/healthz', status=200).json
    return ''.join(p['problem'] for p in answer['problems'] if p['subject'] == 'store')


def begin(program):
    """A controller that serves, its store on a disk of 4 MB."""
    controller = Controller(program)
    disk = controller.path / 'disk'
    disk.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], check=False).returncode != 0:
        raise Skip('no mount namespaces here')
    controller.conf['store'] = str(disk / 'store.db')
    token = controller.command('init').strip()
    controller.start()
    return controller, disk, Client(controller.port, token)


def fill(disk):
    with open(disk / 'filler', 'wb', buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            pass


def order_site(client, number):
    return client.ask('POST', '/api/v1/sites', {'name': f's{number}', 'description': 'x' * 200})


@case
def a_full_disk(program):
    """Said with each refusal, in its health and once in the log; nothing acknowledged is lost; it recovers by itself."""
    controller, disk, client = begin(program)
    with controller:
        made = []
        for round_ in range(2):
            fill(disk)
            end = time.monotonic() + DEADLINE
            while (answer := order_site(client, len(made))).status == 201:
                made.append(answer.json['name'])
                assert time.monotonic() < end, 'the disk is not full'
            assert answer.status == 503 and answer.headers['Retry-After'] == '10', answer
            assert answer.headers['Content-Type'] == 'application/problem+json', answer
            assert answer.json['type'] == 'urn:nearcast:problem:store-full', answer
            assert answer.json['detail'] == 'nothing was changed; try again when there is room', answer
            for _ in range(5):
                assert order_site(client, len(made)).status == 503
            client.ask('GET', '/api/v1/sites?limit=1', status=200)
            until('its health says it', lambda: problem_of(client) == 'full')
            if round_ == 0:  # also when it ends then
                controller.stop(signal.SIGKILL)
                controller.start()
                client.close()
                until('it is found again', lambda: order_site(client, len(made)).status == 503)
                until('its health says it', lambda: problem_of(client) == 'full')
            (disk / 'filler').unlink()
            until('it recovers, though nobody asks for a change', lambda: problem_of(client) == '')
            made.append(order_site(client, len(made)).json['name'])
        assert controller.log.read_text().count('store: full: ') == 3, controller.log.read_text()
        assert controller.stop() == 0
        with sqlite3.connect(controller.conf['store']) as store:
            assert store.execute('PRAGMA integrity_check').fetchall() == [('ok',)]
            assert [name for name, in store.execute('SELECT name FROM sites ORDER BY id')] == made
        store.close()
        subprocess.run(['umount', disk], check=True)


@case
def its_file_is_replaced(program):
    """Nothing is written to a file that is not there any more, or to the one that is there instead."""
    controller, disk, client = begin(program)
    with controller:
        path, aside = disk / 'store.db', disk / 'aside.db'
        order_site(client, 0)
        controller.command('backup', str(disk / 'copy.db'))
        path.rename(aside)
        shutil.copy(disk / 'copy.db', path)
        answer = order_site(client, 1)
        assert answer.status == 503 and answer.json['type'] == 'urn:nearcast:problem:store', answer
        assert 'was replaced or removed' in answer.json['detail'], answer
        assert problem_of(client) == 'replaced'
        controller.wait_log('store: replaced: its file was replaced or removed under the running controller')
        aside.rename(path)
        until('it is there again', lambda: problem_of(client) == '')
        assert order_site(client, 1).status == 201
        assert controller.stop() == 0
        subprocess.run(['umount', disk], check=True)


@case
def its_file_is_removed(program):
    """It is noticed though nobody asks; a file is not made in its place until it is started again."""
    controller, disk, client = begin(program)
    with controller:
        (disk / 'store.db').unlink()
        controller.wait_log('store: replaced: ')
        assert 'was removed while it was open' in controller.log.read_text(), controller.log.read_text()
        # workers that open it only now, too
        answers = [Client(controller.port, client.token).ask('POST', '/api/v1/sites', {'name': f'x{i}'}) for i in range(8)]
        assert {answer.status for answer in answers} == {503}, answers
        assert not (disk / 'store.db').exists()
        assert controller.stop() == 0
        shutil.rmtree(disk, ignore_errors=True)
        subprocess.run(['umount', '-l', disk], check=False)


@case
def one_controller_serves_it(program):
    """A second one is refused, whatever it calls the file; commands work beside it; one that is killed leaves it free."""
    with Controller(program) as controller, Controller(program) as second:
        store = controller.conf['store']
        controller.command('init')
        controller.start()
        link = second.path / 'link.db'
        link.symlink_to(store)
        for name in (store, str(link)):
            second.conf['store'] = name
            said = subprocess.run([program, '-c', second.write_conf()], capture_output=True, text=True, check=False,
                                  timeout=DEADLINE)
            wanted = f'nearcast-controller: {name} is served by process {controller.process.pid} already; '
            assert said.returncode == 1 and said.stderr.startswith(wanted), said
        assert controller.command('token', 'two').startswith('nct_')
        assert '"two"' in controller.command('export')
        controller.command('backup', str(controller.path / 'copy.db'))
        assert 'has an administrator already' in controller.command('init', status=1)
        for number in (signal.SIGKILL, signal.SIGTERM):
            controller.stop(number)
            controller.start()
        controller.stop()
        second.start()


if os.environ.get('NEARCAST_OWN_DISK') is None:
    os.environ['NEARCAST_OWN_DISK'] = '1'
    os.execvp('unshare', ['unshare', '--user', '--map-root-user', '--mount', sys.executable, *sys.argv])
run_cases(sys.argv[1])
