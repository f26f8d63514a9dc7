"""How sessions end, and come back."""
import re

from cases.case import G4, case
from waiting import DEADLINE, Failed, check, wait_for


@case('the peer is killed and restarted')
def peer_restarted(c):
    peer = c.peer()
    s = c.speaker()
    s.order(f'set {G4}')
    c.both_up(s, peer)
    wait_for('the peer has the route', lambda: peer.route(G4))
    peer.kill()
    s.down()
    peer.start()
    s.up()
    wait_for('the peer has the route again', lambda: peer.route(G4))
    c.comes_and_goes(s, peer, G4)


def has_read(peer):
    """ExaBGP closes right behind its NOTIFICATION: with anything of ours unread, that is a reset, and the NOTIFICATION is lost."""
    wait_for('the peer has the route', lambda: peer.route(G4))
    wait_for('the peer has read all', peer.has_read_all)


@case('the peer shuts down')
def peer_shuts_down(c):
    peer = c.peer()
    s = c.speaker()
    s.order(f'set {G4}')
    c.both_up(s, peer)
    has_read(peer)
    peer.shutdown('back at nine')
    s.down()
    s.wait_for_error('Cease/Administrative Shutdown (6/2)')
    peer.enable()
    s.up()


@case('shutdown message of the peer is shown', 'shutdown-text')
def peer_says_why(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    peer.shutdown('back at nine')
    s.down()
    check('what was received', s.status()['last_notification_received'],
          'Cease/Administrative Shutdown (6/2): "back at nine"')


@case('the peer resets the session')
def peer_resets(c):
    peer = c.peer()
    s = c.speaker()
    s.order(f'set {G4}')
    c.both_up(s, peer)
    has_read(peer)
    peer.reset()
    s.down()
    s.wait_for_error('(6/4)')
    s.up(DEADLINE + peer.pause_s)
    wait_for('the peer has the route again', lambda: peer.route(G4))


@case('we stop: withdrawn, with Cease')
def we_stop(c):
    peer = c.peer()
    s = c.speaker()
    s.order(f'set {G4}')
    c.both_up(s, peer)
    wait_for('the peer has the route', lambda: peer.route(G4))
    s.order('stop')
    s.event(event='stopped')
    wait_for('the peer has no route', lambda: not peer.route(G4))
    # "Administrative Shutdown", "administratively down", "6/2"
    wait_for('the peer knows why', lambda: re.search('(?i)administrative.{0,3} (shutdown|down)', peer.words()))


@case('shutdown message of ours is seen by the peer', 'reads-shutdown-text')
def we_say_why(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    s.order('stop a new disk, back at nine')
    s.event(event='stopped')
    wait_for('the peer shows our text', lambda: 'a new disk, back at nine' in peer.words())


@case('after our shutdown message, a session comes up again')
def we_come_back(c):
    peer = c.peer()
    s = c.speaker()
    c.both_up(s, peer)
    s.order('stop a new disk, back at nine')
    s.event(event='stopped')
    wait_for('the peer is not Established', lambda: not peer.is_established())
    s = c.speaker()
    c.both_up(s, peer)
    c.comes_and_goes(s, peer, G4)


@case('wrong ASN: the peer refuses')
def wrong_as(c):
    peer = c.peer(peer_as=64999, passive=True)
    s = c.speaker()
    s.wait_for_error('Bad Peer AS (2/2)')
    before = s.status()['messages_out']
    wait_for('a further attempt', lambda: s.status()['messages_out'] > before)
    if peer.is_established():
        raise Failed('established')


@case('wrong ASN: we refuse')
def wrong_as_of_peer(c):
    peer = c.peer(passive=True)
    s = c.speaker(peer_as=64999)
    s.wait_for_error('Bad Peer AS (2/2)')
    if peer.is_established():
        raise Failed('established')


@case('hold timer expires')
def peer_goes_silent(c):
    peer = c.peer()
    s = c.speaker(hold_time='3s')
    c.both_up(s, peer)
    peer.freeze()
    why = s.down()['why']
    peer.thaw()
    if 'Hold Timer Expired (4/0)' not in why:
        raise Failed(why)
    s.up()
