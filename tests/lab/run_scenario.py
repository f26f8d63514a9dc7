#!/usr/bin/env python3
"""`nearcast lab run` from the outside: plays a scenario and reads its document. TAP on stdout.

What is judged is function, never speed: that every expectation held, that the document says the same as
the scenario asks, and that its figures can be true of one world (phases of a request come in order, light is
not overtaken, the withdraw is not before the kill). `article` also presses Ctrl-C, keeps a lab, breaks an
expectation, and reads the text for people.
Usage: run_scenario.py NEARCAST SCENARIO [CASE...]"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PHASES = ['namelookup_ms', 'connect_ms', 'pretransfer_ms', 'starttransfer_ms', 'total_ms']
RUN_DEADLINE = 150
PATH = os.environ['PATH'] + ':/usr/sbin:/sbin'


class Failed(Exception):
    pass


def check(held, what):
    if not held:
        raise Failed(what)


class Runner:
    def __init__(self, nearcast, scenario, folder):
        self.nearcast, self.scenario, self.folder = nearcast, scenario, folder
        self.env = {**os.environ, 'PATH': PATH, 'NEARCAST_LAB_DIR': str(folder / 'labs'), 'LC_ALL': 'C.UTF-8'}
        self.env.pop('NO_COLOR', None)

    def call(self, *args, **more):
        more.setdefault('env', self.env)
        return subprocess.run([self.nearcast, *args], capture_output=True, text=True, timeout=RUN_DEADLINE, **more)

    def run(self, *args, **more):
        return self.call('lab', 'run', str(self.scenario), *args, **more)

    def check_nothing_left(self):
        labs = self.folder / 'labs'
        left = [p.name for p in labs.iterdir()] if labs.exists() else []
        check(not left, f'the run left {left} behind')


def check_held(doc):
    broken = [f'{e["step"]}: {e["expected"]}: {e["seen"]}' for e in doc['expectations'] if not e['held']]
    check(not broken, '; '.join(broken))
    check(doc['expectations'] and doc['held'] is True, 'nothing was expected')


def check_timings(row):
    timings = row['timings']
    medians = [timings[phase]['median'] for phase in PHASES]
    check(medians == sorted(medians), f'{row["client"]}: phases out of order: {medians}')
    total = timings['total_ms']
    check(0 < total['min'] <= total['median'] <= total['p95'] <= total['max'], f'{row["client"]}: {total}')
    check(timings['appconnect_ms']['max'] == 0 and timings['redirect_ms']['max'] == 0, 'TLS in plain HTTP')


def check_unicast(step, doc):
    for row in step['rows']:
        check(row['ok'] == row['count'] > 0, f'{row["client"]} to {row["site"]}: {row["ok"]} of {row["count"]}')
        check_timings(row)


def check_announce(step, doc):
    for host in step['hosts']:
        check(host['announced'] is True, f'{host["host"]} does not announce')
        for service in host['services']:
            for ip in service['global_ips']:
                check(ip['announced'] and ip['address_present'], f'{ip["prefix"]} of {host["host"]}')
            check(all(c['verdict'] == 'passing' for c in service['checks']), f'a check of {host["host"]}')
    check(step['routes_ms'] >= 0, 'no time of the routes')


def check_routes(step, doc):
    for row in step['rows']:
        best = [r for r in row['routes'] if r['best']]
        check(len(best) == 1, f'{row["router"]}: {len(best)} best routes to {row["prefix"]}')
        check(best[0]['as_path'] and best[0]['networks'][-1] == 'host',
              f'{row["router"]}: AS path {best[0]["as_path"]}')
        check(len(best[0]['as_path']) == len(best[0]['networks']), 'names and numbers of a path')


def check_anycast(step, doc):
    for row in step['rows']:
        check(row['ok'] == row['count'] > 0, f'{row["client"]}: {row["ok"]} of {row["count"]}')
        check(row['expected_site'] in (None, row['site']), f'{row["client"]} landed at {row["site"]}')
        check(row['city'] and row['host'], f'{row["client"]}: by nobody')
        check_timings(row)


def check_trace(step, doc):
    for row in step['rows']:
        check(row['reached'] and row['site'] and row['answered_by'], f'{row["client"]}: not reached')
        check([h['ttl'] for h in row['hops']] == list(range(1, len(row['hops']) + 1)), 'hops out of order')
        named = [h['replies'][0] for h in row['hops'][:-1] if h['replies']]
        check(len(named) == len(row['hops']) - 1 >= 2, f'{row["client"]}: silent routers')
        check(all(r['name'] and r['city'] and r['network'] and r['asn'] for r in named), 'routers without a name')
        last = min(r['rtt_ms'] for r in row['hops'][-1]['replies'])
        anycast = [a for s in doc['steps'] if s['step'] == 'anycast' for a in s['rows']
                   if a['client'] == row['client']]
        for other in anycast:  # one and the same way: a connection takes no less than a round trip
            check(other['timings']['connect_ms']['max'] > 0.5 * last, f'{row["client"]}: {last} ms by trace')


def check_fail(step, doc):
    check(step['withdraw_ms'] > 0, f'withdrawn {step["withdraw_ms"]} ms after the kill')
    check(step['first_answer_ms'] > step['withdraw_ms'], 'an answer from elsewhere before the withdraw')
    check(step['requests'] > step['failed'] > 0, f'{step["failed"]} of {step["requests"]} failed')
    check(step['first_failure_ms'] <= step['last_failure_ms'], 'failures out of order')
    check(step['announce_ms'] > 0 and step['return_ms'] > step['announce_ms'], 'an answer before the announcement')
    check(step['withdrawals'] and all(w['after_ms'] > 0 for w in step['withdrawals']), 'no list of withdrawals')


def check_article(doc):
    """The article's own claims, by the figures."""
    steps = {s['step']: s for s in doc['steps']}
    for client, near, far in ('edinburgh', 'am6', 'sg1'), ('hong-kong', 'sg1', 'am6'):
        total = {(row['site'], row['family']): row['timings']['total_ms']['median']
                 for row in steps['unicast']['rows'] if row['client'] == client}
        check(len(total) == 4, f'{client}: {sorted(total)}')
        for family in 'ipv4', 'ipv6':
            check(total[near, family] < total[far, family] / 2, f'{client}: {near} is not nearer than {far}')
        for row in steps['anycast']['rows']:
            if row['client'] == client:
                check(row['site'] == row['best_site'] == near, f'{client}: {row["site"]}, best {row["best_site"]}')
                check(row['timings']['total_ms']['min'] < total[far, row['family']], f'{client}: slower than {far}')
    check(steps['fail']['moved_to'] == 'am6' and steps['fail']['returned_to'] == 'sg1', 'where it moved')


CHECKS = {'unicast': check_unicast, 'announce': check_announce, 'routes': check_routes, 'anycast': check_anycast,
          'trace': check_trace, 'fail': check_fail, 'wait': lambda step, doc: None}


def case_plays(r):
    """The whole scenario, as a document."""
    done = r.run('--json')
    sys.stderr.write(done.stderr)
    doc = json.loads(done.stdout)
    check_held(doc)
    check(done.returncode == 0, f'exit status {done.returncode}')
    check(doc['steps'], 'no steps')
    for step in doc['steps']:
        check('error' not in step, f'{step["name"]}: {step.get("error")}')
        CHECKS[step['step']](step, doc)
        check(any(line.startswith('[') and step['name'] in line for line in done.stderr.splitlines()),
              f'no line of progress for {step["name"]}')
    if r.scenario.name == 'article.yaml':
        check_article(doc)
    r.check_nothing_left()


def case_wrong_use(r):
    """Refused before anything is started."""
    for args in (['--only', 'anicast'], ['--only', 'wait']):
        done = r.run(*args)
        check(done.returncode == 2 and 'has no step' in done.stderr, done.stderr)
    done = r.run('--only', 'unicast', '--report', str(r.folder / 'uni.html'))
    check(done.returncode == 2 and 'plays none with this --only' in done.stderr, done.stderr)
    done = r.call('lab', 'run', str(r.folder / 'nothing.yaml'))
    check(done.returncode == 1 and 'nothing.yaml' in done.stderr, done.stderr)
    check(r.call('lab', 'run').returncode == 2, 'no file is no mistake?')
    done = r.run('--running')
    check(done.returncode == 1 and 'article' in done.stderr, done.stderr)
    r.check_nothing_left()


def interrupt(r, when):
    """Presses Ctrl-C once the output holds this text."""
    process = subprocess.Popen([r.nearcast, 'lab', 'run', str(r.scenario)], env=r.env, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    output = ''
    for line in process.stdout:
        output += line
        if when in line:
            os.killpg(process.pid, signal.SIGINT)
    check(process.wait(RUN_DEADLINE) == 130, f'exit status {process.returncode} after "{when}"')
    check('interrupted; the lab is gone' in output, output)
    r.check_nothing_left()


def case_ctrl_c(r):
    """At any moment: nothing is left, and the exit status says so."""
    for when in 'One address, two machines', 'the lab is up', 'is killed':
        interrupt(r, when)


def play_text(r):
    """Text for people, without escapes in a pipe and without UTF-8 where there is none."""
    done = r.run('--running', '--only', 'unicast', env={**r.env, 'LC_ALL': 'C'})
    check(done.returncode == 0, done.stdout + done.stderr)
    check(done.stdout.isascii() and '\x1b' not in done.stdout, 'escapes, or more than ASCII')
    for text in ('name lookup  connect  TLS  pretransfer  redirect  first byte  total',
                 'nearcast lab exec edinburgh -- nearcast probe -n 5 http://', 'ok  Unicast', 'expectations held.'):
        check(text in done.stdout, f'"{text}" is missing:\n{done.stdout}')
    check('Anycast' not in done.stdout, 'more than one step')


def play_broken(r):
    """What is not so is said, and the exit status is 1."""
    text = r.scenario.read_text()
    wrong = r.folder / 'wrong.yaml'
    wrong.write_text(text.replace('anycast: { count: 5, expect: { edinburgh: am6', 'anycast: { count: 5, expect: { edinburgh: sg1'))
    check(wrong.read_text() != text, 'the scenario has changed: adapt this test')
    done = r.call('lab', 'run', str(wrong), '--running', '--json', '--only', 'Anycast')
    doc = json.loads(done.stdout)
    check(done.returncode == 1 and doc['held'] is False, f'exit status {done.returncode}')
    broken = {(e['step'], e['expected'].split()[0]) for e in doc['expectations'] if not e['held']}
    check(broken == {('Anycast', 'edinburgh')}, f'broken: {broken}')


def case_keep_and_play(r):
    """--keep leaves the lab for play; --running plays in it and leaves it; a second of the name is refused."""
    done = r.run('--keep', '--json', '--only', 'announce')
    check(done.returncode == 0, done.stdout + done.stderr)
    try:
        again = r.run('--only', 'unicast')
        check(again.returncode == 1 and '--running' in again.stderr, again.stderr)
        play_text(r)
        play_broken(r)
        body = r.call('lab', 'exec', 'edinburgh', '--', 'curl', '-s', 'http://203.0.113.10/').stdout
        check(body == 'am6-c3.medium.x86-01 am6\n', f'curl says {body!r}')
    finally:
        r.call('lab', 'down', 'article')
    r.check_nothing_left()


ARTICLE = [case_wrong_use, case_ctrl_c, case_keep_and_play]


def main():
    nearcast, scenario = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    missing = [name for name in ('bird', 'nginx', 'curl') if not shutil.which(name, path=PATH)]
    unshare = ['unshare', '--net', '--mount'] + (['--user', '--map-root-user'] if os.geteuid() != 0 else [])
    if missing:
        print(f'1..0 # SKIP not installed: {", ".join(missing)}')
        return 0
    if subprocess.run([*unshare, 'true'], capture_output=True, env={**os.environ, 'PATH': PATH}).returncode != 0:
        print('1..0 # SKIP network namespaces are forbidden here')
        return 0
    cases = [case_plays] + (ARTICLE if scenario.name == 'article.yaml' else [])
    if sys.argv[3:]:
        cases = [c for c in cases if c.__name__.removeprefix('case_') in sys.argv[3:]]
    print(f'1..{len(cases)}', flush=True)
    failed = 0
    for number, case in enumerate(cases, 1):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='nearcast-run-'))
        begin = time.monotonic()
        try:
            case(Runner(nearcast, scenario, folder))
            verdict = 'ok'
        except (Failed, AssertionError, KeyError, ValueError, subprocess.TimeoutExpired) as e:
            print(f'# {type(e).__name__}: {e}'.replace('\n', '\n# '))
            verdict = 'not ok'
            failed += 1
        print(f'{verdict} {number} - {case.__name__.removeprefix("case_")} # {time.monotonic() - begin:.1f} s',
              flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    return bool(failed)


if __name__ == '__main__':
    sys.exit(main())
