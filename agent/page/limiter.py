"""A limit on what is done at once: whoever waits is served in order and can see their place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LOOK = 0.2  # seconds between two looks whether somebody has given up


class FifoLimiter:
    """Lets in ``at_once`` at a time, in the order in which they entered. A ticket is any object of one's own."""

    def __init__(self, at_once: int) -> None:
        self._room = at_once
        self._waiting: list[object] = []
        self._moved = threading.Condition()

    def place(self, ticket: object) -> int:
        """1 for who is next, 2 for the one behind; 0 for who need not wait."""
        with self._moved:
            place = next((place for place, held in enumerate(self._waiting, start=1) if held is ticket), 0)
            return max(0, place - self._room)

    def enter(self, ticket: object) -> None:
        """Take the last place. Whoever enters must have their ``turn`` or ``leave``, or nobody behind them comes in."""
        with self._moved:
            self._waiting.append(ticket)

    def leave(self, ticket: object) -> None:
        """Give up the place."""
        with self._moved:
            self._waiting = [held for held in self._waiting if held is not ticket]
            self._moved.notify_all()

    @contextmanager
    def turn(self, ticket: object, given_up: threading.Event) -> Iterator[bool]:
        """Wait for a turn, entering first if need be, and have it; False, and no turn, if it was given up."""
        with self._moved:
            if not any(held is ticket for held in self._waiting):
                self.enter(ticket)
            while not given_up.is_set() and (self._room < 1 or self._waiting[0] is not ticket):
                self._moved.wait(LOOK)
            self.leave(ticket)
            came = not given_up.is_set()
            self._room -= came
        try:
            yield came
        finally:
            with self._moved:
                self._room += came
                self._moved.notify_all()


def in_line(place: int) -> str:
    """A place in words: ``You are 2nd in line``."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"You are {place}{ending} in line"
