#!/usr/bin/env python3
"""What nearcast render writes, loaded by the programs it is for: render_load.py GOLDEN_FOLDER. TAP.

The files are those of tests/golden/render. Routers only read them here (render.py runs them); the network managers put
the addresses on a real loopback, in namespaces of their own."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
import network  # noqa: E402
from peers.bird import Bird16  # noqa: E402
from peers.peer import find  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402

golden = pathlib.Path(sys.argv[1])
NETWORKD = '/lib/systemd/systemd-networkd'
settings = tempfile.TemporaryDirectory(prefix='nearcast-render.')
HOST = 'dual'  # the one whose addresses are put on the loopback
WANTED = {'203.0.113.10/32', '203.0.113.11/32', '203.0.113.53/32', '2001:db8:f00d::10/128', '2001:db8:f00d::53/128'}


class Skip(Exception):
    """The case cannot be tried here."""


def need(program, why='not installed'):
    if program is None or not os.access(program, os.X_OK):
        raise Skip(why)
    return program


def said_by(*command, **options):
    """All that it says, with its exit status first."""
    r = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                       check=False, **options)
    return r.returncode, r.stdout


def run(*command, **options):
    status, said = said_by(*command, **options)
    if status != 0:
        raise Failed(f'{command}: exit status {status}: {said}')
    return said


def each(pattern):
    """The golden files, of which there are some."""
    files = sorted(golden.glob(pattern))
    if not files:
        raise Failed(f'no {pattern}')
    return files


def read_all(pattern, *command):
    for file in each(pattern):
        said = run(*command, file)
        if said:
            raise Failed(f'{file.name}: {said}')


def bird2():
    read_all('*.bird', need(find('bird')), '-p', '-c')


def bird16_ipv4():
    read_all('*.bird1', need(Bird16.program('bird'), Bird16.missing()), '-p', '-c')


def bird16_ipv6():
    read_all('*.bird6', need(Bird16.program('bird6'), Bird16.missing()), '-p', '-c')


def vtysh():
    """The command that reads a file and does nothing, with settings of its own: only root may read FRR's."""
    pathlib.Path(settings.name, 'vtysh.conf').touch()
    return [need(find('vtysh')), '--config_dir', settings.name, '-C', '-f']


def frr():
    read_all('*.frr', *vtysh())


def masked():
    """No router takes any of what a terminal shows."""
    status, said = said_by(need(find('bird')), '-p', '-c', golden / 'masked.terminal')
    if status == 0:
        raise Failed(f'BIRD took it: {said}')
    lines = (golden / 'masked-frr.terminal').read_text().splitlines()
    unknown = said_by(*vtysh(), golden / 'masked-frr.terminal')[1].count('Unknown command')
    if unknown != len(lines):
        raise Failed(f'vtysh knew {len(lines) - unknown} of {len(lines)} lines')


def addresses():
    """Of the loopback, but for its own: with prefix length; IPv6 ones have to be not preferred."""
    shown = json.loads(run('ip', '-j', 'addr', 'show', 'lo') or '[]')
    found = [a for a in shown[0]['addr_info'] if a.get('scope') == 'global']
    preferred = [a['local'] for a in found if a['family'] == 'inet6' and not a.get('deprecated')]
    if preferred:
        raise Failed(f'{preferred} can become a source')
    return {f'{a["local"]}/{a["prefixlen"]}' for a in found}


def ifupdown():
    ifup = need(find('ifup'))
    with tempfile.TemporaryDirectory(prefix='nearcast-ifup.') as state:
        options = ['-a', '--no-scripts', '--state-dir', state, '-i', golden / f'{HOST}.ifupdown']
        run(ifup, *options)
        if addresses() != WANTED:
            raise Failed(f'up: {addresses()}')
        run(find('ifdown'), *options)
        if addresses():
            raise Failed(f'down: {addresses()}')


def run_networkd(folder):
    """systemd-networkd with the .network files of a folder, until the addresses are there."""
    if network.is_rootless():
        raise Skip('systemd-networkd changes its user: needs root')
    for command in (['mount', '-t', 'tmpfs', 'tmpfs', '/run'], ['mount', '-t', 'tmpfs', 'tmpfs', '/etc/systemd/network'],
                    # without udev it does not wait for it, and that is how it knows
                    ['mount', '-t', 'sysfs', '-o', 'ro', 'sysfs', '/sys']):
        run(*command)
    os.makedirs('/run/systemd/netif')
    shutil.chown('/run/systemd/netif', 'systemd-network', 'systemd-network')
    for file in folder.glob('*.network'):
        shutil.copy(file, '/etc/systemd/network')
    with tempfile.TemporaryFile('w+') as log:
        process = subprocess.Popen([need(NETWORKD)], stdout=log, stderr=log)
        try:
            wait_for('the addresses', lambda: addresses() == WANTED)
            if not {'127.0.0.1', '::1'} <= {a['local'] for a in json.loads(run('ip', '-j', 'addr', 'show', 'lo'))[0]['addr_info']}:
                raise Failed('the loopback has lost its own addresses')
            log.seek(0)
            complaints = re.findall(r'.*(?:Unknown|Failed to parse|ignoring).*', log.read())
            if complaints:
                raise Failed('\n'.join(complaints))
        finally:
            process.kill()
            process.wait()


def networkd():
    with tempfile.TemporaryDirectory(prefix='nearcast-networkd.') as folder:
        shutil.copy(golden / f'{HOST}.networkd', f'{folder}/10-nearcast.network')
        run_networkd(pathlib.Path(folder))


def netplan():
    program = need(find('netplan'))
    with tempfile.TemporaryDirectory(prefix='nearcast-netplan.') as root:
        where = pathlib.Path(root) / 'etc/netplan/60-nearcast.yaml'
        where.parent.mkdir(parents=True)
        for file in each('*.netplan'):
            shutil.copy(file, where)
            where.chmod(0o600)
            said = run(program, 'generate', '--root-dir', root)
            if said:
                raise Failed(f'{file.name}: {said}')
        shutil.copy(golden / f'{HOST}.netplan', where)
        shutil.rmtree(f'{root}/run')
        run(program, 'generate', '--root-dir', root)
        run_networkd(pathlib.Path(root) / 'run/systemd/network')


CASES = [bird2, bird16_ipv4, bird16_ipv6, frr, masked, ifupdown, networkd, netplan]


def run_inside(name):
    """One case in namespaces of its own, so that nothing is left for the next."""
    if not network.is_inside():
        print(f'SKIP {network.go_inside()}')
        return
    run('ip', 'link', 'set', 'lo', 'up')
    try:
        next(c for c in CASES if c.__name__ == name)()
    except Skip as why:
        print(f'SKIP {why}')
    except (Failed, OSError, subprocess.SubprocessError) as problem:
        print(problem)
        sys.exit(1)


def main():
    if len(sys.argv) > 2:
        run_inside(sys.argv[2])
        return
    failed = 0
    print(f'1..{len(CASES)}')
    for number, case in enumerate(CASES, 1):
        status, said = said_by(sys.executable, sys.argv[0], golden.resolve(), case.__name__)
        skip = re.match(r'SKIP (.*)', said)
        failed += status != 0
        print(f'{"not ok" if status else "ok"} {number} - {case.__name__}{f" # SKIP {skip[1]}" if skip else ""}')
        if status:
            print(''.join(f'# {line}\n' for line in said.splitlines()), end='')
    sys.exit(failed > 0)


main()
