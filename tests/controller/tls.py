#!/usr/bin/env python3
"""nearcast-controller with TLS: certificates made by openssl, its clients, a renewal, what it refuses.

    tls.py NEARCAST-CONTROLLER NEARCAST
"""
import concurrent.futures
import re
import signal
import socket
import ssl
import subprocess
import sys

from certificates import CERTIFICATE, KEY, make
from server import DEADLINE, REFUSED, Client, Controller, case, run_cases, until

def begin(program, days=90, **conf):
    """A controller whose files are there, not started; its administrator's token."""
    controller = Controller(program, **conf)
    make(controller.path, days)
    controller.conf['tls'] = {'certificate': str(controller.path / CERTIFICATE), 'key': str(controller.path / KEY)}
    return controller, controller.command('init').strip()


def shown(port):
    """The certificate that a new client is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(('127.0.0.1', port), DEADLINE) as plain, context.wrap_socket(plain) as s:
        return s.getpeercert(binary_form=True)


def refused(controller):
    """What it says when it does not start."""
    done = subprocess.run([controller.program, '-c', controller.write_conf()], capture_output=True, text=True,
                          check=False, timeout=DEADLINE)
    assert done.returncode == 1, done
    return done.stderr


@case
def configurations(program, _):
    with Controller(program) as controller:
        controller.conf['listen'] = ['127.0.0.1:80', '192.0.2.1:80']
        said = controller.command('--check', status=1)
        assert ':1:29: not an address of the loopback' in said and '"tls"' in said, said
        assert re.search(r'\n +\| +\^~+\n', said), said
        controller.conf['tls'] = {'certificate': '/x.pem'}
        assert 'a certificate without its key' in controller.command('--check', status=1)
        controller.conf['tls'] = {'key': '/x.key'}
        assert 'a key without its certificate' in controller.command('--check', status=1)
        controller.conf['tls'] = {'certificate': '/x.pem', 'key': '/x.key'}
        assert '/x.pem: No such file' in controller.command('--check', status=1)
        make(controller.path, 90)
        make(controller.path, 90, 'other.pem', 'other.key')
        certificate, key = str(controller.path / CERTIFICATE), str(controller.path / KEY)
        controller.conf['tls'] = {'certificate': certificate, 'key': str(controller.path / 'other.key')}
        assert 'belongs to another certificate than' in controller.command('--check', status=1)
        controller.conf['tls'] = {'certificate': key, 'key': certificate}
        controller.command('--check', status=1)
        controller.conf['tls'] = {'certificate': certificate, 'key': key}
        assert '192.0.2.1:80' in controller.command('--check')
        controller.conf['listen'] = []
        assert 'listen' in controller.command('--check', status=1)


@case
def clients(program, nearcast):
    controller, token = begin(program, listen=['127.0.0.1:0', '[::1]:0', '0.0.0.0:0'])
    with controller:
        controller.start()
        ca = str(controller.path / CERTIFICATE)
        urls = re.search(r'serves (https://.*) from', controller.log.read_text())[1].split()
        assert [re.sub(r'\d+$', '', url) for url in urls] == ['https://127.0.0.1:', 'https://[::1]:', 'https://0.0.0.0:']
        for url in (urls[0], urls[2].replace('0.0.0.0', '127.0.0.1')):
            done = subprocess.run(['curl', '-sS', '--cacert', ca, f'{url}/healthz'], capture_output=True, text=True,
                                  check=True, timeout=DEADLINE)
            assert '"status":"ok"' in done.stdout, done
        (controller.path / 'token').write_text(token)
        (controller.path / 'token').chmod(0o600)
        words = [nearcast, 'pools', 'list', '--controller', urls[0], '--token-file', str(controller.path / 'token')]
        subprocess.run([*words, '--ca-file', ca], capture_output=True, check=True, timeout=DEADLINE)
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=DEADLINE)
        assert done.returncode == 1 and 'certificate' in done.stderr, done
        try:
            Client(controller.port).ask('GET', '/healthz')
            raise AssertionError('it answers without TLS')
        except REFUSED:
            pass


@case
def refused_at_the_start(program, _):
    controller, _ = begin(program)
    with controller:
        make(controller.path, 0)
        said = refused(controller)
        assert re.search(r'certificate: .*tls.pem: expired at 20\d\d-.*, and it is 20', said), said
        make(controller.path, 90)
        make(controller.path, 90, 'other.pem', 'other.key')
        (controller.path / 'other.key').rename(controller.path / KEY)
        assert 'belongs to another certificate than' in refused(controller)
        (controller.path / KEY).unlink()
        assert 'tls.key: No such file' in refused(controller)


@case
def a_renewal_ends_no_connection(program, _):
    controller, token = begin(program)
    with controller:
        controller.start()
        ca, before = str(controller.path / CERTIFICATE), shown(controller.port)
        kept = Client(controller.port, token, ca=ca)
        kept.ask('GET', '/api/v1/pools', status=200)
        connection = kept.connection
        make(controller.path, 90)
        controller.process.send_signal(signal.SIGHUP)
        controller.wait_log('new clients are shown this one')
        after = shown(controller.port)
        assert after != before
        kept.ask('GET', '/api/v1/pools', status=200)
        assert kept.connection is connection and connection.sock.getpeercert(binary_form=True) == before
        Client(controller.port, token, ca=ca).ask('GET', '/api/v1/pools', status=200)


@case
def a_renewal_under_a_long_poll(program, _):
    """A host's poll is open from before to after: new clients are shown the new one meanwhile, and the poll is answered."""
    controller, token = begin(program)
    with controller:
        controller.start()
        ca, before = str(controller.path / CERTIFICATE), shown(controller.port)
        admin = Client(controller.port, token, ca=ca)
        admin.ask('POST', '/api/v1/sites', {'name': 'am6'}, status=201)
        join = admin.ask('POST', '/api/v1/join-tokens', {'site': 'am6'}, status=201).json['token']
        host = admin.ask('POST', '/agent/v1/join', {'token': join, 'name': 'am6-1'}, status=201).json['credential']
        poll = Client(controller.port, host, ca=ca)
        tag = poll.ask('GET', '/agent/v1/desired', status=200).headers['ETag']
        with concurrent.futures.ThreadPoolExecutor() as threads:
            waits = threads.submit(poll.ask, 'GET', '/agent/v1/desired', prefer='wait=50', if_none_match=tag)
            until('the poll is there', lambda: admin.ask('GET', '/api/v1/hosts/am6-1', status=200).json['seen_at'])
            make(controller.path, 90)
            controller.process.send_signal(signal.SIGHUP)
            controller.wait_log('new clients are shown this one')
            assert shown(controller.port) != before
            Client(controller.port, token, ca=ca).ask('GET', '/api/v1/pools', status=200)
            assert not waits.done(), waits
            assert poll.connection.sock.getpeercert(binary_form=True) == before
            admin.ask('PATCH', '/api/v1/sites/am6', {'city': 'Amsterdam'}, status=200, if_match='*')
            answer = waits.result(DEADLINE)
        assert (answer.status, answer.json['site']['city']) == (200, 'Amsterdam'), answer


@case
def a_bad_renewal_changes_nothing(program, _):
    controller, _ = begin(program)
    with controller:
        controller.start()
        before = shown(controller.port)
        client = Client(controller.port, ca=str(controller.path / CERTIFICATE))
        assert client.ask('GET', '/healthz', status=200).json['problems'] == []
        make(controller.path, 0)
        controller.process.send_signal(signal.SIGHUP)
        controller.wait_log('expired at 20')
        assert shown(controller.port) == before
        health = client.ask('GET', '/healthz', status=200).json
        assert health['status'] == 'degraded', health
        assert [(p['subject'], p['problem']) for p in health['problems']] == [('certificate', 'not-taken')], health
        make(controller.path, 90)
        controller.process.send_signal(signal.SIGHUP)
        controller.wait_log('certificate: is well again')
        assert shown(controller.port) != before
        assert client.ask('GET', '/healthz', status=200).json['status'] == 'ok'


@case
def the_end_is_said_before(program, _):
    controller, _ = begin(program, days=10)
    with controller:
        controller.start()
        client = Client(controller.port, ca=str(controller.path / CERTIFICATE))
        problem, = client.ask('GET', '/healthz', status=200).json['problems']
        assert problem['problem'] == 'ends-soon' and 'it expires at 20' in problem['detail'], problem
        controller.wait_log('certificate: ends-soon: it expires at 20')
        make(controller.path, 90)
        controller.process.send_signal(signal.SIGHUP)
        controller.wait_log('certificate: is well again')


run_cases(*sys.argv[1:])
