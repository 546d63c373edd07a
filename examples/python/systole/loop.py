"""Sockets, time and standard input around the machines: one thread, one selector."""

import json
import os
import selectors
import sys
import time

CHUNK = 65_536


def now_ms() -> float:
    return time.monotonic() * 1_000


def tell(event: str, **details) -> None:
    """One line of JSON on standard output."""
    print(json.dumps({"event": event, **details}), flush=True)


def tell_round_trips(connection) -> None:
    while connection.rtts:
        tell("pong", ms=round(connection.rtts.pop(0), 3))


class Line:
    """A socket and its connection."""

    def __init__(self, sock, connection):
        self.sock = sock
        self.connection = connection
        self.unwritten = b""
        self.is_fin_sent = False
        sock.setblocking(False)

    def read(self) -> None:
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            return self.connection.lose()
        if data:
            self.connection.receive(data, now_ms())
        else:
            self.connection.receive_fin()

    def write(self) -> None:
        """As much as the kernel takes; FIN behind the last byte."""
        self.unwritten += self.connection.take()
        try:
            if self.unwritten:
                self.unwritten = self.unwritten[self.sock.send(self.unwritten) :]
            if self.connection.wants_fin and not self.unwritten and not self.is_fin_sent:
                self.is_fin_sent = True
                self.sock.shutdown(1)
        except BlockingIOError:
            pass
        except OSError:
            self.connection.lose()


class Loop:
    """Reads before it judges: what came while this process was stopped is evidence, too."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.lines = []
        self._typed = b""

    def watch(self, fileobj, callback) -> None:
        self.selector.register(fileobj, selectors.EVENT_READ, callback)

    def watch_input(self, handle_line, handle_end) -> None:
        """Standard input, line by line."""

        def read() -> None:
            data = os.read(sys.stdin.fileno(), CHUNK)
            *lines, self._typed = (self._typed + data).split(b"\n")
            for line in lines:
                handle_line(json.loads(line))
            if not data:
                self.selector.unregister(sys.stdin)
                handle_end()

        self.watch(sys.stdin, read)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.watch(line.sock, line.read)

    def remove(self, line: Line) -> None:
        self.lines.remove(line)
        self.selector.unregister(line.sock)
        line.sock.close()

    def turn(self, deadline: float) -> None:
        """One turn: waits for bytes or the earliest deadline, reads, ticks, writes."""
        deadline = min([deadline, *(line.connection.deadline for line in self.lines)])
        wait = None if deadline == float("inf") else max(0.0, deadline - now_ms()) / 1_000
        for line in self.lines:
            wants = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.unwritten else 0)
            self.selector.modify(line.sock, wants, line.read)
        for key, _ in self.selector.select(wait):
            key.data()
        for line in self.lines:
            line.connection.tick(now_ms())
            line.connection.flush(now_ms())
            line.write()
