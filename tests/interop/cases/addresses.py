"""Address families, of the session and of its routes."""
from cases.case import G4, G6, case
from network import FAR, V6
from waiting import check


@case('IPv6')
def ipv6(c):
    peer = c.peer(v6=True)
    s = c.speaker(v6=True)
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G6)


@case('IPv4 and IPv6 routes in one IPv4 session', 'ipv6-over-ipv4')
def ipv6_over_ipv4(c):
    peer = c.peer(families=('ipv4', 'ipv6'))
    s = c.speaker(ipv6=1, next_hop_ipv6=V6[0])
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)
    c.comes_and_goes(s, peer, G6)


@case('IPv4 routes with an IPv6 next hop (RFC 8950)', 'extended-next-hop')
def extended_next_hop(c):
    peer = c.peer(v6=True, families=('ipv4', 'ipv6'), extended_next_hop=True)
    s = c.speaker(v6=True, ipv4=1, extended_next_hop=1)
    c.both_up(s, peer)
    check('next hop', c.announced(s, peer, G4).next_hop, V6[0])
    c.comes_and_goes(s, peer, G4)
    c.comes_and_goes(s, peer, G6)


@case('IPv6 link-local peer', 'link-local')
def link_local(c):
    peer = c.peer(link_local=True)
    s = c.speaker(link_local=True)
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G6)


@case('multihop: a router between')
def multihop(c):
    peer = c.peer(far=True, multihop=3)
    s = c.speaker(far=True, multihop=3)
    c.both_up(s, peer)
    check('next hop', c.announced(s, peer, G4).next_hop, FAR[0])
    c.comes_and_goes(s, peer, G4)


@case('multihop and GTSM: two hops away at most', 'ttl-security', 'ttl-security-hops')
def multihop_ttl_security(c):
    peer = c.peer(far=True, ttl_security=2)
    s = c.speaker(far=True, ttl_security=2)
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)
