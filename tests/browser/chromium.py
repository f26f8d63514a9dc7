"""Chromium without a window, driven over its DevTools protocol through two pipes: no port, no driver, nothing to install.

    with Chromium() as browser:
        page = browser.page()
        page.open('http://127.0.0.1:8080/')
        page.click('button', 'Sign in')
"""
import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

DEADLINE = 60  # of whatever is waited for, on the slowest machine
KEYS = {'Tab': 9, 'Enter': 13, 'Escape': 27, ' ': 32, 'ArrowDown': 40, 'ArrowRight': 39}


def find():
    """The program; None: it is not here."""
    return next((found for found in map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome')) if found), None)


class Chromium:
    """The program and its pipes. A thread reads; a call waits for its answer."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='nearcast-browser-', ignore_cleanup_errors=True)
        self.ids, self.answers, self.pages = itertools.count(1), {}, {}
        self.changed = threading.Condition()
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        words = [find(), '--headless=new', '--remote-debugging-pipe', f'--user-data-dir={self.folder.name}', '--no-first-run',
                 '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
                 '--disable-sync', '--disable-default-apps', '--disable-extensions', '--hide-scrollbars', '--lang=en',
                 '--force-prefers-reduced-motion', '--font-render-hinting=none',
                 *(['--no-sandbox'] if os.geteuid() == 0 else []), 'about:blank']
        # pylint: disable=consider-using-with
        self.log = open(os.path.join(self.folder.name, 'log'), 'wb')
        self.process = subprocess.Popen(
            ['sh', '-c', f'exec "$@" 3<&{to_read} 4>&{to_write}', 'chromium', *words], pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, 'HOME': self.folder.name})
        os.close(to_read)
        os.close(to_write)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        """Messages end with a zero byte."""
        rest = b''
        while True:
            data = os.read(self.back, 1 << 16)
            if not data:
                break
            *messages, rest = (rest + data).split(b'\0')
            for message in map(json.loads, messages):
                with self.changed:
                    if 'id' in message:
                        self.answers[message['id']] = message
                    elif message.get('sessionId') in self.pages:
                        self.pages[message['sessionId']].on_event(message['method'], message['params'])
                    self.changed.notify_all()

    def call(self, method, session=None, **params):
        """The result of a command."""
        number = next(self.ids)
        message = {'id': number, 'method': method, 'params': params, **({'sessionId': session} if session else {})}
        os.write(self.to, json.dumps(message).encode() + b'\0')
        with self.changed:
            if not self.changed.wait_for(lambda: number in self.answers, DEADLINE):
                raise TimeoutError(f'{method}: no answer: {self.said()}')
            answer = self.answers.pop(number)
        if 'error' in answer:
            raise RuntimeError(f'{method}: {answer["error"]["message"]}')
        return answer['result']

    def said(self):
        with open(self.log.name, encoding='utf-8', errors='replace') as log:
            return log.read()[-800:]

    def page(self):
        """A page with cookies of its own."""
        context = self.call('Target.createBrowserContext')['browserContextId']
        target = self.call('Target.createTarget', url='about:blank', browserContextId=context)['targetId']
        session = self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self.pages[session] = Page(self, session)
        for domain in ('Page', 'Runtime', 'Network', 'Log'):
            self.call(f'{domain}.enable', session)
        return self.pages[session]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        self.log.close()
        self.folder.cleanup()


# What the page is asked for: the visible element of a selector that says the words, in the topmost dialog if one is open.
FINDER = """(selector, words, exact) => {
  const dialogs = [...document.querySelectorAll('dialog[open]')];
  const within = dialogs[dialogs.length - 1] ?? document;
  const says = (e) => {
    const all = [e.getAttribute('aria-label'), e.textContent.trim()].filter(Boolean);
    return all.some((text) => exact ? text === words : text.includes(words));
  };
  return [...within.querySelectorAll(selector)].find((e) => (words === null || says(e)) && e.getClientRects().length > 0) ?? null;
}"""

LABELLED = """(words) => {
  const dialogs = [...document.querySelectorAll('dialog[open]')];
  const within = dialogs[dialogs.length - 1] ?? document;
  const label = [...within.querySelectorAll('label')].find((l) => l.textContent.trim() === words)
    ?? [...within.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith(words));
  return label ? document.getElementById(label.htmlFor) : null;
}"""


class Page:
    """A tab. What it asked for and what it complained of is kept."""

    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.requests, self.complaints = [], []

    def on_event(self, method, params):
        """In the reader's thread."""
        if method == 'Network.requestWillBeSent':
            self.requests.append(params['request']['url'])
        elif method == 'Runtime.exceptionThrown':
            details = params['exceptionDetails']
            self.complaints.append(details.get('exception', {}).get('description', details['text']))
        elif method == 'Log.entryAdded' and params['entry']['level'] == 'error' and params['entry']['source'] != 'network':
            self.complaints.append(params['entry']['text'])
        elif method == 'Runtime.consoleAPICalled' and params['type'] in ('error', 'assert'):
            self.complaints.append(str([a.get('value', a.get('description')) for a in params['args']]))

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def js(self, text):
        """The value of an expression; a promise is waited for."""
        result = self.call('Runtime.evaluate', expression=text, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails'].get('exception', {}).get('description', text))
        return result['result'].get('value')

    def wait(self, text, what=None):
        """Until the expression is true."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            try:
                value = self.js(f'(async () => Boolean({text}))()')
                if value:
                    return value
            except RuntimeError:
                pass  # the page is just being replaced
            time.sleep(0.03)
        raise TimeoutError(f'{what or text}: not within {DEADLINE} s; the page says: {self.text()[:1500]}; it complained: {self.complaints}')

    def open(self, url):
        self.call('Page.navigate', url=url)
        self.wait('document.readyState === "complete"')

    def text(self):
        return self.js('document.body ? document.body.innerText : ""')

    def says(self, words):
        """Waits until the page shows the words."""
        return self.wait(f'document.body.innerText.includes({json.dumps(words)})', f'"{words}"')

    def says_not(self, words):
        return self.wait(f'!document.body.innerText.includes({json.dumps(words)})', f'no "{words}"')

    def element(self, selector, words=None, exact=False):
        return f'({FINDER})({json.dumps(selector)}, {json.dumps(words)}, {json.dumps(exact)})'

    def mouse(self, kind, at):
        self.call('Input.dispatchMouseEvent', type=kind, x=at[0], y=at[1], button='left', clickCount=1)

    def at(self, element):
        """Where the middle of it is, once it is there, in view, on top, and has stood still from one frame to the next."""
        self.wait(f"""await new Promise((resolve) => {{
          const e = {element};
          if (e === null) return resolve(false);
          e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
          const middle = () => {{ const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }};
          requestAnimationFrame(() => {{
            const was = middle();
            requestAnimationFrame(() => {{
              const is = middle(), top = document.elementFromPoint(...is);
              window.pressAt = is;
              resolve(e.isConnected && is.join() === was.join() && top !== null && (e.contains(top) || top.contains(e) || top.closest('label')?.control === e));
            }});
          }});
        }})""", element[-160:])
        return self.js('window.pressAt')

    def press_at(self, element):
        """The mouse, as a hand does it: looks, presses, lets go; and once more when the page moved away under it."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            at = self.at(element)
            self.js(f"""(window.pressed = null, addEventListener('mousedown', (event) => {{
              const e = {element};
              window.pressed = e !== null && (e.contains(event.target) || event.target.contains(e) || event.target.closest('label')?.control === e);
            }}, {{ capture: true, once: true }}))""")
            self.mouse('mousePressed', at)
            self.mouse('mouseReleased', at)
            if self.js('window.pressed') is not False:
                return
        raise TimeoutError(f'{element[-160:]} does not hold still')

    def click(self, selector, words=None, exact=False):
        self.press_at(self.element(selector, words, exact))

    def labelled(self, label):
        return f'({LABELLED})({json.dumps(label)})'

    def fill(self, label, text):
        """Writes into the field with the label, as if typed."""
        field = self.labelled(label)
        self.wait(f'{field} !== null', f'a field "{label}"')
        self.js(f'{field}.focus(), {field}.select?.()')
        self.call('Input.insertText', text=text)
        if text == '':
            self.key('Delete')

    def choose(self, label, value):
        """Of a <select>, whose list is not the page's to be clicked."""
        field = self.labelled(label)
        self.wait(f'{field} !== null && [...{field}.options].some((o) => o.value === {json.dumps(value)})', f'{value} of "{label}"')
        self.js(f'{field}.value = {json.dumps(value)}, {field}.dispatchEvent(new Event("change", {{ bubbles: true }}))')

    def check(self, label):
        self.press_at(self.labelled(label))

    def key(self, name, shift=False):
        code = KEYS.get(name, 46 if name == 'Delete' else 0)
        text = {'Enter': '\r', ' ': ' '}.get(name)
        common = {'key': name, 'code': 'Space' if name == ' ' else name, 'windowsVirtualKeyCode': code, 'modifiers': 8 if shift else 0}
        self.call('Input.dispatchKeyEvent', type='keyDown', **common, **({'text': text} if text else {}))
        self.call('Input.dispatchKeyEvent', type='keyUp', **common)

    def type(self, text):
        self.call('Input.insertText', text=text)

    def look(self, width=1280, height=800, scheme='light'):
        """How big the window is, and what the person's system wants."""
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])

    def screenshot(self, path, full=False, **part):
        picture = self.call('Page.captureScreenshot', format='png', **(part or {'captureBeyondViewport': full, **self.clip(full)}))
        with open(path, 'wb') as file:
            file.write(base64.b64decode(picture['data']))

    def clip(self, full):
        if not full:
            return {}
        size = self.call('Page.getLayoutMetrics')['cssContentSize']
        return {'clip': {'x': 0, 'y': 0, 'width': size['width'], 'height': size['height'], 'scale': 1}}
