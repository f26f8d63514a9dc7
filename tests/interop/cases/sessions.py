"""Who opens the session, and what AS numbers it has."""
from cases.case import G4, OUR_AS, case
from waiting import check, wait_for


@case('plain: we dial')
def we_dial(c):
    peer = c.peer(passive=True)
    s = c.speaker()
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('plain: the peer dials')
def peer_dials(c):
    s = c.speaker(mode='passive')
    peer = c.peer()
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('plain: both dial, connections collide')
def both_dial(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('4-byte ASN: ours')
def four_octet_as(c):
    peer = c.peer(peer_as=4200000001)
    s = c.speaker(local_as=4200000001)
    c.both_up(s, peer)
    check('AS_PATH', c.announced(s, peer, G4, 'prepend=1').as_path, [4200000001, 4200000001])


@case('4-byte ASN: both')
def four_octet_as_of_both(c):
    peer = c.peer(peer_as=4200000001, local_as=65551)
    s = c.speaker(local_as=4200000001, peer_as=65551)
    c.both_up(s, peer)
    check('AS_PATH', c.announced(s, peer, G4).as_path, [4200000001])


@case('a peer without 4-byte ASN', 'as4-off')
def peer_without_four_octet_as(c):
    # no daemon takes a larger AS of a neighbor then, so AS4_PATH is left to the unit tests
    peer = c.peer(as4=False)
    s = c.speaker()
    c.both_up(s, peer)
    check('AS_PATH', c.announced(s, peer, G4, 'prepend=1').as_path, [65001, 65001])
    check('the peer can', s.status()['received_open']['four_octet_as'], False)


@case('a peer that sends no capabilities at all', 'capabilities-off')
def peer_without_capabilities(c):
    peer = c.peer(capabilities=False)
    s = c.speaker()
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('iBGP')
def ibgp(c):
    peer = c.peer(local_as=OUR_AS)
    s = c.speaker(peer_as=OUR_AS)
    c.both_up(s, peer)
    route = c.announced(s, peer, G4, 'prepend=3')
    check('AS_PATH, LOCAL_PREF', (route.as_path, route.local_pref), ([], 100))
    s.withdraw(G4)
    wait_for('the route is gone', lambda: not peer.route(G4))


@case('hold time 0: no timers', 'hold-time-0')
def hold_time_zero(c):
    peer = c.peer(hold_time=0)
    s = c.speaker(hold_time='0')
    c.both_up(s, peer)
    check('hold time', s.status()['hold_time_s'], 0)
    c.comes_and_goes(s, peer, G4)
