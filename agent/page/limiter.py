"""A line in front of what only a few can do at once: whoever waits can see their place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LOOK = 0.2  # seconds between two looks whether somebody has given up


class Line:
    """Lets in ``at_once`` at a time, in the order in which they came. A ticket is any object of one's own."""

    def __init__(self, at_once: int) -> None:
        self._room = at_once
        self._waiting: list[object] = []
        self._moved = threading.Condition()

    def place(self, ticket: object) -> int:
        """1 for who is next, 2 for the one behind; 0 for who is not waiting."""
        with self._moved:
            return next((place for place, held in enumerate(self._waiting, start=1) if held is ticket), 0)

    @contextmanager
    def turn(self, ticket: object, given_up: threading.Event) -> Iterator[bool]:
        """Wait for a turn and have it; False, and no turn, if it was given up meanwhile."""
        with self._moved:
            self._waiting.append(ticket)
            while not given_up.is_set() and (self._room < 1 or self._waiting[0] is not ticket):
                self._moved.wait(LOOK)
            self._waiting = [held for held in self._waiting if held is not ticket]
            came = not given_up.is_set()
            self._room -= came
            self._moved.notify_all()
        try:
            yield came
        finally:
            with self._moved:
                self._room += came
                self._moved.notify_all()


def in_line(place: int) -> str:
    """A place in the line in words: ``You are 2nd in line``."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"You are {place}{ending} in line"
