#!/usr/bin/env python3
"""nearcast probe and trace for real: a client, two routers and a host with nginx, in four namespaces. TAP on stdout.

Runs itself again inside of `unshare`, so that everything it makes ends with it, as root or without.
Usage: measure.py NEARCAST [CASE...]"""
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PATH = os.environ['PATH'] + ':/usr/sbin:/sbin'
NGINX, TRACEROUTE, OPENSSL = (shutil.which(name, path=PATH) for name in ('nginx', 'traceroute', 'openssl'))
HOST = 'am6-c3.medium.x86-01'
V4, V6 = '203.0.113.10', '2001:db8:f00d::10'
HOPS4 = ['192.0.2.2', '198.51.100.2', V4]
HOPS6 = ['2001:db8:1::2', '2001:db8:2::2', V6]
# a program that keeps nothing of root
UNPRIVILEGED = ['setpriv', '--securebits', '+noroot', '--bounding-set', '-all', '--inh-caps', '-all']

program = None
folder = None


class Failed(Exception):
    pass


def expect(what, want, got):
    if want != got:
        raise Failed(f'{what}: got {got!r}, want {want!r}')


def hold(true, what):
    if not true:
        raise Failed(what)


def ip(*words):
    subprocess.run(['ip', *words], check=True)


def inside(node, *words, **kwargs):
    """The command that runs words in a node."""
    return ['ip', 'netns', 'exec', node, *words]


def set_sysctl(node, *settings):
    subprocess.run(inside(node, 'sysctl', '-qw', *settings), check=True)


def run(*words, node='client', status=0, timeout=30, prefix=()):
    """What the program says, which has to end with that status."""
    done = subprocess.run(inside(node, *prefix, program, *words), capture_output=True, text=True, timeout=timeout,
                          check=False)
    if done.returncode != status:
        raise Failed(f'{words}: status {done.returncode}, want {status}\n{done.stdout}{done.stderr}')
    return done.stdout if status == 0 or done.stdout else done.stderr


def output_of(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def wait_for(condition, what):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise Failed(f'{what}: nothing in 20 s')


def wait_for_port(node, port):
    wait_for(lambda: output_of(*inside(node, 'ss', '-Hltn', f'sport = :{port}')), f'port {port} of {node}')


def build_network():
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/run'], check=True)
    os.mkdir('/run/netns')
    nodes = ['client', 'edge', 'core', 'host']
    for node in nodes:
        ip('netns', 'add', node)
        ip('-n', node, 'link', 'set', 'lo', 'up')
    links = [('client', 'edge', '192.0.2', '2001:db8:1'), ('edge', 'core', '198.51.100', '2001:db8:2'),
             ('core', 'host', '203.0.113', '2001:db8:3')]
    for left, right, net4, net6 in links:
        ip('-n', left, 'link', 'add', f'to-{right}', 'type', 'veth', 'peer', 'name', f'to-{left}', 'netns', right)
        for number, (node, other) in enumerate(((left, right), (right, left)), 1):
            ip('-n', node, 'addr', 'add', f'{net4}.{number}/24', 'dev', f'to-{other}')
            ip('-n', node, 'addr', 'add', f'{net6}::{number}/64', 'dev', f'to-{other}', 'nodad')
            ip('-n', node, 'link', 'set', f'to-{other}', 'up')
    routes = [('client', 'default', '192.0.2.2'), ('edge', 'default', '198.51.100.2'),
              ('core', '192.0.2.0/24', '198.51.100.1'), ('core', V4, '203.0.113.2'), ('host', 'default', '203.0.113.1'),
              ('client', 'default', '2001:db8:1::2'), ('edge', 'default', '2001:db8:2::2'),
              ('core', '2001:db8:1::/64', '2001:db8:2::1'), ('core', V6, '2001:db8:3::2'),
              ('host', 'default', '2001:db8:3::1')]
    for node, to, via in routes:
        ip('-n', node, 'route', 'add', to, 'via', via)
    ip('-n', 'host', 'addr', 'add', f'{V4}/32', 'dev', 'lo')
    ip('-n', 'host', 'addr', 'add', f'{V6}/128', 'dev', 'lo')
    for node in nodes:
        # many traces in a row are more than these limits allow
        set_sysctl(node, 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0', 'net.ipv4.ip_forward=1',
                   'net.ipv6.conf.all.forwarding=1')
        wait_for(lambda n=node: not output_of('ip', '-n', n, '-6', 'addr', 'show', 'tentative'),
                 f'IPv6 addresses of {node}')


class Nginx:
    """On port 80 of the host, as the lab's is."""

    def __enter__(self):
        paths = ''.join(f'{kind}_temp_path {folder}/{kind};'
                        for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        conf = folder / 'nginx.conf'
        conf.write_text(f'''
daemon off; master_process off; user root; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{ access_log off; {paths} server {{
  listen 80; listen [::]:80;
  add_header X-Served-By {HOST} always; add_header X-Site am6 always;
  location / {{ return 200 "{HOST} am6\\n"; }}
  location /away {{ return 302 /; }}
  location /broken {{ return 503; }}
}} }}
''')
        self.process = subprocess.Popen(inside('host', NGINX, '-c', conf, '-p', folder, '-e', folder / 'nginx.log'),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port('host', 80)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class SlowHandler(http.server.BaseHTTPRequestHandler):
    """Answers after as many milliseconds as the path says; /away/N redirects to /N."""

    def do_GET(self):
        words = self.path.strip('/').split('/')
        time.sleep(int(words[-1]) / 1000)
        self.send_response(302 if words[0] == 'away' else 200)
        if words[0] == 'away':
            self.send_header('Location', '/' + words[-1])
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def serve_slow(certificate):
    """What this script does when it is started as a server: one of HTTP on port 8080, one of HTTPS on 8443."""
    import ssl
    http.server.ThreadingHTTPServer.address_family = socket.AF_INET6
    http.server.ThreadingHTTPServer.request_queue_size = 128
    plain = http.server.ThreadingHTTPServer(('::', 8080), SlowHandler)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    tls = http.server.ThreadingHTTPServer(('::', 8443), SlowHandler)
    tls.socket = context.wrap_socket(tls.socket, server_side=True)
    tls.serve_forever()


class Slow:
    def __enter__(self):
        certificate = folder / 'certificate.pem'
        subprocess.run([OPENSSL, 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', certificate, '-out',
                        folder / 'only.pem', '-days', '2', '-subj', '/CN=slow.example'], check=True,
                       stderr=subprocess.DEVNULL)
        certificate.write_text(certificate.read_text() + (folder / 'only.pem').read_text())
        self.process = subprocess.Popen(inside('host', sys.executable, __file__, '--serve-slow', certificate))
        wait_for_port('host', 8443)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


# ---- probe ----


def probe_names_who_answers():
    with Nginx():
        said = json.loads(run('probe', '-n', '5', '--json', f'v4=http://{V4}/', f'v6=http://[{V6}]/', '--against',
                              'am6=http://203.0.113.2/'))
    expect('best', 'am6', said['best']['name'])
    expect('names', ['v4', 'v6', 'am6'], [t['name'] for t in said['targets']])
    for target, address in zip(said['targets'], (V4, V6, '203.0.113.2')):
        expect('counts', (5, 5, 0), (target['count'], target['ok'], target['failed']))
        expect('served_by', {HOST: 5}, target['served_by'])
        expect('sites', {'am6': 5}, target['sites'])
        expect('addresses', {address}, {r['remote_address'] for r in target['requests']})
        hold('from_best_ms' in target, 'no from_best_ms')
        for r in target['requests']:
            order = [r[k + '_ms'] for k in ('namelookup', 'connect', 'pretransfer', 'starttransfer', 'total')]
            hold(order == sorted(order) and order[1] > 0, f'timings are out of order: {order}')
            expect('no TLS, no redirect', (0, 0), (r['appconnect_ms'], r['redirect_ms']))


def probe_prints_a_table():
    with Nginx():
        said = run('probe', '-n', '3', f'any=http://{V4}/', '--against', 'am6=http://203.0.113.2/')
    for line in ('name lookup', 'connect', 'TLS', 'pretransfer', 'redirect', 'first byte', 'total'):
        hold(re.search(rf'^{line} +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$', said, re.M), said)
    hold(re.search(rf'^any +3 +0  {HOST} \(am6\) +[+-][0-9.]+ ms +[0-9.]+×$', said, re.M), said)
    hold(re.search(rf'^am6 +3 +0  {HOST} \(am6\) +the best$', said, re.M), said)
    hold('\033' not in said and not re.search(r' $', said, re.M), 'colours or blanks at line ends')


def probe_says_why_it_failed():
    with Nginx(), Slow():
        said = json.loads(run('probe', '-n', '2', '--json', f'http://{V4}/broken', f'http://{V4}:81/', f'https://{V4}:8443/0',
                              status=1, timeout=60))['targets']
        # apart from them, since what is quick anywhere else is not quick on a machine that has no time
        said += json.loads(run('probe', '-n', '2', '-t', '1s', '--json', f'http://{V4}:8080/20000', 'http://192.0.2.77/',
                               status=1, timeout=60))['targets']
    expect('errors', [{'status 503': 2}, {'connect: Connection refused': 2}, {'timed out after 1s, connected': 2},
                      {'timed out after 1s, not connected': 2}], [said[t]['errors'] for t in (0, 1, 3, 4)])
    hold('certificate' in list(said[2]['errors'])[0], said[2]['errors'])
    expect('failed and counted', [2] * 5, [t['failed'] for t in said])
    expect('no timings of failures', None, said[0]['timings']['total_ms'])
    for r in said[3]['requests']:
        hold(r['total_ms'] >= 995, f'gave up after {r["total_ms"]} ms')


def probe_times_tls_redirects_and_waiting():
    with Slow():
        said = json.loads(run('probe', '-n', '2', '-kL', '--resolve', f'slow.example={V6}', '--json',
                              f'https://{V4}:8443/150', 'http://slow.example:8080/away/100',
                              'http://slow.example:8080/0'))
    tls, redirect, plain = ([t['timings'][k + '_ms']['min'] for k in
                             ('connect', 'appconnect', 'redirect', 'starttransfer', 'total')]
                            for t in said['targets'])
    hold(0 < tls[0] < tls[1] and 150 <= tls[3] <= tls[4] < 10000, f'TLS: {tls}')
    hold(redirect[1] == 0 and 100 <= redirect[2] and 200 <= redirect[4] < 10000, f'redirect: {redirect}')
    hold(plain[4] < redirect[2], f'plain: {plain}')
    expect('--resolve', {V6}, {r['remote_address'] for r in said['targets'][2]['requests']})


def probe_keeps_its_schedule():
    with Slow():
        lines = run('probe', '-n', '30', '-i', '20ms', '--each', f'http://{V4}:8080/300').splitlines()
        limited = json.loads(run('probe', '-n', '30', '-i', '20ms', '-P', '2', '--json', f'http://{V4}:8080/300'))
    starts = sorted(json.loads(line)['at_wall_ns'] for line in lines)
    expect('requests', 30, len(starts))
    late = [(at - starts[0]) / 1e6 - 20 * i for i, at in enumerate(starts)]
    # all at once, the last would be 580 ms early; each after the answer to the one before, 8120 ms late
    hold(max(late) < 4000 and min(late) > -290, f'off the schedule by {min(late)} to {max(late)} ms')
    target = limited['targets'][0]
    hold(target['skipped'] >= 20 and target['count'] + target['skipped'] == 30,
         f'{target["count"]} sent, {target["skipped"]} skipped')


def probe_ends_on_a_signal():
    with Nginx():
        for sig in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen(inside('client', program, 'probe', '-n', '0', '-i', '5ms', '--each', f'http://{V4}/'),
                                  stdout=subprocess.PIPE, text=True) as process:
                for _ in range(20):
                    hold(json.loads(process.stdout.readline())['ok'], 'a request failed')
                process.send_signal(sig)
                process.stdout.read()
                expect('status', 0, process.wait(timeout=10))


def probe_does_not_leave_its_family():
    with Nginx():
        said = json.loads(run('probe', '-6', '-n', '1', '--json', f'http://[{V6}]/'))
        expect('ok', 1, said['targets'][0]['ok'])
        run('probe', '-6', '-n', '1', f'http://{V4}/', status=1)


# ---- trace ----


def traceroute_hops(*words):
    lines = output_of(*inside('client', TRACEROUTE, '-n', *words)).splitlines()
    return [line.split()[1] for line in lines[1:]]


def check_trace(target, hops, *words, prefix=(), icmp='port unreachable'):
    said = json.loads(run('trace', '-n', '--json', *words, target, prefix=prefix))
    expect('reached', True, said['reached'])
    expect('hops', hops, [h['replies'][0]['address'] for h in said['hops'] if h['replies']])
    for hop in said['hops']:
        expect(f'replies and losses of hop {hop["ttl"]}', (3, 0), (len(hop['replies']), hop['lost']))
        expect('one sender', 1, len({r['address'] for r in hop['replies']}))
        expect('guessed', {False}, {r['guessed'] for r in hop['replies']})
        hold(all(0 < r['rtt_ms'] < 1000 for r in hop['replies']), f'round trips: {hop}')
    expect('at the end', icmp, said['hops'][-1]['replies'][0]['icmp'])
    return said


def trace_agrees_with_traceroute():
    expect('traceroute of IPv4', HOPS4, traceroute_hops(V4))
    check_trace(V4, HOPS4)
    expect('traceroute of IPv6', HOPS6, traceroute_hops('-6', V6))
    check_trace(V6, HOPS6)
    expect('traceroute by ICMP', HOPS4, traceroute_hops('-I', V4))
    check_trace(V4, HOPS4, '--icmp', icmp='echo reply')
    check_trace(V6, HOPS6, '--icmp', icmp='echo reply')


def trace_needs_no_privileges():
    check_trace(V4, HOPS4, prefix=UNPRIVILEGED)
    check_trace(V6, HOPS6, prefix=UNPRIVILEGED)
    # a new network namespace allows ping sockets to nobody
    said = run('trace', '-n', '--icmp', V4, prefix=UNPRIVILEGED, status=1)
    hold('net.ipv4.ping_group_range' in said and '--udp' in said, said)
    set_sysctl('client', f'net.ipv4.ping_group_range={os.getgid()} {os.getgid()}')
    check_trace(V4, HOPS4, '--icmp', prefix=UNPRIVILEGED, icmp='echo reply')
    check_trace(V6, HOPS6, '--icmp', prefix=UNPRIVILEGED, icmp='echo reply')


def trace_is_one_flow():
    """What leaves the client, as the wire has it: ports, identifier and checksum never change."""
    for words, family, protocol in ((('-n', V4), 0x0800, 17), (('-n', '-I', V4), 0x0800, 1), (('-n', V6), 0x86dd, 17),
                                    (('-n', '-I', V6), 0x86dd, 58)):
        command = inside('edge', sys.executable, __file__, '--capture', 'to-client', str(family), str(protocol))
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as sniffer:
            expect('sniffer', 'ready\n', sniffer.stdout.readline())
            run('trace', *words)
            headers = sniffer.communicate(input='\n', timeout=10)[0].split()
        hold(len(headers) >= 9, f'{words}: {len(headers)} packets')
        # UDP: ports, length, checksum; ICMP: all but the sequence number, which no router takes for the flow
        expect(f'headers of {words}', 1, len({h if protocol == 17 else h[:12] for h in headers}))


def capture(device, family, protocol):
    """What this script does when it is started as a sniffer: prints the first 8 bytes of each transport header."""
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(family))
    sniffer.bind((device, 0))
    print('ready', flush=True)
    sys.stdin.readline()
    sniffer.setblocking(False)
    while True:
        try:
            frame, address = sniffer.recvfrom(2048)
        except BlockingIOError:
            return
        at = 14 + ((frame[14] & 15) * 4 if family == 0x0800 else 40)
        found = frame[23] if family == 0x0800 else frame[20]
        request = protocol == 17 or frame[at] in (8, 128)
        if address[2] != socket.PACKET_OUTGOING and found == protocol and request:
            print(frame[at:at + 8].hex(), flush=True)


def trace_names_hops_and_host():
    names = folder / 'names.json'
    names.write_text(json.dumps({'names': [
        {'address': HOPS4[0], 'name': 'edi.scotnet', 'city': 'edi', 'city_name': 'Edinburgh', 'network': 'scotnet',
         'asn': 64500, 'site': None},
        {'address': HOPS6[0], 'name': 'edi.scotnet', 'city': 'edi', 'network': 'scotnet', 'asn': 64500},
        {'address': V4, 'name': None}]}))
    with Nginx():
        said = check_trace(V4, HOPS4, '--names', names, '--identify')
        six = check_trace(V6, HOPS6, '--names', names, '--identify')
        text = run('trace', '-n', '--names', names, '--identify', V4)
    first = said['hops'][0]['replies'][0]
    expect('first hop', ('edi.scotnet', 'edi', 'Edinburgh', 'scotnet', 64500),
           tuple(first[k] for k in ('name', 'city', 'city_name', 'network', 'asn')))
    expect('answered by', [(HOST, 'am6')] * 2, [(s['answered_by'], s['answered_site']) for s in (said, six)])
    expect('last hop', HOST, said['hops'][-1]['replies'][0]['name'])
    hold(re.search(r'^1  edi\.scotnet +Edinburgh  scotnet AS64500  192\.0\.2\.2 ', text, re.M), text)
    hold(text.endswith(f'{V4} is answered by {HOST} (am6)\n'), text)
    with Slow():
        quiet = check_trace(V4, HOPS4, '--identify', '--identify-port', '8080')
        expect('a server that does not say', None, quiet['answered_by'])
    # nobody there to ask: still a trace
    expect('nobody answers', None, check_trace(V4, HOPS4, '--identify')['answered_by'])


def trace_says_what_it_cannot_reach():
    ip('-n', 'core', 'route', 'add', 'unreachable', '198.18.1.0/24')
    ip('-n', 'core', 'route', 'add', 'prohibit', '198.18.2.0/24')
    ip('-n', 'core', 'route', 'add', 'blackhole', '198.18.3.0/24')
    text = run('trace', '-n', '198.18.1.1', status=1)
    hold(re.search(r'^2  198\.51\.100\.2 .* ms !H', text, re.M), text)
    text = run('trace', '-n', '198.18.2.1', status=1)
    hold(re.search(r'^2  198\.51\.100\.2 .* ms !X', text, re.M), text)
    start = time.monotonic()
    said = json.loads(run('trace', '-n', '--json', '-w', '200ms', '-g', '3', '198.18.3.1', status=1))
    hold(time.monotonic() - start < 5, 'the gap limit did not end it')
    expect('hops', [1], [h['ttl'] for h in said['hops']])
    ip('-n', 'client', 'route', 'add', 'unreachable', '198.18.4.0/24')
    hold('198.18.4.1: ' in run('trace', '-n', '198.18.4.1', status=1), 'no route from here')


def trace_survives_short_quotes():
    """Routers that quote 8 bytes only: a raw socket stands for one. The replies are given to probes by their order."""
    with subprocess.Popen(inside('core', sys.executable, __file__, '--short-quotes', 'to-edge', '198.18.5.'),
                          stdout=subprocess.PIPE, text=True) as router:
        expect('router', 'ready\n', router.stdout.readline())
        ip('-n', 'core', 'route', 'add', 'blackhole', '198.18.5.0/24')
        try:
            said = json.loads(run('trace', '-n', '--json', '-m', '3', '-w', '2s', '198.18.5.1', status=1))
        finally:
            router.kill()
    expect('second hop', [(True, '198.51.100.2')] * 3,
           [(r['guessed'], r['address']) for r in said['hops'][1]['replies']])
    expect('first hop', [False] * 3, [r['guessed'] for r in said['hops'][0]['replies']])


def short_quotes(device, prefix):
    """What this script does when it is started as such a router: answers UDP to prefix with time exceeded."""
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    sniffer.bind((device, 0))
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    print('ready', flush=True)
    while True:
        packet = sniffer.recv(2048)
        if packet[9] != 17 or not socket.inet_ntoa(packet[16:20]).startswith(prefix) or packet[8] != 1:
            continue
        message = bytearray(bytes([11, 0, 0, 0, 0, 0, 0, 0]) + packet[:28])
        total = sum(message[i] << 8 | message[i + 1] for i in range(0, len(message), 2))
        total = (total & 0xffff) + (total >> 16)
        message[2:4] = (~((total & 0xffff) + (total >> 16)) & 0xffff).to_bytes(2, 'big')
        out.sendto(bytes(message), (socket.inet_ntoa(packet[12:16]), 0))


CASES = [probe_names_who_answers, probe_prints_a_table, probe_says_why_it_failed, probe_times_tls_redirects_and_waiting,
         probe_keeps_its_schedule, probe_ends_on_a_signal, probe_does_not_leave_its_family,
         trace_agrees_with_traceroute, trace_needs_no_privileges, trace_is_one_flow, trace_names_hops_and_host,
         trace_says_what_it_cannot_reach, trace_survives_short_quotes]


def run_cases(chosen):
    global folder
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        build_network()
        cases = [c for c in CASES if not chosen or c.__name__ in chosen]
        for number, case in enumerate(cases, 1):
            problem = ''
            try:
                case()
            except (Failed, subprocess.SubprocessError, OSError, ValueError, KeyError, IndexError) as e:
                problem = f'{type(e).__name__}: {e}'
                failed += 1
            print(f'{"not ok" if problem else "ok"} {number} - {case.__name__}', flush=True)
            for line in problem.splitlines():
                print(f'# {line}', flush=True)
        print(f'1..{len(cases)}')
    return bool(failed)


def missing():
    """What keeps this from running here, or None."""
    for what, found in (('nginx', NGINX), ('traceroute', TRACEROUTE), ('openssl', OPENSSL),
                        ('setpriv', shutil.which('setpriv')), ('ss', shutil.which('ss', path=PATH))):
        if found is None:
            return f'{what} is not installed'
    done = subprocess.run([*UNSHARE, 'true'], capture_output=True, text=True, check=False)
    return f'no namespaces: {done.stderr.strip()}' if done.returncode else None


UNSHARE = ['unshare', *([] if os.getuid() == 0 else ['--user', '--map-root-user']), '--net', '--mount', '--pid',
           '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']

if __name__ == '__main__':
    os.environ['PATH'] = PATH
    if sys.argv[1] == '--serve-slow':
        serve_slow(sys.argv[2])
    elif sys.argv[1] == '--capture':
        capture(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1] == '--short-quotes':
        short_quotes(sys.argv[2], sys.argv[3])
    elif os.environ.get('MEASURE_INSIDE'):
        program = sys.argv[1]
        sys.exit(run_cases(sys.argv[2:]))
    elif missing():
        print(f'1..0 # SKIP {missing()}')
    else:
        os.environ['MEASURE_INSIDE'] = 'yes'
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, *sys.argv])
