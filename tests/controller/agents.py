#!/usr/bin/env python3
"""Agents of a controller, played by sockets: what reaches them, and what becomes of what they say.

    agents.py NEARCAST-CONTROLLER [--postgresql]
"""
import argparse
import contextlib
import json
import signal
import sqlite3
import time

from postgresql import new_stores
from server import DEADLINE, Client, Controller, Skip, case, run_cases, until
from stream import Stream
from world import ALPHA, SINCE, SITES, Agent, Later, World


def change(admin):
    """Of the service, without consequence; raises the revision of all its hosts."""
    path = f'{ALPHA}/services/web'
    lease = admin.ask('GET', path, status=200).json['lease_seconds']
    admin.ask('PATCH', path, {'lease_seconds': lease + 1}, status=200, if_match='*')


@case
def a_change_reaches_those_who_wait(program, new_store):
    with World(program, new_store()) as world:
        for agent in world.agents:
            agent.poll(50, status=200)
            assert [service['name'] for service in agent.desired['services']] == ['alpha.web']
            assert agent.desired['services'][0]['global-ips'] == [world.prefix]
        waiting = [agent.poll_later() for agent in world.agents]
        time.sleep(0.3)
        assert all(later.waits() for later in waiting)
        change(world.admin)
        assert [later.get().status for later in waiting] == [200] * 3
        assert [agent.desired['revision'] for agent in world.agents] == [3] * 3
        order = world.admin.ask('POST', f'{ALPHA}/orders', {'kind': 'drain', 'service': 'web', 'site': 'am6'},
                                status=201).json
        assert world.agents[0].poll(50, status=200).json['orders'][0]['id'] == order['id']
        assert world.agents[1].poll(0).status == 304


@case
def a_poll_ends_when_its_time_is_over(program, new_store):
    with World(program, new_store()) as world:
        agent = world.agents[0]
        agent.poll(50, status=200)
        begun = time.monotonic()
        assert agent.poll(2).status == 304
        assert time.monotonic() - begun >= 1.9
        assert agent.poll(0).status == 304


@case
def polls_hold_no_worker(program, new_store):
    """More polls than workers wait, and everybody else is answered; clients that go are forgotten."""
    with World(program, new_store()) as world:
        agent = world.agents[0]
        agent.poll(50, status=200)
        others = []
        for _ in range(20):
            other = Agent(world.controller.port, agent.polls.token)
            other.tag = agent.tag
            others.append((other, other.poll_later()))
        assert world.admin.ask('GET', '/healthz', status=200)
        time.sleep(0.3)
        for other, _ in others[:10]:
            other.polls.connection.sock.shutdown(2)
        change(world.admin)
        assert [later.get().status for _, later in others[10:]] == [200] * 10
        for other, _ in others:
            other.close()
        assert world.controller.stop(signal.SIGTERM) == 0


@case
def a_host_that_is_deleted_hears_it(program, new_store):
    with World(program, new_store()) as world:
        agent = world.agents[2]
        agent.poll(50, status=200)
        later = agent.poll_later()
        time.sleep(0.2)
        world.admin.ask('DELETE', '/api/v1/hosts/sg1-1?override_reason=test', status=204)
        assert later.get().status == 401


@case
def the_end_of_the_controller_is_no_change(program, new_store):
    with World(program, new_store()) as world:
        agent = world.agents[0]
        agent.poll(50, status=200)
        later = agent.poll_later()
        time.sleep(0.2)
        assert world.controller.stop(signal.SIGTERM) == 0
        later.thread.join(DEADLINE)
        assert later.error, later.result
        world.controller.start()
        agent.close()
        assert agent.poll(0).status == 304


def next_change(stream):
    """The next message of a stream that is no event."""
    while 'event' not in (message := stream.next()):
        pass
    return json.loads(message['data'])


@case
def who_watches_is_told_what_hosts_report(program, new_store):
    """Also without an event: another stage, verdict or neighbor."""
    with World(program, new_store()) as world:
        agent = world.agents[0]
        agent.report(world)
        stream = Stream(world.controller.port, path=f'{ALPHA}/events', token=world.admin.token)
        for said in ({'stage': 'backup'}, {'stage': 'backup', 'verdict': 'failing'}, {'stage': 'backup', 'verdict': 'failing', 'neighbors': []}):
            agent.report(world, **said)
            assert next_change(stream) == {'kind': 'status'}
        agent.report(world, **said)  # the same once more: nobody is told
        world.admin.ask('POST', '/api/v1/sites', {'name': 'last'}, status=201)
        assert next_change(stream)['name'] == 'last'
        stream.close()


@case
def what_hosts_say_is_there_once(program, new_store):
    with World(program, new_store()) as world:
        agent = world.agents[0]
        events = [{'seq': n, 'at': SINCE, 'kind': 'verdict', 'severity': 'info', 'service': 'alpha.web', 'message': f'event {n}'}
                  for n in (1, 2, 3)]
        assert agent.report(world, events=events[:2]) == {'events_taken': 2}
        agents = [agent] + [Agent(world.controller.port, agent.client.token) for _ in range(3)]
        again = [Later(lambda one=one: one.report(world, events=events)) for one in agents]
        assert [later.get()['events_taken'] for later in again] == [3] * 4
        status = world.admin.ask('GET', f'{ALPHA}/services/web/status', status=200).json
        host = status['sites'][0]['hosts'][0]
        assert host['present'] and host['applied_revision'] == 2, host
        assert [a['stage'] for a in host['services'][0]['addresses']] == ['preferred']
        assert host['neighbors'][0]['state'] == 'established'
        assert world.admin.ask('GET', '/api/v1/hosts/am6-1/status', status=200).json['services'] == host['services']
        assert len(world.admin.ask('GET', '/api/v1/status', status=200).json['sites']) == 3
        lines = world.controller.command('export')
        assert lines
        if new_store.postgresql:
            database = world.controller.conf['store'].split('/')[3].split('?')[0]
            rows = new_store.server.do("SELECT origin FROM events WHERE origin LIKE '%:r1:%' ORDER BY number", database)
            assert [row.rsplit(':', 1)[1] for row in rows] == ['1', '2', '3'], rows
        for one in agents[1:]:
            one.close()


@case
def of_those_who_ask_at_once_one_stays(program, new_store):
    """Three sites that fail at once, of which one has to stay: two may go, whoever is first."""
    with World(program, new_store()) as world:
        for agent in world.agents:
            agent.report(world, verdict='failing')
        asked = [Later(lambda agent=agent: agent.may_withdraw(world)) for agent in world.agents]
        granted = [later.get() for later in asked]
        assert sorted(granted) == [False, True, True], granted
        last = granted.index(False)
        assert not world.agents[last].may_withdraw(world)
        for i, agent in enumerate(world.agents):
            agent.report(world, stage='preferred' if i == last else 'withdrawn', verdict='failing')
        assert not world.agents[last].may_withdraw(world)

        def comes_back():
            """A lease that has just been granted is not ended yet by a report."""
            for i, agent in enumerate(world.agents):
                agent.report(world, verdict='failing' if i == last else 'passing')
            return world.agents[last].may_withdraw(world)
        until('the others are well again', comes_back)


@case
def a_lease_and_a_drain_at_once(program, new_store):
    """Two sites are left: one asks to withdraw in the moment in which the other is drained. One of them stays."""
    with World(program, new_store()) as world:
        am6, ny5, _ = world.agents
        for attempt in range(6):
            def asked():
                return ny5.may_withdraw(world)

            def drained():
                drain = {'kind': 'drain', 'service': 'web', 'site': 'am6'}
                while (answer := world.admin.ask('POST', f'{ALPHA}/orders', drain)).status == 503:
                    time.sleep(0.05)
                return answer
            am6.report(world)
            ny5.report(world)
            first, second = (asked, drained) if attempt % 2 else (drained, asked)
            pair = {fn: Later(fn) for fn in (first, second)}
            granted, answer = pair[asked].get(), pair[drained].get()
            assert answer.status in (201, 409), answer
            assert granted != (answer.status == 201), (attempt, granted, answer)
            if answer.status == 201:
                world.admin.ask('DELETE', f'{ALPHA}/orders/{answer.json["id"]}', status=204)
            else:
                assert 'no site would be left of 1' in answer.json['detail'], answer

                def is_over():
                    ny5.report(world)
                    again = drained()
                    if again.status == 201:
                        world.admin.ask('DELETE', f'{ALPHA}/orders/{again.json["id"]}', status=204)
                    return again.status == 201
                until('the lease is over', is_over)


@case
def presence_lasts_as_long_as_a_poll(program, new_store):
    with World(program, new_store()) as world:
        agent = world.agents[0]

        def host():
            return world.admin.ask('GET', '/api/v1/hosts/am6-1/status', status=200).json
        assert not host()['present']
        agent.poll(50, status=200)
        until('it is present when it has polled', lambda: host()['present'])
        first = host()['seen_at']
        later = agent.poll_later()
        until('it is seen again when it polls again', lambda: host()['seen_at'] != first)
        agent.polls.connection.sock.shutdown(2)
        later.thread.join(DEADLINE)
        until('it is gone', lambda: not host()['present'])


@case
def who_hangs_is_there_no_longer_than_15_s(program, new_store):
    """A host that was stopped: its connection stays, and it asks nothing more."""
    with World(program, new_store()) as world:
        agent = world.agents[0]

        def is_present():
            return world.admin.ask('GET', '/api/v1/hosts/am6-1/status', status=200).json['present']
        agent.poll(50, status=200)
        begun = time.monotonic()
        assert agent.poll(50).status == 304
        lasted = time.monotonic() - begun
        assert 9.9 <= lasted < 13, lasted
        assert is_present()
        until('it is there no more', lambda: not is_present())
        lasted = time.monotonic() - begun
        assert 14.9 <= lasted < 18, lasted


@case
def who_has_left_stands_in_for_nobody(program, new_store):
    """Two of three agents end, as a program that dies does; what they said last is still fresh."""
    with World(program, new_store()) as world:
        def drain():
            return world.admin.ask('POST', f'{ALPHA}/orders', {'kind': 'drain', 'service': 'web', 'site': 'sg1'})

        def present():
            sites = world.admin.ask('GET', f'{ALPHA}/services/web/status', status=200).json['sites']
            return {site['name'] for site in sites if any(host['present'] for host in site['hosts'])}
        for agent in world.agents:
            agent.poll(50, status=200)
            agent.report(world, applied_revision=1)
        waiting = [agent.poll_later() for agent in world.agents]
        until('all are there', lambda: present() == set(SITES))
        for agent, later in list(zip(world.agents, waiting))[:2]:
            agent.polls.connection.sock.shutdown(2)
            later.thread.join(DEADLINE)
        until('they are gone', lambda: present() == {'sg1'})
        answer = drain()
        assert answer.status == 409 and 'no site would be left of 3' in answer.json['detail'], answer
        # one comes back
        again = world.agents[0].poll_later()
        until('it is there', lambda: present() == {'am6', 'sg1'})
        assert again.waits() and drain().status == 201


def age(world, new_store, seconds):
    """All that hosts have said becomes so much older, while a controller listened."""
    ns = seconds * 10**9
    for sql in (f'UPDATE hosts SET seen_at = seen_at - {ns}', f'UPDATE reports SET seen_at = seen_at - {ns}',
                f'UPDATE listening SET since = since - {ns}'):
        if new_store.postgresql:
            new_store.server.do(sql, world.controller.conf['store'].split('/')[3].split('?')[0])
        else:
            with contextlib.closing(sqlite3.connect(world.controller.conf['store'])) as store, store:
                store.execute(sql)


@case
def who_is_cut_off_has_not_withdrawn(program, new_store):
    """All agents are silent, for ten minutes; nothing reaches all of them without a word, and nothing takes all away."""
    with World(program, new_store()) as world:
        web = f'{ALPHA}/services/web'

        def change(**what):
            return world.admin.ask('PATCH', web, what, if_match='*')
        change(max_change_percent=50)
        # announced nowhere yet: free
        assert change(document={'listen': ['tcp/81']}).status == 200
        for agent in world.agents:
            agent.poll(50, status=200)
            agent.report(world)
            agent.close()
        until('presence is written', lambda: all(
            host['seen_at'] for host in world.admin.ask('GET', '/api/v1/hosts', status=200).json['items']))
        world.admin.close()
        world.controller.stop(signal.SIGTERM)
        age(world, new_store, 600)
        world.controller.start()
        for what in ({'document': {'listen': ['tcp/82']}}, {'global_ips': []}, {'sites': []}):
            answer = change(**what)
            assert answer.status == 409, (what, answer)
            said = json.dumps(answer.json)
            assert all(f'{site} (silent since 20' in said or f'{site} since 20' in said for site in SITES), said
        assert world.admin.ask('POST', f'{ALPHA}/orders', {'kind': 'drain', 'service': 'web'}).status == 409
        assert change(document={'listen': ['tcp/82']}, override_reason='meant').status == 200


@case
def a_change_at_one_controller_reaches_a_poll_at_the_other(program, new_store):
    if not new_store.postgresql:
        raise Skip('SQLite serves one controller')
    with World(program, new_store()) as world, Controller(program, world.controller.conf['store']) as second:
        second.start()
        agents = [Agent(second.port, agent.polls.token) for agent in world.agents]
        for agent in agents:
            agent.poll(50, status=200)
        waiting = [agent.poll_later() for agent in agents]
        time.sleep(0.3)
        change(world.admin)
        assert [later.get().status for later in waiting] == [200] * 3
        for agent in agents:
            agent.close()


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options.program, stores)
