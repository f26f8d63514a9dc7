"""Address families, of the session and of its routes."""
from cases.case import G4, G6, case
from network import V6


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
