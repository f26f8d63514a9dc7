#!/usr/bin/env python3
"""nearcast report on a real network: it finds who lands badly, names the reason, and what it advises mends it. TAP on stdout.

The scenario has one client for each reason, in its comment. Badly is by geography alone (--more-ms), for a site's own address
is reached over the same detours as its Global IP, so that RTTs from there tell little. All cases share one lab, and need those before them.
Usage: report.py NEARCAST SCENARIO"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import time

from catchment_lab import GLOBAL_IP, Failed, advised, check, run_cases, wait_for

# Who lands badly: where, where it should, the reason, and the network that decides.
BAD = {
    'rio': ('iad1', 'sao1', 'preference', 'isp-rio'),
    'buenos-aires': ('iad1', 'sao1', 'one-city', 'andes'),
    'tokyo': ('iad1', 'sin1', 'leak', 'isp-san'),
    'mumbai': ('fra1', 'sin1', 'length', 'isp-bom'),
}


def write_relations(lab):
    """As CAIDA's file has them, from the scenario."""
    text = pathlib.Path(lab.scenario).read_text()
    asn = dict(re.findall(r'^  ([\w-]+): \{ asn: (\d+)', text, re.M)) | dict(re.findall(r'^  ([\w-]+):\n    asn: (\d+)', text, re.M))
    lines = [f'{asn[b]}|{asn[a]}|-1' for a, b in re.findall(r'customer: ([\w-]+), provider: ([\w-]+)', text)]
    lines += [f'{asn[a]}|{asn[b]}|0' for a, b in re.findall(r'peers: \[([\w-]+), ([\w-]+)\]', text)]
    (lab.folder / 'relations').write_text('\n'.join(lines) + '\n')


def measure(lab, name):
    """A catchment, the distances from the sites, and a trace from each client."""
    landed = lab.landed(name)
    for site, address in lab.own_address.items():
        lab.inside(f'{site}-edge01', lab.nearcast, 'catchment', 'rtt', '-S', address, '-f', site, '-l', str(lab.folder / 'list'),
                   '-e', '2s', '-o', str(lab.folder / f'{site}.rtt.{name}'))
    def trace(client):
        (lab.folder / f'{client}.{name}.json').write_text(
            lab.inside(client, lab.nearcast, 'trace', '--json', '--identify', GLOBAL_IP))
    lab.at_all(lab.clients, trace)
    return landed


def files(lab, option, name):
    """The files of a catchment, as the sites wrote them, and of RTTs."""
    paths = [str(lab.folder / f'{site}.{kind}{name}') for site in lab.sites for kind in ('', 'rtt.')]
    return [word for path in paths for word in (option, path)]


def report(lab, name, *words, status=0):
    traces = [word for c in lab.clients for word in ('-t', f'{c}={lab.folder}/{c}.{name}.json')]
    done = subprocess.run(
        [lab.nearcast, 'report', *files(lab, '-c', name), *traces, *words, '--names', str(lab.folder / 'names.json'),
         '--relations', str(lab.folder / 'relations'), '--more-ms', '60000', '--json', str(lab.folder / 'report.json'),
         '--csv', str(lab.folder / 'report.csv'), '-o', str(lab.folder / 'report.html')], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != status:
        raise Failed(f'status {done.returncode}: {done.stdout}{done.stderr}')
    return json.loads((lab.folder / 'report.json').read_text())


def who_lands_badly_and_why(lab):
    (lab.folder / 'names.json').write_text(lab.inside('london', 'cat', '/etc/nearcast/names.json'))
    write_relations(lab)
    landed = measure(lab, 'first')
    said = report(lab, 'first')
    check('complete', said['complete'], True)
    check('clients', {c['label']: c['after']['site'] for c in said['clients']}, landed)
    lab.found = {f['label']: f for f in said['findings']}
    check('findings', {label: (f['site'], f['better_site'], f['reason'], f['decider']['name']) for label, f in lab.found.items()}, BAD)
    with open(lab.folder / 'report.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    check('CSV', {row['label']: (row['site'], row['better_site'], row['reason'], row['decider']) for row in rows}, BAD)
    page = (lab.folder / 'report.html').read_text()
    check('not on the page', [decider for _, _, _, decider in BAD.values() if decider not in page], [])


def a_run_finds_the_same_by_itself(lab):
    """The scenario's steps trace nobody: the run traces those who land badly."""
    path = lab.folder / 'run.json'
    lab.call('lab', 'run', '--running', '--report', str(path), lab.scenario)
    said = json.loads(path.read_text())
    found = {f['label']: (f['site'], f['reason'], f['decider']['name']) for f in said['findings']}
    check('findings', found, {label: (site, *why) for label, (site, _, *why) in BAD.items()})
    check('better RTT not known', [f['label'] for f in said['findings'] if f['better_rtt_ms'] is None], [])
    check('inflation', [bool(said[when]['inflation_cdf']) for when in ('before', 'after')], [True, True])


def a_router_that_is_late_is_waited_for(lab):
    """As on a machine that has no time for it: BIRD of one router says nothing for longer than a reply may take."""
    status = json.loads(lab.call('lab', 'status', '--json'))
    node = next(n for n in status['nodes'] if n['name'] == 'fra.atlas')
    pid = next(p['pid'] for p in node['processes'] if p['name'] == 'bird')
    words = [lab.nearcast, 'lab', 'run', '--running', '--json', '--only', 'announce', lab.scenario]
    lab.inside('fra.atlas', 'kill', '-STOP', str(pid))  # its number there
    try:
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=lab.env) as run:
            time.sleep(7)  # longer than the 5 s of a reply
            check('ended meanwhile', run.poll(), None)
            lab.inside('fra.atlas', 'kill', '-CONT', str(pid))
            said = run.communicate(timeout=120)[0]
    finally:
        lab.inside('fra.atlas', 'kill', '-CONT', str(pid))
    check(f'status: {said[:500]}', run.returncode, 0)


def a_site_that_goes_away_is_said(lab):
    path = lab.folder / 'sin1.first'
    whole = path.read_text()
    path.write_text(''.join(whole.splitlines(keepends=True)[:-1]))
    said = report(lab, 'first', status=1)
    path.write_text(whole)
    check('complete', said['complete'], False)
    check('note', [note for note in said['notes'] if 'the site went away' in note], said['notes'])


def its_advice_mends_all_of_it(lab):
    for site, wanted in advised(lab.found.values()).items():
        lab.announce(site, sorted(wanted))
    wait_for('nobody lands badly', lambda: lab.badly(lab.answered(BAD)) == set(), deadline=60)


def the_report_shows_what_it_did(lab):
    measure(lab, 'second')
    said = report(lab, 'second', *files(lab, '-b', 'first'))
    check('findings', said['findings'], [])
    check('mended', said['change']['mended']['clients'], len(BAD))
    check('worse off', said['change']['worsened']['clients'], 0)
    moved = {c['label']: (c['before']['site'], c['after']['site']) for c in said['clients'] if c['before']['site'] != c['after']['site']}
    check('moved', {label: moved.get(label) for label in BAD}, {label: bad[:2] for label, bad in BAD.items()})
    check('at the nearest site', (said['before']['at_nearest_site']['clients'], said['after']['at_nearest_site']['clients']),
          (len(lab.clients) - len(BAD), len(lab.clients)))


sys.exit(run_cases([who_lands_badly_and_why, a_run_finds_the_same_by_itself, a_router_that_is_late_is_waited_for,
                    a_site_that_goes_away_is_said, its_advice_mends_all_of_it, the_report_shows_what_it_did]))
