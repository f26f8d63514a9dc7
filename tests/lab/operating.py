#!/usr/bin/env python3
"""docs/operating.md, done as it is written: nearcastd, nginx and BIRD 2 in namespaces. TAP on stdout, a test for each heading.

Usage: operating.py [--transcript] NEARCASTD NEARCAST DOCUMENT ALERTS; --transcript prints what each command really said,
and each alert has to be in the document.

In the document, a fence `console run` has commands and what they say, in order. The prompt says where:
    #         the host, with the folders that a real one has (/etc, /run, /srv, /usr/local/sbin, /var are of this run)
    router#   BIRD's namespace, which is the world outside, too
    backend#  likewise, where nginx is the one on port 8080
and a fence `yaml to=FILE` is written to FILE, or added to it. Of what a command says, blanks count as one, an ellipsis
stands for anything within a line, and alone for any lines. What only shows is asked again until it says what is
expected; what does something is done once."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
from agent import NGINX, inside  # noqa: E402
from bird import BIRDC, Bird  # noqa: E402
from network import Network  # noqa: E402
from waiting import DEADLINE, Failed  # noqa: E402

SHOWS = re.compile(r'nearcast (status|neighbors|routes|events)\b|birdc show |curl -sS |curl -s http|ip -br |ss |grep ')
PROMPT = re.compile(r'(?:([a-z][a-z0-9]*)|)# (.*)')
REAPED = ('nearcastd', 'nginx', 'nearcast-contro')  # their names as the kernel has them
ROUTER = '''protocol kernel { ipv4 { export all; }; }'''
SERVER = '''daemon on; user root; worker_processes 1; pid /run/%(name)s.pid; error_log /var/log/nginx/%(name)s.log;
events {} http { access_log off; %(paths)s server { listen %(listen)s; root /srv/web;
  location /hook { return 204; } } }
'''


class Command:
    def __init__(self, where, line):
        self.where, self.line, self.expected = where, line, []

    def pattern(self):
        """What is expected, as one expression."""
        lines = []
        for line in self.expected:
            if line.strip() == '…':
                lines.append(r'(?:.*\n)*?')
            else:
                words = ' '.join(line.split())
                lines.append('.*?'.join(re.escape(part) for part in words.split('…')) + r'\n')
        return re.compile(''.join(lines))

    def matches(self, said):
        return self.pattern().fullmatch(blanks_as_one(said))


class Write:
    """A part of a file."""

    def __init__(self, where, path, text):
        self.where, self.path, self.text = where, path, text


def blanks_as_one(text):
    return ''.join(' '.join(line.split()) + '\n' for line in text.splitlines())


def commands_of(lines, heading):
    commands = []
    for line in lines:
        prompt = PROMPT.fullmatch(line)
        if prompt:
            commands.append(Command(prompt[1], prompt[2]))
        elif not commands:
            raise Failed(f'{heading}: a block that starts without a command: {line}')
        elif commands[-1].line.endswith('\\'):
            commands[-1].line += '\n' + line
        else:
            commands[-1].expected.append(line)
    return commands


def chapters_of(document):
    """(heading, what is done) in order; headings under which nothing is done are left out."""
    chapters, fence = [], None
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if fence is not None:
            if line == '```':
                kind, lines = fence
                if kind == 'console run':
                    chapters[-1][1].extend(commands_of(lines, chapters[-1][0]))
                elif kind.startswith('yaml to='):
                    where, path = re.fullmatch(r'(?:(\w+):)?(/.*)', kind.split('=')[1]).groups()
                    chapters[-1][1].append(Write(where, path, '\n'.join(lines) + '\n'))
                fence = None
            else:
                fence[1].append(line)
        elif line.startswith('```'):
            fence = (line[3:], [])
            if not re.fullmatch(r'console run|yaml to=(\w+:)?/\S+|sh', fence[0]):
                raise Failed(f'line {number}: a fence is marked "console run", "yaml to=FILE" or "sh" (not run)')
        elif line.startswith('## '):
            chapters.append((line[3:], []))
    return [c for c in chapters if c[1]]


class Host:
    """Folders of a host that are of this run alone, a router, and what is installed."""

    def __init__(self, programs, network):
        self.network = network
        for folder in ('/run', '/srv', '/usr/local/sbin', '/var/lib', '/var/log'):
            mount('-t', 'tmpfs', 'tmpfs', folder)
        for folder in ('/run/etc/upper', '/run/etc/work', '/run/bird', '/run/programs', '/run/nginx', '/srv/web',
                       '/var/log/nginx'):
            pathlib.Path(folder).mkdir(parents=True)
        mount('-t', 'overlay', '-o', 'lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work,userxattr', 'etc', '/etc')
        pathlib.Path('/etc/nearcast').mkdir(exist_ok=True)
        mount('-t', 'tmpfs', 'tmpfs', '/etc/nearcast')  # of a host that has one, too
        pathlib.Path('/srv/web/healthz').write_text('well\n')
        pathlib.Path('/srv/web/index.html').write_text('here is am6\n')
        daemon, tool = programs
        for path in ('/usr/local/sbin/nearcastd', '/srv/nearcastd'):  # the one to upgrade to
            shutil.copy(daemon, path)
        pathlib.Path('/run/programs/nearcast').symlink_to(tool)
        self.router = Bird(pathlib.Path('/run/bird'), network.enter, more=ROUTER)
        self.script('router/birdc', f'exec {BIRDC} -s {self.router.control} "$@"')
        self.server('nginx', '80')
        self.server('backend', '8080')
        self.script('nginx', f'exec {NGINX} -c /run/nginx/nginx.conf -e /var/log/nginx/nginx.log "$@"')
        self.script('backend/nginx', f'exec {NGINX} -c /run/nginx/backend.conf -e /var/log/nginx/backend.log "$@"')
        self.run(Command(None, 'nginx'))
        self.run(Command('backend', 'nginx'))

    @staticmethod
    def script(name, text):
        path = pathlib.Path('/run/programs', name)
        path.parent.mkdir(exist_ok=True)
        path.write_text('#!/bin/sh\n' + text + '\n')
        path.chmod(0o755)

    @staticmethod
    def server(name, listen):
        paths = ''.join(f'{kind}_temp_path /run/nginx/{name}-{kind};'
                        for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        pathlib.Path(f'/run/nginx/{name}.conf').write_text(SERVER % {'name': name, 'listen': listen, 'paths': paths})

    def run(self, command):
        """What it says on standard output and error, and how it ends where that is not well."""
        path = (f'/run/programs/{command.where}:' if command.where else '') + '/run/programs:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'
        said = pathlib.Path('/run/said')
        with said.open('w') as out:  # a file: what runs on in the background has no end that could be waited for
            # "exit": bash stays, and does not become a program that reap() would take for one that was left
            done = subprocess.run([*(self.network.enter if command.where else []), 'bash', '-c', command.line + '\nexit $?'],
                                  stdout=out, stderr=out, stdin=subprocess.DEVNULL, timeout=2 * DEADLINE, cwd='/',
                                  env={'PATH': path, 'LC_ALL': 'C.UTF-8', 'HOME': '/root'})
        return said.read_text() + (f'[exit status {done.returncode}]\n' if done.returncode else '')

    @staticmethod
    def write(part):
        with open(part.path, 'a') as f:
            f.write(part.text)

    def end(self):
        self.router.kill()


def reap():
    """What commands left in the background comes to the first process of the namespace, which we are; those of ours
    that are waited for elsewhere have other names."""
    while True:
        for stat in pathlib.Path('/proc').glob('[1-9]*/stat'):
            try:
                pid, name, state, parent = re.match(r'(\d+) \((.*)\) (\w) (\d+)', stat.read_text()).groups()
                if state == 'Z' and parent == '1' and name in REAPED:
                    os.waitpid(int(pid), os.WNOHANG)
            except OSError:  # it has gone meanwhile
                pass
        time.sleep(0.05)


def mount(*words):
    subprocess.run(['mount', *words], check=True)


def do(host, command, transcript, shows=SHOWS):
    if isinstance(command, Write):
        host.write(command)
        return
    end = time.monotonic() + DEADLINE
    while True:
        said = host.run(command)
        if command.matches(said) or not shows.match(command.line) or time.monotonic() > end:
            break
        time.sleep(0.05)
    if transcript:
        print(f'{command.where or ""}# {command.line}\n{said}', end='')
    if not command.matches(said):
        expected = '\n'.join(command.expected)
        raise Failed(f'{command.line}\nis to say:\n{expected}\nand says:\n{said}')


def play(host, chapters, transcript, shows=SHOWS):
    """All chapters, a line of TAP for each; what went wrong first, or None."""
    failed = None
    for number, (heading, commands) in enumerate(chapters, 1):
        try:
            for command in commands:
                if not failed:
                    do(host, command, transcript, shows)
        except (Failed, subprocess.SubprocessError, OSError) as e:
            failed = f'{type(e).__name__}: {e}'
            print('\n'.join('# ' + line for line in failed.splitlines()))
        # each goes on where the one before it has come to
        print(f'{"not ok" if failed else "ok"} {number} - {heading}', flush=True)
    return failed


def run(arguments):
    transcript = '--transcript' in arguments
    *programs, document, alerts = (pathlib.Path(a).resolve() for a in arguments if a != '--transcript')
    chapters = chapters_of(document)
    missing = [name for name in re.findall(r'- alert: (\w+)', alerts.read_text()) if name not in document.read_text()]
    threading.Thread(target=reap, daemon=True).start()
    network = Network()
    host = Host(programs, network)
    print(f'1..{len(chapters) + 1}')
    failed = play(host, chapters, transcript)
    host.end()
    network.end()
    print(f'{"not ok" if missing else "ok"} {len(chapters) + 1} - each alert is explained\n' + '# ' + ' '.join(missing))
    return 1 if failed or missing else 0


if __name__ == '__main__':
    sys.exit(inside(lambda: run(sys.argv[1:])))
