"""Posts that a visitor brings: from the dropped file, over a look at its columns and rows, to an index of their own."""

from __future__ import annotations

import re
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.page.limiter import FifoLimiter
from agent.page.uploads.catalogue import IndexCatalogue
from agent.page.uploads.job import Job
from agent.page.uploads.process import BuiltIndex, FilePreview, Wish
from index.errors import AnalystError
from index.versions.durable import sync_folder
from tools.result.words import count, listed

LARGEST = 200 << 20  # bytes of a file
KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".jsonl", ".ndjson", ".js", ".html", ".parquet", ".zip", ".tar")
PACKED = ("", ".gz", ".zst", ".bz2", ".xz")
ENDINGS = [*(kind + packed for packed in PACKED for kind in KINDS), ".tgz", *PACKED[1:]]
MOST_SESSIONS = 200
LOOKS_AT_ONCE = 2
LOOKING = 900.0  # seconds by the clock that a file may be looked through, on a machine that is busy too
LONGEST_NAME = 80  # characters of a file's name that are kept
FULL = "Read or discard the file that is here first."


class UploadSession:
    """What one browser is doing with its posts: ``job`` is at work, or ``preview`` tells what was found; else nothing.

    ``message`` is the last thing to be said, and whether it is an error.
    """

    def __init__(
        self, owner: str, catalogue: IndexCatalogue, making: FifoLimiter, looking: FifoLimiter | None = None
    ) -> None:
        self.owner = owner
        self.name = ""
        self.job: Job | None = None
        self.making = False
        self.preview: FilePreview | None = None
        self.message: tuple[str, bool] = ("", False)
        self._catalogue, self._lock = catalogue, threading.Lock()
        self._limiters = {"make": making, "look": looking or making}
        self._wanted: Wish | None = None  # what was said of the file while it was looked through
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
                self.message = (FULL, True)
                return
            self._clear()
            self.name = path.name
            try:
                _check(path)
                self._half_made, self._out = self._catalogue.place_for(self.owner)
                self._source = self._half_made / safe_name(path.name)
                shutil.move(path, self._source)
            except AnalystError as error:
                path.unlink(missing_ok=True)
                self._clear()
                self.message = (str(error), True)
                return
            self._start("look", str(self._source), asdict(Wish()), finish=self._looked)

    def choose(self, wish: Wish) -> None:
        """Look through the file again, with what the visitor says about it."""
        with self._lock:
            if self._source is None or self.preview is None or self.making:
                return
            if self.job is not None:
                self._wanted = wish
            elif asdict(wish) != self.preview.wish:
                self._start("look", str(self._source), asdict(wish), finish=self._looked)

    def make(self) -> None:
        """Make the index of what was looked through."""
        with self._lock:
            preview = self.preview
            if self._source is None or self._half_made is None or self.busy or preview is None or not preview.posts:
                return
            index = self._half_made / "index"
            self._start("make", str(self._source), preview.wish, str(index), total=preview.posts, finish=self._made)

    def drop(self) -> None:
        """Stop what is at work and throw everything away."""
        if self.job is not None and not self.job.over:
            self.job.stop()
            return
        with self._lock:
            self._clear()
            self.message = ("", False)

    def settle(self) -> str | None:
        """Once the job is over: take notice of its end. The id of the index if one was made."""
        with self._lock:
            job = self.job
            if job is None or not job.over:
                return None
            self.job = None
            if job.error:
                self._clear()
                self.message = (job.error, not job.stopped)
                return None
            self.message = ("", False)
            if not self.making:
                self.preview = job.outcome
                if self._wanted is not None:
                    self._start("look", str(self._source), asdict(self._wanted), finish=self._looked)
                return None
            made, name = job.outcome, self._out.name if self._out else ""
            self.message = (_told(self.name, made), False)
            self._source = self._half_made = self._out = self.preview = None
            return f"own:{name}"

    def _start(self, task: str, *args: Any, total: int = 0, finish: Callable[[Any], Any]) -> None:
        self.making, self.message, self._wanted = task == "make", ("", False), None
        seconds = LOOKING if task == "look" else None
        self.job = Job(self._limiters[task], task, *args, total=total, seconds=seconds, finish=finish).start()

    def _looked(self, outcome: FilePreview | None) -> FilePreview | None:
        if outcome is None:
            self._throw_away()
        return outcome

    def _made(self, outcome: BuiltIndex | None) -> BuiltIndex | None:
        """Put the whole index in its place; nothing else stays."""
        try:
            if outcome is not None and self._half_made is not None and self._out is not None:
                (self._half_made / "index").rename(self._out)
                sync_folder(self._out.parent)
        finally:
            self._throw_away()
        return outcome

    def _throw_away(self) -> None:
        if self._half_made is not None:
            shutil.rmtree(self._half_made, ignore_errors=True)

    def _clear(self) -> None:
        self._throw_away()
        self._source = self._half_made = self._out = self.preview = self._wanted = None
        self.name, self.making = "", False


class UploadSessions:
    """The sessions of all browsers, boundedly many; one file at a time is read, and few are looked through beside it,
    so that nobody waits long for a first look.
    """

    def __init__(self, catalogue: IndexCatalogue) -> None:
        self._catalogue, self._lock = catalogue, threading.Lock()
        self._making, self._looking = FifoLimiter(1), FifoLimiter(LOOKS_AT_ONCE)
        self._sessions: OrderedDict[str, UploadSession] = OrderedDict()

    def of(self, owner: str) -> UploadSession:
        with self._lock:
            session = self._sessions.get(owner) or UploadSession(owner, self._catalogue, self._making, self._looking)
            self._sessions[owner] = session
            self._sessions.move_to_end(owner)
            idle = [session for session in self._sessions.values() if not session.busy and session.owner != owner]
            dropped = idle[: max(0, len(self._sessions) - MOST_SESSIONS)]
            for old in dropped:
                del self._sessions[old.owner]
        for old in dropped:
            old.drop()
        return session


def safe_name(name: str) -> str:
    """A file's name of letters, digits and a few signs, which ends as it did and is no way to another folder. Chats are
    named by it.
    """
    plain = re.sub(r"[^\w .()\[\]-]+", "_", name)[-LONGEST_NAME:].lstrip(". ")
    return f"posts{plain}" if plain.startswith(("_", "-")) or not plain else plain


def _check(path: Path) -> None:
    if not path.name.lower().endswith(tuple(ENDINGS)):
        ending = f" ({path.suffix[:20]})" if path.suffix else ""
        raise AnalystError(
            f"This kind of file{ending} cannot be read",
            todo=f"Bring posts as {listed(KINDS)}, plain or packed as {listed(PACKED[1:])}.",
        )
    size = path.stat().st_size
    if size > LARGEST:
        raise AnalystError(
            f"The file has {size / 2**20:,.0f} MB, and {LARGEST / 2**20:,.0f} MB is the most", todo="Bring a part."
        )
    if not size:
        raise AnalystError("The file is empty", todo="Export the posts again.")


def _told(name: str, made: BuiltIndex) -> str:
    left_out = f", {count(made.rejected, 'row')} rejected" if made.rejected else ""
    return f"{made.posts:,} posts of {name} are ready{left_out}: ask about them."
