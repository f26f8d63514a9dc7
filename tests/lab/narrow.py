#!/usr/bin/env python3
"""Links of a lab that carry less than others: nearcast trace --mtu finds each of them, from both ends. TAP on stdout.

All cases share one lab. Usage: narrow.py NEARCAST SCENARIO"""
import json
import sys

from catchment_lab import check, run_cases

CARRIED = {'lon-ams of carrier': 1440, 'ams.carrier provides for ams.edge': 1400}


def own(lab, node, family):
    return next(n[family] for n in json.loads(lab.call('lab', 'check', '-j', lab.scenario))['nodes'] if n['name'] == node)


def falls(lab, node, target):
    """(the router that says so, what came to it, what its next link carries) for each fall, and what is left."""
    said = json.loads(lab.inside(node, lab.nearcast, 'trace', '-n', '--json', '--mtu', target))
    return [(f['behind_hop'], f['from'], f['to'], f['silent']) for f in said['mtu']['falls']], said['mtu']['path']


def the_lab_says_what_a_link_carries(lab):
    """As planned, and of the interfaces as they are."""
    for said in (json.loads(lab.call('lab', 'check', '-j', lab.scenario)), json.loads(lab.call('lab', 'status', '--json'))):
        for link in said['links']:
            check(link['what'], link['mtu'], CARRIED.get(link['what'], 1500))
    check('an interface', [i['mtu'] for i in json.loads(lab.inside('lon.carrier', 'ip', '-j', 'link', 'show', 'dev', 'ams'))], [1440])


def a_trace_finds_each_narrow_link(lab):
    """There: client, lon.homes, lon.carrier | ams.carrier | ams.edge, host."""
    for family in ('ipv4', 'ipv6'):
        check(f'there, {family}', falls(lab, 'london', own(lab, 'ams1-edge01', family)),
              ([(2, 1500, 1440, False), (3, 1440, 1400, False)], 1400))


def from_the_other_end_it_is_one(lab):
    """The narrowest comes first: what is behind it is met by nothing that is larger."""
    for family in ('ipv4', 'ipv6'):
        check(f'back, {family}', falls(lab, 'ams1-edge01', own(lab, 'london', family)), ([(1, 1500, 1400, False)], 1400))


def the_session_of_a_narrow_link_works(lab):
    """BGP and its full packets: the client reaches the Global IP, with more bytes than one packet has."""
    said = lab.inside('london', 'ping', '-c', '1', '-W', '5', '-s', '4000', '203.0.113.80')
    check('a ping of 4,000 bytes', ' 0% packet loss' in said, True)


CASES = [the_lab_says_what_a_link_carries, a_trace_finds_each_narrow_link, from_the_other_end_it_is_one,
         the_session_of_a_narrow_link_works]


if __name__ == '__main__':
    sys.exit(run_cases(CASES))
