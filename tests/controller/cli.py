#!/usr/bin/env python3
"""nearcast asks the real nearcast-controller, over the loopback: cli.py [--update] NEARCAST NEARCAST-CONTROLLER. TAP.

cli/NAME.out is what is said to the commands of cli/NAME.commands; --update writes it: read the difference
before you keep it. Ids, times and tokens are told apart by numbers."""
import difflib
import http.client
import json
import os
import pathlib
import pty
import re
import shlex
import socketserver
import subprocess
import sys
import threading

from server import DEADLINE, Client, Controller, case, run_cases

folder = pathlib.Path(__file__).resolve().parent / 'cli'
update = sys.argv[1] == '--update'


SERVICE = {'name': 'web', 'document': {'listen': ['tcp/80'], 'checks': {'front': {'type': 'http', 'fall': 3}}}}
FILES = {  # that the commands name
    'bad': 'name: [web\n',
    'nameless': 'document: {}\n',
    'wrong': json.dumps(SERVICE | {'document': {'lisen': ['tcp/80']}}),
    'service': 'name: web\nsites: [ams, sin]\ndocument:\n  listen: [tcp/80]\n  checks:\n    front: { type: http, fall: 3 }\n',
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
                connection.request(method.decode(), path.decode(), body or None, {k: v for k, v in fields.items() if k != 'Content-Length'})
                answer = connection.getresponse()
                text = answer.read()
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
def an_order_whose_answer_is_lost_twice_is_not_known(nearcast, program):
    with Controller(program) as controller:
        n = with_project(nearcast, controller)
        between = Between(n.port, lost=['POST', 'POST'])
        said = n.ask('ips', 'order', '-p', 'web', '-4', status=1, NEARCAST_CONTROLLER=between.url)
        assert 'It is not known whether it was done' in said, said
        assert len(n.json('ips', 'list')['items']) == 1


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


run_cases(*map(os.path.abspath, sys.argv[-2:]))
