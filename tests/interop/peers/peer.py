"""What every routing daemon of these tests can be asked, and what it is told to be. Made to be used by
benchmarks too: nothing here knows of test cases."""
import dataclasses
import os
import shutil
import signal
import subprocess
import time


@dataclasses.dataclass
class Conf:
    """One session of the daemon with us."""
    us: str
    them: str
    local_as: int = 64501               # theirs
    peer_as: int = 65001                # ours
    router_id: str = '192.0.2.2'
    families: tuple = ('ipv4',)
    passive: bool = False
    hold_time: int = 9
    password: str = None
    ttl_security: int = 0               # hops away at most
    extended_next_hop: bool = False
    extended_messages: bool = False
    as4: bool = True
    capabilities: bool = True           # any at all
    role: str = None                    # what it is: 'provider'
    role_strict: bool = False
    restart_time: int = None            # graceful restart, whole
    import_limit: int = None
    routes: tuple = ()                  # prefixes that it announces
    interface: str = None               # of a link-local session
    multihop: int = None                # TTL
    start_seconds: int = 10             # until it answers questions
    bfd_ms: int = None                  # interval of BFD
    bfd_multiplier: int = 3
    bfd_key: str = None                 # with the number 1, ...
    bfd_auth: str = 'meticulous keyed sha1' # ... of this


@dataclasses.dataclass
class Route:
    """What a daemon believes of a prefix, in one spelling for all of them."""
    as_path: list
    next_hop: str
    origin: str = 'igp'                 # 'igp', 'egp', 'incomplete'
    med: int = None
    local_pref: int = None
    communities: tuple = ()             # '65535:0', sorted
    large_communities: tuple = ()       # '64500:1:2', sorted
    ext_communities: tuple = ()         # 'rt:64500:1', sorted
    stale: bool = False                 # kept by graceful restart; only where the daemon tells


WELL_KNOWN = {'graceful-shutdown': '65535:0', 'gracefulShutdown': '65535:0', 'gshut': '65535:0',
              'blackhole': '65535:666',
              'no-export': '65535:65281', 'noExport': '65535:65281', 'NO_EXPORT': '65535:65281',
              'GRACEFUL_SHUTDOWN': '65535:0', 'BLACKHOLE': '65535:666', 'no_export': '65535:65281'}


def spell_communities(words):
    return tuple(sorted(WELL_KNOWN.get(w, w) for w in words))


def find(program):
    return shutil.which(program, path=os.environ['PATH'] + ':/usr/sbin:/usr/lib/frr')


class NotReady(Exception):
    """The daemon did not start."""


class Peer:
    """A daemon in the namespace that the command words `enter` lead into; its files are in folder."""
    name = ''           # 'frr'; also the column of docs/interop.md
    needs_root = False
    programs = ()
    cannot = {}         # feature: why not
    pause_s = 0         # how long it may stay away after a reset of its own

    @classmethod
    def missing(cls):
        """Why it cannot run here, or None."""
        absent = [p for p in cls.programs if find(p) is None]
        return f'{" and ".join(absent)} not installed' if absent else None

    @classmethod
    def version(cls):
        raise NotImplementedError

    def __init__(self, folder, enter, conf):
        self.folder, self.enter, self.conf = folder, enter, conf
        self.log = folder / f'{self.name}.log'
        self.processes = []

    def spawn(self, command, **options):
        """A process in the peer's namespace, leading a process group of its own."""
        out = (self.folder / f'{self.name}.out.log').open('a')
        p = subprocess.Popen([*self.enter, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out,
                             stderr=subprocess.STDOUT, start_new_session=True, **options)
        self.processes.append(p)
        return p

    def ask(self, *command):
        """What a program of the daemon's prints, inside of its namespace; '' when it fails."""
        r = subprocess.run([*self.enter, *map(str, command)], capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=20)
        return r.stdout if r.returncode == 0 else ''

    def until(self, look):
        end = time.monotonic() + self.conf.start_seconds
        while not look():
            dead = [p.args for p in self.processes if p.poll() is not None]
            if dead or time.monotonic() > end:
                out = (self.folder / f'{self.name}.out.log').read_text() + self.log_text()
                raise NotReady(f'{self.name} did not start: {dead} {out}')
            time.sleep(0.02)

    def start(self):
        """Returns when the daemon answers questions."""
        raise NotImplementedError

    def signal_all(self, number):
        for p in self.processes:
            if p.poll() is None:
                os.killpg(p.pid, number)

    def stop(self):
        """As its service manager would."""
        self.signal_all(signal.SIGTERM)
        for p in self.processes:
            p.wait(timeout=10)
        self.processes = []

    def kill(self):
        self.signal_all(signal.SIGKILL)
        for p in self.processes:
            p.wait()
        self.processes = []

    def freeze(self):
        self.signal_all(signal.SIGSTOP)

    def thaw(self):
        self.signal_all(signal.SIGCONT)

    def log_text(self):
        return self.log.read_text(errors='replace') if self.log.exists() else ''

    # What each daemon answers in its own way.

    def is_established(self):
        raise NotImplementedError

    def route(self, prefix):
        """What it has from us of the prefix as a Route, or None."""
        raise NotImplementedError

    def refresh(self):
        """Asks us for all routes again (RFC 2918)."""
        raise NotImplementedError

    def shutdown(self, text):
        """Ends the session with Cease/Administrative Shutdown and the text (RFC 9003)."""
        raise NotImplementedError

    def enable(self):
        """Takes shutdown() back."""
        raise NotImplementedError

    def has_read_all(self):
        """What we send when a session begins; for a peer whose NOTIFICATION would be lost with some of it unread."""
        return True

    def reset(self):
        """Ends the session with Cease/Administrative Reset, and comes back."""
        raise NotImplementedError

    def count(self):
        """The IPv4 routes that it has from us."""
        raise NotImplementedError

    def bfd_state(self):
        """'Up', 'Down', ... or None."""
        raise NotImplementedError

    def set_bfd_interval(self, ms):
        """Another one, while the session runs."""
        raise NotImplementedError

    def bfd_admin_down(self):
        """Switches BFD off, and tells so."""
        raise NotImplementedError

    def words(self):
        """All that it has said and can say about the session: to find what it understood of ours."""
        return self.log_text()


def routes_by_family(conf):
    return {f: [r for r in conf.routes if (':' in r) == (f == 'ipv6')] for f in ('ipv4', 'ipv6')}
