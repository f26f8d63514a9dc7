#!/usr/bin/env python3
"""Scripts that were written for the provider, at nearcast-controller: provider.py NEARCAST-CONTROLLER. TAP.

The first cases speak as such scripts do. The last one runs the original (network-helpers), unchanged but for the address
that it asks, when $NEARCAST_NETWORK_HELPERS names its folder; what it makes is given to the BIRD 1.6 that
$NEARCAST_BIRD16 has.
"""
import json
import os
import pathlib
import subprocess
import sys
import typing
import urllib.request

from server import DEADLINE, Client, Controller, Skip, case, run_cases

NETWORK = [
    {'address': '198.51.100.31', 'cidr': 31, 'gateway': '198.51.100.30', 'public': True, 'management': True},
    {'address': '10.1.2.3', 'cidr': 31, 'gateway': '10.1.2.2', 'public': False, 'management': True},
    {'address': '2001:db8::3', 'cidr': 127, 'gateway': '2001:db8::2', 'public': True, 'management': True}]
# who asks is known by its address: a proxy on this machine says so
FROM_HOST = {'X-Forwarded-For': '10.1.2.3'}
# the original, told another address
ASK_HERE = '''
import requests, runpy, sys
ask, there, here, source = requests.get, "https://metadata.packet.net/metadata", sys.argv.pop(1), sys.argv.pop(1)
requests.get = lambda url, **more: ask({there: here}[url], headers={"X-Forwarded-For": source}, **more)
sys.path.insert(0, ".")
runpy.run_path("configure.py", run_name="__main__")
'''


class BgpNeighbor(typing.NamedTuple):
    """As the scripts have it: a key too many, or too few, is a TypeError."""
    address_family: int
    customer_as: int
    customer_ip: str
    md5_enabled: bool
    md5_password: typing.Optional[str]
    multihop: bool
    peer_as: int
    peer_ips: list
    routes_in: list
    routes_out: list


def neighbor(family, us, peers):
    """What an administrator enters."""
    return {'address_family': family, 'customer_as': 65000, 'customer_ip': us, 'md5_enabled': True, 'md5_password': 'guess-me',
            'multihop': True, 'peer_as': 65530, 'peer_ips': peers, 'routes_in': [{'route': '203.0.113.0/24', 'exact': False}], 'routes_out': []}


def begin(program):
    """A controller with a host, that has a service."""
    controller = Controller(program, **{'trusted-proxies': '127.0.0.1/32'})
    token = controller.command('init').strip()
    controller.start()
    admin = Client(controller.port, token)
    for path, body in (('projects', {'name': 'alpha'}), ('pools', {'name': 'p4', 'prefix': '203.0.113.0/24'}), ('sites', {'name': 'am6'}),
                       ('hosts', {'name': 'h1', 'site': 'am6', 'tags': ['edge'], 'metadata': {'plan': 'c3.small', 'facility': 'am6'}})):
        admin.ask('POST', f'/api/v1/{path}', body, status=201)
    admin.ask('PUT', '/api/v1/hosts/h1/network', {'addresses': NETWORK, 'bgp_neighbors': [
        neighbor(4, '10.1.2.3', ['169.254.255.1', '169.254.255.2']), neighbor(6, '2001:db8::3', ['fc00::e', 'fc00::f'])]},
              status=200, if_match='*')
    return controller, admin


@case
def a_host_reads_its_metadata(program):
    controller, admin = begin(program)
    with controller:
        ip = admin.ask('POST', '/api/v1/projects/alpha/global-ips', {}, status=201).json
        admin.ask('POST', '/api/v1/projects/alpha/services', {
            'name': 'web', 'document': {'listen': ['tcp/80']}, 'sites': ['am6'], 'global_ips': [ip['id']]}, status=201)
        asked = urllib.request.Request(f'http://127.0.0.1:{controller.port}/metadata', headers=FROM_HOST)
        with urllib.request.urlopen(asked, timeout=DEADLINE) as answer:
            metadata = json.load(answer)
        neighbors = [BgpNeighbor(**one) for one in metadata['bgp_neighbors']]
        assert [n.peer_ips for n in neighbors] == [['169.254.255.1', '169.254.255.2'], ['fc00::e', 'fc00::f']]
        addresses = metadata['network']['addresses']
        gateways = [a['gateway'] for a in addresses if a['public'] and a['management']]
        assert gateways == ['198.51.100.30', '2001:db8::2'], addresses
        assert [a['address'] for a in addresses if a['address_family'] == 4 and not a['public']] == ['10.1.2.3']
        assert [a['address'] for a in addresses if a['global_ip']] == ip['addresses']
        for key in ('id', 'hostname', 'plan', 'facility', 'tags', 'customdata'):
            assert key in metadata, key


@case
def addresses_as_its_clients_order_them(program):
    controller, admin = begin(program)
    with controller:
        client = Client(controller.port)
        as_script = {'x_auth_token': admin.token}
        made = client.ask('POST', '/projects/alpha/ips', {
            'type': 'global_ipv4', 'quantity': 2, 'details': 'web', 'tags': ['a'], 'customdata': {'a': 1},
            'fail_on_approval_required': False, 'comments': None}, status=201, **as_script).json
        assert (made['type'], made['cidr'], made['netmask'], made['state']) == ('global_ipv4', 31, '255.255.255.254', 'created'), made
        listed = client.ask('GET', '/projects/alpha/ips', status=200, **as_script).json
        assert listed['ip_addresses'] == [made] and listed['meta']['total'] == 1, listed
        assert client.ask('GET', '/projects/alpha/ips?include=assignments&page=1&per_page=1000', status=200, **as_script).json == listed
        assert client.ask('GET', f'/ips/{made["id"]}', status=200, **as_script).json == made
        client.ask('DELETE', f'/ips/{made["id"]}', status=204, **as_script)
        client.ask('GET', f'/ips/{made["id"]}', status=404, **as_script)
        client.ask('DELETE', f'/ips/{made["id"]}', status=401)


@case
def the_original_scripts(program):
    helpers = os.environ.get('NEARCAST_NETWORK_HELPERS')
    if not helpers:
        raise Skip('NEARCAST_NETWORK_HELPERS is not set')
    controller, _ = begin(program)
    with controller:
        for router, peers in (('bird', 2), ('bird6', 2), ('frr', 2)):
            done = subprocess.run([sys.executable, '-c', ASK_HERE, f'http://127.0.0.1:{controller.port}/metadata',
                                   FROM_HOST['X-Forwarded-For'], '-r', router], cwd=helpers,
                                  capture_output=True, text=True, check=False, timeout=DEADLINE)
            assert done.returncode == 0, done.stderr
            assert done.stdout.count('guess-me') >= peers, done.stdout
            bird = pathlib.Path(os.environ.get('NEARCAST_BIRD16', '/nowhere')) / 'usr/sbin' / router
            if os.access(bird, os.X_OK):
                conf = controller.path / f'{router}.conf'
                conf.write_text(done.stdout)
                parsed = subprocess.run([bird, '-p', '-c', conf], capture_output=True, text=True, check=False, timeout=DEADLINE)
                assert parsed.returncode == 0, parsed.stderr
            print(f'# {router}: {len(done.stdout.splitlines())} lines', flush=True)


run_cases(sys.argv[1])
