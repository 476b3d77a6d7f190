"""An answer may only contain what tools returned: every figure and handle is looked up in this conversation's results."""

from __future__ import annotations

import re
from collections.abc import Iterable

HANDLE = re.compile(r"(?<![\w/])@([A-Za-z0-9_][\w.-]*\w|\w)")
FIGURE = re.compile(r"(?<![\w.])[-+−]?\d+(?:[.,:]\d+)*(?!\w)|\d+(?:[.,]\d+)*")


def loose_ends(answer: str, sources: Iterable[str], people: Iterable[str] = ()) -> list[str]:
    """Figures and handles of ``answer`` that stand in none of the ``sources`` (texts of tool results) nor among ``people``.

    Figures match by value: "1,200" is 1200, and 62 matches 62.0. Figures that are part of a word ("PS5") count like others.
    """
    text = "\n".join(sources)
    known = {value(figure) for figure in FIGURE.findall(text)}
    names = {name.casefold() for name in HANDLE.findall(text)} | {name.casefold() for name in people}
    loose = ["@" + name for name in HANDLE.findall(answer) if name.casefold() not in names]
    without_handles = HANDLE.sub(" ", answer)
    loose += [figure for figure in FIGURE.findall(without_handles) if value(figure) not in known]
    return list(dict.fromkeys(loose))


def value(figure: str) -> str:
    """A figure's value as text, whatever its commas, plus sign and trailing zeros."""
    plain = figure.replace("−", "-").replace(",", "").lstrip("+")
    try:
        return f"{float(plain):g}"
    except ValueError:
        return plain
