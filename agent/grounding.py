"""An answer may only contain what tools returned: figures and handles are looked up in this conversation's results."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

# A name may have an instance (Mastodon); marks at its end belong to the sentence. An e-mail address is no handle.
HANDLE = re.compile(r"(?<![\w/.+-])(?:@|/?u/)([\w-][\w.-]*(?:@\w[\w.-]*)?)")
# A sign counts where no word or figure stands before it: "10-20" and "x-5" have none.
SIGN = r"(?:(?<![\w.)])[-+−](?=[$€£\d.]))?[$€£]?"
NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|(?<![\w.])\.\d+|\d+(?:[.:]\d+)*"
UNIT = r"\s?(?:%|percent\b|per cent\b|pct\b)|(?:k|m|bn)\b"
FIGURE = re.compile(f"({SIGN})({NUMBER})({UNIT})?", re.IGNORECASE)
ISO_DATE = re.compile(r"(?<![\d-])(\d{4})-(\d\d)(?:-(\d\d))?(?![\d-])")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH = (
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
WORDED_DATE = re.compile(
    rf"(?<![\w.:,])(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTH}"
    rf"|{MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?![\w:%]| %|[.,]\d))(?:,? (\d{{4}})\b)?"
)
LIST_MARK = re.compile(r"^[\s*_>#-]*\d{1,2}[.)](?=\s)")  # counts the items of a list and says nothing


def loose_ends(answer: str, sources: Iterable[str], people: Iterable[str] = ()) -> list[str]:
    """Figures and handles of ``answer`` that stand in no source (texts of tool results), nor among ``people``.

    Figures match by value and sign: "1,200" is 1200, and 62 matches 62.0 and "62 %", but "62 %" does not match 62.
    Figures that are part of a word ("PS5") count like others, spelled-out ones and the marks of a numbered list do
    not. A date may be said in words. Names match in any case. Every line of a source is grounded in that source.
    """
    known, names = set[str](), {_name(_plain(name)) for name in people}
    for source in sources:
        figures, handles = _stated(source)
        known |= figures
        names |= handles
    loose: list[str] = []
    for line in map(_plain, answer.splitlines()):
        loose += ["@" + name for name in HANDLE.findall(line) if _name(name) not in names]
        if unknown := {value for _, value in _claims(line)} - known:
            bare = _without_names(LIST_MARK.sub("", line), names)
            loose += [said for said, value in _claims(bare) if value in unknown]
    return list(dict.fromkeys(loose))


@lru_cache(maxsize=256)
def _stated(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Figures and names of a source, in every form in which an answer may say them."""
    figures, names = set[str](), set[str]()
    for line in map(_plain, source.splitlines()):
        for name in map(_name, HANDLE.findall(line)):
            names |= {name, name.partition("@")[0]}
        figures |= {value for _, value in _claims(line)}
        for year, month, day in ISO_DATE.findall(line):
            figures |= {year, f"{year}-{month}", f"{month}-{day}"}
        # What looks like a day may be none ("In May 5 people left"), so its figures count as well.
        worded = " ".join(match[0] for match in WORDED_DATE.finditer(line))
        figures |= {_value(match) for match in FIGURE.finditer(worded)}
    return frozenset(figures | {value.removesuffix("%") for value in figures}), frozenset(names)


def _claims(line: str) -> Iterator[tuple[str, str]]:
    """Figures and dates of a line, as said and by value. Those inside handles are no claims."""
    rest = HANDLE.sub(" ", line)
    for pattern, value in ((ISO_DATE, _iso), (WORDED_DATE, _day), (FIGURE, _value)):
        for match in pattern.finditer(rest):
            yield match[0].strip(), value(match)
        rest = pattern.sub(" ", rest)


def _iso(match: re.Match[str]) -> str:
    return match[0]


def _day(match: re.Match[str]) -> str:
    """A date in words as year-month-day, or month-day without a year."""
    day, month, year = match[1] or match[4], match[2] or match[3], match[5]
    return (f"{year}-" if year else "") + f"{MONTHS.index(month[:3]) + 1:02d}-{int(day):02d}"


def _value(match: re.Match[str]) -> str:
    """A figure's value as text, whatever its commas, plus sign, outer noughts and the way percent is written."""
    sign, number, unit = match[1], match[2].replace(",", ""), (match[3] or "").strip().lower()
    number = re.sub(r"^0+(?=\d)", "", number.rjust(len(number) + number.startswith("."), "0"))
    if number.count(".") == 1 and ":" not in number:  # a decimal; 1.10.0 is a version
        number = number.rstrip("0").rstrip(".")
    minus = "-" if sign[:1] in ("-", "−") and number != "0" else ""
    return minus + number + ("%" if unit[:1] in ("%", "p") else unit)


def _plain(line: str) -> str:
    """One way of writing for what looks the same: no invisible characters, ASCII digits."""
    seen = "".join(char for char in line if unicodedata.category(char) != "Cf")
    return re.sub(r"\d", lambda match: str(unicodedata.decimal(match[0])), unicodedata.normalize("NFKC", seen))


def _name(name: str) -> str:
    return name.casefold().removeprefix("@").rstrip(".-")


def _without_names(line: str, names: set[str]) -> str:
    """``line`` without the known names in it that hold a letter: "fern_88" says nothing of 88."""
    return re.sub(r"[\w.-]*[^\W\d_][\w.-]*", lambda match: " " if _name(match[0]) in names else match[0], line)
