"""A question is answered in the background, whether or not a page looks on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.events import Event
from agent.page.conversation import Asked, Conversation, Message, Turn
from agent.page.limiter import FifoLimiter, in_line
from agent.page.opening import Opening
from agent.page.views.shown import Shown
from index.errors import AnalystError

if TYPE_CHECKING:
    from agent.analyst import Analyst

logger = logging.getLogger(__name__)

LOADING = "Loading the posts and the models. The first question waits for them."
THINKING = "Thinking"
UNEXPECTED = "Something went wrong while answering; the details are in the terminal. Ask again, or in other words."
STOPPED = "Stopped. Words above this line were not yet checked against the data."
OTHERS_FIRST = "Others are being answered first"
TICK = 0.1  # seconds between two looks at what has happened


class Run:
    """The answering of the question that was put last in a conversation.

    It has its place in the line at once, and goes on in a thread of its own: neither a page that is closed nor one that
    is slow to follow holds up the conversation or lets a later question overtake.
    """

    def __init__(self, conversation: Conversation, opening: Opening, limiter: FifoLimiter) -> None:
        self._conversation, self._opening, self._limiter = conversation, opening, limiter
        self._before = conversation.messages, conversation.shown
        self._asked = conversation.asked[-1]
        self._turn = Turn(self._asked.question)
        self._stop = conversation.stop = threading.Event()
        self._changed = threading.Condition(threading.RLock())
        self._changes = 0
        self._begun = self._over = False
        limiter.enter(self._asked)
        self._told_to_wait = ""
        self._tell_to_wait()
        self._first = conversation.messages
        conversation.run, conversation.running, conversation.pending = self, True, None
        try:
            threading.Thread(target=self._work, daemon=True).start()
        except RuntimeError as error:  # no more threads can be started
            limiter.leave(self._asked)
            self._end(error)

    @property
    def results_before(self) -> int:
        """How many results the conversation had before this answer."""
        return len(self._before[1])

    def follow(self) -> Iterator[list[Message]]:
        """``watch`` for the page that has asked: when it goes away the answer is stopped."""
        try:
            yield from self.watch()
        finally:  # also when the browser goes away
            self._stop.set()
            self._end(None)

    def watch(self) -> Iterator[list[Message]]:
        """All messages of the conversation whenever there is something new; many small words make one update."""
        seen = 1
        yield self._first
        while not (self._over and seen == self._changes):
            with self._changed:
                self._changed.wait_for(lambda: self._changes != seen, TICK)  # noqa: B023
            if self._stop.is_set():
                self._end(None)
            elif not self._begun:
                self._tell_to_wait()
            if seen != self._changes:
                time.sleep(0 if self._over else TICK / 4)
                with self._changed:
                    seen, messages = self._changes, self._conversation.messages
                yield messages

    def _tell_to_wait(self) -> None:
        """Show what is being waited for."""
        place = self._limiter.place(self._asked)
        told = THINKING if not place else f"{OTHERS_FIRST}. {in_line(place)}"
        told = told if self._opening.ready else LOADING
        with self._changed:
            if told != self._told_to_wait and not self._begun and not self._over:
                self._told_to_wait = told
                self._turn.wait(told)
                self._show()

    def _work(self) -> None:
        try:
            # Who is first in line also waits first for the models: loading them is work like any other.
            with self._limiter.turn(self._asked, self._stop) as came:
                analyst = self._opening.get_unless(self._stop) if came else None
                if analyst is not None:
                    self._answer(self._opening.latest())
            self._end(None)
        except Exception as error:
            self._end(error)

    def _answer(self, analyst: Analyst) -> None:
        self._turn.library, self._turn.model = analyst.library, analyst.model_name
        with self._conversation.busy:  # a stopped question of this conversation may still be finishing its last step
            for event in _stream(self._asked, self._conversation, analyst) if not self._stop.is_set() else ():
                self._add(event)
                if self._stop.is_set():
                    break

    def _add(self, event: Event) -> None:
        with self._changed:
            if not self._over:
                self._begun = True
                self._turn.add(event)
                if self._turn.finished:
                    self._end(None)
                else:
                    self._show()

    def _end(self, error: Exception | None) -> None:
        """End the turn, if it has not ended: stopped, with an error, or with nothing to say."""
        with self._changed:
            if self._over:
                return
            if not self._turn.finished:
                self._turn.fail(STOPPED if self._stop.is_set() else error_sentence(error))
            self._over = True
            self._conversation.run, self._conversation.running = None, False
            self._show()

    def _show(self) -> None:
        messages, shown = self._before
        self._conversation.messages = [*messages, *self._turn.messages]
        self._conversation.shown = [*shown, *self._turn.shown]
        self._changes += 1
        self._changed.notify_all()


def ask(conversation: Conversation, question: str, opening: Opening, limiter: FifoLimiter) -> Run | None:
    """Put a question and begin to answer it; None if another one is still being answered."""
    return Run(conversation, opening, limiter) if conversation.put(question) else None


def answer(conversation: Conversation, opening: Opening, limiter: FifoLimiter | None = None) -> Iterator[list[Message]]:
    """Answer the question that was put, and follow the answer."""
    if conversation.pending is not None:
        yield from Run(conversation, opening, limiter or FifoLimiter(1)).follow()


def note(conversation: Conversation, analyst: Analyst, shown: Shown, words: str) -> None:
    """Let the analyst know of a call that was made without it, as if ``words`` had asked for it: the next question may
    be about its result.
    """
    with conversation.busy:
        _go_back(conversation, analyst)
        analyst.note(conversation.thread, words, shown.name, shown.args, shown.result, shown.seconds)


def _stream(asked: Asked, conversation: Conversation, analyst: Analyst) -> Iterator[Event]:
    """What happens while a question is answered, after going back to where it is asked."""
    _go_back(conversation, analyst)
    asked.remembered = analyst.remembered(conversation.thread)
    yield from analyst.stream(asked.question, thread=conversation.thread)


def _go_back(conversation: Conversation, analyst: Analyst) -> None:
    """Let the analyst forget what was taken back."""
    if conversation.rewind_to is not None:
        analyst.rewind(conversation.thread, conversation.rewind_to)
        conversation.rewind_to = None


def error_sentence(error: Exception | None) -> str:
    """What people are told; an error that nobody foresaw goes to the log with its traceback."""
    if isinstance(error, AnalystError):
        return str(error)
    logger.error("The question could not be answered", exc_info=error)
    return UNEXPECTED
