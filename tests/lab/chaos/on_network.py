"""What happens to links and routers, and to the host around the agent."""
import os
import signal
import subprocess

from agent import has_address
from faults import Step, fault, pick
from waiting import wait_for


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


@fault(2, to_agent=True)
def address_removed(w, rng):
    s = pick(rng, w.services, lambda s: True)
    subprocess.run(['ip', 'addr', 'del', s.prefix, 'dev', 'lo'], check=True)
    wait_for(f'{s.address} is put back', lambda: has_address(s.address))
    s.fall()
    yield Step(f'{s.address} is removed by hand', 'decided')


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
