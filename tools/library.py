"""An opened index, as the tools see it: facts, vectors, and the names of people and communities."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from index.corrections import read_corrections
from index.entities.mentions import OURS
from index.errors import AnalystError
from index.manifest import Manifest, read_manifest
from index.store.chroma_server import ChromaServer, ServedNearness
from index.store.facts import Facts
from index.store.flat_vectors import read_scan
from index.versions.layout import Version, open_version, verify
from index.versions.nearness import CHROMA, Nearness
from tools.result.names import handle_in_words, named_in_words
from tools.result.words import short
from tools.targeting.post_matrix import PostMatrix

if TYPE_CHECKING:
    from index.entities.pipeline import Reader
    from index.store.corrected import Correction
    from tools.targeting.affinity import Background
    from tools.targeting.lookalike import Profiles

ALIKE = 60.0
ONE_THREAD = threading.Lock()  # torch counts its threads for the whole process


class Checked:
    """A check that runs in the background from now on, and never keeps a process from ending."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=[check], daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until it is done. Raises what the check raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self, check: Callable[[], None]) -> None:
        try:
            check()
        except Exception as error:
            self._error = error


@dataclass
class Library:
    """Everything that a tool may read, of one committed version of the index at ``path``. Safe to share between
    threads; models load when first used.
    """

    path: Path
    manifest: Manifest
    facts: Facts
    nearness: Nearness | ServedNearness
    version: Version | None = None  # held as long as this lives
    checked: Checked | None = None  # that the files of vectors are what was written
    chroma: str | None = None  # the address of the Chroma server that has the vectors
    groupings: dict[Any, Any] = field(default_factory=dict)  # Grouping of everyone, by number and posts
    views: OrderedDict[Any, Any] = field(default_factory=OrderedDict)  # tools.targeting.view.View, by its posts

    @classmethod
    def open(cls, path: Path, chroma: str | None = None) -> Library:
        """``chroma`` is the address of a server that has the vectors of this version; without one they are read here.

        Raises AnalystError if ``path`` holds no index that can be read, or one that is not what was written, or the
        server has not its vectors.
        """
        version = open_version(path)
        # Chroma's files are checked when they are copied, vectors in the background: none is read before that is done.
        verify(path, version, lambda name: not name.startswith(f"{CHROMA}/") and not _is_vectors(name))
        checked = Checked(lambda: verify(path, version, _is_vectors))
        nearness = ChromaServer(chroma).served(version.manifest) if chroma else Nearness(path, version)
        facts = _open_facts(version.folder, read_corrections(path))
        return cls(path, version.manifest, facts, nearness, version, checked, chroma)

    @property
    def folder(self) -> Path:
        """Where the files of the version are."""
        return self.version.folder if self.version is not None else self.path

    def vectors(self, kind: str, count: int) -> np.ndarray:
        """(count, 384) of all posts, people or communities, mapped. Raises AnalystError if they are not what was
        written.
        """
        if self.checked is not None:
            self.checked.wait()
        return read_scan(self.folder / "facts", count, kind)

    def newer(self) -> Library | None:
        """The version that was committed since this one was opened, or the same one with what was corrected since; None
        if neither is there. Raises AnalystError as ``open``.
        """
        if self.version is None:
            return None
        if read_manifest(self.path).version != self.manifest.version:
            return Library.open(self.path, self.chroma)
        corrections = read_corrections(self.path)
        return None if corrections == self.facts.corrections else self._corrected(corrections)

    def _corrected(self, corrections: Sequence[Correction]) -> Library:
        """The same version with other corrections. What has nothing to do with them is not read again."""
        assert self.version is not None
        facts = _open_facts(self.folder, corrections)
        other = Library(self.path, self.manifest, facts, self.nearness, self.version, self.checked, self.chroma)
        kept = ("reader", "authors", "communities", "people_vectors", "matrix", "background", "profiles")
        other.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        other.groupings.update(self.groupings)
        return other

    @cached_property
    def reader(self) -> Reader:
        """Reads new texts as the posts of this index were read."""
        from index.encoding.encoder import query_encoder
        from index.entities.pipeline import Reader  # brings spaCy and torch

        return Reader(ner=self.manifest.ner or OURS, encoder=query_encoder())

    @cached_property
    def authors(self) -> dict[str, str]:
        """Every author by the casefolded name; of several that differ in case only, the busiest."""
        return {name.casefold(): name for (name,) in self.facts.rows("SELECT author FROM people ORDER BY posts, 1")}

    @cached_property
    def communities(self) -> dict[str, str]:
        """Every community by the casefolded name; of several that differ in case only, the largest."""
        rows = self.facts.rows(
            "SELECT community FROM posts WHERE community IS NOT NULL GROUP BY 1 ORDER BY count(*), 1"
        )
        return {name.casefold(): name for (name,) in rows}

    @cached_property
    def people_vectors(self) -> tuple[list[str], np.ndarray]:
        """All authors and their mean vectors (people, 384)."""
        names = [name for (name,) in self.facts.rows("SELECT author FROM people")]  # in the order of the file
        return names, self.vectors("people", len(names))

    def vectors_of(self, ids: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """Those of ``ids`` that are posts, in the order of the file, and their vectors (n, 384)."""
        rows = self.facts.rows(
            "SELECT id, file_row_number FROM numbered_posts WHERE id IN (SELECT unnest($ids)) ORDER BY 2",
            {"ids": list(ids)},
        )
        vectors = self.vectors("posts", self.manifest.posts)
        return [id_ for id_, _ in rows], np.asarray(vectors[[place for _, place in rows]])

    @cached_property
    def matrix(self) -> PostMatrix:
        """Every post's vector, author and community. Raises AnalystError if the file of vectors is damaged."""
        posts = self.facts.frame("SELECT id, author, community FROM posts")  # in the order of the file
        author, authors = pd.factorize(posts.author, sort=True)
        community, communities = pd.factorize(posts.community, sort=True)
        names = self.vectors("communities", len(communities))  # sorted, as these are
        vectors = self.vectors("posts", len(posts))
        return PostMatrix(posts.id.to_numpy(), author, community, list(authors), list(communities), vectors, names)

    @cached_property
    def background(self) -> Background:
        """How near each post and community of ``matrix`` is to all subjects."""
        from tools.targeting.affinity import background_of, community_affinity

        return background_of(self.matrix, community_affinity())

    @cached_property
    def profiles(self) -> Profiles:
        """What people are compared by."""
        from tools.targeting.affinity import community_affinity
        from tools.targeting.lookalike import Profiles

        return Profiles.of(self.matrix, community_affinity())

    @cached_property
    def tones(self) -> np.ndarray:
        """(posts,) tone of each post of ``matrix``, from −1 to 1."""
        # Subtracted as doubles, as DuckDB does beside the mean tone of mentions.
        return self.facts.frame("SELECT positive::DOUBLE - negative::DOUBLE AS tone FROM posts").tone.to_numpy()

    @cached_property
    def negative(self) -> np.ndarray:
        """(posts,) whether each post of ``matrix`` is negative."""
        return self.facts.frame("SELECT sentiment = 'negative' AS cold FROM posts").cold.to_numpy(dtype=bool)

    def embed(self, text: str) -> np.ndarray:
        """(384,) of unit length."""
        return _embed((text,))[0]

    def embed_all(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, 384) of unit length, in one pass."""
        return _embed(tuple(texts))

    def author(self, user: str) -> str:
        """The author that ``user`` names, with or without @, in any case. Raises AnalystError with the nearest."""
        name = _handle(user)
        if not name:
            raise AnalystError("The user is empty", todo='Name a person, for example user="ana".')
        if (found := self.find_author(name)) is not None:
            return found
        key = name.casefold()
        near = ", ".join(handle_in_words(self.authors[name]) for name in nearest_names(key, list(self.authors)))
        raise AnalystError(
            f"Nobody named @{short(name)} has posted here",
            todo=f"Did you mean {near}?" if near else "Check the spelling.",
        )

    def find_author(self, user: str) -> str | None:
        """The author that ``user`` names, as ``author`` does; None if there is none."""
        name = _handle(user)
        if self.facts.rows("SELECT 1 FROM people WHERE author = $name", {"name": name}):
            return name
        return self.authors.get(name.casefold())

    def community(self, name: str) -> str:
        """The community that ``name`` names, with or without r/ or #. Raises AnalystError with the nearest names."""
        key = name.strip().lstrip("/").removeprefix("r/").lstrip("#").strip("/ ")
        if not key:
            raise AnalystError("The community is empty", todo='Name one, for example community="Coffee".')
        if self.facts.rows("SELECT 1 FROM posts WHERE community = $name LIMIT 1", {"name": key}):
            return key
        key = key.casefold()
        for form in (key, key.replace(" ", ""), key.replace(" ", "_"), key.removesuffix(" community")):
            if form in self.communities:
                return self.communities[form]
        near = ", ".join(
            named_in_words(self.communities[found]) for found in nearest_names(key, list(self.communities))
        )
        raise AnalystError(
            f"There is no community named '{short(name)}' here",
            todo=f"Did you mean {near}?" if near else "Check the spelling.",
        )


def _is_vectors(name: str) -> bool:
    return name.endswith(".f32")


def _open_facts(folder: Path, corrections: Sequence[Correction]) -> Facts:
    """Raises AnalystError if a table is cut off or is none."""
    import duckdb

    try:
        return Facts(folder / "facts", corrections)
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise AnalystError(
            f"This index is damaged: {reason}", where=str(folder), todo="Build it again with `analyst index`."
        ) from error


def _handle(user: str) -> str:
    return user.strip().lstrip("/").removeprefix("u/").lstrip("@").strip()


def nearest_names(name: str, names: list[str], limit: int = 3) -> list[str]:
    """Names spelled most like ``name``, the nearest first: at least ``ALIKE`` per cent by edits (Indel similarity)."""
    from rapidfuzz import fuzz, process

    found = process.extract(name, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=limit)
    return [near for near, _, _ in found]


@contextmanager
def one_thread() -> Iterator[None]:
    """A few words are read sooner by one thread than several have waited for each other.

    Torch counts its threads for the whole process: the second of two callers would otherwise take the one thread of the
    first for the number to go back to.
    """
    import torch

    with ONE_THREAD:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


@lru_cache(maxsize=128)
def _embed(texts: tuple[str, ...]) -> np.ndarray:
    from index.encoding.encoder import query_encoder

    encoder = query_encoder()
    with one_thread():
        return encoder.embed(texts)
