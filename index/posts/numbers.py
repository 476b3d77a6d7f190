"""Counts as exports write them, "1.204", "26.5K", "3,1 Mio.", decided by the whole column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

COUNT_LIMIT = 2**63
_SUFFIXES = {
    "k": 1e3, "tsd": 1e3, "mil": 1e3, "rb": 1e3, "тыс": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "mi": 1e6,
    "млн": 1e6, "jt": 1e6, "b": 1e9, "bn": 1e9, "mrd": 1e9, "mld": 1e9, "bi": 1e9, "万": 1e4, "萬": 1e4, "만": 1e4,
    "億": 1e8, "亿": 1e8, "억": 1e8,
}  # fmt: skip
_WRITTEN = re.compile(r"([-+−]?)(\d[\d.,]*)([^\W\d_]*)\.?\+?", re.UNICODE)
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009'’_](?=\d{3}(?!\d))")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How the counts of one column are written: the sign before the decimals, and whether the column showed it."""

    decimal: str = "."
    seen: bool = False


def read_count(value: Any, form: NumberForm) -> int | None:
    """A whole number; what is behind its decimal sign is cut. None for a truth: Reddit says under "likes" whether the
    reader liked the post. Raises ValueError if it is no number that can be stored.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (list, tuple, dict, set)):
        raise ValueError("is a list or an object, not a number")
    number = value if isinstance(value, (int, float)) else _written(str(value), form)
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("is no number")
    count = int(number)
    if abs(count) >= COUNT_LIMIT:
        raise ValueError("is too large a number")
    return count


def _written(text: str, form: NumberForm) -> float:
    text = text.strip()
    try:
        return int(text) if len(text) <= _LONGEST else math.inf
    except ValueError:
        pass
    parts = _parts(text)
    if parts is None:
        try:
            return float(text)  # 1e3
        except ValueError:
            raise ValueError("is no number") from None
    sign, digits, suffix = parts
    plain = float(_plain(digits, form, bool(suffix)))
    return (-plain if sign in ("-", "−") else plain) * _SUFFIXES.get(suffix, 1)


def _parts(text: str) -> tuple[str, str, str] | None:
    found = _WRITTEN.fullmatch(_SPACES.sub("", text[:_LONGEST]).replace(" ", "").replace("\u00a0", ""))
    if found is None or (found[3] and found[3].lower() not in _SUFFIXES):
        return None
    return found[1], found[2].rstrip(".,"), found[3].lower()


def _plain(digits: str, form: NumberForm, short: bool) -> str:
    """The digits with a dot before the decimals and nothing between thousands."""
    signs = [sign for sign in ".," if sign in digits]
    if len(signs) == 2:
        decimal = max(signs, key=digits.rfind)
        thousands = "," if decimal == "." else "."
        return digits.replace(thousands, "").replace(decimal, ".")
    if not signs:
        return digits
    (sign,) = signs
    whole, _, behind = digits.rpartition(sign)
    if digits.count(sign) > 1:
        return digits.replace(sign, "")
    if short or len(behind) != 3 or whole in ("", "0") or len(whole) > 3 or (form.seen and sign == form.decimal):
        return f"{whole or '0'}.{behind}"
    return whole + behind


def number_form(values: Iterable[Any]) -> NumberForm:
    """What some values of a column show of its decimal sign."""
    shown = {".": 0, ",": 0}
    for value in values:
        if not isinstance(value, str) or not ("." in value or "," in value):
            continue
        parts = _parts(value.strip())
        if parts is None:
            continue
        digits = parts[1]
        for sign, other in ((".", ","), (",", ".")):
            whole, _, behind = digits.rpartition(sign)
            if sign not in digits:
                continue
            if other in whole or (digits.count(sign) == 1 and len(behind) != 3 and other not in digits):
                shown[sign] += 1
            elif digits.count(sign) > 1:
                shown[other] += 1
    if shown["."] == shown[","]:
        return NumberForm()
    return NumberForm("." if shown["."] > shown[","] else ",", True)
