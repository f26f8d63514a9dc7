#!/usr/bin/env python3
"""Drains through a controller, with the real agents, nginx and BIRD of a lab of three sites: rollout.py NEARCAST. TAP."""
import pathlib
import re
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
# pylint: disable=wrong-import-position
from console_lab import PROJECT, Asking, Lab  # noqa: E402
from server import Skip, case, run_cases  # noqa: E402
from waiting import check, wait_for  # noqa: E402

GIP = '203.0.113.10'
# A connection that is there for as long as its standard input is.
HELD = f'import socket, sys; s = socket.create_connection(("{GIP}", 80)); print("there", flush=True); sys.stdin.read()'


def finish(process, status, what):
    """What a command in the background has said, once it has ended."""
    said = process.communicate(timeout=60)[0]
    assert process.returncode == status, f'{what}: {process.returncode}: {said}'
    return said


@case
def one_site_after_the_other(lab):
    """At no time two of them; clients are answered all along, by the next site."""
    asking = Asking(lab, 'edinburgh', GIP)
    asking.lands_at('lon1')
    watch, most = lab.begin('rollout', 'start', 'web', '-p', 'lab', '--settle', '1s', '--at-most', '10s', '--watch'), 0
    while watch.poll() is None:
        most = max(most, sum(stages != {'preferred'} for stages in lab.stages().values()))
    said = finish(watch, 0, 'rollout')
    steps = [line for line in said.splitlines() if line.split(': ')[0] in ('lon1', 'ams1', 'fra1')]
    begun, done = ([line.split(':')[0] for line in steps if line.endswith(word)] for word in ('running', 'done'))
    check('the sites', (begun, done, most), (['ams1', 'fra1', 'lon1'], ['ams1', 'fra1', 'lon1'], 1))
    for site in begun[1:]:
        before = done[begun.index(site) - 1]
        assert steps.index(f'{before}: done') < steps.index(f'{site}: running'), said
    assert said.splitlines()[-1] == 'drain of web: done', said
    asking.lands_at('lon1')
    seen = asking.end()
    print(f'# answers: {seen}')
    # what was on its way to a site when the routes changed came to another, which knows no such connection
    assert seen['ams1'] + seen.get('fra1', 0) > 0 and seen.get('-', 0) <= 4, seen


@case
def it_stops_when_another_fails(lab):
    """The site that it drains comes back; nothing else is begun."""
    wait_for('all stand', lab.all_stand, 30)
    watch = lab.begin('rollout', 'start', 'web', '-p', 'lab', '--settle', '1h', '--at-most', '10s', '--watch')
    wait_for('ams1 is drained', lambda: lab.stages()['ams1'] == {'withdrawn'}, 30)
    lab.call('lab', 'kill', 'fra1-a', 'nginx')
    said = finish(watch, 1, 'rollout')
    *_, last, way_on = said.splitlines()
    assert last.startswith('drain of web: stopped') and 'fra1' in last and 'lon1: running' not in said, said
    assert way_on.startswith('`nearcast rollout resume rol_') and way_on.endswith(' --project lab` goes on.'), said
    wait_for('ams1 is back', lambda: lab.stages()['ams1'] == {'preferred'}, 30)
    check('no order stands', lab.admin.ask('GET', f'{PROJECT}/orders', status=200).json['items'], [])
    lab.call('lab', 'start', 'fra1-a', 'nginx')
    wait_for('all stand', lab.all_stand, 30)


@case
def a_drain_is_waited_for(lab):
    said = lab.call('drain', 'web', '-p', 'lab', '--site', 'lon1', '--wait')
    check('stage', lab.stages()['lon1'], {'withdrawn'})
    assert said.stdout.startswith('lon1-a: lab.web: drained: 0 connections left after '), said.stdout
    lab.call('undrain', 'web', '-p', 'lab', '--site', 'lon1')
    wait_for('all stand', lab.all_stand, 30)


@case
def while_a_connection_is_there(lab):
    """It is counted; who waits hears that it takes too long, or that somebody has turned it back."""
    with subprocess.Popen(lab.words('lab', 'exec', 'edinburgh', '--', sys.executable, '-c', HELD), env=lab.env,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
        check('connection', held.stdout.readline(), b'there\n')
        words = ['drain', 'web', '-p', 'lab', '--host', 'lon1-a', '--wait']
        said = lab.call(*words, '--within', '3s', status=1)
        assert re.search('[1-9] of [1-9] connections left', said.stderr) and 'not drained within 3s; the drain goes on' in said.stderr, said.stderr
        check('stage', lab.stages()['lon1'], {'backup'})
        lab.call('undrain', 'web', '-p', 'lab', '--host', 'lon1-a')
        wait_for('all stand', lab.all_stand, 30)
        again = lab.begin(*words)
        wait_for('it drains', lambda: lab.stages()['lon1'] == {'backup'}, 30)
        lab.call('undrain', 'web', '-p', 'lab', '--host', 'lon1-a')
        assert 'the drain was ended by somebody else' in finish(again, 1, 'drain'), 'turned back'
        held.stdin.close()
    wait_for('all stand', lab.all_stand, 30)


try:
    with Lab(sys.argv[1], here / 'rollout.yaml') as THE_LAB:
        run_cases(THE_LAB)
except Skip as why:
    print(f'1..0 # SKIP {why}')
