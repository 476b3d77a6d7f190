"""The door: help, failures as sentences, and which index is meant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent import sample
from tests.commands.conftest import run
from tests.conftest import ROOT
from tests.fake_analyst import FakeAnalyst, index_folder


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, app\ntry: app.app(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'gradio', 'transformers', 'chromadb', 'spacy', 'langchain', 'numpy', 'pandas', 'duckdb'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("index", "ask", "chat", "call", "info", "eval", "serve"))


def test_what_nobody_foresaw_is_a_sentence_too_unless_debugging(analyst: FakeAnalyst, folder: Path) -> None:
    def broken(question: str) -> Any:
        raise ZeroDivisionError("oh")

    analyst.script = broken
    done = run("ask", "q", "--index", folder)
    assert done.exit_code == 1 and "ZeroDivisionError: oh" in done.stderr and "--debug" in done.stderr
    assert isinstance(run("--debug", "ask", "q", "--index", folder).exception, ZeroDivisionError)


def test_an_index_that_is_not_there(analyst: FakeAnalyst, tmp_path: Path) -> None:
    for words in (
        ["ask", "q", "--index"],
        ["info"],
        ["serve", "--index"],
        ["call", "search_posts", "query=a", "--index"],
    ):
        done = run(*words, tmp_path / "none")
        assert done.exit_code == 1 and "no index" in done.stderr and analyst.asked == []


def test_the_index_comes_from_the_environment(
    analyst: FakeAnalyst, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYST_INDEX", str(folder))
    assert run("ask", "q").exit_code == 0
    assert json.loads(run("info", "--json").stdout)["index"] == str(folder)


def test_without_an_index_the_sample_is_indexed_once(
    analyst: FakeAnalyst, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def build(files: list[str], out: Path) -> None:
        built.append(files)
        index_folder(out)

    monkeypatch.setattr(sample, "SAMPLE_INDEX", tmp_path / "indexes" / "sample")
    monkeypatch.setattr(sample, "build", build)
    assert [run("ask", "q").exit_code, run("ask", "q").exit_code] == [0, 0]
    assert built == [[str(ROOT / "index" / "sample" / "posts.jsonl")]]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["call", "find_people"], "search_posts"),
        (["call", "search_posts", "tea"], "key=value"),
        (["serve", "--host", "0.0.0.0"], "--auth user:password"),
        (["serve", "--host", "example.org"], "--auth user:password"),
        (["serve", "--host", "0.0.0.0", "--auth", "me"], "user:password"),
        (["index", "a.jsonl", "--out", "x", "--map", "text"], "key=value"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_choices(words: list[str], named: str) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "") and named in done.stderr


def test_telemetry_is_off_whatever_the_surroundings_say() -> None:
    names = ["HF_HUB_DISABLE_TELEMETRY", "GRADIO_ANALYTICS_ENABLED", "ANONYMIZED_TELEMETRY", "LANGSMITH_TRACING"]
    code = f"import os, app; app.hush_libraries(); print([os.environ[name] for name in {names}])"
    outside = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "True", "LANGSMITH_TRACING": "true"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=outside, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['1', 'False', 'False', 'false']"
