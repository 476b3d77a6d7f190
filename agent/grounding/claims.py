"""What a line claims: figures (also in words), dates, handles and quotations, each with its place and its value.

Two ways of writing the same thing have the same key: "1,200" is ``1200``, "62 percent" is ``62%``, "5 March 2024" is
``2024-03-05``. Figures and dates inside handles and quotations are not claims of the line itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from tools.selection.numbers import MONTHS, ONES, SIGNS, SIZES, TENS

# A name may have an instance (Mastodon); marks at its end belong to the sentence. An e-mail address is no handle.
HANDLE = re.compile(r"(?<![\w/.+-])(?:@|/?u/)([\w-][\w.-]*(?:@\w[\w.-]*)?)")
# A sign counts where no word or figure stands before it: "10-20" and "x-5" have none.
SIGN = r"(?:(?<![\w.)])[-+−](?=[$€£\d.])|\b(?:plus|minus) (?=\d))?[$€£]?"
NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|(?<![\w.])\.\d+|\d+(?:[.:]\d+)*"
UNIT = r"\s?(?:%|percent\b|per cent\b|pct\b)|(?:k|m|bn)\b|\s(?:thousand|million|billion)\b"
FIGURE = re.compile(f"({SIGN})({NUMBER})({UNIT})?", re.IGNORECASE)
MONTH = rf"\b({'|'.join(name.capitalize() for name in MONTHS)})\b\.?"
ISO_DATE = re.compile(r"(?<![\d-])(\d{4})-(\d\d)(?:-(\d\d))?(?![\d-])")
ANY_ORDER = re.compile(r"(?<![\w./-])(\d{1,4})([./])(\d{1,2})\2(\d{2,4})(?![\w/]|\.\d)")
WORDED_DATE = re.compile(
    rf"(?<![\w.:,])(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{MONTH}"
    rf"|{MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?![\w:%]| %|[.,]\d))(?:,? (\d{{4}})\b)?"
)
WORDED_MONTH = re.compile(rf"{MONTH},? (?:of )?((?:19|20)\d\d)\b(?![:%]| %|[.,]\d)")
HOUR = re.compile(r"\b(\d{1,2})(?::(\d\d))?\s?([ap])\.?m\b\.?", re.IGNORECASE)
CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])")
WEEKDAY = re.compile(r"\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)s?\b")
LIST_MARK = re.compile(r"^[\s*_>#-]*(\d{1,2})[.)](?=\s|\*)")  # counts the items of a list
RANGE = re.compile(r"\s*(?:-|–|—|to|and|or)\s*", re.IGNORECASE)
HEDGE = re.compile(r"(?:about|around|roughly|nearly|almost|over|under|some|approximately|~|than|least|most)\s*$", re.I)
# ½ is made plain before.
FRACTION = re.compile(r"(?<![\d/])(\d+)[⁄/](\d+)(?=\s+(?:of|are|is)\b|⁄|$)|(?<!\d)(\d+)⁄(\d+)")

COUNTING = {word: number for word, number in {**ONES, **TENS}.items() if number > 1}
_COUNT = rf"(?:{'|'.join(COUNTING)}|one|{'|'.join(SIZES)})"
# "One" alone is hardly ever a figure ("one of them"); "a hundred" and "one hundred" are.
WORDED = re.compile(
    rf"\b(?:a (?={'|'.join(SIZES)}))?({_COUNT}(?:[- ](?:and )?{_COUNT}){{0,11}})\b(?!-[^\W\d])"
    r"(\s(?:percent|per cent))?",
    re.IGNORECASE,
)
PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10,
    "tenths": 10,
}  # fmt: skip
SHARE = re.compile(
    rf"\b(?:(?P<many>two|three|four|{_COUNT}) (?P<parts>halves|thirds|quarters|fifths|tenths)"
    r"|(?:a|one) (?P<part>third|quarter|fifth|tenth)|(?P<half>half) (?:of|the|are|is|were|was|a)"
    rf"|(?P<top>{_COUNT}|\d+) (?:in|out of)(?: every)? (?P<bottom>{_COUNT}|\d+))\b",
    re.IGNORECASE,
)
LONGEST_SINGLE = 300  # characters of a quotation in single marks
QUOTES = (
    re.compile(r'"([^"]+)"'),
    re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»"),
    # Marks that begin words are looked behind so far and no further: each of thousands could begin a quotation.
    re.compile(
        rf"(?<![\w’'])‘((?:[^‘’]|’(?=\w)){{1,{LONGEST_SINGLE}}})’(?!\w)"
        rf"|(?<![\w'])'(?=\S)((?:[^']|'(?=\w)){{1,{LONGEST_SINGLE}}})'(?!\w)"
    ),
)
SINGLE_WORDS = 4  # from so many words on, single quotation marks hold a quotation; fewer may be an aside
BLOCK_QUOTE = re.compile(r"^\s*>\s?(.+)$")
GAP = re.compile(r"(?<!\s)\s*+(?:…|\.{3}|\[\s*(?:…|\.{3})\s*\])\s*")  # where a quotation leaves something out
_MARKS = re.compile('["“”„«»‘’‚`´]')

UNUSUAL = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")  # with the letter before, upon which a mark may be set

Kind = Literal["figure", "date", "handle", "quote"]


@dataclass(frozen=True)
class Claim:
    """Something in a line that must come from somewhere. ``keys``: its value in every form that it may stand for.

    ``number`` is the value of a figure (62 for "62 %"), ``step`` the size of its last written digit, by which it may be
    rounded; ``slack`` how far a share in words ("two thirds") may be from the share that it stands for.
    """

    start: int
    end: int
    said: str
    kind: Kind
    keys: tuple[str, ...]
    number: float | None = None
    percent: bool = False
    step: float = 1.0
    slack: float = 0.0


@lru_cache(maxsize=4096)
def claims(line: str) -> tuple[list[Claim], list[Claim]]:
    """The claims of a line, in order: those that it makes itself, and those inside its quotations."""
    plain, at = flattened(line)
    quotes = _quotes(plain)
    rest = plain
    for quote in quotes:
        rest = _blanked(rest, quote.start, quote.end)
    own = [*quotes, *_unquoted(rest)]
    inside = [claim for quote in quotes for claim in _unquoted(" " * quote.start + plain[quote.start : quote.end])]
    return _in_place(own, line, at), _in_place(inside, line, at)


@lru_cache(maxsize=256)  # the places of a long post take a megabyte
def flattened(line: str) -> tuple[str, Sequence[int]]:
    """One way of writing for what looks the same (no invisible characters, ASCII digits), and where each character of
    it stood; one more place at the end.
    """
    plain: list[str] = []
    at: list[int] = []
    done = 0
    for match in UNUSUAL.finditer(line):
        plain += line[done : match.start()]
        at += range(done, match.start())
        done = match.end()
        for start, end in _clusters(line, *match.span()):
            for char in unicodedata.normalize("NFKC", line[start:end]):
                plain.append(str(unicodedata.decimal(char)) if char.isdecimal() else char)
                at.append(start)
    return "".join(plain) + line[done:], [*at, *range(done, len(line) + 1)]


def _clusters(line: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Characters with the marks that are set upon them; invisible ones are left out."""
    while start < stop:
        end = start + 1
        while end < stop and unicodedata.combining(line[end]):
            end += 1
        if unicodedata.category(line[start]) != "Cf":
            yield start, end
        start = end


def name_key(name: str) -> str:
    """A person's name, however it is written."""
    return "@" + flattened(name)[0].casefold().removeprefix("@").rstrip(".-")


@lru_cache(maxsize=1024)
def wording(text: str) -> str:
    """A text as quotations are compared: case, kinds of quotation marks and blanks make no difference."""
    return " ".join(_MARKS.sub("'", flattened(text)[0].casefold()).split())


def quoted_parts(quote: str) -> list[str]:
    """The stretches of a quotation between its gaps, as ``wording`` gives them, without marks at the ends."""
    return [part for gap in GAP.split(wording(quote)) if (part := gap.strip(" '.,;:!?-–—()[]*_"))]


def _in_place(found: list[Claim], line: str, at: Sequence[int]) -> list[Claim]:
    """Claims, in order, at their places in the line as it was written."""
    placed = ((at[claim.start], at[claim.end], claim) for claim in sorted(found, key=lambda claim: claim.start))
    return [replace(claim, start=start, end=end, said=line[start:end]) for start, end, claim in placed]


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _quotes(line: str) -> list[Claim]:
    """Quotations with their words; the marks stay outside."""
    if block := BLOCK_QUOTE.match(line):
        return [_quote(block.start(1), block.end(1), block[1])] if quoted_parts(block[1]) else []
    found: list[Claim] = []
    for number, pattern in enumerate(QUOTES):
        for match in pattern.finditer(line):
            group = match.lastindex or 1
            words = match[group]
            if number == 2 and len(words.split()) < SINGLE_WORDS:
                continue
            if quoted_parts(words):
                found.append(_quote(match.start(group), match.end(group), words))
            line = _blanked(line, *match.span())
    return found


def _quote(start: int, end: int, words: str) -> Claim:
    return Claim(start, end, words, "quote", ("“" + wording(words),))


def _unquoted(line: str) -> Iterator[Claim]:
    """Handles, dates and figures, each looked for in what the ones before have left."""
    finders: tuple[Callable[[str], Iterator[Claim]], ...] = (_handles, _dates, _hours, _shares, _figures, _worded)
    for find in finders:
        for claim in list(find(line)):
            yield claim
            line = _blanked(line, claim.start, claim.end)


def _handles(line: str) -> Iterator[Claim]:
    for match in HANDLE.finditer(line):
        end = match.end() - (len(match[1]) - len(match[1].rstrip(".-"))) if match[1].strip(".-") else match.end()
        yield Claim(match.start(), end, match[0], "handle", (name_key(match[1]),))


def _dates(line: str) -> Iterator[Claim]:
    for pattern, keys in (
        (ISO_DATE, lambda m: [m[0]]),
        (WORDED_DATE, _day),
        (WORDED_MONTH, lambda m: [f"{m[2]}-{_month(m[1])}"]),
        (ANY_ORDER, _any_order),
    ):
        for match in pattern.finditer(line):
            if found := keys(match):  # type: ignore[no-untyped-call]
                yield Claim(match.start(), match.end(), match[0], "date", tuple(found))
        line = pattern.sub(lambda match: " " * len(match[0]), line)


def _hours(line: str) -> Iterator[Claim]:
    """Times of the day as ``20:00``, and days of the week."""
    for match in HOUR.finditer(line):
        hour = int(match[1]) % 12 + 12 * (match[3].lower() == "p")
        yield Claim(*match.span(), match[0], "date", (f"{hour:02d}:{match[2] or '00'}",))
    line = HOUR.sub(lambda match: " " * len(match[0]), line)
    for match in CLOCK.finditer(line):
        yield Claim(*match.span(), match[0], "date", (f"{int(match[1]):02d}:{match[2]}",))
    for match in WEEKDAY.finditer(line):
        yield Claim(*match.span(), match[0], "date", (match[1].lower(),))


def _month(name: str) -> str:
    return f"{MONTHS[name.casefold()]:02d}"


def _day(match: re.Match[str]) -> list[str]:
    """A date in words as year-month-day, or month-day without a year."""
    day, month, year = match[1] or match[4], match[2] or match[3], match[5]
    return [(f"{year}-" if year else "") + f"{_month(month)}-{int(day):02d}"]


def _any_order(match: re.Match[str]) -> list[str]:
    """3/5/2024 is the third of May or the fifth of March: whichever is known will do. 1.10.02 is no date."""
    first, last = match[1], match[4]
    year, ends = (first, [(match[3], last)]) if len(first) == 4 else (last, [(first, match[3]), (match[3], first)])
    if len(year) != 4 or any(len(part) > 2 for pair in ends for part in pair):
        return []
    return [f"{year}-{int(month):02d}-{int(day):02d}" for month, day in ends if 1 <= int(month) <= 12]


def _shares(line: str) -> Iterator[Claim]:
    for match in FRACTION.finditer(line):
        above, below = int(match[1] or match[3]), int(match[2] or match[4])
        if below:
            yield _share(match, above / below)
    for match in SHARE.finditer(line):
        top, bottom = match["many"] or match["top"] or "1", match["bottom"]
        part = match["parts"] or match["part"] or match["half"]
        below = PARTS[part.lower()] if part else _count(bottom)
        above = _count(top)
        if above <= below and below > 1:
            yield _share(match, above / below)


def _share(match: re.Match[str], share: float) -> Claim:
    # "Half of" means something like half; "9 in 10" is said of what rounds to it.
    key = f"~{100 * share:.4g}"
    return Claim(match.start(), match.end(), match[0], "figure", (key,), 100 * share, True, slack=5.0)


def _count(words: str) -> int:
    if words.isdigit():
        return int(words)
    total = part = 0
    for word in re.split(r"[- ]", words.lower()):
        if word in SIZES:
            part = max(part, 1) * SIZES[word]
            if SIZES[word] >= 1000:
                total, part = total + part, 0
        else:
            part += 1 if word == "one" else COUNTING.get(word, 0)
    return total + part


def _worded(line: str) -> Iterator[Claim]:
    for match in WORDED.finditer(line):
        words = match[1].lower()
        if words == "one" and not match[2]:
            continue
        value = _count(words)
        key = f"{value}%" if match[2] else str(value)
        step = 10.0 ** (len(str(value)) - len(str(value).rstrip("0"))) if value >= 100 else 1.0
        yield Claim(match.start(), match.end(), match[0], "figure", (key,), value, bool(match[2]), step)


def _figures(line: str) -> Iterator[Claim]:
    matches = list(FIGURE.finditer(line))
    percent = [bool(match[3]) and match[3].strip()[:1].lower() in ("%", "p") for match in matches]
    for place, (before, after) in reversed(list(enumerate(pairwise(matches)))):
        # "17 to 49 %", "17–49 %": the unit stands once and counts for both.
        if percent[place + 1] and not before[3] and RANGE.fullmatch(line[before.end() : after.start()]):
            percent[place] = True
    for match, is_percent in zip(matches, percent, strict=True):
        yield _figure(match, is_percent, bool(HEDGE.search(line[: match.start()])))


def _figure(match: re.Match[str], percent: bool, hedged: bool) -> Claim:
    """The key is the value as text, whatever its commas, plus sign, outer noughts and the way percent is written."""
    sign, written, unit = match[1], match[2].replace(",", ""), (match[3] or "").strip().lower()
    number = re.sub(r"^0+(?=\d)", "", written.rjust(len(written) + written.startswith("."), "0"))
    plain = ":" not in number and number.count(".") <= 1  # 1.10.0 is a version
    decimals = len(number.partition(".")[2]) if plain else 0
    if number.count(".") == 1 and ":" not in number:
        number = number.rstrip("0").rstrip(".")
    minus = "-" if sign[:1].lower() in ("-", "−", "m") and number != "0" else ""
    scale = float(SIGNS.get(unit) or SIZES.get(unit, 1))
    step = 10.0**-decimals * scale
    if hedged and scale == 1 and not decimals:  # "about 1,200" is said of 1,234
        step = 10.0 ** (len(number) - len(number.rstrip("0"))) if number.strip("0") else 1.0
    short = {"thousand": "k", "million": "m", "billion": "bn"}.get(unit, unit)
    key = minus + number + ("%" if percent else short)
    value = (-1 if minus else 1) * float(number) * scale if plain else None
    return Claim(*match.span(), match[0], "figure", (key,), value, percent, step)
