"""What a case gets, and the table of all of them."""
from network import FAR, LINK_LOCAL, V4, V6
from peers.peer import Conf
from speaker import Speaker
from waiting import Failed, check, wait_for

OUR_AS, PEER_AS = 65001, 64501
G4, G6 = '203.0.113.10/32', '2001:db8:f00d::10/128'

CASES = []


class Lacks(Exception):
    """The daemon has no such thing: its cell says n/a, with the reason."""


def case(title, *needs, slow=False):
    """A row of the table: what it shows, the features it needs, and whether it takes minutes."""
    def add(function):
        function.title, function.needs, function.slow = title, needs, slow
        CASES.append(function)
        return function
    return add


class Case:
    """The two ends of a session, and how to start them."""

    def __init__(self, folder, program, network, daemon):
        self.folder, self.program, self.network, self.daemon = folder, program, network, daemon
        self.peers, self.speakers = [], []

    def addresses(self, v6, link_local, far):
        return FAR if far else LINK_LOCAL if link_local else V6 if v6 else V4

    def peer(self, v6=False, link_local=False, far=False, start=True, **conf):
        """The daemon, started; conf as in peers.peer.Conf."""
        us, them = self.addresses(v6, link_local, far)
        own = {'us': us, 'them': them, 'local_as': PEER_AS, 'peer_as': OUR_AS,
               'families': ('ipv6',) if v6 or link_local else ('ipv4',),
               'interface': 'vb' if link_local else None}
        p = self.daemon(self.folder, self.network.enter, Conf(**{**own, **conf}))
        self.peers.append(p)
        if start:
            p.start()
        return p

    def speaker(self, v6=False, link_local=False, far=False, release=True, **options):
        """Our end, started; options as in speaker_main.c."""
        us, them = self.addresses(v6, link_local, far)
        own = {'name': 'r1', 'address': them, 'local_address': us, 'local_as': OUR_AS, 'peer_as': PEER_AS,
               'interface': 'va' if link_local else None, 'ipv6' if v6 or link_local else 'ipv4': 1}
        self.speakers.append(Speaker(self.program, self.folder / 'speaker.log', {**own, **options}, release))
        return self.speakers[-1]

    def can(self, feature):
        return feature not in self.daemon.cannot

    def both_up(self, s, peer):
        s.up()
        wait_for(f'{peer.name} is Established', peer.is_established)

    def announced(self, s, peer, prefix, words=''):
        """Announces, and gives the route as the peer has it."""
        s.order(f'set {prefix} {words}'.rstrip())
        return wait_for(f'{peer.name} has {prefix}', lambda: peer.route(prefix))

    def comes_and_goes(self, s, peer, prefix):
        """A route is announced, changed and withdrawn."""
        route = self.announced(s, peer, prefix)
        if route.med:
            raise Failed(f'a MED from nowhere: {route}')
        s.order(f'set {prefix} med=50')
        wait_for(f'{peer.name} has the change', lambda: getattr(peer.route(prefix), 'med', None) == 50)
        took = s.withdraw(prefix)
        print(f'# withdrawal handed to the kernel after {took:.3f} ms')
        wait_for(f'{peer.name} has no {prefix} any more', lambda: not peer.route(prefix))
        check('the session stayed', s.is_established(), True)

    def end(self):
        for s in self.speakers:
            s.end()         # also one that stands still: it is killed
        for p in self.peers:
            p.kill()
