"""The network of a run: our namespace and the peer's, joined by a veth (ours holds va, the peer's vb), and by a second
way with a router in a namespace between.

A run starts itself again inside of `unshare`, so that everything it makes ends with it, as root or without."""
import os
import subprocess
import sys

from waiting import wait_for

INSIDE = 'NEARCAST_INTEROP_INSIDE'
V4 = ('192.0.2.1', '192.0.2.2')
V6 = ('2001:db8:99::1', '2001:db8:99::2')
LINK_LOCAL = ('fe80::1', 'fe80::2')
FAR = ('198.51.100.1', '198.51.100.129')            # a router lies between


def is_inside():
    return INSIDE in os.environ


def go_inside():
    """Does not return, or says why not."""
    user = [] if os.geteuid() == 0 else ['--user', '--map-root-user']
    inside = ['unshare', *user, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    if subprocess.run([*inside, 'true'], capture_output=True).returncode != 0:
        return 'no namespaces can be made here'
    os.environ[INSIDE] = 'user' if user else 'root'
    os.execvp('unshare', [*inside, sys.executable, *sys.argv])


def is_rootless():
    return os.environ.get(INSIDE) == 'user'


class Namespace:
    """A network namespace of its own, held by a sleeping process."""

    def __init__(self):
        self.holder = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'])
        self.pid = str(self.holder.pid)
        ours = os.readlink('/proc/self/ns/net')
        wait_for('the namespace', lambda: os.readlink(f'/proc/{self.pid}/ns/net') != ours)
        self.enter = ['nsenter', f'--net=/proc/{self.pid}/ns/net']
        self.ip('link', 'set', 'lo', 'up')

    def ip(self, *words):
        subprocess.run([*self.enter, 'ip', *words], check=True)

    def end(self):
        self.holder.kill()
        self.holder.wait()


class Network:
    def __init__(self):
        self.peer, self.router = Namespace(), Namespace()
        self.enter = self.peer.enter
        self.ip('link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb', 'netns', self.peer.pid)
        for device, inside, side in (('va', False, 0), ('vb', True, 1)):
            self.ip('link', 'set', 'lo', 'up', inside=inside)
            # the kernel must not add a second link-local address of its own
            self.ip('link', 'set', device, 'addrgenmode', 'none', inside=inside)
            self.ip('addr', 'add', f'{V4[side]}/24', 'dev', device, inside=inside)
            for v6 in (V6[side], LINK_LOCAL[side]):
                self.ip('addr', 'add', f'{v6}/64', 'dev', device, 'nodad', inside=inside)
            self.ip('link', 'set', device, 'up', inside=inside)
        self.build_far()

    def ip(self, *words, inside=False):
        """ip(8) in our namespace, or inside of the peer's."""
        subprocess.run([*(self.enter if inside else []), 'ip', *words], check=True)

    def build_far(self):
        """The way through the router."""
        self.router.ip('link', 'set', 'lo', 'up')
        subprocess.run([*self.router.enter, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'], check=True)
        for device, inside, near, gateway, far in (('fa', False, FAR[0], '198.51.100.126', FAR[1]),
                                                   ('fb', True, FAR[1], '198.51.100.254', FAR[0])):
            self.ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'r' + device, 'netns', self.router.pid,
                    inside=inside)
            self.ip('addr', 'add', f'{near}/25', 'dev', device, inside=inside)
            self.ip('link', 'set', device, 'up', inside=inside)
            self.router.ip('addr', 'add', f'{gateway}/25', 'dev', 'r' + device)
            self.router.ip('link', 'set', 'r' + device, 'up')
            self.ip('route', 'add', f'{far}/32', 'via', gateway, inside=inside)

    def end(self):
        for namespace in (self.peer, self.router):
            namespace.end()
