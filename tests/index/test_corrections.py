"""What people correct by hand: kept beside the versions, counted by every tool, undone, forgotten with its post."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from index.check import check_index
from index.corrections import (
    NAME,
    correct_name,
    correct_tone,
    read_corrections,
    undo_corrections,
)
from index.errors import AnalystError
from index.remove import remove_posts
from index.repair import repair_index
from index.store.corrected import Correction
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import call_tool

ROWS = [
    post("a", "ana", "My Nike shoes are great", names=["Nike"], tone="good", at="2024-03-01T10:00:00+00:00"),
    post("b", "ben", "Nike again", names=["Nike"], tone="bad", at="2024-03-02T10:00:00+00:00"),
    post("c", "cleo", "I ate an Apple", names=["Apple"], at="2024-03-03T10:00:00+00:00"),
    post("d", "dan", "Apple made my phone", names=["Apple"], tone="good", at="2024-03-04T10:00:00+00:00"),
]


@pytest.fixture
def copy(tiny_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_index, tmp_path / "copy")


def corrected(folder: Path, *corrections: Correction) -> Library:
    from index.store.facts import Facts

    library = make_library(folder, ROWS)
    library.facts.close()
    library.facts = Facts(folder / "facts", corrections)
    return library


def call(library: Library, tool: str, **args: Any) -> Any:
    return call_tool(library, tool, args)


def test_a_tone_counts_in_every_tool_and_is_told(tmp_path: Path) -> None:
    library = corrected(tmp_path, Correction("b", "positive"), Correction("b", "positive", "Nike", ("nike",)))
    felt = call(library, "analyze_sentiment", topic="Nike")
    assert felt.shares.positive == 1 and "1 tone was corrected by hand." in felt.text
    assert call(library, "count", of="posts", sentiment="positive").value == 3
    compared = call(library, "compare_brands", brands=["Nike", "Apple"])
    assert {each.name: each.positive for each in compared.brands} == {"Nike": 1, "Apple": 0.5}
    assert "1 tone was corrected by hand." in compared.text
    fewest = call(library, "rank", of="name", by="negative", order="least", type="brand")
    assert {group.value for group in fewest.groups} == {0}
    assert "corrected" not in call(library, "analyze_sentiment", topic="Apple").text
    assert library.facts.rows("SELECT id FROM posts") == [("a",), ("b",), ("c",), ("d",)]  # the order of the file


def test_the_tone_toward_a_name_leaves_that_of_the_post(tmp_path: Path) -> None:
    library = corrected(tmp_path, Correction("b", "positive", "Nike", ("nike",)))
    assert call(library, "count", of="posts", topic="Nike", sentiment="positive").value == 2
    assert call(library, "count", of="posts", sentiment="negative").value == 1


def test_what_is_no_name_is_counted_nowhere(tmp_path: Path) -> None:
    library = corrected(tmp_path, Correction("c", "", "Apple", ("apple",)))
    assert call(library, "count", of="posts", topic="Apple").value == 1
    names = {group.name: group.posts for group in call(library, "rank", of="name", by="posts").groups}
    assert names == {"Nike": 2, "Apple": 1}
    assert [each.posts for each in call(library, "extract_entities").entities if each.name == "Apple"] == [1]


def test_corrections_are_kept_undone_and_seen_by_who_has_the_index_open(copy: Path) -> None:
    library = Library.open(copy)
    ((post_id, tone),) = library.facts.rows("SELECT id, sentiment FROM posts WHERE author = 'ana' ORDER BY id LIMIT 1")
    other = "negative" if tone != "negative" else "positive"
    assert library.newer() is None
    made = correct_tone(copy, post_id, other)
    assert (made.was, made.words) == (tone, f"tone: {other}, not {tone}")
    newer = library.newer()
    assert newer is not None and newer.newer() is None and newer.matrix is not None
    assert newer.facts.rows("SELECT sentiment FROM posts WHERE id = $id", {"id": post_id}) == [(other,)]
    assert correct_tone(copy, post_id, "neutral").was == tone  # what was read, not what was corrected before
    assert len(read_corrections(copy)) == 1
    undo_corrections(copy, post_id)
    assert read_corrections(copy) == () and not (copy / NAME).exists()
    with pytest.raises(AnalystError, match="Nothing is corrected in the post"):
        undo_corrections(copy, post_id)


def test_what_cannot_be_corrected_is_said(copy: Path) -> None:
    for correct, words in (
        (lambda: correct_tone(copy, "nope", "positive"), "no post with the id 'nope'"),
        (lambda: correct_tone(copy, "1", "angry"), "no tone 'angry'"),
        (lambda: correct_tone(copy, "1", "positive", "Zanzibar"), "not marked as a name"),
        (lambda: correct_name(copy, "1", "Zanzibar"), "does not stand in the post"),
    ):
        with pytest.raises(AnalystError, match=words):
            correct()
    assert read_corrections(copy) == ()


def test_a_forgotten_post_takes_its_corrections_along(copy: Path) -> None:
    correct_tone(copy, "1", "negative")
    correct_tone(copy, "2", "negative")
    remove_posts(copy, ids=["1"])
    assert [each.post for each in read_corrections(copy)] == ["2"]


def test_a_file_that_is_not_what_was_written_is_refused_and_mended(copy: Path) -> None:
    correct_tone(copy, "1", "negative")
    (copy / NAME).write_bytes((copy / NAME).read_bytes().replace(b"negative", b"positive", 1))
    with pytest.raises(AnalystError, match="corrections cannot be read"):
        Library.open(copy)
    assert [fault.file for fault in check_index(copy)] == [NAME]
    assert NAME in repair_index(copy).made and check_index(copy) == []
