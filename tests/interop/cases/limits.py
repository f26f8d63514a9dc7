"""Prefix limits: ours, and the peer's."""
from cases.case import case
from waiting import Failed, wait_for


@case('our limit of 10 prefixes: the eleventh is refused here')
def prefix_limit(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    for i in range(10):
        s.order(f'set 203.0.113.{i}/32')
    s.order('set 203.0.113.99/32')
    s.event(event='refused')
    wait_for('the peer has the tenth', lambda: peer.route('203.0.113.9/32'))
    if peer.route('203.0.113.99/32') or s.status()['announced'] != 10:
        raise Failed('the eleventh was announced')


@case("the peer's limit is hit: Cease in words, no hammering", 'import-limit')
def peer_prefix_limit(c):
    peer = c.peer(import_limit=3)
    s = c.speaker()
    c.both_up(s, peer)
    for i in range(5):
        s.order(f'set 203.0.113.{i}/32')
    s.down()
    s.wait_for_error('Maximum Number of Prefixes Reached (6/1)')
    times = 0
    try:
        while times < 20:
            s.up(deadline=3)
            times += 1
    except Failed:
        pass
    if times > 5:
        raise Failed(f'established again {times} times')
    print(f'# established again {times} times until 3 s of silence')
