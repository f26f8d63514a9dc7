"""An agent that knows only what a file says, for the tests of what is shown of one."""
import json
import socket
import threading


class FakeAgent:
    """Answers each command with the value of its name in `answers`; end() when the program ends."""

    def __init__(self, path, answers):
        self.answers = answers
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        """One request a connection, as nearcastd."""
        while True:
            client, _ = self.listener.accept()
            with client:
                command = json.loads(client.makefile().readline())['command']
                answer = self.answers.get(command, {'error': f'unknown command {command}'})
                client.sendall(json.dumps(answer).encode() + b'\n')
