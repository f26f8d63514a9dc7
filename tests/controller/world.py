"""A controller with agents that are played by sockets, and a service: for the tests of what reaches them."""
import threading

from server import DEADLINE, Client, Controller

ALPHA = '/api/v1/projects/alpha'
SITES = ('am6', 'ny5', 'sg1')
SINCE = '2026-11-29T16:42:57.5Z'


class Agent:
    """A host: its credential, its connections (one for polls), the tag of what it has."""

    def __init__(self, port, credential):
        self.polls, self.client = Client(port, credential), Client(port, credential)
        self.tag, self.desired = None, None

    def poll(self, wait, status=None):
        headers = {'prefer': f'wait={wait}'}
        if self.tag:
            headers['if_none_match'] = self.tag
        answer = self.polls.ask('GET', '/agent/v1/desired', status=status, **headers)
        if answer.status == 200:
            self.tag, self.desired = answer.headers['ETag'], answer.json
        return answer

    def report(self, world, stage='preferred', verdict='passing', events=(), **more):
        services = [{'name': 'alpha.web', 'from': 'controller', 'detail': {'checks': []}, 'addresses': [
            {'prefix': world.address, 'stage': stage, 'verdict': verdict, 'reason': 'so', 'since': SINCE}]}]
        body = {'run': 'r1', 'agent_version': '1', 'applied_revision': 2, 'services': services, 'neighbors': [
            {'name': 'r', 'address': '192.0.2.254', 'peer_as': 64500, 'state': 'established', 'since': SINCE}],
            'events': list(events), **more}
        return self.client.ask('POST', '/agent/v1/report', body, status=200).json

    def may_withdraw(self, world):
        question = {'service': 'alpha.web', 'prefix': world.address, 'evidence': '503'}
        return self.client.ask('POST', '/agent/v1/leases', question, status=200).json['granted']

    def poll_later(self, wait=50):
        """A poll that waits in a thread; its answer comes when join() is done."""
        return Later(lambda: self.poll(wait))

    def close(self):
        self.polls.close()
        self.client.close()


class Later:
    """What a function gives, or raises, in a thread."""

    def __init__(self, fn):
        self.result = self.error = None
        self.thread = threading.Thread(target=self.run, args=(fn,), daemon=True)
        self.thread.start()

    def run(self, fn):
        try:
            self.result = fn()
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    def waits(self):
        return self.thread.is_alive()

    def get(self):
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive(), 'no answer came'
        if self.error:
            raise self.error
        return self.result


class World:
    """A controller with sites, a host at each that has joined, and service web on all; more: of the service."""

    def __init__(self, program, store, sites=SITES, **more):
        self.sites, self.more = sites, more
        self.controller = Controller(program, store)
        token = self.controller.command('init').strip()
        self.controller.start()
        self.admin = Client(self.controller.port, token)
        self.fill()
        self.agents = [self.join(site) for site in sites]

    def fill(self):
        ask = self.admin.ask
        ask('POST', '/api/v1/projects', {'name': 'alpha'}, status=201)
        ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '192.0.2.0/24'}, status=201)
        for site in self.sites:
            ask('POST', '/api/v1/sites', {'name': site, 'latitude': 52.3, 'longitude': 4.9}, status=201)
        ip = ask('POST', f'{ALPHA}/global-ips', {}, status=201).json
        self.prefix = ip['prefix']
        self.address = self.prefix.split('/')[0] + '/32'
        ask('POST', f'{ALPHA}/services', {'name': 'web', 'document': {'listen': ['tcp/80']}, 'global_ips': [ip['id']],
                                          'sites': list(self.sites), 'min_sites': 1, 'lease_seconds': 5,
                                          'max_change_percent': 100, **self.more}, status=201)

    def join(self, site):
        token = self.admin.ask('POST', '/api/v1/join-tokens', {'site': site}, status=201).json['token']
        joined = self.admin.ask('POST', '/agent/v1/join', {'token': token, 'name': f'{site}-1'}, status=201).json
        return Agent(self.controller.port, joined['credential'])

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.admin.close()
        for agent in self.agents:
            agent.close()
        self.controller.__exit__(*args)
