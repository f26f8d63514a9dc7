#!/usr/bin/env python3
"""The console of a lab, as a person uses it: Chromium, the real controller, agents, nginx and BIRD of labs/article.yaml.

    lab.py NEARCAST SCENARIO

From the order of an address to clients that are answered there, and that move while a site is drained. One story: each
case goes on where the one before it ended.
"""
import json
import pathlib
import sys
import urllib.error
import urllib.request

import chromium
from stage import go, settle

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'lab'))
# pylint: disable=wrong-import-position
from console_lab import Asking, Lab  # noqa: E402
from server import Skip, case, run_cases  # noqa: E402

GIP = '203.0.113.128'  # the first of the pool "ipv4"
NEAREST = {'edinburgh': 'am6', 'hong-kong': 'sg1'}
DOCUMENT = {'listen': ['tcp/80'], 'checks': {'front': {'type': 'http', 'url': 'http://{address}/', 'interval': '250ms'}}}


def stands(page, site, stage):
    """Waits until the page says so of the service at the site."""
    page.wait(f'document.querySelector("[data-site={site}] [data-label=Stage] .badge")?.textContent === "{stage}"', f'{stage} at {site}')


@case
def sign_in(page, lab, _):
    page.open(f'{lab.url}/')
    page.fill('Token', lab.token)
    page.click('button', 'Sign in')
    page.says('Sign out')
    settle(page)


@case
def what_the_scenario_has(page, *_):
    """It is all there before anything is done: sites on the map, the service at both."""
    go(page, '#/map')
    for site in NEAREST.values():
        mark = f'document.querySelector("[data-site={site}].mark").classList'
        page.wait(f'{mark}.contains("stage-preferred") && !{mark}.contains("troubled")', f'{site} on the map, and nothing wrong there')
    go(page, '#/lab/services/web')
    for site in NEAREST.values():
        stands(page, site, 'preferred')


@case
def order_an_address(page, *_):
    go(page, '#/lab/ips')
    page.click('button', 'Order a Global IP')
    page.fill('Description', 'The shop')
    page.click('dialog button', 'Order')
    page.says(f'Ordered {GIP}/32')


@case
def place_a_service(page, *_):
    """It is announced, and the page says so without being asked."""
    go(page, '#/lab/services')
    page.click('button', 'Place a service')
    page.fill('Name', 'shop')
    page.check(f'{GIP}/32')
    for site in NEAREST.values():
        page.check(site)
    page.fill('What answers', json.dumps(DOCUMENT))
    page.click('dialog button', 'Place')
    page.says('Placed shop')
    page.click('main a', 'shop')
    for site in NEAREST.values():
        stands(page, site, 'preferred')


@case
def each_client_at_its_nearest(_, lab, clients):
    for client, site in NEAREST.items():
        clients[client] = Asking(lab, client, GIP)
        clients[client].lands_at(site)


@case
def drain_a_site(page, _, clients):
    """Its clients go to the other one; the others stay where they are."""
    before = {client: len(asking.seen) for client, asking in clients.items()}
    page.click('button', 'Drain am6')
    page.fill('Reason', 'new kernel')
    page.click('dialog button', 'Drain')
    page.says('Draining shop at am6')
    stands(page, 'am6', 'withdrawn')
    clients['edinburgh'].lands_at('sg1')
    clients['hong-kong'].lands_at('sg1')
    count(clients, before, 'the drain')


@case
def undrain_it(page, _, clients):
    before = {client: len(asking.seen) for client, asking in clients.items()}
    page.click('button', 'Undrain am6')
    page.click('dialog button', 'Undrain')
    stands(page, 'am6', 'preferred')
    for client, site in NEAREST.items():
        clients[client].lands_at(site)
    count(clients, before, 'the undrain')
    for asking in clients.values():
        asking.end()


def count(clients, before, what):
    """Only what was on its way when the routes changed may be lost."""
    for client, asking in clients.items():
        seen = [site for _, site in asking.seen[before[client]:]]
        print(f'# {client}, during {what}: {len(seen)} requests, {seen.count("-")} lost', flush=True)
        assert seen.count('-') <= (3 if client == 'edinburgh' else 0), seen


@case
def nothing_is_amiss(page, lab, _):
    assert page.complaints == [], page.complaints
    elsewhere = [url for url in page.requests if not url.startswith(lab.url + '/') and url != 'about:blank']
    assert elsewhere == [], elsewhere


def main(nearcast, scenario, *_):
    if chromium.find() is None:
        raise Skip('there is no chromium')
    with Lab(nearcast, scenario) as lab:
        try:
            urllib.request.urlopen(f'{lab.url}/console/console.js').close()
        except urllib.error.HTTPError as error:
            raise Skip('the controller was built without the console') from error
        with chromium.Chromium() as browser:
            run_cases(browser.page(), lab, {})


try:
    main(*sys.argv[1:])
except Skip as reason:
    print(f'1..0 # SKIP {reason}')
