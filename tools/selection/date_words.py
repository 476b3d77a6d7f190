"""What date words mean: ``two weekends ago``, ``Q3 2023``, ``Jan-Mar 2023`` to a first and a last day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil

from tools.selection.numbers import MONTHS, ONES, TENS, as_number

SEASONS = {
    "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 2),
    "holiday season": (11, 12), "holidays": (11, 12), "christmas season": (12, 12), "pride month": (6, 6),
}  # fmt: skip
FEASTS = {
    "christmas": (12, 25), "christmas eve": (12, 24), "xmas": (12, 25), "halloween": (10, 31), "new year": (1, 1),
    "new year day": (1, 1), "new year eve": (12, 31), "valentine day": (2, 14), "valentines day": (2, 14),
    "new years": (1, 1), "new years day": (1, 1), "new years eve": (12, 31), "boxing day": (12, 26),
    "independence day": (7, 4), "st patrick day": (3, 17), "st patricks day": (3, 17), "earth day": (4, 22),
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
# Which share of a period is meant.
PARTS = {
    "early": (0, 1 / 3), "mid": (1 / 3, 2 / 3), "middle": (1 / 3, 2 / 3), "late": (2 / 3, 1),
    "start": (0, 1 / 12), "beginning": (0, 1 / 12), "end": (11 / 12, 1),
}  # fmt: skip
# Feasts that move: month, weekday, which such day of the month, and days after it.
MOVING = {
    "thanksgiving": (11, 3, 4, 0), "black friday": (11, 3, 4, 1), "cyber monday": (11, 3, 4, 4),
    "mother day": (5, 6, 2, 0), "mothers day": (5, 6, 2, 0), "father day": (6, 6, 3, 0), "fathers day": (6, 6, 3, 0),
    "labor day": (9, 0, 1, 0), "memorial day": (6, 0, 1, -7),
}  # fmt: skip
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12, "decade": 120}
FILLING = re.compile(
    r"\b(the|of|between|in|on|at|to|up|since|until|till|from|after|before|during|prior|than|earlier|as|over|within)\b"
)
SHORT_UNITS = {
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "w": "week",
    "wk": "week",
    "mo": "month",
    "yr": "year",
    "y": "year",
}
RANGE = re.compile(r"(?:from |between )?(.+?)(?:\s+(?:to|and|through|thru|till|until)\s+|\s*[–—]\s*|\s+-\s+)(.+)")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
BETWEEN_MONTHS = re.compile(rf"\b({_MONTH}|q[1-4])\.?\s*[-–—/]\s*({_MONTH}|q[1-4])\b")
SPOKEN_YEAR = re.compile(  # "twenty twenty five"
    rf"\btwenty[ -]((?:{'|'.join([*TENS, *list(ONES)[10:]])})(?:[ -](?:{'|'.join(list(ONES)[1:10])}))?)\b"
)
SHORT_YEAR = re.compile(  # "jan 25", "summer 24"; behind a whole name, "july 24", it is more likely a day
    rf"\b(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|{'|'.join(SEASONS)}) (\d\d)$"
)
RECENT_YEARS = 3  # up to this one, which two digits behind a month are more likely than its day
DAY_SAID = re.compile(r"\bon\b|\bthe\b|\d(?:st|nd|rd|th)\b", re.IGNORECASE)
REWORDED = (  # what the rules below read
    (re.compile(r"(?<![\w/.-])(\d{1,2})/(\d{4})(?![\w/-])"), r"\2-\1"),
    (re.compile(r"\bq([1-4])/(\d{4})\b"), r"q\1 \2"),
    (re.compile(r"\blast night\b"), "yesterday"),
    (re.compile(r"\bthis past\b"), "the past"),
    (re.compile(r"\b(?:all|the whole|the entirety) of (?=(?:the |this |last )?\w)"), ""),
    (re.compile(r"\b(?:calendar year|calendar) (?=\d{4}\b)"), ""),
    (re.compile(r"\b(quarter|half|months|weeks|days) of the year\b"), r"\1 of this year"),
    (re.compile(r"\b(?:last|final) quarter (?:of )?(?=\d{4}\b|(?:this|last) year\b)"), "fourth quarter "),
    (re.compile(r"\b(?:last|final|back|latter) half (?:of )?(?=\d{4}\b|(?:this|last) year\b)"), "second half "),
    (re.compile(r"\bfront half (?:of )?(?=\d{4}\b|(?:this|last) year\b)"), "first half "),
    (re.compile(r"\b(?:over|within) the last (?=(?:year|quarter|month|week)\b)"), "the past "),
    (re.compile(r"\b(day|week|month|quarter|year) before last\b"), r"2 \1s ago"),
    (re.compile(r"\bday before yesterday\b"), "2 days ago"),
    (re.compile(r"\b(?:tonight|this (?:morning|afternoon|evening))\b"), "today"),
    (re.compile(r"\b(?:year to date|ytd)\b"), "this year"),
    (re.compile(r"\bfortnights?\b"), "2 weeks"),
    (re.compile(r"\ban? year and a half\b|\bone and a half years\b"), "18 months"),
    (re.compile(r"\b(?:a )?couple (?:of )?weekends ago\b"), "2 weekends ago"),
    (re.compile(r"\b(?:half a|a half|half) year\b"), "6 months"),
    (re.compile(r"\b(winter) (?:of )?(\d{4})[/-]\d\d(?:\d\d)?\b"), r"\1 \2"),
)
Span = tuple[date, date]  # first and last day


def span_of(today: date, words: str) -> Span | None:
    """First and last day of what ``words`` say, counted from ``today``; None if they are no time.

    One time ("last spring"), or one that goes from a first to a last ("May to July 2023", "Jan-Mar 2023").
    """
    if span := _one_time(today, words):
        return span
    if match := RANGE.fullmatch(BETWEEN_MONTHS.sub(r"\1 to \2", words.strip().lower())):
        last = _one_time(today, match[2])
        year = re.search(r"(?<!\d)\d{4}(?!\d)", match[2])
        first = _one_time(today, f"{match[1]} {year[0]}") if year else None
        first = first or _one_time(today, match[1])
        if first and last and first[0] <= last[1]:
            return first[0], last[1]
    return None


def _one_time(today: date, words: str) -> Span | None:
    text = _plain(words)
    part = next((word for word in text.split() if word in PARTS), "")
    text = " ".join(word for word in text.split() if word != part)
    if part and text in ("year", "month", "week", "quarter"):
        text = f"this {text}"
    if not re.fullmatch(r"\w+ year", text):  # "march last year"
        text = re.sub(r"\b(this|last|previous) year\b", lambda m: str(today.year - (m[1] != "this")), text)
    if not DAY_SAID.search(words):
        text = SHORT_YEAR.sub(lambda m: f"{m[1]} {_century(int(m[2]), today)}", text)
    try:
        for rule in (_iso, _year, _written_day, _named, _relative, _weekday, _weekend, _stretch):
            if span := rule(text, today):
                return _part(span, *PARTS[part]) if part else span
    except (ValueError, OverflowError):  # 30 February, the year 0, a million years ago
        pass
    return None


def _century(number: int, today: date) -> str:
    """Two digits as a year, if that is one of the last; else as they are."""
    year = today.year // 100 * 100 + number
    return str(year) if today.year - RECENT_YEARS < year <= today.year else f"{number:02}"


def _plain(words: str) -> str:
    """Lower case, without filling words and marks that say nothing; "1.7.2023" is 1 July, "'23" is 2023."""
    text = re.sub(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b", r"\3-\2-\1", words.lower())
    text = re.sub(r"\b(?:cy|calendar year) ?(?=20\d\d\b)", "", text)
    text = re.sub(r"(?<![\w.])['’](\d\d)\b|(?<=[a-z\d])['’](\d\d)\b", lambda m: f" 20{m[1] or m[2]}", text).strip()
    text = re.sub(r"\b([qh][1-4])[ /-]?(\d\d)\b(?![-/.:])", r"\1 20\2", text)  # "q1 25"
    text = SPOKEN_YEAR.sub(lambda match: str(2000 + (as_number(match[1]) or 0)), text)
    text = re.sub(r"\b(\d+) ?(h|hr|d|w|wk|mo|yr|y)s?\b", lambda m: f"{m[1]} {SHORT_UNITS[m[2]]}s", text)
    for pattern, plain in REWORDED:
        text = pattern.sub(plain, text)
    text = re.sub(r"['’]s?\b|(?<!\d)-|-(?!\d)", " ", text)
    return " ".join(FILLING.sub(" ", re.sub(r"[^\w\s/:-]", " ", text)).split())


def _part(span: Span, begin: float, end: float) -> Span:
    days = (span[1] - span[0]).days + 1
    first = int(begin * days)
    return span[0] + timedelta(days=first), span[0] + timedelta(days=max(first, ceil(end * days) - 1))


def _month_span(year: int, first: int, last: int | None = None) -> Span:
    last = last or first
    end_year = year + (last < first)
    return date(year, first, 1), date(end_year, last, monthrange(end_year, last)[1])


def _iso(text: str, today: date) -> Span | None:
    text = re.sub(r"^((?:19|20)\d\d)(\d\d)(\d\d)$", r"\1-\2-\3", text)
    match = re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2})(?:[t ]\d\d(?!\d).*)?)?", text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    return (date(year, month, int(match[3])),) * 2 if match[3] else _month_span(year, month)  # type: ignore[return-value]


def _year(text: str, today: date) -> Span | None:
    if match := re.fullmatch(r"((?:19|20)\d)0s", text):
        return date(int(match[1] + "0"), 1, 1), date(int(match[1] + "9"), 12, 31)
    match = re.fullmatch(r"(?:year )?(\d{4})(?: ?(?:-|and) ?| )?(\d{4})?", text)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        return None
    return date(int(match[1]), 1, 1), date(int(match[2] or match[1]), 12, 31)


def _written_day(text: str, today: date) -> Span | None:
    """ "3/15/24"; the month comes first unless it cannot."""
    match = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)", text)
    if match is None:
        return None
    month, day, year = int(match[1]), int(match[2]), int(match[3])
    month, day = (day, month) if month > 12 else (month, day)
    return (date(year + 2000 if year < 100 else year, month, day),) * 2  # type: ignore[return-value]


def _named(text: str, today: date) -> Span | None:
    """What has a name in every year: a month, a day of one, a season, a quarter, a half, a feast."""
    year = re.search(r"(?<![\d/-])\d{4}(?![\d/-])", text)
    rest = " ".join((text[: year.start()] + text[year.end() :]).split()) if year else text
    lead, _, name = rest.rpartition(" ") if rest.count(" ") == 0 else rest.partition(" ")
    if lead not in ("this", "last", "past", "previous"):
        lead, name = "", rest
    if (make := _in_any_year(name)) is None:
        return None
    if year:
        return make(int(year[0]))
    over = lead not in ("", "this")
    for past in range(today.year, max(0, today.year - 9), -1):
        try:
            span = make(past)
        except ValueError:  # 29 February
            continue
        if span[1] < today if over else span[0] <= today:
            return span
    return None


def _in_any_year(name: str) -> Callable[[int], Span] | None:
    if name in MONTHS:
        return lambda year: _month_span(year, MONTHS[name])
    if name in SEASONS:
        return lambda year: _month_span(year, *SEASONS[name])
    if name in FEASTS:
        return lambda year: (date(year, *FEASTS[name]), date(year, *FEASTS[name]))
    if name in MOVING:
        return lambda year: (_moving(year, *MOVING[name]),) * 2  # type: ignore[return-value]
    if match := re.fullmatch(r"(q|h)(\d)|(\w+) (quarter|half)", name):
        size = 3 if (match[1] or match[4]) in ("q", "quarter") else 6
        number = int(match[2]) if match[2] else ORDER.get(match[3], 0)
        first = size * (number - 1) + 1
        return (lambda year: _month_span(year, first, first + size - 1)) if 1 <= first <= 12 else None
    name = re.sub(r"^(first|second|third|fourth)\b|\b(first|second|third|fourth)$", lambda m: str(ORDER[m[0]]), name)
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)|([a-z]+) (\d{1,2})(?:st|nd|rd|th)?", name)
    if match and (month := MONTHS.get(match[2] or match[3])):
        return lambda year: (date(year, month, int(match[1] or match[4])),) * 2  # type: ignore[return-value]
    return None


def _moving(year: int, month: int, weekday: int, which: int, later: int) -> date:
    """The ``which``-th such weekday of a month, and ``later`` days on."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1) + later)


def _relative(text: str, today: date) -> Span | None:
    if text in ("today", "now", "yesterday"):
        return _unit("day", today, int(text == "yesterday"))
    match = re.fullmatch(
        r"(?:(this|current|last|past|previous) )?(?:an? )?(?:([\w-]+(?: \w+)?) )?"
        r"(hour|day|week|month|quarter|year|decade)s?( ago| back)?",
        text,
    )
    if match is None:
        return None
    lead, said, unit, ago = match.groups()
    number = 1 if not said else as_number(said)
    if number is None:
        return None
    unit, number = ("day", ceil(number / 24)) if unit == "hour" else (unit, number)
    if ago or (not said and lead in ("this", "current", "last", "previous")):
        return _unit(unit, today, 0 if lead in ("this", "current") else number)
    if unit in ("day", "week"):
        return today - timedelta(days=number * (7 if unit == "week" else 1)), today
    year, month = divmod(today.year * 12 + today.month - 1 - number * MONTHS_OF[unit], 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])), today


def _unit(unit: str, today: date, back: int) -> Span:
    """The day, week, month, quarter, year or decade that was ``back`` of them ago."""
    if unit in ("day", "week"):
        first = today - timedelta(days=back if unit == "day" else today.weekday() + 7 * back)
        return first, first + timedelta(days=0 if unit == "day" else 6)
    size = MONTHS_OF[unit]
    month_number = (today.year * 12 + today.month - 1) // size * size - back * size
    (year, month), (end_year, end_month) = divmod(month_number, 12), divmod(month_number + size - 1, 12)
    return date(year, month + 1, 1), _month_span(end_year, end_month + 1)[1]


def _weekday(text: str, today: date) -> Span | None:
    """The latest such day, today included unless "last" is said."""
    lead, _, name = text.rpartition(" ")
    if name not in WEEKDAYS or lead not in ("", "this", "last", "past", "previous"):
        return None
    back = (today.weekday() - WEEKDAYS.index(name)) % 7
    day = today - timedelta(days=back or 7 * (lead not in ("", "this")))
    return day, day


def _weekend(text: str, today: date) -> Span | None:
    """The latest Saturday and Sunday that have begun; with "last" or "two … ago" ones that are over."""
    match = re.fullmatch(r"(?:(this|last|past|previous) )?weekend|(?:an? )?([\w-]+) weekends?( ago| back)", text)
    back = match and (as_number(match[2]) or int(match[2] == "a")) if match and match[2] else 1
    if match is None or not back:
        return None
    saturday = today - timedelta(days=(today.weekday() - 5) % 7 + 7 * (back - 1))
    if (match[1] not in (None, "this") or match[2]) and today.weekday() >= 5:
        saturday -= timedelta(days=7)
    return saturday, saturday + timedelta(days=1)


def _stretch(text: str, today: date) -> Span | None:
    """The first or last days, weeks or months of a longer time: "last week march 2023", "first three months 2022"."""
    match = re.fullmatch(r"(first|second|third|fourth|last|final) (?:(\w+) )?(day|week|month)s? (.+)", text)
    if match is None or (match[2] and match[1] in ("second", "third", "fourth")):
        return None
    number = as_number(match[2]) if match[2] else 1
    whole = _year(match[4], today) or _iso(match[4], today) or _named(match[4], today)
    if not number or whole is None:
        return None
    before = number * (ORDER.get(match[1], 1) - 1)  # units in front of the stretch
    if match[3] == "month":
        months = [divmod(whole[0].year * 12 + whole[0].month - 1 + i, 12) for i in range(before + number)]
        if match[1] in ("last", "final"):
            end = whole[1].year * 12 + whole[1].month - 1
            months = [divmod(end - i, 12) for i in range(number)][::-1]
        (year, month), (end_year, end_month) = months[-number], months[-1]
        span = date(year, month + 1, 1), _month_span(end_year, end_month + 1)[1]
    else:
        days = 7 if match[3] == "week" else 1
        if match[1] in ("last", "final"):
            span = whole[1] - timedelta(days=number * days - 1), whole[1]
        else:
            first = whole[0] + timedelta(days=before * days)
            span = first, first + timedelta(days=number * days - 1)
    return span if whole[0] <= span[0] and span[1] <= whole[1] and span != whole else None
