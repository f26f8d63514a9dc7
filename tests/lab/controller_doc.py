#!/usr/bin/env python3
"""docs/controller.md, done as it is written: nearcast-controller with TLS on one machine, and three that are hosts of it,
each a namespace with nginx and nearcastd; BIRD is the router of all. TAP on stdout, a test for each heading.

Usage: controller_doc.py [--transcript] NEARCAST-CONTROLLER NEARCASTD NEARCAST DOCUMENT

The document is read as that of operating.py, which says how. The prompt says where:
    #                      the controller's machine, which is the administrator's, too
    am6#  sg1#  la1#       the hosts
"""
import os
import pathlib
import re
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
from agent import inside  # noqa: E402
from bird import BIRD, BIRDC  # noqa: E402
from operating import NGINX, SERVER, chapters_of, mount, play, reap  # noqa: E402
from waiting import DEADLINE, wait_for  # noqa: E402

SHOWS = re.compile(r'nearcast (status|whoami|hosts list|hosts show|events|sites status|services status)\b|birdc show |curl -sS |curl -s http|openssl s_client|grep ')
HOSTS = {'am6': '192.0.2.11', 'sg1': '192.0.2.12', 'la1': '192.0.2.13'}
OURS = '192.0.2.1'
ROUTER = f'''
log "/run/bird/bird.log" all; router id {OURS};
protocol device {{}}
protocol kernel {{ ipv4 {{ export all; }}; merge paths on; }}
''' + ''.join(f'''
protocol bgp {name} {{
  local {OURS} as 64501; neighbor {address} as 65001; passive on;
  ipv4 {{ import all; export none; }};
}}
''' for name, address in HOSTS.items())


class Machine:
    """A host: namespaces of its network and mounts, held by a sleeping process, and folders of its own."""

    def __init__(self, name, address):
        self.name = name
        self.holder = subprocess.Popen(['unshare', '--net', '--mount', 'sleep', 'infinity'])
        pid = str(self.holder.pid)
        ours = os.readlink('/proc/self/ns/mnt')
        wait_for('the namespace', lambda: os.readlink(f'/proc/{pid}/ns/mnt') != ours)
        self.enter = ['nsenter', f'--net=/proc/{pid}/ns/net', f'--mount=/proc/{pid}/ns/mnt']
        for words in (['link', 'add', f'to-{name}', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid],
                      ['link', 'set', f'to-{name}', 'master', 'lan', 'up']):
            subprocess.run(['ip', *words], check=True)
        for words in (['ip', 'link', 'set', 'lo', 'up'], ['ip', 'link', 'set', 'eth0', 'up'],
                      ['ip', 'addr', 'add', f'{address}/24', 'dev', 'eth0'],
                      *(['mount', '-t', 'tmpfs', 'tmpfs', folder] for folder in ('/etc/nearcast', '/var/lib', '/var/log', '/srv', '/root'))):
            subprocess.run([*self.enter, *words], check=True)
        subprocess.run([*self.enter, 'sh', '-c', f'mkdir -p /srv/web /var/log/nginx /var/lib/nearcast /run/nearcast-{name} /etc/nearcast /run/nearcast; '
                        f'mount --bind /run/nearcast-{name} /run/nearcast; echo well >/srv/web/healthz; echo here is {name} >/srv/web/index.html; '
                        f'cp /run/nginx/{name}.conf /srv/nginx.conf; {NGINX} -c /srv/nginx.conf -e /var/log/nginx/nginx.log'], check=True)

    def end(self):
        self.holder.kill()
        self.holder.wait()


class World:
    """The controller's machine and the hosts."""

    def __init__(self, programs):
        for folder in ('/run', '/srv', '/var/lib', '/var/log', '/root'):
            mount('-t', 'tmpfs', 'tmpfs', folder)
        for folder in ('/run/etc/upper', '/run/etc/work', '/run/bird', '/run/programs', '/run/nginx', '/run/nearcast'):
            pathlib.Path(folder).mkdir(parents=True)
        mount('-t', 'overlay', '-o', 'lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work,userxattr', 'etc', '/etc')
        pathlib.Path('/etc/nearcast').mkdir(exist_ok=True)
        mount('-t', 'tmpfs', 'tmpfs', '/etc/nearcast')
        with open('/etc/hosts', 'a') as f:
            f.write(f'{OURS} controller.example.net\n')
        pathlib.Path('/var/lib/nearcast-controller').mkdir(mode=0o700)
        for program in programs:
            pathlib.Path('/run/programs', program.name).symlink_to(program)
        for words in (['link', 'set', 'lo', 'up'], ['link', 'add', 'lan', 'type', 'bridge'], ['link', 'set', 'lan', 'up'],
                      ['addr', 'add', f'{OURS}/24', 'dev', 'lan']):
            subprocess.run(['ip', *words], check=True)
        self.hosts = {}

        for name, address in HOSTS.items():
            paths = ''.join(f'{kind}_temp_path /run/nginx/{name}-{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
            pathlib.Path(f'/run/nginx/{name}.conf').write_text(SERVER % {'name': f'nginx-{name}', 'listen': '80', 'paths': paths})
            self.hosts[name] = Machine(name, address)
        pathlib.Path('/run/bird/bird.conf').write_text(ROUTER)
        self.script('nginx', f'exec {NGINX} -c /srv/nginx.conf -e /var/log/nginx/nginx.log "$@"')
        self.script('birdc', f'exec {BIRDC} -s /run/bird/bird.ctl "$@"')
        enter = ''.join(f'{name}) enter="{" ".join(machine.enter)}" ;;\n' for name, machine in self.hosts.items())
        self.script('scp', f'umask 077; case ${{3%%:*}} in\n{enter}esac\nexec $enter sh -c "cat >${{3#*:}}" <"$2"')
        self.bird = subprocess.Popen([BIRD, '-f', '-c', '/run/bird/bird.conf', '-s', '/run/bird/bird.ctl', '-P', '/run/bird/pid'],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def script(name, text):
        path = pathlib.Path('/run/programs', name)
        path.write_text(f'#!/bin/sh\n{text}\n')
        path.chmod(0o755)

    def enter(self, where):
        return self.hosts[where].enter if where else []

    def run(self, command):
        """What it says on standard output and error, and how it ends where that is not well."""
        said = pathlib.Path('/run/said')
        with said.open('w') as out:  # as in operating.py
            done = subprocess.run([*self.enter(command.where), 'bash', '-c', command.line + '\nexit $?'],
                                  stdout=out, stderr=out, stdin=subprocess.DEVNULL, timeout=2 * DEADLINE, cwd='/root',
                                  env={'PATH': '/run/programs:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8', 'HOME': '/root'})
        return said.read_text() + (f'[exit status {done.returncode}]\n' if done.returncode else '')

    def write(self, part):
        subprocess.run([*self.enter(part.where), 'sh', '-c', f'cat >>{part.path}'], input=part.text, text=True, check=True)

    def end(self):
        for machine in self.hosts.values():
            machine.end()
        self.bird.kill()
        self.bird.wait()


def run(arguments):
    transcript = '--transcript' in arguments
    *programs, document = (pathlib.Path(a).resolve() for a in arguments if a != '--transcript')
    chapters = chapters_of(document)
    threading.Thread(target=reap, daemon=True).start()
    world = World(programs)
    print(f'1..{len(chapters)}')
    failed = play(world, chapters, transcript, SHOWS)
    world.end()
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(inside(lambda: run(sys.argv[1:])))
