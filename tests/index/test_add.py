"""An index that grows: only what is new or has changed is analysed; the whole is as if it had been built at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import index.add as add
from index.add import add_posts
from index.build import Watch, build_index
from index.check import check_index
from index.errors import AnalystError
from index.manifest import read_manifest, write_manifest
from index.versions.parts import posts_in
from tests.conftest import committed, small_rows
from tests.fake_reader import FakeReader, differences
from tools.library import Library

Write = Callable[..., str]
LONG = "t3_abcdefgh"  # an id that a platform gave


@pytest.fixture
def copy(tiny_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_index, tmp_path / "copy")


def rows_of(index: Path, sql: str) -> list[tuple[Any, ...]]:
    return Library.open(index).facts.rows(sql)


def test_an_index_that_grew_is_as_if_built_at_once(
    write: Write, tmp_path: Path, tiny_index: Path, encoder: object
) -> None:
    first, second = write("first.jsonl", small_rows()[:6]), write("second.jsonl", small_rows()[4:])
    build_index([first], tmp_path / "grown")
    added = add_posts(tmp_path / "grown", [second])
    assert (added.new, added.changed, added.known) == (5, 0, 2)
    assert added.tally.report.languages.total() == 5
    assert check_index(tmp_path / "grown") == []
    grown, whole = Library.open(tmp_path / "grown"), Library.open(tiny_index)
    for query in (
        "SELECT * EXCLUDE (negative, neutral, positive) FROM posts ORDER BY id",
        "SELECT * EXCLUDE (negative, neutral, positive) FROM mentions ORDER BY ALL",
        "SELECT post, phrase FROM phrases ORDER BY ALL",
        "SELECT author, posts, first_post, last_post, likes, main_community, lang, bot FROM people ORDER BY author",
    ):
        assert grown.facts.rows(query) == whole.facts.rows(query)
    ids = [id_ for (id_,) in whole.facts.rows("SELECT id FROM posts")]
    one, other = (dict(zip(*library.vectors_of(ids), strict=True)) for library in (grown, whole))
    for id_ in ids:
        np.testing.assert_allclose(one[id_], other[id_], atol=1e-4)
    names = ("posts", "people", "communities", "first_post", "last_post")
    assert [getattr(grown.manifest, name) for name in names] == [getattr(whole.manifest, name) for name in names]
    assert [Path(source).name for source in grown.manifest.sources] == ["first.jsonl", "second.jsonl"]


def test_what_is_known_is_not_read_again(
    write: Write, copy: Path, monkeypatch: pytest.MonkeyPatch, encoder: object
) -> None:
    monkeypatch.setattr(add, "Reader", lambda **_: pytest.fail("analysed"))
    before = committed(copy)
    added = add_posts(copy, [write("again.jsonl", small_rows())])
    assert (added.new, added.changed, added.known, added.manifest) == (0, 0, 11, None)
    assert committed(copy) == before and len(list((copy / "versions").iterdir())) == 1


def test_a_post_that_has_changed_takes_the_place_of_what_it_was(write: Write, copy: Path, encoder: object) -> None:
    liked = {**small_rows()[0], "likes": 999}
    long = {"id": LONG, "author": "ana", "text": "tea"}
    assert add_posts(copy, [write("a.jsonl", [liked, long])]).manifest
    added = add_posts(copy, [write("b.jsonl", [liked, {**long, "text": "coffee in Berlin"}])])
    assert (added.new, added.changed, added.known) == (0, 1, 1)
    assert rows_of(copy, "SELECT likes FROM posts WHERE id = '1'") == [(999,)]
    assert rows_of(copy, f"SELECT text FROM posts WHERE id = '{LONG}'") == [("coffee in Berlin",)]
    assert read_manifest(copy).posts == 12 and check_index(copy) == []


def test_numbers_of_rows_never_take_anothers_place(write: Write, copy: Path, encoder: object) -> None:
    other = {"id": "1", "author": "ana", "text": "another first row", "community": "r/running"}
    stranger = {"id": "2", "author": "zoe", "text": "a second row of hers"}
    source = write("rows.jsonl", [other, stranger])
    added = add_posts(copy, [source])
    assert (added.new, added.changed) == (2, 0) and read_manifest(copy).posts == 13
    assert add_posts(copy, [source]).known == 2  # and they are known under their new ids
    assert len(rows_of(copy, "SELECT id FROM posts WHERE id LIKE '1~%' OR id LIKE '2~%'")) == 2


def test_an_addition_that_fails_leaves_the_index_as_it_was(
    write: Write, copy: Path, monkeypatch: pytest.MonkeyPatch, encoder: object
) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    parts = copy / "building"  # what was analysed is kept
    source = write("new.jsonl", [{"id": "x", "author": "zoe", "text": "tea"}])
    for name, error in (("merge_facts", KeyboardInterrupt()), ("complete", OSError(28, "No space left on device"))):
        with monkeypatch.context() as patch:
            patch.setattr(add, name, lambda *_, error=error: (_ for _ in ()).throw(error))
            with pytest.raises((KeyboardInterrupt, AnalystError)):
                add_posts(copy, [source])
        left = {path for path in copy.rglob("*") if path.is_file() and not path.is_relative_to(parts)}
        assert {path: path.read_bytes() for path in left} == before


def test_an_interrupted_addition_goes_on_and_ends_as_one_that_was_not(
    write: Write, tmp_path: Path, fake_reader: type[FakeReader]
) -> None:
    first, second = write("first.jsonl", small_rows()[:3]), write("second.jsonl", small_rows()[2:])
    build_index([first], tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    add_posts(tmp_path / "one", [second])
    fake_reader.forget()

    def stop(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    fake_reader.on_read, told = stop, []
    with pytest.raises(KeyboardInterrupt):
        add_posts(tmp_path / "other", [second], watch=Watch(say=told.append))
    assert told == ["4 posts are analysed and kept: the same command goes on from there."]
    fake_reader.forget()
    resumed: list[tuple[int, int]] = []
    added = add_posts(tmp_path / "other", [second], watch=Watch(resumed=lambda *at: resumed.append(at)))
    assert (added.new, added.known, len(fake_reader.texts)) == (8, 1, 4)
    assert [posts for _, posts in resumed] == [4]
    assert differences(tmp_path / "one", tmp_path / "other") == []
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["index.lock", "manifest.json", "versions"]


def test_an_addition_throws_away_what_is_unfinished_of_anything_else(
    write: Write, tmp_path: Path, fake_reader: type[FakeReader]
) -> None:
    source, out = write("posts.jsonl", small_rows()), tmp_path / "out"
    build_index([source], out)
    fake_reader.forget()

    def stop(number: int) -> None:
        if number == 1:
            raise KeyboardInterrupt

    fake_reader.on_read = stop
    with pytest.raises(KeyboardInterrupt):
        build_index([write("other.jsonl", small_rows()[:7])], out)
    assert posts_in(out) == 2
    told: list[str] = []
    assert add_posts(out, [source], watch=Watch(say=told.append)).manifest is None
    assert "2 posts was thrown away" in told[0] and not (out / "building").exists()


def test_chroma_holds_what_was_added_and_what_has_changed(
    write: Write, tmp_path: Path, fake_reader: type[FakeReader]
) -> None:
    build_index([write("first.jsonl", small_rows()[:6])], tmp_path / "out")
    changed = {**small_rows()[0], "likes": 999}
    add_posts(tmp_path / "out", [write("second.jsonl", [changed, *small_rows()[6:]])])
    assert check_index(tmp_path / "out") == []
    library = Library.open(tmp_path / "out")
    names, people = library.people_vectors
    for kind, ids, vectors in (
        ("posts", library.matrix.ids.tolist(), library.matrix.vectors),
        ("people", names, people),
    ):
        for id_, vector in zip(ids, vectors, strict=True):
            found, likeness = library.nearness.nearest(kind, np.asarray(vector), 1)[0]
            assert found == id_ and likeness == pytest.approx(1, abs=1e-3)


def test_figures_of_other_models_are_not_mixed(write: Write, copy: Path) -> None:
    write_manifest(copy, replace(read_manifest(copy), heads={"sentiment": "older"}))
    with pytest.raises(AnalystError, match=r"other models.*Build it anew"):
        add_posts(copy, [write("new.jsonl", small_rows())])
    with pytest.raises(AnalystError, match="no index"):
        add_posts(copy / "none", [write("new.jsonl", small_rows())])
