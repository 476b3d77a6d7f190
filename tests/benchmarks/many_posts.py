"""Many posts made of few: real posts again and again under new authors and ids, with changed words, and what was read
in each.

In each copy the words that few posts have are others, so that names and phrases grow in number as they do among real
posts; names and phrases that hold them change with them. What was read in a post stays, with its places moved and its
vector turned a little: no model can read a million posts within an hour on a small machine.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from index.encoding.analysis import Analysis
from index.entities.mentions import Mention, canonical
from index.entities.pipeline import Reader
from index.phrases.keywords import Phrase
from index.store.facts import SENTIMENTS, Facts
from index.store.flat_vectors import read_scan
from index.versions.layout import open_version, verify

RARE = 2  # posts: words of no more are others in each copy
TURNED = 0.02  # length of what is added to each number of a vector, as a share of the vector's spread
WORD = re.compile(r"[^\W\d_]{4,}")
FIELDS = ("id", "author", "text", "created_at", "community", "likes", "shares", "replies", "url")
LETTERS = "bcdfghjklmnprstvz"
READ = 256  # posts that are also read by the models, so that the memory of a build has them at work in it


@dataclass(frozen=True)
class Known:
    """A post of the base with what was read in it; ``rare`` are the ends of its rare words."""

    row: dict[str, Any]
    tones: np.ndarray
    mentions: list[tuple[Any, ...]]
    phrases: list[tuple[str, float]]
    rare: list[int]


class ManyPosts:
    """The posts of an index, as often as they are wanted."""

    def __init__(self, index: Path) -> None:
        version = open_version(index)
        verify(index, version)
        self.manifest = version.manifest
        facts = Facts(version.folder / "facts")
        frame = facts.frame(f"SELECT {', '.join(FIELDS)}, {', '.join(SENTIMENTS)} FROM posts").astype(object)
        rows = frame.where(frame.notna(), None).to_dict("records")
        mentions, phrases = defaultdict(list), defaultdict(list)
        said = f'SELECT post, start, "end", text, type, {", ".join(SENTIMENTS)} FROM mentions'
        for post, *rest in facts.rows(said):
            mentions[post].append(tuple(rest))
        for post, phrase, weight in facts.rows("SELECT post, phrase, weight FROM phrases"):
            phrases[post].append((phrase, weight))
        facts.close()
        self.vectors = np.array(read_scan(version.folder / "facts", len(rows)))
        version.hold.release()
        counts = Counter(word for row in rows for word in {each.casefold() for each in WORD.findall(row["text"])})
        self._rare = {word for word, count in counts.items() if count <= RARE}
        self.posts = [self._known(row, mentions[row["id"]], phrases[row["id"]]) for row in rows]

    def _known(self, row: dict[str, Any], mentions: list[tuple[Any, ...]], phrases: list[tuple[str, float]]) -> Known:
        tones = np.array([row.pop(name) for name in SENTIMENTS], dtype=np.float32)
        rare = [match.end() for match in WORD.finditer(row["text"]) if match.group().casefold() in self._rare]
        if row["created_at"] is not None:
            row["created_at"] = row["created_at"].isoformat()
        return Known(row, tones, mentions, phrases, rare)

    def write(self, posts: int, path: Path) -> None:
        """So many posts as JSON lines; the first copy is as it is."""
        with path.open("w", encoding="utf-8") as file:
            for number in range(posts):
                copy, place = divmod(number, len(self.posts))
                row = self.posts[place].row
                if copy:
                    named = {"id": f"{row['id']}-{copy}", "author": f"{row['author']}_{copy}"}
                    row = {**row, **named, "text": self._changed(row["text"], copy)}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _changed(self, text: str, copy: int) -> str:
        """The text with other words in place of the rare ones."""
        ending = _ending(copy)
        return WORD.sub(lambda found: found[0] + ending if found[0].casefold() in self._rare else found[0], text)

    def read(self, first: int, count: int) -> Iterator[Analysis]:
        """What was read in the posts from the ``first`` on."""
        dice = np.random.default_rng(first)
        places = np.arange(first, first + count) % len(self.posts)
        noise = dice.standard_normal((count, self.vectors.shape[1]), dtype=np.float32)
        vectors = self.vectors[places] + TURNED * noise * (np.arange(first, first + count) >= len(self.posts))[:, None]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for number, (place, vector) in enumerate(zip(places.tolist(), vectors, strict=True), first):
            yield self._analysis(self.posts[place], number // len(self.posts), vector)

    def _analysis(self, known: Known, copy: int, vector: np.ndarray) -> Analysis:
        longer = len(_ending(copy)) if copy else 0

        def moved(at: int) -> int:
            return at + longer * sum(end <= at for end in known.rare)

        mentions = []
        for start, end, text, kind, *tone in known.mentions:
            name = self._changed(text, copy) if copy else text
            mentions.append(Mention(moved(start), moved(end), name, kind, canonical(name), tuple(tone)))
        phrases = [Phrase(self._changed(text, copy) if copy else text, weight) for text, weight in known.phrases]
        return Analysis(vector, known.tones, mentions, phrases)


def _ending(copy: int) -> str:
    """A syllable or two that no other copy has."""
    ending = ""
    while copy:
        copy, letter = divmod(copy, len(LETTERS))
        ending += "aeiou"[letter % 5] + LETTERS[letter]
    return ending


class StandIn:
    """Stands for ``Reader``: what was read in each post is known. The first are also read by the real one."""

    source: ClassVar[ManyPosts]
    seconds: ClassVar[float] = 0.0  # that passed in here

    def __init__(self, **given: Any) -> None:
        self._real: Reader | None = Reader(**given)
        self._read = 0

    def read(self, texts: Sequence[str]) -> list[Analysis]:
        from time import perf_counter

        started = perf_counter()
        if self._real is not None:
            self._real.read(texts[:READ])
            self._real = None
        found = list(self.source.read(self._read, len(texts)))
        self._read += len(texts)
        StandIn.seconds += perf_counter() - started
        return found
