"""Dates as exports write them, decided by the whole column: "03.01.2024" is what its neighbours show it to be."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Literal

Order = Literal["dmy", "mdy", "ymd"]
ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")
ORDER_NAMES = {"dmy": "day-month-year", "mdy": "month-day-year", "ymd": "year-month-day"}
EXCEL_DAY_ZERO = datetime(1899, 12, 30)
_SERIALS = (10_000, 100_000)  # days of Excel from 1927 to 2173; as seconds they would all lie in the first day of 1970
_LONGEST = 80  # characters of a written date; anything longer is prose
_EPOCH = re.compile(r"-?(?:\d{9,13}|\d{16}|\d{19})(?:\.\d+)?")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T_ -]?(\d\d)(\d\d)(\d\d)?)?")
_TRIPLE = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(\d{1,4})\s?([./\-年])\s?(\d{1,2})\s?[./\-月]\s?(\d{1,4})日?\.?(?![\d])"
)
_TIME = re.compile(
    r"(?<![\d+\-])(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?|\s?[hH](?:\s?(\d{2}))?(?![a-z]))?"
    r"\s*([ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
_HALF_DAY = re.compile(r"(上午|下午|午前|午後|오전|오후)\s*(\d{1,2}:\d\d(?::\d\d)?)")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "brt": -3, "art": -3,
    "clt": -4, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "west": 1, "bst": 1, "eet": 2, "eest": 3, "msk": 3, "trt": 3,
    "sast": 2, "ist": 5.5, "pkt": 5, "wib": 7, "ict": 7, "sgt": 8, "hkt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9,
    "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
# Beginnings of the months in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish and Swedish, the
# longer first where one begins another.
_MONTHS = (
    ("jan", "jän", "ene", "gen", "sty", "sti"), ("feb", "fév", "fev", "lut"), ("mar", "mär", "mrz", "maa", "mrt"),
    ("apr", "avr", "abr", "kwi"), ("may", "mai", "mag", "mei", "maj", "mayo"), ("jun", "juin", "giu", "cze"),
    ("jul", "juil", "lug", "lip"), ("aug", "août", "aou", "ago", "sie"), ("sep", "set", "wrz"),
    ("oct", "okt", "ott", "out", "paź", "paz"), ("nov", "lis"), ("dec", "dez", "déc", "dic", "gru"),
)  # fmt: skip
_MONTH_OF = {start: number for number, starts in enumerate(_MONTHS, start=1) for start in starts}
_FILLERS = {
    "de",
    "of",
    "at",
    "um",
    "à",
    "a",
    "h",
    "uhr",
    "le",
    "den",
    "el",
    "del",
    "the",
    "kl",
    "om",
    "o",
    "t",
    "às",
    "las",
}
_DAYS = re.compile(r"(?:st|nd|rd|th|er|º|ª)$")
# Units of "3 days ago" by how they begin, in seconds; months and years as calendars count them.
_UNITS: tuple[tuple[float, str], ...] = (
    (1, r"s|se[ck]\w*|segund\w*|second[oi]|sekund\w*|秒"),
    (60, r"m|min\w*|分钟|分"),
    (3600, r"h|hr|hrs|hours?|stunden?|std|heures?|horas?|or[ae]|uur|uren|小时|時間"),
    (86400, r"d|days?|tag\w*|jours?|j|d[ií]as?|giorn[oi]|dag\w*|dni|天|日"),
    (604800, r"w|wk|wks|weeks?|wochen?|semaines?|sem|semanas?|settiman[ae]|we[ek]k?\w*|周|週間"),
    (-1, r"mo|mos|months?|monat\w*|mois|mes\w*|m[eê]s\w*|maand\w*|个月|か月"),
    (-12, r"y|yr|yrs|years?|jahr\w*|ans?|ann[ée]es?|años?|ann[oi]|anos?|jaar|jaren|lat\w*|年"),
)
_AGO = re.compile(
    r"(?:vor|il y a|hace|há|fa)?\s*(\d+|an?|one|eine[mr]?|une?|una?|um|uma)\s*"
    r"(" + "|".join(f"(?:{names})" for _, names in _UNITS) + r")\b\.?"
    r"(?:\s*(?:ago|fa|atrás|geleden|temu|sedan|前))?(?:\s*\([^)]*\))?\s*",
    re.IGNORECASE,
)
_NAMED_DAYS = {
    "now": 0, "just now": 0, "today": 0, "heute": 0, "gerade eben": 0, "aujourd'hui": 0, "hoy": 0, "oggi": 0,
    "yesterday": 86400, "gestern": 86400, "hier": 86400, "ayer": 86400, "ieri": 86400, "ontem": 86400,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateForm:
    """How the dates of one column are written.

    ``order`` is that of numeric days, "03.01.2024"; ``why`` says what it was decided by and ``sure`` whether the column
    showed it. ``now`` is the moment that relative dates, "3 days ago", count from; without it they are no dates.
    ``zone`` is that of times that name none.
    """

    order: Order = "mdy"
    why: str = ""
    sure: bool = True
    now: datetime | None = None
    zone: tzinfo = UTC


def zone_named(column: str) -> tzinfo | None:
    """The zone that a column's name ends with, as in "Date (EST)" or "Timestamp (UTC+2)"; None where it names none."""
    found = re.search(r"\(([^()]{1,20})\)\s*$", column)
    if found is None:
        return None
    words = found[1].strip()
    try:
        return _zone(words) if words.lower() in _ZONES or _OFFSET.fullmatch(words) else None
    except ValueError:
        return None


def read_date(value: Any, form: DateForm) -> datetime:
    """The moment that ``value`` names, in UTC; without a zone it is in that of ``form``. Numbers are (milli-, micro-,
    nano-) seconds since 1970, or the days of spreadsheets. Raises ValueError if it is no date in this form.
    """
    try:
        moment = _moment(value, form)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=form.zone if _has_clock(value) else UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise ValueError("is no date") from error


def _has_clock(value: Any) -> bool:
    """Whether a value says more than a day, which stays that day in any zone."""
    return not isinstance(value, str) or ":" in value or _SERIAL.fullmatch(value.strip()) is not None


def _moment(value: Any, form: DateForm) -> datetime:
    if isinstance(value, datetime):
        # A pandas timestamp may carry nanoseconds, which the facts do not hold.
        return value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
    if isinstance(value, bool):
        raise ValueError("a truth is no moment")
    if isinstance(value, (int, float)):
        return _of_number(float(value))
    text = str(value).strip()
    if len(text) > _LONGEST:
        raise ValueError("too long")
    if _EPOCH.fullmatch(text) or _SERIAL.fullmatch(text):
        return _of_number(float(text.replace(",", ".")))
    try:
        return datetime.fromisoformat(text)  # forty times as fast as looking at its parts
    except ValueError:
        return _written(text, form)


def _of_number(number: float) -> datetime:
    if not math.isfinite(number):
        raise ValueError("no moment in time")
    if _SERIALS[0] <= number < _SERIALS[1]:
        return EXCEL_DAY_ZERO + timedelta(seconds=round(number * 86400))
    for _ in range(3):  # milli-, micro-, nanoseconds
        number = number / 1000 if abs(number) > 1e11 else number
    return datetime.fromtimestamp(number, UTC)


def _written(text: str, form: DateForm) -> datetime:
    if found := _COMPACT.fullmatch(text):
        return datetime(*(int(part) for part in found.groups() if part))  # type: ignore[arg-type]
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return datetime(int(text), 1, 1)
    if found := _TRIPLE.match(text):
        year, month, day = _in_order(found[1], found[3], found[4], form.order)
        return _at(year, month, day, text[found.end() :])
    if any(character.isdigit() for character in text) and (named := _with_month_name(text)):
        return named
    return _relative(text, form.now)


def _in_order(first: str, second: str, third: str, order: Order) -> tuple[int, int, int]:
    a, b, c = int(first), int(second), int(third)
    if len(first) >= 3:
        return a, b, c
    if len(third) >= 3:
        day, month, year = (b, a, c) if order == "mdy" else (a, b, c)
    elif order == "ymd":
        year, month, day = _century(a), b, c
    else:
        day, month, year = (b, a, _century(c)) if order == "mdy" else (a, b, _century(c))
    return year, month, day


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def _with_month_name(text: str) -> datetime | None:
    """ "Wed Jan 03 09:00:00 +0000 2024", "3. Januar 2024 um 9:00 Uhr", "January 3rd, 2024 9 PM"."""
    clock, start = "", len(text)
    if found := re.search(r"\d{1,2}[:h]\d{2}", text):
        start = found.start()
        clock = text[start:]
    month, rest = 0, []
    for word in _WORD.findall(text):
        plain = word.lower()
        if (not month or plain != "mar") and (number := _month(plain)):
            month = number  # "mar. 12 mars 2024": French and Italian begin Tuesday as March
        elif plain.upper() in ("AM", "PM") or plain in _ZONES or plain in _FILLERS or _is_weekday(plain):
            continue
        else:
            rest.append(plain)
    if not month or [word for word in rest if not _DAYS.fullmatch(word)]:
        return None
    numbers = [int(number) for number in _NUMBER.findall(text[:start])]
    years = [int(year) for year in re.findall(r"(?<![\d+\-:])(\d{4})(?!\d)", text)]
    if clock and years and len(numbers) == 1:  # the year stands last, behind the clock and its zone
        clock = re.sub(rf"\s{years[-1]}\s*$", "", clock)
        numbers.append(years[-1])
    if len(numbers) < 2 and not years:
        raise ValueError("no year")
    if len(numbers) == 1:
        return datetime(years[0], month, 1)
    day, year = (numbers[1], numbers[0]) if numbers[0] > 31 else (numbers[0], numbers[1])
    after = clock or _after(text, str(year))
    return _at(_century(year) if year < 100 else year, month, day, after)


def _after(text: str, year: str) -> str:
    return text.rpartition(year)[2]


def _month(word: str) -> int:
    if len(word) < 3 or len(word) > 12:
        return 0
    return _MONTH_OF.get(word[:4], 0) or _MONTH_OF.get(word[:3], 0) if not _is_weekday(word) else 0


_WEEKDAYS = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs|r)?|mo|di|mi|do|fr|sa|so|\w+tag|mittwoch|"
    r"lun|mar|mer|jeu|ven|sam|dim|\w+di|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo|"
    r"lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|segunda|terça|quarta|quinta|sexta|feira|\w+dag"
)


def _is_weekday(word: str) -> bool:
    return word != "mar" and bool(_WEEKDAYS.fullmatch(word))


def _at(year: int, month: int, day: int, rest: str) -> datetime:
    """The day at the time and in the zone that ``rest`` names."""
    rest = _HALF_DAY.sub(_half_behind, rest.lstrip("T").strip(" ,\u202f\xa0"))
    moment = datetime(year, month, day)
    if not rest:
        return moment
    clock = _TIME.search(rest)
    if clock is not None:
        moment += _clock(clock)
        rest = rest[: clock.start()] + " " + rest[clock.end() :]
    return moment.replace(tzinfo=_zone(rest))


def _half_behind(found: re.Match[str]) -> str:
    """ "下午3:15" as "3:15 pm"."""
    return f"{found[2]} {'am' if found[1] in ('上午', '午前', '오전') else 'pm'}"


def _clock(found: re.Match[str]) -> timedelta:
    hour, minute, second = int(found[1]), int(found[2] or found[5] or 0), int(found[3] or 0)
    if half := (found[6] or "")[:1].lower():
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a 12-hour clock")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError("no time of day")
    micro = int((found[4] or "0").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _zone(rest: str) -> timezone | None:
    """The zone that stands behind a time, None where none does."""
    if found := _OFFSET.search(rest):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes >= 24 * 60:
            raise ValueError("no zone")
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    for word in _WORD.findall(rest.lower()):
        if word in _ZONES:
            return timezone(timedelta(hours=_ZONES[word]))
        if word not in _FILLERS and not _is_weekday(word):
            raise ValueError(f"an unknown zone: {word}")
    return None


def _relative(text: str, now: datetime | None) -> datetime:
    if now is None:
        raise ValueError("nothing to count from")
    plain = text.lower().strip()
    if plain in _NAMED_DAYS:
        return now - timedelta(seconds=_NAMED_DAYS[plain])
    found = _AGO.fullmatch(plain)
    if found is None:
        raise ValueError("no words for a time ago")
    count = int(found[1]) if found[1].isdigit() else 1
    for seconds, names in _UNITS:
        if re.fullmatch(names, found[2]):
            return (
                now - timedelta(seconds=count * seconds) if seconds > 0 else _months_before(now, int(-seconds) * count)
            )
    raise ValueError("no unit of time")


def _months_before(now: datetime, months: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    if not 1 <= year <= 9999:
        raise ValueError("before all years")
    return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))


@dataclass
class DateVote:
    """What a column of dates shows of its order, in flat memory however long the column is."""

    triples: int = 0
    dotted: int = 0
    half_days: int = 0
    first_over_12: int = 0
    second_over_12: int = 0
    first_over_31: int = 0
    short_years: int = 0
    relative: int = 0
    firsts: set[int] = field(default_factory=set)
    thirds: set[int] = field(default_factory=set)
    turns: dict[str, int] = field(default_factory=lambda: {"dmy": 0, "mdy": 0})
    _last: dict[str, tuple[tuple[int, int, int], int]] = field(default_factory=dict)

    def add(self, values: Iterable[Any]) -> None:
        """Look at further values of the column."""
        for value in values:
            if isinstance(value, str) and (found := _TRIPLE.match(value.strip()[:_LONGEST])) and len(found[1]) <= 2:
                self._count(found, value)

    def _count(self, found: re.Match[str], value: str) -> None:
        first, second, third = int(found[1]), int(found[3]), int(found[4])
        self.triples += 1
        self.dotted += found[2] == "."
        self.half_days += value.rstrip(". ").lower().endswith(("am", "pm"))
        self.first_over_12 += first > 12
        self.second_over_12 += second > 12
        self.first_over_31 += first > 31
        self.short_years += len(found[4]) <= 2
        self.firsts.add(first)
        self.thirds.add(third)
        for order, key in (("dmy", (third, second, first)), ("mdy", (third, first, second))):
            last, way = self._last.get(order, (key, 0))
            step = (key > last) - (key < last)
            self.turns[order] += step != 0 and way != 0 and step != way
            self._last[order] = (key, step or way)

    @property
    def undecided(self) -> bool:
        """Whether more of the column could still show what this part does not."""
        return self.triples > 0 and not (self.first_over_12 or self.second_over_12)

    def decide(self, wanted: Order | None, now: datetime | None, *, european: bool = False) -> DateForm:
        """The form of the column; ``wanted`` is what its owner says, ``european`` what else in the file hints at."""
        if wanted is not None:
            return DateForm(wanted, "--date-order", True, now)
        if not self.triples:
            return DateForm(now=now)
        if self.short_years == self.triples and self._year_first():
            return DateForm("ymd", "the first of the three numbers hardly changes", True, now)
        if self.first_over_12 and not self.second_over_12:
            return DateForm("dmy", "days over 12 stand first", True, now)
        if self.second_over_12 and not self.first_over_12:
            return DateForm("mdy", "days over 12 stand second", True, now)
        if self.first_over_12:
            order: Order = "dmy" if self.first_over_12 >= self.second_over_12 else "mdy"
            return DateForm(order, "the column holds both orders; this is the more frequent", False, now)
        return self._guess(now, european)

    def _year_first(self) -> bool:
        if self.first_over_31:
            return True
        few = len(self.firsts) <= 3 and len(self.firsts) < len(self.thirds)
        return not self.dotted and few and min(self.firsts) > 12

    def _guess(self, now: datetime | None, european: bool) -> DateForm:
        if self.triples >= 8 and min(self.turns.values()) == 0 < max(self.turns.values()):
            order: Order = "dmy" if self.turns["dmy"] == 0 else "mdy"
            return DateForm(order, "so the rows are in the order of time", True, now)
        if self.dotted == self.triples:
            return DateForm("dmy", "dots between the numbers", True, now)
        if european:
            return DateForm(
                "dmy", "semicolons or decimal commas, as in Europe; the dates themselves cannot tell", False, now
            )
        why = "a 12-hour clock" if self.half_days else "a guess"
        return DateForm("mdy", f"{why}; the dates themselves cannot tell", False, now)
