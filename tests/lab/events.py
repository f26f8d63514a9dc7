#!/usr/bin/env python3
"""Events, end to end: kept over restarts and a crash, followed, in the systemd journal, on a disk that is full.

Usage: events.py NEARCASTD NEARCAST [CASE...]. TAP on stdout; see agent.py."""
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading

import agent
from agent import G4, Failed, conf, up, wait_for


def nearcast(c, a, *words):
    done = subprocess.run([c.programs[1], 'events', '--socket', a.control, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f'{words}: exit status {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def events(c, a, *words):
    return [json.loads(line) for line in nearcast(c, a, *words, '--json').splitlines()]


def kinds(c, a, *words):
    return [e['kind'] for e in events(c, a, *words)]


def over_restarts(c):
    """A stop, a crash and a torn line: the numbers go on, and nothing that was written is lost."""
    b, n, a = up(c)
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    withdrawn = wait_for('the event', lambda: events(c, a, '--kind', 'service-withdrawn'))[0]
    if withdrawn['service'] != 'web' or withdrawn['prefix'] != G4 or 'nothing listens' not in withdrawn['why']:
        raise Failed(withdrawn)
    if a.stop() != 0:
        raise Failed('stop')
    a.start()
    wait_for('it answers', lambda: a.address(G4))
    wait_for('the end is among the events', lambda: 'agent-ended' in kinds(c, a))
    wait_for('on the disk', lambda: kinds(c, a).count('agent-started') == 2)
    a.process.kill()
    a.process.wait()
    last = sorted(a.state.glob('events-*.jsonl'))[-1]
    with last.open('a') as f:
        f.write('{"seq":77,"at_wall_ns":17')
    a.start()
    wait_for('it answers', lambda: a.address(G4))
    wait_for('on the disk', lambda: kinds(c, a).count('agent-started') == 3)
    numbers = [e['seq'] for e in events(c, a)]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Failed(numbers)
    if kinds(c, a).count('agent-ended') != 1 or kinds(c, a)[0] != 'agent-started':
        raise Failed(kinds(c, a))
    since = kinds(c, a, '--since', '2001-01-01')
    if events(c, a, '-n', '1', '--service', 'web')[0]['service'] != 'web' or since != kinds(c, a)[:len(since)] or not since:
        raise Failed('filters')
    if kinds(c, a, '--neighbor', 'r4') and set(kinds(c, a, '--neighbor', 'r4')) != {'neighbor-up', 'neighbor-down'}:
        raise Failed(kinds(c, a, '--neighbor', 'r4'))
    if 'service-withdrawn' not in nearcast(c, a) or f'service web: {G4} withdrawn: nothing listens' not in nearcast(c, a):
        raise Failed(nearcast(c, a))


def followed(c):
    """-f goes on over a restart of the agent, and misses nothing."""
    b, n, a = up(c)
    seen = c.folder / 'seen'
    command = [c.programs[1], 'events', '-f', '--json', '--socket', a.control]
    with seen.open('w') as out:
        follower = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True)

    def is_seen(kind, count=1):
        return sum(json.loads(line)['kind'] == kind for line in seen.read_text().splitlines()) >= count

    try:
        wait_for('what there was', lambda: is_seen('service-announced'))
        n.kill()
        wait_for('withdrawn', lambda: is_seen('service-withdrawn'))
        if a.stop() != 0:
            raise Failed('stop')
        n.start()
        a.start()
        wait_for('of the next life', lambda: is_seen('agent-started', 2) or is_seen('agent-ended'))
        wait_for('announced again', lambda: is_seen('service-announced', 2))
        numbers = [json.loads(line)['seq'] for line in seen.read_text().splitlines()]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise Failed(numbers)
        if follower.poll() is not None:
            raise Failed('it has ended')
    finally:
        follower.send_signal(signal.SIGINT)
        said = follower.communicate()[1]
    if 'the agent is away; waiting for it' not in said:
        raise Failed(said)


def full_disk(c):
    """The site stays on the air, what is lost is counted, and it goes on when there is room again."""
    mount = c.folder / 'disk'
    mount.mkdir()
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', mount], check=True)
    try:
        b, n, a = up(c, conf().replace('/STATE', str(mount / 'state')))
        a.state = mount / 'state'
        ballast = mount / 'ballast'
        with ballast.open('wb', buffering=0) as f:
            try:
                while True:
                    f.write(b'x' * 4096)
            except OSError:
                pass

        def toggle():
            n.kill()
            wait_for('withdrawn', lambda: a.is_withdrawn(G4))
            n.start()
            wait_for('announced', lambda: a.is_announced(G4))

        def problem():
            return a.request('{"command":"events"}')['problem']

        for _ in range(30):  # what is begun of a page still takes some events
            toggle()
            if problem():
                break
        if 'No space left on device' not in problem():
            raise Failed('the disk is not full')
        toggle()
        if a.log.read_text().count('goes on without') != 1:
            raise Failed(a.log.read_text())
        ballast.unlink()
        n.kill()
        wait_for('written again', lambda: 'events: are written again' in a.log.read_text())
        answer = a.request('{"command":"events"}')
        if answer['problem'] is not None or answer['lost'] == 0:
            raise Failed({k: v for k, v in answer.items() if k != 'events'})
        if a.stop() != 0:
            raise Failed('stop')
    finally:
        c.end()
        subprocess.run(['umount', '-l', mount], check=True)


def fields(datagram):
    return dict(line.split('=', 1) for line in datagram.decode().splitlines() if '=' in line)


def in_the_journal(c):
    """With standard error in the journal, each line goes there with its fields, and nowhere else."""
    pathlib.Path('/run/systemd').mkdir(exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/run/systemd'], check=True)
    pathlib.Path('/run/systemd/journal').mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind('/run/systemd/journal/socket')
        journal.setblocking(False)
        lines = []

        def has(**want):
            while True:
                try:
                    lines.append(fields(journal.recv(65536)))
                except BlockingIOError:
                    return any(want.items() <= line.items() for line in lines)

        c.bird()
        c.nginx()
        a = agent.Agent(c.folder, c.programs[0], conf(agent.neighbor(password='s3cret-and-nowhere-else')))
        c.things.append(a)
        with a.log.open('a') as log:
            stat = os.fstat(log.fileno())
            a.process = subprocess.Popen([a.program, '-c', a.conf], stderr=log, env={
                **os.environ, 'JOURNAL_STREAM': f'{stat.st_dev}:{stat.st_ino}'})
        wait_for('it starts', lambda: has(NEARCAST_EVENT='agent-started', PRIORITY='6', SYSLOG_IDENTIFIER='nearcastd'))
        wait_for('a verdict', lambda: has(NEARCAST_EVENT='verdict', NEARCAST_SERVICE='web', PRIORITY='5'))
        wait_for('it waits', lambda: has(NEARCAST_EVENT='service-waits', NEARCAST_SERVICE='web', NEARCAST_PREFIX=G4))
        if a.stop() != 0:
            raise Failed('stop')
        wait_for('its end', lambda: has(NEARCAST_EVENT='agent-ended'))
        if a.log.read_text() or 's3cret' in str(lines):
            raise Failed(a.log.read_text() or 'the secret')
    subprocess.run(['umount', '-l', '/run/systemd'], check=True)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; answers 500 while `broken`."""
    got, broken = [], False

    def do_POST(self):
        document = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if not self.broken:
            self.got.append((self.path, self.headers['Content-Type'], document))
        self.send_response(500 if self.broken else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def hooks(c):
    """A command that hangs and a receiver that fails: both are told, and no withdraw waits for them."""
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = c.folder / 'hook'
    script.write_text('#!/bin/sh\ncat >>/dev/null\nexec sleep 1000\n')
    script.chmod(0o755)
    c.folder.chmod(0o755)
    secret = 's3cret-and-nowhere-else'
    b, n, a = up(c, conf(head=f'''hooks:
  hangs: {{exec: ["{script}"], timeout: 300ms, queue: 2}}
  chat: {{url: "http://127.0.0.1:{server.server_port}/{secret}", kinds: [service-announced, service-withdrawn]}}
'''))
    wait_for('it was told', lambda: [d for _, _, d in Receiver.got if d['kind'] == 'service-announced'])
    n.kill()
    wait_for('withdrawn', lambda: a.is_withdrawn(G4))
    path, content_type, document = wait_for(
        'it was told', lambda: [g for g in Receiver.got if g[2]['kind'] == 'service-withdrawn'])[0]
    if path != f'/{secret}' or content_type != 'application/json' or document['prefix'] != G4 or document['host'] != 'test-host':
        raise Failed((path, content_type, document))
    print(f'# noticed to written: {a.address(G4)["last_withdraw"]["noticed_to_written_ms"]:.3f} ms')
    Receiver.broken = True
    n.start()
    wait_for('it fails', lambda: 'hook chat fails: status 500' in a.log.read_text())
    Receiver.broken = False
    n.kill()
    wait_for('works again', lambda: 'hook chat works again' in a.log.read_text())
    wait_for('dropped', lambda: 'hook hangs: its queue is full, and events are dropped' in a.log.read_text())
    wait_for('killed', lambda: 'hook hangs fails: was killed: it took longer than 300ms' in a.log.read_text())
    said = a.log.read_text() + json.dumps(a.status()) + subprocess.run(
        [a.program, '--check', '-c', a.conf], capture_output=True, text=True).stdout
    if secret in said:
        raise Failed('the URL is a secret')
    if a.stop() != 0 or subprocess.run(['pgrep', '-f', 'sleep 1000'], capture_output=True).stdout:
        raise Failed('something is left behind')
    server.shutdown()


agent.CASES = [over_restarts, followed, full_disk, in_the_journal, hooks]

if __name__ == '__main__':
    sys.exit(agent.main())
