#!/usr/bin/env python3
"""Catchments measured through a controller: IPv6, DNS, and agents in trouble: catchments_more.py NEARCAST. TAP."""
import pathlib
import subprocess
import sys

from catchments_lab import GIP, addresses, asks, begin, landed, part, python, run, until

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
# pylint: disable=wrong-import-position
from forger import INJECT, REFUSE  # noqa: E402
from server import case  # noqa: E402
from waiting import check, wait_for  # noqa: E402

ANEW = 'nearcastd was started anew, or upgraded, meanwhile'


def check_counts(done, **want):
    check('counts', {name: done['result']['counts'][name] for name in want}, want)


@case
def over_ipv6_with_made_up_replies(lab):
    injector = python(lab, 'edinburgh', INJECT, '6')
    catchment = begin(lab, 6, best=True, wait_seconds=2)
    done = until(lab, catchment, 'done')
    injector.wait(timeout=20)
    check('where they land', landed(lab, catchment), asks(lab, 6))
    check_counts(done, own=2, duplicate=3, forged=1, foreign=1, other_address=0)
    check('result', (done['address'], done['result']['complete']), (GIP[6], True))
    check('shares', [(site['site'], site['targets']) for site in done['result']['sites']], [('fra1', 1), ('lon1', 1)])
    check('compared', (done['progress']['measured'], done['result']['inflation']['at_best_site']['targets']), (4, 2))


def ask_by_dns(lab, family):
    """Edinburgh's server stutters, and forges."""
    servers = [python(lab, client, REFUSE, address, *(['stutters'] if client == 'edinburgh' else []))
               for client, address in addresses(lab, family).items()]
    catchment = begin(lab, family, method='dns', dns_suffix='probe.example.net', best=True, wait_seconds=2)
    done = until(lab, catchment, 'done')
    for server in servers:
        server.terminate()
        server.wait()
    check('where they land', landed(lab, catchment), asks(lab, family))
    check_counts(done, own=2, duplicate=1, forged=1, not_sent=0)
    check('result', (done['result']['complete'], done['result']['inflation']['at_best_site']['targets']), (True, 2))


@case
def by_dns(lab):
    ask_by_dns(lab, 4)


@case
def by_dns_over_ipv6(lab):
    ask_by_dns(lab, 6)


@case
def a_host_without_raw_sockets_says_so(lab):
    """The run of the others goes on; by DNS it needs none."""
    lab.call('lab', 'kill', 'lon1-a', 'nearcastd')
    # pylint: disable=consider-using-with
    bare = subprocess.Popen(lab.words('lab', 'exec', 'lon1-a', '--', 'setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw',
                                      'nearcastd'), env=lab.env, stderr=subprocess.DEVNULL)
    try:
        command = ['catchment', 'run', '-g', GIP[4], '-f', 'fra1', '--project', 'lab', '--lab', '-e', '1s']
        wait_for('all stand', lab.all_stand, 30)
        said = lab.call(*command, *addresses(lab).values(), status=1).stdout
        assert 'incomplete: lon1-a: raw ICMP sockets are not allowed here' in said, said
        assert 'from fra1: done' in said, said
        servers = [python(lab, client, REFUSE, address) for client, address in addresses(lab).items()]
        lab.call(*command, '--dns', 'probe.example.net', *addresses(lab).values())
        for server in servers:
            server.terminate()
            server.wait()
    finally:
        bare.terminate()
        bare.wait(timeout=20)
        lab.call('lab', 'start', 'lon1-a', 'nearcastd')


@case
def an_upgrade_in_the_middle(lab):
    """What it had heard counts, and what it hears from then on; that there was a gap is said."""
    catchment = begin(lab, pps=2, rounds=10)
    wait_for('something landed at lon1', lambda: part(lab, catchment, 'lon1-a')['landed'])
    before = part(lab, catchment, 'lon1-a')['landed']
    lab.call('lab', 'exec', 'lon1-a', '--', 'nearcast', 'upgrade')
    wait_for('it listens again', lambda: part(lab, catchment, 'lon1-a')['restarted'])
    wait_for('and hears', lambda: part(lab, catchment, 'lon1-a')['landed'] > before)
    over = until(lab, catchment, 'done')
    after = part(lab, catchment, 'lon1-a')
    check('lon1-a', (after['state'], after['landed'] <= 10), ('ended', True))
    check('complete', over['result']['complete'], False)
    check('where they land', landed(lab, catchment), asks(lab))
    said = lab.call('catchments', 'show', catchment, '-p', 'lab', status=1).stdout
    assert f'incomplete: lon1-a: {ANEW}' in said, said


@case
def an_upgrade_of_the_sender(lab):
    """It asks nobody a second time."""
    catchment = begin(lab, pps=4, rounds=10)
    wait_for('it sends', lambda: part(lab, catchment, 'fra1-a')['landed'])
    lab.call('lab', 'exec', 'fra1-a', '--', 'nearcast', 'upgrade')
    over = until(lab, catchment, 'failed')
    check('why', over['why'], f'the host that sends: {ANEW}')
    assert 2 <= over['progress']['sent'] < 20, over['progress']
    check('it stands', lab.all_stand(), True)


run()
