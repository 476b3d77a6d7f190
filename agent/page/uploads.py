"""Posts that a visitor brings: from the dropped file, over a look at its columns and rows, to an index of their own."""

from __future__ import annotations

import re
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent.page.catalogue import Shelf
from agent.page.job import Job
from agent.page.limiter import Line
from agent.page.upload_process import Look, Made
from index.errors import AnalystError
from tools.result.words import listed

LARGEST = 200 << 20  # bytes of a file
KINDS = (".jsonl", ".ndjson", ".json", ".js", ".csv", ".tsv", ".parquet")
PACKED = ("", ".gz", ".zst")
ENDINGS = [kind + packed for packed in PACKED for kind in KINDS]
MOST_DESKS = 200
LONGEST_NAME = 80  # characters of a file's name that are kept
FULL = "Read or discard the file that is here first."


class Desk:
    """What one browser is doing with its posts: ``job`` is at work, or ``look`` tells what was found; else nothing.

    ``note`` is the last thing to be said, and whether it is an error.
    """

    def __init__(self, owner: str, shelf: Shelf, line: Line) -> None:
        self.owner = owner
        self.name = ""
        self.job: Job | None = None
        self.making = False
        self.look: Look | None = None
        self.note: tuple[str, bool] = ("", False)
        self._shelf, self._line, self._lock = shelf, line, threading.Lock()
        self._wanted: Mapping[str, str] | None = None  # columns that were chosen while the file was looked through
        self._source: Path | None = None
        self._half_made: Path | None = None
        self._out: Path | None = None

    @property
    def busy(self) -> bool:
        return self.job is not None and not self.job.over

    def take(self, upload: str) -> None:
        """Take up a file that was uploaded, and look through it."""
        path = Path(upload)
        with self._lock:
            if self.busy:
                path.unlink(missing_ok=True)
                self.note = (FULL, True)
                return
            self._clear()
            self.name = path.name
            try:
                _check(path)
                self._half_made, self._out = self._shelf.place_for(self.owner)
                self._source = self._half_made / safe_name(path.name)
                shutil.move(path, self._source)
            except AnalystError as error:
                path.unlink(missing_ok=True)
                self._clear()
                self.note = (str(error), True)
                return
            self._start("look", str(self._source), None, finish=self._looked)

    def choose(self, columns: Mapping[str, str]) -> None:
        """Look again, with these columns: field → column, "" for none."""
        with self._lock:
            if self._source is None or self.look is None or self.making:
                return
            if self.job is not None:
                self._wanted = dict(columns)
            else:
                self._start("look", str(self._source), dict(columns), finish=self._looked)

    def make(self) -> None:
        """Make the index of what was looked through."""
        with self._lock:
            look = self.look
            if self._source is None or self._half_made is None or self.busy or look is None or not look.posts:
                return
            index = self._half_made / "index"
            self._start("make", str(self._source), look.columns, str(index), total=look.posts, finish=self._made)

    def drop(self) -> None:
        """Stop what is at work and throw everything away."""
        if self.job is not None and not self.job.over:
            self.job.stop()
            return
        with self._lock:
            self._clear()
            self.note = ("", False)

    def settle(self) -> str | None:
        """Once the job is over: take notice of its end. The id of the index if one was made."""
        with self._lock:
            job = self.job
            if job is None or not job.over:
                return None
            self.job = None
            if job.error:
                self._clear()
                self.note = (job.error, not job.stopped)
                return None
            self.note = ("", False)
            if not self.making:
                self.look = job.outcome
                if self._wanted is not None:
                    self._start("look", str(self._source), self._wanted, finish=self._looked)
                return None
            made, name = job.outcome, self._out.name if self._out else ""
            self.note = (_told(self.name, made), False)
            self._source = self._half_made = self._out = self.look = None
            return f"own:{name}"

    def _start(self, task: str, *args: Any, total: int = 0, finish: Callable[[Any], Any]) -> None:
        self.making, self.note, self._wanted = task == "make", ("", False), None
        self.job = Job(self._line, task, *args, total=total, finish=finish).start()

    def _looked(self, outcome: Look | None) -> Look | None:
        if outcome is None:
            self._throw_away()
        return outcome

    def _made(self, outcome: Made | None) -> Made | None:
        """Put the whole index in its place; nothing else stays."""
        try:
            if outcome is not None and self._half_made is not None and self._out is not None:
                (self._half_made / "index").rename(self._out)
        finally:
            self._throw_away()
        return outcome

    def _throw_away(self) -> None:
        if self._half_made is not None:
            shutil.rmtree(self._half_made, ignore_errors=True)

    def _clear(self) -> None:
        self._throw_away()
        self._source = self._half_made = self._out = self.look = self._wanted = None
        self.name, self.making = "", False


class Desks:
    """The desks of all browsers, boundedly many; one file at a time is read, and one looked through."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._line, self._lock = shelf, Line(1), threading.Lock()
        self._desks: OrderedDict[str, Desk] = OrderedDict()

    def of(self, owner: str) -> Desk:
        with self._lock:
            desk = self._desks.get(owner) or Desk(owner, self._shelf, self._line)
            self._desks[owner] = desk
            self._desks.move_to_end(owner)
            idle = [desk for desk in self._desks.values() if not desk.busy and desk.owner != owner]
            dropped = idle[: max(0, len(self._desks) - MOST_DESKS)]
            for old in dropped:
                del self._desks[old.owner]
        for old in dropped:
            old.drop()
        return desk


def safe_name(name: str) -> str:
    """A file's name of letters, digits and a few signs, which ends as it did and is no way to another folder."""
    plain = re.sub(r"[^\w .-]+", "_", name)[-LONGEST_NAME:].lstrip(". ")
    return f"posts{plain}" if plain.startswith(("_", "-")) or not plain else plain


def _check(path: Path) -> None:
    if not path.name.lower().endswith(tuple(ENDINGS)):
        ending = f" ({path.suffix[:20]})" if path.suffix else ""
        raise AnalystError(
            f"This kind of file{ending} cannot be read",
            todo=f"Bring posts as {listed(KINDS)}, plain or packed as .gz or .zst.",
        )
    size = path.stat().st_size
    if size > LARGEST:
        raise AnalystError(
            f"The file has {size / 2**20:,.0f} MB, and {LARGEST / 2**20:,.0f} MB is the most", todo="Bring a part."
        )
    if not size:
        raise AnalystError("The file is empty", todo="Export the posts again.")


def _told(name: str, made: Made) -> str:
    left_out = f", {made.rejected:,} rows left out" if made.rejected else ""
    return f"{made.posts:,} posts of {name} are ready{left_out}: ask about them."
