"""Posts analysed in this process, a batch at a time; and what every engine does for a build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.posts.language import identify
from index.posts.record import Post
from index.store.analysed import Analysed, analysed

if TYPE_CHECKING:
    from index.entities.pipeline import Reader


class Analyser(Protocol):
    """What analyses the posts of one build."""

    def ahead(self, batches: Iterator[list[Post]]) -> Iterator[list[Post]]:
        """The same batches in the same order; some may be read, and their analysis begun, before they are asked for."""

    def analyse(self, batch: list[Post]) -> Callable[[], Analysed]:
        """Analyse the batch that ``ahead`` gave last; what is returned, called on any thread, makes rows of it. Raises
        AnalystError if it cannot be done.
        """


class Engine(Protocol):
    """Where a build is analysed, chosen before it begins."""

    def analyser(self, folder: Path, ner: str, precision: str) -> Analyser:
        """What analyses in this precision, with this recogniser, and keeps what it needs meanwhile in ``folder``, the
        folder of the version that is built, out of which it takes it again.
        """


class Here:
    """Analyses with a ``reader`` in this process."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def ahead(self, batches: Iterator[list[Post]]) -> Iterator[list[Post]]:
        return batches

    def analyse(self, batch: list[Post]) -> Callable[[], Analysed]:
        found = self._reader.read([post.text for post in with_languages(batch)])
        return lambda: analysed(batch, found)


def with_languages(batch: list[Post]) -> list[Post]:
    """The posts with what the identifier says where their export names no language."""
    unsaid = [place for place, post in enumerate(batch) if post.lang is None]
    for place, lang in zip(unsaid, identify([batch[place].text for place in unsaid]), strict=True):
        if lang is not None:
            batch[place] = replace(batch[place], lang=lang)
    return batch
