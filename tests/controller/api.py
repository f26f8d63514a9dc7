#!/usr/bin/env python3
"""nearcast-controller from outside: its commands, its API over HTTP, held against its own OpenAPI document.

    api.py NEARCAST-CONTROLLER [--postgresql]
"""
import argparse
import concurrent.futures
import http.client
import json
import re
import threading
import time

from api_document import Document
from postgresql import new_stores
from server import DEADLINE, Client, Controller, case, run_cases

ORDERS = '/api/v1/projects/alpha/global-ips'


def begin(program, store, **conf):
    """A controller that serves, an administrator's client that checks each answer, the document."""
    controller = Controller(program, store, **conf)
    token = controller.command('init').strip()
    controller.start()
    document = Document(Client(controller.port).ask('GET', '/api/v1/openapi.json', status=200).json)
    return controller, Client(controller.port, token, document.check), document


def fill(admin):
    """Project alpha and beta, a pool, a site; tokens by role."""
    tokens = {}
    for name in ('alpha', 'beta'):
        admin.ask('POST', '/api/v1/projects', {'name': name}, status=201)
        tokens[name] = admin.ask('POST', '/api/v1/tokens', {'name': name, 'role': 'operator', 'project': name},
                                 status=201).json['token']
    tokens['viewer'] = admin.ask('POST', '/api/v1/tokens', {'name': 'v', 'role': 'viewer', 'project': 'alpha'},
                                 status=201).json['token']
    admin.ask('POST', '/api/v1/pools', {'name': 'p4', 'prefix': '192.0.2.0/24'}, status=201)
    admin.ask('POST', '/api/v1/sites', {'name': 'am6', 'latitude': 52.3, 'longitude': 4.9}, status=201)
    return tokens


@case
def commands(program, new_store):
    with Controller(program, new_store()) as controller:
        assert 'workers: 4' in controller.command('--check')
        for words in (['backup', str(controller.path / 'copy.db')], ['export'], ['token', 'x']):
            assert 'there is no store at' in controller.command(*words, status=1)
            assert not list(controller.path.glob('*.db*')), words
        token = controller.command('init').strip()
        assert re.fullmatch(r'nct_[A-Za-z0-9_-]{43}', token), token
        assert 'has an administrator already' in controller.command('init', status=1)
        assert controller.command('token', 'other').strip() != token
        assert 'no name' in controller.command('token', 'a b', status=1)
        said = controller.command('token', 'x\n\x1b[31m', status=1)
        assert said.startswith('nearcast-controller: "x??[31m" is no name of a token; expected 1 to 63 letters, '), said
        assert 'unknown command: x' in controller.command('x', status=2)
        assert 'an argument is missing' in controller.command('backup', status=2)
        assert 'unexpected argument: y' in controller.command('export', 'y', status=2)


@case
def what_is_left_out_has_defaults(program, _):
    with Controller(program) as controller:
        del controller.conf['listen']
        assert '127.0.0.1:8179' in controller.command('--check')


@case
def bad_configurations(program, _):
    with Controller(program) as controller:
        controller.conf['listen'] = '192.0.2.1:80'
        assert 'not an address of the loopback' in controller.command('--check', status=1)
        controller.conf['listen'] = '127.0.0.1:0'
        controller.conf['worker'] = 1
        assert 'did you mean "workers"' in controller.command('--check', status=1)
        del controller.conf['worker']
        controller.conf |= {'listen': '127.0.0.1:8179', 'metrics': {'listen': '127.0.0.1:8179'}}
        assert 'the API is there' in controller.command('--check', status=1)
        controller.conf |= {'listen': '127.0.0.1:0', 'metrics': {'listen': '127.0.0.1:0'}}
        controller.command('--check')
        controller.conf['store'] = 'mysql://u:word@h/db'
        said = controller.command('--check', status=1)
        assert 'begins with postgresql://' in said and 'word' not in said, said
        for store, shown in (
                ('/var/lib/x.db', '/var/lib/x.db'),
                ('postgresql://u@a,b/db?sslmode=require', 'postgresql://u@a,b/db?sslmode=require'),
                ('postgresql://u:word@h:1/db', 'postgresql://u:(secret)@h:1/db'),
                ('postgresql://u:wo?rd@h/db', 'postgresql://u:(secret)@h/db'),
                ('postgresql://h/db?password=word&user=u', 'postgresql://h/db?password=(secret)&user=u'),
                ('postgresql://h/db?pass%77ord=word', 'postgresql://h/db?pass%77ord=(secret)')):
            controller.conf['store'] = store
            said = controller.command('--check')
            assert shown in said and 'word@' not in said and '=word' not in said, said
        controller.conf['store'] = '/nowhere/store.db'
        assert '/nowhere' in controller.command('init', status=1)


@case
def a_life_of_an_address(program, new_store):
    controller, admin, _ = begin(program, new_store())
    with controller:
        tokens = fill(admin)
        alpha = Client(controller.port, tokens['alpha'], admin.check)
        made = alpha.ask('POST', ORDERS, {'quantity': 2, 'tags': ['web']}, status=201, idempotency_key='k')
        assert made.json['prefix'] == '192.0.2.2/31'
        place = made.headers['Location']
        again = alpha.ask('POST', ORDERS, {'quantity': 2, 'tags': ['web']}, status=201, idempotency_key='k')
        assert again.json == made.json
        assert alpha.ask('GET', place, status=200).headers['ETag'] == made.headers['ETag']
        alpha.ask('GET', place, status=304, if_none_match=made.headers['ETag'])
        alpha.ask('PATCH', place, {'tags': []}, status=428)
        alpha.ask('PATCH', place, {'tags': []}, status=200, if_match=made.headers['ETag'])
        alpha.ask('PATCH', place, {'tags': ['x']}, status=412, if_match=made.headers['ETag'])
        assert len(alpha.ask('GET', ORDERS + '?family=ipv4&limit=1', status=200).json['items']) == 1
        assert alpha.ask('DELETE', place, status=200).json['state'] == 'quarantined'
        assert controller.stop() == 0
        assert 'ends: SIGTERM' in controller.log.read_text().splitlines()[-1], controller.log.read_text()
        controller.start()
        alpha.close()
        assert alpha.ask('GET', place, status=200).json['state'] == 'quarantined'


@case
def names_of_tokens_by_two_at_once(program, new_store):
    """Of many that ask at the same time for one name, one gets it."""
    controller, admin, _ = begin(program, new_store())
    with controller:
        def make(_):
            client = Client(controller.port, admin.token)
            try:
                return client.ask('POST', '/api/v1/tokens', {'name': 'twin', 'role': 'viewer'}).status
            finally:
                client.close()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in range(3):
                said = list(pool.map(make, range(8)))
                assert said.count(201) <= 1 and set(said) <= {201, 409, 503}, said
        names = [token['name'] for token in admin.ask('GET', '/api/v1/tokens', status=200).json['items']]
        assert names.count('twin') == 1, names


@case
def hosts_and_metadata(program, new_store):
    controller, admin, _ = begin(program, new_store(), **{'trusted-proxies': '127.0.0.1/32'})
    with controller:
        fill(admin)
        token = admin.ask('POST', '/api/v1/join-tokens', {'site': 'am6'}, status=201).json['token']
        body = {'token': token, 'name': 'h1', 'agent_version': '0.1.0'}
        joined = Client(controller.port, check=admin.check).ask('POST', '/agent/v1/join', body, status=201).json
        admin.ask('PUT', '/api/v1/hosts/h1/network', {
            'addresses': [{'address': '10.1.2.3', 'cidr': 31, 'public': False, 'management': True}],
            'bgp_neighbors': []}, status=200, if_match='*')
        host = Client(controller.port, joined['credential'], admin.check)
        assert host.ask('GET', '/metadata', status=200).json['hostname'] == 'h1'
        nobody = Client(controller.port, check=admin.check)
        assert nobody.ask('GET', '/metadata', status=200, x_forwarded_for='10.1.2.3').json['id'] == joined['id']
        nobody.ask('GET', '/metadata', status=401)
        admin.ask('GET', '/metadata', status=403, x_forwarded_for='10.1.2.3')
        admin.ask('POST', '/api/v1/projects/alpha/services', {
            'name': 'web', 'document': {'listen': ['tcp/80']}, 'sites': ['am6']}, status=201)
        problem = admin.ask('DELETE', '/api/v1/projects/alpha/services/web', status=409).json
        assert problem['type'] == 'urn:nearcast:problem:last-site', problem


@case
def two_hosts_that_take_one_address_at_once(program, new_store):
    """One of them gets it, every time; the other one is told whose it is."""
    controller, admin, _ = begin(program, new_store())
    with controller:
        fill(admin)
        hosts = ('h1', 'h2', 'h3')
        for host in hosts:
            admin.ask('POST', '/api/v1/hosts', {'name': host, 'site': 'am6'}, status=201)
        clients = {host: Client(controller.port, admin.token, admin.check) for host in hosts}
        for number in range(20):
            body = {'addresses': [{'address': f'10.1.2.{number}', 'cidr': 24, 'public': False, 'management': True}], 'bgp_neighbors': []}
            answers, together = {}, threading.Barrier(len(hosts))

            def put(host, body=body, answers=answers, together=together):
                together.wait(DEADLINE)
                answers[host] = clients[host].ask('PUT', f'/api/v1/hosts/{host}/network', body, if_match='*')

            threads = [threading.Thread(target=put, args=[host]) for host in hosts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(DEADLINE)
            has = [host for host, answer in answers.items() if answer.status == 200]
            refused = [answer.json['errors'][0] for answer in answers.values() if answer.status == 409]
            assert len(has) == 1 and len(refused) == 2, answers
            for error in refused:
                assert error == {'field': '/addresses/0/address', 'detail': f'10.1.2.{number} is an address of host {has[0]}'}, error


@case
def each_operation_for_each_caller(program, new_store):
    """Nobody gets in without a token; what is alpha's does not exist for beta; a viewer changes nothing."""
    controller, admin, document = begin(program, new_store())
    with controller:
        tokens = fill(admin)
        ip = admin.ask('POST', ORDERS, {}, status=201).json['id']
        callers = {name: Client(controller.port, tokens.get(name), document.check)
                   for name in ('nobody', 'beta', 'viewer')}
        values = {'project': 'alpha', 'pool': 'p4', 'site': 'am6', 'host': 'x', 'service': 'x', 'id': ip, 'token': ip}
        for pattern, methods in document.document['paths'].items():
            path = re.sub(r'{(\w+)}', lambda m: values.get(m[1], ip), pattern)
            for method, operation in methods.items():
                body = {} if 'requestBody' in operation else None
                if operation.get('security') is not None:
                    continue
                status = {name: client.ask(method.upper(), path, body, if_match='*').status
                          for name, client in callers.items()}
                assert status['nobody'] == 401, (method, path, status)
                if '{project}' in pattern:
                    assert status['beta'] in (403, 404), (method, path, status)
                if method != 'get':
                    assert status['viewer'] == 403, (method, path, status)
        assert admin.ask('GET', f'{ORDERS}/{ip}', status=200).json['state'] == 'active'


@case
def hostile_requests(program, new_store):
    controller, admin, _ = begin(program, new_store())
    with controller:
        fill(admin)
        for body in ('{', '', '[]', 'null', '"x"', '{"quantity": 1e400}', '[' * 100000, '{"tags": ["\\u0000"]}'):
            problem = admin.ask('POST', ORDERS, body, status=422).json
            assert problem['errors'], problem
        assert admin.ask('POST', ORDERS, ' ' * (300 << 10)).status == 413
        admin.close()
        for path in (ORDERS + '?tag=%27%20OR%201%3D1', ORDERS + '?cursor=%27', '/api/v1/projects/%27%3B--',
                     '/api/v1/projects/..%2f..%2fetc'):
            assert admin.ask('GET', path).status in (200, 400, 404), path
        assert admin.ask('GET', ORDERS + '?tag=%27%20OR%201%3D1', status=200).json['items'] == []
        bad = Client(controller.port, 'nct_' + 'A' * 43)
        assert bad.ask('GET', ORDERS, status=401).headers['WWW-Authenticate'] == 'Bearer'
        script = '<script>alert(1)</script>'
        answer = admin.ask('POST', '/api/v1/sites', {'name': 'x', 'description': script}, status=201)
        assert answer.json['description'] == script
        assert answer.headers['X-Content-Type-Options'] == 'nosniff'


@case
def the_report_of_a_catchment(program, new_store):
    """Of hosts that hand in rows and places that came with the request and behind it; all of it as the document says."""
    controller, admin, _ = begin(program, new_store())
    with controller:
        fill(admin)
        admin.ask('POST', '/api/v1/sites', {'name': 'sg1', 'city': 'Singapore', 'latitude': 1.35, 'longitude': 103.82}, status=201)
        ip = admin.ask('POST', ORDERS, {}, status=201).json['id']
        admin.ask('POST', '/api/v1/projects/alpha/services', {
            'name': 'web', 'document': {'listen': ['tcp/80']}, 'sites': ['am6', 'sg1'], 'global_ips': [ip]}, status=201)
        hosts = {}
        for site in ('am6', 'sg1'):
            token = admin.ask('POST', '/api/v1/join-tokens', {'site': site}, status=201).json['token']
            joined = Client(controller.port).ask('POST', '/agent/v1/join', {'token': token, 'name': site}, status=201).json
            hosts[site] = Client(controller.port, joined['credential'], admin.check)
            hosts[site].ask('POST', '/agent/v1/report', {'run': 'r', 'services': []}, status=200)
        catchment = {'global_ip': ip, 'site': 'am6', 'targets': ['9.9.9.9', '8.8.8.8'], 'contact': 'c', 'best': True}
        bad = admin.ask('POST', '/api/v1/projects/alpha/catchments', {**catchment, 'places': ['9.9.9.0/24 NL']}, status=422).json
        assert bad['errors'][0]['field'] == '/places/0', bad
        made = admin.ask('POST', '/api/v1/projects/alpha/catchments', {**catchment, 'places': ['9.9.9.0/24\tNL\t52.37\t4.9\tAmsterdam']}, status=201).json
        one = f'/api/v1/projects/alpha/catchments/{made["id"]}'

        def say(site, sequence, state, **more):
            said = {'session': 's', 'sequence': sequence, 'state': state, **more}
            return hosts[site].ask('POST', f'/agent/v1/catchments/{made["id"]}', said, status=200).json['order']

        for site in hosts:
            say(site, 1, 'listening')
        say('am6', 2, 'sending', rows=['8.8.8.8 9000'])
        say('sg1', 2, 'listening', rows=['9.9.9.9 90000'])
        live = admin.ask('GET', f'{one}/report', status=200).json
        assert [c['site'] for c in live['clients'] if c['city'] == 'Amsterdam'] == ['sg1'] and not live['complete'], live
        say('am6', 3, 'sent')
        for site, rows in (('am6', ['9.9.9.9 2000', '8.8.8.8 9000']), ('sg1', ['9.9.9.9 91000'])):
            say(site, 4, 'measured', kind='rtt', rows=rows)
        for site in hosts:
            say(site, 5, 'ended')
        admin.ask('POST', f'{one}/places', {'asns': ['8.8.8.0/24 15169 Google']}, status=200)
        report = admin.ask('GET', f'{one}/report', status=200).json
        assert report['complete'] and {c['network'] for c in report['clients']} == {None, 'Google'}, report
        assert [(b['country'], b['site'], b['better_site'], round(b['inflation_ms'])) for b in report['better']] == [('NL', 'sg1', 'am6', 89)], report
        beside = admin.ask('GET', f'{one}/report?before={made["id"]}', status=200).json
        assert beside['before']['heard'] == beside['after']['heard'] and beside['change']['moved']['clients'] == 0, beside
        admin.ask('GET', f'{one}/report?before=x', status=400)


@case
def an_order_ends_by_itself(program, new_store):
    controller, admin, _ = begin(program, new_store())
    with controller:
        fill(admin)
        admin.ask('POST', '/api/v1/hosts', {'name': 'h1', 'site': 'am6'}, status=201)
        order = admin.ask('POST', '/api/v1/orders', {'kind': 'drain', 'site': 'am6', 'expires_in_seconds': 1}, status=201).json
        until = time.monotonic() + DEADLINE
        while admin.ask('GET', '/api/v1/orders', status=200).json['items']:
            assert time.monotonic() < until, 'it is still there'
            time.sleep(0.1)
        last = admin.ask('GET', '/api/v1/audit?kind=order&limit=1', status=200).json['items'][0]
        assert (last['action'], last['object'], last['actor_kind']) == ('expire', order['id'], 'controller'), last
        assert controller.stop() == 0


@case
def export_and_backup(program, new_store):
    controller, admin, _ = begin(program, new_store())
    with controller:
        tokens = fill(admin)
        for _ in range(3):
            admin.ask('POST', ORDERS, {}, status=201)
        admin.ask('POST', '/api/v1/hosts', {'name': 'h1', 'site': 'am6'}, status=201)
        admin.ask('POST', '/api/v1/orders', {'kind': 'hold', 'host': 'h1'}, status=201)
        lines = [json.loads(line) for line in controller.command('export').splitlines()]
        kinds = [line['kind'] for line in lines]
        assert kinds.count('global-ip') == 3 and kinds.count('project') == 2 and kinds.count('order') == 1 and 'network' in kinds, kinds
        assert not any(token in json.dumps(lines) for token in tokens.values())
        copy = new_store.copy(controller)
        controller.stop()
        controller.conf['store'] = copy
        controller.start()
        admin.close()
        assert len(admin.ask('GET', ORDERS, status=200).json['items']) == 3


@case
def console(program, new_store):
    """At the root is the console, or the page that says why not; nothing of it may load from elsewhere."""
    controller, admin, _ = begin(program, new_store())
    with controller:
        fields = {'Accept': 'text/html'}
        connection = http.client.HTTPConnection('127.0.0.1', controller.port, timeout=DEADLINE)
        connection.request('GET', '/console/', headers=fields)
        answer = connection.getresponse()
        assert answer.status == 200 and b'<!doctype html>' in answer.read().lower()
        assert answer.headers['Content-Type'] == 'text/html; charset=utf-8'
        assert "default-src 'none'; script-src 'self'" in answer.headers['Content-Security-Policy']
        assert admin.ask('POST', '/console/', {}).status == 405
        connection.close()


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options.program, stores)
