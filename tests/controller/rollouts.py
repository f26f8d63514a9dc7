#!/usr/bin/env python3
"""Rollouts over sites with agents that are played, which do at once what they are told.

    rollouts.py NEARCAST-CONTROLLER [--postgresql]
"""
import argparse

from postgresql import new_stores
from server import case, run_cases, until
from world import ALPHA, World

FIVE = ('s0', 's1', 's2', 's3', 's4')
WEB = f'{ALPHA}/services/web'
ROLLOUTS = f'{ALPHA}/rollouts'
PROBLEM = 'urn:nearcast:problem:'


def change(**more):
    return {'kind': 'change', 'service': 'web', 'document': {'listen': ['tcp/81']}, 'settle_seconds': 0, **more}


def well(world):
    """Every agent does what it is told: what it listens on then, by its site."""
    got = {}
    for agent, site in zip(world.agents, world.sites):
        agent.poll(0)
        mine = [order for order in agent.desired['orders'] if order['kind'] == 'drain']
        if agent.desired['services']:
            agent.report(world, stage='withdrawn' if mine else 'preferred', applied_revision=agent.desired['revision'])
            got[site] = agent.desired['services'][0]['listen'][0]
    return got


def steps(world, rollout):
    return world.admin.ask('GET', f'{ROLLOUTS}/{rollout["id"]}', status=200).json


def open_at(rollout):
    return [step['site'] for step in rollout['steps'] if step['state'] in ('running', 'settling', 'returning')]


def run(world, rollout):
    """To its end: the order in which its sites began, and how many were under way at once."""
    begun, most = [], 0

    def is_over():
        nonlocal most
        well(world)
        now = steps(world, rollout)
        begun.extend(step['site'] for step in now['steps'] if step['started_at'] and step['site'] not in begun)
        most = max(most, len(open_at(now)))
        assert now['state'] in ('running', 'done'), now
        return now['state'] == 'done'
    until('it is done', is_over)
    return begun, most


def refused(answer, problem, *words):
    assert answer.status == 409 and answer.json['type'] == PROBLEM + problem, answer
    assert all(word in answer.text.decode() for word in words), answer
    return True


@case
def no_more_at_once_than_the_share(program, new_store):
    with World(program, new_store(), FIVE, max_change_percent=50) as world:
        ask = world.admin.ask
        well(world)
        for body in change(at_once=1000), {'kind': 'drain', 'service': 'web', 'at_once': 6}:
            refused(ask('POST', ROLLOUTS, body), 'at-once', '/at_once', 'allows 2')
        rollout = ask('POST', ROLLOUTS, change(at_once=2), status=201).json
        assert len(open_at(rollout)) == 2, rollout
        begun, most = run(world, rollout)
        assert (begun, most) == (list(FIVE), 2), (begun, most)
        meant = ask('POST', ROLLOUTS, change(at_once=4, document={'listen': ['tcp/82']}, override_reason='broken anyway'), status=201)
        assert len(open_at(meant.json)) == 4, meant
        assert ask('GET', f'{ALPHA}/audit?kind=rollout&limit=1', status=200).json['items'][0]['override_reason'] == 'broken anyway'


@case
def a_change_begins_where_it_is_told_to(program, new_store):
    """A canary: the others wait for it, and come one by one behind it."""
    with World(program, new_store(), FIVE, max_change_percent=50) as world:
        well(world)
        rollout = world.admin.ask('POST', ROLLOUTS, change(sites=['s3', 's1'], settle_seconds=1), status=201).json
        assert open_at(rollout) == ['s3'], rollout
        assert [site for site, listen in well(world).items() if listen == 'tcp/81'] == ['s3']
        begun, most = run(world, rollout)
        assert (begun, most) == (['s3', 's1', 's0', 's2', 's4'], 1), (begun, most)
        assert set(well(world).values()) == {'tcp/81'}
        world.admin.ask('POST', ROLLOUTS, change(sites=['s3', 's3']), status=422)


@case
def sites_that_come_meanwhile_have_their_turn(program, new_store):
    """One is new, one goes and comes again: neither gets the document by the way."""
    with World(program, new_store(), FIVE, max_change_percent=50) as world:
        def place(*sites):
            well(world)
            world.admin.ask('PATCH', WEB, {'sites': list(sites), 'override_reason': 'test'}, status=200, if_match='*')
        well(world)
        rollout = world.admin.ask('POST', ROLLOUTS, change(settle_seconds=2), status=201).json
        place('s0', 's1', 's2', 's3')
        world.admin.ask('POST', '/api/v1/sites', {'name': 'a9'}, status=201)
        world.agents.append(world.join('a9'))
        world.sites = (*FIVE, 'a9')
        place(*world.sites)
        assert [site for site, listen in well(world).items() if listen == 'tcp/81'] == ['s0']
        begun, most = run(world, rollout)
        assert (begun, most) == (['s0', 's1', 's2', 's3', 's4', 'a9'], 1), (begun, most)
        assert all(not step['why'] for step in steps(world, rollout)['steps'])


@case
def the_guard_is_not_put_aside_by_the_way(program, new_store):
    with World(program, new_store(), FIVE, max_change_percent=50) as world:
        def patch(**body):
            return world.admin.ask('PATCH', WEB, body, if_match='*')
        well(world)
        refused(patch(max_change_percent=100, min_sites=0), 'guard', '/min_sites', '/max_change_percent')
        refused(patch(sites=['s0']), 'last-site')
        assert patch(max_change_percent=100, min_sites=0, override_reason='agreed').status == 200
        assert patch(sites=['s0']).status == 200


@case
def a_service_does_not_go_under_its_rollout(program, new_store):
    with World(program, new_store(), FIVE, max_change_percent=50) as world:
        ask = world.admin.ask
        well(world)
        rollout = ask('POST', ROLLOUTS, change(), status=201).json['id']
        refused(ask('DELETE', WEB), 'conflict', rollout, f'nearcast rollout take-back {rollout}')
        ask('GET', f'{ROLLOUTS}/{rollout}', status=200)
        ask('DELETE', f'{WEB}?override_reason=gone', status=204)
        last = ask('GET', f'{ALPHA}/audit?kind=rollout&limit=1', status=200).json['items'][0]
        assert (last['action'], last['object'], last['override_reason']) == ('delete', rollout, 'gone'), last


parser = argparse.ArgumentParser()
parser.add_argument('program')
parser.add_argument('--postgresql', action='store_true', help='the same, from a PostgreSQL that is started for it')
options = parser.parse_args()
with new_stores(options.postgresql) as stores:
    run_cases(options.program, stores)
