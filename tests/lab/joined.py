#!/usr/bin/env python3
"""A host that has joined: the real nearcast-controller, nearcastd, nginx and BIRD 2. TAP on stdout. following.py has what a
controller would not do.

Usage: joined.py NEARCASTD NEARCAST NEARCAST-CONTROLLER [CASE...]; the cases run as those of agent.py do."""
import pathlib
import signal
import subprocess
import sys
import time

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
import agent  # noqa: E402
from agent import has_address  # noqa: E402
from following import NOTHING, SOFT, nearcast  # noqa: E402
from server import Client, Controller  # noqa: E402
from waiting import Failed, check, stays, wait_for  # noqa: E402

PROJECT = '/api/v1/projects/shop'
SERVICES = f'{PROJECT}/services'
DOCUMENT = {'listen': ['tcp/80'], 'drain-time': '200ms'}


class Joined:
    """The controller with a pool of one address, a project and a site; and a nearcastd that has joined it."""

    def __init__(self, c, sites=('ams',)):
        self.c = c
        self.controller = Controller(sys.argv[3])
        self.admin = None
        self.fill(sites)
        self.bird, self.nginx = c.bird(), c.nginx()
        self.agent = c.agent(NOTHING)
        c.things.append(self)
        wait_for('it runs', self.agent.answer)
        self.join('ams')

    def fill(self, sites):
        token = self.controller.command('init').strip()
        self.controller.start()
        self.admin = Client(self.controller.port, token)
        ask = self.admin.ask
        ask('POST', '/api/v1/pools', {'name': 'p', 'prefix': '203.0.113.0/24'}, status=201)
        ask('POST', '/api/v1/projects', {'name': 'shop'}, status=201)
        for site in sites:
            ask('POST', '/api/v1/sites', {'name': site}, status=201)

    def token(self, site, **more):
        return self.admin.ask('POST', '/api/v1/join-tokens', {'site': site, **more}, status=201).json['token']

    def join(self, site, *words, **more):
        return nearcast(self.c, 'join', f'http://127.0.0.1:{self.controller.port}', '--token', self.token(site, **more), '--name',
                        'test-host', '--state-directory', str(self.agent.state), '--socket', str(self.agent.control), *words)

    def order(self):
        """A Global IP: its id, and its prefix."""
        ip = self.admin.ask('POST', f'{PROJECT}/global-ips', {}, status=201).json
        return ip['id'], ip['prefix']

    def serve(self, name='web', **more):
        """A service at ams; its prefix, once BIRD has it."""
        ip, prefix = self.order()
        service = {'name': name, 'document': DOCUMENT, 'global_ips': [ip], 'sites': ['ams'], **more}
        self.admin.ask('POST', SERVICES, service, status=201)
        wait_for(f'BIRD has {prefix}', lambda: self.bird.route(prefix))
        return prefix

    def end(self):
        self.admin.close()
        self.controller.__exit__(None, None, None)


def placed_changed_and_removed(c):
    j = Joined(c)
    prefix = j.serve()
    check('its name', [(s['name'], s['from']) for s in j.agent.status()['services']], [('shop.web', 'controller')])
    j.admin.ask('PATCH', f'{SERVICES}/web', {'document': DOCUMENT | {'communities': ['65001:7']}}, status=200, if_match='*')
    wait_for('changed', lambda: '(65001,7)' in j.bird.route(prefix))
    j.nginx.kill()
    wait_for('withdrawn when it dies', lambda: not j.bird.route(prefix))
    j.nginx.start()
    wait_for('back', lambda: j.bird.route(prefix))
    # what leaves a service with no site needs a reason
    j.admin.ask('DELETE', f'{SERVICES}/web?override_reason=it+ends', status=204, if_match='*')
    wait_for('gone', lambda: not j.bird.route(prefix) and not has_address(prefix.split('/')[0]))
    # a site that is called otherwise from now on
    j.admin.ask('PATCH', '/api/v1/sites/ams', {'name': 'ams-2'}, status=200, if_match='*')
    wait_for('renamed', lambda: j.agent.status()['controller']['site'] == 'ams-2')


def drained_by_the_api(c):
    j = Joined(c)
    prefix = j.serve()
    order = j.admin.ask('POST', f'{PROJECT}/orders', {'kind': 'drain', 'service': 'web', 'site': 'ams', 'reason': 'new disk',
                                                      'override_reason': 'there is one site'}, status=201).json
    wait_for('drained', lambda: not j.bird.route(prefix))
    drain = j.agent.status()['services'][0]['drain']
    if not drain['by_controller'] or 'new disk' not in drain['reason']:
        raise Failed(f'{drain}')
    j.admin.ask('DELETE', f'{PROJECT}/orders/{order["id"]}', status=204)
    wait_for('undrained', lambda: j.bird.route(prefix))


def killed_and_back(c):
    j = Joined(c)
    prefix = j.serve()
    j.controller.process.kill()
    j.controller.process.wait()
    wait_for('it is away', lambda: not j.agent.status()['controller']['connected'])
    stays('BIRD has the route', lambda: j.bird.route(prefix), 1)
    j.nginx.kill()
    wait_for('still withdrawn when it dies', lambda: not j.bird.route(prefix))
    j.nginx.start()
    wait_for('back', lambda: j.bird.route(prefix))
    j.controller.start()
    j.admin.close()
    other = j.serve('dns')
    wait_for('reconciled', lambda: j.bird.route(other) and j.bird.route(prefix))


def left(c):
    """It has said so, and is counted on no more: a host of another site is the last one from then on."""
    j = Joined(c, sites=('ams', 'sin'))
    prefix = j.serve()
    host = '/api/v1/hosts/test-host'
    leave = ('leave', '--state-directory', str(j.agent.state), '--socket', str(j.agent.control), '--force')
    wait_for('reported', lambda: j.admin.ask('GET', f'{host}/status', status=200).json['services'])
    said = nearcast(c, *leave, status=1)
    if 'service web: no site would be left of 1' not in said or '--override REASON' not in said:
        raise Failed(said)
    stays('the last that serves', lambda: j.bird.route(prefix), 1)
    said = nearcast(c, *leave, '--override', 'it burns')
    if 'hosts remove test-host' not in said:
        raise Failed(said)
    here = j.admin.ask('GET', f'{host}/status', status=200).json
    check('gone at once', (here['present'], here['services']), (False, []))
    check('the reason', j.admin.ask('GET', '/api/v1/audit?kind=host&limit=1', status=200).json['items'][0]['override_reason'],
          'it burns')
    check('its credential', j.admin.ask('GET', host, status=200).json['joined'], False)
    wait_for('withdrawn', lambda: not j.bird.route(prefix))
    check('event', j.admin.ask('GET', '/api/v1/events?kind=host-left', status=200).json['items'][0]['host'], 'test-host')
    j.join('ams', host='test-host')
    wait_for('and back', lambda: j.bird.route(prefix))
    j.admin.ask('DELETE', f'{host}?override_reason=it+burns', status=204)
    said = nearcast(c, *leave)
    if 'did not know this host any more' not in said:
        raise Failed(said)


def another_controller_withdraws_nothing(c):
    """Its store is gone; the host joins the new one; what it had goes when a person says so."""
    j = Joined(c)
    prefix = j.serve()
    j.controller.process.kill()
    j.controller.process.wait()
    for path in j.controller.path.glob('store.db*'):
        path.unlink()
    j.fill(['ams'])
    wait_for('its credential is refused', lambda: 'credential' in (j.agent.status()['controller']['problem'] or ''), 40)
    stays('BIRD has the route', lambda: j.bird.route(prefix), 1)
    j.join('ams')
    wait_for('held back', lambda: j.agent.status()['controller']['held_back'])
    stays('BIRD has the route', lambda: j.bird.route(prefix), 1)
    nearcast(c, 'reload', '--socket', str(j.agent.control), '--force')
    wait_for('gone when it is meant', lambda: not j.bird.route(prefix))


def only_one_may_leave(c):
    """Two hosts, whose checks fail for the same reason: the second one stays."""
    j = Joined(c, ('ams', 'sin'))
    if j.admin.ask('POST', '/agent/v1/leases', {}).status == 404:
        return 'this controller knows no leases'
    prefix = j.serve(document={'checks': SOFT, 'guard': {'when-refused': 'preferred'}}, sites=['ams', 'sin'], min_sites=1)
    second = j.admin.ask('POST', '/agent/v1/join', {'token': j.token('sin'), 'name': 'sin-1'}, status=201).json
    sin = Client(j.controller.port, second['credential'])
    report = {'run': 'r', 'agent_version': '1', 'applied_revision': None, 'applied_error': None, 'neighbors': [], 'events': [],
              'services': [{'name': 'shop.web', 'from': 'controller', 'detail': {}, 'addresses': [
                  {'prefix': prefix, 'stage': 'preferred', 'verdict': 'passing', 'reason': '', 'since': '2026-11-29T00:00:00Z'}]}]}
    question = {'service': 'shop.web', 'prefix': prefix, 'evidence': 'status 500'}
    sin.ask('POST', '/agent/v1/report', report, status=200)
    wait_for('ams is reported', lambda: sin.ask('POST', '/agent/v1/leases', question, status=200).json['granted'])
    j.nginx.write(status=500)
    subprocess.run([agent.NGINX, '-c', j.nginx.conf, '-p', j.nginx.folder, '-e', j.nginx.folder / 'nginx.log', '-s', 'reload'],
                   check=True)
    wait_for('refused', lambda: j.agent.status()['controller']['leases']['refused'])
    stays('it stays', lambda: j.bird.route(prefix), 1)
    sin.close()


def who_is_stopped_stands_in_for_nobody(c):
    """Its process has no turn any more, its connections stay: 15 s later it is silent, and the other site is the last."""
    j = Joined(c, ('ams', 'sin'))
    prefix = j.serve(sites=['ams', 'sin'], min_sites=1)
    second = j.admin.ask('POST', '/agent/v1/join', {'token': j.token('sin'), 'name': 'sin-1'}, status=201).json
    sin = Client(j.controller.port, second['credential'])
    report = {'run': 'r', 'agent_version': '1', 'applied_revision': None, 'applied_error': None, 'neighbors': [], 'events': [],
              'services': [{'name': 'shop.web', 'from': 'controller', 'detail': {}, 'addresses': [
                  {'prefix': prefix, 'stage': 'preferred', 'verdict': 'passing', 'reason': '', 'since': '2026-11-29T00:00:00Z'}]}]}

    def drained():
        """Whether sin may be drained, which is undone at once."""
        sin.ask('POST', '/agent/v1/report', report, status=200)
        answer = j.admin.ask('POST', f'{PROJECT}/orders', {'kind': 'drain', 'service': 'web', 'site': 'sin'})
        if answer.status == 201:
            j.admin.ask('DELETE', f'{PROJECT}/orders/{answer.json["id"]}', status=204)
        return answer.status == 201
    wait_for('ams stands in', drained)
    start = time.monotonic()
    j.agent.process.send_signal(signal.SIGSTOP)
    try:
        wait_for('it does not any more', lambda: not drained(), 30)
    finally:
        j.agent.process.send_signal(signal.SIGCONT)
    print(f'# noticed after {time.monotonic() - start:.1f} s')
    wait_for('it does again', drained)
    sin.close()


agent.CASES = [placed_changed_and_removed, drained_by_the_api, killed_and_back, another_controller_withdraws_nothing,
               only_one_may_leave, who_is_stopped_stands_in_for_nobody, left]

if __name__ == '__main__':
    sys.exit(agent.inside(lambda: agent.run(sys.argv[1:3], sys.argv[4:])))
