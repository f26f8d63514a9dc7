"""BGP roles (RFC 9234)."""
from cases.case import G4, case
from waiting import check

MISMATCH = 'Role Mismatch (2/11)'


@case('roles agree: we are customer, the peer is provider', 'role')
def roles_agree(c):
    peer = c.peer(role='provider')
    s = c.speaker(role='customer')
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('roles do not agree', 'role')
def roles_mismatch(c):
    peer = c.peer(role='customer')
    s = c.speaker(role='customer')
    s.wait_for_error(MISMATCH)
    check('Established', (s.is_established(), peer.is_established()), (False, False))


@case('role strict: a peer without one is refused')
def role_strict(c):
    peer = c.peer()
    s = c.speaker(role='customer', role_strict=1)
    s.wait_for_error(MISMATCH)
    check('Established', s.is_established(), False)


@case('role strict: the peer refuses us without one', 'role')
def role_strict_of_peer(c):
    peer = c.peer(role='provider', role_strict=True)
    s = c.speaker()
    s.wait_for_error(MISMATCH)
    check('Established', (s.is_established(), peer.is_established()), (False, False))


@case('a role of ours that the peer does not know is no harm')
def role_unknown_to_peer(c):
    peer = c.peer()
    s = c.speaker(role='customer')
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)
