"""Results as words and as plain data, and indexes that cannot be opened."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AnalystError
from tools.library import Library, nearest_names
from tools.result.result import Evidence, ToolResult, one_line
from tools.result.words import count, listed, percent, quote, said, short, small_sample, tone


@dataclass(frozen=True, kw_only=True)
class SomeTool(ToolResult):
    value: object = None


def post(**values: object) -> Evidence:
    known = {
        "id": "1",
        "author": "ana",
        "text": "hi",
        "created_at": None,
        "community": None,
        "likes": None,
        "sentiment": "neutral",
    }
    return Evidence(**{**known, **values})  # type: ignore[arg-type]


def test_plain_data() -> None:
    value = {
        "nan": float("nan"),
        "inf": [float("inf")],
        "day": date(2024, 1, 2),
        "at": datetime(2024, 1, 2, tzinfo=UTC),
        "third": (1 / 3,),
    }
    data = SomeTool(lines=["x"], value=value).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == {
        "tool": "some_tool",
        "lines": ["x"],
        "warnings": [],
        "evidence": [],
        "value": {
            "nan": None,
            "inf": [None],
            "day": "2024-01-02",
            "at": "2024-01-02T00:00:00+00:00",
            "third": [0.3333],
        },
    }


def test_text_and_handles() -> None:
    result = SomeTool(lines=["a\nb", "c"], warnings=["d\u2028e"], evidence=[post(), post(author="ben"), post()])
    assert result.text == "a b\nc\nd e"
    assert result.handles == ["ana", "ben"]


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1 and line == line.strip()
    assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in line)


@given(st.text(), st.integers(1, 100))
def test_quotes_are_short_and_closed(text: str, length: int) -> None:
    line = quote(text, length)
    assert line[0] == line[-1] == '"' and '"' not in line[1:-1] and len(line) <= length + 3
    assert short(text, length) == line[1:-1]


def test_a_post_in_a_line() -> None:
    full = post(text='say "hi"\n🙂', created_at="2024-01-02T03:04:05+00:00", community="toys", likes=1)
    assert said(full) == "@ana in toys on 2024-01-02 (1 like): \"say 'hi' 🙂\""
    assert said(post(likes=0)) == '@ana (0 likes): "hi"'
    assert said(post(likes=-1200)) == '@ana (-1,200 likes): "hi"'
    assert said(post()) == '@ana: "hi"'


def test_words() -> None:
    assert [count(1, "post"), count(2000, "post"), count(0, "person", "people")] == [
        "1 post",
        "2,000 posts",
        "0 people",
    ]
    assert [percent(0), percent(0.626), percent(1)] == ["0 %", "63 %", "100 %"]
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [tone(0), tone(0.07), tone(0.1), tone(-0.1), tone(0.5), tone(-0.5)] == [
        "mixed", "mixed", "more positive than not", "more negative than not", "clearly positive", "clearly negative",
    ]  # fmt: skip
    assert small_sample(5) == [] and small_sample(1) == ["Careful: this rests on only 1 post."]
    assert nearest_names("nik", ["nike", "adidas"]) == ["nike"] and nearest_names("", ["nike"]) == []


def test_an_index_that_is_damaged_is_refused(sample_index: Path, tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="no index directory"):
        Library.open(tmp_path / "none")
    for part in ("facts/posts.parquet", "facts/people.parquet", "chroma"):
        copy = tmp_path / part.replace("/", "-")
        shutil.copytree(sample_index, copy)
        broken = copy / part
        shutil.rmtree(broken) if broken.is_dir() else broken.unlink()
        with pytest.raises(AnalystError, match="damaged") as caught:
            Library.open(copy)
        assert part in str(caught.value)
