"""Our entities against corpora with label sets of their own: exact spans, through the real reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.encoding.tagging import Span
from index.errors import AnalystError

# What each of our types is called in each corpus; None where the corpus marks no such thing, and such a mention of ours
# is then not counted. Teams and bands are organizations in the Broad Twitter Corpus and in Tweebank, which follows
# CoNLL, and works and products are "other" there.
LABEL_SETS: dict[str, dict[str, str | None]] = {
    "ours": {kind: kind for kind in ("person", "organization", "product", "location", "group", "work")},
    "wnut17": {
        "person": "person",
        "organization": "corporation",
        "product": "product",
        "location": "location",
        "group": "group",
        "work": "creative-work",
    },
    "btc": {
        "person": "PER",
        "organization": "ORG",
        "product": None,
        "location": "LOC",
        "group": "ORG",
        "work": None,
    },
    "tweebank": {
        "person": "PER",
        "organization": "ORG",
        "product": "MISC",
        "location": "LOC",
        "group": "ORG",
        "work": "MISC",
    },
}
PREFERRED = ("wnut17", "btc", "tweebank", "ours")  # the first whose labels hold all of a file's


def label_set(labels: set[str]) -> str:
    """The label set that a file uses. Raises AnalystError if it is none that is known."""
    for name in PREFERRED:
        if labels <= {label for label in LABEL_SETS[name].values() if label}:
            return name
    known = {label for names in LABEL_SETS.values() for label in names.values() if label}
    odd = ", ".join(sorted(labels - known) or sorted(labels))
    raise AnalystError(
        f"The labels {odd} belong to no label set that is known",
        todo="Use those of WNUT-17, of the Broad Twitter Corpus, of Tweebank, or our own: " + ", ".join(sorted(known)),
    )


def spans_of(tags: Sequence[str]) -> list[Span]:
    """BIO tags → spans over token places. An I- tag with no beginning starts a span of its own."""
    spans: list[Span] = []
    inside = ""
    for place, tag in enumerate(tags):
        prefix, _, kind = tag.partition("-")
        if prefix == "I" and kind == inside:
            spans[-1] = Span(spans[-1].start, place + 1, kind)
        elif prefix != "O":
            spans.append(Span(place, place + 1, kind))
        inside = kind
    return spans


def joined(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Tokens as a text, and the limits of each in it: parted by blanks, but "@" stays with the name behind it."""
    text, limits = "", []
    for place, token in enumerate(tokens):
        handle = place and tokens[place - 1] == "@" and token[:1].isalnum()
        start = len(text) + (0 if handle or not text else 1)
        text = text.ljust(start) + token
        limits.append((start, start + len(token)))
    return text, limits


def over_tokens(tokens: Sequence[str], spans: Sequence[Span], corpus: str) -> list[Span]:
    """Spans of the joined text → spans over the tokens that they touch, in the labels of ``corpus``.

    Handles are marked in the Broad Twitter Corpus alone, where "@" is a token and an entity of its own.
    """
    text, limits = joined(tokens)
    found = set()
    for span in spans:
        touched = [i for i, (start, end) in enumerate(limits) if start < span.end and end > span.start]
        label = LABEL_SETS[corpus].get(span.type)
        handle = text[max(0, span.start - 1) : span.start] == "@"
        if not touched or not label or (handle and (corpus != "btc" or limits[touched[0]][0] < span.start)):
            continue
        if handle:
            found.add(Span(touched[0] - 1, touched[0], label))
        found.add(Span(touched[0], touched[-1] + 1, label))
    return sorted(found, key=lambda span: span.start)


def figures(tokens: Sequence[list[str]], tags: Sequence[list[str]]) -> dict[str, Any]:
    """Entity-level precision, recall and F1 over all texts, and of each label."""
    from index.encoding.encoder import shared_encoder
    from index.training.measures import span_f1

    gold = [spans_of(row) for row in tags]
    labels = {span.type for spans in gold for span in spans}
    names = LABEL_SETS[(used := label_set(labels))]
    readings = shared_encoder().read([joined(row)[0] for row in tokens])
    found = [over_tokens(row, reading.entities, used) for row, reading in zip(tokens, readings, strict=True)]
    per_type = {}
    for label in sorted({name for name in names.values() if name}):
        mine = [[span for span in spans if span.type == label] for spans in found]
        true = [[span for span in spans if span.type == label] for spans in gold]
        per_type[label] = {**span_f1(mine, true), "mentions": sum(map(len, true))}
    return {**span_f1(found, gold), "per_type": per_type, "labels": used, "texts": len(gold)}
