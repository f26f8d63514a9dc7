"""The faults, a row each: a generator that does something to the world, tells at once what is true from then on, and
yields what it did and the bound within which that has to be seen. What comes behind the first yield heals it. One that
can not be had in this world ends without a yield. All chances come from rng, which the seed feeds.

A new fault is one function of on_services.py, on_agent.py or on_network.py; one that gives commands to the agent, or
ends it, is not begun or healed unless it runs."""
import dataclasses

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
