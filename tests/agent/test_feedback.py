"""What people thought of answers is kept on this machine, and becomes a suite that the suite reader takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.feedback import NAME, Feedback, keep_feedback, read_feedback, suite_of
from agent.suite.cases import load_suite
from tests.commands.conftest import run

GOOD = Feedback("Who would buy Nike?", [("find_audience", {"campaign": "Nike"})], True, on="2026-01-02")
BAD = Feedback("Why: her?", [], False, "it asked\nback", "sample", "2026-01-02")


def test_it_is_kept_once_for_a_question_and_readable_by_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    keep_feedback(folder, Feedback(GOOD.question, GOOD.calls, False, "no", on=GOOD.on))
    keep_feedback(folder, GOOD)
    keep_feedback(folder, BAD)
    assert read_feedback(folder) == [GOOD, BAD]
    assert (folder / NAME).stat().st_mode & 0o077 == 0
    with (folder / NAME).open("a") as file:
        file.write("spoilt\n{}\n")
    assert read_feedback(folder) == [GOOD, BAD]


def test_it_becomes_a_suite(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(suite_of([GOOD, BAD]), encoding="utf-8")
    good, bad = load_suite(tmp_path / "suite.yaml").cases
    assert (good.id, good.turns[0].ask, bad.turns[0].ask) == ("feedback-1", GOOD.question, BAD.question)
    text = (tmp_path / "suite.yaml").read_text(encoding="utf-8")
    assert "# 2026-01-02, sample: not useful (it asked back); called: nothing" in text


def test_the_command_lists_and_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYST_STATE", str(tmp_path))
    assert "Nobody has said yet" in run("feedback").stdout
    keep_feedback(tmp_path, BAD)
    assert "not useful (it asked back)" in " ".join(run("feedback").stdout.split())
    assert run("feedback", "--out", tmp_path / "cases.yaml").exit_code == 0
    assert "Why: her?" in (tmp_path / "cases.yaml").read_text()
