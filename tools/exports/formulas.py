"""Cells that no spreadsheet computes, whatever people call themselves."""

from __future__ import annotations

import re
from typing import Any

from tools.result.line import one_line

# What a spreadsheet takes for the beginning of a formula, in its narrow and its wide form. What nobody sees, and the
# signs by which spreadsheets of other countries part cells, may stand before it.
_HIDES = (
    r"\s\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_PARTS = ";,|"
_BEGINS = r"=+\-@＝＋－＠"
_FORMULA = re.compile(rf"[{_HIDES}{_PARTS}\"]*[{_BEGINS}\t\r\n]")
# Takes each run of signs whole and never looks at it again, so that a post of nothing but commas costs no time; the
# group tells that a formula begins behind it.
_INSIDE = re.compile(rf"[{_PARTS}\"][{_HIDES}{_PARTS}\"]*+((?=[{_BEGINS}](?![\d.,]+[ %]*(?:[\s{_PARTS}]|$)|\s)))?")


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet computes; numbers stay numbers, None is empty.

    OWASP's advice against CSV injection: text that begins like a formula gets a ' before it; so does what would begin
    like one in a cell of its own, where a spreadsheet takes another sign than the comma for the end of a cell.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = one_line(value) if value.strip() else ""
    safe = _INSIDE.sub(lambda run: run[0] if run[1] is None else f"{run[0]}'", text)
    return "'" + safe if _FORMULA.match(value) or _FORMULA.match(text) else safe
