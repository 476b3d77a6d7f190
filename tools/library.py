"""An opened index, as the tools see it: facts, vectors, and the names of people and communities."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from index.entities import OURS, Reader
from index.errors import AnalystError
from index.facts import Facts
from index.manifest import Manifest, read_manifest
from index.vectors import Vectors


@dataclass
class Library:
    """Everything that a tool may read. Safe to share between threads; opening takes milliseconds, models load when first used."""

    path: Path
    manifest: Manifest
    facts: Facts
    vectors: Vectors

    @classmethod
    def open(cls, path: Path) -> Library:
        """Raises AnalystError if ``path`` holds no index that this version can read."""
        manifest = read_manifest(path)
        return cls(path, manifest, Facts(path / "facts"), Vectors(path / "chroma"))

    @cached_property
    def reader(self) -> Reader:
        """Reads new texts as the posts of this index were read."""
        return Reader(ner=self.manifest.ner or OURS)

    @cached_property
    def authors(self) -> dict[str, str]:
        """Every author by the casefolded name."""
        return {name.casefold(): name for (name,) in self.facts.rows("SELECT author FROM people")}

    @cached_property
    def communities(self) -> dict[str, str]:
        """Every community by the casefolded name."""
        rows = self.facts.rows("SELECT DISTINCT community FROM posts WHERE community IS NOT NULL")
        return {name.casefold(): name for (name,) in rows}

    @cached_property
    def people_vectors(self) -> tuple[list[str], np.ndarray]:
        """All authors and their mean vectors (people, 384)."""
        names: list[str] = []
        parts = []
        for ids, vectors in self.vectors.pages("people"):
            names += ids
            parts.append(vectors)
        return names, np.concatenate(parts)

    def embed(self, text: str) -> np.ndarray:
        """(384,) of unit length."""
        return _embed(text)

    def author(self, user: str) -> str:
        """The author that ``user`` names, with or without @ and in any case. Raises AnalystError with the nearest names."""
        key = user.strip().lstrip("@").removeprefix("u/").casefold()
        if key in self.authors:
            return self.authors[key]
        near = ", ".join("@" + self.authors[name] for name in nearest_names(key, list(self.authors)))
        raise AnalystError(
            f"Nobody named @{key} has posted here", todo=f"Did you mean {near}?" if near else "Check the spelling."
        )

    def community(self, name: str) -> str:
        """The community that ``name`` names, with or without r/ or #. Raises AnalystError with the nearest names."""
        key = name.strip().removeprefix("r/").lstrip("#").casefold()
        for form in (key, key.replace(" ", ""), key.replace(" ", "_"), key.removesuffix(" community")):
            if form in self.communities:
                return self.communities[form]
        near = ", ".join(self.communities[found] for found in nearest_names(key, list(self.communities)))
        raise AnalystError(
            f"There is no community named {name!r} here", todo=f"Did you mean {near}?" if near else "Check the spelling."
        )


def nearest_names(name: str, names: list[str], limit: int = 3) -> list[str]:
    """Names spelled most like ``name``."""
    return difflib.get_close_matches(name, names, n=limit, cutoff=0.6)


@lru_cache(maxsize=512)
def _embed(text: str) -> np.ndarray:
    from index.encoder import shared_encoder

    return shared_encoder().embed([text])[0]
