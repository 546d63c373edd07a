"""The messages of one session, both ways, over one connection after another: sections 9 to 12 of the protocol."""

from collections import deque

from . import msgpack
from .wire import MAX_PART, MIN_PART, ProtocolError

MESSAGE_COST = 128
UNTOLD = 32_768


class Message:
    """One of ours, until its outcome is known."""

    def __init__(self, payload: bytes, label):
        self.payload = payload
        self.label = label


class Incoming:
    """One of the peer's, until the application is done with it."""

    def __init__(self, number: int, payload: bytes):
        self.number = number
        self.payload = payload
        self.value = None


class Session:
    """
    What both ends keep while connections come and go. The application calls `send` and `answer`, and takes `events`:
    ("message", incoming) for each of the peer's, ("settled", label, outcome) for each of ours. An outcome is
    ("value", value), ("failure", code, text), ("in-doubt",), ("not-handled",) or ("too-large",); the value is
    None where the handler returned nothing.
    """

    def __init__(self, max_message: int, credit: int):
        self.id = ""
        self.token = ""
        self.old_token = ""  # server: stays good until the client has shown that it has the new one
        self.peer_boot = ""  # server: the process that has the session
        self.epoch = 0
        self.window = 0  # for how long it is kept without a connection, in milliseconds
        self.max_message = max_message
        self.credit = credit
        self.events = deque()
        self.peer_max_message = 0  # of the newest handshake
        self.queue = deque()  # our messages without an outcome; the first one has the number settled + 1
        self._begin_anew()

    def _begin_anew(self) -> None:
        # As the sender.
        self.sent = self.received_by_peer = self.settled = 0
        # As the receiver.
        self.received = self.handled = self.confirmed = 0
        self.answers = {}  # number: frame without its parts, of handled messages above `confirmed`
        self.waiting = deque()  # messages above `handled`
        self.running = None  # the first of them, once the application has it
        self.unhandled_cost = 0
        self._begin_connection()

    def _begin_connection(self) -> None:
        self.may_send = False
        self.offset = self.used = self.peer_limit = 0
        self.value = None  # the parts of a value that are here
        self.partial = None  # the parts of a message that are here
        self.taken = self.told_limit = 0
        self.told = self.confirmed  # the peer was told that all up to this one are handled
        self.answer_offset = 0
        self.untold_results = 0
        self.told_read = 0

    # What the application does

    def send(self, value, label=None) -> None:
        payload = msgpack.pack(value)
        self.queue.append(Message(payload, label))

    def answer(self, incoming: Incoming, value=None, failure=None) -> None:
        """The application is done with a message: it returns a value, or has failed with a code and a text."""
        if incoming is not self.running:
            return  # its session is gone
        answer = None
        if failure is not None:
            answer = {"code": failure[0], "text": failure[1]}
        elif value is not None:
            payload = msgpack.pack(value)
            answer = {"value": payload}
            if len(payload) > self.peer_max_message:
                answer = {"code": "result-too-large", "text": f"the value takes {len(payload)} bytes"}
        self._finish(answer)
        self._run()

    def _finish(self, answer) -> None:
        incoming = self.waiting.popleft()
        self.unhandled_cost -= MESSAGE_COST + len(incoming.payload)
        self.running = None
        self.handled = incoming.number
        if answer is not None:
            self.answers[incoming.number] = {"type": "result", "number": incoming.number, **answer}

    def _run(self) -> None:
        """One at a time, in order, while there is room for answers; what is not MessagePack fails its message alone."""
        while self.running is None and self.waiting and self._answers_cost() < max(self.credit, UNTOLD):
            self.running = self.waiting[0]
            try:
                self.running.value = msgpack.unpack(self.running.payload)
            except msgpack.Malformed as error:
                self._finish({"code": "undecodable", "text": str(error)})
            else:
                self.events.append(("message", self.running))

    def _answers_cost(self) -> int:
        return sum(MESSAGE_COST + len(answer.get("value", b"")) for answer in self.answers.values())

    # Connections

    def room(self) -> int:
        """What the inbox holds, less what is not handled."""
        return max(0, self.credit - self.unhandled_cost)

    def introduce(self) -> dict:
        """Where this end stands, for HELLO and WELCOME."""
        self.told_limit = self.room()
        return {"received": self.received, "settled": self.settled, "credit": self.told_limit}

    def fits(self, peer: dict) -> bool:
        """Whether the session can go on at a peer that stands there."""
        has_ours = self.received_by_peer <= peer["received"] <= self.sent
        return has_ours and self.confirmed <= peer["settled"] <= self.handled

    def open(self, peer: dict, max_message: int, resumed: bool) -> None:
        """The handshake is over. What the peer does not have is sent again."""
        granted = self.told_limit
        if resumed:
            if not self.fits(peer):
                raise ProtocolError("the session cannot be resumed from there")
            self._begin_connection()
            self.sent = self.received_by_peer = peer["received"]
            self._confirm(peer["settled"])
            self.told = self.confirmed
        elif self.sent or self.received:
            self.forget()
        self.told_limit = granted
        self.may_send = True
        self.peer_limit = peer["credit"]
        self.peer_max_message = max_message

    def lose(self) -> None:
        """The connection is gone; parts of messages and values died with it."""
        if self.partial is not None:
            self.unhandled_cost -= MESSAGE_COST + len(self.partial)
        self._begin_connection()

    def forget(self) -> None:
        """The session cannot go on: what was sent is in doubt, the rest waits for a new one."""
        for _ in range(self.sent - self.settled):
            self.events.append(("settled", self.queue.popleft().label, ("in-doubt",)))
        self._begin_anew()

    def end(self) -> None:
        """No message goes anywhere any more."""
        self.forget()
        while self.queue:
            self.events.append(("settled", self.queue.popleft().label, ("not-handled",)))

    def confirm_token(self) -> None:
        """The client has sent something that shows that WELCOME came."""
        self.old_token = ""

    # What comes

    def handle_data(self, number: int, part: str, payload: bytes) -> None:
        if number != self.received + 1:
            raise ProtocolError(f"message {number} came where {self.received + 1} was due")
        is_begin = part in ("whole", "first")
        if is_begin != (self.partial is None):
            raise ProtocolError("the parts of a message are out of order")
        if part in ("first", "middle") and len(payload) < MIN_PART:
            raise ProtocolError("a part is too small")
        self.partial = payload if is_begin else self.partial + payload
        cost = len(payload) + (MESSAGE_COST if is_begin else 0)
        self.taken += cost
        self.unhandled_cost += cost
        if len(self.partial) > self.max_message:
            raise ProtocolError("a message is too large")
        if self.taken > self.told_limit:
            raise ProtocolError("messages came beyond the credit")
        if part in ("whole", "last"):
            self.received = number
            self.waiting.append(Incoming(number, self.partial))
            self.partial = None
            self._run()

    def handle_result(self, frame: dict) -> None:
        number, part = frame["number"], frame.get("part")
        if not self.settled < number <= self.sent:
            raise ProtocolError(f"a result for message {number}, which does not wait for one")
        if (part in ("middle", "last")) != (self.value is not None) or (self.value and self.value[0] != number):
            raise ProtocolError("the parts of a value are out of order")
        self.received_by_peer = max(self.received_by_peer, number)
        self._settle_below(number)
        if part is None:
            return self._settle(("failure", frame["code"], frame["text"]), len(frame["code"]) + len(frame["text"]))
        value = (self.value[1] if self.value else b"") + frame["value"]
        if len(value) > self.max_message:
            raise ProtocolError("a value is too large")
        if part in ("first", "middle"):
            if len(frame["value"]) < MIN_PART:
                raise ProtocolError("a part is too small")
            self.value = (number, value)
            return None
        self.value = None
        try:
            return self._settle(("value", msgpack.unpack(value)), len(value))
        except msgpack.Malformed:
            return self._settle(("failure", "undecodable", "the result could not be decoded"), len(value))

    def _settle(self, outcome, byte_count: int) -> None:
        self.untold_results += MESSAGE_COST + byte_count
        self.settled += 1
        self.events.append(("settled", self.queue.popleft().label, outcome))

    def _settle_below(self, number: int) -> None:
        while self.settled + 1 < number:
            self.settled += 1
            self.events.append(("settled", self.queue.popleft().label, ("value", None)))

    def handle_count(self, handled: int) -> None:
        """What a PONG says: it settles nothing, but must be possible."""
        if not self.settled <= handled <= self.sent:
            raise ProtocolError("a count of handled messages cannot be")

    def handle_ack(self, ack: dict) -> None:
        self.handle_count(ack["handled"])
        if not self.received_by_peer <= ack["received"] <= self.sent:
            raise ProtocolError("a count of received messages cannot be")
        if not self.confirmed <= ack["settled"] <= self.told:
            raise ProtocolError("a count of settled messages cannot be")
        if ack["limit"] < self.peer_limit:
            raise ProtocolError("a limit goes back")
        self.received_by_peer = ack["received"]
        self.peer_limit = ack["limit"]
        self._settle_below(ack["handled"] + 1)
        self._confirm(ack["settled"])

    def _confirm(self, settled: int) -> None:
        self.confirmed = settled
        self.answers = {number: answer for number, answer in self.answers.items() if number > settled}
        self._run()

    def handle_goodbye(self, last_accepted: int, ends_session: bool) -> None:
        """The peer takes no more messages: later ones were never handled."""
        if not self.received_by_peer <= last_accepted <= self.sent:
            raise ProtocolError("a goodbye has accepted what cannot be")
        self.may_send = False
        self.sent = last_accepted
        if ends_session:
            while len(self.queue) > self.sent - self.settled:
                self.events.append(("settled", self.queue.pop().label, ("not-handled",)))

    # What leaves

    @property
    def has_to_send(self) -> bool:
        return self.may_send and len(self.queue) > self.sent - self.settled

    @property
    def is_settled(self) -> bool:
        """Nobody owes an answer."""
        return self.sent == self.settled and self.received == self.answered

    @property
    def answered(self) -> int:
        """All messages up to this one are handled, and their results are sent."""
        unsent = [number for number in self.answers if number > self.told]
        return min(unsent) - 1 if unsent else self.handled

    def next_frame(self):
        """The next DATA or RESULT, or None."""
        return self._next_result() or self._next_data()

    def _next_result(self):
        number = min((number for number in self.answers if number > self.told), default=None)
        if number is None:
            return None
        answer = self.answers[number]
        if "value" in answer:
            value = answer["value"][self.answer_offset : self.answer_offset + MAX_PART]
            part = part_of(self.answer_offset, len(value), len(answer["value"]))
            self.answer_offset += len(value)
            answer = {**answer, "part": part, "value": value}
            if part in ("first", "middle"):
                return answer
        self.answer_offset = 0
        self.told = number
        return answer

    def _next_data(self):
        self._hand_back_too_large()
        if not self.has_to_send:
            return None
        payload = self.queue[self.sent - self.settled].payload
        head = MESSAGE_COST if self.offset == 0 else 0
        left = len(payload) - self.offset
        size = min(left, MAX_PART, self.peer_limit - self.used - head)
        if size < 0 or (size < left and size < MIN_PART):
            return None  # the credit will not do
        part = part_of(self.offset, size, len(payload))
        frame = {"type": "data", "number": self.sent + 1, "part": part}
        frame["payload"] = payload[self.offset : self.offset + size]
        self.used += head + size
        self.offset += size
        if part in ("whole", "last"):
            self.sent += 1
            self.offset = 0
        return frame

    def next_ack(self, read: int):
        """An ACK, if one is due."""
        answered = self.answered
        limit = self.taken + self.room()
        next_part = MESSAGE_COST + min(self.max_message, MAX_PART)
        is_due = (
            answered > self.told
            or read - self.told_read >= UNTOLD
            or self.untold_results >= UNTOLD
            or limit - self.told_limit >= self.credit / 4
            or self.told_limit - self.taken < next_part <= limit - self.taken
        )
        if not is_due:
            return None
        self.told = max(self.told, answered)
        self.told_read, self.told_limit, self.untold_results = read, limit, 0
        ack = {"type": "ack", "received": self.received, "handled": answered, "settled": self.settled}
        return {**ack, "read": read, "limit": limit}


    def _hand_back_too_large(self) -> None:
        """What the peer does not accept never gets a number."""
        while self.has_to_send and len(self.queue[self.sent - self.settled].payload) > self.peer_max_message:
            message = self.queue[self.sent - self.settled]
            self.queue.remove(message)
            self.events.append(("settled", message.label, ("too-large",)))


def part_of(offset: int, size: int, length: int) -> str:
    if offset + size == length:
        return "last" if offset else "whole"
    return "middle" if offset else "first"
