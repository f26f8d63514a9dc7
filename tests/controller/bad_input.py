#!/usr/bin/env python3
"""Bad input of every kind, to each operation of the OpenAPI document: bad_input.py NEARCAST-CONTROLLER [--postgresql]. TAP.

Each 4xx is a problem of a type that the document lists, and names what is wrong: a pointer into the body, a parameter, a part
of the path, or a header.
"""
import argparse
import re

from api_document import Document
from postgresql import new_stores
from server import Client, Controller, case, run_cases

PROJECT = '/api/v1/projects/alpha'
# what a status is about needs a name; 403, 409 and 429 may be about who asks, and what is there
NAMED = {400, 401, 404, 405, 411, 412, 413, 415, 417, 422, 428, 431}
WORDS = {  # parameters that say anything: a search that finds nothing is none that is wrong
    'tag', 'object', 'actor', 'override_reason',
    'include', 'exclude'}  # of the provider's clients, without effect


class World:
    """One of each object, and how each is named in a path."""

    def __init__(self, program, store):
        self.controller = Controller(program, store)
        self.asked, self.wrong = 0, []
        try:
            self.begin()
        except Exception:
            self.controller.__exit__()
            raise

    def begin(self):
        """Starts it, and makes what there is."""
        token = self.controller.command('init').strip()
        self.controller.start()
        port = self.controller.port
        self.document = Document(Client(port).ask('GET', '/api/v1/openapi.json', status=200).json)
        self.types = set(self.document.document['components']['schemas']['Problem']['properties']['type']['enum'])
        self.admin = Client(port, token, self.document.check)
        self.ids = self.fill()
        self.host = Client(port, self.credential, self.document.check)

    def make(self, path, body):
        return self.admin.ask('POST', path, body, status=201).json

    def join(self, name, site):
        token = self.make('/api/v1/join-tokens', {'site': site})['token']
        client = Client(self.controller.port)
        client.token = client.ask('POST', '/agent/v1/join', {'token': token, 'name': name}, status=201).json['credential']
        client.ask('POST', '/agent/v1/report', {'run': 'r', 'services': []}, status=200)
        return client.token

    def fill(self):
        self.make('/api/v1/projects', {'name': 'alpha'})
        self.make('/api/v1/pools', {'name': 'p4', 'prefix': '192.0.2.0/24'})
        for site in ('am6', 'sg1'):
            self.make('/api/v1/sites', {'name': site, 'latitude': 1.5, 'longitude': 2})
        self.credential = self.join('h1', 'am6')
        self.join('h2', 'sg1')
        ip = self.make(f'{PROJECT}/global-ips', {})['id']
        self.make(f'{PROJECT}/services', {'name': 'web', 'document': {'listen': ['tcp/80']}, 'global_ips': [ip], 'sites': ['am6', 'sg1']})
        return {
            'global-ips': ip, 'ips': ip, 'join-tokens': self.make('/api/v1/join-tokens', {'site': 'am6'})['id'],
            'tokens': self.make('/api/v1/tokens', {'name': 't', 'role': 'viewer'})['id'],
            'orders': self.make('/api/v1/orders', {'kind': 'hold', 'host': 'h1'})['id'],
            'project orders': self.make(f'{PROJECT}/orders', {'kind': 'hold', 'service': 'web', 'site': 'am6'})['id'],
            'rollouts': self.make(f'{PROJECT}/rollouts', {'kind': 'drain', 'service': 'web'})['id'],
            'catchments': self.make(f'{PROJECT}/catchments', {'global_ip': ip, 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': 'c'})['id'],
            'audit': self.admin.ask('GET', '/api/v1/audit?kind=site&limit=1', status=200).json['items'][0]['id'],
            'projects': 'alpha', 'pools': 'p4', 'sites': 'am6', 'hosts': 'h1', 'services': 'web'}

    def path(self, pattern, **others):
        """With what is there, or others by the names of its parts."""
        def one(found):
            room, name = found[1], found[2]
            known = self.ids.get(f'project {room}' if '{project}' in pattern else room) or self.ids[room]
            return f'/{room}/{others.get(name, known)}'
        return re.sub(r'/([a-z0-9-]+)/{(\w+)}', one, pattern)

    def operations(self):
        for pattern, methods in self.document.document['paths'].items():
            for method, operation in methods.items():
                parameters = [self.document.resolve(p) for p in operation.get('parameters', [])]
                yield pattern, method.upper(), operation, parameters

    def ask(self, method, path, body=None, **headers):
        """By who may do so; looks at each refusal."""
        client = self.host if path.startswith('/agent/') or path.startswith('/metadata') else self.admin
        answer = client.ask(method, path, body, **headers)
        self.asked += 1
        if 400 <= answer.status < 500:
            self.look(method, path, answer)
        assert answer.status < 500, (method, path, answer)
        return answer

    def look(self, method, path, answer):
        said = answer.json
        assert said['type'] in self.types and said['status'] == answer.status and said['title'] and said['detail'], (method, path, answer)
        fields = said.get('errors', [])
        assert fields or answer.status not in NAMED, f'{method} {path}: nothing is named: {answer}'
        assert all(one['detail'] for one in fields), (method, path, answer)

    def refused(self, status, field, method, path, body=None, **headers):
        """That it is, and names the field."""
        answer = self.ask(method, path, body, **headers)
        named = [one['field'] for one in answer.json.get('errors', [])] if answer.json else []
        if answer.status != status or field not in named:
            self.wrong.append(f'{method} {path[:200]} {headers}: wanted {status} and {field}: {answer}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        print(f'# {self.asked} requests', flush=True)
        self.controller.__exit__()
        assert not self.wrong, '\n'.join(self.wrong)


@case
def parameters(program, new_store):
    """Unknown ones, known ones twice, and with what they cannot say."""
    with World(program, new_store()) as world:
        for pattern, method, _, known in world.operations():
            path = world.path(pattern)
            world.refused(400, 'nonsense', method, f'{path}?nonsense=1')
            world.refused(400, 'nonsense', method, f'{path}?nonsense=%ff')
            for one in (p for p in known if p['in'] == 'query'):
                name = one['name']
                good = {'limit': '1', 'dry_run': 'true'}.get(name, 'x')
                world.refused(400, name, method, f'{path}?{name}={good}&{name}={good}')
                world.refused(400, name, method, f'{path}?{name}=a%00b')
                world.refused(400, name, method, f'{path}?{name}={"x" * 300}')
                if name not in WORDS:
                    world.refused(400, name, method, f'{path}?{name}=%3Cno%20such%3E')


@case
def paths(program, new_store):
    """Each open part of each path, with what is not there, and with what is none."""
    with World(program, new_store()) as world:
        for pattern, method, operation, known in world.operations():
            body = {} if 'requestBody' in operation else None
            for one in (p for p in known if p['in'] == 'path'):
                name = one['name']
                absent = world.path(pattern, **{name: 'no-such'})
                world.refused(404, name, method, absent, body, if_match='*')
                world.refused(400, 'path', method, world.path(pattern, **{name: '%ff'}), body)
            world.refused(405, 'method', 'BREW', world.path(pattern))
            world.refused(404, 'path', method, f'{world.path(pattern)}/nothing/there')


@case
def headers(program, new_store):
    with World(program, new_store()) as world:
        for pattern, method, operation, known in world.operations():
            path, names = world.path(pattern), {p['name']: p for p in known if p['in'] == 'header'}
            body = {} if 'requestBody' in operation else None
            if 'If-Match' in names:
                world.refused(400, 'If-Match', method, path, body, if_match='1')
                world.refused(412, 'If-Match', method, path, body, if_match='"999999"')
                if names['If-Match'].get('required', '428' in operation['responses']):
                    world.refused(428, 'If-Match', method, path, body)
            if 'Idempotency-Key' in names:
                world.refused(400, 'Idempotency-Key', method, path, body, idempotency_key='')
                world.refused(400, 'Idempotency-Key', method, path, body, idempotency_key='k' * 129)
            if body is not None:
                for kind in ('text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', ''):
                    world.refused(415, 'Content-Type', method, path, body, Content_Type=kind)
            if 'Last-Event-ID' in names:
                world.refused(400, 'Last-Event-ID', method, path, accept='text/event-stream', last_event_id='x')
            if operation.get('security') is None:
                nobody = Client(world.controller.port, 'nonsense', world.document.check)
                answer = nobody.ask(method, path, body)
                world.look(method, path, answer)
                assert (answer.status, answer.json['errors'][0]['field']) == (401, 'Authorization'), (method, path, answer)
                nobody.close()


@case
def bodies(program, new_store):
    """Where none belongs; none, none of JSON, no object, too deep, too large, with a field too many, with fields of a wrong kind."""
    with World(program, new_store()) as world:
        for pattern, method, operation, _ in world.operations():
            path = world.path(pattern)
            if 'requestBody' not in operation:
                world.refused(400, '', method, path, {}, if_match='*')
                continue
            for text in ('', '{', '[]', 'null', '"x"', '{"a": 1, "a": 2}', '[' * 100, '{"a": "\\u0000"}'):
                world.refused(422, '', method, path, text, if_match='*')
            world.refused(413, '', method, path, ' ' * (300 << 10), if_match='*')
            world.admin.close()
            world.host.close()
            world.refused(422, '/nonsense', method, path, {'nonsense': 1}, if_match='*')
            schema = world.document.whole(operation['requestBody']['content']['application/json']['schema'])
            for name, kind in schema.get('properties', {}).items():
                kind = world.document.whole(kind)
                wrong = [[1]] if 'object' in kind.get('type', ()) else {'a': [1]}
                answer = world.ask(method, path, {name: wrong}, if_match='*')
                named = [one['field'] for one in answer.json['errors']]
                assert answer.status == 422 and any(f == f'/{name}' or f.startswith(f'/{name}/') for f in named), (method, path, name, answer)


@case
def types_are_described(program, new_store):
    """The manual page says of each type what it is."""
    page = options.page.read()
    with World(program, new_store()) as world:
        missing = {one for one in world.types if f'.It Ic {one.removeprefix("urn:nearcast:problem:")}\n' not in page}
        assert not missing, missing


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('page', type=argparse.FileType(), help='nearcast-controller(8)')
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options.program, stores)
