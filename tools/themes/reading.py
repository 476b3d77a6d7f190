"""The selected posts as they are grouped: words, vectors, tone toward the topic, and who wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from index.errors import AnalystError
from tools.library import Library
from tools.result.words import count
from tools.selection.measures import TONE
from tools.selection.posts import Selection
from tools.selection.spelling import ADDRESS

if TYPE_CHECKING:
    from datetime import datetime

LEAST_POSTS = 5
MOST_POSTS = 20_000  # of more, so many are drawn


@dataclass(frozen=True)
class ReadPosts:
    """``total`` posts are selected; those read, in an order by hash: ``ids``, ``authors``, ``texts``, ``at`` (UTC or
    None) and ``tones`` (posts,) from −1 to 1; ``rows`` (posts,) are their places in the file of ``vectors``.
    """

    ids: list[str]
    authors: list[str]
    texts: list[str]
    at: list[datetime | None]
    tones: np.ndarray
    rows: np.ndarray
    total: int
    all_vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def vectors(self) -> np.ndarray:
        """(posts, 384) of unit length."""
        order = np.argsort(self.rows)  # the file is read from front to back
        found = np.empty((len(self.rows), self.all_vectors.shape[1]), dtype=np.float32)
        found[order] = self.all_vectors[self.rows[order]]
        return found


def plain_words(text: str) -> str:
    """A text without addresses and handles, in small letters: ``@united Two HOURS late!!`` → ``two hours late``."""
    return " ".join(re.findall(r"[^\W_]+(?:['’][^\W_]+)?", ADDRESS.sub(" ", text).casefold()))


def read_posts(library: Library, selection: Selection, most: int = MOST_POSTS) -> ReadPosts:
    """The posts selected; of very many ``most``, drawn by a hash of their ids. Raises AnalystError if they are too
    few.
    """
    found = library.facts.rows(
        f"SELECT p.id, p.author, p.text, p.created_at AT TIME ZONE 'UTC', {TONE}::DOUBLE, n.place, "
        f"count(*) OVER () FROM {selection.posts} "
        "JOIN (SELECT id, file_row_number AS place FROM numbered_posts) n ON n.id = p.id "
        f"WHERE {selection.where} ORDER BY hash(p.id), p.id LIMIT {int(most)}",
        selection.values,
    )
    if len(found) < LEAST_POSTS:
        scope = f" {selection.words}" if selection.words else " here"
        raise AnalystError(
            f"{count(len(found), 'post')}{scope} {'is' if len(found) == 1 else 'are'} too few for themes; it takes "
            f"{LEAST_POSTS}",
            todo="Widen the topic or the time, or read the posts themselves.",
        )
    ids, authors, texts, at, tones, rows, totals = zip(*found, strict=True)
    vectors = library.vectors("posts", library.manifest.posts)
    return ReadPosts(
        list(ids), list(authors), list(texts), list(at), np.array(tones), np.array(rows), totals[0], vectors
    )
