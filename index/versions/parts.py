"""What an unfinished build has analysed, in parts on the disk: the next run that makes the same goes on from there.

The parts of an index lie in ``building`` beside its versions, with a record of what is being made. Each is one file
that carries its checksum, is on the disk before it counts, and names by checksum the posts that it was made of. Only
the one writer of the index touches them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from index.store.sealed import seal, unseal
from index.versions.durable import make_folder, replace_durably

FOLDER = "building"
RECORD = "record.json"
SUFFIX = ".part"
_HEADER = 1 << 12  # bytes within which a header ends


@dataclass(frozen=True)
class Done:
    """How far a build was at the end of a part: ``posts`` in the part, the checksum ``batch`` of them as they were
    read; since the beginning of the build bytes ``read`` of the files, and ``seconds`` of work.
    """

    posts: int = 0
    batch: str = ""
    read: int = 0
    seconds: float = 0.0


class Parts:
    """The parts of an unfinished build of ``index``, by the number of their batch.

    ``wanted`` says what is to be made. Parts of anything else are deleted; ``thrown`` is told which entries of
    ``wanted`` differ and how many posts the parts held. Damaged parts are deleted too.
    """

    def __init__(self, index: Path, wanted: Mapping[str, Any], thrown: Callable[[list[str], int], None]) -> None:
        self._folder, self._thrown = index / FOLDER, thrown
        self._wanted: dict[str, Any] = json.loads(json.dumps(wanted))
        self._found: dict[int, Done] = {}
        self._chosen: dict[str, Any] | None = None
        before = _record(self._folder)
        if before is not None and before["wanted"] == self._wanted:
            self._chosen = before["chosen"]
            self._found = {int(path.stem): done for path in _files(self._folder) if (done := _whole(path)) is not None}
        elif lost := posts_in(index):
            told = before["wanted"] if before is not None else {}
            thrown([name for name, value in self._wanted.items() if told.get(name) != value], lost)
        self._clear()

    @property
    def done(self) -> Done:
        """How far the unfinished build was, as far as its parts stand: ``posts`` of all of them together."""
        last = self._found[max(self._found)] if self._found else Done()
        return replace(last, posts=sum(done.posts for done in self._found.values()), batch="")

    def begin(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Record what is being made and what was ``chosen`` for it. Returns what the unfinished build had chosen, where
        there is one, since its parts were made with that.
        """
        if self._chosen is None:
            self._chosen = dict(chosen)
            make_folder(self._folder)
            replace_durably(self._folder / RECORD, seal({"wanted": self._wanted, "chosen": self._chosen}))
        return self._chosen

    def take(self, number: int, batch: str) -> dict[str, bytes] | None:
        """The pieces of a part if it is there, whole, and made of just the posts whose checksum is ``batch``; of others
        all parts are deleted.
        """
        done = self._found.get(number)
        if done is None:
            return None
        if done.batch != batch:
            lost = self.done.posts
            for each in self._found:  # and no other file: one that is being written now is this run's own
                self._path(each).unlink(missing_ok=True)
            self._found.clear()
            self._thrown(["posts"], lost)
            return None
        try:
            return _unpacked(self._path(number).read_bytes())[1]
        except (OSError, ValueError):
            return None

    def add(self, number: int, done: Done, pieces: Mapping[str, bytes]) -> None:
        """Keep what was analysed: when this returns, it outlives a power cut. Raises OSError if it cannot be
        written.
        """
        replace_durably(self._path(number), _packed(done, pieces))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}{SUFFIX}"

    def _clear(self) -> None:
        """Delete what is not taken over: parts of something else, damaged ones, and files that were half written."""
        if self._folder.is_dir():
            kept = {self._path(number) for number in self._found}
            if self._chosen is not None:
                kept.add(self._folder / RECORD)
            for path in self._folder.iterdir():
                if path not in kept:
                    path.unlink()


def posts_in(index: Path) -> int:
    """How many posts an unfinished build of an index has kept; 0 where there is none."""
    found = 0
    for path in _files(index / FOLDER):
        try:
            with path.open("rb") as file:
                found += _header(file.read(_HEADER))[0].posts
        except (OSError, ValueError):
            continue
    return found


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob(f"*{SUFFIX}")) if path.stem.isdecimal()]


def _record(folder: Path) -> dict[str, Any] | None:
    """What is being made in a folder; None where nothing is, or the record of it is damaged."""
    try:
        record = unseal((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return None
    return record if record.keys() >= {"wanted", "chosen"} else None


def _whole(path: Path) -> Done | None:
    """What a part says of itself, if it is what was written to the last byte."""
    try:
        return _unpacked(path.read_bytes())[0]
    except (OSError, ValueError):
        return None


def _packed(done: Done, pieces: Mapping[str, bytes]) -> bytes:
    """A line with the checksum of all that follows, a line that says what follows, and the pieces."""
    header = json.dumps({**asdict(done), "pieces": {name: len(piece) for name, piece in pieces.items()}})
    body = b"".join((header.encode(), b"\n", *pieces.values()))
    return _sum(body) + b"\n" + body


def _unpacked(raw: bytes) -> tuple[Done, dict[str, bytes]]:
    """Raises ValueError if a byte has changed or is missing."""
    told, _, body = raw.partition(b"\n")
    if told != _sum(body):
        raise ValueError("the sum does not fit")
    done, sizes, start = _header(raw)
    pieces = {}
    for name, size in sizes.items():
        pieces[name] = raw[start : start + size]
        start += size
    return done, pieces


def _header(raw: bytes) -> tuple[Done, dict[str, int], int]:
    """What a part says of itself, the sizes of its pieces, and where they start. Raises ValueError."""
    start = raw.find(b"\n")
    end = raw.find(b"\n", start + 1)
    try:
        header = json.loads(raw[start + 1 : end])
        sizes: dict[str, int] = header.pop("pieces")
        return Done(**header), sizes, end + 1
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is no part") from error


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
