#!/usr/bin/env python3
"""Random faults, some at a time, under constant requests through two routers; after each all has to be as it should.

Usage: chaos.py [--seed N] [--count N] [--only FAULT]... NEARCASTD NEARCAST STEP_CLOCK. TAP on stdout, with each fault
and the time until the routers had it. The same seed plays the same faults, up to the first one that fails.
The invariants: what is not healthy leaves the routers within its bound, and what is comes back within its own; nothing
else ever moves; the guard's service stays; requests succeed where a healthy service is announced; status and events tell
the truth; no file, address, process or descriptor is left; the agent never ends by itself, and no sanitizer reports."""
import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / 'interop')]
import invariants  # noqa: E402
import on_agent, on_network, on_services  # noqa: E401, E402, F401 (they fill FAULTS)
from agent import has_address, inside  # noqa: E402
from faults import FAULTS  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402
from world import BOUNDS, World  # noqa: E402

AT_ONCE = 3
DWELL = 0.2                        # for which nothing may move once all is as it should be


class Walk:
    def __init__(self, world, rng, only):
        self.world, self.rng = world, rng
        self.rows = [FAULTS[name] for name in only or FAULTS]
        self.open = []             # what is not healed: (row, its generator)
        self.times = {}

    def step(self, number, row, generator):
        """The next one of a fault; False when it has no further."""
        since = time.monotonic()
        sessions = [r.session() for r in self.world.routers]
        try:
            step = next(generator)
        except StopIteration:
            return False
        w = self.world
        w.decide()
        print(f'# {number:4} {step.what}', end='', flush=True)
        settled = self.settle(since, step)
        changes = [c for r in w.routers for s in w.services if r.should_have(w, s)
                   for c in r.watch.changes[s.address]]
        moved = max((at - since for at, _ in changes if since < at <= settled), default=None)
        print(f': {"no route moved" if moved is None else f"{moved:.3f} s"}', flush=True)
        kept = [r.has_kept(session) for r, session in zip(w.routers, sessions)]
        if step.bound == 'nothing' and (moved or not all(kept)):
            raise Failed(f'a route moved, or a session did: {kept}')
        if moved:
            self.times.setdefault(f'{row.name}, {step.bound}', []).append(moved)
        invariants.check(w, not self.open)
        return True

    def settle(self, since, step):
        """Waits until all is as it should be, looks on for a while, and at what clients got meanwhile. Gives when."""
        w = self.world
        # a session that is new may be lost once more: BFD of the one before goes down
        steady = max(step.steady, 2 if step.bound == 'back' else 0)
        limit = BOUNDS[step.bound] + steady + since - time.monotonic()
        self.right_since = None
        wait_for(f'as it should be ({step.bound})', lambda: self.is_right(steady), round(max(limit, 0.5), 1))
        settled = time.monotonic()
        time.sleep(DWELL + step.stays)
        for r in w.routers:
            for s in w.services:
                later = [at for at, _ in r.watch.changes[s.address] if at > settled]
                if later and r.should_have(w, s):
                    raise Failed(f'{r.name}: the route to {s.name} moved after all was as it should be')
                bad = {what for begin, _, what in r.watch.answers[s.address]
                       if begin > (since if step.bound == 'nothing' else settled) and what != 'ok'}
                if bad and s.state == 'well' and r.is_up and r.should_have(w, s) in ('preferred', 'backup'):
                    raise Failed(f'{r.name}: requests to {s.name}: {bad}')
        return settled

    def is_right(self, steady):
        """And has been for so long."""
        invariants.agent_lives(self.world)
        self.wrong = self.world.wrong()
        if self.wrong:
            self.right_since = None
            return False
        self.right_since = self.right_since or time.monotonic()
        return time.monotonic() >= self.right_since + steady

    def begin(self, number):
        """A fault that can be had now."""
        while True:
            row = self.rng.choices(self.rows, [r.weight for r in self.rows])[0]
            if row.to_agent and self.world.agent_state != 'running':
                continue
            generator = row.begin(self.world, self.rng)
            self.open.append((row, generator))
            if self.step(number, row, generator):
                return
            self.open.pop()

    def heal(self, number):
        """The next step of one that is open; what needs the agent waits for it."""
        fit = [i for i, (row, _) in enumerate(self.open) if not row.to_agent or self.world.agent_state == 'running']
        row, generator = self.open.pop(self.rng.choice(fit))
        if self.step(number, row, generator):
            self.open.append((row, generator))

    def run(self, count):
        for number in range(1, count + 1):
            while self.open and (len(self.open) == AT_ONCE or self.rng.random() < 0.65):
                self.heal(number)
            self.begin(number)
        while self.open:
            self.heal(count)


def settle_at_first(w):
    wait_for('the agent announces all', lambda: not w.wrong(), 30)
    time.sleep(DWELL)
    invariants.check(w, True)


def ends_well(w):
    if w.agent.stop() != 0:
        raise Failed('nearcastd did not end well')
    w.agent_state = 'dead'
    invariants.agent_lives(w)
    left = [s.address for s in w.services if has_address(s.address)]
    run = [p.name for p in w.agent.control.parent.iterdir() if p.name not in ('control.sock.lock', 'dumps')]
    if left or run or invariants.processes(w):
        raise Failed(f'left behind: {left} {run} {invariants.processes(w)}')
    wait_for('the routers have forgotten all', lambda: not w.wrong(), BOUNDS['back'])


def tell(w, walk, problem):
    """The trace of a failure."""
    for line in problem.splitlines():
        print('#', line)
    print('# wrong:', getattr(walk, 'wrong', ''))
    print('# open:', ', '.join(row.name for row, _ in walk.open))
    for r in w.routers:
        for s in w.services:
            print(f'# {r.name} {s.name}: {s.state}, {r.watch.changes[s.address][-4:]}, {r.watch.answers[s.address][-2:]}')
            print('#   now', time.monotonic(), 'should be', s.stage, 'router', r.should_have(w, s))
    for line in w.agent.log.read_text(errors='replace').splitlines()[-40:]:
        print('# log:', line)


def run(options):
    rng = random.Random(options.seed)
    print(f'# seed {options.seed}, {options.count} faults; again: {pathlib.Path(__file__).name} --seed {options.seed} '
          f'--count N ...', flush=True)
    with tempfile.TemporaryDirectory(prefix='nearcast-chaos-') as folder:
        w = World(pathlib.Path(folder), [options.nearcastd, options.nearcast], options.step_clock)
        walk = Walk(w, rng, options.only)
        problem = ''
        try:
            settle_at_first(w)
            walk.run(options.count)
            ends_well(w)
        except Exception as e:  # whatever falls over has failed
            problem = f'{type(e).__name__}: {e}'
            if not isinstance(e, Failed):
                problem += '\n' + traceback.format_exc()
            print()
            tell(w, walk, problem)
        finally:
            w.end()
    for name, times in sorted(walk.times.items()):
        print(f'# {name}: median {statistics.median(times):.3f} s, most {max(times):.3f} s, n={len(times)}')
    print(f'{"not ok" if problem else "ok"} 1 - {options.count} faults with seed {options.seed}\n1..1')
    return 1 if problem else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument('--count', type=int, default=500)
    parser.add_argument('--only', action='append', choices=list(FAULTS))
    for name in ('nearcastd', 'nearcast', 'step_clock'):
        parser.add_argument(name)
    options = parser.parse_args()
    return inside(lambda: run(options))


if __name__ == '__main__':
    sys.exit(main())
