"""HTTP/1.1 of thousands of clients in one process, as far as bench/controller needs it: agents that wait, watches of etcd,
and when each has got what it waits for."""
import asyncio
import base64
import json
import time

DEADLINE = 60
KEY = base64.b64encode(b'service').decode()


class Connection:
    """HTTP/1.1 as far as it is needed: a request, its answer, and the next one."""

    def __init__(self, port, token=None):
        self.port, self.token = port, token
        self.reader = self.writer = None

    async def send(self, method, path, body=None, headers=''):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection('127.0.0.1', self.port, limit=1 << 22)
        text = json.dumps(body) if body is not None else ''
        if self.token:
            headers += f'Authorization: Bearer {self.token}\r\n'
        if body is not None:
            headers += f'Content-Type: application/json\r\nContent-Length: {len(text)}\r\n'
        self.writer.write(f'{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n{text}'.encode())

    async def head(self):
        """Status and headers of an answer."""
        lines = (await self.reader.readuntil(b'\r\n\r\n')).decode().split('\r\n')
        headers = dict(line.lower().split(': ', 1) for line in lines[1:] if ': ' in line)
        return int(lines[0].split()[1]), headers

    async def ask(self, method, path, body=None, headers=''):
        await self.send(method, path, body, headers)
        status, fields = await self.head()
        text = await self.reader.readexactly(int(fields.get('content-length', 0))) if status != 304 else b''
        return status, fields, text

    def close(self):
        if self.writer:
            self.writer.close()


class Agent:
    """Polls for ever; arrived: what to call with the time of each new document."""

    def __init__(self, port, token, arrived):
        self.connection, self.arrived, self.tag = Connection(port, token), arrived, None

    async def run(self):
        while True:
            headers = 'Prefer: wait=10\r\n' + (f'If-None-Match: {self.tag}\r\n' if self.tag else '')
            status, fields, _ = await self.connection.ask('GET', '/agent/v1/desired', headers=headers)
            if status == 200:
                self.tag = fields['etag']
                self.arrived(time.perf_counter())
            elif status != 304:
                await asyncio.sleep(0.1)


class Watch:
    """A watch of the key: an answer without an end, a line for each event."""

    def __init__(self, port, arrived):
        self.connection, self.arrived = Connection(port), arrived

    async def run(self):
        await self.connection.send('POST', '/v3/watch', {'create_request': {'key': KEY}})
        await self.connection.head()
        while True:
            line = await self.connection.reader.readline()
            if b'"events"' in line or b'"created"' in line:
                self.arrived(time.perf_counter())
            if not line:
                return


class Arrivals:
    """Counts what arrives in a round."""

    def __init__(self):
        self.times, self.wanted, self.all = [], 0, asyncio.Event()

    def begin(self, wanted):
        self.times, self.wanted = [], wanted
        self.all.clear()

    def arrived(self, at):
        self.times.append(at)
        if len(self.times) == self.wanted:
            self.all.set()

    async def wait(self):
        await asyncio.wait_for(self.all.wait(), DEADLINE)


async def connected(clients, arrivals, connections=()):
    """Runs them all, a few at a time, until each has got what there is; what to call when they shall end."""
    tasks = []
    for client in clients:
        tasks.append(asyncio.create_task(client.run()))
        if len(tasks) % 50 == 0:
            await asyncio.sleep(0.02)

    async def end():
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in [*(client.connection for client in clients), *connections]:
            connection.close()
    try:
        await arrivals.wait()
    except BaseException:
        await end()
        raise
    return end


async def write_for(connections, write, seconds):
    """Writes a second, by all connections at once; write(connection) says whether it was one."""
    until, done = time.perf_counter() + seconds, 0

    async def one(connection):
        nonlocal done
        while time.perf_counter() < until:
            is_done = await write(connection)
            done += is_done  # after it: others have counted meanwhile
    begun = time.perf_counter()
    await asyncio.gather(*(one(connection) for connection in connections))
    took = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return done / took
