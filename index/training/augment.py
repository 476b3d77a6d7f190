"""Texts with other names in them, so that a head learns where names stand and not which ones the corpora hold.

A mention is replaced by another of a type that its label allows (Dai and Adel, 2020, "An Analysis of Simple Data
Augmentation for Named Entity Recognition"). Names come from the gazetteer and from the corpora themselves; those of
people are also put together anew, a first name from one and a last name from another.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from index.encoding.tagging import Span
from index.training.data import LABELS, NO_NAME, Tagged

REPLACED = 0.7  # share of the mentions that another name takes the place of
OWN = 0.5  # share of new names that come from the corpora, the rest from the gazetteer
Names = Mapping[str, Sequence[str]]


def names_in(tagged: Iterable[Tagged]) -> dict[str, list[str]]:
    """By label the names that the corpora hold, handles and hashtags left out; each as often as it stands there."""
    found: dict[str, list[str]] = defaultdict(list)
    for example in tagged:
        for span in example.spans:
            if _is_plain(example.text, span):
                found[span.type].append(example.text[span.start : span.end])
    return dict(found)


def with_other_names(tagged: Sequence[Tagged], known: Names, seed: int) -> list[Tagged]:
    """Of each text that has a name a copy with other names; ``known`` are names by our types."""
    return [new for new, old in zip(renamed(tagged, known, seed), tagged, strict=True) if new.text != old.text]


def renamed(tagged: Sequence[Tagged], known: Names, seed: int) -> list[Tagged]:
    """The texts with other names in place of most of those that they have."""
    chance = random.Random(seed)
    own = names_in(tagged)
    return [_replaced(example, own, known, chance) for example in tagged]


def _is_plain(text: str, span: Span) -> bool:
    return text[span.start] not in "@#" and text[max(0, span.start - 1) : span.start] not in ("@", "#")


def _replaced(example: Tagged, own: Names, known: Names, chance: random.Random) -> Tagged:
    text, at = "", 0
    spans: list[Span] = []
    for span in sorted(example.spans, key=lambda span: span.start):
        old = example.text[span.start : span.end]
        new = old
        if span.type != NO_NAME and _is_plain(example.text, span) and chance.random() < REPLACED:
            new = _as_written(_other(span.type, own, known, chance) or old, old)
        text += example.text[at : span.start]
        spans.append(Span(len(text), len(text) + len(new), span.type))
        text, at = text + new, span.end
    return Tagged(text + example.text[at:], spans, example.corpus)


def _other(label: str, own: Names, known: Names, chance: random.Random) -> str | None:
    """Another name of a label."""
    lists = [names for kind in LABELS[label] if (names := known.get(kind))]
    mine = own.get(label, ())
    if mine and (not lists or chance.random() < OWN):
        lists = [mine]
    if not lists:
        return None
    names = chance.choice(lists)
    new = chance.choice(names)
    other = chance.choice([*mine, *known.get("person", ())]) if LABELS[label] == ("person",) and " " in new else ""
    return f"{new.split()[0]} {other.split()[-1]}" if " " in other else new


def _as_written(new: str, old: str) -> str:
    """``new`` in small or in capital letters throughout if ``old`` is."""
    if old.islower():
        return new.lower()
    return new.upper() if old.isupper() and len(old) > 4 else new
