"""Who is on the page: each browser has its own conversations, found again by a secret that only it knows."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.page.answering import Run
from agent.page.conversation import Conversation
from agent.page.saved import SavedConversations
from agent.page.views.shown import Shown
from index.audiences import Audience

MOST_SESSIONS = 200  # the one that was not seen for longest makes room
MOST_CONVERSATIONS = 30  # for each browser; the oldest makes room
LONGEST_ABSENCE = 24 * 3600.0  # seconds
SHORTEST_KEY = 40  # characters; ours have more


@dataclass
class Session:
    """One browser, and who was logged in with it. ``conversations`` are the oldest first; ``token`` opens the posts
    that it brought.
    """

    key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    owner: str | None = None
    token: str = field(default="", repr=False)
    conversations: list[Conversation] = field(default_factory=list)
    seen: float = field(default_factory=time.monotonic)


class Sessions:
    """All sessions, boundedly many. ``forget`` is told the thread of what was deleted; ``saved`` are the conversations
    that outlive this process, by which a browser is known again.
    """

    def __init__(
        self, forget: Callable[[str], None] = lambda thread: None, saved: SavedConversations | None = None
    ) -> None:
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()
        self._forget = forget
        self._saved = saved or SavedConversations()

    def open(self, key: object, owner: str | None) -> Session:
        """The session of ``key``, if it is one that was given out here to the same person; else a new one."""
        with self._lock:
            found = self._sessions.get(key) if isinstance(key, str) else None
            if found is None or found.owner != owner:
                found = self._known(key, owner) or Session(owner=owner)
                self._sessions[found.key] = found
            found.seen = time.monotonic()
            self._sessions.move_to_end(found.key)
            dropped = self._drop_old(found.seen)
        for session in dropped:
            for conversation in session.conversations:
                conversation.stop.set()
                if not self._saved.release(conversation.thread):
                    self._forget(conversation.thread)
        return found

    def _known(self, key: object, owner: str | None) -> Session | None:
        """The session of a browser that was here before this process began: it knows a key that has conversations."""
        if not isinstance(key, str) or len(key) < SHORTEST_KEY or key in self._sessions:
            return None
        conversations = self._saved.of(key, owner)
        return Session(key, owner, conversations=conversations) if conversations else None

    def keep(self, session: Session, conversation: Conversation) -> None:
        """A question was asked: the conversation is worth keeping."""
        self._saved.keep(conversation, session.key, session.owner)

    def begin(self, session: Session) -> Conversation:
        """A new conversation; one that nobody said anything in is taken again."""
        with self._lock:
            session.conversations = [held for held in session.conversations if held.asked or held.running]
            most = MOST_CONVERSATIONS - 1
            dropped, kept = session.conversations[:-most], session.conversations[-most:]
            session.conversations = [*kept, fresh := Conversation()]
        for conversation in dropped:
            self._end(conversation)
        return fresh

    def remove(self, session: Session, conversation: Conversation) -> None:
        """Delete a conversation for good."""
        with self._lock:
            session.conversations = [held for held in session.conversations if held is not conversation]
        self._end(conversation)

    def bring_back(self, session: Session, conversation: Conversation) -> None:
        """Take a conversation that was deleted into the list again, as the latest."""
        conversation.stop = threading.Event()
        with self._lock:
            session.conversations = [*session.conversations, conversation][-MOST_CONVERSATIONS:]
        self.keep(session, conversation)

    def _drop_old(self, now: float) -> list[Session]:
        old = [s for s in self._sessions.values() if now - s.seen > LONGEST_ABSENCE]
        many = list(self._sessions.values())[: max(0, len(self._sessions) - MOST_SESSIONS)]
        dropped = list({session.key: session for session in (*old, *many)}.values())
        for session in dropped:
            del self._sessions[session.key]
        return dropped

    def _end(self, conversation: Conversation) -> None:
        conversation.stop.set()
        self._forget(conversation.thread)
        self._saved.forget(conversation.thread)


@dataclass
class Visit:
    """One open page: the conversation that it shows, which of its results, and which person of it."""

    session: Session
    conversation: Conversation
    place: int | None = None  # of the result; None is the latest
    person: int | None = None
    editing: bool = False
    run: Run | None = None  # the answer that this page is about to follow
    adding: tuple[str, list[str]] | None = None  # people who may be added to an audience that is there already
    deleted: Audience | None = None  # the last one, which can be brought back
    dropped: Conversation | None = None  # the same

    @property
    def shown(self) -> Shown | None:
        """The result on show."""
        results = self.conversation.shown
        if not results:
            return None
        if self.place is None or self.place >= len(results):  # it went when a question was taken back
            self.place = None
            return results[-1]
        return results[self.place]

    def turn_to(self, conversation: Conversation) -> None:
        """Show another conversation, from its latest result."""
        self.conversation, self.place, self.person, self.editing = conversation, None, None, False
