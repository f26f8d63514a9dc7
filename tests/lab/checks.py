#!/usr/bin/env python3
"""Every kind of check against the real thing: nginx, openssl s_server, unbound, grpcio. TAP on stdout.

Runs itself again inside of `unshare`, so that everything it makes ends with it, as root or without.
Usage: checks.py CHECK-ONCE [CASE...]"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
from network import is_rootless  # noqa: E402
from running import chosen, in_namespaces, run_cases  # noqa: E402
from waiting import Failed, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PATH = os.environ['PATH'] + ':/usr/sbin:/sbin'
NGINX, UNBOUND, OPENSSL = (shutil.which(name, path=PATH) for name in ('nginx', 'unbound', 'openssl'))
PYTHON = '/usr/bin/python3'  # the one that has Debian's modules
A, A6 = '203.0.113.10', '2001:db8::10'
NAME = 'www.example.com'


def sh(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **options)


class Authority:
    """Keys and certificates of openssl: good for 30 days, good for 3, expired, and of nobody that is trusted."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = folder / 'ca.pem'
        sh(OPENSSL, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '100',
           '-subj', '/CN=Test CA', '-keyout', folder / 'ca.key', '-out', self.ca)
        (folder / 'serial').write_text('01\n')
        (folder / 'index').write_text('')
        (folder / 'ca.conf').write_text(f'''[ca]
default_ca=c
[c]
database={folder}/index
serial={folder}/serial
new_certs_dir={folder}
default_md=sha256
unique_subject=no
policy=p
x509_extensions=e
[p]
commonName=supplied
[e]
subjectAltName=DNS:{NAME},IP:{A}
''')
        now = time.time()
        for name, start, end in (('good', now - 86400, now + 30.5 * 86400), ('short', now - 86400, now + 3.5 * 86400),
                                 ('expired', now - 40 * 86400, now - 10.5 * 86400)):
            self.issue(name, start, end)

    def issue(self, name, start, end):
        def at(when):
            return time.strftime('%Y%m%d%H%M%SZ', time.gmtime(when))

        sh(OPENSSL, 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
           f'/CN={NAME}', '-keyout', self.key(name), '-out', self.folder / f'{name}.csr')
        sh(OPENSSL, 'ca', '-batch', '-notext', '-config', self.folder / 'ca.conf', '-cert', self.ca, '-keyfile',
           self.folder / 'ca.key', '-startdate', at(start), '-enddate', at(end), '-in', self.folder / f'{name}.csr',
           '-out', self.pem(name))

    def key(self, name):
        return self.folder / f'{name}.key'

    def pem(self, name):
        return self.folder / f'{name}.pem'


def listens(port, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        try:
            s.connect((A, port))
            return True
        except OSError:
            return False


class Case:
    def __init__(self, folder, program):
        self.folder, self.program, self.processes = folder, program, []
        self.authority = Authority(folder)

    def start(self, *words, ready=None):
        log = (self.folder / f'{pathlib.Path(words[0]).name}-{len(self.processes)}.log').open('w')
        self.processes.append(subprocess.Popen([str(word) for word in words], stdout=log, stderr=log,
                                               stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.folder))
        if ready:
            wait_for(f'{words[0]} listens on {ready}', lambda: listens(ready))
        return self.processes[-1]

    def run(self, check, address=A, runs=1, prefix=()):
        """All that is said of a check, given as a dictionary."""
        done = subprocess.run([*prefix, self.program, address, json.dumps(check), str(runs)], capture_output=True,
                              text=True, timeout=60)
        return done.stdout + done.stderr

    def expect(self, check, want, address=A, **options):
        """want is a regular expression for the whole of what is said."""
        said = self.run(check, address, **options).strip()
        if not re.fullmatch(want, said, re.S):
            raise Failed(f'{check} said\n{said}\ninstead of\n{want}')

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def nginx(c):
    a = c.authority

    def server(port, name, *more):
        return (f'server {{ listen {port} ssl {" ".join(more)}; listen [::]:{port} ssl {" ".join(more)};'
                f'ssl_certificate {a.pem(name)}; ssl_certificate_key {a.key(name)};'
                'location / { return 200 "over $server_protocol for $host\\n"; } }')

    temps = ''.join(f'{kind}_temp_path {c.folder}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
    (c.folder / 'nginx.conf').write_text(f'''daemon off; user root; pid {c.folder}/nginx.pid; error_log {c.folder}/n.log;
events {{ worker_connections 64; }}
http {{ access_log off; {temps}
server {{ listen 80; listen [::]:80;
  location / {{ return 200 "$request_method for $host, $http_x_from\\n"; }}
  location /503 {{ return 503; }} location /301 {{ return 301 http://192.0.2.1/; }} location /204 {{ return 204; }}
  location /user {{ return 200 $remote_user; }} }}
server {{ listen 81 http2; location / {{ return 200 "over $server_protocol\\n"; }} }}
{server(443, 'good', 'http2')} {server(444, 'short')} {server(445, 'expired')} }}
''')
    return c.start(NGINX, '-c', c.folder / 'nginx.conf', '-p', c.folder, '-e', c.folder / 'n.log', ready=80)


def http(c):
    n = nginx(c)
    get = {'type': 'http'}
    c.expect(get, 'passed: status 200\npassed: status 200', runs=2)
    c.expect(get, 'passed: status 200', address=A6)
    c.expect({**get, 'method': 'HEAD'}, 'passed: status 200')
    c.expect({**get, 'url': 'http://{address}/503'}, 'failed: status 503, expected 200')
    c.expect({**get, 'url': 'http://{address}/301'}, 'failed: status 301, expected 200')
    c.expect({**get, 'url': 'http://{address}/301', 'expect-status': ['204', '300-399']}, 'passed: status 301')
    c.expect({**get, 'url': 'http://{address}/204', 'expect-status': 204}, 'passed: status 204')
    c.expect({**get, 'url': 'http://ann:s3cret@{address}/user', 'expect-regex': '^ann$'}, 'passed: status 200')
    (c.folder / 'headers').write_text('X-From: a file\n')
    c.expect({**get, 'headers': 'Host: here', 'headers-file': str(c.folder / 'headers'),
              'expect-text': 'GET for here, a file'}, 'passed: status 200')
    named = {**get, 'headers': ['Host: www.example.com', 'X-From: nearcast']}
    c.expect({**named, 'expect-text': f'GET for {NAME}, nearcast'}, 'passed: status 200')
    c.expect({**named, 'method': 'POST', 'body': 'x', 'expect-regex': f'^POST for {NAME}'}, 'passed: status 200')
    c.expect({**named, 'expect-text': 'PUT'},
             f'failed: no "PUT" in the body, which starts "GET for {NAME}, nearcast"')
    c.expect({**get, 'http-version': '2', 'url': 'http://{address}:81/', 'expect-text': 'over HTTP/2.0'},
             'passed: status 200')
    c.expect({**get, 'http-version': '2'}, 'failed: .*')
    c.expect({**get, 'target': '127.0.0.1', 'headers': 'Host: local', 'expect-text': 'for local'}, 'passed: status 200')
    os.killpg(n.pid, signal.SIGSTOP)
    c.expect({**get, 'timeout': '100ms'}, 'failed: no answer after 100ms')
    c.expect({**get, 'url': 'https://{address}/', 'timeout': '100ms'}, 'failed: no TLS handshake after 100ms')
    os.killpg(n.pid, signal.SIGKILL)
    n.wait()
    c.expect(get, 'refused: connection refused')
    c.expect({**get, 'target': '192.0.2.1'}, 'failed: Network is unreachable')


def https(c):
    nginx(c)
    get = {'type': 'http', 'url': 'https://{address}/', 'tls-name': NAME, 'tls-ca-file': str(c.authority.ca)}
    c.expect({**get, 'expect-text': f'over HTTP/1.1 for {NAME}'}, 'passed: status 200\npassed: status 200', runs=2)
    c.expect({**get, 'expect-text': f'for {NAME}'}, 'passed: status 200', address=A6)
    c.expect({**get, 'http-version': '2', 'expect-text': 'over HTTP/2.0'}, 'passed: status 200')
    c.expect({**get, 'http-version': '2', 'url': 'https://{address}:444/'},
             'failed: the server does not speak HTTP/2')
    c.expect({**get, 'tls-days-left': 14}, 'passed: status 200, certificate good for 30 days')
    c.expect({**get, 'url': 'https://{address}:444/', 'tls-days-left': 14},
             'failed: the certificate expires in 3 days, expected at least 14')
    c.expect({**get, 'url': 'https://{address}:445/'}, 'failed: SSL certificate problem: certificate has expired')
    c.expect({**get, 'url': 'https://{address}:445/', 'tls-insecure': True, 'tls-ca-file': None},
             'refused by the configuration: .*')
    del get['tls-ca-file']
    c.expect(get, 'failed: SSL certificate problem: unable to get local issuer certificate')
    c.expect({**get, 'url': 'https://{address}:445/', 'tls-insecure': True}, 'passed: status 200')
    c.expect({**get, 'url': 'https://{address}:445/', 'tls-insecure': True, 'tls-days-left': 1},
             'failed: the certificate expired 10 days ago')
    get['tls-ca-file'] = str(c.authority.ca)
    c.expect({**get, 'tls-name': 'other.example.com'},
             "failed: SSL: no alternative certificate subject name matches target host name 'other.example.com'")
    # without a name, the address has to be in the certificate
    del get['tls-name']
    c.expect(get, 'passed: status 200')
    c.expect(get, "failed: SSL: no alternative certificate subject name matches target host name '2001:db8::10'",
             address=A6)
    c.expect({**get, 'tls-ca-file': '/nothing.pem'}, 
             'not able: /nothing.pem: No such file or directory\nfailed: error setting certificate .*: /nothing.pem.*')


def tls(c):
    a = c.authority
    c.start(OPENSSL, 's_server', '-accept', '443', '-key', a.key('good'), '-cert', a.pem('good'), '-quiet', ready=443)
    c.start(OPENSSL, 's_server', '-accept', '444', '-key', a.key('short'), '-cert', a.pem('short'), '-quiet', ready=444)
    check = {'type': 'tls', 'tls-name': NAME, 'tls-ca-file': str(a.ca)}
    c.expect(check, 'passed: certificate good for 30 days')
    c.expect({**check, 'port': 444}, 'passed: certificate good for 3 days')
    c.expect({**check, 'port': 444, 'tls-days-left': 7},
             'failed: the certificate expires in 3 days, expected at least 7')
    c.expect({**check, 'tls-name': 'other.example.com'},
             "failed: SSL: no alternative certificate subject name matches target host name 'other.example.com'")
    c.expect({**check, 'port': 445}, 'refused: connection refused')
    with socket.create_server((A, 446)):
        c.expect({**check, 'port': 446, 'timeout': '100ms'}, 'failed: no TLS handshake after 100ms')


def unbound(c):
    a = c.authority
    (c.folder / 'unbound.conf').write_text(f'''server:
  username: ""
  chroot: ""
  directory: "{c.folder}"
  pidfile: "{c.folder}/unbound.pid"
  use-syslog: no
  interface: {A}
  interface: {A6}
  interface: {A}@853
  tls-port: 853
  tls-service-key: "{a.key('good')}"
  tls-service-pem: "{a.pem('good')}"
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "example.com." static
  local-data: "{NAME}. A 192.0.2.7"
  local-data: "{NAME}. A 192.0.2.8"
  local-data: "{NAME}. AAAA 2001:db8::7"
  local-data: "example.com. MX 10 mail.example.com."
  local-data: "example.com. NS ns1.example.com."
  local-data: "example.com. SOA ns1.example.com. admin.example.com. 7 3600 600 86400 300"
  local-data: 'example.com. TXT "v=spf1 -all"'
  local-data: "_sip._tcp.example.com. SRV 1 2 5060 sip.example.com."
  local-data: "alias.example.com. CNAME {NAME}."
  local-data: "7.2.0.192.in-addr.arpa. PTR {NAME}."
  local-zone: "no.example.com." refuse
remote-control:
  control-enable: no
''')
    return c.start(UNBOUND, '-d', '-c', c.folder / 'unbound.conf', ready=53)


def dns(c):
    server = unbound(c)
    base = {'type': 'dns', 'query-name': NAME, 'tls-name': NAME, 'tls-ca-file': str(c.authority.ca)}
    plain = {'type': 'dns', 'query-name': NAME}
    for check in (plain, {**plain, 'transport': 'tcp'}, {**base, 'transport': 'tls', 'port': 853}):
        c.expect(check, '(passed: A 192.0.2.[78] and others\n?){2}', runs=2)
        c.expect({**check, 'expect-answer': ['192.0.2.7', '192.0.2.8']}, 'passed: A 192.0.2.[78] and others')
        c.expect({**check, 'expect-answer': '192.0.2.9'}, 'failed: A 192.0.2.[78] and others, expected 192.0.2.9')
        c.expect({**check, 'query-name': 'nothing.example.com'}, 'failed: NXDOMAIN, expected NOERROR')
        c.expect({**check, 'query-name': 'nothing.example.com', 'expect-rcode': 'NXDOMAIN'}, 'passed: NXDOMAIN')
        c.expect({**check, 'query-name': 'x.no.example.com'}, 'failed: REFUSED, expected NOERROR')
        c.expect({**check, 'query-type': 'MX'}, 'failed: NOERROR without any MX record')
    c.expect(plain, 'passed: A 192.0.2.[78] and others', address=A6)
    for kind, name, answer in (('AAAA', NAME, '2001:DB8:0::7'), ('MX', 'example.com', '10 mail.example.com'),
                               ('NS', 'example.com.', 'NS1.example.com.'), ('TXT', 'example.com', 'v=spf1 -all'),
                               ('SRV', '_sip._tcp.example.com', '1 2 5060 sip.example.com'),
                               ('CNAME', 'alias.example.com', NAME), ('PTR', '7.2.0.192.in-addr.arpa', NAME),
                               ('SOA', 'example.com', 'ns1.example.com admin.example.com 7 3600 600 86400 300')):
        c.expect({**plain, 'query-name': name, 'query-type': kind, 'expect-answer': answer}, f'passed: {kind} .*')
    c.expect({**base, 'transport': 'tls', 'tls-days-left': 60},
             'failed: the certificate expires in 30 days, expected at least 60')
    c.expect({**base, 'transport': 'tls', 'tls-name': 'other.example.com'}, 'failed: SSL: no alternative .*')
    # the query of the DNS check, by hand
    query = '1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 03636f6d 00 0010 0001'
    udp = {'type': 'udp', 'port': 53, 'send-hex': query}
    c.expect(udp, 'passed: answered .*')
    c.expect({**udp, 'send-hex': query.replace('03777777 ', ''), 'expect-text': 'v=spf1'}, 'passed: answered .*')
    c.expect({**udp, 'expect-text': 'v=spf1'}, 'failed: no "v=spf1" in the answer, which starts .*')
    os.killpg(server.pid, signal.SIGSTOP)
    c.expect({**plain, 'timeout': '100ms'}, 'failed: no answer after 100ms')
    c.expect({**udp, 'timeout': '100ms'}, 'failed: no answer after 100ms')
    c.expect({**plain, 'transport': 'tcp', 'timeout': '100ms'}, 'failed: no answer after 100ms')
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    c.expect(plain, 'refused: connection refused')
    c.expect(udp, 'refused: connection refused')
    c.expect({**plain, 'transport': 'tcp'}, 'refused: connection refused')
    c.expect({**base, 'transport': 'tls'}, 'refused: connection refused')


def grpc(c):
    if subprocess.run([PYTHON, '-c', 'import grpc'], capture_output=True).returncode != 0:
        return 'python3-grpcio is not installed'
    a = c.authority
    server = c.start(PYTHON, HERE / 'health_server.py', '50051', ready=50051)
    c.start(PYTHON, HERE / 'health_server.py', '50052', a.key('good'), a.pem('good'), ready=50052)
    nginx(c)
    check = {'type': 'grpc', 'port': 50051}
    secure = {**check, 'port': 50052, 'grpc-tls': True, 'tls-name': NAME, 'tls-ca-file': str(a.ca)}
    for each in (check, secure):
        c.expect(each, 'passed: SERVING\npassed: SERVING', runs=2)
        c.expect({**each, 'grpc-service': 'web'}, 'passed: web is SERVING')
        c.expect({**each, 'grpc-service': 'db'}, 'failed: db is NOT_SERVING')
        c.expect({**each, 'grpc-service': 'x'}, 'failed: gRPC error 5 NOT_FOUND: unknown service')
    c.expect(check, 'passed: SERVING', address=A6)
    c.expect({**secure, 'tls-days-left': 60}, 'failed: the certificate expires in 30 days, expected at least 60')
    c.expect({**check, 'port': 81}, 'failed: no grpc-status came: the answer is not complete')
    os.killpg(server.pid, signal.SIGSTOP)
    c.expect({**check, 'timeout': '100ms'}, 'failed: no answer after 100ms')
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    c.expect(check, 'refused: connection refused')


def icmp(c):
    check = {'type': 'icmp', 'timeout': '1s'}
    group_range = pathlib.Path('/proc/sys/net/ipv4/ping_group_range')
    for ranges in ('1 0', '0 0'):  # nobody: raw sockets; us: ping sockets
        group_range.write_text(ranges)
        c.expect(check, 'passed: echo reply\npassed: echo reply', runs=2)
        c.expect(check, 'passed: echo reply', address=A6)
    c.expect({**check, 'target': '192.0.2.1'}, 'failed: Network is unreachable')
    sh('ip', 'link', 'add', 'va', 'up', 'type', 'veth', 'peer', 'name', 'vb')
    sh('ip', 'link', 'set', 'vb', 'up')
    sh('ip', 'route', 'add', '192.0.2.2/32', 'dev', 'va')
    c.expect({**check, 'target': '192.0.2.2'}, 'failed: no echo reply after 1s')
    group_range.write_text('1 0')
    c.expect(check, 'not able: neither .*: (Operation not permitted|Permission denied)\ncannot: neither .*',
             prefix=['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw'])


def script(c, text, name='command'):
    path = c.folder / name
    path.write_text(f'#!/bin/sh\n{text}\n')
    path.chmod(0o755)
    return str(path)


def exec_outcomes(c):
    def check(text, **more):
        return {'type': 'exec', 'command': script(c, text), **more}

    c.folder.chmod(0o755)
    c.expect(check('exit 0'), 'passed: exit status 0')
    c.expect(check('echo fine; echo more'), 'passed: exit status 0: fine\n\\| fine\nmore')
    c.expect(check('echo >&2 disk full; exit 3'), 'failed: exit status 3: disk full\n\\| disk full')
    c.expect(check('kill -SEGV $$'), 'failed: killed by SIGSEGV')
    c.expect(check('exec head -c 3000000 /dev/zero'), 'failed: wrote more than 1 MiB, and was killed')
    c.expect(check('head -c 10000 /dev/zero | tr "\\0" x'), 'passed: exit status 0: x{120}\n\\| x{4096}')
    # no shell: one argument is one argument, whatever is in it
    c.expect({'type': 'exec', 'command': [script(c, 'printf "%s." "$@"'), 'a b', '$HOME; *', '{address}']},
             r'passed: .*: a b\.\$HOME; \*\.203\.0\.113\.10\.\n.*')
    c.expect(check('echo "$NEARCAST_ADDRESS $(pwd) $# ${HOME-none} $PATH"'),
             f'passed: exit status 0: {A} / 0 none /usr/local/sbin:.*')
    # nothing of ours: descriptors, signals that are ignored, a terminal, cores, privileges
    c.expect(check('ls /proc/self/fd | wc -l; grep -E "SigIgn|SigBlk|NoNewPrivs" /proc/self/status; ulimit -c'),
             '.*\\| 4\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nNoNewPrivs:\t1\n0')
    c.expect(check('exec sleep 20', **{'memory-limit': 8, 'timeout': '200ms'}),
             'failed: no end of the command after 200ms')
    c.expect(check('exec tail /dev/zero', **{'memory-limit': 64}), 'failed: exit status 1: tail: memory exhausted\n.*')
    c.expect({'type': 'exec', 'command': '/nothing/there'},
             'not able: /nothing/there: No such file or directory\ncannot: /nothing/there: No such file or directory')
    plain = c.folder / 'plain'
    plain.write_text('exit 0')
    c.expect({'type': 'exec', 'command': str(plain)}, 'not able: .*: Permission denied\ncannot: .*: Permission denied')
    c.expect(check('exit 0', user='nosuchuser'), 'not able: there is no user nosuchuser\ncannot: there is no user nosuchuser')


def processes_of(marker):
    return subprocess.run(['pgrep', '-f', marker], capture_output=True, text=True).stdout.split()


def exec_group(c):
    """A command that ignores TERM and starts others: none is left when the time is over."""
    c.folder.chmod(0o755)
    text = 'trap "" TERM HUP INT\nsleep 4242 &\n(sleep 4243; true) &\nwhile :; do sleep 4244; done'
    c.expect({'type': 'exec', 'command': script(c, text), 'timeout': '300ms'},
             'failed: no end of the command after 300ms')
    wait_for('none is left', lambda: not processes_of('sleep 424[234]'))
    # one that ends, and leaves somebody behind that holds its output open
    c.expect({'type': 'exec', 'command': script(c, 'sleep 4242 &\necho done')}, 'passed: exit status 0: done\n.*')
    wait_for('none is left', lambda: not processes_of('sleep 424[234]'))


def exec_user(c):
    c.folder.chmod(0o755)
    who = script(c, 'id -un; id -Gn; grep -c "CapEff:.0000000000000000" /proc/self/status; true')
    if is_rootless():
        # an ordinary user's namespace knows nobody else
        c.expect({'type': 'exec', 'command': who, 'user': 'root'}, 'passed: exit status 0: root\n.*')
        c.expect({'type': 'exec', 'command': who, 'user': 'daemon'}, 'cannot: .*')
        return None
    c.expect({'type': 'exec', 'command': who}, 'passed: .*\\| nobody\nnogroup\n1')
    c.expect({'type': 'exec', 'command': who, 'user': 'daemon'}, 'passed: .*\\| daemon\ndaemon\n1')
    c.expect({'type': 'exec', 'command': who, 'user': 'root'}, 'passed: .*\\| root\nroot\n0', )
    c.expect({'type': 'exec', 'command': who, 'user': 'daemon'},
             '\n'.join(f'{word}: nearcastd may not become user daemon .*' for word in ('not able', 'cannot')),
             prefix=['setpriv', '--bounding-set=-setuid', '--inh-caps=-setuid'])
    return None


def file(c):
    flag = c.folder / 'flag'
    check = {'type': 'file', 'path': str(flag)}
    c.expect(check, f'failed: {flag} is not there')
    c.expect({**check, 'expect-file': 'absent'}, f'passed: {flag} is not there')
    flag.touch()
    c.expect(check, f'passed: {flag} is there')
    c.expect({**check, 'expect-file': 'absent'}, f'failed: {flag} is there')
    c.expect({**check, 'path': f'{flag}/x'}, f'failed: {flag}/x is not there')
    loop = c.folder / 'loop'
    loop.symlink_to(loop)
    c.expect({**check, 'path': str(loop)}, f'(not able|cannot): {loop}: Too many levels.*')


CASES = [http, https, tls, dns, grpc, icmp, exec_outcomes, exec_group, exec_user, file]


def run(program, names):
    for words in (['link', 'set', 'lo', 'up'], ['addr', 'add', f'{A}/32', 'dev', 'lo'],
                  ['addr', 'add', f'{A6}/128', 'dev', 'lo']):
        sh('ip', *words)
    return run_cases(chosen(CASES, names), lambda folder: Case(folder, program))


def main():
    return in_namespaces(lambda: run(os.path.abspath(sys.argv[1]), sys.argv[2:]),
                         nginx=NGINX, unbound=UNBOUND, openssl=OPENSSL)


if __name__ == '__main__':
    sys.exit(main())
