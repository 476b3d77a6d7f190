"""What a result says, as plain text, for tests that look for words."""

from __future__ import annotations

from tools.result.result import ToolResult


def lines(result: ToolResult) -> list[str]:
    """The headline and the lines behind it."""
    return [line.text for line in (result.headline, *result.lines)]


def warnings(result: ToolResult) -> list[str]:
    return [line.text for line in result.warnings]
