#!/usr/bin/env python3
"""
A client: python3 client.py PORT [HOST] [OPTIONS as JSON]

Each line of standard input is a message, as JSON; its end is the goodbye. What happens is told on standard
output, a line of JSON each. A connection that is lost is dialled again, and the session goes on. Options are those of
the handshake:
'{"keepalive": [2000, 500, 3], "minPing": 100, "resume": 60000}'.
"""

import json
import random
import secrets
import socket
import sys

from systole.dialler import Dialler
from systole.loop import Line, Loop, now_ms, tell, tell_round_trips

BACKOFF_BASE_MS = 100
BACKOFF_CAP_MS = 3_000


class Client:
    def __init__(self, address, settings: dict):
        self.address = address
        self.dialler = Dialler({"boot": secrets.token_hex(8), **settings})
        self.loop = Loop()
        self.line = None
        self.dial_at = 0.0
        self.attempts = 0
        self.messages = 0
        self.is_leaving = False
        self.is_told = False
        self.loop.watch_input(self.send, self.leave)

    def send(self, value) -> None:
        self.messages += 1
        self.dialler.session.send(value, self.messages)

    def leave(self) -> None:
        self.is_leaving = True

    def run(self) -> None:
        while not self.dialler.is_over:
            if self.line is None and now_ms() >= self.dial_at:
                self.dial()
            self.loop.turn(min(self.dialler.deadline, self.dial_at if self.line is None else float("inf")))
            self.dialler.expire(now_ms())
            self.handle_connection()
            self.tell_events()

    def dial(self) -> None:
        self.attempts += 1
        try:
            sock = socket.create_connection(self.address, timeout=5)
        except OSError as error:
            tell("unreachable", error=str(error))
            return self.back_off()
        self.is_told = False
        self.line = Line(sock, self.dialler.dial(now_ms()))
        self.line.write()
        self.loop.add(self.line)

    def back_off(self) -> None:
        ceiling = min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** min(self.attempts, 10))
        self.dial_at = now_ms() + random.uniform(0, ceiling)

    def handle_connection(self) -> None:
        if self.line is None:
            return
        connection = self.line.connection
        if connection.state == "open" and not self.is_told:
            self.is_told = True
            self.attempts = 0
            session = self.dialler.session
            tell("connect", session=session.id, epoch=session.epoch, resumed=connection.resumed)
        if connection.state == "open" and self.is_leaving:
            connection.say_goodbye(now_ms(), "the client has nothing more to say")
            self.line.write()
        tell_round_trips(connection)
        if connection.ended:
            self.line.write()
            self.loop.remove(self.line)
            self.line = None
            self.dialler.closed(now_ms())
            tell("disconnect", cause=connection.ended, reason=connection.reason)
            self.back_off()

    def tell_events(self) -> None:
        """The peer's messages are answered with themselves; a real application would do something with them."""
        session = self.dialler.session
        while session.events:
            kind, *what = session.events.popleft()
            if kind == "settled":
                tell("settled", message=what[0], outcome=what[1])
            else:
                tell("message", value=what[0].value)
                session.answer(what[0], {"echo": what[0].value})
                if self.line is not None:
                    self.line.connection.flush(now_ms())
                    self.line.write()


def main() -> None:
    options = [argument for argument in sys.argv[1:] if argument.startswith("{")]
    where = [argument for argument in sys.argv[1:] if not argument.startswith("{")]
    if not where:
        sys.exit(__doc__.strip())
    port, host = int(where[0]), where[1] if len(where) > 1 else "127.0.0.1"
    Client((host, port), json.loads(options[0]) if options else {}).run()


if __name__ == "__main__":
    main()
