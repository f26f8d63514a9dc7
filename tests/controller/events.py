#!/usr/bin/env python3
"""Events of nearcast-controller as streams: nothing lost, nothing twice, and no more than one may see.

    events.py NEARCAST-CONTROLLER
"""
import json
import os
import pathlib
import re
import socket
import sqlite3
import sys
import threading
import time

from server import DEADLINE, Client, Controller, case, run_cases
from stream import ALL, Stream

def sockets_of(pid):
    """How many the process has."""
    count = 0
    for path in pathlib.Path(f'/proc/{pid}/fd').iterdir():
        try:
            count += os.readlink(path).startswith('socket:')
        except FileNotFoundError:
            pass
    return count


def resident(pid):
    """Its memory, in kB."""
    return int(re.search(r'VmRSS:\s+(\d+)', pathlib.Path(f'/proc/{pid}/status').read_text(encoding='ascii'))[1])


def wait_until(holds):
    until = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def begin(program, **limits):
    controller = Controller(program)
    if limits:
        controller.conf['limits'] = limits
    token = controller.command('init').strip()
    controller.start()
    return controller, Client(controller.port, token)


@case
def as_it_happens(program):
    controller, admin = begin(program)
    with controller:
        stream = Stream(controller.port, token=admin.token)
        site = admin.ask('POST', '/api/v1/sites', {'name': 'am6'}, status=201).json
        message = stream.next()
        event = json.loads(message['data'])
        assert message['id'] == event['id'] and event['kind'] == 'site-created', message
        message = stream.next()
        assert message['event'] == 'change' and 'id' not in message, message
        assert json.loads(message['data']) == {'kind': 'site', 'id': site['id'], 'name': 'am6', 'action': 'create',
                                               'project': None}, message
        page = admin.ask('GET', ALL + '?limit=1', status=200).json
        assert page['items'][0] == event, (page, event)
        stream.close()


@case
def nothing_lost_or_twice(program):
    """Sites are made by four at once; the reader goes away again and again, and goes on."""
    controller, admin = begin(program)
    with controller:
        def work(number):
            client = Client(controller.port, admin.token)
            for i in range(40):
                client.ask('POST', '/api/v1/sites', {'name': f's{number}-{i}'}, status=201)

        stream = Stream(controller.port, token=admin.token)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        ids = []
        while len(ids) < 160:
            message = stream.next()
            if 'id' not in message:
                continue
            ids.append(int(message['id']))
            if len(ids) % 23 == 0:
                stream.close()
                stream = Stream(controller.port, token=admin.token, Last_Event_ID=ids[-1])
        for thread in threads:
            thread.join()
        assert ids == list(range(ids[0], ids[0] + 160)), ids
        stream.close()


@case
def the_right_ends_and_so_does_the_stream(program):
    controller, admin = begin(program)
    with controller:
        project = admin.ask('POST', '/api/v1/projects', {'name': 'alpha'}, status=201).json
        viewer = admin.ask('POST', '/api/v1/tokens', {'name': 'v', 'role': 'viewer', 'project': 'alpha'}, status=201).json
        own = f'/api/v1/projects/{project["id"]}/events'
        Stream(controller.port, token=viewer['token'], status=403)
        Stream(controller.port, status=401)
        Stream(controller.port, ALL + '?severity=x', token=admin.token, status=400)
        revoked, deleted = Stream(controller.port, own, viewer['token']), Stream(controller.port, own, admin.token)
        answer = Client(controller.port).ask('POST', '/api/v1/session', {'token': admin.token}, status=200)
        cookie = answer.headers['Set-Cookie'].split(';')[0]
        signed_out = Stream(controller.port, Cookie=cookie)
        admin.ask('DELETE', f'/api/v1/tokens/{viewer["id"]}', status=204)
        assert revoked.next() is None
        kinds = []
        while 'token-revoked' not in kinds: # a stream that ends does not wait for what is on its way
            kinds.append(json.loads(signed_out.next()['data']).get('kind'))
        Client(controller.port).ask('DELETE', '/api/v1/session', status=204, Cookie=cookie,
                                    X_Nearcast_Csrf=answer.json['csrf'])
        while message := signed_out.next():
            kinds.append(json.loads(message['data']).get('kind'))
        assert 'session-ended' not in kinds, kinds
        admin.ask('DELETE', '/api/v1/projects/alpha')
        while deleted.next():
            pass


@case
def so_many_and_no_more(program):
    controller, admin = begin(program, streams=2)
    with controller:
        streams = [Stream(controller.port, token=admin.token) for _ in range(2)]
        refused = Stream(controller.port, token=admin.token, status=503)
        assert refused.answer.headers['Retry-After'] == '1'
        admin.ask('GET', '/api/v1/sites', status=200)
        for stream in streams:
            stream.close()
        while True:  # until it has seen that they are gone
            try:
                Stream(controller.port, token=admin.token).close()
                break
            except AssertionError:
                pass


def write_events(controller, count):
    """Large ones, numbered from 1000, while it does not run."""
    controller.stop()
    with sqlite3.connect(controller.conf['store']) as store:
        now = time.time_ns()
        rows = [(n, now, now, 'k', 'info', 'x', json.dumps({'text': 'x' * 2000})) for n in range(1000, 1000 + count)]
        store.executemany('INSERT INTO events (number, at, received_at, kind, severity, message, detail)'
                          ' VALUES (?, ?, ?, ?, ?, ?, ?)', rows)
        store.execute("UPDATE counters SET number = ? WHERE name = 'events'", (1000 + count,))
    store.close()
    # of a program with the sanitizer: what was freed is not kept, for its memory is looked at
    options = f'{os.environ.get("ASAN_OPTIONS", "")}:quarantine_size_mb=1'
    controller.start(env={**os.environ, 'ASAN_OPTIONS': options})


def begin_asleep(port, token):
    """Somebody who asks for all that has happened, and takes nothing of it."""
    asleep = socket.socket()
    asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asleep.connect(('127.0.0.1', port))
    asleep.sendall(f'GET {ALL} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nLast-Event-ID: 1\r\n'
                   f'Authorization: Bearer {token}\r\n\r\n'.encode())
    return asleep


@case
def whoever_takes_nothing_is_cut_off(program):
    """And costs little until then, while others hear what happens."""
    controller, admin = begin(program, answer='1s')
    with controller:
        write_events(controller, 4000)
        stream = Stream(controller.port, token=admin.token)
        admin.close()
        admin.ask('GET', '/healthz', status=200)
        pid = controller.process.pid
        before, memory = sockets_of(pid), resident(pid)
        asleep = [begin_asleep(controller.port, admin.token) for _ in range(10)]
        wait_until(lambda: sockets_of(pid) >= before + 10)
        most, until = 0, time.monotonic() + DEADLINE
        while sockets_of(pid) > before:
            assert time.monotonic() < until, 'they are kept'
            most = max(most, resident(pid))
            name = f's{time.monotonic_ns()}'
            admin.ask('POST', '/api/v1/sites', {'name': name}, status=201)
            while json.loads(stream.next()['data']).get('name') != name:
                pass
        print(f'# 10 that take nothing of 8 MB: {(most - memory) / 1024:.1f} MB', flush=True)
        assert most - memory < 60 * 1024, 'what waits for a client is without bounds'
        for s in asleep:
            s.close()
        stream.close()


@case
def whoever_comes_late_gets_all(program):
    """In pieces that are made when the ones before were taken; one that takes none keeps nobody up."""
    controller, admin = begin(program)
    with controller:
        write_events(controller, 1000)
        asleep = begin_asleep(controller.port, admin.token)
        stream = Stream(controller.port, token=admin.token, Last_Event_ID=1)
        ids = []
        while not ids or ids[-1] < 1999:
            message = stream.next()
            if 'id' in message:
                ids.append(int(message['id']))
        assert ids[-1000:] == list(range(1000, 2000))
        asleep.close()
        stream.close()


run_cases(sys.argv[1])
