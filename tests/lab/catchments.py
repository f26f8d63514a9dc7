#!/usr/bin/env python3
"""Catchments measured through a controller, by the real agents of a lab of two sites: catchments.py NEARCAST. TAP."""
import json
import pathlib
import signal
import sys
import time

from catchments_lab import CATCHMENTS, GIP, Leaving, addresses, asks, begin, get, landed, part, python, run, until

here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here.parent / 'interop'), str(here.parent / 'controller')]
# pylint: disable=wrong-import-position
from forger import INJECT  # noqa: E402
from server import case  # noqa: E402
from waiting import check, wait_for  # noqa: E402


@case
def where_clients_land_and_the_best_site(lab):
    catchment = begin(lab, best=True)
    done = until(lab, catchment, 'done')
    want = asks(lab)
    check('where they land', landed(lab, catchment), want)
    check('both sites', sorted(want.values()), ['fra1', 'lon1'])
    result = done['result']
    check('result', (result['complete'], result['targets'], result['flipping']['targets']), (True, 2, 0))
    check('sent', (done['progress']['sent'], done['progress']['measured']), (2, 4))
    check('compared', result['inflation']['at_best_site']['targets'], 2)
    check('not farther than light goes', all(site['rtt']['median_ms'] > 1 for site in result['sites']), True)


@case
def made_up_replies_do_not_count(lab):
    injector = python(lab, 'edinburgh', INJECT)
    done = until(lab, begin(lab, wait_seconds=3), 'done')
    injector.wait(timeout=20)
    counts = done['result']['counts']
    # edinburgh's land at lon1
    check('counts', {name: counts[name] for name in ('own', 'duplicate', 'forged', 'foreign', 'other_address')},
          {'own': 2, 'duplicate': 3, 'forged': 1, 'foreign': 1, 'other_address': 0})
    check('shares', [(site['site'], site['targets']) for site in done['result']['sites']], [('fra1', 1), ('lon1', 1)])


@case
def by_one_command(lab):
    """From the operator's machine: it waits, prints, and the file goes on to the others' commands."""
    merged = pathlib.Path(lab.folder.name) / 'merged'
    words = ['catchment', 'run', '-g', GIP[4], '-f', 'lon1', '--project', 'lab', '--lab', '-e', '1s', '-o', str(merged), '--json']
    said = json.loads(lab.call(*words, *addresses(lab).values()).stdout)
    check('said', (said['state'], said['result']['complete'], said['progress']['landed']), ('done', True, 2))
    check('moved', lab.call('catchment', 'diff', str(merged), str(merged)).stdout.splitlines()[-1], '0 of 2 targets moved')
    check('got', lab.call('catchments', 'get', said['id'], '-p', 'lab').stdout, merged.read_text())
    listed = json.loads(lab.call('catchments', 'list', '-p', 'lab', '--state', 'done', '--json').stdout)['items']
    check('listed', listed[0]['id'], said['id'])
    lab.call('catchments', 'rm', said['id'], '-p', 'lab', '--yes')
    lab.call('catchments', 'show', said['id'], '-p', 'lab', status=1)


@case
def bad_lines_are_left_out_where_that_is_meant(lab):
    """As with files: a list with bad lines is refused with their places, or asked without them."""
    hitlist = pathlib.Path(lab.folder.name) / 'hitlist'
    hitlist.write_bytes(b'foo\n' + '\n'.join(addresses(lab).values()).encode() + b'\n\xff\xfe\n')
    words = ['catchment', 'run', '-g', GIP[4], '-f', 'lon1', '--project', 'lab', '--lab', '-e', '1s', '--json', '-l', str(hitlist)]
    refused = lab.call(*words, status=1).stderr
    for want in (f'{hitlist}:1:1: expected an address', f'{hitlist}:4:1: expected an address', '2 bad lines; nothing was sent'):
        assert want in refused, refused
    said = json.loads(lab.call(*words, '--skip-bad-lines').stdout)
    check('asked without them', (said['state'], said['target_count']), ('done', 2))


WHERE = {'edinburgh': ('GB', 55.95, -3.19, 'Edinburgh', 64500, 'Scotnet'), 'warsaw': ('PL', 52.23, 21.01, 'Warsaw', 64501, 'Polnet')}


def place_files(lab):
    """Of the whole world, as it were: what the clients need, and much that they do not."""
    places, asns, weights = ['0.0.0.0/0 - - -', '203.0.113.0/24 NL 52.37 4.90 Amsterdam'], ['203.0.113.0\t24\t64496'], ['203.0.113.0/24 9']
    for name, address in addresses(lab).items():
        country, latitude, longitude, city, asn, network = WHERE[name]
        places.append(f'{address}/32,{country},{latitude},{longitude},{city}')
        asns.append(f'{address}/32 {asn} {network}')
        weights.append(f'{address}/32 {100 * len(weights)}')
    files = [pathlib.Path(lab.folder.name) / name for name in ('places.csv', 'pfx2as.txt', 'queries.txt')]
    for path, lines in zip(files, (places, asns, weights)):
        path.write_text('\n'.join(lines) + '\n')
    return ['--places', str(files[0]), '--asn', str(files[1]), '--weights', str(files[2])]


def mapped(report):
    """What a map shows: of each city its network, where it lands, and whether that is the best."""
    return {c['city']: (c['asn'], c['network'], c['country'], c['site'], c['best_site']) for c in report['clients']}


def map_of(lab):
    """As it should be, by the clients' own requests."""
    lands = asks(lab)
    return {WHERE[name][3]: (*WHERE[name][4:], WHERE[name][0], lands[address], lands[address]) for name, address in addresses(lab).items()}


@case
def its_clients_on_a_map(lab):
    """With the places of its targets the controller reports what `nearcast report` does of the same files."""
    merged, files = pathlib.Path(lab.folder.name) / 'placed', place_files(lab)
    words = ['catchment', 'run', '-g', GIP[4], '-f', 'fra1', '--project', 'lab', '--lab', '--best', '-e', '1s', '-o', str(merged), '--json', *files]
    said = json.loads(lab.call(*words, *addresses(lab).values()).stdout)
    check('only what they need was sent', (said['place_count'], said['asn_count'], said['weight_count']), (2, 2, 2))
    report = json.loads(lab.call('catchments', 'report', said['id'], '-p', 'lab', '--json').stdout)
    check('the map', mapped(report), map_of(lab))
    check('sites are placed', all(abs(site['latitude'] - 51) < 2 for site in report['sites']), True)
    check('placed', report['after']['placed']['clients'], 2)
    own = json.loads(lab.call('report', '-c', str(merged), '--json', '-', *files).stdout)
    for key in ('heard', 'compared', 'at_best_site', 'rtt_ms', 'inflation_ms', 'latency_cdf', 'inflation_cdf'):
        check(key, report['after'][key], own['after'][key])
    check('clients', mapped({'clients': [{**c, **c['after']} for c in own['clients']]}), mapped(report))
    text = lab.call('catchments', 'report', said['id'], '-p', 'lab', '--before', said['id']).stdout
    assert 'at their best site: 2 of 2, 100.0 %' in text and 'moved since the one before: 0' in text, text


@case
def on_the_map_while_it_goes_on(lab):
    lines = [path.read_text().splitlines() for path in map(pathlib.Path, place_files(lab)[1::2])]
    catchment = begin(lab, pps=2, rounds=10, places=lines[0], asns=lines[1])
    wait_for('a client is on it', lambda: mapped(lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}/report', status=200).json), 30)
    check('it goes on', get(lab, catchment)['state'], 'running')
    until(lab, catchment, 'done')
    want = {city: row[:-1] for city, row in map_of(lab).items()}
    check('all are', {city: row[:-1] for city, row in mapped(lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}/report').json).items()}, want)


@case
def located_afterwards(lab):
    catchment = begin(lab)
    lab.call('catchments', 'locate', catchment, '-p', 'lab', *place_files(lab), status=1)  # it goes on
    until(lab, catchment, 'done')
    said = lab.call('catchments', 'locate', catchment, '-p', 'lab', *place_files(lab)).stdout
    check('said', said, f'{catchment} knows the places of 2 prefixes, the AS numbers of 2, and the weights of 2\n')
    check('on the map', sorted(mapped(lab.admin.ask('GET', f'{CATCHMENTS}/{catchment}/report').json)), ['Edinburgh', 'Warsaw'])


@case
def an_interrupt_stops_it(lab):
    run = lab.begin('catchment', 'run', '-g', GIP[4], '-f', 'fra1', '--project', 'lab', '--lab', '-p', '2', '-r', '10',
                    *addresses(lab).values())
    wait_for('it runs', lambda: lab.admin.ask('GET', f'{CATCHMENTS}?state=running', status=200).json['items'])
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=30)[0]
    check('status', run.returncode, 1)
    assert 'stopped by administrator' in said, said


@case
def a_stop_is_at_once(lab):
    """And the result says how many requests have left: not one more, nor less."""
    leaving = Leaving(lab, 'fra1-a')
    # 2000 requests in 4 s, most of them to nobody
    nobody = [f'198.18.{i}.1' for i in range(198)]
    catchment = begin(lab, pps=500, rounds=10, targets=[*addresses(lab).values(), *nobody])
    wait_for('requests leave', lambda: len(leaving.seen) > 100)
    asked = time.time()
    lab.admin.ask('POST', f'{CATCHMENTS}/{catchment}/stop', status=200)
    stopped = time.time()
    over = until(lab, catchment, 'stopped', seconds=10)
    wait_for('all are seen', lambda: len(leaving.seen) >= over['progress']['sent'])
    seen = leaving.end()
    late = [at - stopped for at in seen if at > stopped]
    print(f'# the stop was answered after {1000 * (stopped - asked):.0f} ms; then {len(late)} of {len(seen)} requests left, '
          f'the last {1000 * max(late, default=0):.0f} ms behind the answer')
    check('sent', len(seen), over['progress']['sent'])
    # a second is how long it would have been until the host asks by itself
    check('none behind it', [at for at in late if at > 1], [])
    check('complete', over['result']['complete'], False)


@case
def an_agent_that_is_killed_is_named(lab):
    catchment = begin(lab, pps=2, rounds=10)
    until(lab, catchment, 'running')
    wait_for('something landed at lon1', lambda: part(lab, catchment, 'lon1-a')['landed'])
    lab.call('lab', 'kill', 'lon1-a', 'nearcastd')
    done = until(lab, catchment, 'done', seconds=60)
    state = {part['host']: part['state'] for part in done['parts']}
    check('parts', state, {'fra1-a': 'ended', 'lon1-a': 'gone'})
    check('complete', done['result']['complete'], False)
    assert 'lon1' in landed(lab, catchment)[addresses(lab)['edinburgh']], 'what it had heard counts'
    lab.call('lab', 'start', 'lon1-a', 'nearcastd')


@case
def without_the_sender_it_fails(lab):
    catchment = begin(lab, pps=2, rounds=10)
    until(lab, catchment, 'running')
    lab.call('lab', 'kill', 'fra1-a', 'nearcastd')
    over = until(lab, catchment, 'failed', seconds=60)
    assert over['why'].startswith('the host that sends: '), over['why']
    lab.call('lab', 'start', 'fra1-a', 'nearcastd')


run()
