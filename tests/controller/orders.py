#!/usr/bin/env python3
"""Orders by many clients while the controller is killed, again and again.

    orders.py NEARCAST-CONTROLLER [--orders N] [--clients N] [--kills N] [--seed N] [--store URL]

Every client repeats an order with its idempotency key until it is acknowledged. At the end every order that
was acknowledged is there, as it was acknowledged; none is there twice; no two overlap.
"""
import argparse
import ipaddress
import random
import signal
import threading
import time

from server import REFUSED, Client, Controller, case, run_cases

PATH = '/api/v1/projects/alpha/global-ips'


class Orders:
    """What is to be ordered, and what was acknowledged: key to answer."""

    def __init__(self, count, seed):
        self.rng = random.Random(seed)
        self.lock = threading.Lock()
        self.left = [(f'order-{n}', self.rng.choice((1, 1, 2, 4))) for n in range(count)]
        self.acknowledged = {}
        self.unclear = 0  # answers that did not come, or said that they do not know

    def take(self):
        with self.lock:
            return self.left.pop() if self.left else None

    def acknowledge(self, key, answer):
        with self.lock:
            self.acknowledged[key] = answer

    def count_unclear(self):
        with self.lock:
            self.unclear += 1


def order_until_done(port, token, orders, failures):
    """A client. What is refused for good is a failure of the test."""
    client = Client(port, token)
    while (order := orders.take()) is not None and not failures:
        key, quantity = order
        while not failures:
            try:
                answer = client.ask('POST', PATH, {'quantity': quantity, 'tags': [key]}, idempotency_key=key)
            except REFUSED:
                orders.count_unclear()
                time.sleep(0.05)
                continue
            if answer.status == 201:
                orders.acknowledge(key, answer.json)
                break
            if answer.status != 503:
                failures.append(f'{key}: {answer}')
            orders.count_unclear()
            time.sleep(0.05)


def kill_while(controller, threads, orders, kills):
    """SIGKILL at any moment, so many times while orders are acknowledged, and a start after each."""
    count = len(orders.left)
    marks = sorted(orders.rng.randrange(count) for _ in range(kills))
    for mark in marks:
        while len(orders.acknowledged) < mark and any(thread.is_alive() for thread in threads):
            time.sleep(0.002)
        time.sleep(orders.rng.uniform(0, 0.02))
        controller.stop(signal.SIGKILL)
        controller.start()
    for thread in threads:
        thread.join()


def all_there(client):
    items, cursor = [], ''
    while True:
        page = client.ask('GET', f'{PATH}?limit=1000{cursor}', status=200).json
        items += page['items']
        if page['next'] is None:
            return items
        cursor = f'&cursor={page["next"]}'


@case
def nothing_lost_doubled_or_overlapping(args):
    with Controller(args.program, args.store) as controller:
        token = controller.command('init').strip()
        controller.start()
        admin = Client(controller.port, token)
        admin.ask('POST', '/api/v1/projects', {'name': 'alpha', 'max_ipv4': 1000000}, status=201)
        admin.ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '10.0.0.0/12'}, status=201)
        admin.close()
        orders, failures = Orders(args.orders, args.seed), []
        threads = [threading.Thread(target=order_until_done, args=(controller.port, token, orders, failures))
                   for _ in range(args.clients)]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        kill_while(controller, threads, orders, args.kills)
        took = time.monotonic() - begun
        print(f'# seed {args.seed}: {args.orders} orders by {args.clients} clients in {took:.1f} s, '
              f'{args.kills} kills, {orders.unclear} answers were not clear', flush=True)
        assert not failures, failures
        items = all_there(admin)
        there = {item['id']: item for item in items}
        assert len(there) == len(items) == args.orders == len(orders.acknowledged), \
            (len(there), len(items), len(orders.acknowledged))
        assert len({item['tags'][0] for item in items}) == args.orders
        for key, item in orders.acknowledged.items():
            assert there[item['id']] == item, (key, item, there.get(item['id']))
        blocks = sorted(ipaddress.ip_network(item['prefix']) for item in items)
        for one, next_one in zip(blocks, blocks[1:]):
            assert not one.overlaps(next_one), (one, next_one)


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--orders', type=int, default=150)
parser.add_argument('--clients', type=int, default=6)
parser.add_argument('--kills', type=int, default=5)
parser.add_argument('--seed', type=int, default=int(time.time()))
parser.add_argument('--store', help='postgresql://…; default: SQLite in a folder of its own')
run_cases(parser.parse_args())
