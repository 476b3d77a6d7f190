"""Wrong logins: each makes its address wait longer, a few in a row lock it out for a time, and all are logged."""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 5  # wrong logins in a row, after which an address is locked out …
FREE_OF_ALL = 100  # … and of everybody together, for who guesses may have many addresses
FIRST_LOCK, LONGEST_LOCK = 15.0, 3600.0  # seconds; each further wrong login doubles it
FORGOTTEN = 24 * LONGEST_LOCK  # seconds without another wrong login
LONGEST_PAUSE = 4.0  # seconds before a wrong login is answered
MOST_ADDRESSES = 10_000
EVERYBODY = ""

logger = logging.getLogger(__name__)
logger.setLevel(logging.WARNING)  # whatever the chatter of libraries is set to


@dataclass
class _Record:
    wrong: int = 0
    last: float = 0.0
    locked_until: float = 0.0


class Attempts:
    """What is remembered of wrong logins, boundedly much. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._lock = threading.Lock()

    def locked(self, address: str) -> float:
        """Seconds for which ``address`` is locked out, 0 if it is not."""
        with self._lock:
            return self._locked(address)

    def begin(self, address: str) -> float:
        """Seconds for which ``address`` is locked out; 0 lets it try, which counts as wrong until it was ``right``, so
        that many tries at once are no way around.
        """
        with self._lock:
            if locked := self._locked(address):
                return locked
            self._wrong(network_of(address), FREE)
            self._wrong(EVERYBODY, FREE_OF_ALL)
            return 0.0

    def right(self, address: str) -> None:
        """The login was right: what came before is forgotten."""
        with self._lock:
            self._records.pop(network_of(address), None)
            everybody = self._record(EVERYBODY)
            everybody.wrong = max(0, everybody.wrong - 1)
            everybody.locked_until = everybody.locked_until if everybody.wrong >= FREE_OF_ALL else 0.0

    def wrong(self, address: str) -> float:
        """The login was wrong: it is logged. Seconds to wait before saying so."""
        with self._lock:
            times = self._record(network_of(address)).wrong
        logger.warning("A wrong login from %s, %d in a row%s.", address, times, "; locked out" * (times >= FREE))
        return min(LONGEST_PAUSE, 0.25 * 2 ** min(times, 8))

    def _locked(self, address: str) -> float:
        until = max(self._record(key).locked_until for key in (network_of(address), EVERYBODY))
        return max(0.0, until - self._clock())

    def _wrong(self, key: str, free: int) -> None:
        record = self._record(key)
        record.wrong = record.wrong + 1 if self._clock() - record.last < FORGOTTEN else 1
        record.last = self._clock()
        if record.wrong >= free:
            record.locked_until = self._clock() + min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(record.wrong - free, 12))

    def _record(self, key: str) -> _Record:
        record = self._records.setdefault(key, _Record())
        self._records.move_to_end(key)
        while len(self._records) > MOST_ADDRESSES:
            oldest = next(name for name in self._records if name != EVERYBODY)
            del self._records[oldest]
        return record


def network_of(address: str) -> str:
    """What counts as one address: of the newer ones, of which everybody has many, the first half."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100] or "unknown"
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
