"""Times that only the call before, or the other of two times, tells: "the first half of each", "and the year before?",
"the first half of 2025 against the second".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tools.selection.date_words import span_of

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_PART = (
    r"(?:first|second|third|fourth|last|final|1st|2nd|3rd|4th) (?:(?:\d+|two|three|four|six|nine) )?"
    r"(?:half|quarter|months?|weeks?)|[hq][1-4]"
)
OF_ANY_YEAR = re.compile(rf"\s*(?:in |the |during )*(?:{_PART}|[a-z]+)\s*", re.IGNORECASE)
COUNTED_FROM_TODAY = re.compile(
    r"\b(?:this|last|past|previous|now|ago|today|recent\w*|since|rest|later|earlier)\b", re.I
)
OF_EACH = re.compile(
    rf"\b(?P<part>{_PART})(?: (?:of|in|from) (?:each|both|either|the two|those)(?: years?| of them)?)?", re.I
)
BEFORE_IT = re.compile(
    r"\b(?:the )?(?:(?P<unit>year|quarter|month|week)s? (?:before|prior|preceding)"
    r"(?: (?:that|it|then))?(?=\s*(?:[?.!,]|$))|"
    r"(?:previous|prior|preceding) (?P<unit2>year|quarter|month|week)\b(?! of))",
    re.IGNORECASE,
)
ENDS = ("since", "until")
SIDES = ("before", "after")


def timed(
    tool: str, question: str, args: Mapping[str, Any], previous: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """``args`` of a call for ``question`` with its times spelled out; ``previous`` are those of the call before."""
    found = dict(args)
    if tool == "compare_periods":
        found = _of_each(question, found, previous)
    found = _shifted(question, found, previous, today)
    if tool == "compare_periods":
        found = _of_one_year(found, today)
    return found


def _of_one_year(args: dict[str, Any], today: date) -> dict[str, Any]:
    """The year that one of two times has is that of the other, too: "the first half of 2025" and "the second half"."""
    said = {side: str(args[side]) for side in SIDES if args.get(side)}
    years = {side: _YEAR.findall(words) for side, words in said.items()}
    bare = [side for side, found in years.items() if not found]
    if (
        len(said) < len(SIDES)
        or len(bare) != 1
        or COUNTED_FROM_TODAY.search(words := said[bare[0]].replace("last half", ""))
    ):
        return args
    (year,) = {year for found in years.values() for year in found} if sum(map(len, years.values())) == 1 else ("",)
    if not year or not OF_ANY_YEAR.fullmatch(words) or span_of(today, f"{said[bare[0]]} {year}") is None:
        return args
    return {**args, bare[0]: f"{said[bare[0]]} of {year}"}


def _of_each(question: str, args: dict[str, Any], previous: Mapping[str, Any]) -> dict[str, Any]:
    """A part of both years that were compared: "just the first half of each"."""
    match = OF_EACH.search(question)
    years = [_YEAR.fullmatch(str(previous.get(side, "")).strip()) for side in SIDES]
    if not match or _YEAR.search(question) or not all(years):
        return args
    rest = {name: value for name, value in args.items() if name not in ENDS}
    return rest | {side: f"{match['part']} of {previous[side]}" for side in SIDES}


def _shifted(question: str, args: dict[str, Any], previous: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The time before that of the call before: "and the year before?"."""
    match = BEFORE_IT.search(question)
    if not match or _YEAR.search(question):
        return args
    back = relativedelta(
        **{"quarter": {"months": 3}}.get(unit := (match["unit"] or match["unit2"]).lower(), {f"{unit}s": 1})
    )
    rest = {name: value for name, value in args.items() if name not in (*ENDS, *SIDES)}
    if all(previous.get(side) for side in SIDES) and SIDES[0] in args | dict(previous):
        spans = {side: span_of(today, str(previous[side])) for side in SIDES}
        if all(spans.values()):
            return rest | {side: _words(_back(span, back)) for side, span in spans.items() if span}
    first, last = (span_of(today, str(previous.get(end, ""))) for end in ENDS)
    if first and last:
        moved = _back((first[0], last[1]), back)
        return rest | {"since": moved[0].isoformat(), "until": moved[1].isoformat()}
    return args


def _back(span: tuple[date, date], by: relativedelta) -> tuple[date, date]:
    """A span moved back; one that ends with a month still does."""
    behind = span[1] + timedelta(days=1)
    return span[0] - by, (behind - by) - timedelta(days=1)


def _words(span: tuple[date, date]) -> str:
    return f"{span[0].isoformat()}..{span[1].isoformat()}"
