"""Work that must end: bounded by the processor's time that it takes, so that a busy machine changes nothing."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Overtime(Exception):
    """Work took more of the processor's time than anything but a hang takes."""


@contextmanager
def at_most(seconds: float, what: str) -> Iterator[None]:
    """Raises Overtime, with where it happened, if what is done meanwhile takes this process more than ``seconds``."""

    def late(_: int, frame: Any) -> None:
        stack = traceback.extract_stack(frame)[-4:]
        places = " > ".join(f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in stack)
        raise Overtime(f"{what} took over {seconds:g} s of the processor, at {places}")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
