#!/usr/bin/env python3
"""nearcast probe and trace for real: a client, two routers and a host with nginx, in four namespaces. TAP on stdout.

Runs itself again inside of `unshare`, so that everything it makes ends with it, as root or without.
Usage: measure.py NEARCAST NEARCASTD [CASE...]"""
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
NGINX, TRACEROUTE, OPENSSL, UNBOUND, PROMTOOL = (shutil.which(name, path=PATH) for name in (
    'nginx', 'traceroute', 'openssl', 'unbound', 'promtool'))
HOST = 'am6-c3.medium.x86-01'
V4, V6 = '203.0.113.10', '2001:db8:f00d::10'
HOPS4 = ['192.0.2.2', '198.51.100.2', V4]
HOPS6 = ['2001:db8:1::2', '2001:db8:2::2', V6]
# a program that keeps nothing of root
UNPRIVILEGED = ['setpriv', '--securebits', '+noroot', '--bounding-set', '-all', '--inh-caps', '-all']

program = agent = None
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


def certificate():
    """A file with a key and its certificate, for a name and an alternative one."""
    both, only = folder / 'certificate.pem', folder / 'only.pem'
    if not both.exists():
        subprocess.run([OPENSSL, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                        '-keyout', both, '-out', only, '-days', '2', '-subj', '/O=Slow/CN=slow.example', '-addext',
                        'subjectAltName=DNS:am6.example,DNS:any.example'], check=True, stderr=subprocess.DEVNULL)
        both.write_text(both.read_text() + only.read_text())
    return both


class Running:
    """A program of the host, up when `ready` is true."""

    def __init__(self, *words, ready):
        self.words, self.ready = words, ready

    def __enter__(self):
        self.process = subprocess.Popen(inside('host', *self.words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.ready, self.words[0])
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Nginx:
    """On port 80 of the host, as the lab's is, and with HTTP/2 on port 443."""

    def __enter__(self):
        paths = ''.join(f'{kind}_temp_path {folder}/{kind};'
                        for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        conf = folder / 'nginx.conf'
        conf.write_text(f'''
daemon off; master_process off; user root; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{ access_log off; {paths} server {{
  listen 80; listen [::]:80; listen 443 ssl http2; ssl_certificate {certificate()}; ssl_certificate_key {certificate()};
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
        self.process = subprocess.Popen(inside('host', sys.executable, __file__, '--serve-slow', certificate()))
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
        hold(('from_best_ms' in target) == (address != V6), 'compared with the same family alone')
        for r in target['requests']:
            order = [r[k + '_ms'] for k in ('namelookup', 'connect', 'pretransfer', 'starttransfer', 'total')]
            hold(order == sorted(order) and order[1] > 0, f'timings are out of order: {order}')
            expect('no TLS, no redirect', (0, 0), (r['appconnect_ms'], r['redirect_ms']))


def probe_prints_a_table():
    with Nginx():
        said = run('probe', '-n', '3', f'any=http://{V4}/', '--against', 'am6=http://203.0.113.2/')
    for line in ('name lookup', 'connect', 'TLS', 'pretransfer', 'redirect', 'first byte', 'total'):
        hold(re.search(rf'^{line}( +[0-9.]+){{8}}$', said, re.M), said)
    bars = re.findall(r'^(?:any|am6)  ([ncswd ]{40})  +[0-9.]+ ms$', said, re.M)
    hold(len(bars) == 2 and any(' ' not in bar for bar in bars), said)
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


def probe_measures_each_family():
    """A name with both is two columns; one that is asked for is one."""
    both = ('--resolve', f'www.example={V4}', '--resolve', f'www.example={V6}', '-n', '2')
    with Nginx():
        said = json.loads(run('probe', *both, '--json', 'www=http://www.example/', 'tcp://www.example:80'))
        four = json.loads(run('probe', *both, '-4', '--json', 'www=http://www.example/'))
    expect('names', ['www IPv4', 'www IPv6', 'tcp://www.example:80 IPv4', 'tcp://www.example:80 IPv6'],
           [t['name'] for t in said['targets']])
    expect('addresses', [V4, V6] * 2, [t['requests'][0]['remote_address'] for t in said['targets']])
    expect('families', ['ipv4', 'ipv6'] * 2, [t['family'] for t in said['targets']])
    expect('answered', [2] * 4, [t['ok'] for t in said['targets']])
    expect('one family', [('www', V4)], [(t['name'], t['requests'][0]['remote_address']) for t in four['targets']])


def probe_speaks_http_2():
    with Nginx():
        said = json.loads(run('probe', '-n', '1', '-k', '--http2', '--json', f'https://{V4}/'))
        one = json.loads(run('probe', '-n', '1', '-k', '--json', f'https://{V4}/'))
    expect('versions', ['2', '1.1'], [s['targets'][0]['requests'][0]['http_version'] for s in (said, one)])
    expect('who', {HOST: 1}, said['targets'][0]['served_by'])
    if 'HTTP3' not in output_of('curl', '--version'):
        hold('has no HTTP/3' in run('probe', '--http3', f'https://{V4}/', status=1), 'no word of HTTP/3')


def probe_reads_certificates():
    with Nginx():
        for field, name in (('subject', 'slow.example'), ('san', 'am6.example')):
            said = json.loads(run('probe', '-n', '1', '-k', '--certificate', field, '--json', f'https://{V4}/'))
            expect(field, {name: 1}, said['targets'][0]['served_by'])


def unbound(name, address, extra=''):
    conf = folder / f'{name}.conf'
    conf.write_text(f'''server:
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/{name}.pid"
  use-syslog: no
  interface: {address}
  access-control: ::/0 allow
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  num-threads: 1
  module-config: "iterator"
  local-zone: "example.com." static
  local-data: "www.example.com. A 203.0.113.10"
  {extra}
''')
    return Running(UNBOUND, '-d', '-c', conf,
                   ready=lambda: address in output_of(*inside('host', 'ss', '-Hlnu', 'sport = :53')))


def probe_asks_dns():
    """Who answers is NSID, or id.server; a server that says neither is not waited for again and again."""
    if UNBOUND is None:
        print('# not installed: unbound')
        return
    with unbound('four', V4, 'nsid: "ascii_am6-dns1"'), unbound('six', V6, 'identity: "am6-dns2"'), \
            unbound('none', '203.0.113.2', 'hide-identity: yes'):
        said = json.loads(run('probe', '-n', '3', '--json', f'dns://{V4}/www.example.com', f'dns://[{V6}]/www.example.com?type=AAAA',
                              f'dns://[{V6}]', 'dns://203.0.113.2/www.example.com'))
        tcp = json.loads(run('probe', '-n', '3', '--json', f'dns+tcp://{V4}/www.example.com', f'dns+tcp://[{V6}]',
                             f'dns+tcp://[{V6}]/www.example.com', 'dns+tcp://203.0.113.2/www.example.com'))
        bad = json.loads(run('probe', '-n', '1', '--json', f'dns://{V4}/nowhere.example.com', f'dns://{V4}:54/www.example.com',
                             status=1))
    expect('who', [{'am6-dns1': 3}, {'am6-dns2': 3}, {'am6-dns2': 3}, {}], [t['served_by'] for t in said['targets']])
    for t in said['targets']:
        hold(0 < t['timings']['total_ms']['min'] < 1000 and t['timings']['connect_ms']['max'] == 0, t['timings'])
    expect('who, over TCP', [{'am6-dns1': 3}, {'am6-dns2': 3}, {'am6-dns2': 3}, {}], [t['served_by'] for t in tcp['targets']])
    for t in tcp['targets']:
        hold(0 < t['timings']['connect_ms']['min'] < t['timings']['total_ms']['min'] < 1000, t['timings'])
    expect('failures', [{'answered NXDOMAIN': 1}, {'Connection refused': 1}], [t['errors'] for t in bad['targets']])


def probe_asks_tcp():
    with Nginx():
        said = json.loads(run('probe', '-n', '2', '-t', '1s', '--json', f'tcp://{V4}:80', f'tcp://[{V6}]:81', 'tcp://192.0.2.77:80',
                              status=1))
    expect('errors', [{}, {'connect: Connection refused': 2}, {'timed out after 1s, not connected': 2}],
           [t['errors'] for t in said['targets']])
    r = said['targets'][0]['requests'][0]
    hold(0 < r['connect_ms'] == r['total_ms'] and r['namelookup_ms'] == 0, r)


def probe_judges_for_monitoring():
    """Limits and their statuses, metrics in a file, places of sites."""
    names, metrics = folder / 'names.json', folder / 'probe.prom'
    names.write_text(json.dumps({'names': [
        {'address': '203.0.113.2', 'name': HOST, 'site': 'am6', 'latitude': 52.37, 'longitude': 4.9},
        {'address': '203.0.113.3', 'name': 'edi', 'site': 'ed1', 'latitude': 55.95, 'longitude': -3.19}]}))
    probe = ('probe', '-n', '3', f'any=http://{V4}/')
    with Nginx():
        said = run(*probe, '-w', 'median=10s,loss=1%', '-c', 'site=am6', '--prometheus', metrics)
        hold(re.match(r"PROBE OK: all within limits \| 'any median'=[0-9.]+ms;~:10000; .* 'any loss'=0\.0%;~:1;\n\n +any\n", said), said)
        hold(run(*probe, '-w', 'site=sg1', status=1).startswith('PROBE WARNING: any: answered at site am6 |'), 'warning')
        run(*probe, '-w', 'median=1ms', '-c', 'p95=1us', status=2)
        run(*probe, '-w', 'km=1', status=3)
        run(*probe, '--prometheus', '/nowhere/probe.prom', status=1)
        far = json.loads(run(*probe, '--names', names, '--at', '55.95,-3.19', '-w', 'km=500', '--json', '--against',
                             'am6=http://203.0.113.2/,six=http://[2001:db8:3::2]/', status=1))
        # --at is where an address of this machine is
        names.write_text(names.read_text().replace('203.0.113.3', '192.0.2.1'))
        here = json.loads(run(*probe, '--names', names, '--json'))
    hold(run(*probe, '-c', 'median=1s', status=2).startswith('PROBE CRITICAL: any: no answer (connect: Connection refused) |'),
         'nobody answers')
    expect('judged', ('WARNING', 'any: geographic inflation 660 km is above 500 km'), (far['state'], far['reasons']))
    for t in (far['targets'][0], here['targets'][0]):
        expect('inflation', (660, 'ed1', 0), (t['inflation_km'], t['nearest_site'], t['nearest_km']))
    expect('a list of references', ['any', 'am6', 'six'], [t['name'] for t in far['targets']])
    hold('from_best_ms' in far['targets'][0] and 'from_best_ms' not in here['targets'][0], 'latency inflation')
    text = metrics.read_text()
    for line in ('nearcast_probe_requests{target="any",result="answered"} 3\n',
                 f'nearcast_probe_answers{{target="any",host="{HOST}",site="am6"}} 3\n',
                 'nearcast_probe_duration_seconds{target="any",phase="total",statistic="median"} 0.'):
        hold(line in text, text)
    if PROMTOOL is None:
        print('# not installed: promtool')
    else:
        done = subprocess.run([PROMTOOL, 'check', 'metrics'], input=text, capture_output=True, text=True, check=False)
        expect('promtool', (0, '', ''), (done.returncode, done.stdout, done.stderr))


def probe_is_watched():
    with Nginx():
        with subprocess.Popen(inside('client', program, 'probe', '--watch', '-i', '50ms', f'any=http://{V4}/'),
                              stdout=subprocess.PIPE, text=True) as process:
            lines = [process.stdout.readline() for _ in range(2)]
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            expect('status', 0, process.wait(timeout=10))
    for line in lines:
        hold(re.match(rf'[0-9-]+T[0-9:.]+Z  any  [0-9]+ requests, 0 failed, median [0-9.]+ ms, p95 [0-9.]+ ms, [0-9]+ × {HOST}\n$',
                      line), line)
    hold('first byte' in rest, 'no report at the end')


def agent_of_host(identity='{}'):
    """nearcastd on the host, once it says who it is at both Global IPs."""
    conf = folder / 'nearcast.yaml'
    conf.write_text(f'''site: am6
identity: {identity}
host: {HOST}
router-id: 203.0.113.2
control: {folder}/nearcastd.sock
state-directory: {folder}/state
on-exit: keep
neighbors:
  nobody: {{address: 203.0.113.1, local-address: 203.0.113.2, local-as: 65001, peer-as: 64501, connect: passive}}
services:
  web: {{global-ips: [{V4}/32, "{V6}/128"], listen: [tcp/80]}}
'''.replace('peer-as: 64501,', 'peer-as: 64501, families: [ipv4, ipv6], next-hop-ipv6: "2001:db8:3::2",'))
    listening = inside('host', 'ss', '-Hlnu', 'sport = :9179')
    return Running(agent, '-c', conf, ready=lambda: V4 in (said := output_of(*listening)) and V6 in said)


def probe_and_trace_ask_the_agent():
    """identity:// is answered by nearcastd, which a trace asks as well."""
    with agent_of_host():
        said = json.loads(run('probe', '-n', '3', '--json', f'identity://{V4}', f'identity://[{V6}]:9179'))
        six = json.loads(run('trace', '-n', '--json', '--identify', V6))
        # by itself, but not when it is told not to
        plain = [json.loads(run('trace', '-n', '--json', *words, V4)) for words in ((), ('--report', '-c', '1'))]
        not_asked = json.loads(run('trace', '-n', '--json', '--no-identify', V4))
        with Nginx():
            both = json.loads(run('trace', '-n', '--json', '--identify', V4))
    expect('who', [{HOST: 3}] * 2, [t['served_by'] for t in said['targets']])
    expect('where', [{'am6': 3}] * 2, [t['sites'] for t in said['targets']])
    expect('traces', [(HOST, 'am6', 'agent')] * 4,
           [tuple(s[f'answered_{k}'] for k in ('by', 'site', 'how')) for s in (six, both, *plain)])
    expect('not asked', None, not_asked['answered_by'])
    said = json.loads(run('probe', '-n', '1', '--json', f'identity://{V4}', status=1))
    expect('nobody there', {'Connection refused': 1}, said['targets'][0]['errors'])


# ---- trace ----


def traceroute_hops(*words):
    lines = output_of(*inside('client', TRACEROUTE, '-n', *words)).splitlines()
    return [line.split()[1] for line in lines[1:]]


def check_trace(target, hops, *words, prefix=(), icmp='port unreachable', tcp=None):
    said = json.loads(run('trace', '-n', '--json', *words, target, prefix=prefix))
    expect('reached', True, said['reached'])
    expect('hops', hops, [h['replies'][0]['address'] for h in said['hops'] if h['replies']])
    for hop in said['hops']:
        expect(f'replies and losses of hop {hop["ttl"]}', (3, 0), (len(hop['replies']), hop['lost']))
        expect('one sender', 1, len({r['address'] for r in hop['replies']}))
        expect('guessed', {False}, {r['guessed'] for r in hop['replies']})
        hold(all(0 < r['rtt_ms'] < 1000 for r in hop['replies']), f'round trips: {hop}')
    last = said['hops'][-1]['replies'][0]
    expect('at the end', (None if tcp else icmp, tcp), (last['icmp'], last['tcp']))
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


def trace_by_tcp():
    """A port that is open and one that is closed, seen without privileges; nothing is left open at the host."""
    with Nginx():
        for target, hops in ((V4, HOPS4), (V6, HOPS6)):
            said = check_trace(target, hops, '--tcp', prefix=UNPRIVILEGED, tcp='syn-ack')
            expect('method and port', ('tcp', 80), (said['method'], said['port']))
            hold('accepts connections to port 80\n' in run('trace', '-n', '-T', target), target)
            check_trace(target, hops, '--tcp', '-p', '81', prefix=UNPRIVILEGED, tcp='rst')
            hold('refuses connections to port 81\n' in run('trace', '-n', '-T', '-p', '81', target), target)
        wait_for(lambda: not output_of(*inside('host', 'ss', '-Htn', 'sport = :80')), 'connections are gone')
    # who refuses on the way, and who says nothing
    ip('-n', 'core', 'route', 'add', 'unreachable', '198.18.6.0/24')
    ip('-n', 'core', 'route', 'add', 'blackhole', '198.18.7.0/24')
    text = run('trace', '-n', '-T', '198.18.6.1', status=1)
    hold(re.search(r'^2  198\.51\.100\.2 .* ms !H', text, re.M), text)
    said = json.loads(run('trace', '-n', '-T', '--json', '-w', '100ms', '-g', '3', '198.18.7.1', status=1))
    expect('hops', [1], [h['ttl'] for h in said['hops']])


def trace_is_one_flow():
    """What leaves the client, as the wire has it: ports, identifier and checksum never change."""
    for words, family, protocol in ((('-n', V4), 0x0800, 17), (('-n', '-I', V4), 0x0800, 1), (('-n', V6), 0x86dd, 17),
                                    (('-n', '-I', V6), 0x86dd, 58), (('-n', '-T', V4), 0x0800, 6),
                                    (('-n', '-T', V6), 0x86dd, 6)):
        command = inside('edge', sys.executable, __file__, '--capture', 'to-client', str(family), str(protocol))
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as sniffer:
            expect('sniffer', 'ready\n', sniffer.stdout.readline())
            run('trace', '--no-identify', *words)  # the question who answers is another flow
            headers = sniffer.communicate(input='\n', timeout=10)[0].split()
        hold(len(headers) >= 9, f'{words}: {len(headers)} packets')
        # UDP: ports, length, checksum; ICMP: all but the sequence number, which no router takes for the flow; TCP: ports
        expect(f'headers of {words}', 1, len({h[:{17: 16, 6: 8}.get(protocol, 12)] for h in headers}))


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
        request = protocol in (6, 17) or frame[at] in (8, 128)
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
    expect('answered by', [(HOST, 'am6', 'http')] * 2,
           [tuple(s[f'answered_{k}'] for k in ('by', 'site', 'how')) for s in (said, six)])
    expect('last hop', HOST, said['hops'][-1]['replies'][0]['name'])
    hold(re.search(r'^1  edi\.scotnet +Edinburgh  scotnet AS64500  192\.0\.2\.2 ', text, re.M), text)
    hold(text.endswith(f'{V4} is answered by {HOST} (am6)\n'), text)
    with Slow():
        quiet = check_trace(V4, HOPS4, '--identify', '--identify-port', '8080')
        expect('a server that does not say', None, quiet['answered_by'])
    # nobody there to ask: still a trace
    expect('nobody answers', None, check_trace(V4, HOPS4, '--identify')['answered_by'])


def trace_tells_loss_from_limits():
    """A router that says six times at once that a probe ended there, and forwards all."""
    set_sysctl('edge', 'net.ipv4.icmp_ratelimit=1000')
    try:
        said = json.loads(run('trace', '-n', '-q', '10', '--json', V4))
        text = run('trace', '-n', '-q', '10', V4)
    finally:
        set_sysctl('edge', 'net.ipv4.icmp_ratelimit=0')
    hold(0 < said['hops'][0]['lost'], f'nothing was limited: {said["hops"][0]}')
    expect('loss on the way', [0] * 3, [h['lost_on_way'] for h in said['hops']])
    expect('loss behind', [0] * 2, [h['lost'] for h in said['hops'][1:]])
    hold(re.search(r'^1 .*  no loss, (limits its|never) answers$', text, re.M), text)


def trace_reports_rounds():
    """A router that limits its answers, over many rounds, and then a link that is down for some of them."""
    set_sysctl('edge', 'net.ipv4.icmp_ratelimit=1000')
    try:
        said = json.loads(run('trace', '-n', '--report', '-c', '20', '--interval', '100ms', '--json', V4))
    finally:
        set_sysctl('edge', 'net.ipv4.icmp_ratelimit=0')
    expect('rounds', (20, True), (said['rounds'], said['reached']))
    expect('routers', HOPS4, [h['routers'][0]['address'] for h in said['hops']])
    expect('sent', [20] * 3, [h['sent'] for h in said['hops']])
    hold(0 < said['hops'][0]['lost'], f'nothing was limited: {said["hops"][0]}')
    expect('loss on the way', [0] * 3, [h['lost_on_way'] for h in said['hops']])
    for method in ('--icmp', '--tcp'):
        six = json.loads(run('trace', '-n', method, '--report', '-c', '3', '--interval', '100ms', '--json', V6))
        expect(method, [(3, 0)] * 3, [(h['sent'], h['lost']) for h in six['hops']])
    words = inside('client', program, 'trace', '-n', '--report', '-c', '1000', '--interval', '100ms', '--json', V4)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as rounds:
        def came(node, device):
            return int(output_of(*inside(node, 'cat', f'/sys/class/net/{device}/statistics/rx_packets')))

        def wait_for_rounds(node, device):
            start = came(node, device)
            wait_for(lambda: came(node, device) > start + 12, f'probes at {node}')
        wait_for_rounds('host', 'to-core')
        ip('-n', 'core', 'route', 'replace', 'blackhole', V4)
        wait_for_rounds('edge', 'to-client')  # which are lost behind it
        ip('-n', 'core', 'route', 'del', 'blackhole', V4)
        ip('-n', 'core', 'route', 'replace', V4, 'via', '203.0.113.2')
        wait_for_rounds('host', 'to-core')
        rounds.send_signal(signal.SIGINT)
        said = json.loads(rounds.communicate(timeout=10)[0])
    expect('status', 0, rounds.returncode)
    hold(said['hops'][2]['lost_on_way'] > 0, f'the target lost nothing: {said["hops"][2]}')
    expect('before the break', (0, 0), (said['hops'][0]['lost'], said['hops'][0]['lost_on_way']))


def set_mtu(core, host):
    """Of the two ends of the last link; None: as it was."""
    ip('-n', 'core', 'link', 'set', 'to-host', 'mtu', str(core or 1500))
    ip('-n', 'host', 'link', 'set', 'to-core', 'mtu', str(host or 1500))


def trace_finds_the_mtu():
    """A narrow link of which its router says so, and one whose ends do not agree: its far end drops what is too large."""
    ways = [(V4, HOPS4, ()), (V6, HOPS6, ()), (V4, HOPS4, ('--icmp',)), (V6, HOPS6, ('--icmp',))]
    set_sysctl('client', f'net.ipv4.ping_group_range={os.getgid()} {os.getgid()}')

    def mtu_of(target, *words):
        said = json.loads(run('trace', '-n', '--json', '--mtu', *words, target, prefix=UNPRIVILEGED, timeout=60))['mtu']
        return said['own'], said['path'], [(f['behind_hop'], f['address'], f['from'], f['to'], f['silent'])
                                           for f in said['falls']]
    try:
        for target, _, words in ways:
            expect(f'plain {words}', (1500, 1500, []), mtu_of(target, *words))
        text = run('trace', '-n', '--mtu', V4)
        hold(text.endswith(f'MTU 1500 at this host\npath MTU to {V4}: 1500\n'), text)
        set_mtu(1400, 1400)
        for target, hops, words in ways * 2:  # the second time the kernel knows already
            expect(f'narrow {words}', (1500, 1400, [(2, hops[1], 1500, 1400, False)]), mtu_of(target, *words))
        text = run('trace', '-n', '--mtu', '--flows', '2', V4)
        hold(f'MTU 1400 behind hop 2 ({HOPS4[1]}), as it says\n' in text, text)
        # the far end of a veth pair lets 4 bytes more through, which a VLAN tag would need
        set_mtu(1500, 1400)
        for target, hops, words in ways[:2]:
            expect(f'black hole {words}', (1500, 1404, [(2, hops[1], 1500, 1404, True)]), mtu_of(target, *words))
    finally:
        set_mtu(None, None)
    text = run('trace', '--mtu', '--tcp', V4, status=2)
    hold('--mtu needs packets of any size' in text, text)


def build_detour():
    """Packets from core to client go another way than those from client to core."""
    ip('netns', 'add', 'detour')
    for left, right, net4, net6 in (('core', 'detour', '198.51.103', '2001:db8:4'),
                                    ('detour', 'edge', '198.51.104', '2001:db8:5')):
        ip('-n', left, 'link', 'add', f'to-{right}', 'type', 'veth', 'peer', 'name', f'to-{left}', 'netns', right)
        for number, (node, other) in enumerate(((left, right), (right, left)), 1):
            ip('-n', node, 'addr', 'add', f'{net4}.{number}/24', 'dev', f'to-{other}')
            ip('-n', node, 'addr', 'add', f'{net6}::{number}/64', 'dev', f'to-{other}', 'nodad')
            ip('-n', node, 'link', 'set', f'to-{other}', 'up')
    set_sysctl('detour', 'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0', 'net.ipv4.ip_forward=1',
               'net.ipv6.conf.all.forwarding=1')
    for node in ('core', 'edge', 'detour'):
        set_sysctl(node, *(f'net.ipv4.conf.{d}.rp_filter=0' for d in ['all', *(
            os.path.basename(line) for line in output_of(*inside(node, 'ls', '/sys/class/net')).split())]))
    for to, via in (('203.0.113.0/24', '198.51.103.1'), ('192.0.2.0/24', '198.51.104.2'),
                    ('2001:db8:3::/64', '2001:db8:4::1'), ('2001:db8:1::/64', '2001:db8:5::2')):
        ip('-n', 'detour', 'route', 'add', to, 'via', via)


def trace_shows_both_ways():
    """The agent traces back to who asks, over a router that the way there does not pass; and only where it may."""
    build_detour()
    names = folder / 'ways.json'
    names.write_text(json.dumps({'names': [
        {'address': a, 'name': n, 'asn': asn} for n, asn, addresses in (
            ('edge', 64500, ('192.0.2.2', '2001:db8:1::2', '198.51.100.1', '2001:db8:2::1', '198.51.104.2', '2001:db8:5::2')),
            ('core', 64501, ('198.51.100.2', '2001:db8:2::2', '203.0.113.1', '2001:db8:3::1', '198.51.103.1', '2001:db8:4::1')),
            ('detour', 64502, ('198.51.103.2', '2001:db8:4::2'))) for a in addresses]}))

    def both(target, status=0):
        return json.loads(run('trace', '-n', '--names', names, '--json', '--reverse', target, status=status, timeout=60))['reverse']

    def names_of(said):
        return [h['replies'][0]['name'] or h['replies'][0]['address'] for h in said['hops']]
    with agent_of_host('{reverse-trace: true}'):
        said = both(V4)
        expect('same way', (None, HOST, 'am6', '192.0.2.1', True),
               tuple(said[k] for k in ('problem', 'host', 'site', 'to', 'reached')))
        expect('its hops', ['core', 'edge', '192.0.2.1'], names_of(said))
        expect('networks of one way', ([], []), tuple(said['networks'][k] for k in ('only_there', 'only_back')))
        for net, via in (('192.0.2.0/24', '198.51.103.2'), ('2001:db8:1::/64', '2001:db8:4::2')):
            ip('-n', 'core', 'route', 'replace', net, 'via', via)
        try:
            # one begins every ten seconds; this one waits for its turn
            text = run('trace', '-n', '--names', names, '--reverse', V4, timeout=60)
            six = both(V6)
        finally:
            for net, via in (('192.0.2.0/24', '198.51.100.1'), ('2001:db8:1::/64', '2001:db8:2::1')):
                ip('-n', 'core', 'route', 'replace', net, 'via', via)
    expect('another way', ['core', 'detour', 'edge', '2001:db8:1::1'], names_of(six))
    expect('networks', {'there': [64500, 64501], 'back': [64501, 64502, 64500], 'only_there': [], 'only_back': [64502]},
           six['networks'])
    hold(f'reverse trace from {HOST} (am6) to 192.0.2.1\n' in text, text)
    hold(re.search(r'^ *1  edge +AS64500 +[\d.]+ ms +3  edge +AS64500 +[\d.]+ ms$', text, re.M), text)
    hold(text.endswith('networks there: AS64500 AS64501\nnetworks back:  AS64501 AS64502 AS64500\n'
                       'the ways differ: only back AS64502\n'), text)
    with agent_of_host():
        hold('does not do it' in both(V4, status=1)['problem'], 'off by default')
    expect('nobody there', 'no agent answers there', both(V4, status=1)['problem'])


def trace_tells_loss_of_the_way_back():
    """A router that limits its answers to the agent; then probes that it does not forward for some of the rounds."""
    def probes():
        """To ports of the client where nobody listens, by now."""
        lines = [line.split() for line in output_of(*inside('client', 'cat', '/proc/net/snmp')).splitlines() if line[:4] == 'Udp:']
        return int(lines[1][lines[0].index('NoPorts')])

    def came_to_edge():
        return int(output_of(*inside('edge', 'cat', '/sys/class/net/to-core/statistics/rx_packets')))
    words = ('trace', '-n', '-q', '10', '--json', '--reverse', V4)
    with agent_of_host('{reverse-trace: true}'):
        set_sysctl('edge', 'net.ipv4.icmp_ratelimit=10000')
        try:
            limited = json.loads(run(*words, timeout=60))['reverse']
        finally:
            set_sysctl('edge', 'net.ipv4.icmp_ratelimit=0')
        before = probes()
        # one begins every ten seconds; this one waits for its turn
        with subprocess.Popen(inside('client', program, *words), stdout=subprocess.PIPE, text=True) as trace:
            wait_for(lambda: probes() > before + 1, 'two rounds')
            ip('-n', 'edge', 'rule', 'add', 'pref', '10', 'ipproto', 'udp', 'dport', '33434', 'type', 'blackhole')
            try:
                start = came_to_edge()
                wait_for(lambda: came_to_edge() > start + 12, 'rounds that are lost')
            finally:
                ip('-n', 'edge', 'rule', 'del', 'pref', '10')
            lossy = json.loads(trace.communicate(timeout=60)[0])['reverse']
        text = run('trace', '-n', '--reverse', V4, timeout=60)
    expect('all rounds', [(10, True)] * 2, [(said['probes'], said['reached']) for said in (limited, lossy)])
    hold(0 < limited['hops'][1]['lost'], f'nothing was limited: {limited["hops"][1]}')
    expect('limited only', [0] * 3, [h['lost_on_way'] for h in limited['hops']])
    hold(0 < lossy['hops'][2]['lost_on_way'], f'nothing was lost: {lossy["hops"][2]}')
    expect('before the break', (0, 0), (lossy['hops'][0]['lost'], lossy['hops'][0]['lost_on_way']))
    hold('\nlost on the way back: 0 of 3\n' in text, text)


def trace_shows_the_ways_of_flows():
    """Two equal links between the routers, chosen by ports: 16 flows miss one of them in 1 of 32,768 traces."""
    ip('-n', 'edge', 'link', 'add', 'second', 'type', 'veth', 'peer', 'name', 'second', 'netns', 'core')
    for node, address in (('edge', '198.51.101.1/24'), ('core', '198.51.101.2/24')):
        ip('-n', node, 'addr', 'add', address, 'dev', 'second')
        ip('-n', node, 'link', 'set', 'second', 'up')
    # each link is told by its own address, and takes what would not go back through it
    set_sysctl('core', 'net.ipv4.icmp_errors_use_inbound_ifaddr=1', 'net.ipv4.conf.all.rp_filter=0',
               'net.ipv4.conf.second.rp_filter=0', 'net.ipv4.conf.to-edge.rp_filter=0')
    set_sysctl('edge', 'net.ipv4.fib_multipath_hash_policy=1')
    ip('-n', 'edge', 'route', 'replace', 'default', 'nexthop', 'via', '198.51.100.2', 'nexthop', 'via', '198.51.101.2')
    try:
        said = json.loads(run('trace', '-n', '-q', '1', '--flows', '16', '--json', V4))
    finally:
        ip('-n', 'edge', 'route', 'replace', 'default', 'via', '198.51.100.2')
        ip('-n', 'edge', 'link', 'del', 'second')
    edge, core, host = [{r['address']: r['flows'] for r in h['routers']} for h in said['hops']]
    everyone = list(range(1, 17))
    expect('at the ends', ({HOPS4[0]: everyone}, {V4: everyone}), (edge, host))
    expect('ways', ['198.51.100.2', '198.51.101.2'], sorted(core))
    expect('flows', everyone, sorted(f for flows in core.values() for f in flows))


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
         probe_measures_each_family, probe_speaks_http_2, probe_reads_certificates, probe_asks_dns, probe_asks_tcp,
         probe_and_trace_ask_the_agent, probe_judges_for_monitoring, probe_is_watched,
         trace_agrees_with_traceroute, trace_needs_no_privileges, trace_by_tcp, trace_is_one_flow, trace_names_hops_and_host,
         trace_tells_loss_from_limits, trace_reports_rounds, trace_finds_the_mtu, trace_shows_both_ways, trace_tells_loss_of_the_way_back,
         trace_shows_the_ways_of_flows,
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
        program, agent = sys.argv[1:3]
        sys.exit(run_cases(sys.argv[3:]))
    elif missing():
        print(f'1..0 # SKIP {missing()}')
    else:
        os.environ['MEASURE_INSIDE'] = 'yes'
        os.execvp(UNSHARE[0], [*UNSHARE, sys.executable, *sys.argv])
