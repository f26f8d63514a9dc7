"""What the cases of the console share: a controller with things in it, a page that is signed in, axe, and their program."""
import http.client
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'controller'))

# pylint: disable=wrong-import-position
import chromium  # noqa: E402
from server import Client, Controller, cases, run_cases  # noqa: E402

PLACES = {
    'am6': ('Amsterdam', 'Netherlands', 52.37, 4.9),
    'sg1': ('Singapore', 'Singapore', 1.35, 103.82),
    'ny5': ('New York', 'United States', 40.71, -74.0),
}
DOCUMENT = {'listen': ['tcp/80'], 'checks': {'http': {'type': 'http', 'url': 'http://{address}/'}}}
VIEWS = ['#/shop/ips', '#/map', '#/shop/services', '#/shop/services/web', '#/sites', '#/hosts/am6-1', '#/events', '#/audit', '#/access', '#/shop/catchments']


class Stage:
    """A controller that serves, an administrator's client, and pages that look at it."""

    def __init__(self, browser, program, **conf):
        self.browser, self.controller = browser, Controller(program, **conf)
        self.token = self.controller.command('init').strip()
        self.controller.start()
        self.admin = Client(self.controller.port, self.token)
        self.pages = []

    @property
    def origin(self):
        return f'http://127.0.0.1:{self.controller.port}'

    def post(self, path, body):
        return self.admin.ask('POST', f'/api/v1/{path}', body, status=201).json

    def fill(self):
        """Two projects, pools, three sites with two hosts, a service on two addresses; the ids of the Global IPs."""
        for name in ('shop', 'dns'):
            self.post('projects', {'name': name})
        self.post('pools', {'name': 'edge4', 'prefix': '203.0.113.0/24', 'description': 'Announced as one /24'})
        self.post('pools', {'name': 'edge6', 'prefix': '2001:db8:f00d::/48', 'announced_as': 'host-routes'})
        for name, (city, country, latitude, longitude) in PLACES.items():
            self.post('sites', {'name': name, 'city': city, 'country': country, 'latitude': latitude, 'longitude': longitude})
            for number in (1, 2):
                self.post('hosts', {'name': f'{name}-{number}', 'site': name})
        ips = [self.post('projects/shop/global-ips', order)['id'] for order in (
            {'quantity': 1, 'tags': ['web', 'prod'], 'description': 'The shop'},
            {'family': 'ipv6', 'tags': ['web'], 'description': 'The shop'},
            {'quantity': 2, 'tags': ['dns'], 'description': 'Resolvers'})]
        self.post('projects/shop/services', {'name': 'web', 'document': DOCUMENT, 'global_ips': ips[:2], 'sites': list(PLACES),
                                             'description': 'What customers see'})
        return ips

    def page(self, view='', token=None, **look):
        """A page that is signed in, at a view."""
        page = self.browser.page()
        page.look(**look)
        self.pages.append(page)
        page.open(f'{self.origin}/console/{view}')
        page.fill('Token', token or self.token)
        page.click('button', 'Sign in')
        page.says('Sign out')
        settle(page)
        return page

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        # before the controller ends, which pages complain of with reason
        complaints = [complaint for page in self.pages for complaint in page.complaints]
        self.controller.__exit__()
        if failed is None:
            assert complaints == [], complaints
            for page in self.pages:
                elsewhere = [url for url in page.requests if not url.startswith(self.origin + '/') and url != 'about:blank']
                assert elsewhere == [], elsewhere


def settle(page):
    """Until the view has its data."""
    page.wait('document.querySelector("main h1") && !document.querySelector("[aria-busy]")', 'a view with its data')


def go(page, view):
    """To the address of a view."""
    page.js(f'location.hash = {json.dumps(view)}')
    page.wait(f'location.hash === {json.dumps(view)}')
    settle(page)


def axe(page, what, **options):
    """Axe, which the page has, finds no violation; options are its."""
    found = page.js(f"axe.run(document, {json.dumps({'resultTypes': ['violations'], **options})})" + """.then((r) => r.violations.map((v) =>
        v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.failureSummary ?? '')).join(' | ')))""")
    assert found == [], f'{what}: ' + '\n'.join(found)


def serves_console(program):
    with Controller(program) as controller:
        controller.command('init')
        controller.start()
        connection = http.client.HTTPConnection('127.0.0.1', controller.port)
        connection.request('GET', '/console/console.js')
        return connection.getresponse().status == 200


def main(program, axe_path, *names):
    if chromium.find() is None:
        print('1..0 # SKIP there is no chromium')
        return
    if not serves_console(program):
        print('1..0 # SKIP the controller was built without the console')
        return
    if names:
        cases[:] = [fn for fn in cases if fn.__name__ in names]
    with chromium.Chromium() as browser:
        run_cases(browser, program, axe_path)
