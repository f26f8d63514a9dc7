"""What the peer sends: judged, counted and dropped."""
import pathlib
import re

from cases.case import G4, PEER_AS, case
from waiting import Failed, check, wait_for


@case("the peer's routes are counted, and dropped")
def peer_announces(c):
    peer = c.peer(routes=('198.51.100.0/24', '198.51.101.0/24', '198.51.102.0/23'))
    s = c.speaker()
    c.both_up(s, peer)
    wait_for('3 prefixes came', lambda: s.status()['prefixes_received'] == 3)
    bad = {verdict: n for verdict, n in s.status()['verdicts'].items() if n and verdict != 'accept'}
    check('UPDATEs that were not accepted', bad, {})


@case('our Global IP, announced from elsewhere too, is noticed')
def seen_from_elsewhere(c):
    s = c.speaker()
    s.order(f'watch {G4}')
    peer = c.peer(routes=(G4,))
    c.both_up(s, peer)
    seen = wait_for('it is seen', lambda: s.watched()[0]['seen_from'])
    check('the path', (seen[0]['origin_as'], seen[0]['as_path']), (PEER_AS, [PEER_AS]))
    peer.kill()
    wait_for('it is gone', lambda: not s.watched()[0]['paths'])


def resident_kib(s):
    return int(re.search(r'VmRSS:\s+(\d+)', pathlib.Path(f'/proc/{s.process.pid}/status').read_text())[1])


@case('a table of 1,000,000 routes costs no memory', 'table', slow=True)
def a_million_routes(c):
    s = c.speaker(hold_time='60s')
    before = resident_kib(s)
    peer = c.peer(hold_time=60, start_seconds=120,
                  routes=[f'10.{i // 65536}.{i // 256 % 256}.{i % 256}/32' for i in range(1000000)])
    c.both_up(s, peer)
    wait_for('1,000,000 prefixes came', lambda: s.status()['prefixes_received'] >= 1000000, 180)
    grown = resident_kib(s) - before
    print(f'# {before} KiB resident, and {grown} more behind the table')
    if grown > 8192:        # a pointer each would be as much
        raise Failed(f'{grown} KiB more than before')
