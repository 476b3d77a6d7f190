"""What of a question could tell people apart by a trait."""

from __future__ import annotations

from typing import Any

import pytest

from agent.understanding.said.bare import beyond


@pytest.mark.parametrize(
    ("question", "args", "left"),
    [
        ("and nobody who has slagged it off", {}, ""),
        ("who should we not show it to?", {"order": "least"}, ""),
        ("drop anyone who isn't in the running community", {"active_in": ["running"]}, ""),
        ("which of them are gay?", {}, "which of them are gay?"),
        ("only those who left the church", {"names": ["Uber"]}, "only those who left the church"),
        ("We sell vegan shoes. Who should we not show it to?", {}, "We sell vegan shoes."),
        ("everybody who lives on Cedar Ave", {"names": ["Cedar Ave"]}, "everybody who lives on Cedar Ave"),
    ],
)
def test_what_is_judged(question: str, args: dict[str, Any], left: str) -> None:
    assert beyond(question, args) == left
