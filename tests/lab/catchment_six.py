#!/usr/bin/env python3
"""Sixty client networks: who lands badly, why, and that what a site announces repairs it. TAP on stdout.

Badly is by geography, for a site's own address is reached over the same detours as its Global IP: at a site that is 1000 km
and half as much again farther than the nearest one. The remedies are those in the comment at the head of the scenario.
All cases share one lab, and need those before them. Usage: catchment_six.py NEARCAST SCENARIO"""
import json
import pathlib
import re
import sys

from catchment_lab import GLOBAL_IP, advised, check, run_cases, wait_for

# Each client that lands badly: the router on its way that gives the reason away, the reason, and the network that decides.
BAD = {
    'rio-de-janeiro': ('mia.meridian', 'preference', 'isp-rio'),  # A
    'lisbon': ('nyc.atlas', 'preference', 'isp-lis'),
    'nairobi': ('lon.atlas', 'preference', 'isp-nbo'),
    **dict.fromkeys(['buenos-aires', 'montevideo', 'santiago', 'lima'], ('mia.andes', 'one-city', 'andes')),  # B
    **dict.fromkeys(['tokyo', 'osaka', 'seoul', 'taipei'], ('san.isp-san', 'leak', 'isp-san')),  # C
    'mumbai': ('fra.meridian', 'length', 'isp-bom'),  # D
}


def remedies(lab):
    """{site: large communities}, of the comment at the head of the scenario."""
    head = pathlib.Path(lab.scenario).read_text().split('\nlab:')[0]
    lines = re.findall(r'^#   (\w+\d)  (.*\d+:\d+:\d+.*)$', head, re.M)
    return {site: set(re.findall(r'\d+:\d+:\d+', text)) for site, text in lines}


def those_who_land_badly_are_found(lab):
    landed = lab.landed('before')
    check('clients heard', set(lab.clients) - set(landed), set())
    check('badly', lab.badly(landed), set(BAD))


def a_trace_shows_the_reason(lab):
    def hops(client):
        said = json.loads(lab.inside(client, lab.nearcast, 'trace', '--json', GLOBAL_IP))
        return {reply.get('name') for hop in said['hops'] for reply in hop['replies']}
    seen = lab.at_all(BAD, hops)
    check('not on the way', {client: seen[client] for client, (router, _, _) in BAD.items() if router not in seen[client]}, {})


def the_report_of_a_run_names_every_reason(lab):
    """Of the steps of the scenario, which know nothing of who lands badly; what it advises first is the remedy."""
    path = lab.folder / 'run.json'
    lab.call('lab', 'run', '--running', '--report', str(path), lab.scenario, timeout=300)
    said = json.loads(path.read_text())
    check('complete', said['complete'], True)
    check('before and after', (said['before']['compared']['clients'], said['after']['compared']['clients']), (len(lab.clients),) * 2)
    check('reasons', {f['label']: (f['reason'], f['decider']['name']) for f in said['findings']},
          {client: tuple(why) for client, (_, *why) in BAD.items()})
    check('better RTT not known', [f['label'] for f in said['findings'] if f['better_rtt_ms'] is None], [])
    check('advice', advised(said['findings']), remedies(lab))


def what_the_sites_announce_repairs_it(lab):
    wanted = remedies(lab)
    check('sites with a remedy', set(wanted), {'iad1', 'fra1'})
    for site, communities in wanted.items():
        lab.announce(site, sorted(communities))
    def left():
        return lab.badly(lab.answered(BAD))
    wait_for('nobody lands badly', lambda: not left(), deadline=60)
    landed = lab.landed('after')
    check('clients heard', set(lab.clients) - set(landed), set())
    check('badly', lab.badly(landed), set())


CASES = [those_who_land_badly_are_found, a_trace_shows_the_reason, the_report_of_a_run_names_every_reason,
         what_the_sites_announce_repairs_it]

sys.exit(run_cases(CASES))
