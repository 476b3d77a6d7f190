"""What every tool returns: a typed result that says itself in lines of cells and as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from tools.result.evidence import Evidence
from tools.result.line import Line, Listing, line

UNSAID = line("lead")


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """Base of all results.

    ``headline`` is one sentence that answers the call; ``lines`` follow it; ``warnings`` limit them; ``listing`` is
    what they list; ``evidence`` are the posts that prove them; ``not_counted`` says how many posts of which kind are
    not in the figures (``tools.selection.own_words``). A tool fills its own typed fields first, then says them.
    """

    headline: Line = UNSAID
    lines: list[Line] = field(default_factory=list)
    warnings: list[Line] = field(default_factory=list)
    listing: Listing | None = None
    evidence: list[Evidence] = field(default_factory=list)
    not_counted: dict[str, int] = field(default_factory=dict)

    @property
    def said(self) -> list[Line]:
        """All lines in their order: headline, lines, warnings."""
        return [self.headline, *self.lines, *self.warnings]

    @property
    def text(self) -> str:
        """The result as plain text, a line each."""
        return "\n".join(each.text for each in self.said)

    @property
    def handles(self) -> list[str]:
        """Authors whom the result names."""
        told = [str(cell.value) for each in self.said for cell in each.cells if cell.format == "handle"]
        listed = self.listing.names if self.listing and self.listing.kind == "people" else ()
        return list(dict.fromkeys([*listed, *told]))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: ``tool`` and every field, lines as text."""
        return {"tool": self.tool, **{item.name: _plain(getattr(self, item.name)) for item in fields(self)}}

    @property
    def tool(self) -> str:
        """Name of the tool, from the name of its result class: FindAudience → find_audience."""
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _plain(value: Any) -> Any:
    if isinstance(value, Line):
        return value.text
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None  # JSON knows no NaN
    return value
