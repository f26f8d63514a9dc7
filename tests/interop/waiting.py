"""How tests wait: for conditions, with a deadline."""
import time

DEADLINE = 15


class Failed(Exception):
    """A case came out wrong; says how."""


def wait_for(what, look, deadline=DEADLINE):
    """Polls until look() gives something true, which is returned; the time goes into Failed."""
    end = time.monotonic() + deadline
    pause = 0.02
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise Failed(f'{what}: not within {deadline} s')
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def stays(what, look, seconds):
    """Fails when look() stops to be true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not look():
            raise Failed(f'{what}: not any more')
        time.sleep(0.1)


def check(what, got, want):
    if got != want:
        raise Failed(f'{what}: {got!r} instead of {want!r}')
