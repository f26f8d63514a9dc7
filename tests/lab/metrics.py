#!/usr/bin/env python3
"""Metrics, end to end: what Prometheus gets from a running agent, read by its own promtool.

Usage: metrics.py NEARCASTD NEARCAST [CASE...]. TAP on stdout; see agent.py."""
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import agent
from agent import G4, Failed, conf, neighbor, up, wait_for
from reload import nearcast

PROMTOOL = shutil.which('promtool')
HEAD = 'metrics: {listen: "127.0.0.1:0"}\n'


def url_of(a):
    return wait_for('it listens', lambda: re.search(r'scrape (http://\S+)', a.log.read_text()))[1]


def scrape(a):
    with urllib.request.urlopen(url_of(a), timeout=10) as answer:
        if answer.headers['Content-Type'] != 'text/plain; version=0.0.4; charset=utf-8':
            raise Failed(answer.headers)
        return answer.read().decode()


def samples(a):
    """{'name{label="value"}': number}"""
    return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1])
            for line in scrape(a).splitlines() if not line.startswith('#')}


def expect(seen, **want):
    for name, value in want.items():
        found = {k: v for k, v in seen.items() if k.split('{')[0] == name}
        if value not in found.values():
            raise Failed(f'{name}: {found} instead of {value}')


def promtool(c):
    """All that is there, with every kind of check and BFD, is well-formed, named well, and has helps."""
    b, n, a = up(c, conf(neighbor(bfd='{enabled: true}', password='s3cret'), head=HEAD), options='password "s3cret";')
    text = scrape(a)
    if PROMTOOL is None:
        print('# not installed: promtool')
    else:
        done = subprocess.run([PROMTOOL, 'check', 'metrics'], input=text, capture_output=True, text=True)
        if done.returncode != 0 or done.stdout or done.stderr:
            raise Failed(f'{done.stdout}{done.stderr}\n{text}')
    for name in ('nearcast_bfd_up{neighbor="r4"}', 'nearcast_loop_lag_seconds_bucket{le="+Inf"}',
                 'nearcast_check_duration_seconds_count{service="web",check="front",address="203.0.113.10"}',
                 'nearcast_neighbor_messages_total{neighbor="r4",direction="sent",type="update"}'):
        if name not in text:
            raise Failed(f'no {name} in\n{text}')
    if 's3cret' in text:
        raise Failed('the secret')


def truth(c):
    """The numbers follow what happens."""
    b, n, a = up(c, conf(head=HEAD))
    seen = wait_for('checked', lambda: (s := samples(a))['nearcast_check_verdict{service="web",check="front",address="203.0.113.10"}'] == 1 and s)
    expect(seen, nearcast_prefix_neighbors_told=1, nearcast_neighbor_established=1, nearcast_listener_present=1,
           nearcast_state_directory_writable=1, nearcast_build_info=1, nearcast_neighbor_sessions_total=1)
    if seen['nearcast_service_addresses{service="web",stage="preferred"}'] != 1:
        raise Failed(seen)
    if seen['nearcast_withdraw_written_seconds_count{evidence="definitive"}'] != 0:
        raise Failed('withdrawn already')
    if not 1e6 < seen['process_resident_memory_bytes'] < 1e9:
        raise Failed(seen['process_resident_memory_bytes'])
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    seen = wait_for('written', lambda: (s := samples(a))['nearcast_withdraw_written_seconds_count{evidence="definitive"}'] == 1 and s)
    expect(seen, nearcast_prefix_neighbors_told=0, nearcast_listener_present=0, nearcast_check_verdict=0)
    if seen['nearcast_service_withdraws_total{service="web",evidence="definitive"}'] != 1:
        raise Failed(seen)
    if seen['nearcast_events_total{kind="service-withdrawn"}'] != 1:
        raise Failed(seen)
    b.kill()
    wait_for('noticed', lambda: samples(a)['nearcast_neighbor_established{neighbor="r4"}'] == 0)
    wait_for('and counted', lambda: samples(a)['nearcast_events_total{kind="neighbor-down"}'] == 1)


def nothing_else(c):
    """One path, one method; and an address that is taken takes nobody off the air."""
    b, n, a = up(c, conf(head=HEAD))
    url = url_of(a)
    for at, method, status in ((url[:-8] + '/', 'GET', 404), (url[:-8] + '/metricsx', 'GET', 404), (url, 'POST', 405),
                               (url, 'DELETE', 405)):
        try:
            urllib.request.urlopen(urllib.request.Request(at, method=method), timeout=10)
            raise Failed(f'{method} {at} was answered')
        except urllib.error.HTTPError as e:
            if e.code != status or e.headers['Content-Type'] != 'application/problem+json':
                raise Failed(f'{method} {at}: {e.code} {e.headers}') from e
    if a.stop() != 0:
        raise Failed('stop')
    a.conf.write_text(a.conf.read_text().replace('127.0.0.1:0', '203.0.113.99:1'))
    a.log.write_text('')
    a.start()
    wait_for('announced', lambda: a.is_announced(G4))
    if 'metrics: listen on 203.0.113.99:1: Cannot assign requested address; goes on without' not in a.log.read_text():
        raise Failed(a.log.read_text())


def many(c):
    """A thousand prefixes are scraped while the service dies: the withdraw does not wait for it."""
    blocks = [f'198.51.{100 + i // 64}.{i % 64 * 4}/30' for i in range(250)]
    b, n, a = up(c, conf(neighbor(**{'prefix-limit': 2000}), ips=[G4, *blocks], head=HEAD, check=None))
    wait_for('all', lambda: samples(a)['nearcast_service_addresses{service="web",stage="preferred"}'] == 1001)
    text = scrape(a)
    if text.count('\nnearcast_prefix_neighbors_told{') != 1001 or text.count('# TYPE nearcast_prefix_neighbors_told') != 1:
        raise Failed(len(text))
    scrapers = [subprocess.Popen([sys.executable, '-c', f'import urllib.request as u\nwhile True: u.urlopen("{url_of(a)}").read()'],
                                 stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        n.kill()
        wait_for('withdrawn', lambda: a.is_withdrawn(G4))
        took = next(x['last_withdraw']['noticed_to_written_ms'] for x in a.status()['services'][0]['global_ips']
                    if x['prefix'] == G4)
        print(f'# noticed to written, while scraped: {took:.3f} ms')
    finally:
        for s in scrapers:
            s.kill()
            s.wait()


def counters(a):
    """All samples that must never go back, by what the scrape itself says of their families."""
    text = scrape(a)
    kinds = dict(re.findall(r'^# TYPE (\S+) (\S+)', text, re.M))
    family = lambda name: name if name in kinds else re.sub('_(bucket|sum|count)$', '', name)  # noqa: E731
    return {name: float(value) for name, value in re.findall(r'^(\w.*) (\S+)$', text, re.M)
            if kinds[family(name.split('{')[0])] in ('counter', 'histogram')}


class Scraper:
    """One connection after the other, each with a request; counts those that nobody takes."""

    def __init__(self, a):
        found = re.match(r'http://(\S+):(\d+)/', url_of(a))
        self.at, self.refused, self.answered, self.ending = (found[1], int(found[2])), 0, 0, False
        self.thread = threading.Thread(target=self.scrape, daemon=True)
        self.thread.start()

    def scrape(self):
        while not self.ending:
            try:
                with socket.create_connection(self.at, timeout=20) as s:
                    s.sendall(b'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
                    self.answered += s.recv(12) == b'HTTP/1.1 200'
                    while s.recv(65536):
                        pass
            except ConnectionRefusedError:
                self.refused += 1
            except ConnectionError:
                pass  # it was taken by the program that ended
            time.sleep(0.002)

    def end(self):
        self.ending = True
        self.thread.join()


def an_upgrade(c):
    """No counter goes back, and nobody who scrapes meanwhile is refused."""
    hooks = 'hooks:\n  fails: {exec: [/bin/false]}\n'
    b, n, a = up(c, conf(neighbor(bfd='{enabled: true}'), head=HEAD + hooks),
                 more='protocol bfd { interface "vb" { interval 100 ms; }; }', options='bfd on;')
    wait_for('BFD is up', lambda: samples(a)['nearcast_bfd_up{neighbor="r4"}'] == 1)
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    n.start()
    wait_for('announced', lambda: a.is_announced(G4))
    wait_for('counted', lambda: (s := counters(a))['nearcast_hook_calls_total{hook="fails",result="failed"}'] > 2 and
             s['nearcast_withdraw_written_seconds_count{evidence="definitive"}'] == 1 and s['nearcast_loop_lag_seconds_count'] > 1)
    scraper = Scraper(a)
    for _ in range(3):
        before = counters(a)
        status, out, errors = nearcast(c, a, 'upgrade')
        if status != 0:
            raise Failed(out + errors)
        after = counters(a)
        for name, value in before.items():
            if after.get(name, -1) < value:
                raise Failed(f'{name}: {value}, then {after.get(name)}')
    answered = scraper.answered
    wait_for('scraped behind it', lambda: scraper.answered > answered)
    scraper.end()
    print(f'# {scraper.answered} scrapes, {len(before)} counters')
    if scraper.refused:
        raise Failed(f'{scraper.refused} of {scraper.answered} were refused')


agent.CASES = [promtool, truth, nothing_else, many, an_upgrade]

if __name__ == '__main__':
    sys.exit(agent.main())
