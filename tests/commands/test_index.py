"""``analyst index`` and ``info``: what they report, and how an unfinished run goes on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import index.build
from index.build import Tally
from index.posts.report import Report
from tests.commands.conftest import run
from tests.conftest import small_rows
from tests.fake_analyst import manifest


def test_index_reports_what_it_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "posts.jsonl"
    source.write_text("{}\n")
    report = Report(posts=12345, duplicates=2, rejected=Counter({"no text": 2, "no author": 1}))
    tally = Tally(posts=12345, report=report)
    seen: dict[str, Any] = {}

    def build(sources: list[str], out: Path, **options: Any) -> Any:
        seen.update(options)
        options["watch"].advance(3, 12345)
        return manifest(rejected=3, duplicates=2), tally

    monkeypatch.setattr(index.build, "build_index", build)
    done = run("index", source, "--out", tmp_path / "out", "--map", "text=body", "--ner", "xx_small")
    assert done.exit_code == 0 and seen["options"].columns == {"text": "body"} and seen["ner"] == "xx_small"
    for part in ("12,345 posts by 678 people", "2013-01-03 to 2023-06-30", "2 × no text", "2 duplicates", "617 posts/s",
                 "900 MB", str(tmp_path / "out")):  # fmt: skip
        assert part in done.stdout
    told = json.loads(run("index", source, "--out", tmp_path / "out", "--json").stdout)
    assert told["posts"] == 12345 and told["reasons"] == {"no text": 2, "no author": 1}


def test_ctrl_c_while_indexing_ends_calmly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    source = tmp_path / "posts.jsonl"
    source.write_text("{}\n")
    monkeypatch.setattr(index.build, "build_index", build)
    done = run("index", source, "--out", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (1, "Stopped; nothing was left behind.\n")


def test_ctrl_c_tells_how_to_go_on(tmp_path: Path, fake_reader: Any) -> None:
    """And so does any other end; the next run says where it goes on."""
    source, words = tmp_path / "posts.jsonl", ("index", tmp_path / "posts.jsonl", "--out", tmp_path / "out")
    source.write_text("".join(json.dumps(row) + "\n" for row in small_rows()))
    kept = "posts are analysed and kept: the same command goes on from there."

    def stop(number: int) -> None:
        if number:
            raise KeyboardInterrupt if number == 1 else RuntimeError("head")

    fake_reader.on_read = stop
    done = run(*words)
    assert (done.exit_code, done.stderr) == (1, f"2 {kept}\nStopped.\n")
    fake_reader.forget()
    fake_reader.on_read = lambda number: stop(2 * number)
    done = run(*words)
    assert done.stderr.splitlines()[:2] == ["Resumed at 2 posts.", f"4 {kept}"] and "head" in done.stderr
    fake_reader.forget()
    done = run(*words)
    assert done.exit_code == 0 and "Resumed at 4 posts." in done.stderr and "Indexed 11 posts" in done.stdout


@pytest.mark.parametrize(
    ("read", "posts", "total", "said"),
    [
        (300, 12_000, 1_000, " of about 40,000"),
        (333, 12_000, 1_000, " of about 36,000"),
        (1, 3, 2, " of about 6"),
        (1_000, 12_000, 1_000, ""),  # a small file is read at once
        (300, 12_000, None, ""),
        (0, 5, 10, ""),
    ],
)
def test_how_many_posts_there_may_be(read: int, posts: int, total: int | None, said: str) -> None:
    from agent.console import _of_about

    assert _of_about(read, posts, total) == said


def test_index_and_info_on_real_posts(tiny_index: Path, encoder: Any, tmp_path: Path) -> None:
    done = run("index", tiny_index.parent / "posts.jsonl", "--out", tmp_path / "again")
    assert done.exit_code == 0 and "11 posts by 6 people" in done.stdout and "Rejected" in done.stdout
    assert "11" in run("info", tmp_path / "again").stdout
    assert json.loads(run("info", tmp_path / "again", "--json").stdout)["people"] == 6


def test_what_belongs_to_a_cluster_is_said_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "posts.jsonl"
    source.write_text("{}\n")
    seen: dict[str, Any] = {}

    def build(sources: list[str], out: Path, **options: Any) -> Any:
        seen.update(options)
        return manifest(), Tally()

    monkeypatch.setattr(index.build, "build_index", build)
    done = run("index", source, "--out", tmp_path / "out", "--workers", "2")
    assert (done.exit_code, done.stderr) == (2, "--address and --workers belong to --engine ray.\n")
    far = ("--engine", "ray", "--address", "one:6379", "--workers", "3")
    assert run("index", source, "--out", tmp_path / "out", *far).exit_code == 0
    assert (seen["engine"].address, seen["engine"].workers) == ("one:6379", 3)
    assert run("index", source, "--out", tmp_path / "out").exit_code == 0 and seen["engine"] is None
