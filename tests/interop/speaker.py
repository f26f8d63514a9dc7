"""Our end: the built-in speaker (speaker_main.c) as a process that takes orders and tells events."""
import json
import queue
import subprocess
import threading
import time

from waiting import DEADLINE, Failed, wait_for


class Speaker:
    def __init__(self, program, log, options, release=True):
        """options: a dict of speaker_main.c's keys, with _ for -. release: of End-of-RIB, at once."""
        conf = {k.replace('_', '-'): v for k, v in options.items() if v is not None}
        self.log = log
        self.process = subprocess.Popen([program, ','.join(f'{k}={v}' for k, v in conf.items())], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log.open('a'))
        self.events, self.answers = queue.Queue(), queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        if release:
            self.order('release')
        self.status()           # it listens from now on

    def read(self):
        for line in self.process.stdout:
            e = json.loads(line)
            (self.answers if e['event'] in ('status', 'watched') else self.events).put(e)

    def order(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def event(self, deadline=DEADLINE, **wanted):
        """The next event that has these values; those before it are dropped."""
        end = time.monotonic() + deadline
        while True:
            try:
                e = self.events.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty:
                raise Failed(f'no event {wanted} within {deadline} s') from None
            if all(e.get(k) == v for k, v in wanted.items()):
                return e

    def up(self, deadline=DEADLINE):
        return self.event(event='neighbor', established=True, deadline=deadline)

    def down(self, deadline=DEADLINE):
        return self.event(event='neighbor', established=False, deadline=deadline)

    def status(self):
        return self.answer('status')['neighbors'][0]

    def watched(self):
        """What is seen of the prefixes of the order `watch`."""
        return self.answer('watched')['prefixes']

    def answer(self, question):
        self.order(question)
        try:
            return self.answers.get(timeout=DEADLINE)
        except queue.Empty:
            raise Failed('our end does not answer') from None

    def agreed(self, capability):
        """Whether both ends have it."""
        return next(c['negotiated'] for c in self.status()['capabilities'] if c['name'] == capability)

    def bfd_state(self):
        return (self.status().get('bfd') or {}).get('state')

    def is_established(self):
        return self.status()['state'] == 'Established'

    def withdraw(self, prefix):
        """Gives the milliseconds until the kernel had it."""
        self.order(f'withdraw {prefix}')
        start = self.event(event='withdrawing')['at_wall_ns']
        return (self.event(event='withdrawn', prefix=prefix)['at_wall_ns'] - start) / 1e6

    def wait_for_error(self, text, deadline=DEADLINE):
        """Waits until the last error, or a notification, has the text."""
        def look():
            seen = self.status()
            return any(text in (seen[k] or '') for k in
                       ('last_error', 'last_notification_sent', 'last_notification_received'))
        return wait_for(f'we say "{text}"', look, deadline)

    def log_text(self):
        return self.log.read_text()

    def kill(self):
        """As a crash: no farewell."""
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.kill()
