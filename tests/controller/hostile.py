#!/usr/bin/env python3
"""Clients that mean no good, at the real nearcast-controller: hostile.py NEARCAST-CONTROLLER [--postgresql] [--idle N]. TAP.

Whatever they send, the others are answered, nothing is changed by what was refused, and what is refused is a problem
document, or the connection is closed.
"""
import argparse
import json
import re
import resource
import socket
import time

from ordering import PATH, all_there, make_room
from postgresql import new_stores
from server import DEADLINE, Client, Controller, Skip, case, run_cases

EVIL = ("' OR '1'='1", "'; DROP TABLE projects; --", '" OR ""="', '\\', '%27%00', '$1', '%s%n%x', '../../etc/passwd',
        '<script>alert(1)</script>', '\u202e\u0301', '${jndi:ldap://x}', "1' UNION SELECT token_hash FROM tokens --", '~', '_', '%')
LIMITS = {'request': '2s', 'idle': '3s', 'answer': '3s'}


class World:
    """A controller with a project, a pool and three addresses."""

    def __init__(self, args, new_store, **conf):
        self.controller = Controller(args.program, new_store(), **conf)
        self.token = self.controller.command('init').strip()
        self.controller.start()
        self.port = self.controller.port
        self.admin = Client(self.port, self.token)
        make_room(self.admin)
        for _ in range(3):
            self.admin.ask('POST', PATH, {}, status=201)
        self.before = all_there(self.admin)
        self.admin.close()

    def raw(self):
        """A connection without an HTTP client."""
        return socket.create_connection(('127.0.0.1', self.port), DEADLINE)

    def say(self, data, *, end=False):
        """All that is answered until the controller closes the connection."""
        with self.raw() as s:
            s.sendall(data)
            if end:
                s.shutdown(socket.SHUT_WR)
            got = b''
            try:
                while part := s.recv(65536):
                    got += part
            except ConnectionResetError:
                pass  # it has not read all of it
            return got

    def request(self, method, path, body=b'', headers=()):
        """A request as bytes, that asks to close the connection."""
        lines = [f'{method} {path} HTTP/1.1', 'Host: c', f'Authorization: Bearer {self.token}', 'Connection: close',
                 'Content-Type: application/json', f'Content-Length: {len(body)}', *headers]
        return '\r\n'.join(lines).encode('latin-1') + b'\r\n\r\n' + body

    def is_well(self):
        """It answers, and what was there is there."""
        assert self.controller.process.poll() is None, self.controller.log.read_text()
        self.admin.close()
        assert all_there(self.admin) == self.before
        self.admin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.controller.__exit__()


def status_of(answer):
    """0: the connection was closed without a word."""
    found = re.match(rb'HTTP/1\.[01] (\d+) ', answer)
    assert found or not answer, answer[:200]
    return int(found[1]) if found else 0


def is_problem(answer):
    """Whether it is one, whole, that names what is wrong."""
    head, _, body = answer.partition(b'\r\n\r\n')
    if b'application/problem+json' not in head:
        return False
    said = json.loads(body)
    named = said['status'] in (403, 409, 429, 503) or said['errors'][0]['detail']
    return said['status'] == status_of(answer) and said['type'].startswith('urn:nearcast:problem:') and named


@case
def slow_clients_are_cut_off(args, new_store):
    with World(args, new_store, limits=LIMITS) as world:
        whole = world.request('POST', PATH, b'{"quantity": 1}')
        clients = [(world.raw(), part) for part in (b'', whole[:10], whole[:60], whole[:-5])]
        begun = time.monotonic()
        for s, part in clients:
            s.sendall(part)
        open_ones = [s for s, _ in clients]
        while open_ones:
            assert time.monotonic() - begun < DEADLINE
            world.is_well()  # others are answered meanwhile
            for s in list(open_ones):
                s.settimeout(0.1)
                try:
                    s.sendall(b' ')  # a byte at a time is no progress
                    if not s.recv(4096):
                        open_ones.remove(s)
                except TimeoutError:
                    pass
                except OSError:
                    open_ones.remove(s)
        for s, _ in clients:
            s.close()


@case
def an_answer_that_nobody_takes(args, new_store):
    with World(args, new_store, limits=LIMITS) as world:
        with world.raw() as s:
            s.settimeout(DEADLINE)
            until = time.monotonic() + DEADLINE
            try:
                s.sendall(world.request('GET', '/api/v1/openapi.json').replace(b'Connection: close\r\n', b'') * 500)
                while time.monotonic() < until:
                    s.sendall(b'G')
                    time.sleep(0.05)
            except OSError:
                pass  # it was cut off
            else:
                raise AssertionError('nobody was cut off')
        world.is_well()


@case
def what_is_too_large(args, new_store):
    with World(args, new_store) as world:
        for data, statuses in (
                (world.request('POST', PATH, headers=()).replace(b'Length: 0', b'Length: 99999999'), (413,)),
                (world.request('POST', PATH, b' ' * (300 << 10)), (413,)),
                (world.request('GET', PATH, headers=['X: ' + 'x' * 20000]), (431, 0)),
                (world.request('GET', PATH, headers=[f'X{i}: x' for i in range(5000)]), (431, 413, 0)),
                (world.request('GET', PATH + '?tag=' + 'x' * 5000), (400,)),
                (world.request('GET', '/' + 'x' * 100000), (414, 431, 0)),
                (world.request('POST', PATH, b'[' * 100000), (422,)),
                (world.request('POST', PATH, b'{"customdata": ' + b'{"a":' * 5000 + b'1' + b'}' * 5001), (422,)),
                (world.request('POST', PATH, b'{"tags": [' + b'"x",' * 20000 + b'"y"]}'), (422,)),
                (world.request('POST', PATH, b'{"description": "' + b'x' * 100000 + b'"}'), (422,))):
            answer = world.say(data)
            assert status_of(answer) in statuses, (data[:200], answer[:300])
        world.is_well()


LIBRARY = {'no version': 400, 'no colon': 400, 'length is none': 400, 'length below 0': 400, 'length with plus': 400, 'length is huge': 413,
           'version 0.9': 505, 'version 2': 505, 'version 3': 505, 'version x': 400}


@case
def malformed_http(args, new_store):
    """The library finds some of it by itself, and has its own text: a page without anything of the client's."""
    mark = b'Zq7mark'
    with World(args, new_store, limits=LIMITS) as world:
        head = b'GET /api/v1/caller HTTP/1.1\r\nHost: c\r\n'
        for name, data in {
                'nothing': b'\r\n\r\n', 'no version': b'GET /Zq7mark\r\n\r\n', 'version 0.9': b'GET / HTTP/0.9\r\n\r\n',
                'version 2': b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'version 3': b'GET /Zq7mark HTTP/3.0\r\nHost: c\r\n\r\n',
                'version x': b'GET /Zq7mark HTTP/x\r\nHost: c\r\n\r\n', 'blanks': b'GET  /Zq7mark  HTTP/1.1\r\nHost: c\r\n\r\n',
                'tls': b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(100), 'zeros': bytes(500), 'ones': b'\xff' * 500,
                'no colon': head + b'Zq7mark\r\n\r\n', 'no name': head + b': Zq7mark\r\n\r\n', 'folded': head + b'A: b\r\n Zq7mark\r\n\r\n',
                'blank before colon': head + b'A : Zq7mark\r\n\r\n', 'nul': head + b'A: Zq7\0mark\r\n\r\n',
                'nul in path': b'GET /Zq7mark\0 HTTP/1.1\r\nHost: c\r\n\r\n', 'no host': b'GET /Zq7mark HTTP/1.1\r\n\r\n',
                'two hosts': head + b'Host: Zq7mark\r\n\r\n', 'bare cr': head + b'A: b\rB: Zq7mark\r\n\r\n',
                'length is none': head + b'Content-Length: Zq7mark\r\n\r\n', 'length below 0': head + b'Content-Length: -1\r\n\r\n',
                'length is huge': head + b'Content-Length: 99999999999999999999999\r\n\r\n',
                'length with plus': head + b'Content-Length: +1\r\n\r\na', 'two lengths': head + b'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab',
                'both': head + b'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
                'chunked': b'POST /api/v1/projects HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
                'encoding unknown': head + b'Transfer-Encoding: Zq7mark\r\n\r\n', 'expect': head + b'Expect: Zq7mark\r\nContent-Length: 5\r\n\r\n',
                'connect': b'CONNECT Zq7mark:1 HTTP/1.1\r\nHost: c\r\n\r\n', 'trace': b'TRACE /Zq7mark HTTP/1.1\r\nHost: c\r\n\r\n',
                'method': b'Zq7mark / HTTP/1.1\r\nHost: c\r\n\r\n', 'method is no token': b'G\x01T / HTTP/1.1\r\nHost: c\r\n\r\n',
                'absolute': b'GET http://Zq7mark/%zz HTTP/1.1\r\nHost: c\r\n\r\n', 'no slash': b'GET Zq7mark HTTP/1.1\r\nHost: c\r\n\r\n',
                'authority': b'GET //Zq7mark/../ HTTP/1.1\r\nHost: c\r\n\r\n', 'upgrade': head + b'Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
                }.items():
            answer = world.say(data)
            status = status_of(answer)
            assert status == 0 or status >= 400, (name, answer[:300])
            assert mark not in answer, (name, answer)
            # docs/controller.md says which these are
            library = LIBRARY.get(name) == status and answer.endswith(b'</html>')
            assert status == 0 or library or is_problem(answer), (name, answer)
        world.is_well()


@case
def requests_behind_one_another(args, new_store):
    with World(args, new_store, limits=LIMITS) as world:
        one = world.request('GET', '/healthz').replace(b'Connection: close\r\n', b'')
        order = world.request('POST', PATH, b'{"quantity": 3}').replace(b'Connection: close\r\n', b'')
        answer = world.say(one * 20 + order + world.request('GET', '/healthz'))
        assert re.findall(rb'HTTP/1\.1 (\d+)', answer) == [b'200'] * 20 + [b'422', b'200'], answer
        # what stands behind a refused framing is no request of its own
        smuggled = b'GET /healthz HTTP/1.1\r\nHost: c\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + one
        assert len(re.findall(rb'HTTP/1\.1 ', world.say(smuggled))) <= 1
        # a body where none belongs is the body of that request, and nothing else
        assert status_of(world.say(world.request('GET', '/healthz', one))) == 400
        # who has closed his side counts as gone: the change may have been made, and nothing is answered
        status = status_of(world.say(world.request('GET', '/healthz'), end=True))
        assert status in (0, 200), status
        world.is_well()


@case
def paths(args, new_store):
    with World(args, new_store) as world:
        for path in ('/api/v1/projects/alpha%2fglobal-ips', '/api/v1/projects/../projects', '/api/v1/projects/%2e%2e/projects', '/api//v1/projects',
                     '/api/v1/projects/alpha/', '/api/v1/projects/alpha%00', '/api/v1/projects/%c0%af', '/api/v1/projects/%ff', '/api/v1/projects/%',
                     '/api/v1/projects/%ed%a0%80', '/api/v1/projects/alpha%0d%0aX:%20y', '/api/v1/projects/alpha%0d%0aX:%20y/global-ips',
                     '/API/v1/projects', '/api/v1/projects;x=1', '/api/v1/projects/alpha\\..', '/./api/v1/projects', '/api/v1/projects%3fx',
                     '/api/v1/projects/%61lpha/nothing', '/metadata/../api/v1/projects'):
            answer = world.say(world.request('GET', path))
            assert status_of(answer) in (400, 404) and is_problem(answer), (path, answer)
            assert b'\r\nX:' not in answer, (path, answer)
        assert status_of(world.say(world.request('GET', '/api/v1/projects/%61lpha'))) == 200
        for path in ('/console/../../etc/passwd', '/console/%2e%2e%2f%2e%2e%2fetc/passwd', '/console//etc/passwd'):
            assert b'root:' not in world.say(world.request('GET', path)), path
        world.is_well()


@case
def json_of_every_kind(args, new_store):
    with World(args, new_store) as world:
        for body in (b'', b'null', b'1', b'"x"', b'[]', b'{', b'{}{}', b'{"quantity": 1,}', b"{'quantity': 1}", b'{"quantity": 1, "quantity": 2}',
                     b'{"quantity": 1e999}', b'{"quantity": 99999999999999999999}', b'{"quantity": -1}', b'{"quantity": 1.5}', b'{"quantity": NaN}',
                     b'{"quantity": true}', b'{"quantity": "1"}', b'{"quantity": 0x1}', b'{"tags": ["\\u0000"]}', b'{"tags": ["\\ud800"]}',
                     b'{"tags": ["\\udc00\\ud800"]}', b'{"tags": ["\xff"]}', b'{"tags": ["\xc0\xaf"]}', b'{"tags": ["\xed\xa0\x80"]}', b'{"tags": ["\0"]}',
                     b'{"tags": ["a", "a"]}', b'{"tags": [""]}', b'{"tags": [1]}', b'{"tags": {}}', b'{"customdata": []}', b'{"customdata": {"a": "\\u0000"}}',
                     b'{"customdata": {"a": 1, "a": 2}}', b'{"description": "\\u001b[31m"}', b'\xef\xbb\xbf{}', b'{"__proto__": {}}', b'{"": 1}',
                     b'{"\\u0000": 1}', b'{"quantity": 1}\0', b'{"description": "a\nb"}'):
            answer = world.say(world.request('POST', PATH, body))
            assert status_of(answer) == 422 and is_problem(answer), (body, answer)
            errors = json.loads(answer.partition(b'\r\n\r\n')[2])['errors']
            assert errors and all(set(e) == {'field', 'detail'} for e in errors), answer
        world.is_well()
        # what is odd and right is kept as it is
        odd = {'customdata': {'a': [1e300, -0.0, '\U0001f600', '\u2028', "'; --"]}, 'tags': ["'", '"', '\\', '%', 'ä'], 'description': "O'Brien \\ $1"}
        made = world.admin.ask('POST', PATH, odd, status=201).json
        assert {key: made[key] for key in odd} == {**odd, 'tags': sorted(odd['tags'], key=lambda t: t.encode())}, made
        for tag in odd['tags']:
            world.admin.close()
            found = world.admin.ask('GET', f'{PATH}?tag={"".join(f"%{byte:02x}" for byte in tag.encode())}', status=200).json['items']
            assert [item['id'] for item in found] == [made['id']], (tag, found)


def fields_of(document, schema):
    """The properties of a body's schema that are text."""
    while '$ref' in schema:
        schema = document['components']['schemas'][schema['$ref'].rsplit('/', 1)[1]]
    return {name: value for name, value in schema.get('properties', {}).items()}


@case
def injection_everywhere(args, new_store):
    """Each text in each field, each parameter of a path, query and header of all that the OpenAPI document has."""
    with World(args, new_store) as world:
        document = world.admin.ask('GET', '/api/v1/openapi.json', status=200).json
        asked = 0
        for pattern, methods in document['paths'].items():
            if pattern.startswith('/api/v1/session') or 'event' in pattern:
                continue  # a stream has no end
            for method, operation in methods.items():
                if (pattern, method) == ('/api/v1/projects/{project}', 'delete'):
                    continue
                parameters = [p if 'in' in p else document['components']['parameters'][p['$ref'].rsplit('/', 1)[1]]
                              for p in operation.get('parameters', [])]
                body = operation.get('requestBody', {}).get('content', {}).get('application/json', {}).get('schema')
                for evil in EVIL:
                    quoted = ''.join(f'%{byte:02x}' for byte in evil.encode())
                    path = re.sub(r'{(\w+)}', lambda m: 'alpha' if m[1] == 'project' else quoted, pattern)
                    query = '&'.join(f'{p["name"]}={quoted}' for p in parameters if p['in'] == 'query')
                    sent = {name: evil for name in fields_of(document, body)} if body else None
                    headers = {} if not evil.isascii() else {'if_match': evil, 'idempotency_key': evil}
                    for place in {path, re.sub(r'{\w+}', quoted, pattern)}:
                        for target in {place, f'{place}?{query}' if query else place}:
                            answer = world.admin.ask(method.upper(), target, sent, **headers)
                            asked += 1
                            assert answer.status < 500, (method, target, sent, answer)
                            if method != 'get' and answer.status < 300:
                                raise AssertionError(f'{method} {target} {sent}: {answer}')
        print(f'# {asked} requests', flush=True)
        world.is_well()


def browser_of(world):
    """A browser that is signed in: its headers, and what a page of the controller knows besides."""
    answer = world.admin.ask('POST', '/api/v1/session', {'token': world.token}, status=200)
    return answer.headers['Set-Cookie'].split(';')[0], answer.json['csrf']


@case
def pages_of_others(args, new_store):
    """Whatever a page from elsewhere has the browser of an administrator send, with its cookie: nothing is changed."""
    with World(args, new_store) as world:
        cookie, csrf = browser_of(world)
        others = browser_of(world)[1]
        host = f'127.0.0.1:{world.port}'
        forgeries = ({}, {'x_nearcast_csrf': ''}, {'x_nearcast_csrf': others}, {'x_nearcast_csrf': csrf[:-1]},
                     {'x_nearcast_csrf': csrf, 'sec_fetch_site': 'cross-site'}, {'x_nearcast_csrf': csrf, 'sec_fetch_site': 'same-site'},
                     {'x_nearcast_csrf': csrf, 'origin': 'null'}, {'x_nearcast_csrf': csrf, 'origin': f'http://{host}.evil.example'},
                     {'x_nearcast_csrf': csrf, 'origin': f'http://evil.example/{host}'},
                     # what a form can send without asking first
                     {'Content_Type': 'text/plain', 'sec_fetch_site': 'cross-site'},
                     {'Content_Type': 'application/x-www-form-urlencoded', 'origin': 'http://evil.example'})
        document = world.admin.ask('GET', '/api/v1/openapi.json', status=200).json
        client, asked = Client(world.port), 0
        for pattern, methods in document['paths'].items():
            path = re.sub(r'{(\w+)}', lambda m: 'alpha' if m[1] == 'project' else 'any', pattern)
            for method in set(methods) & {'post', 'put', 'patch', 'delete'}:
                if (method, path) == ('post', '/api/v1/session') or path.startswith('/agent/'):
                    continue  # there the token itself is what counts, and no cookie
                for forged in forgeries:
                    answer = client.ask(method.upper(), path, {}, cookie=cookie, if_match='*', **forged)
                    asked += 1
                    assert answer.status in (401, 403) and answer.json['status'] == answer.status, (method, path, forged, answer)
        client.ask('GET', '/api/v1/session', status=200, cookie=cookie)  # which it has not ended
        print(f'# {asked} requests', flush=True)
        world.is_well()


@case
def idle_connections(args, new_store):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < args.idle + 500:
        raise Skip(f'only {hard} descriptors')
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limits = {'clients': args.idle + 10, 'clients-per-address': args.idle + 10, 'idle': '600s', 'request': '600s'}
    with World(args, new_store, limits=limits) as world:
        idle = []
        try:
            for i in range(args.idle):
                # one address has fewer ports than that
                s = socket.socket()
                s.bind((f'127.0.0.{2 + i // 5000}', 0))
                s.settimeout(DEADLINE)
                s.connect(('127.0.0.1', world.port))
                idle.append(s)
                if i % 2:
                    s.sendall(b'GET /healthz HT')
            world.is_well()
            memory = re.search(r'VmRSS:\s+(\d+)', open(f'/proc/{world.controller.process.pid}/status', encoding='ascii').read())[1]
            print(f'# {len(idle)} idle connections: {int(memory) // 1024} MB resident', flush=True)
            for s in idle[1::2000]:
                s.sendall(b'TP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n')
                assert s.recv(1000).startswith(b'HTTP/1.1 200 '), 'one of them is not answered'
        finally:
            for s in idle:
                s.close()
        world.is_well()


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
parser.add_argument('--idle', type=int, default=10000, help='connections')
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options, stores)
