"""The scale benchmark: its posts are the base again and again, what was read in them fits, and its table tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import many_posts
import numpy as np
import pytest
import scale

from index.build import build_index
from index.check import check_index
from tests.conftest import small_rows
from tests.fake_reader import FakeReader


@pytest.fixture
def base(write: Callable[..., str], tmp_path: Path, fake_reader: type[FakeReader]) -> Path:
    build_index([write("posts.jsonl", small_rows())], tmp_path / "base")
    return tmp_path / "base"


def test_posts_are_the_base_again_with_other_people_and_words(base: Path, tmp_path: Path) -> None:
    many = many_posts.ManyPosts(base)
    many.write(40, tmp_path / "many.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "many.jsonl").read_text(encoding="utf-8").splitlines()]
    found = [analysis for first in (0, 16, 32) for analysis in many.read(first, min(16, 40 - first))]
    assert [row["text"] for row in rows[:11]] == [row["text"] for row in small_rows()]
    assert len({row["id"] for row in rows}) == 40 and len({row["author"] for row in rows}) == 22
    assert len({row["text"] for row in rows}) == 40
    for row, analysis in zip(rows, found, strict=True):
        for mention in analysis.mentions:
            assert row["text"][mention.start : mention.end] == mention.text
        assert np.linalg.norm(analysis.embedding) == pytest.approx(1, abs=1e-5)
    for number in (11, 22, 33):  # the copies of the first
        likeness = float(found[0].embedding @ found[number].embedding)
        assert 0.8 < likeness < 0.9999 and (found[0].sentiment == found[number].sentiment).all()
    assert {each.text for each in found[11].phrases} != {each.text for each in found[22].phrases}


def test_an_index_of_a_size_is_made_and_measured(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_reader: type[FakeReader]
) -> None:
    monkeypatch.setattr(many_posts, "Reader", FakeReader)
    found = scale.build(base, 30, tmp_path)
    assert (found["posts"], found["peak_mb"] > 0, found["disk_mb"]["facts"] > 0) == (30, True, True)
    assert check_index(tmp_path / "30") == []


def report() -> dict[str, Any]:
    def size(posts: int, p95: float, peak: int) -> dict[str, Any]:
        tools = {"find_audience": {"p50": 0.1, "p95": p95}, "count": {"p50": 0.1, "p95": 0.2}}
        build = {"posts": posts, "seconds": 9.0, "stand_in_seconds": 1.0, "posts_per_second_but_analysis": 500.0,
                 "peak_mb": peak, "disk_mb": {"facts": 1.5, "chroma": 3.0}}  # fmt: skip
        use = {"opening": 0.5, "opening_again": 0.4, "names_counted": 2.0, "tools": tools,
               "memory": {"peak_mb": 700, "own_mb": 300}}  # fmt: skip
        return {"build": build, "use": use, "add": {"seconds": 4.0}}

    return {"sizes": [size(1000, 0.2, 900), size(10_000, 1.2, 3000)]}


def test_the_table_marks_what_is_over_its_bar(tmp_path: Path) -> None:
    lines = {line[:34].strip(): line[34:].split() for line in scale.table_of(report())}
    assert lines["find_audience, p95 (s)"] == ["0.20", "1.20!"] and lines["count, p95 (s)"] == ["0.20", "0.20"]
    assert lines["build, peak memory (MB)"] == ["900", "3,000!"] and lines["adding 100 posts (s)"] == ["4.00", "4.00"]
    scale.plot(report(), tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_bytes().startswith(b"<?xml")
