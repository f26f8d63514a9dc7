"""What a benchmark has found, as Markdown that is read on a terminal as well: printed, and with --write put into a page.

A page (docs/benchmarks.md) has a section `# TITLE` for each benchmark, which the benchmark replaces and nobody else."""
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

PAGE = 'docs/benchmarks.md'
LOAD = os.getloadavg()[0]           # before anything of ours runs


def model():
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return ' '.join(line.split(':', 1)[1].split())
    return platform.machine()


def machine():
    return f'Linux {platform.release().split("-")[0]}, {os.cpu_count()} cores ({model()})'


def version(package):
    """Of Debian; '' where it is not installed."""
    r = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package], capture_output=True, text=True)
    return r.stdout if r.returncode == 0 else ''


def versions(packages):
    return ', '.join(f'{p} {version(p)}' for p in packages if version(p))


def command(program):
    """How this was called, without what is measured and where it is written to."""
    words, given = [], iter(sys.argv[1:])
    for word in given:
        if word == '--write':
            next(given, None)
        elif pathlib.Path(word).resolve() != program.resolve():
            words.append(f"'{word}'" if ' ' in word else word)
    return ' '.join([f'bench/{pathlib.Path(sys.argv[0]).name}', *words])


def conditions(program, packages):
    """Of a run, for a program that reads them."""
    return {'command': command(program), 'date': time.strftime('%Y-%m-%d'), 'machine': machine(), 'load': LOAD,
            'versions': {p: version(p) for p in packages if version(p)}}


def ms(seconds):
    return f'{seconds * 1000:.1f} ms' if seconds < 1 else f'{seconds:.2f} s'


def times(value, ours):
    """How many times ours; '-' where ours is nothing."""
    return f'{value / ours:.1f}' if ours else '-'


class Report:
    def __init__(self, title):
        self.title, self.lines = title, []
        self.say(f'# {title}')
        self.say()

    def say(self, line=''):
        print(line)
        self.lines.append(line)

    def written_by(self, program, packages, argument=''):
        """argument: how the program that is measured has to be given, where it has to."""
        called = ' '.join([command(program), f'--write {PAGE}', *([argument] if argument else [])])
        self.say(f'Written by `{called}` on {time.strftime("%Y-%m-%d")}: {machine()},')
        self.say(f'load {LOAD:.1f} before, {versions(packages)}.')
        self.say(f'`bench/{pathlib.Path(sys.argv[0]).name} --help` tells what is measured.')

    def table(self, head, rows):
        """Of words; the first column is a name, the others are figures."""
        widths = [max(len(r[i]) for r in [head, *rows]) for i in range(len(head))]
        for row in [head, ['-' * w for w in widths], *rows]:
            cells = (cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths)))
            self.say('| ' + ' | '.join(cells) + ' |')

    def write(self, page):
        """In place of the section there, or after all others."""
        section = '\n'.join(self.lines).rstrip('\n') + '\n'
        text = page.read_text() if page.exists() else ''
        old = re.compile(rf'^# {re.escape(self.title)}\n.*?(?=\n# |\Z)', re.M | re.S)
        if old.search(text):
            text = old.sub(lambda _: section, text, count=1)
        else:
            text = f'{text}\n{section}' if text else section
        page.write_text(text)
