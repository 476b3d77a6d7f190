"""Date words to ISO dates, against today and the span of the index."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2)}
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "couple": 2, "few": 3}
Span = tuple[date, date]  # first and last day


def resolve_period(words: str, *, today: date) -> Span | None:
    """First and last day of what ``words`` say ("2023", "March 2024", "last spring", "the past two weeks"), or None.

    A month or season without a year is the latest one that began by ``today``.
    """
    text = re.sub(r"[^\w\s/-]", " ", words.lower())
    text = " ".join(re.sub(r"\b(the|of|in|since|until|from|after|on|early|late|mid|beginning|start|end)\b", " ", text).split())
    for rule in (_iso, _year, _quarter, _relative, _season, _month):
        if (span := rule(text, today)) is not None:
            return span
    return _parsed(text, today)


def resolve_dates(args: dict[str, object], *, today: date) -> dict[str, object]:
    """``args`` with ``since`` and ``until`` as ISO dates. Words that are no date stay, for the tool to refuse."""
    resolved = dict(args)
    for key, day in (("since", 0), ("until", 1)):
        value = args.get(key)
        if isinstance(value, str) and (span := resolve_period(value, today=today)):
            resolved[key] = span[day].isoformat()
    return resolved


def _month_span(year: int, first: int, last: int | None = None) -> Span:
    last = last or first
    end_year = year + (last < first)
    return date(year, first, 1), date(end_year, last, monthrange(end_year, last)[1])


def _iso(text: str, today: date) -> Span | None:
    match = re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?", text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        return (date(year, month, day),) * 2 if day else _month_span(year, month)  # type: ignore[arg-type,return-value]
    except ValueError:
        return None


def _year(text: str, today: date) -> Span | None:
    match = re.fullmatch(r"(?:year )?(\d{4})", text)
    if match:
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    year = {"this year": today.year, "last year": today.year - 1, "previous year": today.year - 1}.get(text)
    return (date(year, 1, 1), date(year, 12, 31)) if year else None


def _quarter(text: str, today: date) -> Span | None:
    match = re.fullmatch(r"(?:q([1-4])|(first|second|third|fourth) quarter) ?(\d{4})?", text)
    half = re.fullmatch(r"(first|second) half (\d{4})", text)
    if half:
        return _month_span(int(half[2]), 1, 6) if half[1] == "first" else _month_span(int(half[2]), 7, 12)
    if match is None:
        return None
    quarter = int(match[1]) if match[1] else ("first", "second", "third", "fourth").index(match[2]) + 1
    year = int(match[3]) if match[3] else today.year - (3 * quarter - 2 > today.month)
    return _month_span(year, 3 * quarter - 2, 3 * quarter)


def _relative(text: str, today: date) -> Span | None:
    if text in ("today", "yesterday"):
        day = today - timedelta(days=text == "yesterday")
        return day, day
    monday = today - timedelta(days=today.weekday())
    if text in ("this week", "last week"):
        monday -= timedelta(days=7 * (text == "last week"))
        return monday, monday + timedelta(days=6)
    if text in ("this month", "last month"):
        first = today.replace(day=1)
        first = (first - timedelta(days=1)).replace(day=1) if text == "last month" else first
        return _month_span(first.year, first.month)
    match = re.fullmatch(r"(?:last|past|previous)?\s?(\w+)? ?(day|week|month|year)s?( ago| back)?", text)
    if match is None:
        return None
    number = NUMBERS.get(match[1] or "a") or (int(match[1]) if (match[1] or "").isdigit() else None)
    if number is None:
        return None
    days = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}[match[2]] * number
    return today - timedelta(days=round(days)), today


def _season(text: str, today: date) -> Span | None:
    match = re.fullmatch(r"(?:(this|last|past) )?(spring|summer|autumn|fall|winter)(?: (\d{4}))?", text)
    if match is None:
        return None
    first, last = SEASONS[match[2]]
    year = int(match[3]) if match[3] else today.year
    span = _month_span(year, first, last)
    if not match[3] and (span[0] > today or (match[1] in ("last", "past") and span[1] >= today)):
        span = _month_span(year - 1, first, last)
    return span


def _month(text: str, today: date) -> Span | None:
    match = re.fullmatch(r"(?:(this|last|past) )?([a-z]+)\.?(?: (\d{4}))?", text)
    if match is None or match[2] not in MONTHS:
        return None
    month = MONTHS[match[2]]
    if match[3]:
        return _month_span(int(match[3]), month)
    current = (today.year, today.month)
    year = today.year if (today.year, month) < current or (month == today.month and match[1] != "last") else today.year - 1
    return _month_span(year, month)


def _parsed(text: str, today: date) -> Span | None:
    """Days written in some other way ("15 march 2024", "3/15/24")."""
    from dateutil import parser

    if not re.search(r"\d", text):
        return None
    try:
        day = parser.parse(text, default=parser.parse(f"{today.year}-01-01")).date()
    except (ValueError, OverflowError):
        return None
    return day, day
