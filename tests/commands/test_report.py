"""``analyst report``: a brief as one file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import run


@pytest.mark.parametrize("name", ["nike.html", "nike.md"])
def test_report_writes_one_file_and_tells_the_brief(tiny_index: Path, tmp_path: Path, name: str) -> None:
    words = ("report", "Nike", "limit=2", "never_names=Adidas", "--index", tiny_index, "--out", tmp_path / name)
    done = run(*words)
    assert done.exit_code == 0 and done.stdout.startswith("Brief for Nike: 3 posts are about it"), done.stderr
    assert f"Saved {tmp_path / name}." in done.stderr
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "Campaign brief: Nike" in text and "Only people who never mention" in text and "1 person left out" in text
    told = json.loads(run(*words, "--json").stdout)
    assert told["tool"] == "write_brief" and len(told["audience"]["people"]) == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["Nike", "--out", "{}/a.pdf"], 1, "A report ends in .html or .md"),
        (["Nike", "--out", "{}/none/a.html"], 1, "no such folder"),
        (["Nike", "running", "--out", "{}/a.html"], 2, "key=value"),
        (["Nike", "colour=red", "--out", "{}/a.html"], 2, "colour"),
        (["Nike", "community=nowhere_here", "--out", "{}/a.html"], 1, "no community named"),
        (["people with depression", "--out", "{}/a.html"], 1, "never inferred"),
        (["Nike"], 2, "--out"),
    ],
)
def test_a_report_that_cannot_be_leaves_no_file(
    tiny_index: Path, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = run("report", *(word.format(tmp_path) for word in words), "--index", tiny_index)
    assert (done.exit_code, done.stdout) == (code, "") and said in done.stderr and not list(tmp_path.iterdir())
