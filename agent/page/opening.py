"""The analyst, opened in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.analyst import Analyst


LOOK = 0.1  # seconds between two looks whether somebody has given up


class Opening:
    """Opens the analyst in the background, once for all sessions. A failed opening is tried again when next needed."""

    def __init__(self, open_analyst: Callable[[], Analyst]) -> None:
        self._open = open_analyst
        self._lock, self._moving = threading.Lock(), threading.Lock()
        self._done: threading.Event | None = None
        self._analyst: Analyst | None = None
        self._error: Exception | None = None

    @property
    def ready(self) -> bool:
        return self._analyst is not None

    def start(self) -> threading.Event:
        """Begin, if nobody has; the event is set when it is over, well or badly."""
        with self._lock:
            if self._done is None or (self._done.is_set() and self._error is not None):
                self._error, self._done = None, threading.Event()
                threading.Thread(target=self._run, args=[self._done], daemon=True).start()
            return self._done

    def get(self) -> Analyst:
        """The analyst, after waiting for it. Raises what the opening raised."""
        self.start().wait()
        return self._opened()

    def get_unless(self, given_up: threading.Event) -> Analyst | None:
        """The analyst, after waiting for it; None if it was given up meanwhile. Raises what the opening raised."""
        done = self.start()
        while not done.wait(LOOK):
            if given_up.is_set():
                return None
        return self._opened()

    def latest(self) -> Analyst:
        """The analyst of the posts as they are indexed now: whoever asks a question moves on to them as a whole. Raises
        what the opening raised, or AnalystError if the new index cannot be opened.
        """
        self.get()
        with self._moving:
            self._analyst = self._opened().latest()
            return self._analyst

    def _opened(self) -> Analyst:
        if self._analyst is None:
            raise self._error or RuntimeError("The analyst was not opened.")
        return self._analyst

    def _run(self, done: threading.Event) -> None:
        try:
            self._analyst = self._open()
        except Exception as error:
            self._error = error
        done.set()
