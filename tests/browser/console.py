#!/usr/bin/env python3
"""The console as a person uses it: Chromium, and the real nearcast-controller with SQLite.

    console.py NEARCAST-CONTROLLER AXE.JS [CASE...]
"""
import json
import pathlib
import sys

from stage import VIEWS, Stage, axe, go, main, settle

# pylint: disable=wrong-import-order,ungrouped-imports
import players  # after stage, which knows where server is
from server import Client, Skip, case

PROBE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>"\'>{{7*7}}'


@case
def sign_in(browser, program, _):
    with Stage(browser, program) as stage:
        page = browser.page()
        stage.pages.append(page)
        page.open(stage.origin + '/')
        page.says('One address')
        page.fill('Token', 'nct_' + 'x' * 43)
        page.click('button', 'Sign in')
        page.wait('document.querySelector("[role=alert]")', 'why not')
        page.fill('Token', stage.token)
        page.key('Enter')
        page.says('There is no project yet')
        page.open(stage.origin + '/console/')
        page.says('There is no project yet')
        page.click('button', 'Sign out')
        page.says('One address')
        assert 'Sign out' not in page.text()
        page.open(stage.origin + '/console/')
        page.says('One address')


@case
def a_session_that_ends_asks_for_the_token(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        made = stage.post('tokens', {'name': 'ada', 'role': 'operator', 'project': 'shop'})
        page = stage.page('#/shop/services/web', made['token'])
        page.says('The ladder')
        stage.admin.ask('DELETE', f'/api/v1/tokens/{made["id"]}', status=204)
        page.says('One address')
        page.fill('Token', stage.token)
        page.click('button', 'Sign in')
        page.says('The ladder')


@case
def from_nothing_to_a_service(browser, program, _):
    """All that is needed, by the console alone."""
    with Stage(browser, program) as stage:
        page = stage.page()
        page.click('button', 'Make a project')
        page.fill('Name', 'shop')
        page.click('dialog button', 'Make')
        page.says('Saved shop')
        page.click('nav a', 'IPs & Networks')
        page.click('button', 'Add a pool')
        page.fill('Name', 'edge4')
        page.fill('Prefix', '203.0.113.0/24')
        page.click('dialog button', 'Add')
        page.says('203.0.113.0/24')
        order(page)
        page.click('nav a', 'Sites & hosts')
        page.click('button', 'Add a site')
        page.fill('Name', 'am6')
        page.fill('City', 'Amsterdam')
        page.fill('Latitude', '52.37')
        page.fill('Longitude', '4,9')
        page.click('dialog button', 'Add')
        page.says('Amsterdam')
        page.click('nav a', 'Services')
        page.click('button', 'Place a service')
        page.fill('Name', 'web')
        page.check('203.0.113.2/31')
        page.check('am6')
        page.fill('What answers', json.dumps({'listen': ['tcp/80']}))
        page.click('dialog button', 'Place')
        page.says('Placed web')
        page.click('main a', 'web')
        page.says('tcp/80')
        made = stage.admin.ask('GET', '/api/v1/projects/shop/services/web', status=200).json
        assert made['prefixes'] == ['203.0.113.2/31'] and made['sites'] == ['am6'], made
        page.click('nav a', 'IPs & Networks')
        page.wait('document.querySelector("main td a")?.textContent === "web"', 'what the address is used for')


def order(page):
    """Two addresses."""
    page.click('button', 'Order a Global IP')
    page.check('2')
    page.says('a /31 out of edge4')
    page.fill('Tags', 'web, prod')
    page.fill('Description', 'The shop')
    page.click('dialog button', 'Order')
    page.says('Ordered 203.0.113.2/31')
    page.wait('document.querySelector("[data-prefix=\'203.0.113.2/31\']")')


@case
def a_refusal_marks_its_field(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/ips')
        page.click('button', 'Order a Global IP')
        page.fill('Tags', 'x' * 64)
        page.click('dialog button', 'Order')
        page.wait('document.querySelector("dialog [aria-invalid]")?.name === "tags"', 'the mark of the field')
        assert page.js('document.activeElement.name') == 'tags'
        assert page.js('document.getElementById(document.activeElement.getAttribute("aria-describedby").split(" ")[0]).textContent')
        page.fill('Tags', 'short')
        page.click('dialog button', 'Order')
        page.says('Ordered 203.0.113.')


@case
def an_order_has_one_key(browser, program, _):
    """The same form, sent again after nothing came back, orders nothing twice."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/ips')
        page.click('button', 'Order a Global IP')
        # the answer is lost on its way, not the request
        page.js('{ const real = fetch; let lost = false; window.fetch = async (...a) => { const r = await real(...a);'
                ' if (a[1].method === "POST" && !lost) { lost = true; throw new TypeError("lost"); } return r; }; true }')
        page.click('dialog button', 'Order')
        page.says('The controller does not answer')
        page.click('dialog button', 'Order')
        page.says('Ordered 203.0.113.')
        assert len(stage.admin.ask('GET', '/api/v1/projects/shop/global-ips', status=200).json['items']) == 4


@case
def somebody_else_was_faster(browser, program, _):
    with Stage(browser, program) as stage:
        ip = stage.fill()[2]
        page = stage.page('#/shop/ips')
        page.click('button', 'Edit 203.0.113.2/31')
        page.fill('Description', 'mine')
        stage.admin.ask('PATCH', f'/api/v1/projects/shop/global-ips/{ip}', {'description': 'theirs'}, status=200, if_match='*')
        page.click('dialog button', 'Save')
        page.says('Somebody else has changed it meanwhile')
        page.says('theirs')
        page.click('dialog button', 'Save')
        page.says('Saved 203.0.113.2/31')
        assert stage.admin.ask('GET', f'/api/v1/projects/shop/global-ips/{ip}').json['description'] == 'mine'


@case
def release(browser, program, _):
    """What is used says what will follow, and wants its name typed."""
    with Stage(browser, program) as stage:
        ips = stage.fill()
        page = stage.page('#/shop/ips')
        page.click('button', 'Release 203.0.113.2/31')
        page.says('quarantine')
        page.click('dialog button', 'Release')
        page.says('Released 203.0.113.2/31')
        # its row goes, and what is below moves
        page.wait('!document.querySelector("[data-prefix=\'203.0.113.2/31\']")')
        page.click('button', 'Release 203.0.113.1/32')
        page.says('it is withdrawn at am6, ny5, sg1')
        page.fill('Type', '203.0.113.1')
        page.click('dialog button', 'Release')
        page.says('this is not 203.0.113.1/32')
        page.fill('Type', '203.0.113.1/32')
        page.click('dialog button', 'Release')
        page.says('Released 203.0.113.1/32')
        service = stage.admin.ask('GET', '/api/v1/projects/shop/services/web', status=200).json
        assert service['global_ips'] == [ips[1]], service
        page.choose('State', 'quarantined')
        page.says('resting until')


@case
def the_last_site_wants_a_reason(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/services/web')
        page.click('button', 'Change', exact=True)
        for site in ('am6', 'sg1', 'ny5'):
            page.check(site)
        page.click('dialog button', 'Save')
        page.says('This would take the service from too many sites')
        page.click('dialog button', 'Cancel')
        page.says_not('This would take')
        assert stage.admin.ask('GET', '/api/v1/projects/shop/services/web').json['sites'] == ['am6', 'ny5', 'sg1']
        page.click('dialog button', 'Save')
        page.fill('Reason for the override', 'it moves elsewhere')
        page.click('dialog button', 'Override')
        page.says('Saved web')
        assert stage.admin.ask('GET', '/api/v1/projects/shop/services/web').json['sites'] == []
        go(page, '#/audit')
        page.says('override: it moves elsewhere')


@case
def a_change_of_what_answers_goes_site_by_site(browser, program, _):
    """Refused at once where clients are answered; offered site by site, or meant at once."""
    with Stage(browser, program) as stage:
        stage.fill()
        web = '/api/v1/projects/shop/services/web'
        hosts = players.join(stage)
        for host in hosts.values():
            host.report()
        page = stage.page('#/shop/services/web')
        page.click('button', 'Change', exact=True)
        page.fill('Description', 'with TLS')
        page.fill('What answers', json.dumps({'listen': ['tcp/80', 'tcp/443']}))
        page.click('dialog button', 'Save')
        page.says('This would reach too many sites at once')
        page.says('it would reach am6, ny5, sg1: 3 of 3 sites at once')
        page.click('dialog button', 'Site by site')
        page.says('The change goes from site to site')
        page.says('0 of 3 sites done')
        service = stage.admin.ask('GET', web, status=200).json
        assert service['description'] == 'with TLS' and service['document']['listen'] == ['tcp/80'], service
        rollout = stage.admin.ask('GET', '/api/v1/projects/shop/rollouts', status=200).json['items'][0]
        assert (rollout['kind'], rollout['state']) == ('change', 'running'), rollout
        stage.admin.ask('PATCH', f'/api/v1/projects/shop/rollouts/{rollout["id"]}', {'state': 'taken-back'}, status=200, if_match='*')
        go(page, '#/shop/services')
        go(page, '#/shop/services/web')
        page.click('button', 'Change', exact=True)
        page.fill('What answers', json.dumps({'listen': ['tcp/443']}))
        page.click('dialog button', 'Save')
        page.fill('Reason for the override', 'nobody is there yet')
        page.click('dialog button', 'Override')
        page.says('Saved web')
        assert stage.admin.ask('GET', web, status=200).json['document'] == {'listen': ['tcp/443']}


@case
def drain_and_undrain(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/services/web')
        page.click('button', 'Drain sg1')
        page.says('New clients land at the other sites')
        page.fill('Reason', 'new kernel')
        page.choose('Until', '3600')
        page.click('dialog button', 'Drain')
        page.says('Draining web at sg1')
        page.says('new kernel')
        orders = stage.admin.ask('GET', '/api/v1/projects/shop/orders', status=200).json['items']
        assert [(o['kind'], o['site'], o['reason']) for o in orders] == [('drain', 'sg1', 'new kernel')], orders
        assert orders[0]['expires_at'], orders
        page.click('button', 'Drain everywhere')
        page.click('dialog button', 'Drain')
        page.says('This would take the service from too many sites')
        page.fill('Reason for the override', 'the end of the shop')
        page.click('dialog button', 'Override')
        page.says('Draining web everywhere')
        page.click('button', 'Undrain everywhere')
        page.click('dialog button', 'Undrain')
        page.says('Undrained')
        page.click('button', 'Undrain sg1')
        page.click('dialog button', 'Undrain')
        page.wait('!document.querySelector(".order")', 'no order')
        assert stage.admin.ask('GET', '/api/v1/projects/shop/orders').json['items'] == []


@case
def news_in_the_middle_of_a_press_lose_no_click(browser, program, _):
    """What is under the pointer is drawn anew when the pointer has left it."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/services/web')
        at = page.at(page.element('button', 'Drain sg1'))
        page.mouse('mousePressed', at)
        asked = 'performance.getEntriesByType("resource").length'
        before = page.js(asked)
        stage.admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'description': 'news'}, status=200, if_match='*')
        page.wait(f'{asked} > {before}', 'the news asked for')
        page.js('new Promise((resolve) => setTimeout(resolve, 100))')  # which would be drawn by now
        page.mouse('mouseReleased', at)
        page.says('New clients land at the other sites')
        page.key('Escape')
        page.says('news')


@case
def a_site_is_drained_and_held(browser, program, _):
    """All services of it, by an administrator."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/sites')
        page.click('button', 'Drain all services of ny5')
        page.click('dialog button', 'Drain')
        page.says('Draining all services at ny5')
        go(page, '#/shop/services/web')
        page.wait('document.querySelector("[data-site=ny5] .order")', 'the order beside the site')
        page.click('button', 'Hold am6')
        page.click('dialog button', 'Hold')
        page.says('Holding web at am6')
        go(page, '#/sites')
        page.click('button', 'Undrain ny5')
        page.click('dialog button', 'Undrain')
        page.wait('!document.querySelector(".order")', 'no order')


@case
def a_rolling_drain(browser, program, _):
    """Begun, seen step by step, paused, taken back."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/services/web')
        page.click('button', 'Rolling drain')
        page.fill('Watch each for', '300')
        page.fill('Reason', 'new kernel everywhere')
        page.click('dialog button', 'Begin')
        page.says('0 of 3 sites done')
        page.says('waits for site am6, which is not heard of')
        page.click('button', 'Pause')
        page.click('dialog button', 'Pause')
        page.says('paused')
        page.click('button', 'Go on')
        page.click('dialog button', 'Go on')
        page.says('running')
        page.click('button', 'Take back')
        page.says('Sites that it drains come back at once')
        page.click('dialog button', 'Take back')
        page.says('taken-back')
        page.wait('!document.querySelector(".order")', 'no order')


@case
def announced_and_drained(browser, program, _):
    """A service is seen to come up at a site, to fail at another, to be drained and to come back, as the hosts report it."""
    with Stage(browser, program) as stage:
        if '/agent/v1/report' not in stage.admin.ask('GET', '/api/v1/openapi.json').json['paths']:
            raise Skip('the controller takes no reports')
        stage.fill()
        page = stage.page('#/shop/services/web')
        page.says('has not joined')
        hosts = players.join(stage)
        hosts['am6-1'].report()
        page.wait(stage_at('am6') + '=== "preferred"', 'preferred at am6')
        hosts['sg1-1'].report('withdrawn', 'failing', 'http fails: status 503', neighbor='active',
                              events=[('stage', 'warning', 'withdrawn: http fails: status 503')])
        page.wait(stage_at('sg1') + '=== "withdrawn"', 'withdrawn at sg1')
        page.says('http fails: status 503')
        # the others answer, or it would be the last site
        hosts['sg1-2'].report()
        hosts['ny5-1'].report()
        page.click('button', 'Drain am6')
        page.fill('Reason', 'new kernel')
        page.click('dialog button', 'Drain')
        page.says('Draining web at am6')
        assert hosts['am6-1'].desired()['orders'][0]['kind'] == 'drain'
        hosts['am6-1'].report('backup', reason='drained: new kernel', drain={
            'phase': 'waiting', 'reason': 'new kernel', 'connections': 12, 'most_connections': 80, 'until_connections': 0, 'left_ms': 60000, 'ended_why': None})
        page.wait(stage_at('am6') + '=== "backup"', 'backup at am6')
        page.says('12 of 80 connections left')
        go(page, '#/map')
        page.wait('document.querySelector("[data-site=am6].mark").classList.contains("stage-backup")', 'a half mark')
        page.wait('document.querySelector("[data-site=sg1].mark").classList.contains("troubled")', 'a mark of trouble')
        page.says('sg1-1: neighbor rs1 is active')
        hosts['am6-1'].report()
        page.wait('document.querySelector("[data-site=am6].mark").classList.contains("stage-preferred")', 'a full mark, without a word of ours')
        go(page, '#/hosts/am6-1')
        page.says('Established')
        go(page, '#/events')
        page.says('withdrawn: http fails: status 503')


def stage_at(site):
    """What the page says of the first address there."""
    return f'document.querySelector("[data-site={site}] [data-label=Stage] .badge")?.textContent '


@case
def a_change_is_undone(browser, program, _):
    with Stage(browser, program) as stage:
        ip = stage.fill()[2]
        stage.admin.ask('PATCH', f'/api/v1/projects/shop/global-ips/{ip}', {'description': 'wrong'}, status=200, if_match='*')
        page = stage.page('#/audit')
        page.click('summary', 'change global-ip')
        page.says('wrong')
        page.click('button', 'Undo change 203.0.113.2/31')
        page.click('dialog button', 'Undo')
        page.says('Undone: change 203.0.113.2/31')
        assert stage.admin.ask('GET', f'/api/v1/projects/shop/global-ips/{ip}').json['description'] == 'Resolvers'


@case
def a_change_that_has_stopped(browser, program, _):
    """Where its document is, why it stopped, and what ends it."""
    with Stage(browser, program) as stage:
        stage.fill()
        hosts = players.join(stage)
        for host in hosts.values():
            host.report()
        web = stage.admin.ask('GET', '/api/v1/projects/shop/services/web', status=200).json
        stage.post('projects/shop/rollouts', {'kind': 'change', 'service': 'web', 'document': web['document'] | {'drain-time': '7s'}, 'settle_seconds': 300})
        page = stage.page('#/shop/services/web')
        page.says('Its document is at am6; all other sites have that of the service.')
        assert 'gives every site the former document' not in page.text()
        for name in 'am6-1', 'am6-2':
            hosts[name].report('withdrawn', 'failing', 'http fails: status 503')
        page.says('It stays so until somebody decides')
        page.says('status 503')
        page.says('Go on resumes it where it stopped, Take back gives every site the former document.')
        page.click('button', 'Take back')
        page.says('Every site that has its document gets the former one at once')
        page.click('dialog button', 'Take back')
        page.says_not('Its document is at')
        step = 'document.querySelector(".card [data-row={}] [data-label=State] .badge").textContent'
        assert page.js(step.format('am6')) == 'taken-back', 'it is no failure any more'
        assert page.js(step.format('sg1')) == 'waiting'
        page.says('Not back yet, as far as is known: am6-1 and am6-2.')
        for name in 'am6-1', 'am6-2':
            hosts[name].report()
        page.says_not('Not back yet')


@case
def a_host_that_is_away(browser, program, _):
    """What it said is no state of now; it is deleted only by who says that this is meant."""
    with Stage(browser, program) as stage:
        stage.fill()
        hosts = players.join(stage)
        for host in hosts.values():
            host.report()
        page = stage.page('#/shop/services/web')
        page.wait(stage_at('ny5') + '=== "preferred"', 'preferred at ny5')
        hosts['ny5-1'].go_away()
        page.wait(stage_at('ny5') + '=== "was preferred"', 'what it was')
        assert page.js('document.querySelector("[data-site=ny5] [data-label=Verdict] .badge").textContent') == 'was passing'
        go(page, '#/hosts/ny5-1')
        page.says('It is away: this is what it said when it was heard of last')
        page.click('button', 'Delete')
        page.fill('Type ny5-1 to confirm', 'ny5-1')
        page.click('dialog button', 'Delete')
        page.says('It would go on announcing, and hear nothing more')
        page.fill('Reason for the override', 'its machine burnt')
        page.click('dialog button', 'Override')
        page.says('Deleted ny5-1')
        last = stage.admin.ask('GET', '/api/v1/audit?kind=host&limit=1', status=200).json['items'][0]
        assert (last['action'], last['override_reason']) == ('delete', 'its machine burnt'), last


@case
def a_host_moves(browser, program, _):
    """By the keyboard: refused while it announces, drained, moved with its drain, undrained at the other site."""
    with Stage(browser, program) as stage:
        stage.fill()
        hosts = players.join(stage)
        for host in hosts.values():
            host.report()
        stage.admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'sites': ['am6', 'ny5']}, status=200, if_match='*')
        page = stage.page('#/hosts/am6-1')
        tab_to(page, 'document.activeElement.getAttribute("aria-label") === "Move am6-1 to another site"')
        page.key('Enter')
        page.wait('document.querySelector("dialog[open]")?.contains(document.activeElement)', 'the focus in the dialog')
        page.choose('To the site', 'ny5')
        page.says('What it keeps: shop.web')
        page.choose('To the site', 'sg1')
        page.says('What it leaves at am6: shop.web')
        assert page.js('document.querySelector("dialog [aria-live]").textContent.includes("at sg1: no further service")')
        page.key('Enter')
        tab_to(page, 'document.activeElement.type === "submit"')
        page.key('Enter')
        page.wait('document.querySelector("dialog [role=alert]")', 'the refusal')
        page.says('am6-1 announces 2001:db8:f00d::/128 and 1 more at am6: first `nearcast drain --host am6-1`, and wait until it is withdrawn')
        page.key('Escape')
        page.wait('document.activeElement.textContent === "Move"', 'the focus where it was')
        page.click('button', 'Drain all services of am6-1')
        page.says('New clients land at the other hosts')
        page.fill('Reason', 'moves to sg1')
        page.click('dialog button', 'Drain')
        page.says('Draining all services on am6-1')
        page.wait('document.querySelector(".order")?.textContent.includes("moves to sg1")', 'the order')
        page.wait('![...document.querySelectorAll("main button")].some((b) => b.textContent === "Drain")', 'no second drain')
        hosts['am6-1'].report('withdrawn', reason='drained: moves to sg1')
        page.wait('document.querySelector("main [data-label=Stage] .badge")?.textContent === "withdrawn"', 'withdrawn')
        page.click('button', 'Move am6-1 to another site')
        page.choose('To the site', 'sg1')
        page.says('drained, it announces nothing there until it is undrained')
        page.click('dialog button', 'Move')
        page.says('Moved am6-1 to sg1')
        page.wait('[...document.querySelectorAll(".facts div")].some((d) => d.textContent === "Sitesg1")', 'its site')
        assert stage.admin.ask('GET', '/api/v1/hosts/am6-1', status=200).json['site'] == 'sg1'
        page.click('button', 'Undrain am6-1')
        page.click('dialog button', 'Undrain')
        page.wait('!document.querySelector(".order")', 'no order')


@case
def a_host_that_left(browser, program, _):
    """Whoever said goodbye is no host that has never joined; the same word as of nearcast services status."""
    with Stage(browser, program) as stage:
        stage.fill()
        player = players.Player(stage, 'am6', 'am6-1')
        player.report()
        player.client.ask('POST', '/agent/v1/leave?override_reason=its+place+is+given+up', status=204)
        page = stage.page('#/sites')
        told = 'document.querySelector("[data-row=am6-{}] [data-label=Presence] .badge").textContent'
        assert page.js(told.format(1)) == 'left'
        assert page.js(told.format(2)) == 'has not joined'
        go(page, '#/hosts/am6-1')
        page.says('it has withdrawn what it announced from here, and nobody counts on it')
        go(page, '#/hosts/am6-2')
        page.says('It has not joined yet')
        for view in '#/map', '#/shop/services/web':
            go(page, view)
            page.wait('[...document.querySelectorAll("main li")].some((e) => e.textContent.startsWith("am6-1 left"))', f'that it left, in {view}')


@case
def a_host_joins(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/sites')
        page.click('button', 'Let a host join')
        page.choose('Site', 'sg1')
        page.click('dialog button', 'Make a token')
        page.says('Run this on the host')
        command = page.js(page.labelled('Command') + '.value')
        assert command.startswith(f'sudo nearcast join {stage.origin} --token nc'), command
        token = command.split()[-1]
        page.click('dialog button', 'Done')
        Client(stage.controller.port).ask('POST', '/agent/v1/join', {'token': token, 'name': 'sg1-9', 'agent_version': '1'}, status=201)
        page.says('sg1-9')
        page.click('summary', '1 token used or expired')
        page.says('used by')


@case
def others_changes_appear(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/ips')
        page.js('document.querySelector("#filter").focus()')
        stage.post('projects/shop/global-ips', {'description': 'made elsewhere'})
        page.says('made elsewhere')
        assert page.js('document.activeElement.id') == 'filter'


@case
def the_controller_goes_and_comes(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/ips')
        stage.controller.stop()
        page.says('The controller does not answer')
        assert '203.0.113.2/31' in page.text(), 'what was known is gone'
        stage.controller.start()
        page.says_not('The controller does not answer')


@case
def stored_scripts_are_text(browser, program, _):
    """In every text field of every object, looked at in every view."""
    with Stage(browser, program) as stage:
        ips = stage.fill()
        admin = stage.admin
        tag = PROBE[:63]
        for path, body in {
            'projects/shop': {'description': PROBE}, 'pools/edge4': {'description': PROBE},
            f'projects/shop/global-ips/{ips[2]}': {'description': PROBE, 'tags': [tag], 'customdata': {PROBE: PROBE}},
            'sites/am6': {'description': PROBE, 'city': PROBE, 'country': PROBE},
            'hosts/am6-1': {'description': PROBE, 'tags': [tag], 'customdata': {PROBE: PROBE}},
            'projects/shop/services/web': {'description': PROBE},
        }.items():
            admin.ask('PATCH', f'/api/v1/{path}', body, status=200, if_match='*')
        admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'sites': [], 'override_reason': PROBE}, status=200, if_match='*')
        admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'sites': ['am6']}, status=200, if_match='*')
        players.Player(stage, 'am6', 'am6-1').report()
        stage.post('projects/shop/catchments', {'global_ip': '203.0.113.1', 'site': 'am6', 'targets': ['9.9.9.9'], 'contact': 'c', 'description': PROBE})
        page = stage.page()
        for view in VIEWS:
            go(page, view)
            if view not in ('#/events', '#/access', '#/map'):
                page.says(PROBE[:40])
            page.js('document.querySelectorAll("details").forEach((d) => { d.open = true; })')
            unclean(page, view)
        for view, opener in (('#/shop/ips', 'Edit 203.0.113.2/31'), ('#/sites', 'Edit am6'), ('#/shop/services/web', 'Change'),
                             ('#/access', 'Edit project shop'), ('#/hosts/am6-1', 'Edit')):
            go(page, view)
            page.click('button', opener)
            page.wait('document.querySelector("dialog[open]")')
            unclean(page, f'{view}: {opener}')
            page.key('Escape')
            page.wait('!document.querySelector("dialog")')


def unclean(page, where):
    """Nothing ran, and nothing of the probe became an element."""
    assert page.js('window.pwned') is None, where
    assert page.js('document.querySelectorAll("img, iframe, object, script:not([src=\\"console.js\\"])").length') == 0, where


@case
def what_was_folded_up_stays_so(browser, program, _):
    """News draw a page anew; a phone has it folded up from the beginning."""
    with Stage(browser, program) as stage:
        stage.fill()
        host = players.Player(stage, 'am6', 'am6-1')
        host.report()
        page = stage.page('#/shop/services/web')
        is_open = 'document.querySelector("details[data-key=checks-am6-1]").open'
        page.wait(is_open, 'the checks')
        page.click('summary', 'Checks on am6-1')
        stage.admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'description': 'news'}, status=200, if_match='*')
        page.says('news')
        assert not page.js(is_open), 'unfolded by news'
        page.click('summary', 'Checks on am6-1')
        stage.admin.ask('PATCH', '/api/v1/projects/shop/services/web', {'description': 'other news'}, status=200, if_match='*')
        page.says('other news')
        assert page.js(is_open), 'folded up by news'
        phone = stage.page('#/shop/services/web', width=390, height=800)
        phone.wait('document.querySelector("details[data-key=checks-am6-1]")', 'the checks')
        assert not phone.js(is_open)


@case
def no_example_is_saved(browser, program, _):
    """A network that nobody wrote down is empty until somebody does."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/hosts/am6-1')
        page.click('button', 'Edit the network')
        page.click('dialog button', 'Save')
        page.says('Saved the network of am6-1')
        network = stage.admin.ask('GET', '/api/v1/hosts/am6-1/network', status=200).json
        assert (network['addresses'], network['bgp_neighbors']) == ([], []), network


@case
def a_refusal_is_in_sight(browser, program, _):
    """Also of a form that is longer than the window, whose end is always in sight."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page('#/shop/services', height=500)
        page.click('button', 'Place a service')
        page.fill('Name', 'web')
        within = '(() => { const b = document.querySelector("dialog %s")?.getBoundingClientRect(); return b && b.top >= 0 && b.bottom <= innerHeight; })()'
        assert page.js(within % 'button[type=submit]')
        page.js('document.querySelector("dialog").scrollTop = 9999')
        page.js('{ const real = fetch; window.fetch = (...a) => (a[1].method === "POST" ? Promise.reject(new TypeError("lost")) : real(...a)); true }')
        page.click('dialog button', 'Place')
        page.wait(within % '[role=alert]', 'the refusal in sight')


@case
def only_the_page_may_change(browser, program, _):
    """A request with the session's cookie and without its word, as another site could send it, changes nothing."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page()
        status = page.js('fetch("/api/v1/projects", { method: "POST", headers: { "Content-Type": "application/json" },'
                         ' body: JSON.stringify({ name: "evil" }) }).then((r) => r.status)')
        assert status in (401, 403), status
        assert page.js('document.cookie') == '', 'a script can read the cookie'
        stored = page.js('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
        assert stage.token not in stored, stored


@case
def by_the_keyboard_alone(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        page = browser.page()
        stage.pages.append(page)
        page.open(f'{stage.origin}/console/')
        page.says('One address')
        tab_to(page, 'document.activeElement.name === "token"')
        page.type(stage.token)
        page.key('Enter')
        page.says('Sign out')
        settle(page)
        page.js('document.activeElement.blur()')
        tab_to(page, 'document.activeElement.className === "skip"')
        page.key('Enter')
        page.wait('document.activeElement.tagName === "H1"')
        tab_to(page, 'document.activeElement.textContent === "Order a Global IP"')
        page.key('Enter')
        page.wait('document.querySelector("dialog[open]")?.contains(document.activeElement)', 'the focus in the dialog')
        tab_to(page, 'document.activeElement.type === "radio" && document.activeElement.value === "1"')
        page.key('ArrowRight')
        page.says('a /31')
        tab_to(page, 'document.activeElement.name === "description"')
        page.type('by keyboard')
        page.key('Enter')
        page.says('Ordered 203.0.113.')
        page.wait('document.activeElement.textContent === "Order a Global IP"', 'the focus where it was')
        page.key('Enter')
        page.wait('document.querySelector("dialog[open]")')
        page.key('Escape')
        page.wait('!document.querySelector("dialog")')
        go(page, '#/map')
        tab_to(page, 'document.activeElement.getAttribute("data-site") === "sg1"')
        page.wait('document.querySelector(".site-item.lit")?.getAttribute("data-site") === "sg1"', 'the site that has the focus')
        page.key('Enter')
        page.wait('document.activeElement.tagName === "A" && document.activeElement.textContent === "sg1"')


def tab_to(page, text, most=80):
    """The Tab key until it is there."""
    for _ in range(most):
        page.key('Tab')
        if page.js(text):
            return
    raise AssertionError(f'Tab does not lead to {text}; it is at {page.js("document.activeElement.outerHTML.slice(0, 200)")}')


@case
def accessible(browser, program, axe_path):
    """axe finds nothing, in any view, light and dark, big and small, nor in dialogs."""
    source = pathlib.Path(axe_path).read_text(encoding='utf-8')
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page()
        page.js(source + '; true')
        for look in ({}, {'scheme': 'dark'}, {'width': 390}):
            page.look(**look)
            for view in VIEWS:
                go(page, view)
                axe(page, f'{view} {look}')
            for view, opener in (('#/shop/ips', 'Order a Global IP'), ('#/shop/ips', 'Release 203.0.113.1/32'), ('#/shop/services', 'Place a service'),
                                 ('#/sites', 'Add a site'), ('#/hosts/am6-1', 'Move am6-1 to another site'), ('#/access', 'Make a token')):
                go(page, view)
                page.click('button', opener)
                page.wait('document.querySelector("dialog[open]")')
                axe(page, f'{opener} {look}')
                page.key('Escape')
        page = browser.page()
        page.open(stage.origin + '/console/')
        page.says('One address')
        page.js(source + '; true')
        axe(page, 'sign in')


@case
def on_a_phone(browser, program, _):
    """Nothing is wider than the screen, and what is pressed is big enough."""
    with Stage(browser, program) as stage:
        stage.fill()
        page = stage.page(width=390, height=800)
        for view in VIEWS:
            go(page, view)
            wide = page.js('document.scrollingElement.scrollWidth')
            assert wide <= 390, f'{view}: {wide} px wide'
        go(page, '#/shop/ips')
        page.click('button', 'Order a Global IP')
        page.click('dialog button', 'Order')
        page.says('Ordered')


@case
def light_and_dark(browser, program, _):
    with Stage(browser, program) as stage:
        page = stage.page(scheme='dark')
        assert brightness(page) < 60
        page.choose('Colours', 'light')
        assert brightness(page) > 200
        page.open(stage.origin + '/console/')
        assert brightness(page) > 200, 'the choice is forgotten'
        page.look(scheme='light')
        page.js('localStorage.clear()')
        page.open(stage.origin + '/console/')
        assert brightness(page) > 200


def brightness(page):
    """Of the ground, 0 to 255."""
    return page.js('getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3')


@case
def a_viewer_only_sees(browser, program, _):
    with Stage(browser, program) as stage:
        stage.fill()
        token = stage.post('tokens', {'name': 'eye', 'role': 'viewer', 'project': 'shop'})['token']
        page = stage.page('#/shop/ips', token)
        page.says('203.0.113.2/31')
        for view in ('#/shop/ips', '#/shop/services/web', '#/sites'):
            go(page, view)
            words = page.js('[...document.querySelectorAll("main button")].map((b) => b.textContent).join()')
            assert words == '', f'{view}: {words}'
        assert 'Projects & tokens' not in page.text()
        assert 'dns' not in page.js('document.querySelector("#project").textContent')


if __name__ == '__main__':
    main(*sys.argv[1:])
