#!/usr/bin/env python3
"""nearcastd follows a controller: nginx behind it, BIRD 2 as its neighbor, and in front of it what knows the contract of
agents and may break it. TAP on stdout. joined.py has the real controller.

Usage: following.py NEARCASTD NEARCAST [CASE...]; the cases run as those of agent.py do."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import agent  # noqa: E402
from agent import A4, conf, has_address, neighbor  # noqa: E402
from bird import G4  # noqa: E402
from contract import Contract, answer, slowly  # noqa: E402
from ladder import has_gshut  # noqa: E402
from network import V4  # noqa: E402
from waiting import Failed, check, stays, wait_for  # noqa: E402

NOTHING = f'''site: ams
host: test-host
router-id: {V4[0]}
control: CONTROL
state-directory: /STATE
settle-time: 300ms
neighbors:
{neighbor()}services: {{}}
'''
SOFT = {'front': {'type': 'http', 'interval': '100ms', 'fast-interval': '50ms', 'fall': 2, 'rise': 1}}


def web(name='shop.web', ips=(G4,), **more):
    return {'name': name, 'global-ips': list(ips), 'listen': ['tcp/80'], 'drain-time': '200ms', **more}


def nearcast(c, *words, status=0):
    done = subprocess.run([c.programs[1], *words], capture_output=True, text=True, check=False, timeout=60)
    check(f'{words}: {done.stdout}{done.stderr}', done.returncode, status)
    return done.stdout + done.stderr


def join(c, a, controller, *words):
    return nearcast(c, 'join', controller.url, '--token', 'once', '--name', 'test-host', '--state-directory', str(a.state),
                    '--socket', str(a.control), *words)


def begin(c, text=NOTHING, **more):
    """BIRD, nginx, a nearcastd that has joined, its controller."""
    b, n, a, controller = c.bird(), c.nginx(), c.agent(text, **more), Contract()
    c.things.append(controller)
    wait_for('it runs', a.answer)
    if 'follows it' not in join(c, a, controller):
        raise Failed('nearcastd does not follow')
    return b, n, a, controller


def announced(c, services=None, text=NOTHING):
    b, n, a, controller = begin(c, text)
    revision = controller.change(services or [web()])
    wait_for('BIRD has the route', lambda: b.route(G4))
    wait_for('the controller is told', lambda: controller.applied(revision))
    return b, n, a, controller


def told_of(controller, what, name='shop.web'):
    service = controller.service(name)
    return service and what(service) and service


def what_it_wants_is_announced_and_reported(c):
    b, n, a, controller = announced(c)
    service = wait_for('it is told to be preferred', lambda: told_of(
        controller, lambda s: s['addresses'][0]['stage'] == 'preferred' and s['detail']['global_ips'][0]['announced']))
    check('from', service['from'], 'controller')
    check('verdict', service['addresses'][0]['verdict'], 'passing')
    check('neighbor', wait_for('the neighbor is up', lambda: [
        n['name'] for n in controller.last()['neighbors'] if n['state'] == 'Established']), ['r4'])
    kinds = [e['kind'] for r in controller.reports for e in r['events']]
    if 'service-announced' not in kinds or 'controller-applied' not in kinds:
        raise Failed(f'events: {kinds}')
    seqs = [e['seq'] for r in controller.reports for e in r['events']]
    check('each event once', len(seqs), len(set(seqs)))
    status = a.status()
    check('status', (status['controller']['connected'], status['controller']['applied_revision'], status['services'][0]['from']),
          (True, 1, 'controller'))
    if 'nch_secret' in json.dumps(status) + a.log.read_text():
        raise Failed('the credential is shown')
    n.kill()
    wait_for('withdrawn when it dies', lambda: not b.route(G4))
    wait_for('that is told', lambda: told_of(controller, lambda s: s['addresses'][0]['stage'] == 'withdrawn'))


def changed_and_removed(c):
    b, _, a, controller = announced(c)
    controller.change([web(communities=['65001:7'])])
    wait_for('BIRD sees the community', lambda: '(65001,7)' in b.route(G4))
    controller.change([])
    wait_for('BIRD has no route', lambda: not b.route(G4))
    wait_for('the address is gone', lambda: not has_address(A4))
    check('nothing is left', a.status()['services'], [])


def beside_a_file(c):
    """The file's service stays the file's; what of the controller stands in its way is told, and the rest is taken."""
    own = conf(ips=('203.0.113.20/32',), check=None)
    b, _, a, controller = begin(c, own)
    wait_for('the file is announced', lambda: b.route('203.0.113.20/32'))
    revision = controller.change([web('web', ['203.0.113.21/32']), web('other', ['203.0.113.20/31']), web()])
    report = wait_for('taken', lambda: controller.applied(revision))
    for text in 'service web: this host', 'service other: 203.0.113.20/31 is of service web':
        if text not in report['applied_error']:
            raise Failed(report['applied_error'])
    wait_for('BIRD has the route', lambda: b.route(G4))
    # a reload of the file keeps what the controller has given, and lets in what now has room
    a.conf.write_text(a.conf.read_text().replace('web:', 'mine:'))
    check('reload', a.request('{"command":"reload"}')['outcome'], 'applied')
    wait_for('the other web is announced', lambda: b.route('203.0.113.21/32'))
    names = {s['name']: s['from'] for s in a.status()['services']}
    check('services', names, {'mine': 'file', 'web': 'controller', 'shop.web': 'controller'})


def goes_on_without_it(c):
    b, n, a, controller = announced(c)
    controller.end()
    wait_for('it is away', lambda: not a.status()['controller']['connected'])
    stays('BIRD has the route', lambda: b.route(G4), 1)
    check('stopped', a.stop(), 0)
    wait_for('no route', lambda: not b.route(G4))
    a.start()
    wait_for('BIRD has the route from what was kept', lambda: b.route(G4))
    n.kill()
    wait_for('still withdrawn when it dies', lambda: not b.route(G4))
    n.start()
    wait_for('BIRD has the route again', lambda: b.route(G4))
    controller.start()
    controller.change([web(), web('shop.dns', ['203.0.113.12/32'])])
    wait_for('reconciled', lambda: b.route('203.0.113.12/32'))
    wait_for('it is told', lambda: controller.applied(2))


def one_that_hangs_is_noticed(c):
    """Its connections stay open, and nothing comes: after 15 s it is as good as away."""
    b, _, a, controller = announced(c)
    wait_for('it follows', lambda: a.status()['controller']['connected'])
    controller.hangs = True
    wait_for('it is noticed', lambda: not a.status()['controller']['connected'], 30)
    stays('BIRD has the route', lambda: b.route(G4), 1)
    controller.hangs = False
    wait_for('it is found', lambda: a.status()['controller']['connected'], 40)


def nonsense_withdraws_nothing(c):
    b, _, a, controller = announced(c)
    for what, said in ((answer(200, b'<html>here</html>'), 'no document'), (answer(500, b'oops'), 'status 500'),
                       (answer(401, b'{"title":"no"}', 'application/json'), 'credential'),
                       (answer(200, b'{}', 'application/json'), 'host, revision, services'),
                       (answer(200, b'{"revision":9,"host":{"id":"hst_9"},"services":[],"orders":[]}', 'application/json'),
                        'another host')):
        controller.misbehave(what)
        wait_for(f'"{said}" is shown', lambda: said in (a.status()['controller']['problem'] or ''), 40)
        if not b.route(G4):
            raise Failed(f'withdrawn by {said}')
    controller.change()
    wait_for('well again', lambda: a.status()['controller']['connected'], 40)
    kinds = [e['kind'] for e in a.status()['events']]
    if kinds.count('controller-lost') < 5 or 'controller-found' not in kinds:
        raise Failed(f'events: {kinds}')


def one_that_has_forgotten_withdraws_nothing(c):
    """An old copy of its store, or none; then a person says that it is meant."""
    two = [web(), web('shop.dns', ['203.0.113.12/32'])]
    b, _, a, controller = announced(c, two)
    wait_for('both', lambda: b.route('203.0.113.12/32'))
    for revision, services, said in ((0, [web()], 'knows less than before'), (49, [web()], 'held back before'),
                                     (50, [], 'nothing of what it has announced')):
        controller.change(services, revision=revision)
        wait_for(f'"{said}"', lambda: said in (controller.last()['applied_error'] or ''))
        if not b.route(G4) or not b.route('203.0.113.12/32'):
            raise Failed('withdrawn')
    check('still in force', controller.last()['applied_revision'], 1)
    nearcast(c, 'reload', '--socket', str(a.control), '--force')
    wait_for('gone when it is meant', lambda: not b.route(G4))
    wait_for('told', lambda: controller.applied(50))


def drained_and_held(c):
    b, _, a, controller = announced(c)
    controller.change(orders=[{'id': 'ord_1', 'kind': 'drain', 'service': 'shop.web', 'reason': 'new disk', 'by': 'ann',
                               'parameters': {'at_most_ms': 60000}, 'since': '2026-11-29T00:00:00Z'}])
    wait_for('drained', lambda: not b.route(G4))
    drain = a.status()['services'][0]['drain']
    check('by', (drain['by_operator'], drain['by_controller'], drain['reason']), (False, True, 'new disk (ann)'))
    said = nearcast(c, 'undrain', '--socket', str(a.control), 'shop.web', status=1)
    if 'by the controller' not in said:
        raise Failed(said)
    # over a restart, without a controller, and undone only by whoever ordered it
    controller.end()
    a.stop()
    a.start()
    wait_for('it runs', lambda: a.address(G4))
    stays('it is drained', lambda: not b.route(G4), 1)
    nearcast(c, 'drain', '--socket', str(a.control), 'shop.web')
    controller.start()
    controller.change(orders=[])
    wait_for('only the operator drains', lambda: not (a.status()['services'][0]['drain'] or {}).get('by_controller', True))
    stays('it is drained', lambda: not b.route(G4), 0.5)
    nearcast(c, 'undrain', '--socket', str(a.control), 'shop.web')
    wait_for('BIRD has the route', lambda: b.route(G4))
    controller.change(orders=[{'id': 'ord_2', 'kind': 'hold', 'service': 'shop.web', 'reason': '', 'by': 'ann'}])
    wait_for('held', lambda: (a.status()['services'][0]['hold'] or {}).get('by_controller'))
    check('without a reason by whom', a.status()['services'][0]['hold']['reason'], 'by ann')
    controller.change(orders=[])
    wait_for('released', lambda: a.status()['services'][0]['hold'] is None)


def leases(c):
    """Soft evidence asks; definitive evidence does not; who does not answer leaves it to when-alone."""
    guarded = web(listen=[], checks=SOFT, guard={'min-sites': 1, 'when-alone': 'withdraw', 'when-refused': 'preferred'})
    b, n, a, controller = announced(c, [guarded])
    controller.lease = lambda question: {'granted': False, 'seconds': 1, 'why': 'it is the last'}
    n.write(status=500)
    subprocess.run([agent.NGINX, '-c', n.conf, '-p', n.folder, '-e', n.folder / 'nginx.log', '-s', 'reload'], check=True)
    wait_for('refused', lambda: controller.leases and 'it is the last' in a.address(G4)['why'])
    check('what was asked', (controller.leases[0]['service'], controller.leases[0]['prefix']), ('shop.web', G4))
    if 'status 500' not in controller.leases[0]['evidence'] or not b.route(G4):
        raise Failed(f'{controller.leases[0]}')
    controller.lease = lambda question: {'granted': True, 'seconds': 30, 'why': 'two others stand'}
    wait_for('granted, and withdrawn', lambda: not b.route(G4))
    n.write()
    subprocess.run([agent.NGINX, '-c', n.conf, '-p', n.folder, '-e', n.folder / 'nginx.log', '-s', 'reload'], check=True)
    wait_for('well again', lambda: b.route(G4))
    controller.misbehave(slowly(5))
    n.write(status=500)
    subprocess.run([agent.NGINX, '-c', n.conf, '-p', n.folder, '-e', n.folder / 'nginx.log', '-s', 'reload'], check=True)
    wait_for('alone, it withdraws', lambda: not b.route(G4))
    if 'unanswered' not in a.status()['controller']['leases']:
        raise Failed('not counted')


def upgraded(c):
    b, _, a, controller = announced(c)
    absences = agent.Absences(b, G4)
    nearcast(c, 'upgrade', '--socket', str(a.control))
    run = controller.last()['run']
    controller.change([web(), web('shop.dns', ['203.0.113.12/32'])])
    wait_for('it still follows', lambda: b.route('203.0.113.12/32'))
    wait_for('it is told', lambda: controller.applied(2))
    check('it is the same run', controller.last()['run'], run)
    check('never gone', absences.end(), 0)


def left(c):
    b, _, a, controller = announced(c)
    said = nearcast(c, 'leave', '--state-directory', str(a.state), '--socket', str(a.control), status=1)
    if 'would be withdrawn: shop.web' not in said:
        raise Failed(said)
    nearcast(c, 'leave', '--state-directory', str(a.state), '--socket', str(a.control), '--force')
    wait_for('gone', lambda: not b.route(G4))
    check('status', a.status()['controller'], None)
    wait_for('nothing is kept', lambda: not (a.state / 'controller.json').exists() and not (a.state / 'desired.json').exists())


agent.CASES = [what_it_wants_is_announced_and_reported, changed_and_removed, beside_a_file, goes_on_without_it, one_that_hangs_is_noticed,
         nonsense_withdraws_nothing, one_that_has_forgotten_withdraws_nothing, drained_and_held, leases, upgraded, left]

if __name__ == '__main__':
    sys.exit(agent.main())
