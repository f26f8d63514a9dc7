"""What the tests of this folder share: TAP for meson."""
import sys


class Tap:
    """Counts and prints the points of one test program."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def point(self, name, problem=''):
        """One point: passed when there is no problem to tell."""
        self.count += 1
        self.failed += bool(problem)
        print(f'{"not ok" if problem else "ok"} {self.count} - {name}')
        for line in problem.splitlines():
            print(f'# {line}')

    def end(self):
        """Prints the plan and ends the program."""
        print(f'1..{self.count}' if self.count else '1..0 # SKIP nothing to look at')
        sys.exit(bool(self.failed))
