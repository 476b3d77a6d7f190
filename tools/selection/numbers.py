"""Numbers and months as people write them: ``5``, ``10k``, ``twenty-five``, ``a couple of dozen``, ``1.5 million``.

The one table of these words for the whole program.
"""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ONES = {word: number for number, word in enumerate(_ONES.split())}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ROUGHLY = {"couple": 2, "few": 3, "several": 4}
SIZES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
SIGNS = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9}  # written close behind the digits
MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DIGITS = re.compile(rf"(?<![\d.])(\d{{1,12}}(?:\.\d+)?)(?:({'|'.join(SIGNS)})\b|[ -]({'|'.join(SIZES)})s?\b)?")
_SILENT = frozenset(("a", "an", "and", "of"))


def as_number(said: str) -> int | None:
    """``said`` as a whole number, its digits wherever they stand or else all its words; None if it is none."""
    plain = " ".join(said.casefold().replace(",", "").split())
    if match := _DIGITS.search(plain):
        return int(float(match[1]) * (SIGNS.get(match[2]) or SIZES.get(match[3], 1)) + 1e-6)
    return _worded(re.split(r"[ -]", plain))


def _worded(words: list[str]) -> int | None:
    """``two hundred and fifty``, ``one and a half million``; None for words that are no number together."""
    total, part = 0.0, None  # what is counted, and the number of which the next size is so many times
    for word in words:
        size = SIZES.get(word) or SIZES.get(word.removesuffix("s"))
        if word in _SILENT:
            continue
        if size:
            part = (1.0 if part is None else part) * size
            total, part = (total + part, None) if size >= 1000 else (total, part)
        elif (value := _value(word)) is not None and _goes_on(part, value):
            part = (part or 0.0) + value
        else:
            return None
    whole = total + (part or 0.0)
    return int(whole) if whole.is_integer() and not set(words) <= _SILENT else None


def _value(word: str) -> float | None:
    return 0.5 if word == "half" else ONES.get(word, TENS.get(word, ROUGHLY.get(word)))


def _goes_on(part: float | None, value: float) -> bool:
    """Whether ``value`` may follow in the same number: "twenty-five", "two hundred and ten", "two and a half"."""
    if part is None or value < 1 <= part:
        return True
    room = 100 if part % 100 == 0 else 10 if part % 10 == 0 and part % 100 > 10 else 0
    return part > 0 and value < room
