#!/usr/bin/env python3
"""Catchments measured through a controller, by the real agents of a lab of two sites: catchments.py NEARCAST. TAP."""
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
# pylint: disable=wrong-import-position
from console_lab import PROJECT, Lab  # noqa: E402
from forger import INJECT  # noqa: E402
from server import Skip, case, run_cases  # noqa: E402
from waiting import check, wait_for  # noqa: E402

GIP = '203.0.113.10'
CATCHMENTS = f'{PROJECT}/catchments'
CLIENTS = ['edinburgh', 'warsaw']
# At a client: each request that comes, by the clock.
COUNT = '''
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print('listens', flush=True)
while True:
    message = s.recv(2000)
    message = message[(message[0] & 15) * 4:]
    if message[0] == 8 and message[8:12] == b'NcC1':
        print(time.time(), flush=True)
'''


def addresses(lab):
    names = json.loads(lab.call('lab', 'exec', CLIENTS[0], '--', 'cat', '/etc/nearcast/names.json').stdout)['names']
    return {n['name']: n['address'] for n in names if n['name'] in CLIENTS}


def begin(lab, **more):
    wait_for('all stand', lab.all_stand, 30)
    body = {'global_ip': GIP, 'site': 'fra1', 'targets': sorted(addresses(lab).values()), 'lab': True, 'wait_seconds': 1, **more}
    return lab.admin.ask('POST', CATCHMENTS, body, status=201).json['id']


def get(lab, catchment):
    return lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}', status=200).json


def until(lab, catchment, *states, seconds=40):
    wait_for(f'it is {states}', lambda: get(lab, catchment)['state'] in states, seconds)
    return get(lab, catchment)


def landed(lab, catchment):
    """The site of each target, of the file that the controller gives; and what all sites are to it."""
    text = lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}/file', status=200).text.decode()
    return {row[0]: row[2] for row in (line.split() for line in text.splitlines()) if row[0][0] != '{'}


def asks(lab):
    """Where the clients' own requests land."""
    said = {client: lab.call('lab', 'exec', client, '--', 'curl', '-sm', '10', '-o', '/dev/null', '-D', '-', f'http://{GIP}/').stdout
            for client in CLIENTS}
    return {addresses(lab)[client]: next(line.split()[1] for line in text.splitlines() if line.lower().startswith('x-site:'))
            for client, text in said.items()}


def python(lab, client, program):
    """A program in a client, that has said that it listens."""
    # pylint: disable=consider-using-with
    process = subprocess.Popen(lab.words('lab', 'exec', client, '--', sys.executable, '-c', program), env=lab.env,
                               stdout=subprocess.PIPE, text=True)
    check('it listens', process.stdout.readline(), 'listens\n')
    return process


@case
def where_clients_land_and_the_best_site(lab):
    catchment = begin(lab, best=True)
    done = until(lab, catchment, 'done')
    want = asks(lab)
    check('where they land', landed(lab, catchment), want)
    check('both sites', sorted(want.values()), ['fra1', 'lon1'])
    result = done['result']
    check('result', (result['complete'], result['targets'], result['flipping']['targets']), (True, 2, 0))
    check('sent', (done['progress']['sent'], done['progress']['measured']), (2, 4))
    check('compared', result['inflation']['at_best_site']['targets'], 2)
    check('not farther than light goes', all(site['rtt']['median_ms'] > 1 for site in result['sites']), True)


@case
def made_up_replies_do_not_count(lab):
    injector = python(lab, 'edinburgh', INJECT)
    done = until(lab, begin(lab, wait_seconds=3), 'done')
    injector.wait(timeout=20)
    counts = done['result']['counts']
    # edinburgh's land at lon1
    check('counts', {name: counts[name] for name in ('own', 'duplicate', 'forged', 'foreign', 'other_address')},
          {'own': 2, 'duplicate': 3, 'forged': 1, 'foreign': 1, 'other_address': 0})
    check('shares', [(site['site'], site['targets']) for site in done['result']['sites']], [('fra1', 1), ('lon1', 1)])


@case
def by_one_command(lab):
    """From the operator's machine: it waits, prints, and the file goes on to the others' commands."""
    merged = pathlib.Path(lab.folder.name) / 'merged'
    words = ['catchment', 'run', '-g', GIP, '-f', 'lon1', '--project', 'lab', '--lab', '-e', '1s', '-o', str(merged), '--json']
    said = json.loads(lab.call(*words, *addresses(lab).values()).stdout)
    check('said', (said['state'], said['result']['complete'], said['progress']['landed']), ('done', True, 2))
    check('moved', lab.call('catchment', 'diff', str(merged), str(merged)).stdout, '0 of 2 targets moved\n')
    check('got', lab.call('catchments', 'get', said['id'], '-p', 'lab').stdout, merged.read_text())
    listed = json.loads(lab.call('catchments', 'list', '-p', 'lab', '--state', 'done', '--json').stdout)['items']
    check('listed', listed[0]['id'], said['id'])
    lab.call('catchments', 'rm', said['id'], '-p', 'lab', '--yes')
    lab.call('catchments', 'show', said['id'], '-p', 'lab', status=1)


@case
def an_interrupt_stops_it(lab):
    run = lab.begin('catchment', 'run', '-g', GIP, '-f', 'fra1', '--project', 'lab', '--lab', '-p', '2', '-r', '10',
                    *addresses(lab).values())
    wait_for('it runs', lambda: lab.admin.ask('GET', f'{CATCHMENTS}?state=running', status=200).json['items'])
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=30)[0]
    check('status', run.returncode, 1)
    assert 'stopped by administrator' in said, said


@case
def a_stop_is_at_once(lab):
    counter, seen = python(lab, 'edinburgh', COUNT), []
    thread = threading.Thread(target=lambda: seen.extend(float(line) for line in counter.stdout), daemon=True)
    thread.start()
    # slow, so that there is a middle: 20 requests in 10 s
    catchment = begin(lab, pps=2, rounds=10)
    until(lab, catchment, 'running')
    wait_for('requests at edinburgh', lambda: len(seen) > 1)
    lab.admin.ask('POST', f'{CATCHMENTS}/{catchment}/stop', status=200)
    stopped = time.time()
    over = until(lab, catchment, 'stopped', seconds=10)
    wait_for('what would have been sent', lambda: time.time() > stopped + 4, 10)
    counter.terminate()
    thread.join()
    # the word has to come to fra1
    check('none behind it', [at - stopped for at in seen if at > stopped + 1], [])
    check('not all were sent', 2 <= over['progress']['sent'] < 20, True)
    check('complete', over['result']['complete'], False)


@case
def an_agent_that_is_killed_is_named(lab):
    catchment = begin(lab, pps=2, rounds=10)
    until(lab, catchment, 'running')
    wait_for('something landed at lon1', lambda: next(p for p in get(lab, catchment)['parts'] if p['site'] == 'lon1')['landed'])
    lab.call('lab', 'kill', 'lon1-a', 'nearcastd')
    done = until(lab, catchment, 'done', seconds=60)
    state = {part['host']: part['state'] for part in done['parts']}
    check('parts', state, {'fra1-a': 'ended', 'lon1-a': 'gone'})
    check('complete', done['result']['complete'], False)
    assert 'lon1' in landed(lab, catchment)[addresses(lab)['edinburgh']], 'what it had heard counts'
    lab.call('lab', 'start', 'lon1-a', 'nearcastd')


@case
def without_the_sender_it_fails(lab):
    catchment = begin(lab, pps=2, rounds=10)
    until(lab, catchment, 'running')
    lab.call('lab', 'kill', 'fra1-a', 'nearcastd')
    over = until(lab, catchment, 'failed', seconds=60)
    assert over['why'].startswith('the host that sends: '), over['why']
    lab.call('lab', 'start', 'fra1-a', 'nearcastd')


try:
    with Lab(sys.argv[1], here / 'catchments.yaml') as the_lab:
        run_cases(the_lab)
except Skip as skip:
    print(f'1..0 # SKIP {skip}')
