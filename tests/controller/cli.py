#!/usr/bin/env python3
"""nearcast asks the real nearcast-controller, over the loopback: cli.py [--update] NEARCAST NEARCAST-CONTROLLER. TAP.

cli/NAME.out is what is said to the commands of cli/NAME.commands; --update writes it: read the difference
before you keep it. Ids, times and tokens are told apart by numbers."""
import contextlib
import difflib
import http.client
import json
import os
import pathlib
import pty
import re
import select
import shlex
import signal
import socketserver
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

from certificates import CERTIFICATE, KEY, make
from server import DEADLINE, Client, Controller, case, run_cases

folder = pathlib.Path(__file__).resolve().parent / 'cli'
update = sys.argv[1] == '--update'


SERVICE = {'name': 'web', 'document': {'listen': ['tcp/80'], 'checks': {'front': {'type': 'http', 'fall': 3}}}}
FILES = {  # that the commands name
    'bad': 'name: [web\n',
    'nameless': 'document: {}\n',
    'wrong': json.dumps(SERVICE | {'document': {'lisen': ['tcp/80']}}),
    'service': 'name: web\nsites: [ams, sin]\ndocument:\n  listen: [tcp/80]\n  checks:\n    front: { type: http, fall: 3 }\n',
    'placed': json.dumps(SERVICE | {'global_ips': ['203.0.113.1/32', '203.0.113.1'], 'sites': ['sin', 'ams'], 'description': 'the shop'}),
    'elsewhere': json.dumps(SERVICE | {'global_ips': ['203.0.113.99']}),
    'halved': json.dumps(SERVICE | {'global_ips': ['203.0.113.1/31']}),
    'no-address': json.dumps(SERVICE | {'global_ips': ['203.0.113.1', '203.0.113.999', '2001:db8::zz']}),
    'unknown': json.dumps(SERVICE | {'global_ips': ['foo'], 'sites': ['ams', 'xx1'], 'hosts': ['xx1-h', 'xx2-h']}),
    'no-port': json.dumps(SERVICE | {'document': {'listen': ['tcp/80', 'tcp/99999']}}),
    'numbered': json.dumps(SERVICE | {'global_ips': [1]}),
    'network': 'addresses:\n- { address: 198.51.100.5, cidr: 31, gateway: 198.51.100.4, public: true, management: true }\n'
               'bgp_neighbors:\n- { address_family: 4, customer_as: 65001, customer_ip: 198.51.100.5, md5_enabled: true,\n'
               '    md5_password: only-ours, multihop: false, peer_as: 64601, peer_ips: [198.51.100.4] }\n',
    'other': 'addresses: []\nbgp_neighbors: [{ address_family: 6, md5_password: only-ours }]\n',
    'data': 'rack: 12\nowner: { team: edge }\n',
    'list': '[1, 2]',
    'wrong-token': 'nct_' + 43 * 'x',
    'hasty': json.dumps(SERVICE | {'lease_seconds': 0}),
    'fewer': json.dumps(SERVICE | {'sites': []}),
}


class Nearcast:
    """A controller, and the program that asks it as its first administrator."""

    def __init__(self, nearcast, controller):
        self.nearcast = nearcast
        self.token = controller.command('init').strip()
        controller.start()
        self.port, self.folder = controller.port, controller.path
        self.known = {}
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(('NEARCAST_', 'XDG_'))}
        self.environment |= {'HOME': controller.folder.name, 'TERM': 'dumb', 'NEARCAST_CONTROLLER': f'http://127.0.0.1:{self.port}'}
        (self.folder / '.config/nearcast').mkdir(parents=True)
        self.write_token('.config/nearcast/token', self.token)

    def write_token(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def client(self):
        return Client(self.port, self.token)

    def ask(self, *words, status=0, **environment):
        done = subprocess.run([self.nearcast, *words], capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False,
                              env=self.environment | environment, cwd=self.folder, timeout=DEADLINE)
        assert done.returncode == status, f'{words}: status {done.returncode}: {done.stdout}{done.stderr}'
        return done.stdout if status == 0 else done.stderr

    def json(self, *words, **more):
        return json.loads(self.ask(*words, '--json', **more))

    def same(self, text):
        """The text with what differs from run to run as ID-1, TOKEN-1, TIME; columns keep their places."""
        def number(found):
            kind = 'TOKEN' if found[0].startswith('nc') else 'ID'
            name = self.known.setdefault(found[0], f'{kind}-{len(self.known) + 1}')
            return name.ljust(len(found[0]))
        text = re.sub(r'\bnc[tj]_[\w-]{43}|\b[a-z]{2,4}_[0-9a-z]{26}\b', number, text)
        text = re.sub(r'after \d+ ms', 'after N ms', text.replace(f':{self.port}', ':PORT'))
        text = re.sub(r'\d{4}-\d\d-\d\dT[\d:.]+Z', 'TIME'.ljust(24), text)
        return re.sub(r' +$', '', text.replace(str(self.folder), 'FOLDER'), flags=re.M)

    def said(self, line):
        """A line of a .commands file: what is said, and the status. "> FILE" behind it writes a file; $1 is the first id
        that was said so far."""
        line, _, file = line.partition(' > ')
        ids = [text for text in self.known if '_' in text]
        words = [re.sub(r'\$(\d+)', lambda m: ids[int(m[1]) - 1], word) for word in shlex.split(line)]
        done = subprocess.run([self.nearcast, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                              env=self.environment, cwd=self.folder, timeout=DEADLINE, check=False)
        if file:
            self.write_token(file, done.stdout)
        return self.same(f'{done.stdout}{done.stderr}exit status {done.returncode}\n')

    def compare(self, name):
        for file, text in FILES.items():
            self.write_token(file, text)
        lines = (folder / f'{name}.commands').read_text().splitlines()
        got = ''.join(f'$ nearcast {line}\n{self.said(line)}\n' for line in lines if line and not line.startswith('#'))
        out = folder / f'{name}.out'
        if update:
            out.write_text(got)
        difference = '\n'.join(difflib.unified_diff(out.read_text().split('\n'), got.split('\n'), 'expected', 'said', lineterm=''))
        assert not difference, difference


class Between:
    """Stands between nearcast and a controller: before(method, path) comes before a request is handed on, and of
    those of `lost` (methods, each once) the answer is thrown away and the connection closed."""

    def __init__(self, port, before=lambda method, path: None, lost=()):
        between, self.asked, self.lost = self, [], list(lost)

        class Handler(socketserver.StreamRequestHandler):
            """One request."""
            def handle(self):
                head = b''
                while not head.endswith(b'\r\n\r\n'):
                    line = self.rfile.readline()
                    if not line:
                        return
                    head += line
                method, path = head.split()[:2]
                fields = dict(line.split(': ', 1) for line in head.decode().split('\r\n')[1:] if ': ' in line)
                body = self.rfile.read(int(fields.get('Content-Length', 0)))
                between.asked.append((method.decode(), path.decode(), fields))
                before(method.decode(), path.decode())
                connection = http.client.HTTPConnection('127.0.0.1', port, timeout=DEADLINE)
                try:
                    connection.request(method.decode(), path.decode(), body or None, {k: v for k, v in fields.items() if k != 'Content-Length'})
                    answer = connection.getresponse()
                    text = answer.read()
                except OSError:
                    return  # there is no controller just now
                if method.decode() in between.lost:
                    between.lost.remove(method.decode())
                    return
                etag = f'ETag: {answer.headers["ETag"]}\r\n' if answer.headers['ETag'] else ''
                self.wfile.write(f'HTTP/1.1 {answer.status} x\r\n{etag}Connection: close\r\nContent-Length: {len(text)}\r\n\r\n'.encode() + text)

        class Server(socketserver.ThreadingTCPServer):
            """On the loopback, at a free port."""
            daemon_threads = True
        self.server = Server(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}'


@case
def what_is_said(nearcast, program):
    for name in sorted(path.stem for path in folder.glob('*.commands')):
        with Controller(program) as controller:
            Nearcast(nearcast, controller).compare(name)


def with_project(nearcast, controller):
    n = Nearcast(nearcast, controller)
    n.ask('pools', 'add', 'europe', '203.0.113.0/24')
    n.ask('projects', 'add', 'web')
    return n


@case
def an_order_whose_answer_is_lost_is_done_once(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        between = Between(n.port, lost=['POST'])
        got = n.json('ips', 'order', '-p', 'web', '-4', NEARCAST_CONTROLLER=between.url)
        keys = [fields['Idempotency-Key'] for method, _, fields in between.asked if method == 'POST']
        assert len(keys) == 2 and keys[0] == keys[1], between.asked
        assert [ip['id'] for ip in n.json('ips', 'list')['items']] == [got['id']]
        n.ask('ips', 'order', '-p', 'web', '-4', NEARCAST_CONTROLLER=between.url)
        assert between.asked[-1][2]['Idempotency-Key'] != keys[0]


@case
def an_order_whose_answer_is_lost_again_and_again_is_repeated_with_its_key(nearcast, program):
    """By hand, once nearcast has given up; so is one that is interrupted, since the key is said before."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        between = Between(n.port, lost=['POST'] * 1000)
        order = ['ips', 'order', '-p', 'web', '-4']
        process = subprocess.Popen([nearcast, *order], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   env=n.environment | {'NEARCAST_CONTROLLER': between.url})
        line = process.stderr.readline()
        assert line.startswith('The answer was lost; it is asked for again with the same key, '), line
        key = line.split()[-1].rstrip('.')
        got = n.json(*order, '--key', key)
        said = process.communicate(timeout=DEADLINE)[1]
        assert process.returncode == 1 and f'The same command with --key {key} does it once at most.' in said, said
        keys = {fields['Idempotency-Key'] for method, _, fields in between.asked if method == 'POST'}
        assert keys == {key} and [ip['id'] for ip in n.json('ips', 'list')['items']] == [got['id']]


@case
def an_order_waits_for_a_controller_that_is_restarted(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)

        def stop(method, _):
            if method == 'POST' and len(posts()) == 1:
                controller.stop()
        posts = lambda: [fields for method, _, fields in between.asked if method == 'POST']
        between = Between(n.port, before=stop)
        process = subprocess.Popen([nearcast, 'ips', 'order', '-p', 'web', '-4', '--key', 'run-17', '--json'], stderr=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, env=n.environment | {'NEARCAST_CONTROLLER': between.url})
        assert 'run-17' in process.stderr.readline()
        controller.start()
        got = json.loads(process.communicate(timeout=DEADLINE)[0])
        assert process.returncode == 0 and n.json('ips', 'list')['items'][0]['id'] == got['id']
        assert n.json('ips', 'order', '-p', 'web', '-4', '--key', 'run-17')['id'] == got['id']
        assert 'belongs to another request' in n.ask('ips', 'order', '-p', 'web', '-6', '--key', 'run-17', status=1)


@case
def a_token_that_was_lost_is_said_to_be(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        between = Between(n.port, lost=['POST'])
        said = n.ask('token', 'create', 'x', '--role', 'viewer', status=1, NEARCAST_CONTROLLER=between.url)
        assert 'its text was lost' in said, said


@case
def what_somebody_else_changed_is_not_overwritten(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        n.ask('ips', 'order', '-p', 'web', '-4')
        other = n.client()
        ip = n.json('ips', 'list')['items'][0]
        path = f'/api/v1/projects/web/global-ips/{ip["id"]}'

        def change(method, _):
            if method in ('PATCH', 'DELETE'):
                other.ask('PATCH', path, {'description': 'theirs'}, status=200, if_match='*')
        between = Between(n.port, before=change)
        for words in ('tag', ip['prefix'], 'ours'), ('release', ip['prefix'], '--yes'):
            said = n.ask('ips', *words, status=1, NEARCAST_CONTROLLER=between.url)
            assert 'changed since it was read' in said, said
        ip = n.json('ips', 'show', ip['prefix'])
        assert (ip['tags'], ip['description'], ip['state']) == ([], 'theirs', 'active'), ip


@case
def a_list_has_all_its_pages(nearcast, program):
    with Controller(program) as controller:
        n = Nearcast(nearcast, controller)
        client = n.client()
        for i in range(405):
            client.ask('POST', '/api/v1/projects', {'name': f'p{i}'}, status=201)
        whole = n.json('projects', 'list')
        assert len({p['name'] for p in whole['items']}) == 405 and whole['next'] is None
        part = n.json('projects', 'list', '--limit', '203')
        assert part['items'] == whole['items'][:203] and part['next']


def answer_in_terminal(n, answer, *words):
    """Types the answer when it is asked for; what was shown, and the status."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([n.nearcast, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=n.environment, cwd=n.folder) as process:
        os.close(theirs)
        shown = b''
        try:
            while part := os.read(ours, 4096):
                shown += part
                if b'[y/N] ' in shown and answer:
                    os.write(ours, answer)
                    answer = b''
        except OSError:
            pass  # it has ended
        os.close(ours)
        return shown.decode(), process.wait(DEADLINE)


@case
def events_are_listed_and_chosen(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        at = ['--controller', f'http://127.0.0.1:{n.port}']
        for name in ('ams', 'sin'):
            n.ask('sites', 'add', name)
        lines = n.ask('events', *at).splitlines()
        assert len(lines) == 5 and 'token-created' in lines[0] and 'site sin created by administrator' in lines[4], lines
        assert n.ask('events', *at, '-n', '1').splitlines() == lines[4:]
        assert n.ask('events', *at, '--since', '1h', '--kind', 'site-created').splitlines() == lines[3:]
        assert n.ask('events', *at, '--since', '2200-01-01') == ''
        assert n.ask('events', '--site', 'ams').splitlines() == lines[3:4]
        assert n.ask('events', '-p', 'web').splitlines() == lines[2:3]
        assert n.ask('events', '--severity', 'warning') == ''
        events = [json.loads(line) for line in n.ask('events', *at, '--json').splitlines()]
        assert [e['number'] for e in events] == [1, 2, 3, 4, 5] and events[4]['site'] == 'sin', events
        assert 'did you mean service-withdrawn?' in n.ask('events', '--kind', 'service-withdraw', status=2)
        assert '--neighbor is for the agent' in n.ask('events', '--site', 'ams', '--neighbor', 'r1', status=2)
        assert 'no such project' in n.ask('events', '-p', 'other', status=1)


@case
def events_are_followed_over_a_restart(nearcast, program):
    """Each once, in order; what is not kept any more is said; it ends when it may not any more."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        viewer = n.json('token', 'create', 'watcher', '--role', 'viewer')
        n.write_token('watcher', viewer['token'])
        process = subprocess.Popen([nearcast, 'events', '-f', '--json', '-n', '1', '--controller', f'http://127.0.0.1:{n.port}', '--token-file', 'watcher'],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=n.environment, cwd=n.folder)

        def next_one():
            return json.loads(process.stdout.readline())
        seen = [next_one()]
        assert seen[0]['kind'] == 'token-created', seen
        n.ask('sites', 'add', 'ams')
        seen.append(next_one())
        assert controller.stop() == 0
        controller.start()
        n.ask('sites', 'add', 'sin')
        seen.append(next_one())
        assert [e['kind'] for e in seen[1:]] == ['site-created'] * 2 and [e['number'] for e in seen] == [4, 5, 6], seen
        assert controller.stop() == 0
        with sqlite3.connect(controller.conf['store']) as store:
            store.execute("UPDATE counters SET number = 20 WHERE name = 'events'")
            store.execute("INSERT INTO counters (name, number) VALUES ('events-forgotten', 20)")
        store.close()
        controller.start()
        gap = next_one()
        assert (gap['kind'], gap['why'], gap['after'], gap['upto']) == ('gap', 'forgotten', 6, 20), gap
        n.ask('sites', 'add', 'tyo')
        assert next_one()['number'] == 21
        n.ask('token', 'revoke', viewer['id'], '--yes')
        out, errors = process.communicate(timeout=DEADLINE)
        assert process.returncode == 1 and 'A valid token is needed' in errors, (out, errors)
        assert errors.count('the controller is away') <= 2, errors


@case
def a_release_is_asked_for_in_a_terminal(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        n.ask('ips', 'order', '-p', 'web', '-4')
        prefix = n.json('ips', 'list')['items'][0]['prefix']
        shown, status = answer_in_terminal(n, b'\n', 'ips', 'release', prefix)
        assert status == 1 and 'somebody else may get it' in shown and 'nothing was changed' in shown, shown
        assert n.json('ips', 'list')['items']
        shown, status = answer_in_terminal(n, b'y\n', 'ips', 'release', prefix)
        assert status == 0 and 'released, rests until' in shown, shown
        assert not n.json('ips', 'list')['items']


@case
def an_operator_needs_no_project(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        n.ask('projects', 'add', 'shop')
        n.ask('ips', 'order', '-p', 'shop', '-4')
        n.write_token('operator', n.ask('token', 'create', 'ci', '--role', 'operator', '--project', 'web'))
        as_operator = {'NEARCAST_TOKEN_FILE': str(n.folder / 'operator')}
        got = n.json('ips', 'order', '-4', **as_operator)
        assert got['project'] == 'web', got
        assert [ip['id'] for ip in n.json('ips', 'list', **as_operator)['items']] == [got['id']]
        assert n.json('ips', 'show', got['id'], **as_operator) == got
        n.ask('pools', 'add', 'mine', '192.0.2.0/24', status=1, **as_operator)


@case
def words_go_into_paths_as_one_part(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for name in '..', 'web/global-ips', 'web?limit=1', 'web%2f..', 'a b', 'ä':
            said = n.ask('projects', 'show', name, status=1)
            assert 'no' in said, said
        n.ask('projects', 'show', b'\xff', status=1)


@case
def what_cannot_be_written_fails(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for words in (['pools', 'list'], ['pools', 'list', '--json'], ['pools', 'show', 'europe'], ['pools', 'set', 'europe', '--open'],
                      ['ips', 'order', '-p', 'web', '-4'], ['ips', 'release', '203.0.113.1', '--yes'], ['projects', 'add', 'shop'],
                      ['projects', 'remove', 'shop'],
                      ['token', 'create', 'x', '--role', 'viewer']):
            with open('/dev/full', 'w', encoding='utf-8') as full:
                done = subprocess.run([n.nearcast, *words], stdout=full, stderr=subprocess.PIPE, text=True, env=n.environment,
                                      cwd=n.folder, timeout=DEADLINE, check=False)
            assert done.returncode == 1 and 'stdout: No space left on device' in done.stderr, f'{words}: {done}'

@case
def what_show_prints_can_be_applied(nearcast, program):
    """Whatever was changed since: the file says what the service shall be, not which revision that was."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for site in 'ams', 'sin':
            n.ask('sites', 'add', site)
        n.write_token('service', FILES['service'])
        n.ask('services', 'apply', 'service', '-p', 'web')
        shown = n.json('services', 'show', 'web', '-p', 'web')
        n.write_token('shown', json.dumps(shown))
        same = 'service web: nothing differs from the file\nWarning: it has no Global IP: there is nothing to announce\n'
        assert n.ask('services', 'apply', 'shown', '-p', 'web') == same
        n.write_token('other', json.dumps(shown | {'description': 'other'}))
        assert 'service web: changed' in n.ask('services', 'apply', 'other', '-p', 'web')
        assert n.ask('services', 'apply', 'other', '-p', 'web') == same
        assert 'service web: changed' in n.ask('services', 'apply', 'shown', '-p', 'web')
        n.ask('services', 'remove', 'web', '-p', 'web', '--yes')
        assert 'service web: made' in n.ask('services', 'apply', 'shown', '-p', 'web')


@case
def a_rollout_is_told_what_to_do(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for site, host in ('ams', 'h1'), ('sin', 'h2'):
            n.ask('sites', 'add', site)
            n.ask('hosts', 'add', host, '--site', site)
        n.write_token('service', FILES['service'])
        n.ask('services', 'apply', 'service', '-p', 'web')
        rollout = n.json('rollout', 'start', 'web', '-p', 'web', '--site', 'sin', '--at-once', '2', '-t', '5m')
        assert [step['site'] for step in rollout['steps']] == ['sin'] and rollout['parameters'] == {'at_most_ms': 300000}, rollout
        for command, state in ('pause', 'paused'), ('resume', 'running'), ('stop', 'stopped'), ('resume', 'running'), ('take-back', 'taken-back'):
            assert n.json('rollout', command, rollout['id'], '-p', 'web')['state'] == state, command
        said = n.ask('rollout', 'resume', rollout['id'], '-p', 'web', status=1)
        assert 'it is taken-back: it cannot become running' in said, said
        shown = subprocess.run([nearcast, 'rollout', 'show', rollout['id'], '-p', 'web', '--watch'], stdout=subprocess.PIPE, text=True, check=False,
                               env=n.environment, timeout=DEADLINE)
        assert shown.returncode == 1 and shown.stdout.startswith('drain of web: taken-back'), shown
        n.write_token('change', 'document: { listen: [tcp/81] }\n')
        rollout = n.json('rollout', 'start', 'web', '-p', 'web', '--document', 'change')
        assert (rollout['kind'], rollout['document']) == ('change', {'listen': ['tcp/81']}), rollout


@case
def a_rollout_that_is_watched_no_more_goes_on(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for site, host in ('ams', 'h1'), ('sin', 'h2'):
            n.ask('sites', 'add', site)
            n.ask('hosts', 'add', host, '--site', site)
        n.write_token('service', FILES['service'])
        n.ask('services', 'apply', 'service', '-p', 'web')
        process = subprocess.Popen([nearcast, 'rollout', 'start', 'web', '-p', 'web', '--watch'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, env=n.environment, cwd=n.folder)
        try:
            assert process.stdout.readline().startswith('drain of web: running')
            controller.process.send_signal(signal.SIGSTOP)
            _, said = process.communicate(timeout=DEADLINE)
        finally:
            controller.process.send_signal(signal.SIGCONT)
            process.kill()
        rollout, = n.json('rollout', 'list', '-p', 'web')['items']
        assert process.returncode == 1 and 'no word of an answer' in said, said
        assert f'its controller goes on with it, watched or not: `nearcast rollout show {rollout["id"]} --project web` tells' in said, said


@case
def a_host_too_many_is_removed_with_a_reason(nearcast, program):
    """What is advised is an option of the command; where it has none, nothing is."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for site, host in ('ams', 'h1'), ('sin', 'h2'):
            n.ask('sites', 'add', site)
            n.ask('hosts', 'add', host, '--site', site)
        n.write_token('service', FILES['service'])
        n.ask('services', 'apply', 'service', '-p', 'web')
        n.ask('hosts', 'remove', 'h1', '--yes')
        said = n.ask('hosts', 'remove', 'h2', '--yes', status=1)
        assert 'too few sites' in said and 'If that is meant, --override REASON' in said, said
        n.ask('hosts', 'remove', 'h2', '--yes', '--override', 'sold & gone')
        assert [a['override_reason'] for a in n.json('audit', '-n', '2')['items'] if a['override_reason']] == ['sold & gone']
        with Strange(problem(409, 'Too few', 'none left', PROBLEM + 'last-site')) as strange:
            said = n.ask('rollout', 'start', 'web', '-p', 'web', status=1, NEARCAST_CONTROLLER=f'http://{strange.at}')
        assert 'Too few' in said and '--override' not in said, said
        at_once = problem(409, 'Too many at once', '3 of 3', PROBLEM + 'at-once')
        for words, is_advised in ((('services', 'remove', 'web', '--yes'), True), (('rollout', 'list'), False)):
            with Strange(at_once) as strange:
                said = n.ask(*words, '-p', 'web', status=1, NEARCAST_CONTROLLER=f'http://{strange.at}')
            assert ('nearcast rollout start' in said and '--override REASON does it at once' in said) == is_advised, said


@case
def a_token_is_revoked_by_its_name(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        for name in ('twin', 'other'):
            n.ask('token', 'create', name, '--role', 'viewer')
        said = n.ask('token', 'create', 'twin', '--role', 'viewer', status=1)
        assert '/name: another valid token of no project is called so (tok_' in said, said
        assert 'another valid token' in controller.command('token', 'twin', status=1)
        n.ask('token', 'create', 'twin', '--role', 'viewer', '--project', 'web')
        # a store of former times has such
        with sqlite3.connect(controller.conf['store']) as store:
            store.execute("UPDATE tokens SET name = 'twin' WHERE name = 'other'")
        twins = [(t['id'], t['project']) for t in n.json('token', 'list')['items'] if t['name'] == 'twin']
        said = n.ask('token', 'revoke', 'twin', '--yes', status=1)
        assert '3 tokens are called "twin"; which one? Give its id, or --project: ' in said and f'{twins[2][0]} of project web' in said, said
        assert 'revoked' in n.ask('token', 'revoke', 'twin', '--project', 'web', '--yes')
        n.ask('token', 'revoke', twins[0][0], '--yes')
        assert 'revoked' in n.ask('token', 'revoke', 'twin', '--yes')
        assert 'there is no token' in n.ask('token', 'revoke', 'twin', '--yes', status=1)
        n.ask('token', 'create', 'twin', '--role', 'viewer')


@case
def a_site_on_another_document_is_seen(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        admin = n.client()
        for site in ('ams', 'sin'):
            n.ask('sites', 'add', site)
        admin.ask('POST', '/api/v1/pools', {'name': 'other', 'prefix': '198.51.100.0/24'}, status=201)
        ip = admin.ask('POST', '/api/v1/projects/web/global-ips', {}, status=201).json
        admin.ask('POST', '/api/v1/projects/web/services', {'name': 'shop', 'document': {'listen': ['tcp/80']}, 'global_ips': [ip['id']],
                                                            'sites': ['ams', 'sin']}, status=201)
        n.write_token('shop', '{"name": "shop", "document": {"listen": ["tcp/80"]}}')
        n.write_token('new', '{"name": "shop", "document": {"listen": ["tcp/80", "tcp/443"]}}')
        for site in ('ams', 'sin'):
            token = admin.ask('POST', '/api/v1/join-tokens', {'site': site}, status=201).json['token']
            host = Client(n.port, admin.ask('POST', '/agent/v1/join', {'token': token, 'name': f'{site}-1'}, status=201).json['credential'])
            revision = host.ask('GET', '/agent/v1/desired', status=200).json['revision']
            address = {'prefix': ip['prefix'], 'stage': 'preferred', 'verdict': 'passing', 'reason': '', 'since': '2026-11-29T16:42:57Z'}
            host.ask('POST', '/agent/v1/report', {'run': 'r', 'agent_version': '1', 'applied_revision': revision, 'services': [
                {'name': 'web.shop', 'from': 'controller', 'addresses': [address]}], 'neighbors': [], 'events': []}, status=200)
            host.close()
        at_ams = 'Its document is at ams; all other sites have that of the service.\n'
        rollout = n.json('rollout', 'start', 'shop', '-p', 'web', '--document', 'new')['id']
        said = n.ask('services', 'status', 'shop', '-p', 'web')
        assert f'\nRollout {rollout}, a change of shop: running\n{at_ams}' in said, said
        n.ask('rollout', 'stop', rollout, '-p', 'web')
        way_out = (f'`nearcast rollout resume {rollout} --project web` goes on, `nearcast rollout take-back {rollout} --project web` '
                   'gives every site the former document.\n')
        said = n.ask('services', 'apply', 'shop', '-p', 'web')
        assert said.startswith(f'service shop: nothing differs from the file\n\nRollout {rollout}, a change of shop: stopped, '), said
        assert said.endswith(at_ams + way_out), said
        assert n.ask('services', 'status', 'shop', '-p', 'web').endswith(at_ams + way_out)
        shown = subprocess.run([n.nearcast, 'rollout', 'show', rollout, '-p', 'web', '--watch'], capture_output=True, text=True, check=False,
                               env=n.environment, cwd=n.folder, timeout=DEADLINE)
        assert shown.returncode == 1 and shown.stdout.endswith(way_out), shown
        for words in (('rollout', 'start', 'shop', '--document', 'new'), ('services', 'apply', 'new')):
            assert 'has stopped, and sites that it has come to keep its document; resume it, or take it back' in n.ask(
                *words, '-p', 'web', status=1)
        n.ask('rollout', 'take-back', rollout, '-p', 'web')
        assert 'Rollout' not in n.ask('services', 'status', 'shop', '-p', 'web')
        assert n.ask('services', 'apply', 'shop', '-p', 'web') == 'service shop: nothing differs from the file\n'


@case
def what_was_done_is_undone(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        n.ask('sites', 'add', 'ams', '--city', 'Amsterdam')
        n.ask('hosts', 'add', 'h1', '--site', 'ams')
        n.ask('drain', '--host', 'h1')
        last = lambda: n.json('audit', '-n', '1')['items'][0]
        assert n.ask('undo', last()['id']) == 'create of order drain all services on h1: undone, it is no more\n'
        assert n.json('orders')['items'] == [] and last()['undo_of'], last()
        n.ask('sites', 'set', 'ams', '--city', 'Schiphol')
        change = last()['id']
        n.ask('sites', 'set', 'ams', '--country', 'NL')
        assert 'it was changed again since then' in n.ask('undo', change, status=1)
        assert n.ask('undo', last()['id']) == 'change of site ams: undone\n'
        assert n.json('sites', 'show', 'ams')['country'] == ''
        n.ask('hosts', 'remove', 'h1', '--yes')
        said = n.ask('undo', last()['id'])
        assert said == ('delete of host h1: undone\n'
                        'It has to join again, with a token of: nearcast hosts join-tokens create --site ams --host h1\n'), said


@case
def a_host_joins_and_keeps_what_it_was_given(nearcast, program):
    with Controller(program) as controller:
        n = Nearcast(nearcast, controller)
        n.ask('sites', 'add', 'ams')
        n.write_token('join', n.ask('hosts', 'join-tokens', 'create', '--site', 'ams'))
        state = n.folder / 'state'
        url = f'http://127.0.0.1:{n.port}'

        def join(*words, status=0):
            return n.ask('join', *words, '--state-directory', state, '--socket', n.folder / 'nobody', status=status)
        said = join(url + '/', '--token-file', 'join', '--name', 'h1')
        assert f'joined {url} as host h1 of site ams' in said and 'when it starts' in said, said
        kept = json.loads((state / 'controller.json').read_text())
        assert (state / 'controller.json').stat().st_mode & 0o777 == 0o600
        assert (kept['url'], kept['host'], kept['site']) == (url, 'h1', 'ams') and kept['credential'] not in said
        # a token works once, a name is one host's, and another controller is joined on purpose only
        assert 'used already' in join(url, '--token-file', 'join', '--name', 'h2', status=1)
        n.write_token('other', n.ask('hosts', 'join-tokens', 'create', '--site', 'ams'))
        assert 'another host is called so' in join(url, '--token-file', 'other', '--name', 'h1', status=1)
        assert '--force' in join('https://192.0.2.1:8179', '--token', 'x', '--name', 'h1', status=1)
        assert 'in clear' in join('http://192.0.2.1:8179', '--token', 'x', '--name', 'h1', status=2)
        assert 'onnect' in join('http://127.0.0.1:1', '--token', 'x', '--name', 'h1', '--force', status=1)
        assert json.loads((state / 'controller.json').read_text()) == kept
        n.write_token('again', n.ask('hosts', 'join-tokens', 'create', '--site', 'ams', '--host', 'h1'))
        join(url, '--token-file', 'again', '--name', 'h1')
        again = json.loads((state / 'controller.json').read_text())
        assert again['host_id'] == kept['host_id'] and again['credential'] != kept['credential']
        assert 'left ' in n.ask('leave', '--state-directory', state, '--socket', n.folder / 'nobody')
        assert not (state / 'controller.json').exists()
        assert 'no controller' in n.ask('leave', '--state-directory', state, status=1)


class Strange:
    """Answers every request with these bytes, and `more` of them again and again; under TLS with a context."""

    def __init__(self, answer, more=b'', tls=None):
        class Handler(socketserver.BaseRequestHandler):
            """One connection."""
            def handle(self):
                try:
                    connection = tls.wrap_socket(self.request, server_side=True) if tls else self.request
                    while b'\r\n\r\n' not in connection.recv(65536):
                        pass
                    connection.sendall(answer)
                    while more:
                        connection.sendall(more)
                except OSError:
                    pass  # who asks has had enough
        self.server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.at = f'127.0.0.1:{self.server.server_address[1]}'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def answer_of(status, text, kind='application/problem+json', length=None):
    text = text.encode() if isinstance(text, str) else json.dumps(text).encode()
    return f'HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length or len(text)}\r\nConnection: close\r\n\r\n'.encode() + text


def problem(status, title, detail, kind='about:blank'):
    return answer_of(status, {'type': kind, 'title': title, 'status': status, 'detail': detail})


PROBLEM = 'urn:nearcast:problem:'
STRANGE = {  # what is answered: what is said
    problem(401, 'A valid token is needed', 'it was revoked', PROBLEM + 'unknown-caller'): '`nearcast login`',
    problem(409, 'No pool has such a block free', 'europe is full', PROBLEM + 'pool-full'): 'No pool has such a block free: europe is full',
    problem(409, 'Too few', 'none left', PROBLEM + 'last-site'): 'Too few: none left',
    problem(412, 'The object was changed', 'it is 3', PROBLEM + 'changed'): 'try again',
    problem(429, 'Too many requests', 'wait'): 'Too many requests: wait',
    problem(503, 'The store does not answer', 'in 1 s', PROBLEM + 'store'): 'Nothing was changed; try again in a moment.',
    problem(500, 'It \x1b[2Jhas failed', 'a\nb'): 'It ?[2Jhas failed: a?b',
    answer_of(502, '<html>Bad Gateway</html>', 'text/html'): 'status 502, and no word from a controller',
    answer_of(200, '<html>Welcome</html>', 'text/html'): 'status 200, and no word from a controller',
    answer_of(302, '', 'text/html'): 'status 302, and no word from a controller',
    answer_of(200, '{"items": [{"na', 'application/json'): 'status 200, and no word from a controller',
    answer_of(200, '[' * 5000, 'application/json'): 'status 200, and no word from a controller',
    answer_of(200, {'items': 3}): 'the answer is not a page of a list',
    answer_of(200, {'items': [], 'next': 'on'}): 'the answer is not a page of a list',
    answer_of(200, '{"items": [', 'application/json', length=100): 'bytes remaining',
    b'SSH-2.0-OpenSSH_9\r\n': '',
    b'': 'Empty reply',
}


@case
def whatever_answers_is_told_from_a_controller(nearcast, program):
    with Controller(program) as controller:
        n = Nearcast(nearcast, controller)
        for answer, wanted in STRANGE.items():
            with Strange(answer) as strange:
                said = n.ask('pools', 'list', status=1, NEARCAST_CONTROLLER=f'http://{strange.at}')
            assert wanted in said and '\x1b' not in said, f'{answer}: {said}'
            assert len(said.splitlines()) <= 2, said


@case
def an_answer_without_an_end_is_refused(nearcast, program):
    with Controller(program) as controller:
        n = Nearcast(nearcast, controller)
        with Strange(answer_of(200, '', 'application/json', length=5 << 30), more=b' ' * 65536) as strange:
            said = n.ask('pools', 'list', status=1, NEARCAST_CONTROLLER=f'http://{strange.at}')
        assert 'more than 67108864 bytes' in said, said


@case
def a_certificate_is_looked_at(nearcast, program):
    with Controller(program) as controller:
        n = Nearcast(nearcast, controller)
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-addext', 'subjectAltName=DNS:localhost',
                        '-keyout', n.folder / 'key.pem', '-out', n.folder / 'cert.pem'], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(n.folder / 'cert.pem', n.folder / 'key.pem')
        with Strange(answer_of(200, {'items': [], 'next': None}), tls=tls) as strange:
            url = f'https://localhost:{strange.at.partition(":")[2]}'
            assert 'certificate' in n.ask('pools', 'list', status=1, NEARCAST_CONTROLLER=url)
            n.ask('pools', 'list', '--ca-file', 'cert.pem', NEARCAST_CONTROLLER=url)
            # of another name
            assert 'certificate' in n.ask('pools', 'list', '--ca-file', 'cert.pem', status=1, NEARCAST_CONTROLLER=f'https://{strange.at}')
            n.ask('pools', 'list', '--ca-file', 'none.pem', status=1, NEARCAST_CONTROLLER=url)
        said = n.ask('pools', 'list', status=1, NEARCAST_CONTROLLER=f'https://127.0.0.1:{n.port}')
        # a reset may come before what was answered to our TLS
        assert 'speaks no TLS' in said and 'its address begins with http://' in said and 'SSL' not in said, said


@case
def tls_is_told_from_none(nearcast, program):
    """A controller that speaks TLS, asked without."""
    with Controller(program) as controller:
        make(controller.path, days=3)
        controller.conf['tls'] = {'certificate': str(controller.path / CERTIFICATE), 'key': str(controller.path / KEY)}
        n = Nearcast(nearcast, controller)
        said = n.ask('pools', 'list', status=1, NEARCAST_CONTROLLER=f'http://127.0.0.1:{n.port}')
        assert 'what speaks TLS ends a connection so, and then its address begins with https://' in said, said


def silent_for(controller, seconds):
    """As if it had not run for so long."""
    with contextlib.closing(sqlite3.connect(controller.conf['store'])) as store:
        store.execute('UPDATE hosts SET seen_at = seen_at - ?', (seconds * 10**9,))
        store.execute('UPDATE listening SET since = since - ?, until = until - ?', (seconds * 10**9,) * 2)
        store.commit()


@case
def hosts_are_waited_for_behind_a_restart(nearcast, program):
    """What would be refused until they are back is done when they are."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        agents = []
        for site in 'ams', 'sin':
            n.ask('sites', 'add', site)
            token = n.ask('hosts', 'join-tokens', 'create', '--site', site).strip()
            joined = n.client().ask('POST', '/agent/v1/join', {'token': token, 'name': f'{site}-1'}, status=201).json
            agents.append(joined['credential'])
        n.write_token('service', FILES['service'])
        n.ask('services', 'apply', 'service', '-p', 'web')

        def report():
            for agent in agents:
                Client(n.port, agent).ask('POST', '/agent/v1/report', {
                    'run': 'r', 'agent_version': '1', 'neighbors': [], 'services': [{'name': 'web.web', 'from': 'controller', 'addresses': [
                        {'prefix': '203.0.113.1/32', 'stage': 'preferred', 'verdict': 'passing', 'since': '2026-11-29T16:42:57Z'}]}]}, status=200)
        report()
        controller.stop()
        silent_for(controller, 20)
        controller.start()
        words = [n.nearcast, 'drain', 'web', '--site', 'ams', '-p', 'web']
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=n.environment, cwd=n.folder) as drain:
            assert 'waits for hosts to come back' in drain.stderr.readline()
            report()
            out, errors = drain.communicate(timeout=DEADLINE)
            assert (drain.returncode, out, errors) == (0, 'web at site ams: drains\n', ''), (drain.returncode, out, errors)


@case
def one_that_hangs_is_not_waited_for(nearcast, program):
    """It takes connections, and says nothing: SIGSTOP."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        controller.process.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            said = n.ask('pools', 'list', status=1)
            assert 'no word of an answer came within 9s' in said, said
            # of a minute that it would have for a whole answer
            assert time.monotonic() - began < 40
            said = n.ask('ips', 'order', '-p', 'web', '-4', '--key', 'k1', status=1)
            assert 'not known whether it was done' in said and '--key k1' in said, said
        finally:
            controller.process.send_signal(signal.SIGCONT)
        n.ask('ips', 'order', '-p', 'web', '-4', '--key', 'k1')
        assert len(json.loads(n.ask('ips', 'list', '--json'))['items']) == 1


@case
def a_stream_that_hangs_is_noticed(nearcast, program):
    """And one that only has nothing to tell is not taken for one, however long that is."""
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        process = subprocess.Popen([nearcast, 'events', '-f', '-n', '1', '--controller', f'http://127.0.0.1:{n.port}'],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=n.environment, cwd=n.folder)
        try:
            assert process.stdout.readline()
            assert not select.select([process.stderr], [], [], 13)[0], process.stderr.readline()
            controller.process.send_signal(signal.SIGSTOP)
            assert select.select([process.stderr], [], [], 25)[0], 'nothing is said of it'
            assert 'the controller is away' in process.stderr.readline()
            controller.process.send_signal(signal.SIGCONT)
            n.ask('sites', 'add', 'ams')
            assert 'site-created' in process.stdout.readline()
        finally:
            controller.process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()


def said_words(n, kind):
    done = subprocess.run([n.nearcast, 'completion', '--words', kind], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env=n.environment, timeout=DEADLINE, check=False)
    return done.stdout.split()


@case
def names_are_completed(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        n.ask('projects', 'add', 'shop')
        n.ask('sites', 'add', 'ams')
        n.ask('hosts', 'add', 'h1', '--site', 'ams')
        n.ask('ips', 'order', '-p', 'web', '-4')
        n.write_token('service', FILES['service'].replace('[ams, sin]', '[ams]'))
        n.ask('services', 'apply', 'service', '-p', 'web')
        for kind, words in {'POOL': 'europe', 'PROJECT': 'web shop', 'SITE': 'ams', 'HOST': 'h1', 'GLOBAL-IP': '203.0.113.1/32',
                            'SERVICE': 'web'}.items():
            until = time.monotonic() + DEADLINE
            while (got := said_words(n, kind)) != words.split():  # it does not wait for long, and gives up
                assert time.monotonic() < until, f'{kind}: {got}'
        # away, or slow: nothing, and soon
        for url in 'http://127.0.0.1:1', Between(n.port, before=lambda method, path: threading.Event().wait(DEADLINE)).url:
            n.environment['NEARCAST_CONTROLLER'] = url
            assert said_words(n, 'POOL') == []


@case
def a_login_is_for_its_address_alone(nearcast, program):
    with Controller(program) as controller:
        n = Nearcast(nearcast, controller)
        (n.folder / '.config/nearcast/token').rename(n.folder / 'first')
        assert '`nearcast login' in n.ask('pools', 'list', status=1)
        done = subprocess.run([nearcast, 'login'], input=n.token + '\n', capture_output=True, text=True, env=n.environment, check=True)
        kept = n.folder / '.config/nearcast/login.json'
        assert 'kept in' in done.stdout and kept.stat().st_mode & 0o777 == 0o600, done
        n.ask('login', f'http://127.0.0.1:{n.port}/', '--token-file', 'first')
        assert json.loads(kept.read_text())['controller'] == f'http://127.0.0.1:{n.port}'
        other = Between(n.port)
        said = n.ask('pools', 'list', status=1, NEARCAST_CONTROLLER=other.url)
        assert 'there is no token for' in said and not other.asked, said
        n.ask('pools', 'list', NEARCAST_CONTROLLER=f'http://127.0.0.1:{n.port}/')
        kept.chmod(0o644)
        assert 'others can read the token' in n.ask('pools', 'list', status=1)
        # and is not in the way of who names both
        n.ask('pools', 'list', '--controller', f'http://127.0.0.1:{n.port}', '--token-file', 'first')
        kept.chmod(0o600)
        kept.write_text('{}')
        assert 'log in again' in n.ask('pools', 'list', status=1)
        n.ask('login', '--token-file', 'first')
        n.ask('pools', 'list')
        n.ask('logout')
        assert '`nearcast login' in n.ask('pools', 'list', status=1)


run_cases(*map(os.path.abspath, sys.argv[-2:]))
