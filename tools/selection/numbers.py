"""Numbers as people write them: ``5``, ``ten``, ``twenty-five``, ``a couple of dozen``."""

from __future__ import annotations

import re
from functools import cache

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ROUGHLY = {"couple": 2, "few": 3, "several": 4, "dozen": 12, "hundred": 100, "hundreds": 100}
DOZENS = {
    "half a dozen": 6,
    "half dozen": 6,
    "couple of dozen": 24,
    "couple dozen": 24,
    "few dozen": 36,
}


@cache
def number_words() -> dict[str, int]:
    """Every wording that is known, without "a" before it."""
    ones, tens = ONES.split(), dict(zip(TENS.split(), range(20, 100, 10), strict=True))
    words = {word: number for number, word in enumerate(ones)} | tens | ROUGHLY | DOZENS
    for number, one in enumerate(ones[1:10], start=1):
        words |= {f"{one} dozen": number * 12, f"{one} hundred": number * 100}
    for ten, value in tens.items():
        words |= {f"{ten}{joint}{one}": value + ones.index(one) for one in ones[1:10] for joint in "- "}
    return words


def as_number(said: str) -> int | None:
    """``said`` as a number, None if it is none."""
    plain = " ".join(said.casefold().replace(",", "").split())
    if match := re.search(r"\d{1,6}", plain):
        return int(match[0])
    for form in (plain, plain.removeprefix("a "), plain.removeprefix("a ").removesuffix(" of")):
        if form in number_words():
            return number_words()[form]
    return None
