"""How tools say figures, tones and posts in words."""

from __future__ import annotations

from collections.abc import Sequence

from tools.result.line import one_line

QUOTE = 160  # characters of a post in a line; the page shows it whole


def percent(share: float) -> str:
    """Whole percent; what is not certain is at most 99."""
    return f"{round(100 * share) if share == 1 else min(99, round(100 * share))} %"


def count(number: int, one: str, many: str = "") -> str:
    """``1 post``, ``2,000 posts``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def quote(text: str, length: int = QUOTE) -> str:
    """One line of a post, cut at a word."""
    line = one_line(text).replace('"', "'")
    if len(line) <= length:
        return f'"{line}"'
    return f'"{line[:length].rsplit(" ", 1)[0]}…"'


def short(text: str, length: int = 60) -> str:
    """What a user wrote, as it may stand inside a line: ``quote`` without its marks."""
    return quote(text, length)[1:-1]


def shortened(text: str, length: int) -> str:
    """``text`` on one line of at most ``length`` characters, cut where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def capital(text: str) -> str:
    """``text`` as it begins a sentence."""
    return text[:1].upper() + text[1:]
