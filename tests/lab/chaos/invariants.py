"""What has to hold after each fault, whatever it was."""
import collections
import os
import pathlib
import re
import subprocess

from waiting import Failed, wait_for
from world import BOUNDS

REPORTS = re.compile(r'runtime error:|ERROR: \w+Sanitizer|Assertion|stack smashing')
SAID_OF = {
    'preferred': {'service-announced', 'service-waits'},
    'backup': {'service-backup', 'service-waits'},
    'withdrawn': {'service-withdrawn', 'withdraw-waits', None},
}
STAGE_KINDS = set().union(*SAID_OF.values())
RUN_FILES = {'control.sock', 'control.sock.lock', 'control.sock.running'}
STATE_FILES = re.compile(r'lock|orders\.json|events-\d+\.jsonl')


def agent_lives(w):
    status = w.agent.process.poll()
    if status is not None and w.agent_state != 'dead':
        raise Failed(f'nearcastd has ended by itself: exit status {status}')
    found = REPORTS.search(w.agent.log.read_text(errors='replace'))
    if found:
        raise Failed(f'its log has "{found.group()}"')


def status_is_true(w):
    """What it says of stages, by its status and by its latest event about each."""
    status = w.agent.status()
    for service in status['services']:
        truth = next(s for s in w.services if s.name == service['name'])
        address, = service['global_ips']
        if address['stage'] != truth.stage:
            raise Failed(f'status: {truth.name} is {address["stage"]}, not {truth.stage}: {address["why"]}')
        if not address['address_present']:
            raise Failed(f'status: {address["prefix"]} is not there')
        if bool(service['hold']) != (truth.ordered == 'hold'):
            raise Failed(f'status: hold of {truth.name}: {service["hold"]}')
        if bool(service['drain']) != (truth.ordered == 'drain' or truth.filed):
            raise Failed(f'status: drain of {truth.name}: {service["drain"]}')
        kinds = [e['kind'] for e in status['events'] if e.get('prefix') == truth.prefix and e['kind'] in STAGE_KINDS]
        if len(status['events']) < 100 and (kinds[-1] if kinds else None) not in SAID_OF[truth.stage]:
            raise Failed(f'events: the last of {truth.name}, which is {truth.stage}, is {kinds[-1:]}')
    problem = bool(status['state_directory']['problem'])
    if (problem and not w.is_full) or (w.is_unsaved and not problem):
        raise Failed(f'status: state directory: {status["state_directory"]}')
    w.is_unsaved = problem         # a drain file is kept in mind, too
    numbers = [e['seq'] for e in status['events']]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise Failed(f'events: numbers {numbers}')


def sessions(w):
    """Whether each neighbor that can be has one, as both ends see it."""
    states = {n['name']: n['state'] for n in w.agent.status()['neighbors']}
    return all(states[r.name] == 'Established' and 'Established' in r.bird.ask('show protocols r1')
               for r in w.routers if r.is_up and r.link == 'up')


def addresses_are_there(w):
    shown = subprocess.run(['ip', '-o', '-4', 'addr', 'show', 'dev', 'lo'], capture_output=True, text=True).stdout
    there = {line.split()[3] for line in shown.splitlines()} - {'127.0.0.1/8'}
    want = {s.prefix for s in w.services} if w.agent_state != 'dead' else there
    if there != want:
        raise Failed(f'lo has {there}')


def files_are_few(w):
    run = {p.name for p in w.agent.control.parent.iterdir()} - {'dumps'}
    state = [p.name for p in (w.disk / 'state').iterdir() if not STATE_FILES.fullmatch(p.name)]
    if run - RUN_FILES or state:
        raise Failed(f'files are left: {run - RUN_FILES} {state}')


def processes(w):
    """Those of this process namespace that nobody knows; the dead wait for us only."""
    known = {os.getpid(), w.agent.process.pid}
    for r in w.routers:
        known |= {r.bird.process.pid, r.namespace.holder.pid, r.watch.process.pid}
    known |= {s.nginx.process.pid for s in w.services}
    unknown = []
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        try:
            pid, rest = stat.read_text().split(' (', 1)
        except OSError:
            continue
        name, rest = rest.rsplit(') ', 1)
        state, parent = rest.split()[:2]
        if int(pid) not in known and state != 'Z' and not (name == 'nginx' and int(parent) in known):
            unknown.append(f'{name} {pid}')
    return unknown


def kind_of(name):
    return re.sub(r'\d+', 'N', str(name))


def descriptors(w):
    """What the agent has open: how many of each kind."""
    folder = pathlib.Path(f'/proc/{w.agent.process.pid}/fd')
    kinds = collections.Counter()
    for fd in folder.iterdir():
        try:
            kinds[kind_of(os.readlink(fd))] += 1
        except OSError:  # closed since
            pass
    return kinds


def no_descriptor_is_left(w):
    """No more than the agent had when all was well for the first time in its life."""
    if w.descriptors is None:
        # a full disk may have closed the file of events
        w.descriptors = descriptors(w) | collections.Counter([kind_of(w.disk / 'state' / 'events-1.jsonl')])
    try:
        wait_for('the agent closes what it has opened', lambda: not descriptors(w) - w.descriptors)
    except Failed as e:
        raise Failed(f'{e}: {dict(descriptors(w) - w.descriptors)} more than at first, {dict(w.descriptors)}') from e


def check(w, all_is_well):
    agent_lives(w)
    addresses_are_there(w)
    files_are_few(w)
    wait_for(f'unknown processes end: {processes(w)}', lambda: not processes(w))
    if w.agent_state == 'running':
        status_is_true(w)
        wait_for('all sessions are there', lambda: sessions(w), BOUNDS['back'])
        if all_is_well:
            no_descriptor_is_left(w)
    agent_lives(w)
