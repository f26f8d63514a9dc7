"""Hosts of a controller, played: they join, and report what an agent would."""
import datetime
import math
import threading

from server import REFUSED, Client

CHECKS = {
    'http': {'type': 'http', 'scope': 'service', 'why': 'status 200'},
    'upstream': {'type': 'tcp', 'scope': 'dependency', 'why': 'connected'},
}


def now(ago=0):
    """RFC 3339, some seconds ago."""
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=ago)
    return at.strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3] + 'Z'


class Player:
    """A host that has joined; it reports a service as it is told to."""

    def __init__(self, stage, site, name):
        token = stage.post('join-tokens', {'site': site, 'host': name})['token']
        joined = Client(stage.controller.port).ask('POST', '/agent/v1/join', {'token': token, 'name': name, 'agent_version': '0.1.0'}, status=201)
        self.client = Client(stage.controller.port, joined.json['credential'])
        self.name, self.seq, self.took = name, 0, 2.0
        self.line, self.is_gone = Client(stage.controller.port, joined.json['credential']), False
        self.line.connect()
        threading.Thread(target=self.poll, daemon=True).start()

    def poll(self):
        """It is heard of for as long as it waits for what it is to do; until it, or the controller, is gone."""
        tag = '"0"'
        try:
            while not self.is_gone:
                answer = self.line.ask('GET', '/agent/v1/desired', prefer='wait=20', if_none_match=tag)
                tag = answer.headers.get('ETag', tag)
        except REFUSED:
            self.line.close()

    def go_away(self):
        """Without a word, as when its machine dies."""
        self.is_gone = True
        self.line.connection.sock.shutdown(2)  # both ways

    def desired(self):
        return self.client.ask('GET', '/agent/v1/desired', status=200).json

    def history(self, bad):
        """An hour of a check: a slow quarter, and of one that is ill the last minutes."""
        seed = sum(self.name.encode())
        longest = [round(1000 * (1.6 + (seed * (n + 3) * 37 % 101) / 140 + (2.2 if 22 <= n < 34 else 0))) for n in range(60)]
        failures = [0] * 60
        if bad:
            longest[56:], failures[56:] = [None] * 4, [12, 30, 30, 9]
        return {'step_ms': 60000, 'longest_us': longest, 'failures': failures}

    def check(self, name, verdict, prefix):
        spec = CHECKS[name]
        self.took = 1.5 + (self.took * 7 + len(self.name)) % 2.5
        bad = verdict == 'failing' and name == 'http'
        return {'name': name, 'type': spec['type'], 'scope': spec['scope'], 'verdict': verdict if name == 'http' else 'passing',
                'why': 'status 503' if bad else spec['why'], 'last_why': 'status 503' if bad else spec['why'], 'last_ms': round(self.took, 2),
                'history': self.history(bad), 'address': prefix.split('/')[0] if name == 'http' else None, 'interval_ms': 2000, 'passes': 0 if bad else 3, 'failures': 3 if bad else 0}

    def report(self, stage='preferred', verdict='passing', reason='all checks pass', *, drain=None, neighbor='Established', events=()):
        """What is announced of each service that it was given."""
        desired = self.desired()
        services = [{
            'name': service['name'], 'from': 'controller',
            'detail': {'drain': drain, 'hold': None, 'checks': [self.check(name, verdict, service['global-ips'][0]) for name in CHECKS]},
            'addresses': [{'prefix': prefix, 'stage': stage, 'verdict': verdict, 'reason': reason, 'since': now(95)}
                          for prefix in service['global-ips']],
        } for service in desired['services']]
        told = []
        for kind, severity, message in events:
            self.seq += 1
            told.append({'seq': self.seq, 'at': now(), 'kind': kind, 'severity': severity,
                         'service': services[0]['name'] if services else None, 'message': message, 'detail': {}})
        return self.client.ask('POST', '/agent/v1/report', {
            'run': f'{self.name}-1', 'agent_version': '0.1.0', 'applied_revision': desired['revision'], 'applied_error': None,
            'services': services, 'events': told,
            'neighbors': [{'name': 'rs1', 'address': '192.0.2.1', 'peer_as': 64496, 'state': neighbor, 'since': now(4000), 'detail': {}}],
        }, status=200)

    def catch(self, catchment, sequence, state, **more):
        """What it says in a catchment; what it is told."""
        said = {'session': self.name, 'sequence': sequence, 'state': state, **more}
        return self.client.ask('POST', f'/agent/v1/catchments/{catchment}', said, status=200).json['order']


def measure(hosts, catchment, landed, rtts, sent=None):
    """The hosts' part in a catchment, from its begin to its end: {host: rows} of replies, and of what is measured."""
    for host in hosts.values():
        host.catch(catchment, 1, 'listening')
    for name, rows in landed.items():
        hosts[name].catch(catchment, 2, 'listening', rows=rows)
    sender = hosts['am6-1']
    sender.catch(catchment, 3, 'sending', counts={'sent': 2, 'forged': 1})
    if sent is not None:
        sent()
    sender.catch(catchment, 4, 'sent', counts={'sent': 4, 'forged': 1})
    for name, host in hosts.items():
        host.catch(catchment, 5, 'measured', kind='rtt', rows=rtts.get(name, []))
    for host in hosts.values():
        host.catch(catchment, 6, 'ended')


def join(stage):
    """Both hosts of each site, by name."""
    return {name: Player(stage, name.split('-')[0], name) for name in ('am6-1', 'am6-2', 'sg1-1', 'sg1-2', 'ny5-1', 'ny5-2')}


def play(stage):
    """A day at work: one site is well, one is drained, of the third a host is ill."""
    hosts = join(stage)
    for host in hosts.values():  # a site is drained only while others are known to answer
        host.report()
    stage.admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'description': 'The shop, as customers see it'}, status=200, if_match='*')
    stage.post('projects/shop/orders', {'kind': 'drain', 'service': 'web', 'site': 'sg1', 'reason': 'new kernel'})
    for turn in range(6):
        for name in ('am6-1', 'am6-2', 'ny5-1'):
            hosts[name].report(events=[('stage', 'notice', 'preferred: all checks pass')] if turn == 0 else ())
        for name, left in (('sg1-1', 12), ('sg1-2', 31)):
            hosts[name].report('backup', reason='drained: new kernel', drain={
                'phase': 'waiting', 'reason': 'new kernel', 'connections': left, 'most_connections': 80, 'until_connections': 0,
                'left_ms': 412_000, 'ended_why': None}, events=[('drain', 'notice', 'draining: new kernel')] if turn == 0 else ())
        hosts['ny5-2'].report('withdrawn', 'failing', 'http fails: status 503', neighbor='Established',
                              events=[('check', 'warning', 'http fails: status 503'), ('stage', 'warning', 'withdrawn: http fails')] if turn == 0 else ())
    return hosts


# Three clients in each: city, country, degrees, and the AS numbers of their networks.
CITIES = [
    ('London', 'GB', 51.51, -0.13, 64500), ('Madrid', 'ES', 40.42, -3.7, 64501), ('Warsaw', 'PL', 52.23, 21.01, 64502),
    ('Rome', 'IT', 41.9, 12.5, 64501), ('Stockholm', 'SE', 59.33, 18.07, 64502), ('Lagos', 'NG', 6.45, 3.4, 64503),
    ('Nairobi', 'KE', -1.29, 36.82, 64503), ('Johannesburg', 'ZA', -26.2, 28.05, 64504), ('Dubai', 'AE', 25.2, 55.27, 64505),
    ('Mumbai', 'IN', 19.08, 72.88, 64506), ('Delhi', 'IN', 28.61, 77.21, 64506), ('Bangkok', 'TH', 13.76, 100.5, 64507),
    ('Jakarta', 'ID', -6.21, 106.85, 64507), ('Hong Kong', 'HK', 22.32, 114.17, 64508), ('Tokyo', 'JP', 35.68, 139.69, 64509),
    ('Seoul', 'KR', 37.57, 126.98, 64509), ('Sydney', 'AU', -33.87, 151.21, 64510), ('Auckland', 'NZ', -36.85, 174.76, 64510),
    ('Toronto', 'CA', 43.65, -79.38, 64511), ('Chicago', 'US', 41.88, -87.63, 64511), ('Los Angeles', 'US', 34.05, -118.24, 64512),
    ('Seattle', 'US', 47.61, -122.33, 64512), ('Mexico City', 'MX', 19.43, -99.13, 64513), ('Bogota', 'CO', 4.71, -74.07, 64514),
    ('Sao Paulo', 'BR', -23.55, -46.63, 64515), ('Santiago', 'CL', -33.45, -70.67, 64514), ('Buenos Aires', 'AR', -34.6, -58.38, 64515),
    ('Cairo', 'EG', 30.04, 31.24, 64505),
]
NETWORKS = ('Northwind', 'Iberlink', 'Baltnet', 'Savanna Telecom', 'Cape Networks', 'Gulf Carrier', 'Monsoon', 'Straits Online', 'Harbour',
            'Sakura Net', 'Southern Cross', 'Great Lakes', 'Pacific Edge', 'Azteca', 'Andes Net', 'Rio Fibra')
SITES = {'am6-1': (52.37, 4.9), 'ny5-1': (40.71, -74.0), 'sg1-1': (1.35, 103.82)}
# Who lands far off, in each of two catchments.
ASTRAY = ({'Mumbai': 'am6-1', 'Delhi': 'am6-1', 'Sao Paulo': 'am6-1', 'Seattle': 'sg1-1', 'Auckland': 'ny5-1', 'Nairobi': 'ny5-1'},
          {'Mumbai': 'am6-1', 'Sao Paulo': 'am6-1', 'Seattle': 'sg1-1'})


def microseconds(site, city, extra=0):
    """There and back in fibre that is not straight."""
    (a, b), (c, d) = ([math.radians(x) for x in where] for where in (SITES[site], city[2:4]))
    km = 6371 * 2 * math.asin(math.sqrt(math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2))
    return round(1000 * (2.4 + km / 100 * 1.35 + extra))


def places():
    """What a catchment is told of its targets, with that of whole networks for who has no city."""
    known = [(f'198.51.100.{10 + 3 * i + k}', city) for i, city in enumerate(CITIES) for k in range(3)]
    return {'places': [f'{ip}/32 {city[1]} {city[2]} {city[3]} {city[0]}' for ip, city in known],
            'asns': [f'{ip}/32 {city[4]} {NETWORKS[city[4] - 64500]}' for ip, city in known]}


def landing(astray):
    """The rows of all hosts: where each client lands, and how far all sites are."""
    landed, rtts = {site: [] for site in SITES}, {site: [] for site in SITES}
    for i, city in enumerate(CITIES):
        for k in range(3):
            ip = f'198.51.100.{10 + 3 * i + k}'
            best = min(SITES, key=lambda site: microseconds(site, city))  # pylint: disable=cell-var-from-loop
            landed[astray.get(city[0], best)].append(f'{ip} {microseconds(best, city)}')
            for site in SITES:
                rtts[site].append(f'{ip} {microseconds(site, city, k * 1.7 + i % 5)}')
    return landed, rtts


def land(stage, hosts, sent=None):
    """Two catchments of one address, between which some clients that were served from far off are served well."""
    clients = [row.split('/')[0] for row in places()['places']]
    for astray in ASTRAY:
        one = stage.post('projects/shop/catchments', {
            'global_ip': '203.0.113.1', 'site': 'am6', 'targets': clients, 'lab': True, 'best': True, **places()})
        landed, rtts = landing(astray)
        measure(hosts, one['id'], landed, rtts, sent)
