"""Cells for each kind of value: how shares, counts, dates, names and quotations are written.

``path`` is the field of the result that holds the value (see ``tools.result.line.Cell``); it is empty for a value that
no field holds, such as a sum.
"""

from __future__ import annotations

import re

from tools.result.evidence import Evidence
from tools.result.line import Cell, Part
from tools.result.names import LONGEST_NAME, handle_in_words, named
from tools.result.words import QUOTE, short
from tools.result.words import count as count_words
from tools.result.words import percent as percent_words
from tools.result.words import quote as quote_words

TIME = re.compile(r"\d{4}(-\d\d){0,2}")


def words(text: str, path: str = "") -> Cell:
    """Words of a field that a tool wrote; figures in them are the tool's own."""
    return Cell(text, "words", text, path)


def percent(share: float, path: str = "", unit: str = "") -> Cell:
    """``31 %`` of a share between 0 and 1."""
    return Cell(percent_words(share), "percent", share, path, unit)


def chance(probability: float, low: float, high: float, at: str = "") -> list[Part]:
    """``31 % (17 % to 49 %)``: a probability with its interval, which stand in the fields of these names at ``at``."""
    middle, least, most = (
        percent(value, f"{at}.{field}".lstrip("."), unit="probability")
        for value, field in ((probability, "probability"), (low, "low"), (high, "high"))
    )
    return [middle, " (", least, " to ", most, ")"]


def signed(value: float, path: str = "", *, decimals: int = 2) -> Cell:
    """``+0.24``."""
    return Cell(f"{value:+.{decimals}f}", "signed", value, path)


def number(value: float, path: str = "", *, decimals: int = 1, unit: str = "") -> Cell:
    """``1,234.5``; a whole number has no decimals."""
    written = f"{value:,}" if isinstance(value, int) else f"{value:,.{decimals}f}"
    return Cell(written, "number", value, path, unit)


def count(value: int, one: str, path: str = "", many: str = "") -> Cell:
    """``1 post``, ``2,000 posts``."""
    return Cell(count_words(value, one, many), "count", value, path, unit=one)


def date(day: str, path: str = "") -> Cell:
    """``2024-03-05`` of an ISO date or time."""
    return Cell(day[:10], "date", day, path)


def handle(user: str, path: str = "") -> Cell:
    """``@ana``; a name that is no plain handle stands in quotation marks, so that it cannot pass for a tool's words."""
    return Cell(handle_in_words(user), "handle", user, path)


def name(said: str, path: str = "") -> Cell:
    """The name of a brand, community, phrase or group; its digits are no figures. What could pass for more than a name
    stands in quotation marks.
    """
    return Cell(named(said), "name", said, path)


def title(said: str, path: str = "") -> Cell:
    """A name that a tool put together of ``names.named`` parts, as those of groups and themes are."""
    return Cell(short(said, 2 * LONGEST_NAME), "name", said, path)


def topic(said: str, path: str = "") -> Cell:
    """What a question is about: no figure of the result is told of it alone."""
    return Cell(short(said, LONGEST_NAME), "name", said, path, unit="topic")


def key(said: str, unit: str = "") -> Cell:
    """What a group goes by: a person (``@ana``), a day, a month or a year (``2024-03``), or any other name."""
    if said.startswith("@"):
        return handle(said[1:])
    text = named(said) + (f" {unit}" if unit else "")
    return Cell(text, "date" if TIME.fullmatch(said) else "name", said)


def quotation(text: str, path: str = "", *, length: int = QUOTE) -> Cell:
    """Words of a post in quotation marks, cut at a word."""
    return Cell(quote_words(text, length), "quotation", text, path)


def said(post: Evidence, path: str) -> list[Part]:
    """A post as a line: who, where, when, how many likes, and the words. ``path`` is where the post stands."""
    parts: list[Part] = [handle(post.author, f"{path}.author")]
    if post.community:
        parts += [" in ", name(post.community, f"{path}.community")]
    if post.created_at:
        parts += [" on ", date(post.created_at, f"{path}.created_at")]
    if post.likes is not None:
        parts += [" (", count(post.likes, "like", f"{path}.likes"), ")"]
    return [*parts, ": ", quotation(post.text, f"{path}.text")]
