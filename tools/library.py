"""An opened index, as the tools see it: facts, vectors, and the names of people and communities."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from index.entities import OURS, Reader
from index.errors import AnalystError
from index.facts import TABLES, Facts
from index.manifest import Manifest, read_manifest
from index.vectors import Vectors
from tools.words import short


@dataclass
class Library:
    """Everything that a tool may read. Safe to share between threads; models load when first used."""

    path: Path
    manifest: Manifest
    facts: Facts
    vectors: Vectors

    @classmethod
    def open(cls, path: Path) -> Library:
        """Raises AnalystError if ``path`` holds no index that this version can read."""
        manifest = read_manifest(path)
        parts = [*(f"facts/{table}.parquet" for table in TABLES), "chroma/chroma.sqlite3"]
        if missing := [part for part in parts if not (path / part).is_file()]:
            raise AnalystError(
                f"This index is damaged: {', '.join(missing)} is missing",
                where=str(path),
                todo="Build it again with `analyst index`.",
            )
        return cls(path, manifest, Facts(path / "facts"), Vectors(path / "chroma"))

    @cached_property
    def reader(self) -> Reader:
        """Reads new texts as the posts of this index were read."""
        from index.encoder import query_encoder

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
        """The author that ``user`` names, with or without @, in any case. Raises AnalystError with the nearest."""
        name = user.strip().lstrip("/").removeprefix("u/").lstrip("@").strip()
        if not name:
            raise AnalystError("The user is empty", todo='Name a person, for example user="ana".')
        if self.facts.rows("SELECT 1 FROM people WHERE author = $name", {"name": name}):
            return name
        key = name.casefold()
        if key in self.authors:
            return self.authors[key]
        near = ", ".join("@" + self.authors[name] for name in nearest_names(key, list(self.authors)))
        raise AnalystError(
            f"Nobody named @{short(name)} has posted here",
            todo=f"Did you mean {near}?" if near else "Check the spelling.",
        )

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
        near = ", ".join(self.communities[found] for found in nearest_names(key, list(self.communities)))
        raise AnalystError(
            f"There is no community named '{short(name)}' here",
            todo=f"Did you mean {near}?" if near else "Check the spelling.",
        )


def nearest_names(name: str, names: list[str], limit: int = 3) -> list[str]:
    """Names spelled most like ``name``."""
    return difflib.get_close_matches(name, names, n=limit, cutoff=0.6)


@lru_cache(maxsize=512)
def _embed(text: str) -> np.ndarray:
    from index.encoder import query_encoder

    return query_encoder().embed([text])[0]
