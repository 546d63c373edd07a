"""What a server does with a HELLO: section 11 of the protocol. Sessions wait here for their clients."""

import hmac
import secrets

from .connection import ORDINARY, Connection, Refusal
from .session import Session

# Behind these nobody goes on with a session.
FINAL = ("protocol-error", "too-many-pings", "rejected")


class Registry:
    """All sessions of a server. `new_id` and `new_token` make secrets; tests make others."""

    def __init__(self, settings: dict, new_id=None, new_token=None):
        self.settings = {**ORDINARY, **settings}
        self.sessions = {}
        self.connections = {}  # of each session id that has one
        self.deadlines = {}  # of each session id that has none
        self._new_id = new_id or (lambda: secrets.token_urlsafe(12))
        self._new_token = new_token or (lambda: secrets.token_urlsafe(24))

    def accept(self, now: float) -> Connection:
        return Connection(self.settings, now, admit=self._admit)

    def _admit(self, connection: Connection, hello: dict):
        session = self._find(hello)
        resumed = session is not None
        if resumed:
            self._take_over(session, hello)
        else:
            session = Session(self.settings["maxMessage"], self.settings["credit"])
            session.id = self._new_id()
            self.sessions[session.id] = session
        session.epoch, session.peer_boot = hello["epoch"], hello["boot"]
        self._renew_token(session, hello)
        self.connections[session.id] = connection
        self.deadlines.pop(session.id, None)
        return session, resumed

    def _find(self, hello: dict):
        """The session that the client goes on with; None if it has to begin a new one, and is not told why."""
        session = self.sessions.get(hello["session"])
        if session is None:
            return None
        tokens = [token for token in (session.token, session.old_token) if token]
        if not any([hmac.compare_digest(token, hello["token"]) for token in tokens]):
            return None
        if hello["epoch"] <= session.epoch:
            raise Refusal("superseded", session.peer_boot, cause="superseded")
        if not session.fits(hello):
            raise Refusal("protocol-error", "the session cannot be resumed from there", cause="protocol-error")
        return session

    def _take_over(self, session: Session, hello: dict) -> None:
        """A connection that still seems to live is told that a newer one has come."""
        old = self.connections.pop(session.id, None)
        if old is not None:
            old.refuse("superseded", hello["boot"], "superseded")
            session.lose()

    def _renew_token(self, session: Session, hello: dict) -> None:
        if min(self.settings["resume"], hello["resume"]) == 0:
            session.token = session.old_token = ""
            return
        if hello["token"] != "" and hello["token"] == session.token:
            session.old_token = session.token
        session.token = self._new_token()

    def closed(self, connection: Connection, now: float) -> None:
        """To be called once when a connection has ended."""
        session = connection.session
        if session is None or self.connections.get(session.id) is not connection:
            return
        del self.connections[session.id]
        session.lose()
        if connection.ends_session or connection.ended in FINAL or session.window == 0:
            self._end(session)
        else:
            self.deadlines[session.id] = now + session.window

    def expire(self, now: float) -> None:
        """Ends the sessions for which nobody has come back in time."""
        for session_id in [name for name, deadline in self.deadlines.items() if now >= deadline]:
            self._end(self.sessions[session_id])

    def _end(self, session: Session) -> None:
        self.deadlines.pop(session.id, None)
        del self.sessions[session.id]
        session.end()

    @property
    def deadline(self) -> float:
        return min(self.deadlines.values(), default=float("inf"))
