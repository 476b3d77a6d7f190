"""``analyst ask``: what it prints where, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.events import ToolFinished
from tests.commands.conftest import run
from tests.fake_analyst import FakeAnalyst, finished
from tools.library import Library
from tools.registry import call_tool


def test_ask_puts_the_final_answer_on_stdout_and_the_steps_on_stderr(analyst: FakeAnalyst, folder: Path) -> None:
    done = run("ask", "Who drinks tea?", "--index", folder)
    assert done.exit_code == 0
    assert "They like **tea**, asked 'Who drinks tea?'." in done.stdout
    assert "99 teas" not in done.stdout and "search_posts" not in done.stdout
    assert '→ search_posts(query="tea", limit=5)' in done.stderr and "2 posts nearest" in done.stderr


def test_ask_json_prints_one_object_and_nothing_else(analyst: FakeAnalyst, folder: Path) -> None:
    done = run("ask", "Who drinks tea?", "--index", folder, "--json", "--model", "some/model")
    assert done.exit_code == 0
    assert set(json.loads(done.stdout)) == {
        "answer", "calls", "results", "not_covered", "grounded", "sources", "seconds", "model",
    }  # fmt: skip
    assert "chatter" in done.stderr and analyst.model_name == "some/model"


def test_larger_models_are_named_quantized_and_said_to_be_elsewhere(analyst: FakeAnalyst, folder: Path) -> None:
    assert run("ask", "q", "--index", folder, "--model", "some/model", "--quantize", "4bit").exit_code == 0
    assert analyst.model_name == "some/model 4bit"
    away, here = (
        run("ask", "q", "--index", folder, "--model", f"http://{host}:8000/v1#x") for host in ("10.0.0.7", "localhost")
    )
    assert "are sent to http://10.0.0.7:8000/v1." in away.stderr and "are sent to" not in here.stderr
    assert run("ask", "q", "--index", folder, "--quantize", "3bit").exit_code == 2


def test_a_chroma_server_is_named_by_option_or_environment(
    analyst: FakeAnalyst, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("ask", "q", "--index", folder, "--chroma", "http://vectors:8000").exit_code == 0
    assert analyst.model_name == "fake http://vectors:8000"
    monkeypatch.setenv("ANALYST_CHROMA", "http://others:1")
    assert run("chat", "--index", folder, typed="exit\n").exit_code == 0
    assert analyst.model_name == "fake http://others:1"


def test_ask_says_when_an_answer_is_not_grounded(analyst: FakeAnalyst, folder: Path) -> None:
    analyst.script = lambda question: iter([finished("42.", grounded=False)])
    assert "traced" in run("ask", "How many?", "--index", folder).stderr


def test_terminal_commands_in_posts_are_taken_out(analyst: FakeAnalyst, folder: Path) -> None:
    analyst.script = lambda question: iter([finished("a \x1b[2J\x1b]0;hacked\x07 b \u202edcba")])
    assert not set("\x1b\x07\u202e") & set(run("ask", "q", "--index", folder).stdout)


@pytest.mark.parametrize("question", ["", "   ", "x" * 50_000])
@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_impossible_questions_end_with_a_sentence(
    analyst: FakeAnalyst, folder: Path, question: str, extra: list[str]
) -> None:
    done = run("ask", question, "--index", folder, *extra)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("The question") and "Traceback" not in done.stderr


def test_ask_exports_what_the_tools_found(analyst: FakeAnalyst, tiny_index: Path, tmp_path: Path) -> None:
    library = Library.open(tiny_index)
    analyst.library = library

    def script(question: str) -> Any:
        for args in ({"of": "people"}, {"of": "posts"}, {"of": "people"}):
            yield ToolFinished("1", "count", "told", call_tool(library, "count", args), 0.1, args)
        yield ToolFinished("2", "count", "failed", None, 0.1)
        yield finished("done")

    analyst.script = script
    for extra in ([], ["--json"]):
        done = run("ask", "How many?", "--index", tiny_index, "--export", tmp_path / "a.json", *extra)
        assert done.exit_code == 0 and f"Saved {tmp_path / 'a-2.json'}." in done.stderr, done.stderr
        assert "done" in done.stdout and "Saved" not in done.stdout
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "a-2.json"))
    assert [first["of"], second["of"]] == ["posts", "people"] and first["export"]["question"] == "How many?"
    assert first["export"]["model"] == analyst.model_name and not (tmp_path / "a-3.json").exists()


def test_an_answer_without_results_exports_nothing(analyst: FakeAnalyst, folder: Path, tmp_path: Path) -> None:
    analyst.script = lambda question: iter([finished("Hello.")])
    done = run("ask", "Hi", "--index", folder, "--export", tmp_path / "a.csv")
    assert done.exit_code == 1 and "Hello." in done.stdout and "nothing to export" in done.stderr
    refused = run("ask", "Hi", "--index", folder, "--export", tmp_path / "a.pdf")
    assert (refused.exit_code, refused.stdout) == (1, "") and "An export ends in" in refused.stderr
    assert len(analyst.asked) == 1 and not list(tmp_path.glob("a.*"))
