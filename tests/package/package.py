#!/usr/bin/env python3
"""The Debian package, from its installation to its purge, on a Debian 12 that is booted for it: the unit in its
sandbox, nginx as the service, BIRD as the router. TAP on stdout.

Usage: package.py FOLDER; in FOLDER stay the packages and the tree that is booted, 350 MB, for the next time."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from machine import INSIDE, UNSHARE, Failed, Machine, tree, wait_for, why_not

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
G4 = '203.0.113.10'
SECRET = 'Wq7-not-for-anybody-else'
UNIT = 'nearcastd.service'
CONTROLLER = 'nearcast-controller.service'

CONF = f'''
site: am6
router-id: 192.0.2.1
settle-time: 100ms
neighbors:
  router:
    address: 192.0.2.2
    local-address: 192.0.2.1
    local-as: 65001
    peer-as: 64501
    password-file: credential:router
    graceful-restart: {{enabled: true, restart-time: 60s}}
services:
  web:
    global-ips: [{G4}/32]
    listen: [tcp/80]
    drain-at-most: 2s
    checks:
      front: {{type: http, interval: 200ms, timeout: 1s, rise: 1}}
      command: {{type: exec, command: [/usr/bin/test, -e, /etc/hostname], interval: 200ms, timeout: 1s, rise: 1}}
'''

ROUTER = f'''
log syslog all;
router id 192.0.2.2;
protocol device {{}}
protocol bgp r1 {{
  local 192.0.2.2 as 64501; neighbor 192.0.2.1 as 65001;
  password "{SECRET}";
  connect delay time 1; connect retry time 1; error wait time 1,2;
  ipv4 {{ import all; export none; }};
}}
'''


def drop_in(purpose):
    """The one that nearcastd(8) shows for a purpose."""
    text = (TOP / 'man' / 'nearcastd.8').read_text()
    return re.search(re.escape(purpose) + r'.*?^\.Bd [^\n]*\n(.*?)^\.Ed', text, re.M | re.S)[1]


class Story:
    """The steps share one machine, in order."""

    def __init__(self, machine):
        self.m = machine

    def show(self, key):
        return self.m.says('systemctl', 'show', '-P', key, UNIT)

    def bird(self, *command):
        return self.m.says('birdc', '-s', '/run/router.ctl', *command)

    def has_route(self):
        return 'unicast [r1' in self.bird('show', 'route', 'for', f'{G4}/32')

    def announced(self):
        wait_for('the unit is active', lambda: self.show('ActiveState') == 'active', 30)
        wait_for('the router has the route', self.has_route, 30)

    def session(self):
        """What would change if the session or the route did."""
        text = self.bird('show', 'protocols', 'all', 'r1')
        return re.findall(r'^r1 .*$|Import (?:updates|withdraws):.*', text, re.M)

    def deb(self, name):
        return self.m.run('dpkg', '--install', f'/debs/{name}')

    # ---- the steps ----

    def install(self):
        self.deb('nearcast.deb')
        if self.show('UnitFileState') != 'enabled' or self.show('ActiveState') != 'inactive':
            raise Failed(self.m.says('systemctl', 'status', UNIT))
        if 'nearcast' not in self.m.run('getent', 'passwd', 'nearcast'):
            raise Failed('no user')
        if self.m.says('stat', '-c', '%U:%G %a', '/etc/nearcast') != 'root:nearcast 750':
            raise Failed('the folder of the configuration')

    def start(self):
        for command in (['ip', 'netns', 'add', 'router'],
                        ['ip', 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb', 'netns', 'router'],
                        ['ip', 'addr', 'add', '192.0.2.1/24', 'dev', 'va'], ['ip', 'link', 'set', 'va', 'up'],
                        ['ip', '-n', 'router', 'addr', 'add', '192.0.2.2/24', 'dev', 'vb'],
                        ['ip', '-n', 'router', 'link', 'set', 'vb', 'up']):
            self.m.run(*command)
        self.m.write('/etc/router.conf', ROUTER)
        self.m.run('systemd-run', '--unit=router', '--property=NetworkNamespacePath=/run/netns/router', 'bird', '-f',
                   '-c', '/etc/router.conf', '-s', '/run/router.ctl')
        self.m.run('systemctl', 'start', 'nginx')
        self.m.write('/etc/nearcast/nearcast.yaml', CONF)
        self.m.write('/root/router.password', SECRET + '\n')
        self.m.run('chmod', '600', '/root/router.password')
        self.m.write(f'/etc/systemd/system/{UNIT}.d/secrets.conf',
                     '[Service]\nLoadCredential=router:/root/router.password\n')
        self.m.run('systemctl', 'daemon-reload')
        self.m.run('systemctl', 'start', UNIT)
        self.announced()

    def sandbox(self):
        pid = self.show('MainPID')
        status = self.m.run('cat', f'/proc/{pid}/status')
        uid = self.m.run('id', '-u', 'nearcast').strip()
        for want in (rf'Uid:\s+{uid}\s+{uid}', r'CapBnd:\s+0000000000001400', r'CapEff:\s+0000000000001400',
                     r'NoNewPrivs:\s+1', r'Seccomp:\s+2'):
            if not re.search(want, status):
                raise Failed(f'no {want} in {status}')
        if 'Max core file size        0                    0' not in self.m.run('cat', f'/proc/{pid}/limits'):
            raise Failed('a core dump could be made')
        if self.m.says('stat', '-c', '%U:%G %a', '/var/lib/nearcast') != 'nearcast:nearcast 700':
            raise Failed('the state directory')
        score = re.search(r'Overall exposure level.*: (\d+\.\d+)', self.m.run('systemd-analyze', 'security', UNIT))
        print(f'# systemd-analyze security: {score[1]}')
        if float(score[1]) > 2.5:
            raise Failed('its exposure has grown')

    def control(self):
        """Root and the group may ask, others may not."""
        self.m.run('useradd', 'operator1', '--groups', 'nearcast')
        self.m.run('useradd', 'stranger1')
        ask = ['nearcast', 'status', '--json']
        status = json.loads(self.m.run(*ask))
        if not status['services'][0]['global_ips'][0]['announced']:
            raise Failed(str(status))
        if not self.m.succeeds('setpriv', '--reuid=operator1', '--regid=operator1', '--init-groups', *ask):
            raise Failed('the group may not ask')
        if self.m.succeeds('setpriv', '--reuid=stranger1', '--regid=stranger1', '--init-groups', *ask):
            raise Failed('a stranger may ask')

    def crash(self):
        self.m.run('systemctl', 'kill', '-s', 'KILL', UNIT)
        wait_for('it is started again', lambda: self.show('NRestarts') == '1', 20)
        self.announced()

    def watchdog(self):
        """What stops the whole process stops its dead-man timer too."""
        self.m.write(f'/run/systemd/system/{UNIT}.d/test.conf', '[Service]\nWatchdogSec=2s\n')
        self.m.run('systemctl', 'daemon-reload')
        self.m.run('systemctl', 'restart', UNIT)
        self.announced()
        pid = self.show('MainPID')
        self.m.run('kill', '-STOP', pid)
        wait_for('another runs', lambda: self.show('MainPID') not in ('0', pid), 30)
        self.announced()
        if 'watchdog' not in self.m.run('journalctl', '-u', UNIT).lower():
            raise Failed('it was not the watchdog')
        self.m.run('rm', '-r', f'/run/systemd/system/{UNIT}.d')
        self.m.run('systemctl', 'daemon-reload')

    def drain(self):
        self.m.write('/etc/systemd/system/nearcast-drain@web.service.d/nginx.conf',
                     '[Unit]\nAfter=nginx.service\nPartOf=nginx.service\n[Install]\nWantedBy=nginx.service\n')
        self.m.run('systemctl', 'daemon-reload')
        self.m.run('systemctl', 'enable', '--now', 'nearcast-drain@web.service')
        self.m.run('systemctl', 'stop', 'nginx')
        if self.has_route():
            raise Failed('nginx was stopped before the route was gone')
        if 'drains' not in (said := self.m.run('nearcast', 'events')):
            raise Failed(said)
        self.m.run('systemctl', 'start', 'nginx')
        self.announced()

    def drop_ins(self):
        """Checks that the sandbox does not let run say so, and run with the drop-ins of nearcastd(8)."""
        more = ('      icmp: {type: icmp, interval: 200ms, timeout: 1s, rise: 1}\n'
                '      other: {type: exec, command: [/usr/bin/test, -O, /home/operator1], user: operator1, '
                'interval: 200ms, timeout: 1s, rise: 1}\n')
        folder = f'/etc/systemd/system/{UNIT}.d'
        self.m.run('sh', '-c', 'mkdir /srv/own && chown operator1 /srv/own')
        self.m.write('/etc/nearcast/nearcast.yaml', CONF + more.replace('/home/operator1', '/srv/own'))
        self.m.run('systemctl', 'restart', UNIT)
        said = self.m.run('journalctl', '-u', UNIT, '-n', '30')
        if 'CAP_NET_RAW' not in said or 'may not become user operator1' not in said or self.has_route():
            raise Failed('checks that can not run')
        self.m.write(f'{folder}/icmp.conf', drop_in('ICMP checks'))
        self.m.write(f'{folder}/user.conf', drop_in('commands under another'))
        self.m.run('systemctl', 'daemon-reload')
        self.m.run('systemctl', 'restart', UNIT)
        self.announced()
        self.m.run('rm', f'{folder}/icmp.conf', f'{folder}/user.conf')
        self.m.run('systemctl', 'daemon-reload')
        self.m.write('/etc/nearcast/nearcast.yaml', CONF)
        self.m.run('systemctl', 'restart', UNIT)
        self.announced()

    def upgrade(self):
        before, pid = self.session(), self.show('MainPID')
        said = self.deb('nearcast-next.deb')
        self.announced()
        if self.session() != before:
            raise Failed(f'the router has noticed: {before} {self.session()}')
        if self.show('MainPID') != pid:
            raise Failed('another process')
        if 'deleted' in (exe := self.m.says('readlink', f'/proc/{pid}/exe')):
            raise Failed(f'{exe}: still the old program: {said}')

    def stop(self):
        self.m.run('systemctl', 'stop', UNIT)
        if self.has_route() or self.show('Result') != 'success':
            raise Failed(self.m.says('systemctl', 'status', UNIT))
        if G4 in self.m.run('ip', 'addr', 'show', 'dev', 'lo'):
            raise Failed('the address stayed')
        self.m.run('systemctl', 'start', UNIT)
        self.announced()

    def no_secret(self):
        """Nowhere but where the operator has put it."""
        self.m.run('sh', '-c', 'nearcast status --json >/root/said; nearcast neighbors router --json >>/root/said; '
                   'nearcast routes >>/root/said; nearcast events >>/root/said; ps auxwwe >>/root/said; '
                   f'systemctl show {UNIT} >>/root/said; journalctl -a >>/root/said')
        if not self.m.succeeds('grep', '-rqsa', SECRET, '/root/router.password'):
            raise Failed('nothing is looked for')
        found = self.m.says('grep', '-rlsa', SECRET, '/var', '/run/nearcast', '/run/systemd/system', '/tmp', '/root/said',
                            '/etc/nearcast')
        if found:
            raise Failed(found)
        if self.m.says('stat', '-c', '%s', '/root/said') < '1000':
            raise Failed('nothing was said')

    def lab(self):
        self.deb('nearcast-lab.deb')
        self.m.run('nearcast', 'lab', 'check', '/usr/share/nearcast/labs/article.yaml')

    def controller(self):
        """Of its own user, with a store that nobody else reads, and no way to the agent."""
        self.deb('nearcast-controller.deb')
        if self.m.says('systemctl', 'is-enabled', CONTROLLER) != 'disabled' or self.m.succeeds('systemctl', 'is-active', CONTROLLER):
            raise Failed('it was started before anybody asked for it')
        self.m.run('systemctl', 'start', CONTROLLER)
        user = 'nearcast-controller'
        token = self.m.run('runuser', '-u', user, '-G', 'nearcast', '--', 'nearcast-controller', 'init').strip()
        self.m.write('/root/token', token + '\n')
        self.m.run('chmod', '600', '/root/token')
        self.m.run('env', 'HOME=/root', 'nearcast', 'login', '--token-file', '/root/token')
        if 'administrator' not in self.m.run('env', 'HOME=/root', 'nearcast', 'whoami'):
            raise Failed('nobody')
        if self.m.says('stat', '-c', '%U %a', '/var/lib/nearcast-controller', '/var/lib/nearcast-controller/store.db') \
                != f'{user} 700\n{user} 600':
            raise Failed(self.m.says('ls', '-la', '/var/lib/nearcast-controller'))
        pid = self.m.says('systemctl', 'show', '-P', 'MainPID', CONTROLLER)
        status = self.m.run('cat', f'/proc/{pid}/status')
        uid = self.m.run('id', '-u', user).strip()
        for want in (rf'Uid:\s+{uid}\s+{uid}', r'CapBnd:\s+0000000000000000', r'NoNewPrivs:\s+1', r'Seccomp:\s+2'):
            if not re.search(want, status):
                raise Failed(f'no {want} in {status}')
        if self.m.succeeds('nsenter', '-t', pid, '-m', 'ls', '/run/nearcast/nearcastd.sock'):
            raise Failed("it sees the agent's socket")
        score = re.search(r'Overall exposure level.*: (\d+\.\d+)', self.m.run('systemd-analyze', 'security', CONTROLLER))
        print(f'# systemd-analyze security: {score[1]}')
        if float(score[1]) > 2:
            raise Failed('its exposure has grown')
        self.deb('nearcast-controller-next.deb')
        wait_for('it runs again', lambda: self.m.says('systemctl', 'show', '-P', 'MainPID', CONTROLLER) not in ('0', pid), 30)
        wait_for('it answers', lambda: self.m.succeeds('env', 'HOME=/root', 'nearcast', 'whoami'), 30)
        self.m.run('env', 'HOME=/root', 'nearcast', 'logout')
        self.m.run('rm', '-r', '/root/.config', '/root/token')
        self.m.run('dpkg', '--purge', 'nearcast-controller')
        if self.m.succeeds('test', '-e', '/var/lib/nearcast-controller') or self.m.succeeds('systemctl', 'is-active', CONTROLLER):
            raise Failed('it is still there')

    def remove(self):
        self.m.run('dpkg', '--remove', 'nearcast-lab', 'nearcast')
        if self.has_route():
            raise Failed('the route stayed')
        left = self.m.says('sh', '-c', 'ls -d /usr/sbin/nearcastd /usr/bin/nearcast /lib/systemd/system/nearcast* '
                           '/usr/share/nearcast 2>/dev/null')
        if left or not self.m.succeeds('test', '-e', '/etc/nearcast/nearcast.yaml'):
            raise Failed(f'left: {left}')

    def purge(self):
        self.m.run('rm', '-r', f'/etc/systemd/system/{UNIT}.d', '/etc/systemd/system/nearcast-drain@web.service.d',
                   '/etc/systemd/system/nginx.service.wants')
        self.m.run('dpkg', '--purge', 'nearcast-lab', 'nearcast')
        left = self.m.says('sh', '-c', 'find / -xdev -iname "*nearcast*" -not -path "/proc/*" -not -path "/sys/*"')
        if left:
            raise Failed(left)
        if 'nearcast' in self.m.run('systemctl', 'list-unit-files'):
            raise Failed('a unit is left')


STEPS = ['install', 'start', 'sandbox', 'control', 'controller', 'crash', 'watchdog', 'drain', 'drop_ins', 'upgrade', 'stop', 'no_secret',
         'lab', 'remove', 'purge']


def packages(folder):
    """Builds them, and one that is newer, into folder/debs."""
    subprocess.run([TOP / 'scripts' / 'package', folder / 'built'], check=True, stdout=subprocess.DEVNULL)
    debs = folder / 'debs'
    debs.mkdir(exist_ok=True)
    for name, pattern in (('nearcast.deb', 'nearcast_*.deb'), ('nearcast-lab.deb', 'nearcast-lab_*.deb'),
                          ('nearcast-controller.deb', 'nearcast-controller_*.deb')):
        (debs / name).write_bytes(next((folder / 'built').glob(pattern)).read_bytes())
    for name in ('nearcast', 'nearcast-controller'):
        with tempfile.TemporaryDirectory() as work:
            subprocess.run(['dpkg-deb', '-R', debs / f'{name}.deb', f'{work}/next'], check=True)
            control = pathlib.Path(work, 'next/DEBIAN/control')
            control.write_text(re.sub(r'^Version: .*$', r'\g<0>+next', control.read_text(), flags=re.M))
            subprocess.run(['dpkg-deb', '--root-owner-group', '-b', f'{work}/next', debs / f'{name}-next.deb'], check=True,
                           stdout=subprocess.DEVNULL)
    return debs


def play(base, debs, scratch):
    machine, failed = Machine(base, scratch, {'/debs': debs}), 0
    print(f'1..{len(STEPS)}')
    try:
        machine.boot()
        story = Story(machine)
        for number, step in enumerate(STEPS, 1):
            try:
                getattr(story, step)()
                print(f'ok {number} - {step}', flush=True)
            except Exception as e:  # a step that falls over has failed too
                failed += 1
                print(f'not ok {number} - {step}')
                log = machine.says('journalctl', '-u', UNIT, '-n', '30', '--no-pager')
                print('# ' + '\n# '.join(f'{type(e).__name__}: {e}\n{log}'.splitlines()), flush=True)
    finally:
        machine.end()
    return 1 if failed else 0


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    if INSIDE in os.environ:
        return play(folder / 'debian12', folder / 'debs', folder / 'scratch')
    folder.mkdir(exist_ok=True)
    reason = why_not()
    if not reason:
        base, reason = tree(folder)
    if reason:
        print(f'1..0 # SKIP {reason}')
        return 0
    packages(folder)
    (folder / 'scratch').mkdir(exist_ok=True)
    return subprocess.run([*UNSHARE, sys.executable, *sys.argv], env={**os.environ, INSIDE: str(os.getpid())}).returncode


if __name__ == '__main__':
    sys.exit(main())
