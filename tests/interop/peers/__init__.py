"""The routing daemons, by name."""
from peers.bird import Bird16, Bird2
from peers.exabgp import ExaBgp
from peers.frr import Frr
from peers.gobgpd import GoBgp
from peers.openbgpd import OpenBgpd

PEERS = {p.name: p for p in (Bird2, Frr, Bird16, GoBgp, OpenBgpd, ExaBgp)}
