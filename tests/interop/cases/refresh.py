"""Route refresh (RFC 2918, RFC 7313), and long messages (RFC 8654)."""
from cases.case import G4, case
from waiting import check, wait_for


@case('route refresh', 'route-refresh')
def route_refresh(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    c.announced(s, peer, G4)
    before = s.status()['updates_sent']
    peer.refresh()
    wait_for('the route was sent again', lambda: s.status()['updates_sent'] > before)
    check('the peer has it', bool(peer.route(G4)), True)


@case('enhanced route refresh: framed by BoRR and EoRR', 'route-refresh', 'enhanced-refresh')
def enhanced_refresh(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    c.announced(s, peer, G4)
    check('agreed', s.agreed('enhanced_refresh'), True)
    before = s.status()['updates_sent']
    peer.refresh()
    wait_for('the route was sent again', lambda: s.status()['updates_sent'] > before)
    wait_for('both frames were sent', lambda: s.status()['messages']['sent']['route_refresh'] == 2)
    check('the peer has it', bool(peer.route(G4)), True)
    check('the session stayed', s.is_established(), True)


def announce_many(c, s, peer):
    """2000 prefixes; the peer must have all of them."""
    c.both_up(s, peer)
    for i in range(2000):
        s.order(f'set 198.18.{i // 256}.{i % 256}/32')
    wait_for('the peer has 2000 routes', lambda: peer.route('198.18.7.207/32') and peer.count() == 2000)


@case('2000 prefixes')
def many_prefixes(c):
    peer = c.peer()
    s = c.speaker(prefix_limit=3000)
    announce_many(c, s, peer)


@case('extended messages', 'extended-messages')
def extended_messages(c):
    peer = c.peer(extended_messages=True, start=False)
    s = c.speaker(prefix_limit=3000, mode='passive')
    for i in range(2000):
        s.order(f'set 198.18.{i // 256}.{i % 256}/32')
    s.status()              # it has obeyed
    peer.start()
    c.both_up(s, peer)
    check('agreed', s.agreed('extended_message'), True)
    wait_for('the peer has 2000 routes', lambda: peer.count() == 2000)
    # 5 octets a prefix: one message instead of three
    check('UPDATEs, with End-of-RIB', s.status()['updates_sent'], 2)
