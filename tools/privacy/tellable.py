"""What may be told as a fact about people: names and phrases that hint at no trait which is nobody's business."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import yaml

from tools.privacy.meaning import SURELY, judge_all
from tools.privacy.sensitive import WORDS, hints_at_trait, is_sensitive, sensitive_subjects

REMEMBERED = 8192


@lru_cache(maxsize=REMEMBERED)
def tellable(name: str) -> bool:
    """Whether a community, a phrase or a name may be told of people, by the lists of words alone."""
    words = re.findall(r"\w+(?:'\w+)?", name.casefold().replace("_", " "))
    telling = sensitive_subjects() | _telling()
    known = any(word in telling or word.removesuffix("s") in telling for word in words)
    pairs = any(f"{first} {second}" in telling for first, second in pairwise(words))
    return not (known or pairs or hints_at_trait(name) or is_sensitive(name))


def stands_for_trait(name: str) -> bool:
    """Whether a name is, as a whole, a listed word of which whoever speaks hints at a trait: "mosque", "Zoloft"."""
    whole = " ".join(re.findall(r"\w+(?:'\w+)?", name.casefold().replace("_", " ")))
    listed = _telling() | sensitive_subjects()
    return whole in listed or whole.removesuffix("s") in listed


def tellable_names(names: Sequence[str]) -> list[str]:
    """Those of ``names`` that may be told of people, by the lists of words and by meaning, in one pass."""
    kept = [name for name in names if tellable(name)]
    unknown = [name for name in dict.fromkeys(kept) if name not in _judged]
    if unknown:
        if len(_judged) > REMEMBERED:
            _judged.clear()
        found = judge_all(unknown)
        _judged.update({name: one.refused for name, one in zip(unknown, found, strict=True)})
    return [name for name in kept if _judged.get(name, 0.0) < SURELY]


_judged: dict[str, float] = {}


@cache
def _telling() -> frozenset[str]:
    raw: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return frozenset([*raw["telling"], *raw["medicines"]])
