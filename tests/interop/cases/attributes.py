"""What the peer makes of each attribute that we send."""
from cases.case import G4, case
from waiting import check, wait_for


@case('ORIGIN, AS_PATH, NEXT_HOP, MED, communities; their change')
def attributes(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    route = c.announced(s, peer, G4, 'med=50 prepend=2 community=graceful-shutdown community=65000:1')
    check('AS_PATH', route.as_path, [65001, 65001, 65001])
    check('NEXT_HOP, MED, ORIGIN', (route.next_hop, route.med, route.origin), ('192.0.2.1', 50, 'igp'))
    check('COMMUNITIES', route.communities, ('65000:1', '65535:0'))
    s.order(f'set {G4}')
    wait_for('the change', lambda: peer.route(G4).as_path == [65001])
    check('what is left', (peer.route(G4).communities, peer.route(G4).med or None), ((), None))


@case('large communities')
def large_communities(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    route = c.announced(s, peer, G4, 'large=64496:1:2 large=4200000001:0:4294967295')
    check('LARGE_COMMUNITY', route.large_communities, ('4200000001:0:4294967295', '64496:1:2'))


@case('extended communities')
def ext_communities(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    route = c.announced(s, peer, G4, 'ext=rt:65001:100')
    check('EXTENDED COMMUNITIES', route.ext_communities, ('rt:65001:100',))
