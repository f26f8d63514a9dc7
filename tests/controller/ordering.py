"""Orders of Global IPs by many clients at once, and what has to be true of them afterwards."""
import ipaddress
import random
import threading
import time

from server import REFUSED, Client

PATH = '/api/v1/projects/alpha/global-ips'
PROBLEM = 'urn:nearcast:problem:'


class Orders:
    """What is to be ordered, and what was acknowledged: key to answer."""

    def __init__(self, count, seed, once=0.0):
        """once: the share of orders that are not repeated, whatever is answered."""
        self.rng = random.Random(seed)
        self.lock = threading.Lock()
        self.count = count
        self.left = [(f'order-{n}', self.rng.choice((1, 1, 2, 4))) for n in range(count)]
        self.once = {key for key, _ in self.left if self.rng.random() < once}
        self.acknowledged = {}
        self.refused = set()  # keys of orders that were said not to have been made
        self.unknown = set()  # or may have been, or not
        self.unclear = 0      # answers that did not come, or said that they do not know
        self.failures = []
        self.threads = []

    def take(self):
        """The next; None: there is none."""
        with self.lock:
            return self.left.pop() if self.left and not self.failures else None

    def begin(self, clients, ports, token):
        """Threads that order until nothing is left; ports: of controllers, taken in turn."""
        self.threads = [threading.Thread(target=self.client, args=(ports[i % len(ports)], token), daemon=True)
                        for i in range(clients)]
        for thread in self.threads:
            thread.start()

    def are_under_way(self):
        """Whether somebody orders still."""
        return any(thread.is_alive() for thread in self.threads)

    def wait_for(self, acknowledged):
        """Until so many are acknowledged, or nobody orders any more."""
        while len(self.acknowledged) < acknowledged and self.are_under_way():
            time.sleep(0.002)

    def join(self):
        """Until nobody orders any more; fails for what was refused for good."""
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures

    def client(self, port, token):
        """One of those who order."""
        client = Client(port, token)
        while (order := self.take()) is not None:
            while not self.failures and not self.ask(client, *order):
                time.sleep(0.05)

    def ask(self, client, key, quantity):
        """True: there is nothing more to do for this one."""
        headers = {} if key in self.once else {'idempotency_key': key}
        try:
            answer = client.ask('POST', PATH, {'quantity': quantity, 'tags': [key]}, **headers)
        except REFUSED:
            problem = 'outcome-unknown'
        else:
            if answer.status == 201:
                with self.lock:
                    self.acknowledged[key] = answer.json
                return True
            problem = answer.json['type'].removeprefix(PROBLEM)
            if answer.status != 503 or problem not in ('store', 'outcome-unknown') or 'Retry-After' not in answer.headers:
                self.failures.append(f'{key}: {answer}')
        with self.lock:
            self.unclear += 1
            if key in self.once:
                (self.unknown if problem == 'outcome-unknown' else self.refused).add(key)
        return key in self.once

    def check(self, items):
        """Nothing lost, doubled, overlapping, or made although it was said that it was not."""
        there = {item['tags'][0]: item for item in items}
        assert len(there) == len(items), 'an order was made twice'
        for key, item in self.acknowledged.items():
            assert there.get(key) == item, (key, item, there.get(key))
        assert not self.refused & set(there), self.refused & set(there)
        assert set(there) <= set(self.acknowledged) | self.unknown, set(there) - set(self.acknowledged) - self.unknown
        assert len(self.acknowledged) + len(self.refused) + len(self.unknown) == self.count
        blocks = sorted(ipaddress.ip_network(item['prefix']) for item in items)
        for one, next_one in zip(blocks, blocks[1:]):
            assert not one.overlaps(next_one), (one, next_one)


def make_room(admin):
    """A project and a pool that no test fills."""
    admin.ask('POST', '/api/v1/projects', {'name': 'alpha', 'max_ipv4': 1000000}, status=201)
    admin.ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '10.0.0.0/12'}, status=201)
    admin.close()


def all_there(client):
    """All Global IPs of the project, page by page."""
    items, cursor = [], ''
    while True:
        page = client.ask('GET', f'{PATH}?limit=1000{cursor}', status=200).json
        items += page['items']
        if page['next'] is None:
            return items
        cursor = f'&cursor={page["next"]}'
