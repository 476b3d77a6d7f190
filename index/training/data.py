"""Readers of the public benchmarks that the heads are trained on: gzipped JSON, one object a line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.spans import Span

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
    "ORG": ("organization", "group"),
    "MISC": ("product", "work", "group"),
}
# Types that a corpus does not annotate: its O may hide them.
UNLABELLED: dict[str, tuple[str, ...]] = {"wnut17": (), "btc": ("product", "work"), "tweebank": ()}


@dataclass(frozen=True)
class Tagged:
    """A text with entity spans in the corpus' own labels."""

    text: str
    spans: list[Span]
    corpus: str


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_sentiment(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels. Older tweet dumps carry escapes such as ``\\u002c`` in the text itself."""
    texts, labels = [], []
    for row in read_rows(path):
        texts.append(_unescape(row["text"]))
        labels.append(row["label"])
    return texts, labels


def _unescape(text: str) -> str:
    if "\\u" not in text:
        return text
    try:
        return json.loads('"' + text.replace('"', '\\"').replace("\n", " ") + '"')
    except json.JSONDecodeError:
        return text


def read_entities(path: Path) -> list[Tagged]:
    """Tokens joined by blanks, BIO tags as character spans."""
    corpus = path.name.split("_")[0]
    tagged = []
    for row in read_rows(path):
        spans: list[Span] = []
        place = 0
        inside = ""
        for token, tag in zip(row["tokens"], row["tags"], strict=True):
            prefix, _, kind = tag.partition("-")
            if prefix == "I" and kind == inside:
                spans[-1] = Span(spans[-1].start, place + len(token), kind)
            elif prefix != "O":
                spans.append(Span(place, place + len(token), kind))
            inside = kind
            place += len(token) + 1
        tagged.append(Tagged(" ".join(row["tokens"]), spans, corpus))
    return tagged
