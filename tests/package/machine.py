"""A Debian 12 of its own, booted by systemd-nspawn on top of a tree that debootstrap made once.

Everything that it changes lies in a tmpfs; it has its own network, and sees nothing of the host's /tmp, /run and /dev.
A run starts itself again inside of `unshare`, so that all of it ends with the run."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'interop'))
from waiting import Failed, wait_for  # noqa: E402

MIRROR = os.environ.get('NEARCAST_DEBIAN_MIRROR', 'http://deb.debian.org/debian')
# systemd, what the packages depend on, and what they are tried with
PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'procps', 'iproute2', 'iputils-ping', 'bird2', 'nginx-light',
            'libfyaml0', 'libjansson4', 'libcurl4', 'libmicrohttpd12', 'libmnl0', 'libc-ares2', 'libnettle8', 'libgnutls30', 'libpq5',
            'libsqlite3-0']
INSIDE = 'NEARCAST_PACKAGE_INSIDE'
MAX_BYTES = '1500m'
UNSHARE = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child']


def why_not():
    """What is missing on this host for a machine, or ''."""
    if os.geteuid() != 0:
        return 'needs root'
    missing = [p for p in ('debootstrap', 'systemd-nspawn', 'dpkg-deb', 'nsenter') if not shutil.which(p)]
    if missing:
        return f'not installed: {", ".join(missing)}'
    if os.uname().machine != 'x86_64':
        return 'only tried on amd64'
    probe = 'mount -t tmpfs tmpfs /run && umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup'
    if subprocess.run([*UNSHARE, 'sh', '-c', probe], capture_output=True).returncode != 0:
        return 'no mounts, or no control groups of version 2, can be had here'
    return ''


def tree(folder):
    """The tree to boot on, made once for a build folder; a reason to skip otherwise."""
    base = folder / 'debian12'
    if not base.exists():
        new = folder / 'debian12.new'
        shutil.rmtree(new, ignore_errors=True)
        r = subprocess.run(['debootstrap', '--variant=minbase', f'--include={",".join(PACKAGES)}', 'bookworm', new,
                            MIRROR], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200)
        if r.returncode != 0:
            return None, f'debootstrap: {r.stdout.strip().splitlines()[-1]}'
        shutil.rmtree(new / 'var/cache/apt', ignore_errors=True)
        new.rename(base)
    return base, ''


def remove_groups(top):
    """A control group and those in it; nothing runs there any more."""
    for folder, _, _ in os.walk(top, topdown=False):
        os.rmdir(folder)


class Machine:
    def __init__(self, base, scratch, binds):
        """binds: folders of ours that it may read, by their path in there. To be made inside of UNSHARE."""
        self.scratch, self.group = scratch, pathlib.Path(f'/sys/fs/cgroup/nearcast-package-{os.environ[INSIDE]}')
        for command in (['mount', '-t', 'tmpfs', '-o', f'size={MAX_BYTES}', 'tmpfs', scratch],
                        ['mount', '-t', 'tmpfs', 'tmpfs', '/run'], ['mount', '-t', 'tmpfs', 'tmpfs', '/tmp'],
                        ['umount', '-R', '/sys/fs/cgroup'], ['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']):
            subprocess.run(command, check=True)
        for name in ('upper', 'work', 'root'):
            (scratch / name).mkdir()
        subprocess.run(['mount', '-t', 'overlay', '-o',
                        f'lowerdir={base},upperdir={scratch / "upper"},workdir={scratch / "work"}', 'overlay',
                        scratch / 'root'], check=True)
        self.root = scratch / 'root'
        # there is no router of the host's own
        (self.root / 'etc/systemd/system/bird.service').symlink_to('/dev/null')
        self.binds = binds
        self.process, self.leader = None, None

    def boot(self):
        # of runs that were killed
        for old in self.group.parent.glob('nearcast-package-*'):
            if 'populated 0' in (old / 'cgroup.events').read_text():
                remove_groups(old)
        self.group.mkdir()
        self.process = subprocess.Popen(
            ['sh', '-c', f'echo $$ >{self.group}/cgroup.procs && exec "$@"', 'sh', 'systemd-nspawn', '--quiet',
             '--register=no', '--keep-unit', '--private-network', '--machine=nearcast-test',
             *[f'--bind-ro={ours}:{theirs}' for theirs, ours in self.binds.items()], '-D', self.root, '--boot'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            env={**os.environ, 'SYSTEMD_NSPAWN_UNIFIED_HIERARCHY': '1'})
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')

        def leader():
            if self.process.poll() is not None:
                raise Failed('systemd-nspawn ended')
            for pid in children.read_text().split():
                if pathlib.Path(f'/proc/{pid}/comm').read_text().strip() == 'systemd':
                    self.leader = pid
            return self.leader

        wait_for('systemd is there', leader, 30)
        wait_for('the machine is up', lambda: self.says('systemctl', 'is-system-running') in ('running', 'degraded'), 120)

    def run(self, *command, check=True, timeout=120):
        """In there, as root; what it wrote."""
        r = subprocess.run(['nsenter', '-t', self.leader, '-m', '-u', '-i', '-n', '-p', '-C', *command],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout,
                           stdin=subprocess.DEVNULL,
                           env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C'})
        if check and r.returncode != 0:
            raise Failed(f'{" ".join(command)}: {r.stdout}')
        return r.stdout

    def says(self, *command):
        return self.run(*command, check=False).strip()

    def succeeds(self, *command):
        return subprocess.run(['nsenter', '-t', self.leader, '-m', '-u', '-i', '-n', '-p', '-C', *command],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode == 0

    def write(self, path, text):
        """A file, through the machine, since it may have mounted something over its tree."""
        subprocess.run(['nsenter', '-t', self.leader, '-m', 'sh', '-c', f'mkdir -p "$(dirname {path})" && cat >{path}'],
                       input=text, text=True, check=True)

    def end(self):
        if self.group.exists():
            (self.group / 'cgroup.kill').write_text('1')
            wait_for('its processes end', lambda: 'populated 0' in (self.group / 'cgroup.events').read_text())
        if self.process:
            self.process.wait(timeout=15)
        remove_groups(self.group)
