"""BIRD 2 as the agent's neighbor: what it says, word for word (tests/interop has it as one of many)."""
import os
import shutil
import subprocess

from network import LINK_LOCAL, V4, V6
from waiting import wait_for

OUR_AS, BIRD_AS = 65001, 64501
G4, G6 = '203.0.113.10/32', '2001:db8:f00d::10/128'
BIRD = shutil.which('bird', path=os.environ['PATH'] + ':/usr/sbin')
BIRDC = shutil.which('birdc', path=os.environ['PATH'] + ':/usr/sbin')


class Bird:
    """In the namespace that `enter` leads into; its configuration is `channels` inside of one protocol r1."""

    def __init__(self, folder, enter, options='', channels='ipv4 { import all; export none; };', v6=False, peer_as=OUR_AS,
                 local_as=BIRD_AS, link_local=False, more='', ends=V4):
        self.enter = enter
        self.conf, self.log, self.control = (folder / f for f in ('bird.conf', 'bird.log', 'bird.ctl'))
        ours, theirs = (f'{LINK_LOCAL[0]}%vb', LINK_LOCAL[1]) if link_local else V6 if v6 else ends
        self.conf.write_text(f'''
log "{self.log}" all;
router id 192.0.2.2;
protocol device {{}}
{more}
protocol bgp r1 {{
  local {theirs} as {local_as}; neighbor {ours} as {peer_as};
  connect delay time 1; connect retry time 1; error wait time 1,2;
  {options}
  {channels}
}}
''')
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.enter + [BIRD, '-f', '-c', self.conf, '-s', self.control, '-P', str(self.conf) + '.pid'],
            stdout=subprocess.DEVNULL, stderr=self.log.open('a'))
        wait_for('BIRD answers', lambda: 'BIRD' in self.ask('show status'))

    def ask(self, *command):
        r = subprocess.run([BIRDC, '-s', self.control, *command], capture_output=True, text=True)
        return r.stdout if r.returncode == 0 else ''

    def route(self, prefix):
        """All that BIRD knows of the route, or '' when it has none."""
        text = self.ask(f'show route for {prefix} all')
        return text if 'BGP.as_path' in text else ''

    def log_text(self):
        return self.log.read_text() if self.log.exists() else ''

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.kill()
