"""Words and phrases of what is asked of people that an encoder of everyday English does not know: "dexcom", "I-485"."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

WORDS = Path(__file__).with_suffix(".yaml")
_WORD = re.compile(r"[\w']+")


def revealing(text: str) -> dict[str, str]:
    """Each listed phrase of ``text``, with the trait that it reveals, in the words of ``network.TRAITS``."""
    words, listed = _words(text), _listed()
    longest = max(map(len, listed))
    spans = (words[start : start + size] for size in range(1, longest + 1) for start in range(len(words) - size + 1))
    return {" ".join(span): listed[span] for span in spans if span in listed}


@cache
def _listed() -> dict[tuple[str, ...], str]:
    raw: dict[str, list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {_words(phrase): trait for trait, phrases in raw.items() for phrase in phrases}


def _words(text: str) -> tuple[str, ...]:
    """In small letters, parted at everything that is no letter or figure: "I-485" is two words."""
    return tuple(_WORD.findall(text.casefold().replace("’", "'")))
