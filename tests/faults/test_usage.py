"""Wrong options, files of questions that are none, ports that are taken."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Ended

Run = Callable[..., Ended]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["ask"], "Missing argument"),
        (["ask", "q", "--colour"], "No such option"),
        (["index", "a.jsonl"], "Missing option '--out'"),
        (["ask", "q", "--quantize", "3bit"], "--quantize"),
        (["serve", "--port", "0"], "--port"),
        (["serve", "--port", "many"], "--port"),
        (["eval", "suite.yaml", "--least", "2"], "--least"),
        (["call", "find_people"], "find_audience"),
        (["index", "a.jsonl", "--out", "x", "--map", "text"], "key=value"),
        (["serve", "--host", "0.0.0.0"], "--auth user:password"),
    ],
)
def test_wrong_usage_ends_with_2(analyst: Run, words: list[str], said: str) -> None:
    analyst(*words).said(said, code=2)


@pytest.mark.parametrize("content", [None, "", "a: [", "- 1", "\x00", "id: x\nturns: 7", "id: x"])
def test_a_suite_that_is_none(analyst: Run, tiny_index: Path, tmp_path: Path, content: str | None) -> None:
    suite = tmp_path / "suite.yaml"
    if content is not None:
        suite.write_text(content)
    analyst("eval", suite, "--index", tiny_index).said("suite.yaml")


def test_a_port_that_is_taken(analyst: Run, tiny_index: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        analyst("serve", "--index", tiny_index, "--port", port).said(str(port), "--port")


@pytest.mark.parametrize(
    "content", ["", "user,campaign\nana,Nike\n", "\x00\x01", "user,campaign,engaged\nana,Nike,9\n"]
)
def test_outcomes_that_are_none(analyst: Run, tiny_index: Path, tmp_path: Path, content: str) -> None:
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text(content)
    analyst("calibrate", outcomes, "--index", tiny_index).said("outcomes.csv")
