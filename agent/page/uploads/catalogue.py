"""The indexes that visitors can choose from: the one that is served, those beside it, and those of their own posts.

What a browser sends is only ever compared with the names that are listed here; no path is made of it.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from agent.page.opening import Opening
from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.manifest import Manifest, read_manifest

if TYPE_CHECKING:
    from agent.analyst import Analyst

SERVED = ""  # the id of the index that the page was started with
OWN = ".own"  # the folder of what visitors brought, one for each browser
HALF_MADE = ".half-made-"
PRIVATE = 0o700
MOST_OPEN = 6  # indexes besides the served one; the one that was not asked for longest makes room
MOST_OWN = 5  # indexes of one browser
MOST_OF_ALL = 100  # indexes that visitors made
LONGEST_MAKING = 24 * 3600.0  # seconds after which what is still half made was left behind by a crash
GONE = "These posts are no longer here"


@dataclass(frozen=True)
class Entry:
    """An index that can be chosen. ``title`` is a stranger's word where it is ``own``."""

    id: str
    path: Path | None
    title: str
    manifest: Manifest | None
    own: bool = False


class IndexCatalogue:
    """All indexes of one page; opens each when somebody asks for it, with the chat model of the first."""

    def __init__(
        self,
        first: Opening,
        *,
        served: Path | None = None,
        folder: Path | None = None,
        open_beside: Callable[[Path, Analyst], Analyst] | None = None,
    ) -> None:
        self._first, self._served, self._folder = first, served, folder
        self._open_beside = open_beside or _with_the_same_model
        self._opened: OrderedDict[Path, Opening] = OrderedDict()
        self._lock = threading.Lock()
        if folder is not None:
            _clear(folder / OWN)

    @property
    def takes_posts(self) -> bool:
        """Whether visitors can bring posts of their own: there must be a folder for them."""
        return self._folder is not None

    def entries(self, owner: str) -> list[Entry]:
        """What ``owner`` may choose from: the served index first, own ones last."""
        return [self._served_entry(), *self._beside(), *self.own(owner)]

    def own(self, owner: str) -> list[Entry]:
        """The indexes of posts that ``owner`` brought, the oldest first."""
        folder = self._own_folder(owner)
        found = [entry for path in _listed(folder) if (entry := _entry(f"own:{path.name}", path, own=True))]
        return sorted(found, key=lambda entry: entry.manifest.built_at if entry.manifest else "")

    def find(self, id_: object, owner: str) -> Entry | None:
        """The entry of this id among those that ``owner`` may choose from."""
        if id_ == SERVED:
            return self._served_entry()
        if not isinstance(id_, str):
            return None
        kind, _, name = id_.partition(":")
        folder = self._own_folder(owner) if kind == "own" else self._folder if kind == "beside" else None
        path = next((path for path in _listed(folder) if path.name == name), None)
        return _entry(id_, path, own=kind == "own") if path is not None else None

    def opening(self, id_: str, owner: str) -> Opening:
        """The analyst of an index; of one that is gone, an opening that fails with a sentence."""
        if id_ == SERVED:
            return self._first
        entry = self.find(id_, owner)
        if entry is None or entry.path is None or entry.manifest is None:
            return Opening(_gone)
        path = entry.path
        with self._lock:
            found = self._opened.get(path) or Opening(lambda: self._open_beside(path, self._first.get()))
            self._opened[path] = found
            self._opened.move_to_end(path)
            while len(self._opened) > MOST_OPEN:
                self._opened.popitem(last=False)
        return found

    def analysts(self) -> Iterator[Analyst]:
        """Those that are open now."""
        with self._lock:
            openings = [self._first, *self._opened.values()]
        yield from (opening.get() for opening in openings if opening.ready)

    def place_for(self, owner: str) -> tuple[Path, Path]:
        """A new folder to make an index in, and where to put it when it is whole. Raises AnalystError if it is full."""
        folder = self._own_folder(owner)
        if folder is None or self._folder is None:
            raise AnalystError("This page takes no posts", todo="Index them with `analyst index`.")
        if len(_listed(folder)) >= MOST_OWN:
            raise AnalystError(f"You have {MOST_OWN} sets of posts here already", todo="Delete one of them first.")
        if sum(len(_listed(each)) for each in _listed(folder.parent)) >= MOST_OF_ALL:
            raise AnalystError("There is no room for more posts here", todo="Ask whoever runs this page to make some.")
        name = uuid4().hex[:12]
        half_made = folder / f"{HALF_MADE}{name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for each in (folder.parent, folder, half_made):  # posts that were brought are nobody else's on this machine
                each.mkdir(mode=PRIVATE, exist_ok=True)
                each.chmod(PRIVATE)
        except OSError as error:
            raise AnalystError(
                f"Nothing can be kept here: {error.strerror}", todo="Index your posts with `analyst index`."
            ) from error
        return half_made, folder / name

    def remove(self, id_: str, owner: str) -> bool:
        """Delete an index of ``owner``'s own, with all that was read from it."""
        entry = self.find(id_, owner)
        if entry is None or not entry.own or entry.path is None:
            return False
        with self._lock:
            self._opened.pop(entry.path, None)
        shutil.rmtree(entry.path, ignore_errors=True)
        return True

    def _served_entry(self) -> Entry:
        path = self._served
        manifest = _manifest(path) if path is not None else None
        return Entry(SERVED, path, path.name if path is not None else "these posts", manifest)

    def _beside(self) -> list[Entry]:
        served = self._served.resolve() if self._served is not None else None
        paths = [path for path in _listed(self._folder) if path.resolve() != served]
        return [entry for path in paths if (entry := _entry(f"beside:{path.name}", path))]

    def _own_folder(self, owner: str) -> Path | None:
        """The folder of a browser; its name is a digest, so that nobody's secret stands on the disk."""
        if self._folder is None or not owner:
            return None
        return self._folder / OWN / hashlib.sha256(owner.encode("utf-8", "replace")).hexdigest()[:32]


def _with_the_same_model(path: Path, first: Analyst) -> Analyst:
    from agent.analyst import Analyst
    from tools.library import Library

    analyst = Analyst(Library.open(path), first.model, first.memory)
    analyst.model_name = first.model_name
    return analyst


def _gone() -> Analyst:
    raise AnalystError(GONE, todo="Choose others above.")


def _listed(folder: Path | None) -> list[Path]:
    """The folders in a folder, by name, without hidden ones."""
    try:
        return sorted(path for path in folder.iterdir() if path.name[0] != "." and path.is_dir()) if folder else []
    except OSError:
        return []


def _manifest(path: Path) -> Manifest | None:
    try:
        return read_manifest(path)
    except (AnalystError, OSError):
        return None


def _entry(id_: str, path: Path, *, own: bool = False) -> Entry | None:
    """The entry of a folder, if it is an index that this version can read."""
    if not (path / MANIFEST).is_file() or (manifest := _manifest(path)) is None:
        return None
    title = path.name
    if own and manifest.sources:
        title = Path(manifest.sources[0]).name
    return Entry(id_, path, title, manifest, own)


def _clear(folder: Path) -> None:
    """Delete what a crash has left half made."""
    for path in folder.glob(f"*/{HALF_MADE}*") if folder.is_dir() else ():
        if time.time() - path.stat().st_mtime > LONGEST_MAKING:
            shutil.rmtree(path, ignore_errors=True)
