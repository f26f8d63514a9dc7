"""Events of nearcast-controller as a stream."""
import http.client

from server import DEADLINE

ALL = '/api/v1/events'


class Stream:
    """Server-sent events, message by message."""

    def __init__(self, port, path=ALL, token=None, status=200, **headers):
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=DEADLINE)
        fields = {'Accept': 'text/event-stream', **{k.replace('_', '-'): str(v) for k, v in headers.items()}}
        if token:
            fields['Authorization'] = f'Bearer {token}'
        self.connection.request('GET', path, headers=fields)
        self.answer = self.connection.getresponse()
        assert self.answer.status == status, self.answer.read()
        if status == 200:
            assert self.answer.headers['Content-Type'] == 'text/event-stream', self.answer.headers

    def next(self):
        """{'id', 'event', 'data'} of the next message, of those that are there; None: the stream has ended."""
        message = {}
        while line := self.answer.readline().decode().rstrip('\n'):
            name, _, value = line.partition(': ')
            message[name] = value
        if not message:
            assert self.answer.isclosed() or not self.answer.peek(1)
            return None
        return message if 'data' in message else self.next()

    def close(self):
        self.connection.close()
