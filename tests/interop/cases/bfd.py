"""BFD (RFC 5880, 5881, 5883) beside the session, and what its end does to it (RFC 5882, RFC 9384)."""
import signal

from cases.case import G4, case
from waiting import Failed, check, stays, wait_for

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
    s.down()
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
    wait_for('the peer has ended the session', lambda: not peer.is_established())
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


def comes_up_and_stays(c, s, peer):
    c.both_up(s, peer)
    both_see_each_other(s, peer)
    # FRR makes its BFD session anew when BGP comes up, so one down may be before
    before = s.status()['bfd']['downs']
    stays('BFD is up', lambda: s.bfd_state() == 'Up', 1)
    check('times down', s.status()['bfd']['downs'], before)


@case('BFD with a link-local neighbor', 'bfd', 'link-local')
def bfd_link_local(c):
    peer = c.peer(bfd_ms=300, link_local=True)
    s = c.speaker(link_local=True, **FAST)
    comes_up_and_stays(c, s, peer)


@case('BFD with keyed SHA1', 'bfd-auth')
def bfd_sha1(c):
    peer = c.peer(bfd_ms=300, bfd_auth='keyed sha1', bfd_key='s3cret')
    s = c.speaker(bfd_auth='sha1', bfd_key='s3cret', bfd_key_id=1, **FAST)
    comes_up_and_stays(c, s, peer)


@case('BFD: the peer changes its interval (poll sequence)', 'bfd')
def bfd_poll(c):
    peer = c.peer(bfd_ms=300)
    s = c.speaker(**FAST)
    comes_up_and_stays(c, s, peer)
    before = s.status()['bfd']['downs']
    for ms in (500, 200):
        peer.set_bfd_interval(ms)
        wait_for(f'we send each {ms} ms', lambda: s.status()['bfd']['tx_interval_ms'] == ms)
        wait_for('the detection time follows', lambda: s.status()['bfd']['detection_ms'] == 3 * ms)
    check('times down', s.status()['bfd']['downs'], before)


@case('BFD: the peer switches it off, the session stays', 'bfd', 'bfd-admin-down')
def bfd_admin_down(c):
    peer = c.peer(bfd_ms=300)
    s = c.speaker(**FAST)
    comes_up_and_stays(c, s, peer)
    peer.bfd_admin_down()
    wait_for('we are Down', lambda: s.bfd_state() == 'Down')
    check('the peer is', s.status()['bfd']['remote_state'], 'AdminDown')
    stays('the session is up', s.is_established, 1)


@case('BFD: we stop, and the peer is told AdminDown', 'bfd')
def bfd_we_stop(c):
    peer = c.peer(bfd_ms=300)
    s = c.speaker(**FAST)
    comes_up_and_stays(c, s, peer)
    s.order('stop')
    s.event(event='stopped')
    wait_for('the peer noticed', lambda: peer.bfd_state() != 'Up')
    if 'etection' in peer.words():
        raise Failed('by its detection time')
