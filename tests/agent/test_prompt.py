"""What is typed in the terminal: a number asks what was offered, names are completed."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.prompt import Prompt

LIBRARY: Any = SimpleNamespace(
    authors={"ana": "Ana", "andy": "andy", "ben": "ben"}, communities={"running": "running", "tea": "Tea"}
)


def test_a_number_asks_what_was_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("first\n2\n3\n\nquit\nnever\n"))
    prompt, asked = Prompt(LIBRARY, tmp_path / "questions.txt"), []
    for question in prompt:
        asked.append(question)
        prompt.offered = ("one?", "two?")
    assert asked == ["first", "two?", "3"]  # there is no third
    assert not (tmp_path / "questions.txt").exists()  # nobody sits at a terminal


def test_handles_and_communities_are_completed(tmp_path: Path) -> None:
    prompt = Prompt(LIBRARY, tmp_path / "questions.txt")
    assert [prompt.complete("@an", number) for number in range(3)] == ["@Ana", "@andy", None]
    assert (prompt.complete("RU", 0), prompt.complete("", 0), prompt.complete("zz", 0)) == ("running", None, None)
