"""How much may be brought to the page: files at once, in a time, on the disk, and for how long one may take."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, MutableSet
from contextlib import suppress
from pathlib import Path

from agent.page.access.attempts import MOST_ADDRESSES, network_of

AT_ONCE, AT_ONCE_OF_ALL = 2, 8  # files that are on their way
IN_A_TIME, TIME = 20, 600.0  # files that an address may bring in so many seconds
SECONDS = 600.0  # that one file may take
KEPT = 900.0  # seconds after which a file that nobody took up is deleted
LARGEST_KEPT = 1 << 30  # bytes of files that wait to be taken up


class Intake:
    """Who brings files now, and who did. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now: list[str] = []
        self._brought: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, address: str, waiting: MutableSet[str]) -> str:
        """Why ``address`` may bring no file now; "" lets it, until ``end``. ``waiting`` are the files that were brought
        and perhaps taken up.
        """
        key, now = network_of(address), self._clock()
        with self._lock:
            brought = self._brought.setdefault(key, deque())
            self._brought.move_to_end(key)
            while len(self._brought) > MOST_ADDRESSES:
                self._brought.popitem(last=False)
            while brought and brought[0] < now - TIME:
                brought.popleft()
            if self._now.count(key) >= AT_ONCE or len(self._now) >= AT_ONCE_OF_ALL:
                return "Other files are being sent. Bring this one when they are here."
            if len(brought) >= IN_A_TIME:
                return f"{IN_A_TIME} files in {TIME / 60:.0f} minutes are enough. Bring more of them later."
            if held_after_clearing(waiting) > LARGEST_KEPT:
                return "There is no room for more files now. Bring this one in a quarter of an hour."
            brought.append(now)
            self._now.append(key)
            return ""

    def end(self, address: str) -> None:
        """The file is here, or was given up."""
        with self._lock:
            self._now.remove(network_of(address))


def held_after_clearing(waiting: MutableSet[str]) -> int:
    """Bytes of the files that wait to be taken up, once those are deleted that nobody took up in time."""
    held, today = 0, time.time()
    for name in list(waiting):
        path = Path(name)
        try:
            found = path.stat()
        except OSError:
            waiting.discard(name)  # taken up
            continue
        if found.st_mtime < today - KEPT:
            with suppress(OSError):
                path.unlink()
            waiting.discard(name)
        else:
            held += found.st_size
    return held
