"""Graceful restart (RFC 4724): our process dies without a farewell, and comes back; or the session is lost."""
import threading
import time

from cases.case import G4, case
from waiting import Failed, check, wait_for


class Watch:
    """Looks at a route again and again, for the moment when it is away."""

    def __init__(self, peer, prefix):
        self.peer, self.prefix = peer, prefix
        self.away = self.stale = self.over = False
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.over:
            route = self.peer.route(self.prefix)
            self.away |= route is None
            self.stale |= bool(route and route.stale)
            time.sleep(0.02)

    def end(self):
        self.over = True
        self.thread.join()


def restarting(c, **options):
    return c.speaker(graceful_restart=1, restart_time='30s', **options)


@case('graceful restart: our process is killed, the peer keeps the routes', 'graceful-restart')
def we_restart(c):
    peer = c.peer(restart_time=30)
    s = restarting(c)
    c.both_up(s, peer)
    check('agreed', s.agreed('graceful_restart'), True)
    c.announced(s, peer, G4)
    watch = Watch(peer, G4)
    s.kill()
    wait_for('the peer knows that we are gone', lambda: not peer.is_established())
    s = restarting(c, restarted=1, release=False)
    c.both_up(s, peer)
    s.order(f'set {G4}')
    s.order('release')
    wait_for('the route is fresh', lambda: peer.route(G4) and not peer.route(G4).stale)
    watch.end()
    if watch.away:
        raise Failed('the route was away')
    print(f'# seen as stale: {watch.stale}')


@case('graceful restart: what is not announced again goes with End-of-RIB', 'graceful-restart')
def we_restart_with_less(c):
    peer = c.peer(restart_time=30)
    s = restarting(c)
    c.both_up(s, peer)
    c.announced(s, peer, G4)
    s.kill()
    wait_for('the peer knows that we are gone', lambda: not peer.is_established())
    s = restarting(c, restarted=1, release=False)
    c.both_up(s, peer)
    check('the route is kept', bool(peer.route(G4)), True)
    s.order('release')
    wait_for('the route is gone', lambda: not peer.route(G4))


@case('graceful restart: we stop for good, the routes go at once', 'graceful-restart')
def we_stop_with_restart(c):
    peer = c.peer(restart_time=30)
    s = restarting(c)
    c.both_up(s, peer)
    c.announced(s, peer, G4)
    s.order('stop')
    s.event(event='stopped')
    wait_for('the route is gone', lambda: not peer.route(G4))


def lose_withdrawal(c, *others):
    """The session is lost, and then G4 is withdrawn. Only the next session can tell, without End-of-RIB."""
    peer = c.peer(restart_time=60)
    s = restarting(c, idle_hold='4s', mode='active', release=False)
    c.both_up(s, peer)
    for prefix in (G4, *others):
        c.announced(s, peer, prefix)
    watches = [Watch(peer, prefix) for prefix in others]
    s.order('cut')
    s.down()
    s.order(f'withdraw {G4}')
    check('withdrawn, and kept', s.status()['kept']['withdrawn'], 1)
    wait_for('the peer knows that the session is lost', lambda: not peer.is_established())
    check('the peer keeps it', bool(peer.route(G4)), True)
    s.up()
    s.event(event='withdrawn', prefix=G4)
    wait_for('the route is gone', lambda: not peer.route(G4))
    check('nothing is kept any more', s.status()['kept'], None)
    for watch in watches:
        watch.end()
        if watch.away:
            raise Failed(f'{watch.prefix} was away')


@case('graceful restart: a withdraw while the session is lost, the others stay', 'graceful-restart')
def we_lose_a_withdrawal(c):
    lose_withdrawal(c, '203.0.113.11/32')


@case('graceful restart: likewise, and nothing else is announced (F=0)', 'graceful-restart')
def we_lose_the_last_withdrawal(c):
    lose_withdrawal(c)
