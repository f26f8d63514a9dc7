#!/usr/bin/env python3
"""nearcast-controller with sockets that others have opened, one of them in a network namespace of its own.

    sockets.py NEARCAST-CONTROLLER
"""
import fcntl
import re
import socket
import subprocess
import sys

from server import DEADLINE, Client, Controller, case, run_cases

# In a namespace of its own: opens a socket, passes it on, and asks through it when it is told to.
ELSEWHERE = '''
import http.client, socket, subprocess
subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
listener = socket.create_server(('127.0.0.1', 8179))
line = socket.socket(fileno=0)
socket.send_fds(line, [b'x'], [listener.fileno()])
listener.close()
line.recv(1)
connection = http.client.HTTPConnection('127.0.0.1', 8179)
connection.request('GET', '/healthz')
line.sendall(b'%d' % connection.getresponse().status)
'''


# Puts the descriptors of its first argument where systemd has them, and becomes the rest.
LAUNCH = '''
import os, sys
for at, fd in enumerate(map(int, sys.argv[1].split(','))):
    os.dup2(fd, 3 + at)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(at + 1))
os.execv(sys.argv[2], sys.argv[2:])
'''


def start(controller, sockets):
    """Starts it as systemd would, with the sockets from descriptor 3 on."""
    numbers = [s.fileno() for s in sockets]
    program = controller.program
    controller.program = [sys.executable, '-c', LAUNCH, ','.join(map(str, numbers)), program]
    try:
        controller.start(pass_fds=numbers)
    finally:
        controller.program = program


def far(s):
    """The same socket, far from descriptor 3, where it will be."""
    with s:
        return socket.socket(fileno=fcntl.fcntl(s.fileno(), fcntl.F_DUPFD, 60))


def listener(address):
    return far(socket.create_server((address, 0)))


@case
def instead_of_listen(program):
    with Controller(program) as controller:
        sockets = [listener('127.0.0.1'), listener('127.0.0.1'), listener('127.0.0.2')]
        controller.conf['listen'] = '127.0.0.1:1'  # nobody may have it
        start(controller, sockets)
        for s in sockets[:2]:
            assert Client(s.getsockname()[1]).ask('GET', '/healthz', status=200)
        urls = re.search(r'serves (.*) from', controller.log.read_text())[1].split()
        assert urls == [f'http://{a}:{p}' for a, p in (s.getsockname() for s in sockets)], urls


@case
def none_that_fits(program):
    with Controller(program) as controller:
        for s, why in ((listener('0.0.0.0'), 'not an address of the loopback'),
                       (far(socket.socket()), 'expected one that listens for TCP'),
                       (far(socket.socket(socket.AF_UNIX)), 'expected one that listens for TCP')):
            try:
                start(controller, [s])
                raise TimeoutError('it starts')
            except AssertionError as x:
                assert why in str(x), x
            controller.process = None


@case
def of_another_namespace(program):
    here, there = socket.socketpair()
    with subprocess.Popen(['unshare', '-Urn', sys.executable, '-c', ELSEWHERE], stdin=there) as process, \
            Controller(program) as controller, here:
        there.close()
        here.settimeout(DEADLINE)
        _, (fd,), _, _ = socket.recv_fds(here, 1, 1)
        start(controller, [listener('127.0.0.1'), far(socket.socket(fileno=fd))])
        here.sendall(b'x')
        assert here.recv(3) == b'200'
        assert process.wait(DEADLINE) == 0


run_cases(sys.argv[1])
