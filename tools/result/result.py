"""What every tool returns: a typed result that can say itself in short lines and as plain data."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

SMALL_PEOPLE = 150
SMALL_POSTS = 5
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Evidence:
    """A post that proves something, as it is shown."""

    id: str
    author: str
    text: str
    created_at: str | None
    community: str | None
    likes: int | None
    sentiment: str
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """Base of all results. ``lines`` are what the chat model and the command line read; each line stands for itself."""

    lines: list[str]
    warnings: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A name with a line break in it must not split a line: the answer grammar copies whole lines.
        object.__setattr__(self, "lines", [one_line(line) for line in self.lines])
        object.__setattr__(self, "warnings", [one_line(line) for line in self.warnings])

    @property
    def text(self) -> str:
        """The short text of the result: its lines, then its warnings."""
        return "\n".join([*self.lines, *self.warnings])

    @property
    def handles(self) -> list[str]:
        """Authors that stand in the result."""
        return list(dict.fromkeys(post.author for post in self.evidence))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: every field of the result, and ``tool``."""
        return {"tool": self.tool, **_plain(asdict(self))}

    @property
    def tool(self) -> str:
        """Name of the tool, from the name of its result class: FindAudience → find_audience."""
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def one_line(text: str) -> str:
    """``text`` without line breaks, doubled blanks and characters that steer a terminal or turn the writing round."""
    return _BREAKS.sub(" ", text).strip()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None  # JSON knows no NaN
    return value
