"""What a client does between two connections: section 11 of the protocol, from the side that dials."""

from .connection import ORDINARY, Connection
from .session import Session

BREACHES = ("protocol-error", "too-many-pings")


class Dialler:
    """A client's session, and the state of its connections; when to dial is up to its user."""

    def __init__(self, settings: dict):
        self.settings = {**ORDINARY, **settings}
        self.session = Session(self.settings["maxMessage"], self.settings["credit"])
        self.connection = None
        self.is_over = False
        self.deadline = float("inf")  # from then on the server does not have the session any more

    def dial(self, now: float) -> Connection:
        """A connection has been made; what it writes begins with HELLO."""
        self.expire(now)
        self.session.epoch += 1
        self.connection = Connection(self.settings, now, session=self.session)
        return self.connection

    def closed(self, now: float) -> None:
        """To be called once when the connection has ended."""
        connection, session = self.connection, self.session
        self.connection = None
        session.lose()
        if connection.ends_session or connection.ended == "rejected" or self._is_superseded(connection):
            self.is_over = True
            session.end()
        elif connection.ended in BREACHES:
            self._forget()
        elif connection.state == "open":
            # Counted from the connection that was lost, not from attempts after it.
            self.deadline = now + session.window
        self.expire(now)

    def _is_superseded(self, connection: Connection) -> bool:
        """Another process has the session, or another session its place; coming back would only end that."""
        is_ours = connection.close_scope == "connection" and connection.reason == self.settings["boot"]
        return connection.ended == "superseded" and not is_ours

    def expire(self, now: float) -> None:
        """To be called at `deadline`: what was sent is in doubt from then on."""
        if now >= self.deadline and self.connection is None:
            self._forget()

    def _forget(self) -> None:
        self.deadline = float("inf")
        self.session.token = ""
        self.session.forget()
