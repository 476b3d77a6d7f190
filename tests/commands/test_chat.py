"""``analyst chat``: one conversation, which outlives errors and can be resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import run
from tests.fake_analyst import FakeAnalyst, finished, index_folder


def test_chat_is_one_conversation_and_outlives_errors(analyst: FakeAnalyst, folder: Path) -> None:
    done = run("chat", "--index", folder, typed="one\n\n" + "x" * 5000 + "\ntwo\nexit\nthree\n")
    assert done.exit_code == 0
    assert [question[:3] for question, _ in analyst.asked] == ["one", "xxx", "two"]
    assert len({thread for _, thread in analyst.asked}) == 1 and None not in {thread for _, thread in analyst.asked}
    assert "5,000 characters" in done.stderr and "asked 'two'" in done.stdout


def test_a_chat_is_resumed_over_the_same_index_only(
    analyst: FakeAnalyst, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYST_STATE", str(tmp_path / "state"))
    assert "no earlier conversation" in run("chat", "--resume", "--index", folder, typed="one\n").stderr
    run("chat", "--index", folder, typed="two\n")
    assert "Going on with: two" in run("chat", "--resume", "--index", folder, typed="three\n").stderr
    other = index_folder(tmp_path / "other")
    assert "no earlier conversation" in run("chat", "--resume", "--index", other, typed="four\n").stderr
    threads = [thread for _, thread in analyst.asked]
    assert threads[1] == threads[2] and len(set(threads)) == 3


def test_ctrl_c_in_a_chat_stops_the_answer_only(analyst: FakeAnalyst, folder: Path) -> None:
    def script(question: str) -> Any:
        if question == "one":
            raise KeyboardInterrupt
        return iter([finished("second answer")])

    analyst.script = script
    done = run("chat", "--index", folder, typed="one\ntwo\n")
    assert done.exit_code == 0 and "Stopped" in done.stderr and "second answer" in done.stdout
