"""Readers of the public benchmarks that the heads are trained on: gzipped JSON, one object a line."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
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
    # Teams, bands and offices are organizations in the Broad Twitter Corpus and in Tweebank, groups in WNUT-17.
    "ORG": ("organization", "group"),
    "body": ("organization", "group"),  # in the gazetteer
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
