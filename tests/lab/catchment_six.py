#!/usr/bin/env python3
"""Sixty client networks: who lands badly, why, and that what a site announces repairs it. TAP on stdout.

Badly is by geography, for a site's own address is reached over the same detours as its Global IP: at a site that is 1000 km
and half as much again farther than the nearest one. The remedies are those in the comment at the head of the scenario.
All cases share one lab, and need those before them. Usage: catchment_six.py NEARCAST SCENARIO"""
import json
import pathlib
import re
import sys

from catchment_lab import GLOBAL_IP, check, run_cases, wait_for

# Each client that lands badly, and the router on its way that gives the reason away.
BAD = {
    'rio-de-janeiro': 'mia.meridian', 'lisbon': 'nyc.atlas', 'nairobi': 'lon.atlas',                          # A
    'buenos-aires': 'mia.andes', 'montevideo': 'mia.andes', 'santiago': 'mia.andes', 'lima': 'mia.andes',     # B
    'tokyo': 'san.isp-san', 'osaka': 'san.isp-san', 'seoul': 'san.isp-san', 'taipei': 'san.isp-san',          # C
    'mumbai': 'fra.meridian',                                                                                 # D
}


def those_who_land_badly_are_found(lab):
    landed = lab.landed('before')
    check('clients heard', set(lab.clients) - set(landed), set())
    check('badly', lab.badly(landed), set(BAD))


def a_trace_shows_the_reason(lab):
    def hops(client):
        said = json.loads(lab.inside(client, lab.nearcast, 'trace', '--json', GLOBAL_IP))
        return {reply.get('name') for hop in said['hops'] for reply in hop['replies']}
    seen = lab.at_all(BAD, hops)
    check('not on the way', {client: seen[client] for client, router in BAD.items() if router not in seen[client]}, {})


def what_the_sites_announce_repairs_it(lab):
    head = pathlib.Path(lab.scenario).read_text().split('\nlab:')[0]
    remedies = {site: re.findall(r'\d+:\d+:\d+', text) for site, text in re.findall(r'^#   (\w+\d)  (.*\d+:\d+:\d+.*)$', head, re.M)}
    check('sites with a remedy', set(remedies), {'iad1', 'fra1'})
    for site, communities in remedies.items():
        lab.announce(site, communities)
    def left():
        return lab.badly(lab.answered(BAD))
    wait_for('nobody lands badly', lambda: not left(), deadline=60)
    landed = lab.landed('after')
    check('clients heard', set(lab.clients) - set(landed), set())
    check('badly', lab.badly(landed), set())


CASES = [those_who_land_badly_are_found, a_trace_shows_the_reason, what_the_sites_announce_repairs_it]

sys.exit(run_cases(CASES))
