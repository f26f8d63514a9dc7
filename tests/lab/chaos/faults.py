"""The faults, a row each: a generator that does something to the world, tells at once what is true from then on, and
yields what it did and the bound within which that has to be seen. What comes behind the first yield heals it. One that
can not be had in this world ends without a yield. All chances come from rng, which the seed feeds.

A new fault is one function here; one that gives commands to the agent, or ends it, is not begun or healed unless it
runs."""
import dataclasses
import os
import signal
import subprocess
import time

from agent import has_address
from waiting import Failed, wait_for

FAULTS = {}


@dataclasses.dataclass
class Step:
    what: str
    bound: str                     # of world.BOUNDS: within that it is as it should be,
    steady: float = 0              # for so many seconds without a break,
    stays: float = 0               # and the world stays so for as many more


class Fault:
    def __init__(self, function, weight, to_agent):
        self.name, self.begin, self.weight = function.__name__.replace('_', '-'), function, weight
        self.to_agent = to_agent   # has to be running, for all of its steps


def fault(weight, to_agent=False):
    def add(function):
        row = Fault(function, weight, to_agent)
        FAULTS[row.name] = row
        return function
    return add


def pick(rng, things, is_fit):
    """One that is fit, or None; takes the same from rng either way."""
    fit = [thing for thing in things if is_fit(thing)]
    chance = rng.random()
    return fit[int(chance * len(fit))] if fit else None


def is_well(service):
    return service.state == 'well'


# ---- services ----

@fault(4)
def service_killed(w, rng):
    # an agent that is stopped sees the end of a story only; what the guard keeps depends on all of it
    s = pick(rng, w.services, lambda s: is_well(s) and (w.agent_state == 'running' or s.name == 'web'))
    if not s:
        return
    s.nginx.kill()
    s.state = 'dead'
    yield Step(f'nginx of {s.name} is killed', 'at once')
    s.nginx.start()
    s.state = 'well'
    yield Step(f'nginx of {s.name} is started', 'decided')


@fault(3)
def service_hung(w, rng):
    s = pick(rng, w.services, is_well)
    if not s:
        return
    s.signal(signal.SIGSTOP)
    s.state = 'hung'
    yield Step(f'nginx of {s.name} is stopped', 'decided')
    s.signal(signal.SIGCONT)
    s.state = 'well'
    yield Step(f'nginx of {s.name} goes on', 'decided')


@fault(3)
def service_bad(w, rng):
    s = pick(rng, w.services, is_well)
    if not s:
        return
    s.reload(503)
    s.state = 'bad'
    yield Step(f'{s.name} answers 503', 'decided')
    s.reload()
    s.state = 'well'
    yield Step(f'{s.name} answers 200', 'decided')


@fault(2)
def service_restarted(w, rng):
    s = pick(rng, w.services, lambda s: is_well(s) and not s.filed)
    if not s:
        return
    s.nginx.kill()
    time.sleep(rng.choice([0, 0, 0.005, 0.1]))
    s.nginx.start()
    yield Step(f'nginx of {s.name} is killed and started', 'decided')


@fault(2)
def service_reloaded(w, rng):
    s = pick(rng, w.services, is_well)
    if not s:
        return
    for _ in range(3):
        s.reload()
    yield Step(f'nginx of {s.name} is reloaded three times', 'nothing')


# ---- the agent ----

def dies(w):
    w.agent.process.kill()
    w.agent.process.wait()
    w.agent_state = 'dead'


@fault(3)
def agent_killed(w, rng):
    if not w.may_end_agent():
        return
    times = rng.choice([1, 1, 2, 3])
    for _ in range(times):
        dies(w)
        time.sleep(0.1)  # RestartSec=
        w.start_agent()
        if times > 1:
            time.sleep(rng.uniform(0, 0.5))
    yield Step(f'nearcastd is killed and started, {times} times', 'back')


@fault(2)
def agent_dead(w, rng):
    if not w.may_end_agent():
        return
    dies(w)
    yield Step('nearcastd is killed', 'noticed', stays=rng.choice([0, 1, 12]))  # r2 keeps the routes for 10 s
    w.start_agent()
    yield Step('nearcastd is started', 'back')


@fault(2)
def agent_restarted(w, rng):
    if not w.may_end_agent():
        return
    status = w.agent.stop()
    left = [s.address for s in w.services if has_address(s.address)]
    if status != 0 or left or w.agent.control.exists():
        raise Failed(f'nearcastd ended with exit status {status}, and left {left}')
    w.agent_state = 'dead'
    yield Step('nearcastd is told to end', 'noticed')
    w.start_agent()
    yield Step('nearcastd is started', 'back')


@fault(2)
def agent_paused(w, rng):
    if w.agent_state != 'running':
        return
    w.agent.process.send_signal(signal.SIGSTOP)
    w.agent_state = 'paused'
    yield Step('nearcastd is stopped', 'noticed', stays=rng.uniform(0, 8))
    w.agent.process.send_signal(signal.SIGCONT)
    w.agent_state = 'running'
    yield Step('nearcastd goes on', 'back', steady=4)  # likewise


# ---- operators ----

@fault(3, to_agent=True)
def drained(w, rng):
    s = pick(rng, w.services, lambda s: s.ordered is None)
    if not s:
        return
    w.order('drain', '--reason', 'chaos', s.name)
    s.ordered = 'drain'
    yield Step(f'{s.name} is drained', 'decided')
    w.order('undrain', s.name)
    s.ordered = None
    yield Step(f'{s.name} is not drained any more', 'decided')


@fault(3, to_agent=True)
def held(w, rng):
    s = pick(rng, w.services, lambda s: s.ordered is None)
    if not s:
        return
    w.order('hold', '--reason', 'chaos', s.name)
    s.ordered, s.pinned = 'hold', s.stage
    yield Step(f'{s.name} is held', 'nothing')
    w.order('release', s.name)
    s.ordered = s.pinned = None
    yield Step(f'{s.name} is released', 'decided')


@fault(2, to_agent=True)
def drained_by_file(w, rng):
    s = pick(rng, w.services, lambda s: not s.filed)
    if not s:
        return
    s.drain_file.write_text('chaos\n')
    s.filed = True
    yield Step(f'the drain file of {s.name} comes', 'decided')
    s.drain_file.unlink()
    s.filed = False
    yield Step(f'the drain file of {s.name} goes', 'decided')


@fault(2, to_agent=True)
def address_removed(w, rng):
    s = pick(rng, w.services, lambda s: True)
    subprocess.run(['ip', 'addr', 'del', s.prefix, 'dev', 'lo'], check=True)
    wait_for(f'{s.address} is put back', lambda: has_address(s.address))
    s.stage = s.decide('withdrawn')  # by way of that
    yield Step(f'{s.address} is removed by hand', 'decided')


# ---- routers and their links ----

@fault(3)
def link_cut(w, rng):
    r = pick(rng, w.routers, lambda r: r.link == 'up')
    if not r:
        return
    enter, device = rng.choice([([], r.device), (r.namespace.enter, r.far)])
    subprocess.run([*enter, 'ip', 'link', 'set', device, 'down'], check=True)
    r.link = 'cut'
    yield Step(f'{device}, to {r.name}, is down', 'at once')
    subprocess.run([*enter, 'ip', 'link', 'set', device, 'up'], check=True)
    r.link = 'up'
    yield Step(f'{device}, to {r.name}, is up', 'back')


@fault(3)
def link_silent(w, rng):
    """Packets go to a hardware address that nobody has."""
    r = pick(rng, w.routers, lambda r: r.link == 'up')
    if not r:
        return
    ours = ([], r.device, r.ends[1])
    theirs = (r.namespace.enter, r.far, r.ends[0])
    ways = rng.choice([[ours], [theirs], [ours, theirs]])
    for enter, device, address in ways:
        subprocess.run([*enter, 'ip', 'neigh', 'replace', address, 'lladdr', '02:00:00:00:00:99', 'dev', device,
                        'nud', 'permanent'], check=True)
    r.link = 'silent'
    # within the hold time, or beyond
    yield Step(f'nothing arrives any more, {len(ways)} way(s), at {r.name}', 'noticed', stays=rng.choice([0, 1, 5]))
    for enter, device, address in ways:
        subprocess.run([*enter, 'ip', 'neigh', 'del', address, 'dev', device], check=True)
    r.link = 'up'
    # r2 may find out only now that the session is lost
    yield Step(f'packets arrive again at {r.name}', 'back', steady=0 if r.is_quick else 4)


@fault(3)
def router_restarted(w, rng):
    r = pick(rng, w.routers, lambda r: r.is_up)
    if not r:
        return
    sig = rng.choice([signal.SIGKILL, signal.SIGTERM])
    r.bird.process.send_signal(sig)
    r.bird.process.wait()
    r.is_up = False
    yield Step(f'BIRD of {r.name} ends by {sig.name}', 'noticed', stays=rng.uniform(0, 2))
    r.bird.start()
    r.is_up = True
    yield Step(f'BIRD of {r.name} is started', 'back')


# ---- what is around them ----

@fault(2, to_agent=True)
def disk_full(w, rng):
    if w.is_full:
        return
    ballast = w.disk / 'ballast'
    with ballast.open('wb', buffering=0) as f:
        try:
            for _ in iter(int, 1):
                f.write(b'x' * 4096)
        except OSError:
            pass
    w.is_full = True
    yield Step('the disk is full', 'nothing')
    os.unlink(ballast)
    w.is_full = w.is_unsaved = False
    wait_for('what was ordered is kept', lambda: not w.agent.status()['state_directory']['problem'])
    yield Step('there is room on the disk', 'nothing')


@fault(2)
def clock_stepped(w, rng):
    """The wall clock, as the agent sees it: see step_clock.c."""
    by = rng.choice([-1, 1]) * 10 ** rng.uniform(0, 8)
    w.step_clock_by(by)
    yield Step(f'the wall clock is stepped by {by:.1f} s', 'nothing')
