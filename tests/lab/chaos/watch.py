#!/usr/bin/env python3
"""What the kernel of a router does with Global IPs, and what clients behind it get: run in the router's namespace.

Usage: watch.py ADDRESS:PORT... Says on stdout, with the monotonic clock, one line each:
    route ADDRESS TIME 0|1      it has come or gone; looked up every 5 ms
    get ADDRESS BEGIN END WHAT  a request over HTTP, every 50 ms: ok, or why not"""
import socket
import struct
import sys
import threading
import time

RTM_GETROUTE, RTM_NEWROUTE, RTA_DST, NLM_F_REQUEST = 26, 24, 1, 1
TIMEOUT = 1
lock = threading.Lock()


def say(*words):
    with lock:
        print(*words, flush=True)


def has_route(netlink, address):
    """Whether the kernel would forward a packet to it."""
    body = struct.pack('=8BI', socket.AF_INET, 32, 0, 0, 0, 0, 0, 0, 0) + struct.pack('=HH', 8, RTA_DST)
    body += socket.inet_aton(address)
    netlink.send(struct.pack('=IHHII', 16 + len(body), RTM_GETROUTE, NLM_F_REQUEST, 1, 0) + body)
    return struct.unpack('=IH', netlink.recv(4096)[:6])[1] == RTM_NEWROUTE


def watch_routes(addresses):
    known = dict.fromkeys(addresses)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        while True:
            for address in addresses:
                now = has_route(netlink, address)
                if now != known[address]:
                    known[address] = now
                    say('route', address, time.monotonic(), int(now))
            time.sleep(0.005)


def get(address, port):
    try:
        with socket.create_connection((address, port), TIMEOUT) as s:
            s.sendall(b'GET / HTTP/1.0\r\n\r\n')
            answer = b''.join(iter(lambda: s.recv(4096), b''))
    except OSError as e:
        return type(e).__name__ if e.errno is None else f'errno-{e.errno}'
    return 'ok' if answer.startswith(b'HTTP/1.1 200') and answer.endswith(b'here\n') else answer[:12].hex() or 'empty'


def request(address, port):
    while True:
        begin = time.monotonic()
        what = get(address, port)
        say('get', address, begin, time.monotonic(), what)
        time.sleep(0.05)


def main():
    targets = [(address, int(port)) for address, port in (word.split(':') for word in sys.argv[1:])]
    for target in targets:
        threading.Thread(target=request, args=target, daemon=True).start()
    watch_routes([address for address, _ in targets])


main()
