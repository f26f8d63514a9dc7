"""What happens to the agent, and what operators tell it."""
import signal
import time

from agent import has_address
from faults import Step, fault, pick
from waiting import Failed


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


@fault(3, to_agent=True)
def agent_upgraded(w, rng):
    """To itself. A session that changes, or a request that fails, tells that it was not in place."""
    was = w.agent.process.pid, w.agent.status()['pid']
    w.must('upgrade')
    if was != (w.agent.process.pid, w.agent.status()['pid']):
        raise Failed('another process answers after the upgrade')
    yield Step('nearcastd is upgraded', 'nothing')


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


@fault(3, to_agent=True)
def configuration_changed(w, rng):
    """What clients and routes do not feel."""
    s = pick(rng, w.services, lambda s: s.med is None)
    if not s:
        return
    s.med = 7
    w.reload()
    yield Step(f'{s.name} gets a MED', 'nothing')
    s.med = None
    w.reload()
    yield Step(f'{s.name} loses its MED', 'nothing')


@fault(2, to_agent=True)
def neighbor_changed(w, rng):
    r = pick(rng, w.routers, lambda r: r.is_up and r.link == 'up')
    if not r:
        return
    r.hold_time = 7 - r.hold_time
    w.reload()
    yield Step(f'the hold time of {r.name} is {r.hold_time} s', 'back', steady=1)  # its session begins anew


@fault(2, to_agent=True)
def configuration_bad(w, rng):
    good = w.agent.conf.read_text()
    w.agent.conf.write_text(rng.choice([good[:good.index('{') + 20], good.replace('site:', 'sight:'), '']))
    done = w.command('reload')
    w.agent.conf.write_text(good)
    if done.returncode != 1 or str(w.agent.conf) not in done.stderr:
        raise Failed(f'a bad file is taken: {done.returncode} {done.stdout}{done.stderr}')
    yield Step('a bad configuration is refused', 'nothing')
