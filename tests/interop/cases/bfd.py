"""BFD (RFC 5880, 5881, 5883) beside the session, and what its end does to it (RFC 5882, RFC 9384)."""
import signal

from cases.case import G4, case
from waiting import check, stays, wait_for

FAST = {'bfd': 1, 'bfd_min_tx': '100ms', 'bfd_min_rx': '100ms'}


def both_see_each_other(s, peer):
    wait_for('our BFD is up', lambda: s.bfd_state() == 'Up')
    wait_for('the BFD of the peer is up', lambda: peer.bfd_state() == 'Up')


@case('BFD on the link, with the session', 'bfd')
def bfd(c):
    peer = c.peer(bfd_ms=100)
    s = c.speaker(**FAST)
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('BFD over IPv6', 'bfd')
def bfd_ipv6(c):
    peer = c.peer(v6=True, bfd_ms=100)
    s = c.speaker(v6=True, **FAST)
    c.both_up(s, peer)
    both_see_each_other(s, peer)


@case('BFD over a router', 'bfd')
def bfd_multihop(c):
    peer = c.peer(far=True, multihop=3, bfd_ms=100)
    s = c.speaker(far=True, multihop=3, bfd_multihop=1, **FAST)
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('BFD with meticulous keyed SHA1', 'bfd-auth')
def bfd_auth(c):
    peer = c.peer(bfd_ms=100, bfd_key='s3cret')
    s = c.speaker(bfd_auth='meticulous-sha1', bfd_key='s3cret', bfd_key_id=1, **FAST)
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    stays('both are up', lambda: s.bfd_state() == peer.bfd_state() == 'Up', 2)
    check('the session stayed', s.is_established(), True)


@case('BFD with a wrong key stays down', 'bfd-auth')
def bfd_wrong_key(c):
    peer = c.peer(bfd_ms=100, bfd_key='other')
    s = c.speaker(bfd_auth='meticulous-sha1', bfd_key='s3cret', bfd_key_id=1, bfd_strict=1, **FAST)
    stays('BFD is down', lambda: s.bfd_state() != 'Up' and peer.bfd_state() != 'Up', 3)
    check('Established', s.is_established(), False)


@case('BFD: the peer goes silent, the session ends at once', 'bfd')
def bfd_peer_goes_silent(c):
    peer = c.peer(hold_time=90, bfd_ms=100)
    s = c.speaker(hold_time='90s', **FAST)
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    peer.freeze()
    s.down(deadline=3)
    s.wait_for_error('BFD Down (6/10)')
    peer.thaw()
    s.up()
    both_see_each_other(s, peer)


@case('BFD: we go silent, the peer ends the session at once', 'bfd')
def bfd_we_go_silent(c):
    peer = c.peer(hold_time=90, bfd_ms=100)
    s = c.speaker(hold_time='90s', **FAST)
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    s.process.send_signal(signal.SIGSTOP)
    wait_for('the peer has ended the session', lambda: not peer.is_established(), 5)
    s.process.send_signal(signal.SIGCONT)
    s.down()
    s.up()


@case('BFD at 10 ms, three times', 'bfd')
def bfd_10ms(c):
    peer = c.peer(bfd_ms=10)
    s = c.speaker(bfd=1, bfd_min_tx='10ms', bfd_min_rx='10ms')
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('BFD strict: no session before BFD is up', 'bfd')
def bfd_strict(c):
    peer = c.peer(bfd_ms=100)
    s = c.speaker(bfd_strict=1, **FAST)
    c.both_up(s, peer)
    check('BFD', s.bfd_state(), 'Up')


@case('BFD strict: no session with a peer without BFD')
def bfd_strict_alone(c):
    peer = c.peer()
    s = c.speaker(bfd_strict=1, **FAST)
    stays('there is no session', lambda: not s.is_established() and not peer.is_established(), 3)
    check('it waits for BFD', s.status()['waits_for_bfd'], True)
