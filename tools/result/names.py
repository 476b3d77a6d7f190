"""Names that posts hold, as they may stand among a tool's own words: none passes for a sentence or a figure."""

from __future__ import annotations

import re
import unicodedata

from tools.result.words import short
from tools.selection.numbers import ONES, SIZES, TENS

LONGEST_NAME = 60  # characters of a name as it is told; what is longer is cut
HANDLE = re.compile(r"[\w.+-]+(?:@[\w.-]+)?")
_WORD = r"[\w#.+&'’/*$!-]+"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,7}}")
_COUNTED = re.compile(
    r"\d[\d.]*[km]? ?(?:%|(?:of|out|in|per|percent|times|post|person|people|user|author|member|like|repl|share|comment|"
    r"buyer|customer|group|communit)\w*)",
    re.IGNORECASE,
)
_FIGURES = frozenset((*ONES, *TENS, *SIZES, "half", "third", "thirds", "quarter", "quarters", "fifth", "tenth"))
_TIME = re.compile(r"\d{4}(?:-\d\d){0,2}|\d\d:00(?: UTC)?")
_MARKS = frozenset('"“”„‟«»')


def named(name: str, length: int = LONGEST_NAME) -> str:
    """A name where its cell says that it is one: in quotation marks if it could pass for more than that."""
    shown = _unmarked(name, length)
    plain = _NAME.fullmatch(shown) and not _COUNTED.search(shown)
    return shown if plain or _TIME.fullmatch(shown) else f"“{shown}”"


def named_in_words(name: str, length: int = LONGEST_NAME) -> str:
    """A name among other words, whose figures count as the tool's own: in quotation marks if it holds any."""
    shown = named(name, length)
    figures = any(char.isdigit() for char in shown) or any(word.casefold() in _FIGURES for word in shown.split())
    return f"“{shown}”" if figures and shown[:1] != "“" else shown


def handle_in_words(user: str, length: int = LONGEST_NAME) -> str:
    """``@ana``; a name that is no plain handle stands in quotation marks."""
    shown = _unmarked(user, length)
    return f"@{shown}" if HANDLE.fullmatch(shown) else f"@“{shown}”"


def _unmarked(name: str, length: int) -> str:
    """The name on one line, cut, without signs that would end its quotation marks."""
    plain = "".join("'" if _MARKS & {*unicodedata.normalize("NFKC", char)} else char for char in name[: 4 * length])
    return short(plain, length)
