#!/usr/bin/env python3
"""
A responder: python3 server.py [PORT] [OPTIONS as JSON]

It answers each message with {"echo": message}. Each line of standard input is a message to every session, as
JSON; its end is the goodbye. What happens is told on standard output, a line of JSON each. Options are those of the
handshake:
'{"keepalive": [2000, 500, 3], "minPing": 100, "resume": 60000}'.
"""

import json
import secrets
import socket
import sys

from systole.loop import Line, Loop, now_ms, tell, tell_round_trips
from systole.registry import Registry


class Server:
    def __init__(self, port: int, settings: dict):
        self.registry = Registry({"boot": secrets.token_hex(8), **settings})
        self.loop = Loop()
        self.messages = 0
        self.is_leaving = False
        self.listener = socket.create_server(("127.0.0.1", port))
        self.loop.watch(self.listener, self.accept)
        self.loop.watch_input(self.send, self.leave)
        self.told = set()
        tell("listening", port=self.listener.getsockname()[1])

    def accept(self) -> None:
        sock, _ = self.listener.accept()
        self.loop.add(Line(sock, self.registry.accept(now_ms())))

    def send(self, value) -> None:
        self.messages += 1
        for session in self.registry.sessions.values():
            session.send(value, self.messages)

    def leave(self) -> None:
        self.is_leaving = True
        self.loop.selector.unregister(self.listener)
        self.listener.close()
        for line in self.loop.lines:
            line.connection.say_goodbye(now_ms(), "the server is going away", code="going-away")

    def run(self) -> None:
        while not (self.is_leaving and not self.loop.lines):
            self.loop.turn(self.registry.deadline)
            for line in list(self.loop.lines):
                self.handle(line)
            self.registry.expire(now_ms())

    def handle(self, line: Line) -> None:
        connection, session = line.connection, line.connection.session
        if connection.state == "open" and connection not in self.told:
            self.told.add(connection)
            tell("connect", session=session.id, epoch=session.epoch, resumed=connection.resumed)
        tell_round_trips(connection)
        if connection.ended:
            line.write()
            self.loop.remove(line)
            self.told.discard(connection)
            self.registry.closed(connection, now_ms())
            tell("disconnect", cause=connection.ended, reason=connection.reason)
        while session is not None and session.events:
            kind, *what = session.events.popleft()
            if kind == "settled":
                tell("settled", message=what[0], outcome=what[1])
            else:
                tell("message", value=what[0].value)
                session.answer(what[0], {"echo": what[0].value})
        connection.flush(now_ms())
        if not connection.ended:
            line.write()


def main() -> None:
    options = [argument for argument in sys.argv[1:] if argument.startswith("{")]
    ports = [argument for argument in sys.argv[1:] if not argument.startswith("{")]
    Server(int(ports[0]) if ports else 0, json.loads(options[0]) if options else {}).run()


if __name__ == "__main__":
    main()
