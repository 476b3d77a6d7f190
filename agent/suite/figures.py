"""Which figures of an answer stand in no result: a second opinion, written apart from the check in the agent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

FIGURE = re.compile(
    r"(?<![\w@])"  # not inside a word or a handle
    r"(?P<number>(?:\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"(?P<unit>\s?%|\s?per\s?cent(?:age)?\b|\s?thousand\b|\s?million\b|\s?billion\b|[km]\b|bn\b)?",
    re.IGNORECASE,
)
# The number of an item in a list counts the items and says nothing; 14:00 is the hour 14.
SILENT = re.compile(r"^\s*\d{1,2}[.)]\s|(?<=\d):00\b", re.MULTILINE)
UNITS = {
    "%": 0.01,
    "percent": 0.01,
    "percentage": 0.01,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
}


def ungrounded_figures(answer: str, results: Iterable[Any]) -> list[str]:
    """Figures of ``answer`` that stand nowhere in ``results``, as written and each once.

    A figure may be a rounding of what stands there, a fraction may be said in percent, 119,432 as 119k.
    """
    values = {abs(value) for result in results for value in _values(result)}
    found = FIGURE.finditer(SILENT.sub(lambda match: "\n" if match[0].rstrip()[-1] in ".)" else "", answer))
    return list(dict.fromkeys(match[0] for match in found if not _stands(match, values)))


def _stands(match: re.Match[str], values: Iterable[float]) -> bool:
    figure, decimals = _number(match), len(match["number"].partition(".")[2])
    near = 0.5 * 10**-decimals + 1e-9
    unit = UNITS.get(re.sub(r"\s", "", match["unit"] or "").casefold())
    return any(
        abs(value - figure) <= (near if value >= 1 or decimals else 1e-9)  # 0.6 is no 1: it would prove any 1
        or (unit is not None and abs(value / unit - figure) <= near)
        for value in values
    )


def _values(result: Any) -> Iterable[float]:
    """All numbers of a result, those in its words and in its keys included."""
    if isinstance(result, dict):
        for key, value in result.items():
            yield from _values(key)
            yield from _values(value)
    elif isinstance(result, (list, tuple)):
        for value in result:
            yield from _values(value)
    elif isinstance(result, str):
        yield from map(_number, FIGURE.finditer(result))
    elif isinstance(result, (int, float)) and not isinstance(result, bool):
        yield float(result)


def _number(match: re.Match[str]) -> float:
    return float(re.sub(r"[,\u00a0\u202f]", "", match["number"]))
