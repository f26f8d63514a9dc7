"""A controller that knows nothing but the contract with its agents (docs/decisions/0012-agents-and-controller.md), and
can be told to answer anything: for what a real one would not do."""
import http.server
import json
import threading
import time


class Contract:
    """desired: what the host shall have; ask(path) answers in its stead when it is set; hangs: it answers no poll, and keeps
    what is open; reports, leases: what came."""

    def __init__(self, host_id='hst_1'):
        self.host_id, self.revision = host_id, 0
        self.services, self.orders, self.reports, self.leases = [], [], [], []
        self.bell = threading.Condition()
        self.ask, self.hangs = None, False
        self.lease = lambda question: {'granted': True, 'seconds': 30, 'why': 'two others stand'}
        self.server = self.port = None
        self.start()

    def start(self):
        """At the port of the first time."""
        contract = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One connection."""
            protocol_version = 'HTTP/1.1'

            def log_message(self, *_):
                pass

            def reply(self, status, body=b'', kind='application/json', **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header('Content-Type', kind)
                if status != 304:
                    self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                if status != 304:
                    self.wfile.write(body)

            def json(self, document, status=200, **headers):
                self.reply(status, json.dumps(document).encode(), **headers)

            def do_GET(self):
                if contract.ask:
                    contract.ask(self)
                    return
                wait = 10 if 'wait=' in self.headers.get('Prefer', '') else 0
                known = self.headers.get('If-None-Match')
                with contract.bell:
                    server = contract.server
                    contract.bell.wait_for(lambda: known != f'"{contract.revision}"' or contract.ask or
                                           contract.server is not server, wait)
                    while contract.hangs and contract.server is server:
                        contract.bell.wait(1)
                    if contract.server is not server or contract.ask:
                        self.close_connection = True
                        return
                    if known == f'"{contract.revision}"':
                        self.reply(304)
                        return
                    self.json(contract.document(), ETag=f'"{contract.revision}"')

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                if contract.ask:
                    contract.ask(self)
                elif self.path == '/agent/v1/join':
                    self.json({'id': contract.host_id, 'name': body['name'], 'site': 'ams', 'credential': 'nch_secret'}, 201)
                elif self.headers['Authorization'] != 'Bearer nch_secret':
                    self.json({'title': 'who are you'}, 401)
                elif self.path == '/agent/v1/report':
                    with contract.bell:
                        contract.reports.append(body)
                        contract.bell.notify_all()
                    self.json({'events_taken': max((e['seq'] for e in body['events']), default=0)})
                else:
                    contract.leases.append(body)
                    answer = contract.lease(body)
                    if answer is not None:
                        self.json(answer)

        class Server(http.server.ThreadingHTTPServer):
            """Its connections end with it."""
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True
            connections = ()

            def handle_error(self, *_):
                pass  # whoever asked has gone

            def get_request(self):
                got = super().get_request()
                self.connections = (*self.connections, got[0])
                return got
        self.server = Server(('127.0.0.1', self.port or 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        if not self.server:
            return
        server = self.server
        with self.bell:
            self.server = None
            self.bell.notify_all()
        server.shutdown()
        server.server_close()
        for connection in server.connections:
            try:
                connection.shutdown(2)
            except OSError:
                pass

    def document(self):
        return {'revision': self.revision, 'host': {'id': self.host_id, 'name': 'test-host'}, 'site': {'name': 'ams'},
                'services': self.services, 'orders': self.orders}

    def change(self, services=None, orders=None, revision=None):
        """What the host shall have from now on; gives the revision."""
        with self.bell:
            self.services = self.services if services is None else services
            self.orders = self.orders if orders is None else orders
            self.revision = self.revision + 1 if revision is None else revision
            self.ask = None
            self.bell.notify_all()
            return self.revision

    def misbehave(self, ask):
        with self.bell:
            self.ask = ask
            self.bell.notify_all()

    def last(self):
        return self.reports[-1] if self.reports else {}

    def applied(self, revision):
        """The last report, once it says that this revision is in force."""
        report = self.last()
        return report if report.get('applied_revision') == revision else None

    def service(self, name):
        return next((s for s in self.last().get('services', []) if s['name'] == name), None)

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'


def answer(status, body, kind='text/html'):
    return lambda handler: handler.reply(status, body, kind)


def slowly(seconds):
    def wait(handler):
        time.sleep(seconds)
        handler.close_connection = True
    return wait
