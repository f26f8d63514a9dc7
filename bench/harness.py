"""What the benchmarks share that run programs beside each other: namespaces of their own, processes, waiting, one contender
after the other.

A run ends in bounded time, which it tells first: a contender has --each SECONDS for its trials and AROUND to come and go.
One that is not through with its trials has fewer of them in the report, where their number stands; one that fails leaves
a line, and its logs, and the next has its turn. How far it is goes to stderr."""
import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

INSIDE = 'NEARCAST_BENCH_INSIDE'
DEADLINE = 20
AROUND = 120
TELL_EVERY = 10
os.environ['PATH'] += ':/usr/sbin:/sbin'
folder = pathlib.Path()
began = time.monotonic()
failures = []


class Failed(Exception):
    """Somebody does not do what was to be measured; says what."""


def tell(text):
    print(f'[{time.monotonic() - began:6.1f} s] {text}', file=sys.stderr, flush=True)


def parser(doc):
    return argparse.ArgumentParser(prog=f'bench/{pathlib.Path(sys.argv[0]).name}', description=doc,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)


def options(parser, trials, each, unit='TRIALS'):
    """The command line, with what all of these benchmarks take."""
    parser.add_argument('-n', type=int, default=trials, metavar=unit, help=f'for the first contender: {trials} if not said')
    parser.add_argument('-c', type=int, metavar=unit, help='for each other one: as many if not said')
    parser.add_argument('--each', type=int, default=each, metavar='SECONDS',
                        help=f'no contender has more than that for its trials: {each} if not said')
    parser.add_argument('--only', action='append', metavar='NAME', help='this contender; more than once: these')
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--write', type=pathlib.Path, metavar='FILE', help='also put the report into this page')
    parser.add_argument('nearcastd', nargs='?', type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent / 'build-release/nearcastd')
    said = parser.parse_args()
    if min(said.n, said.n if said.c is None else said.c, said.each) < 1:
        parser.error('at least 1 trial, in 1 second')
    if not os.access(said.nearcastd, os.X_OK):
        parser.error(f'{said.nearcastd} is not a program: give the nearcastd of a release build')
    said.nearcastd = said.nearcastd.resolve()
    return said


def run_inside(function):
    """Calls it in namespaces of its own, with a folder for logs that goes when all went well."""
    global folder
    if INSIDE not in os.environ:
        user = [] if os.geteuid() == 0 else ['--user', '--map-root-user']
        os.environ[INSIDE] = '1'
        # below a shell: ExaBGP's healthcheck takes a parent of number 1 for one that has died
        os.execvp('unshare', ['unshare', *user, '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child',
                              'sh', '-c', '"$@"; exit $?', 'sh', sys.executable, *sys.argv])
    folder = pathlib.Path(tempfile.mkdtemp(prefix='nearcast-bench-'))
    folder.chmod(0o755)            # FRR has a user of its own
    ip('link', 'set', 'lo', 'up')
    try:
        function()
    except Failed as e:
        failures.append(str(e))
    if failures:
        raise SystemExit('\n'.join([f'{pathlib.Path(sys.argv[0]).name}: {f}' for f in failures] + [f'logs in {folder}']))
    shutil.rmtree(folder)


def is_rootless():
    """In a user namespace, where there are no other users."""
    return pathlib.Path('/proc/self/uid_map').read_text().split()[2] != '4294967295'


def in_turn(contenders, said, measure, where=''):
    """What measure(contender, trials) gives for each that is wanted and can be; where: a word for people."""
    if wrong := set(said.only or ()) - {c.name for c in contenders}:
        raise SystemExit(f'there is no {", ".join(wrong)} but {", ".join(c.name for c in contenders)}')
    wanted = [c for c in contenders if not said.only or c.name in said.only]
    tell(f'{where}{len(wanted)} contenders, each with {said.each} s for its trials; over after '
         f'{len(wanted) * (said.each + AROUND)} s at the latest')
    results = []
    for contender in wanted:
        if why := contender.missing():
            tell(f'{contender.name} is left out: {why}')
            continue
        count = said.n if contender is wanted[0] else said.c or said.n
        with_alarm(said.each + AROUND)
        try:
            results.append(measure(contender, trials(where + contender.name, count, said.each)))
        except (Failed, OSError, subprocess.SubprocessError) as e:
            failures.append(f'{where}{contender.name}: {str(e)[:500]}')
            tell(failures[-1])
        finally:
            signal.alarm(0)
    return results


def with_alarm(seconds):
    def overdue(*_):
        raise Failed(f'not through after {seconds} s')

    signal.signal(signal.SIGALRM, overdue)
    signal.alarm(seconds)


def trials(name, count, seconds):
    """Counts them, as long as there is time."""
    first = told = time.monotonic()
    for i in range(count):
        now = time.monotonic()
        if now - first > seconds:
            tell(f'{name}: its {seconds} s are over after {i} of {count} trials')
            return
        if i == 0 or now - told > TELL_EVERY:
            tell(f'{name}: {i} of {count} trials')
            told = now
        yield i
    tell(f'{name}: {count} trials, {time.monotonic() - first:.1f} s')


def summary(values):
    return {'median': statistics.median(values), 'max': max(values), 'all': list(values),
            'p99': statistics.quantiles(values, n=100, method='inclusive')[-1] if len(values) > 1 else values[0]}


def wait_for(what, look, deadline=DEADLINE, every=0.01):
    end_at = time.monotonic() + deadline
    while not (seen := look()):
        if time.monotonic() > end_at:
            raise Failed(f'{what}: not within {deadline} s')
        time.sleep(every)
    return seen


def start(argv, log, **more):
    out = open(folder / log, 'ab')
    return subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL, **{'stdout': out, 'stderr': out, **more},
                            start_new_session=True)


def end(process):
    if process and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ip(*words, enter=(), **more):
    subprocess.run([*enter, 'ip', *words], check=True, **more)


def namespace():
    """Its holder, and what leads into it."""
    holder = start(['unshare', '--net', 'sleep', 'infinity'], 'holder.log')
    mine = os.readlink('/proc/self/ns/net')
    wait_for('the namespace', lambda: os.readlink(f'/proc/{holder.pid}/ns/net') != mine)
    enter = ['nsenter', f'--net=/proc/{holder.pid}/ns/net']
    ip('link', 'set', 'lo', 'up', enter=enter)
    return holder, enter


def nginx_conf(name, workers, server):
    """The file, for one that stays in the foreground, and writes nowhere but in the folder."""
    path = folder / f'{name}.conf'
    path.write_text(f'''
daemon off; {workers} user root; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
events {{ worker_connections 4096; }}
http {{ access_log off; {' '.join(f'{t}_temp_path {folder}/{name}.{t};' for t in
        ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))}
  server {{ {server} }} }}
''')
    return path
