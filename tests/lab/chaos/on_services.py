"""What happens to services."""
import signal
import time

from faults import Step, fault, pick


def is_well(service):
    return service.state == 'well'


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
