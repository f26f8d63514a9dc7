#!/usr/bin/env python3
"""nearcast-controller while its clock is set, its certificate ends, and somebody guesses tokens. TAP.

    trouble.py NEARCAST-CONTROLLER STEP-CLOCK

The clock is set for the controller alone: tests/lab/step_clock.c.
"""
import json
import os
import signal
import struct
import sys

from server import Client, Controller, case, run_cases, until
from certificates import make

AUDIT = '/api/v1/audit'
EVENTS = '/api/v1/events'


class Clock:
    """That of a controller which was not started yet."""

    def __init__(self, controller, module):
        self.path = controller.path / 'clock'
        self.path.write_bytes(bytes(8))
        self.environment = {**os.environ, 'LD_PRELOAD': module, 'NEARCAST_STEP_CLOCK': str(self.path),
                            'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'}

    def set_by(self, seconds):
        was = struct.unpack('=q', self.path.read_bytes())[0]
        with self.path.open('r+b') as f:
            f.write(struct.pack('=q', was + seconds * 10**9))


def begin(controller, module):
    """Its clock, and an administrator."""
    token = controller.command('init').strip()
    clock = Clock(controller, module)
    controller.start(env=clock.environment)
    return clock, token


def problems(client):
    return {p['subject']: p for p in client.ask('GET', '/healthz', status=200).json['problems']}


def sign_in(client):
    answer = client.ask('POST', '/api/v1/session', {'token': client.token}, status=200)
    return answer.headers['Set-Cookie'].split(';')[0]


@case
def the_clock_is_set(program, module):
    """Said once in the log, in its health and as an event; nobody may more by it than before."""
    with Controller(program) as controller:
        clock, token = begin(controller, module)
        client, nobody = Client(controller.port, token), Client(controller.port)
        cookie = sign_in(client)
        assert 'clock' not in problems(client)
        clock.set_by(3 * 3600)
        controller.wait_log('clock: stepped: the wall clock was set 10800 s forward')
        problem = problems(client)['clock']
        assert problem['problem'] == 'stepped' and '10800 s forward' in problem['detail'], problem
        until('the event', lambda: client.ask('GET', f'{EVENTS}?kind=clock-stepped', status=200).json['items'])
        nobody.ask('GET', '/api/v1/session', status=401, Cookie=cookie)
        cookie = sign_in(client)
        nobody.ask('GET', '/api/v1/session', status=200, Cookie=cookie)
        clock.set_by(-3 * 3600)
        controller.wait_log('the wall clock was set 10800 s back')
        nobody.ask('GET', '/api/v1/session', status=401, Cookie=cookie)
        cookie = sign_in(client)
        nobody.ask('GET', '/api/v1/session', status=200, Cookie=cookie)
        events = until('both events', lambda: len(found := client.ask(
            'GET', f'{EVENTS}?kind=clock-stepped', status=200).json['items']) == 2 and found)
        assert '10800 s back' in events[0]['message'] and events[0]['severity'] == 'warning', events
        assert controller.log.read_text().count('clock: stepped') == 2, controller.log.read_text()


@case
def events_are_kept_for_so_long(program, module):
    """And whoever goes on behind one that is not kept is told so."""
    with Controller(program, events={'keep': '1h'}) as controller:
        clock, token = begin(controller, module)
        client = Client(controller.port, token)
        for i in range(3):
            client.ask('POST', '/api/v1/sites', {'name': f's{i}'}, status=201)
        before = int(client.ask('GET', f'{EVENTS}?limit=1', status=200).json['items'][0]['id'])
        clock.set_by(3601)
        until('forgotten', lambda: not client.ask('GET', f'{EVENTS}?kind=site-created', status=200).json['items'])
        client.ask('POST', '/api/v1/sites', {'name': 'late'}, status=201)
        client.close()
        client.connect()
        client.connection.request('GET', EVENTS, headers={
            'Accept': 'text/event-stream', 'Authorization': f'Bearer {token}', 'Last-Event-ID': '1'})
        stream = client.connection.getresponse()
        lines = [stream.readline().decode().strip() for _ in range(5)]
        assert lines[:2] == ['retry: 2000', ''] and lines[3] == 'event: gap', lines
        gap = json.loads(lines[4].removeprefix('data: '))
        assert gap['why'] == 'forgotten' and gap['after'] == 1 and gap['upto'] == before, gap
        assert lines[2] == f'id: {before}', lines
        stream.close()


@case
def the_certificate_ends_while_it_is_used(program, module):
    """It is said, and goes on being shown: whoever trusts it in spite of that may come."""
    with Controller(program) as controller:
        make(controller.path, 90)
        controller.conf['tls'] = {'certificate': str(controller.path / 'tls.pem'), 'key': str(controller.path / 'tls.key')}
        clock, token = begin(controller, module)
        client = Client(controller.port, token, ca=str(controller.path / 'tls.pem'))
        assert problems(client) == {}
        clock.set_by(91 * 86400)
        controller.process.send_signal(signal.SIGHUP)
        controller.wait_log('certificate: expired: it expired at 20')
        assert problems(client)['certificate']['problem'] == 'expired', problems(client)
        client.ask('GET', '/api/v1/sites', status=200)
        make(controller.path, 365)
        controller.process.send_signal(signal.SIGHUP)
        controller.wait_log('certificate: is well again')
        client = Client(controller.port, token, ca=str(controller.path / 'tls.pem'))
        assert 'certificate' not in problems(client), problems(client)


@case
def failed_sign_ins_are_in_the_audit_log(program, _):
    """Counted: an address that goes on trying makes few rows."""
    with Controller(program) as controller:
        token = controller.command('init').strip()
        controller.start()
        client, guesser = Client(controller.port, token), Client(controller.port)
        statuses = [guesser.ask('POST', '/api/v1/session', {'token': 'nct_' + 'A' * 43}).status for _ in range(25)]
        assert statuses.count(401) >= 10 and statuses[-1] == 429, statuses

        def told():
            rows = client.ask('GET', f'{AUDIT}?kind=session', status=200).json['items']
            rows = [row for row in rows if row['action'] == 'refuse']
            tries = sum(row['after']['refused'] + row['after']['throttled'] for row in rows)
            return tries == len(statuses) and rows
        rows = until('all are told', told)
        assert len(rows) <= 3, rows
        assert {row['source_address'] for row in rows} == {'127.0.0.1'}, rows
        assert {row['name'] for row in rows} == {'127.0.0.1/32'}, rows
        assert rows[0]['actor_kind'] == 'controller', rows
        assert sum(row['after']['refused'] for row in rows) == statuses.count(401), rows
        events = client.ask('GET', f'{EVENTS}?kind=session-refused&severity=warning', status=200).json['items']
        for event, row in zip(events, rows):  # who was not looked at did not have a wrong token
            assert ('wrong' in event['message']) == (row['after']['refused'] > 0), (event, row)
            assert ('not looked at' in event['message']) == (row['after']['throttled'] > 0), (event, row)


run_cases(*sys.argv[1:])
