#!/usr/bin/env python3
"""What many ask for at once is what they get, and no more: intent.py NEARCAST-CONTROLLER [--postgresql]. TAP."""
import argparse
import ipaddress
import re
import threading
import time

from ordering import PATH, PROBLEM, Orders, all_there, make_room
from postgresql import new_stores
from server import Client, Controller, case, run_cases

SERVICES = '/api/v1/projects/alpha/services'


def begin(args, new_store):
    """A controller that serves, its administrator's token, a client."""
    controller = Controller(args.program, new_store())
    token = controller.command('init').strip()
    controller.start()
    return controller, token, Client(controller.port, token)


def at_once(count, controllers, token, fn):
    """fn(client, number) by so many threads; what they gave."""
    got, lock, ready = [], threading.Lock(), threading.Barrier(count)

    def run(number):
        client = Client(controllers[number % len(controllers)].port, token)
        ready.wait()
        try:
            value = fn(client, number)
        except Exception as why:  # pylint: disable=broad-except
            value = why
        with lock:
            got.append(value)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def order(client, body, **headers):
    """Asked again while all want the same."""
    while (answer := client.ask('POST', PATH, body, **headers)).status == 503:
        time.sleep(0.05)
    return answer


def problem(answer):
    """Its type, without what all have in common."""
    return answer.json['type'].removeprefix(PROBLEM)


@case
def a_limit_holds_when_all_order(args, new_store):
    controller, token, admin = begin(args, new_store)
    with controller:
        controllers = [controller]
        if controller.conf['store'].startswith('postgresql'):
            controllers.append(Controller(args.program, controller.conf['store']))
            controllers[1].start()
        admin.ask('POST', '/api/v1/projects', {'name': 'alpha', 'max_ipv4': 17}, status=201)
        admin.ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '192.0.2.0/24'}, status=201)
        got = at_once(24, controllers, token, lambda client, n: order(client, {'quantity': (1, 2, 4)[n % 3]}))
        admin.close()
        items = all_there(admin)
        has = sum(item['quantity'] for item in items)
        assert has <= 17 and has >= 14, (has, got)
        assert len(items) == sum(answer.status == 201 for answer in got), got
        assert {problem(answer) for answer in got if answer.status != 201} == {'limit'}, got
        # the same for services
        admin.ask('PATCH', '/api/v1/projects/alpha', {'max_services': 3}, status=200, if_match='*')
        got = at_once(8, controllers, token, lambda client, n: client.ask(
            'POST', SERVICES, {'name': f's{n}', 'document': {'listen': ['tcp/80']}}))
        assert sorted(answer.status for answer in got if answer.status != 503) == [201] * 3 + [409] * 5, got
        # and one address belongs to one service
        ip = items[0]['id']
        names = [item['name'] for item in admin.ask('GET', SERVICES, status=200).json['items']]
        got = at_once(3, controllers, token, lambda client, n: client.ask(
            'PATCH', f'{SERVICES}/{names[n]}', {'global_ips': [ip]}, if_match='*'))
        assert sum(answer.status == 200 for answer in got) == 1, got
        for other in controllers[1:]:
            other.__exit__()


@case
def a_full_pool_gives_what_it_has(args, new_store):
    controller, token, admin = begin(args, new_store)
    with controller:
        admin.ask('POST', '/api/v1/projects', {'name': 'alpha', 'max_ipv4': 1000, 'max_ipv6': 1000}, status=201)
        admin.ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '192.0.2.0/28', 'announced_as': 'host-routes'}, status=201)
        got = at_once(20, [controller], token, lambda client, _: order(client, {}))
        assert sorted(answer.status for answer in got) == [201] * 16 + [409] * 4, got
        assert {problem(answer) for answer in got if answer.status == 409} == {'pool-full'}
        assert len({answer.json['prefix'] for answer in got if answer.status == 201}) == 16
        # what is released rests, so it is nobody's
        admin.close()
        first = all_there(admin)[0]
        admin.ask('DELETE', f'{PATH}/{first["id"]}', status=200)
        assert problem(admin.ask('POST', PATH, {}, status=409)) == 'pool-full'
        admin.ask('PATCH', '/api/v1/pools/p', {'quarantine_seconds': 0}, status=200, if_match='*')
        second = all_there(admin)[0]
        admin.ask('DELETE', f'{PATH}/{second["id"]}', status=200)
        got = [admin.ask('POST', PATH, {}) for _ in range(2)]
        assert [answer.status for answer in got] == [201, 409] and got[0].json['prefix'] == second['prefix'], got
        # a pool that nobody counts to the end of
        admin.ask('POST', '/api/v1/pools', {'name': 'p6', 'prefix': '2001:db8::/48'}, status=201)
        got = at_once(20, [controller], token, lambda client, n: order(client, {'family': 'ipv6', 'quantity': (1, 2, 4)[n % 3]}))
        blocks = sorted(ipaddress.ip_network(answer.json['prefix']) for answer in got)
        assert not any(one.overlaps(other) for one, other in zip(blocks, blocks[1:])), blocks


@case
def a_key_is_one_request(args, new_store):
    controller, token, admin = begin(args, new_store)
    with controller:
        make_room(admin)
        got = at_once(20, [controller], token, lambda client, _: order(client, {'quantity': 2}, idempotency_key='same'))
        assert {answer.status for answer in got} == {201} and len({answer.json['id'] for answer in got}) == 1, got
        assert len({answer.headers['Location'] for answer in got}) == 1
        for body, path in (({'quantity': 1}, PATH), ({'quantity': 2}, PATH.replace('alpha', 'beta')), ({'quantity': 2, 'tags': []}, PATH)):
            admin.ask('POST', '/api/v1/projects', {'name': 'beta'})
            assert problem(admin.ask('POST', path, body, status=422, idempotency_key='same')) == 'key-reused'
        # what was refused is no answer to keep
        assert admin.ask('POST', PATH, {'quantity': 3}, idempotency_key='again').status == 422
        admin.ask('POST', PATH, {'quantity': 1}, status=201, idempotency_key='again')
        # released since: the answer is that of then, and nothing is ordered again
        ip = got[0].json['id']
        admin.ask('DELETE', f'{PATH}/{ip}', status=200)
        assert admin.ask('POST', PATH, {'quantity': 2}, status=201, idempotency_key='same').json['id'] == ip
        assert len(all_there(admin)) == 1
        # somebody else's key is another one; a key is 1 to 128 bytes
        other = admin.ask('POST', '/api/v1/tokens', {'name': 'o', 'role': 'operator', 'project': 'alpha'}, status=201).json['token']
        assert Client(controller.port, other).ask('POST', PATH, {'quantity': 2}, status=201, idempotency_key='same').json['id'] != ip
        admin.ask('POST', PATH, {}, status=400, idempotency_key='k' * 129)
        admin.ask('POST', PATH, {}, status=201, idempotency_key='k' * 128)


@case
def a_cursor_is_a_place_and_no_more(args, new_store):
    controller, token, admin = begin(args, new_store)
    with controller:
        make_room(admin)
        for _ in range(5):
            admin.ask('POST', PATH, {}, status=201)
        ids = [item['id'] for item in all_there(admin)]
        page = admin.ask('GET', f'{PATH}?limit=2', status=200).json
        # stale: what it stood behind is gone, and nothing is left out or comes twice
        admin.ask('DELETE', f'{PATH}/{ids[1]}', status=200)
        rest = admin.ask('GET', f'{PATH}?limit=1000&cursor={page["next"]}', status=200).json
        assert [item['id'] for item in rest['items']] == ids[2:] and rest['next'] is None
        # of another list, forged, cut
        admin.ask('GET', f'/api/v1/projects?cursor={page["next"]}', status=200)
        for cursor in ('', 'x', '!', page['next'] + 'A', 'A' * 200, 'MQ==', 'Mg'):
            assert admin.ask('GET', f'{PATH}?cursor={cursor}').status == 400, cursor
        for limit in ('0', '-1', '1001', '1e2', '99999999999999999999', '1;', ''):
            assert admin.ask('GET', f'{PATH}?limit={limit}').status == 400, limit


@case
def what_has_changed_is_not_changed_unseen(args, new_store):
    """If-Match on every route that changes an object, as the OpenAPI document has them."""
    controller, token, admin = begin(args, new_store)
    with controller:
        make_room(admin)
        made = {'project': 'alpha', 'pool': 'p', 'site': 'am6', 'host': 'h1', 'service': 'web'}
        admin.ask('POST', '/api/v1/sites', {'name': 'am6'}, status=201)
        admin.ask('POST', '/api/v1/hosts', {'name': 'h1', 'site': 'am6'}, status=201)
        admin.ask('POST', SERVICES, {'name': 'web', 'document': {'listen': ['tcp/80']}}, status=201)
        made['id'] = admin.ask('POST', PATH, {}, status=201).json['id']
        document = admin.ask('GET', '/api/v1/openapi.json', status=200).json
        tried = 0
        for pattern, methods in document['paths'].items():
            names = re.findall(r'{(\w+)}', pattern)
            # without a name it is one's own session, which nobody else changes
            if not names or not set(names) <= set(made) or 'id' in names and 'global-ips' not in pattern:
                continue
            path = re.sub(r'{(\w+)}', lambda m: made[m[1]], pattern)
            for method in {'patch', 'put'} & set(methods):
                body = {'description': 'seen'} if method == 'patch' else {'addresses': [], 'bgp_neighbors': []}
                assert admin.ask(method.upper(), path, body).status == 428, path
                assert admin.ask(method.upper(), path, body, if_match='"99"').status == 412, path
                assert admin.ask(method.upper(), path, body, if_match='W/"1"').status == 412, path
                etag = admin.ask('GET', path, status=200).headers['ETag']
                got = at_once(4, [controller], token, lambda client, _: client.ask(method.upper(), path, body, if_match=etag))
                assert sorted(answer.status for answer in got if answer.status != 503)[:2] == [200, 412], (path, got)
                tried += 1
            if 'delete' in methods:
                assert admin.ask('DELETE', path, if_match='"99"').status == 412, path
                tried += 1
        assert tried >= 10, tried


@case
def a_backup_under_load(args, new_store):
    """Copied while orders run, then restored: all that was acknowledged before is there, and orders go on."""
    controller, token, admin = begin(args, new_store)
    with controller:
        make_room(admin)
        orders = Orders(200, args.seed)
        orders.begin(6, [controller.port], token)
        orders.wait_for(60)
        before = dict(orders.acknowledged)
        copy = new_store.copy(controller)
        during = len(orders.acknowledged)
        orders.join()
        assert len(before) >= 60 and len(orders.acknowledged) == 200
        everything = all_there(admin)
        controller.stop()
        controller.conf['store'] = copy
        controller.start()
        admin.close()
        there = {item['tags'][0]: item for item in all_there(admin)}
        print(f'# {len(before)} before, {during} when it was made, {len(there)} in it, {len(everything)} at the end', flush=True)
        assert all(there[key] == item for key, item in before.items())
        assert all(item in everything for item in there.values())
        # keys are in it, so what is repeated is the same; and nothing overlaps with what comes
        key = next(iter(before))
        again = admin.ask('POST', PATH, {'quantity': before[key]['quantity'], 'tags': [key]}, status=201, idempotency_key=key)
        assert again.json == before[key]
        more = Orders(40, args.seed + 1)
        more.left = [('new-' + key, quantity) for key, quantity in more.left]
        more.begin(6, [controller.port], token)
        more.join()
        blocks = sorted(ipaddress.ip_network(item['prefix']) for item in all_there(admin))
        assert len(blocks) == len(there) + 40
        assert not any(one.overlaps(other) for one, other in zip(blocks, blocks[1:]))


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
parser.add_argument('--seed', type=int, default=int(time.time()))
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options, stores)
