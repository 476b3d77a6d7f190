"""The time a question is about: one ``Period``, resolved once from words or ISO dates, for every door."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from index.errors import AnalystError
from tools.library import Library
from tools.result.words import short
from tools.selection.date_words import MONTHS, Span, span_of

__all__ = [
    "MONTHS", "Period", "period_here", "period_in_words", "period_of", "resolve_dates", "resolve_period", "turned",
]  # fmt: skip
BEFORE = re.compile(r"\s*(before|prior to|earlier than)\b", re.IGNORECASE)
AFTER = re.compile(r"\s*(after|later than)\b", re.IGNORECASE)
RANGE = re.compile(r"\s*([\d-]+)\s*(?:\.\.+|/)\s*([\d-]+)\s*")
OPEN_END = re.compile(r"\s*since\s+(.+)", re.IGNORECASE)
SINCE = re.compile(r"\s*(?:since|from)\s+(.+)", re.IGNORECASE)
UNTIL = re.compile(r"\s*(?:until|till?|up to)\s+(.+)", re.IGNORECASE)
NOTHING = re.compile(r"\b(?:nothing|none|not|no \w+)(?: from)?\s*$", re.IGNORECASE)
ENDS_AFTER = re.compile(r"\b(?:after|later than)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Period:
    """From the ``first`` to the ``last`` day, both included, in UTC; None where it has no end on that side."""

    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None

    @property
    def words(self) -> str:
        """``in 2025``, ``in March 2024``, ``on 2024-03-05``, ``since 2024-03 until 2024-06-15``; empty for all time."""
        first, last = self.first, self.last
        if first and last:
            if first == last:
                return f"on {first}"
            if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
                return f"in {first.year}"
            if first.day == 1 and last == _month_end(first):
                return f"in {month_name[first.month]} {first.year}"
        ends = [f"since {_shorter(first, first.day == 1, first.month == 1)}"] if first else []
        if last:
            ends.append(f"until {_shorter(last, last == _month_end(last), last.month == 12)}")
        return " ".join(ends)

    @property
    def arguments(self) -> dict[str, str]:
        """As arguments of a call: ``since`` and ``until`` as ISO dates."""
        ends = {"since": self.first, "until": self.last}
        return {name: day.isoformat() for name, day in ends.items() if day is not None}

    def where(self, column: str = "p.created_at", *, prefix: str = "") -> tuple[list[str], dict[str, Any]]:
        """SQL conditions on a time in UTC, with their values, whose names begin with ``prefix``."""
        clauses, values = [], {}
        if self.first is not None:
            clauses.append(f"{column} >= ${prefix}since::TIMESTAMP AT TIME ZONE 'UTC'")
            values[f"{prefix}since"] = self.first
        if self.last is not None:
            clauses.append(f"{column} < (${prefix}until::TIMESTAMP + INTERVAL 1 DAY) AT TIME ZONE 'UTC'")
            values[f"{prefix}until"] = self.last
        return clauses, values


def period_here(library: Library, since: str | None, until: str | None) -> Period:
    """The period between the words ``since`` and ``until`` in the posts of ``library``. Raises AnalystError."""
    end = library.manifest.last_post
    return period_of(since, until, today=date.today(), last_post=date.fromisoformat(end[:10]) if end else None)


def period_in_words(library: Library, words: str) -> Period:
    """What words alone mean: a time, "since …", "until …", "before …", or from one time to another. Raises
    AnalystError.
    """
    if BEFORE.match(words) or AFTER.match(words):
        return period_here(library, words, None)
    if match := OPEN_END.fullmatch(words):
        return period_here(library, match[1], None)
    try:
        return period_here(library, words, words)
    except AnalystError:
        if match := RANGE.fullmatch(words):
            return period_here(library, match[1], match[2])
        if match := UNTIL.fullmatch(words):
            return period_here(library, None, match[1])
        if match := SINCE.fullmatch(words):
            return period_here(library, match[1], None)
        raise


def period_of(since: str | None, until: str | None, *, today: date, last_post: date | None = None) -> Period:
    """From the first day of ``since`` to the last day of ``until``, each words ("last month") or an ISO date.

    "before X" and "after X" leave X out, in whichever place they stand; two bounds on one side both hold. Words count
    from ``today``, or from ``last_post`` where they would lie wholly behind it. Raises AnalystError for what is no date
    and for a period that is empty.
    """
    begun = None if since is None else resolve_period(since, today=today, last_post=last_post)
    if since is not None and begun is None:
        raise _no_date(since)
    # Both ends count from the same day. Without a beginning, an end behind the last post cuts nothing off and may stay.
    counted = last_post if begun and last_post and span_of(today, str(since)) != begun else today
    end = None if until is None else span_of(counted, until)
    if until is not None and end is None:
        raise _no_date(until)
    if since and begun and end and begun[0] > end[1] and not BEFORE.match(since):
        begun = span_of(end[1], since) or begun  # "from November to January", "from March to June 2023"
    bounds = [
        _bounds(words, span, place) for words, span, place in ((since, begun, 0), (until, end, 1)) if words and span
    ]
    period = Period(
        max((first for first, _ in bounds if first), default=None),
        min((last for _, last in bounds if last), default=None),
    )
    if period.first and period.last and period.first > period.last:
        raise AnalystError(
            f"The time from {period.first} until {period.last} is empty", todo="Put the earlier date first."
        )
    return period


def resolve_period(words: str, *, today: date, last_post: date | None = None) -> Span | None:
    """First and last day of what ``words`` say ("2023", "March 2024", "last spring", "the past two weeks"), or None.

    Words count from ``today``; a month or season without a year is the latest one that has begun. Where that lies
    wholly after ``last_post``, they count from that day instead: in posts that end in 2023, "last month" is in 2023.
    """
    span = span_of(today, words)
    if span and last_post and span[0] > last_post:
        return span_of(last_post, words)
    return span


def resolve_dates(args: dict[str, Any], *, today: date, last_post: date | None = None) -> dict[str, Any]:
    """``args`` with ``since`` and ``until`` as ISO dates; what is no date stays, for the tool to refuse."""
    since, until = args.get("since"), args.get("until")
    try:
        if not all(isinstance(words, str | None) for words in (since, until)):
            return dict(args)
        period = period_of(since, until, today=today, last_post=last_post)
    except AnalystError:
        return dict(args)
    return {name: value for name, value in args.items() if name not in ("since", "until")} | period.arguments


def turned(slot: str, said: str, lead: str) -> tuple[str, str]:
    """``slot`` and ``said`` with what stands in front, ``lead``, taken into account.

    What is to have nothing before a time begins with it; what comes after a time begins behind it.
    """
    before = BEFORE.match(said)
    if slot == "until" and before and NOTHING.search(lead):
        return "since", said[before.end() :].lstrip()
    if slot == "since" and ENDS_AFTER.search(lead):
        return slot, f"after {said}"
    return slot, said


def _bounds(words: str, span: Span, place: int) -> tuple[date | None, date | None]:
    """The first and the last day that words allow which stand at ``place``: 0 in ``since``, 1 in ``until``."""
    try:
        if BEFORE.match(words):
            return None, span[0] - timedelta(days=1)
        if AFTER.match(words):
            return span[1] + timedelta(days=1), None
    except OverflowError as error:
        raise _no_date(words) from error
    return (None, span[1]) if place else (span[0], None)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _shorter(day: date, month: bool, year: bool) -> str:
    """A day as the whole ``month`` or ``year`` that it begins or ends."""
    return f"{day.year}" if month and year else f"{day:%Y-%m}" if month else day.isoformat()


def _no_date(words: str) -> AnalystError:
    return AnalystError(
        f"'{short(words)}' is no date",
        todo="Write a date as 2024, 2024-03 or 2024-03-15, or in words as 'last month' or 'Q3 2023'.",
    )
