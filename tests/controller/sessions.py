#!/usr/bin/env python3
"""Signing in to nearcast-controller as a browser does, proxies before it, and who is let try how often.

    sessions.py NEARCAST-CONTROLLER
"""
import re
import sys

from server import Client, Controller, case, run_cases

SESSION = '/api/v1/session'
PROXY = {'trusted-proxies': '127.0.0.1/32'}


class Browser(Client):
    """Keeps the cookie, and knows what the page was told."""

    cookie = csrf = None

    def ask(self, method, path, body=None, *, status=None, **headers):
        if self.cookie:
            headers['Cookie'] = self.cookie
        if self.csrf and method != 'GET':
            headers['X_Nearcast_Csrf'] = self.csrf
        answer = super().ask(method, path, body, status=status, **headers)
        if answer.headers['Set-Cookie']:
            self.cookie = answer.headers['Set-Cookie'].split(';')[0]
        if answer.json and 'csrf' in answer.json:
            self.csrf = answer.json['csrf']
        return answer


def begin(program, **conf):
    controller = Controller(program, **conf)
    token = controller.command('init').strip()
    controller.start()
    return controller, token


@case
def in_and_out(program):
    controller, token = begin(program)
    with controller:
        browser = Browser(controller.port)
        browser.ask('GET', SESSION, status=401)
        answer = browser.ask('POST', SESSION, {'token': token}, status=200, sec_fetch_site='same-origin',
                             origin=f'http://127.0.0.1:{controller.port}')
        assert re.fullmatch(r'nearcast=ncs_[\w-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict',
                            answer.headers['Set-Cookie']), answer.headers
        assert token not in answer.text.decode()
        browser.ask('POST', '/api/v1/projects', {'name': 'alpha'}, status=201, sec_fetch_site='same-origin')
        browser.ask('POST', '/api/v1/projects', {'name': 'beta'}, status=403, sec_fetch_site='cross-site')
        csrf, browser.csrf = browser.csrf, None
        browser.ask('POST', '/api/v1/projects', {'name': 'beta'}, status=403)
        browser.csrf = csrf
        controller.stop()  # a session is the store's, not the program's
        controller.start()
        browser.close()
        assert browser.ask('GET', SESSION, status=200).json['csrf'] == csrf
        stored = b''.join(p.read_bytes() for p in controller.path.glob('store.db*'))
        assert browser.cookie.split('=')[1].encode() not in stored
        cookie = browser.cookie
        browser.ask('DELETE', SESSION, status=204)
        browser.cookie = cookie
        browser.ask('GET', '/api/v1/projects', status=401)
        # what has been used is written at the end, too
        controller.stop()
        controller.start()
        tokens = Client(controller.port, token).ask('GET', '/api/v1/tokens', status=200).json['items']
        assert tokens[0]['last_used_at'] is not None, tokens


@case
def tries(program):
    """Ten wrong ones, and the eleventh waits; the right ones do not count, nor do others' sources."""
    controller, token = begin(program, **PROXY)
    with controller:
        client = Client(controller.port)
        for _ in range(15):
            client.ask('POST', SESSION, {'token': token}, status=200, x_forwarded_for='198.51.100.1')
        for _ in range(10):
            client.ask('POST', SESSION, {'token': 'nct_' + 'A' * 43}, status=401, x_forwarded_for='198.51.100.1')
        answer = client.ask('POST', SESSION, {'token': token}, status=429, x_forwarded_for='198.51.100.1')
        assert 0 < int(answer.headers['Retry-After']) <= 31, answer.headers
        assert answer.json['type'] == 'urn:nearcast:problem:too-many', answer
        client.ask('POST', SESSION, {'token': token}, status=200, x_forwarded_for='198.51.100.2')
        # written before the proxy had its say: no other source
        client.ask('POST', SESSION, {'token': token}, status=429, x_forwarded_for='198.51.100.3, 198.51.100.1')
        client.ask('GET', '/healthz', status=200, x_forwarded_for='198.51.100.1')


@case
def behind_a_proxy(program):
    controller, token = begin(program, **PROXY)
    with controller:
        browser = Browser(controller.port)
        answer = browser.ask('POST', SESSION, {'token': token}, status=200, x_forwarded_for='2001:db8::7',
                             x_forwarded_proto='https')
        assert answer.headers['Set-Cookie'].startswith('__Host-nearcast=ncs_'), answer.headers
        assert answer.headers['Set-Cookie'].endswith('; Secure'), answer.headers
        audit = Client(controller.port, token).ask('GET', '/api/v1/audit?kind=session', status=200).json['items']
        assert audit[0]['source_address'] == '2001:db8::7', audit
        client = Client(controller.port)
        client.ask('GET', '/metadata', status=401, x_forwarded_for='192.0.2.77')


@case
def nobody_else_is_believed(program):
    """Without trusted-proxies the header is anybody's: for the audit, for signing in, for a host's metadata."""
    controller, token = begin(program)
    with controller:
        admin = Client(controller.port, token)
        admin.ask('POST', '/api/v1/sites', {'name': 'am6'}, status=201, x_forwarded_for='192.0.2.77')
        assert admin.ask('GET', '/api/v1/audit', status=200).json['items'][0]['source_address'] == '127.0.0.1'
        admin.ask('POST', '/api/v1/hosts', {'name': 'h1', 'site': 'am6'}, status=201)
        admin.ask('PUT', '/api/v1/hosts/h1/network', {
            'addresses': [{'address': '192.0.2.77', 'cidr': 31, 'public': True, 'management': True}],
            'bgp_neighbors': []}, status=200, if_match='*')
        for name in ('x_forwarded_for', 'x_real_ip', 'forwarded', 'true_client_ip'):
            value = 'for=192.0.2.77' if name == 'forwarded' else '192.0.2.77'
            assert Client(controller.port).ask('GET', '/metadata', **{name: value}).status == 401, name
        for number in range(10):
            Client(controller.port).ask('POST', SESSION, {'token': 'x'}, status=401, x_forwarded_for=f'192.0.2.{number}')
        Client(controller.port).ask('POST', SESSION, {'token': 'x'}, status=429, x_forwarded_for='192.0.2.99')
        controller.stop()
        controller.conf.update(PROXY)
        controller.start()
        assert Client(controller.port).ask('GET', '/metadata', status=200, x_forwarded_for='192.0.2.77').json['hostname'] == 'h1'


run_cases(sys.argv[1])
