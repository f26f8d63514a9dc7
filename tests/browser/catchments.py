#!/usr/bin/env python3
"""Catchments in the console, as a person uses it: Chromium, and the real nearcast-controller with SQLite; hosts are played.

    catchments.py NEARCAST-CONTROLLER AXE.JS [CASE...]
"""
import os
import pathlib
import sys

from stage import Stage, axe, main

# pylint: disable=wrong-import-order,ungrouped-imports
import players  # after stage, which knows where server is
from server import case

ASKED = ['9.9.9.9', '9.9.10.7', '8.8.8.8', '8.8.4.4']
RTTS = {'am6-1': [f'{ip} 20000' for ip in ASKED], 'sg1-1': ['9.9.9.9 90000', '8.8.8.8 4000'], 'ny5-1': ['8.8.4.4 7000']}
ASKED_AT = ('9.9.9.0/24 DE 52.52 13.40 Berlin', '9.9.10.0/24 DE 48.14 11.58 Munich', '8.8.8.0/24\tSG\t1.29\t103.85\tSingapore', '8.8.4.0/24,CA,43.65,-79.38,Toronto')
DOTS = 'document.querySelectorAll("section.card:first-child .landing .frame path.dot").length'
SITES = 3  # have dots, too, ringed


def present(stage):
    """Hosts at three sites, which can be asked."""
    stage.fill()
    hosts = players.join(stage)
    for host in hosts.values():
        host.report()
    return hosts


def measure(page, known=()):
    """Begins one with the form."""
    page.click('button', 'Measure')
    page.fill('Whom to ask', '\n'.join(ASKED))
    page.fill('Contact', 'noc@example.net')
    page.choose('How far each site is', 'yes')
    if known:
        page.fill('Where they are', '\n'.join(known))
        page.fill('Whose they are', '8.8.8.0/24 64500 Northwind')
    page.click('dialog button', 'Begin')


@case
def where_clients_land(browser, program, _):
    """Begun with the form, seen as it goes, with its result, and with who moved since."""
    with Stage(browser, program) as stage:
        hosts = present(stage)
        page = stage.page('#/shop/catchments')
        page.says('Nobody has measured where the clients')
        for turn, landed in enumerate(({'am6-1': ['9.9.9.9 9000', '9.9.10.7 9000', '8.8.8.8 9000'], 'ny5-1': ['8.8.4.4 9000']},
                                       {'am6-1': ['9.9.9.9 9000', '8.8.8.8 9000'], 'sg1-1': ['9.9.10.7 9000'], 'ny5-1': ['8.8.4.4 9000']})):
            measure(page)
            page.wait(f'document.querySelectorAll("section.card").length == {turn + 1}', 'it is shown')
            one = stage.admin.ask('GET', '/api/v1/projects/shop/catchments', status=200).json['items'][0]
            players.measure(hosts, one['id'], landed, RTTS, lambda: page.wait(
                'document.querySelector("section.card meter[aria-label=\'Sent: 2 of 4\']")', 'how far it is'))
            page.wait(f'document.querySelectorAll("section.card .good").length == {turn + 1}', 'it is done')
            page.click('summary', 'Targets and changes')
            page.says('1 target that another site would serve better')
        # what was opened on the first one's card stayed open while the second one went on
        assert page.js('document.querySelectorAll("details[open] caption").length') >= 2, page.text()
        page.says('Forged, not counted')
        page.says('1 of 4 targets moved since the one before')
        page.click('button', 'Forget')
        page.click('dialog button', 'Forget')
        page.wait('document.querySelectorAll("section.card").length == 1', 'one is left')


@case
def clients_on_a_map(browser, program, axe_path):
    """Drawn while they land; the tables say the same, to who uses a keyboard and a screen reader as well."""
    with Stage(browser, program) as stage:
        hosts = present(stage)
        page = stage.page('#/shop/catchments')
        measure(page, (*ASKED_AT[:3], '8.8.4.0/24 CA'))
        page.wait('document.querySelector("dialog [aria-invalid]")?.name === "places"', 'the mark of the field')
        page.says('expected a prefix, a country, and degrees north and east')
        page.fill('Where they are', '\n'.join(ASKED_AT))
        page.fill('Whose they are', '8.8.8.0/24 64500 Northwind\n8.8.4.0/24 64501 ' + 200 * 'N')
        page.click('dialog button', 'Begin')
        page.wait('document.querySelector("section.card")', 'it is shown')
        one = stage.admin.ask('GET', '/api/v1/projects/shop/catchments', status=200).json['items'][0]
        landed = {'am6-1': ['9.9.9.9 9000', '9.9.10.7 9000', '8.8.8.8 9000'], 'ny5-1': ['8.8.4.4 9000']}
        players.measure(hosts, one['id'], landed, RTTS, lambda: page.wait(f'{DOTS} === {4 + SITES}', 'the clients, while it goes on'))
        page.says('Whom a better site could serve')
        page.wait('document.querySelector(".card table tbody tr").innerText.includes("16.0 ms")', 'what it costs, once that was measured')
        row = page.js('document.querySelector(".card table tbody tr").innerText').split()
        assert row[:3] == ['AS64500', 'Northwind', 'SG'] and 'am6' in row and 'sg1' in row, row
        page.says('Latency inflation')
        assert page.js('document.querySelectorAll(".cdf .is").length') == 2
        # the map has a name, and the tables have what it shows
        assert 'tables say the same' in page.js('document.querySelector(".landing svg[role=img]").getAttribute("aria-label")')
        page.js('[...document.querySelectorAll("summary")].find((s) => s.textContent.startsWith("The clients")).focus()')
        page.key('Enter')
        page.wait('document.querySelector("details[data-key$=clients][open] tbody").innerText.includes("Munich, DE")', 'the table of all')
        page.js(pathlib.Path(axe_path).read_text(encoding='utf-8') + '; true')
        for scheme in ('light', 'dark'):
            page.look(width=1280, height=800, scheme=scheme)
            assert page.js('document.documentElement.scrollWidth') <= 1280, 'a long name widens the page'
            axe(page, f'a map, {scheme}')
        page.look(width=390, height=780, scheme='light')
        assert page.js('document.documentElement.scrollWidth') <= 390


@case
def what_is_wrong_with_lines(browser, program, _):
    """The first error of several, by the line that was typed; in a lab, addresses of documentation."""
    bad = '# of one\nfoo\n\n192.0.2.83, 192.0.2.87'
    marked = 'document.querySelector("dialog [name={}] ~ .error").textContent'
    with Stage(browser, program) as stage:
        present(stage)
        page = stage.page('#/shop/catchments')
        page.click('button', 'Measure')
        page.fill('Contact', 'noc@example.net')
        page.fill('Whom to ask', bad)
        page.click('dialog button', 'Begin')
        page.wait('document.querySelector("dialog [aria-invalid]")?.name === "targets"', 'the mark of the field')
        said = page.js(marked.format('targets'))
        page.says_not('/targets/')  # counted otherwise
        assert said.startswith('line 2: expected an address or a prefix') and said.endswith('; 2 more errors found'), said
        page.fill('Whom to ask', bad.replace('foo', '9.9.9.9').replace(', 192.0.2.87', ''))
        page.click('dialog button', 'Begin')
        page.says('line 4: documentation (RFC 5737)')
        page.fill('Whom to ask', '9.9.9.9')
        page.fill('Where they are', '\n9.9.9.0/24 NL 91 1\n9.9.8.0/24 NL')
        page.click('dialog button', 'Begin')
        page.wait('document.querySelector("dialog [aria-invalid]")?.name === "places"', 'the mark of the other field')
        said = page.js(marked.format('places'))
        assert said == 'line 2: there is no such place on the earth; 1 more error found', said
        page.check('This is a lab')
        page.click('dialog button', 'Begin')
        page.says('this controller is of no lab')


@case
def in_a_lab(browser, program, _):
    """Addresses that nobody else may ask, and nobody who wonders why."""
    with Stage(browser, program) as stage:
        stage.controller.stop()
        stage.controller.start(env={**os.environ, 'NEARCAST_LAB': 'test'})
        present(stage)
        page = stage.page('#/shop/catchments')
        page.click('button', 'Measure')
        page.fill('Whom to ask', '192.0.2.83')
        page.check('This is a lab')
        page.click('dialog button', 'Begin')
        page.wait('document.querySelector("section.card")', 'it is shown')


@case
def what_clients_weigh(browser, program, _):
    """Begun without; told afterwards, and each share is of the weight then."""
    with Stage(browser, program) as stage:
        hosts = present(stage)
        page = stage.page('#/shop/catchments')
        measure(page, ASKED_AT)
        page.wait('document.querySelectorAll("section.card").length == 1', 'it is shown')
        one = stage.admin.ask('GET', '/api/v1/projects/shop/catchments', status=200).json['items'][0]
        players.measure(hosts, one['id'], {'am6-1': ['9.9.9.9 9000', '9.9.10.7 9000', '8.8.8.8 9000'], 'ny5-1': ['8.8.4.4 9000']}, RTTS)
        page.wait('document.querySelectorAll("section.card .good").length == 1', 'it is done')
        page.says('75.0 %, 3 clients')
        page.click('button', 'Tell what they weigh')
        page.fill('What they weigh', '9.9.9.0/24 100\n8.8.8.0/24 800 users')
        page.click('dialog button', 'Tell')
        page.says('line 2: expected a prefix and a number')
        page.fill('What they weigh', '9.9.9.0/24 100\n8.8.8.0/24 800\n8.8.4.4 100')
        page.click('dialog button', 'Tell')
        page.says('90.0 % of the weight, 3 clients')
        page.says('Shares and distributions count each client with the weight that was told of it.')
        page.says('1, 80.0 % of the weight')
        page.click('summary', 'The clients, by place and network')
        page.wait('[...document.querySelectorAll("[data-label=Weight]")].map((e) => e.textContent).join() === "800,100,100,0"', 'their weights')
        assert 'Tell what they weigh' not in page.text()


@case
def told_where_clients_are(browser, program, _):
    """One that was begun without places has its map afterwards, and what was opened meanwhile stays open."""
    with Stage(browser, program) as stage:
        hosts = present(stage)
        one = stage.post('projects/shop/catchments', {'global_ip': '203.0.113.1', 'site': 'am6', 'targets': ASKED, 'contact': 'c', 'best': True})
        players.measure(hosts, one['id'], {'am6-1': ['9.9.9.9 9000', '8.8.8.8 9000']}, RTTS)
        page = stage.page('#/shop/catchments')
        page.says('There is no map: where the clients are is not known')
        page.says_not('have no place on it')  # on no map, nobody has
        page.says_not('Dashed')
        page.click('summary', 'The clients, by place and network')
        page.click('button', 'Tell where they are')
        page.fill('Where they are', 'nowhere')
        page.click('dialog button', 'Tell')
        page.says('expected a prefix such as 192.0.2.0/24')
        page.fill('Where they are', '\n'.join(ASKED_AT))
        page.click('dialog button', 'Tell')
        page.wait(f'{DOTS} === {2 + SITES}', 'the map')
        page.wait('document.querySelector("details[data-key$=clients][open] tbody").innerText.includes("Berlin, DE")', 'the table of all, open still')
        page.click('nav a', 'Services')
        viewer = stage.post('tokens', {'name': 'v', 'role': 'viewer', 'project': 'shop'})['token']
        looks = stage.page('#/shop/catchments', viewer)
        looks.wait(f'{DOTS} === {2 + SITES}', 'a viewer sees it, too')
        assert 'Tell where' not in looks.text()


if __name__ == '__main__':
    main(*sys.argv[1:])
