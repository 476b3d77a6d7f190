"""Times that the call before, or the other of two, tells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.understanding.said.times import timed

TODAY = date(2026, 12, 1)
YEARS = {"before": "2024", "after": "2025"}
HALVES = {"before": "first half of 2025", "after": "second half of 2025"}


@pytest.mark.parametrize(
    ("tool", "question", "args", "previous", "found"),
    [
        ("compare_periods", "the second half of 2025 vs the first half",
         {"before": "the second half of 2025", "after": "the first half"}, {},
         {"before": "the second half of 2025", "after": "the first half of 2025"}),
        ("compare_periods", "2025 vs this year", {"before": "2025", "after": "this year"}, {},
         {"before": "2025", "after": "this year"}),
        ("compare_periods", "Garmin vs 2025", {"before": "2025", "after": "the rest"}, {},
         {"before": "2025", "after": "the rest"}),
        ("compare_periods", "just the first 6 months of each?", {"topic": "Garmin", "since": "6 months"}, YEARS,
         {"topic": "Garmin", "before": "first 6 months of 2024", "after": "first 6 months of 2025"}),
        ("compare_periods", "and q1 2026?", {"since": "q1 2026"}, YEARS, {"since": "q1 2026"}),
        ("compare_periods", "and the year before?", {"since": "the year before"}, HALVES,
         {"before": "2024-01-01..2024-06-30", "after": "2024-07-01..2024-12-31"}),
        ("count", "and the month before?", {"topic": "Garmin"}, {"since": "2025-03-01", "until": "2025-03-31"},
         {"topic": "Garmin", "since": "2025-02-01", "until": "2025-02-28"}),
        ("count", "the year before 2025", {"until": "2024"}, {"since": "2025-03-01", "until": "2025-03-31"},
         {"until": "2024"}),
        ("count", "and the month before?", {"since": "last month"}, {}, {"since": "last month"}),
    ],
)  # fmt: skip
def test_times(tool: str, question: str, args: dict[str, Any], previous: dict[str, Any], found: dict[str, Any]) -> None:
    assert timed(tool, question, args, previous, TODAY) == found
