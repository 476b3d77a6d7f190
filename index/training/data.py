"""Readers of the public benchmarks that the heads are trained on: gzipped JSON, one object a line."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.encoding.tagging import Span

# The label sets of the three entity corpora in ours. Where a corpus is coarser, a label allows several of our types.
LABELS: dict[str, tuple[str, ...]] = {
    "person": ("person",),
    "location": ("location",),
    "corporation": ("organization",),
    "product": ("product",),
    "creative-work": ("work",),
    "group": ("group",),
    "PER": ("person",),
    "LOC": ("location",),
    "ORG": ("organization",),
    "MISC": ("product", "work", "group"),
    "organization": ("organization",),
    "work": ("work",),
}
NO_NAME = "none"  # a word that is known to be no name
UNTOLD = "untold"  # the corpus of texts whose labels nobody told
TYPES = ("person", "organization", "product", "location", "group", "work")
# Types that a corpus does not annotate: its O may hide them.
UNLABELLED: dict[str, tuple[str, ...]] = {
    "wnut17": (),
    "btc": ("product", "work", "group"),
    "tweebank": (),
    "silver": TYPES,
    UNTOLD: TYPES,
}


_LOWER_WORD = re.compile(r"(?<![\w@#/.])[a-z]+(?:['’-][a-z]+)*(?![\w/]|\.\w)")
_INNER_WORD = re.compile(r"(?<=[a-z,;)] )([A-Za-z][A-Za-z'’-]*)")  # not at the beginning of a sentence


@dataclass(frozen=True)
class Tagged:
    """A text with entity spans in the corpus' own labels.

    ``parted`` are the places of each "@" that was a token of its own, apart from the name behind it.
    """

    text: str
    spans: list[Span]
    corpus: str
    parted: frozenset[int] = frozenset()


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def text_of(row: dict[str, Any]) -> str:
    """What a post says: its text, else its title."""
    return row["text"] or row.get("title") or ""


def read_sentiment(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels. Older tweet dumps carry escaped quotation marks in the text itself."""
    texts, labels = [], []
    for row in read_rows(path):
        texts.append(row["text"].replace('\\"', '"'))
        labels.append(row["label"])
    return texts, labels


@dataclass(frozen=True)
class Opinion:
    """A text, the span of a name in it (None: the whole text is meant), and the tone (None: nobody told it)."""

    text: str
    target: Span | None
    label: str | None


def read_targets(path: Path) -> list[Opinion]:
    """Rows whose target stands in the text; of several places the first."""
    opinions = []
    for row in read_rows(path):
        text = row["text"]
        place = place_of(row["target"] or "", text)
        if place is not None:
            opinions.append(Opinion(text, Span(*place, "target"), row["label"]))
    return opinions


def place_of(target: str, text: str) -> tuple[int, int] | None:
    """Where a target stands first, as whole words if possible; case and what parts its letters do not matter."""
    name = r"\W*".join(map(re.escape, re.findall(r"\w", target)))
    if not name:
        return None
    found = re.search(rf"\b{name}\b", text, re.IGNORECASE) or re.search(name, text, re.IGNORECASE)
    return found.span() if found else None


def read_entities(path: Path) -> list[Tagged]:
    """Tokens joined by blanks, but a handle in one piece; BIO tags as character spans.

    The Broad Twitter Corpus parts "@" from the name behind it and tags both; as people write it, it is one word.
    """
    corpus = path.name.split("_")[0]
    tagged = []
    for row in read_rows(path):
        spans: list[Span] = []
        parted: set[int] = set()
        text = inside = ""
        for token, tag in zip(row["tokens"], row["tags"], strict=True):
            prefix, _, kind = tag.partition("-")
            if text.endswith("@") and len(text) - 1 in parted and re.match(r"\w", token):
                place = len(text)
            else:
                place = len(text) + bool(text)
            text = text.ljust(place) + token
            if token == "@":
                parted.add(place)
            if prefix == "I" and kind == inside:
                spans[-1] = Span(spans[-1].start, place + len(token), kind)
            elif prefix != "O":
                spans.append(Span(place, place + len(token), kind))
            inside = kind
        tagged.append(Tagged(text, spans, corpus, frozenset(parted)))
    return tagged


def read_silver(posts: Path, gazetteer: Path, *, most: int = 40, plain: int = 4000) -> list[Tagged]:
    """Posts with names of ``gazetteer`` in them, at most ``most`` for each name, and ``plain`` posts without.

    A name counts in its own spelling and inside a sentence only, where a capital means something. Words that people
    hardly ever write with a capital are tagged as ``NO_NAME``; every other word is left open.
    """
    import yaml

    types = {name: kind for kind, names in yaml.safe_load(gazetteer.read_text("utf-8")).items() for name in names}
    longest_first = sorted(types, key=len, reverse=True)
    pattern = re.compile(r"(?<=[\w,;:)] )(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    common = common_words(row["text"] for row in read_rows(posts))
    seen: Counter[str] = Counter()
    named: list[Tagged] = []
    others: list[Tagged] = []
    for row in read_rows(posts):
        text = " ".join(row["text"].split())[:300]
        found = list(pattern.finditer(text))
        if found and not any(seen[match[1]] < most for match in found):
            continue
        seen.update(match[1] for match in found)
        spans = [Span(*match.span(), types[match[1]]) for match in found]
        words = [match.span() for match in _LOWER_WORD.finditer(text) if match[0] in common]
        free = [(a, b) for a, b in words if not any(a < span.end and b > span.start for span in spans)]
        tagged = Tagged(text, [*spans, *(Span(a, b, NO_NAME) for a, b in free)], "silver")
        (named if found else others).append(tagged)
    step = max(1, len(others) // max(1, plain))
    return named + others[::step][:plain]


def common_words(texts: Iterable[str], *, least: int = 5, share: float = 0.8) -> set[str]:
    """Words that stand at least ``least`` times inside sentences, and there in lower case in ``share`` of the times:
    "phone" and "deck", but neither "google" nor "reddit". What people capitalise teaches what is a name.
    """
    lower: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for text in texts:
        for match in _INNER_WORD.finditer(text):
            every[match[1].lower()] += 1
            lower[match[1]] += match[1].islower()
    return {word for word, times in every.items() if times >= least and lower[word] >= share * times}
