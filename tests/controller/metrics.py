#!/usr/bin/env python3
"""What Prometheus gets from nearcast-controller, read by its own promtool: metrics.py NEARCAST-CONTROLLER. TAP."""
import http.client
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from ordering import make_room
from server import DEADLINE, Client, Controller, Skip, case, run_cases

PROMTOOL = shutil.which('promtool')


def begin(program, metrics=None, **conf):
    controller = Controller(program, metrics={'listen': '127.0.0.1:0'} | (metrics or {}), **conf)
    token = controller.command('init').strip()
    controller.start()
    port = int(re.search(r'may scrape http://127.0.0.1:(\d+)/metrics', controller.log.read_text())[1])
    return controller, Client(controller.port, token), port


def get(port, method='GET', path='/metrics', token=None):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=DEADLINE)
    connection.request(method, path, headers={'Authorization': token} if token else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def samples(port):
    """{'name{label="value"}': number}"""
    answer, text = get(port)
    assert answer.status == 200, (answer.status, text)
    assert answer.headers['Content-Type'] == 'text/plain; version=0.0.4; charset=utf-8', answer.headers
    return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1])
            for line in text.splitlines() if not line.startswith('#')}


def until(port, what, look):
    end = time.monotonic() + DEADLINE
    while not look(seen := samples(port)):
        assert time.monotonic() < end, f'{what}: {seen}'
        time.sleep(0.05)
    return seen


@case
def truth(program):
    """The numbers follow what happens."""
    controller, client, port = begin(program)
    with controller:
        seen = samples(port)
        assert seen['nearcast_controller_well{subject="store"}'] == 1, seen
        assert seen['nearcast_controller_address_orders_total{result="made"}'] == 0, seen
        make_room(client)
        for status in (201, 201, 422):
            body = {'quantity': 1} if status == 201 else {'quantity': 3}
            client.ask('POST', '/api/v1/projects/alpha/global-ips', body, status=status)
        client.ask('GET', '/healthz', status=200)
        client.ask('GET', '/nowhere', status=404)
        Client(controller.port).ask('GET', '/api/v1/sites', status=401)
        seen = samples(port)
        for name, value in {'requests_total{kind="order",status="201"}': 2, 'requests_total{kind="order",status="422"}': 1,
                            'requests_total{kind="health",status="200"}': 1, 'requests_total{kind="other",status="404"}': 1,
                            'requests_total{kind="read",status="401"}': 1, 'request_seconds_count{kind="order"}': 3,
                            'address_orders_total{result="made"}': 2, 'streams': 0, 'polls': 0}.items():
            assert seen[f'nearcast_controller_{name}'] == value, (name, value, seen)
        assert seen['nearcast_controller_connections'] >= 1, seen
        assert seen['nearcast_controller_store_seconds_count{mode="write"}'] >= 3, seen
        assert 1e6 < seen['process_resident_memory_bytes'] < 2e9, seen
        until(port, 'the census', lambda s: s.get('nearcast_controller_addresses{family="ipv4",state="active"}') == 2)


@case
def promtool(program):
    """All that is there is well-formed, named well, and has helps."""
    if PROMTOOL is None:
        raise Skip('not installed: promtool')
    controller, client, port = begin(program)
    with controller:
        client.ask('GET', '/api/v1/sites', status=200)
        until(port, 'the census', lambda s: 'nearcast_controller_event_number' in s)
        text = get(port)[1]
        done = subprocess.run([PROMTOOL, 'check', 'metrics'], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0 and not done.stdout and not done.stderr, f'{done.stdout}{done.stderr}\n{text}'
        assert client.token not in text


@case
def nothing_else(program):
    """One path, one method; and an address that is taken is an error at the start."""
    controller, client, port = begin(program)
    with controller:
        for method, path, status in (('GET', '/', 404), ('GET', '/api/v1/sites', 404), ('POST', '/metrics', 405)):
            answer, text = get(port, method, path)
            assert answer.status == status and answer.headers['Content-Type'] == 'application/problem+json', text
        client.ask('GET', '/metrics', status=404)
        with Controller(program, metrics={'listen': f'127.0.0.1:{port}'}) as other:
            done = subprocess.run([program, '-c', other.write_conf()], capture_output=True, text=True, check=False,
                                  timeout=DEADLINE)
            assert done.returncode == 1 and 'Address already in use' in done.stderr, done


@case
def a_token_of_its_own(program):
    """A file that is no token, or everybody's, is an error at the start, and of --check."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, 'token')
        file.write_text('for-prometheus\n')
        file.chmod(0o600)
        controller, client, port = begin(program, {'token-file': str(file)})
        with controller:
            for token in None, 'for-prometheus', 'Bearer for-prometheu', 'Bearer for-prometheus2', f'Bearer {client.token}':
                for path in '/metrics', '/':
                    answer, text = get(port, path=path, token=token)
                    assert answer.status == 401 and answer.headers['WWW-Authenticate'] == 'Bearer', (token, text)
                    assert 'nearcast_controller' not in text
            assert get(port, token='Bearer for-prometheus')[0].status == 200
            assert get(port, path='/', token='Bearer for-prometheus')[0].status == 404
        for text, mode, said in ('two words', 0o600, 'nothing beside it'), ('x', 0o644, 'everybody can read'), ('', 0o600, 'no token in it'):
            file.write_text(text)
            file.chmod(mode)
            with Controller(program, metrics={'listen': '127.0.0.1:0', 'token-file': str(file)}) as other:
                assert said in other.command('--check', status=1), said
        with Controller(program, metrics={'token-file': str(file)}) as other:
            assert 'expected "listen"' in other.command('--check', status=1)


@case
def what_waits_is_not_done_when_its_client_has_gone(program):
    """Of three changes that wait for the store behind each other, the second one's client hangs up."""
    controller, client, port = begin(program, workers=1)
    with controller:
        client.ask('GET', '/api/v1/sites', status=200)
        waiting = lambda n: until(port, f'{n} wait', lambda seen: seen['nearcast_controller_requests_waiting'] == n)
        store = sqlite3.connect(controller.conf['store'], isolation_level=None)
        store.execute('BEGIN IMMEDIATE')
        sent = []
        for i in range(3):
            sent.append(http.client.HTTPConnection('127.0.0.1', controller.port, timeout=DEADLINE))
            sent[i].request('POST', '/api/v1/sites', json.dumps({'name': f's{i}'}),
                            {'Authorization': f'Bearer {client.token}', 'Content-Type': 'application/json'})
            waiting(i)
        sent[1].close()
        waiting(1)
        store.execute('ROLLBACK')
        store.close()
        for i in 0, 2:
            assert sent[i].getresponse().status == 201, i
        names = {site['name'] for site in client.ask('GET', '/api/v1/sites', status=200).json['items']}
        assert names == {'s0', 's2'}, names


run_cases(sys.argv[1])
