#!/usr/bin/env python3
"""Two of our own speakers with a router between them, for what loopback can not show: hops, routes, links
that go away. TAP on stdout.

Three network namespaces: ours (va), the router's (ra, rb; it has link-local addresses and can run a
speaker), the far one (vb). Runs itself again inside of `unshare`, as root or without.
Usage: transport.py SPEAKER [CASE...]"""
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from running import chosen, in_namespaces, run_cases  # noqa: E402
from speaker import Speaker  # noqa: E402
from waiting import DEADLINE, Failed, check, stays, wait_for  # noqa: E402

OURS, FAR, NOBODY = '192.0.2.1', '198.51.100.2', '192.0.2.99'
LINK_LOCAL = ('fe80::1', 'fe80::2')
PREFIX = '203.0.113.10/32'
CASES = []


def case(function):
    CASES.append(function)
    return function


class Namespace:
    """A process that holds it, and the way in."""

    def __init__(self):
        self.holder = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'])
        ours = subprocess.run(['readlink', '/proc/self/ns/net'], capture_output=True, text=True).stdout
        wait_for('the namespace', lambda: subprocess.run(
            ['readlink', f'/proc/{self.holder.pid}/ns/net'], capture_output=True, text=True).stdout != ours)
        self.enter = ['nsenter', f'--net=/proc/{self.holder.pid}/ns/net']

    def run(self, *words):
        subprocess.run([*self.enter, *words], check=True, stdout=subprocess.DEVNULL)


class Net:
    def __init__(self):
        self.router, self.far = Namespace(), Namespace()
        self.ours = []
        self.near_link()
        self.ip('link', 'set', 'lo', 'up')
        self.router.run('sysctl', '-q', 'net.ipv4.ip_forward=1')
        self.router.run('ip', 'link', 'add', 'rb', 'type', 'veth', 'peer', 'name', 'vb', 'netns',
                        str(self.far.holder.pid))
        self.router.run('ip', 'addr', 'add', '198.51.100.254/24', 'dev', 'rb')
        self.router.run('ip', 'link', 'set', 'rb', 'up')
        self.far.run('ip', 'addr', 'add', f'{FAR}/24', 'dev', 'vb')
        self.far.run('ip', 'link', 'set', 'vb', 'up')
        self.far.run('ip', 'route', 'add', 'default', 'via', '198.51.100.254')
        self.ip('route', 'add', 'default', 'via', '192.0.2.254')

    def ip(self, *words):
        subprocess.run(['ip', *words], check=True)

    def near_link(self):
        """Between us and the router; made anew it gets other interface indexes."""
        self.ip('link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'ra', 'netns', str(self.router.holder.pid))
        for run, device, v4, v6 in ((lambda *w: subprocess.run(w, check=True), 'va', OURS, LINK_LOCAL[0]),
                                    (self.router.run, 'ra', '192.0.2.254', LINK_LOCAL[1])):
            run('ip', 'link', 'set', device, 'addrgenmode', 'none')
            run('ip', 'addr', 'add', f'{v4}/24', 'dev', device)
            run('ip', 'addr', 'add', f'{v6}/64', 'dev', device, 'nodad')
            run('ip', 'link', 'set', device, 'up')

    def end(self):
        for n in (self.router, self.far):
            n.holder.kill()
            n.holder.wait()


class Case:
    def __init__(self, folder, program, net):
        self.folder, self.program, self.net = folder, program, net
        self.speakers = []

    def speaker(self, name, enter, options):
        start = self.folder / name
        start.write_text(f'#!/bin/sh\nexec {" ".join(enter)} {self.program} "$@"\n')
        start.chmod(0o755)
        self.speakers.append(Speaker(start, self.folder / f'{name}.log', {'name': name, **options}))
        return self.speakers[-1]

    def near(self, **options):
        """Ours; FAR is its neighbor."""
        return self.speaker('near', [], {'address': FAR, 'local_address': OURS, 'local_as': 65001,
                                         'peer_as': 65002, 'ipv4': 1, **options})

    def far(self, **options):
        return self.speaker('far', self.net.far.enter, {
            'address': OURS, 'local_address': FAR, 'local_as': 65002, 'peer_as': 65001, 'ipv4': 1,
            'router_id': '192.0.2.2', **options})

    def on_link(self, modes=('both', 'both'), **options):
        """Ours and the router's, by their link-local addresses."""
        both = {'ipv6': 1, 'connect_retry': '500ms', **options}
        return (self.speaker('near', [], {'address': LINK_LOCAL[1], 'interface': 'va', 'local_as': 65001,
                                          'peer_as': 65002, 'mode': modes[0], **both}),
                self.speaker('router', self.net.router.enter, {
                    'address': LINK_LOCAL[0], 'interface': 'ra', 'local_as': 65002, 'peer_as': 65001,
                    'router_id': '192.0.2.254', 'mode': modes[1], **both}))

    def end(self):
        for s in self.speakers:
            s.end()


def up(s, deadline=DEADLINE):
    wait_for('Established', s.is_established, deadline)


def never_up(s, seconds=2):
    stays('not connected', lambda: s.status()['state'] in ('Idle', 'Connect', 'Active'), seconds)


@case
def a_neighbor_of_another_as_is_on_our_link(c):
    c.far(mode='passive')
    near = c.near(mode='active')
    near.wait_for_error('more than one hop away (see multihop)')
    never_up(near)


@case
def multihop_reaches_over_the_router(c):
    far = c.far(mode='passive', multihop=2)
    near = c.near(mode='active', multihop=2)
    up(near)
    up(far)


@case
def our_own_as_needs_no_multihop(c):
    c.far(mode='passive', peer_as=65001, local_as=65001)
    up(c.near(mode='active', peer_as=65001))


@case
def ttl_security_counts_the_hops(c):
    c.far(ttl_security=2)
    up(c.near(ttl_security=2))


@case
def ttl_security_keeps_those_away_who_are_too_far(c):
    """Each of both ends dials; one asks for a neighbor on its link."""
    far = c.far(ttl_security=2)
    near = c.near(ttl_security=1)
    never_up(near, 4)
    far.wait_for_error('not as near as ttl-security asks')
    near.wait_for_error('this host dropped segments with a low TTL meanwhile')
    check('connections', [s.status()['received_open'] for s in (near, far)], [None, None])


@case
def wrong_passwords_leave_traces(c):
    for ours, theirs, hint in (('one', 'other', 'the passwords differ'),
                               ('one', None, 'does the neighbor have the password?'),
                               (None, 'other', 'does the neighbor use a password?')):
        far = c.far(multihop=2, password=theirs, connect_retry='100ms')
        near = c.near(multihop=2, password=ours)
        near.wait_for_error(hint)
        near.end()
        far.end()


@case
def a_signed_farewell_arrives_behind_the_process(c):
    far = c.far(mode='passive', multihop=2, password='s3cret')
    near = c.near(mode='active', multihop=2, password='s3cret')
    up(near)
    up(far)
    near.order('stop')
    far.wait_for_error('Cease/Administrative Shutdown (6/2)')
    near.process.wait(timeout=10)


@case
def a_link_local_session(c):
    near, router = c.on_link()
    up(near)
    near.order('set 2001:db8:f00d::10/128')
    wait_for('the route', lambda: router.status()['prefixes_received'] == 1)
    check('address', near.status()['address'], 'fe80::2%va')


@case
def an_interface_goes_away_and_comes_back(c):
    for modes in (('active', 'passive'), ('passive', 'active')):
        near, router = c.on_link(modes, hold_time='3s')
        up(near)
        c.net.ip('link', 'del', 'va')
        near.down()
        if modes[0] == 'active':
            near.wait_for_error('interface va is not there')
        c.net.near_link()
        up(near, 30)
        near.end()
        router.end()
    c.net.ip('route', 'replace', 'default', 'via', '192.0.2.254')


@case
def an_interface_may_come_later(c):
    """Both ends start without it, and the one that is dialled can not listen yet."""
    c.net.ip('link', 'del', 'va')
    near, router = c.on_link(('passive', 'active'))
    router.wait_for_error('interface ra is not there')
    c.net.near_link()
    c.net.ip('route', 'replace', 'default', 'via', '192.0.2.254')
    up(near, 30)


@case
def routes_and_neighbors_that_are_missing(c):
    near = c.near(address=NOBODY)
    near.wait_for_error(f'host unreachable: {NOBODY} does not answer on its link')
    near.end()
    c.net.ip('route', 'del', 'default')
    near = c.near()
    near.wait_for_error(f'network unreachable: this host has no route to {FAR}')
    c.net.ip('route', 'add', 'default', 'via', '192.0.2.254')


@case
def user_timeout_without_a_hold_time(c):
    """The router swallows what goes to the far end; BGP has no timer that would notice."""
    c.far(mode='passive', multihop=2, hold_time='0s')
    near = c.near(mode='active', multihop=2, hold_time='0s', user_timeout='2s')
    up(near)
    c.net.router.run('ip', 'route', 'add', 'blackhole', f'{FAR}/32')
    try:
        start = time.monotonic()
        near.order(f'set {PREFIX}')
        near.down()
        took = time.monotonic() - start
        near.wait_for_error("acknowledges nothing any more (TCP user timeout)")
        if not 1.5 < took < 8:
            raise Failed(f'took {took:.1f} s')
    finally:
        c.net.router.run('ip', 'route', 'del', 'blackhole', f'{FAR}/32')


def run(program, names):
    net = Net()
    status = run_cases(chosen(CASES, names), lambda folder: Case(folder, program, net))
    net.end()
    return status


def main(words):
    if not words:
        print(__doc__, file=sys.stderr)
        return 2
    return in_namespaces(lambda: run(words[0], words[1:]))


sys.exit(main(sys.argv[1:]))
