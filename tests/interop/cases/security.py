"""TCP MD5 (RFC 2385) and GTSM (RFC 5082). Some daemons set the minimum TTL only behind accept(), so the other side
may believe in a session for a moment: the side that enforces it is asked, for longer than a hold time."""
from cases.case import G4, G6, case
from waiting import Failed, stays, wait_for


@case('MD5: we dial', 'md5-listening')
def md5_we_dial(c):
    peer = c.peer(password='s3cret', passive=True)
    s = c.speaker(password='s3cret')
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('MD5: the peer dials')
def md5_peer_dials(c):
    s = c.speaker(password='s3cret', mode='passive')
    peer = c.peer(password='s3cret')
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('MD5 over IPv6')
def md5_ipv6(c):
    s = c.speaker(password='s3cret', v6=True, mode='both' if c.can('md5-listening') else 'passive')
    peer = c.peer(password='s3cret', v6=True)
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G6)


@case('MD5: wrong password')
def md5_wrong_password(c):
    peer = c.peer(password='other')
    s = c.speaker(password='s3cret')
    error = wait_for('an attempt fails', lambda: s.status()['last_error'])
    if peer.is_established() or 's3cret' in s.log_text() + error:
        raise Failed('established, or the password was shown')


@case('GTSM on both sides')
def ttl_security(c):
    peer = c.peer(ttl_security=1, hold_time=3)
    s = c.speaker(ttl_security=1)
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('GTSM: the peer lets in no lower TTL of ours', 'ttl-security')
def ttl_security_of_peer(c):
    peer = c.peer(ttl_security=1, hold_time=3)
    s = c.speaker(hold_time='3s')
    s.order(f'set {G4}')
    stays('the session is down', lambda: not peer.is_established() and not peer.route(G4), 4)


@case('GTSM: we let in no lower TTL of the peer')
def ttl_security_of_ours(c):
    peer = c.peer(hold_time=3)
    s = c.speaker(ttl_security=1, hold_time='3s')
    stays('the session is down', lambda: not s.is_established(), 4)
