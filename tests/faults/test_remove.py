"""What is removed is gone from every file, and of the rest nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.memory import Memory, state_folder
from index.check import check_index
from index.errors import AnalystError
from index.remove import remove_posts
from tests.conftest import committed
from tests.faults.conftest import Ended
from tools.library import Library
from tools.registry import call_tool

Run = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("nothing_is_analysed")


def everything(library: Library, but: set[str]) -> dict[str, Any]:
    """All that is known of the posts that are not ``but``."""
    rows = {
        table: library.facts.rows(f"SELECT * FROM {table} WHERE {column} NOT IN (SELECT unnest($but)) ORDER BY ALL",
                                  {"but": sorted(but)})
        for table, column in (("posts", "id"), ("mentions", "post"), ("phrases", "post"))
    }  # fmt: skip
    ids, vectors = library.vectors_of([row[0] for row in rows["posts"]])
    return {**rows, "vectors": dict(zip(ids, vectors.tolist(), strict=True))}


@pytest.mark.parametrize(
    ("chosen", "gone"),
    [
        ({"authors": ["@Ben"]}, {"3", "4"}),
        ({"ids": ["1", "11", "none"]}, {"1", "11"}),
        ({"before": date(2024, 3, 5)}, {"1", "2", "3", "4"}),
        ({"authors": ["eve"], "ids": ["1"]}, {"1", "9", "10"}),
    ],
)
def test_what_is_removed_is_gone_and_the_rest_is_as_it_was(
    copy: Path, encoder: object, chosen: dict[str, Any], gone: set[str]
) -> None:
    before = everything(Library.open(copy), gone)
    removed = remove_posts(copy, **chosen)
    assert (removed.posts, removed.manifest.posts, removed.held) == (len(gone), 11 - len(gone), False)
    library = Library.open(copy)
    assert everything(library, gone) == before == everything(library, set())
    assert check_index(copy) == [] and len(list((copy / "versions").iterdir())) == 1
    authors = [name for (name,) in library.facts.rows("SELECT DISTINCT author FROM posts ORDER BY 1")]
    assert library.people_vectors[0] == authors and removed.manifest.people == len(authors)
    for name, vector in zip(*library.people_vectors, strict=True):
        own = np.array(
            [library.matrix.vectors[row] for row in np.flatnonzero(library.matrix.author == authors.index(name))]
        )
        mean = own.mean(0)
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)
    near = library.nearness.nearest("posts", library.matrix.vectors[0], 99)
    assert {id_ for id_, _ in near} == set(map(str, range(1, 12))) - gone


def test_nothing_of_a_removed_person_is_left_in_any_file(copy: Path, encoder: object) -> None:
    (committed(copy) / "facts").is_dir()
    secrets = [b"cleo", b"Chalamet"]
    files = lambda: [path.read_bytes() for path in copy.rglob("*") if path.is_file()]  # noqa: E731
    assert any(secret in data for secret in secrets for data in files())
    remove_posts(copy, authors=["cleo"])
    assert not any(secret in data for secret in secrets for data in files())
    told = call_tool(Library.open(copy), "describe_data", {}).to_dict()
    assert told["posts"] == 9 and told["people"] == 5


def test_the_command_says_what_is_gone_and_forgets_conversations(
    analyst: Run,
    copy: Path,
    encoder: object,
) -> None:
    memory = Memory(state_folder())
    for thread, place, about in (
        ("a", copy, ""),
        ("b", copy.parent / "x", "beside:copy"),
        ("c", copy.parent / "x", ""),
    ):
        memory.keep(thread, "me", str(place), "who is @ben?", about)
    done = analyst("remove", copy, "--author", "ben", "--json")
    told = json.loads(done.stdout)
    assert (told["posts"], told["people"], told["conversations"], told["left"]) == (2, 1, 2, 9)
    assert [talk.thread for talk in memory.talks("me", str(copy.parent / "x"))] == ["c"]
    done = analyst("remove", copy, "--id", "1", "--before", "2024-03-02")
    assert done.code == 0 and "Forgot 1 post" in done.stdout and "8 posts by 5 people" in done.stdout


def test_a_version_that_is_still_read_is_told(analyst: Run, copy: Path, encoder: object) -> None:
    reader = Library.open(copy)
    done = analyst("remove", copy, "--author", "ben")
    assert done.code == 0 and "still has the former version open" in done.stdout
    assert len(list((copy / "versions").iterdir())) == 2 and reader.manifest.posts == 11
    del reader
    assert analyst("check", copy, "--repair").code == 0
    assert len(list((copy / "versions").iterdir())) == 1


def test_what_cannot_be_removed_is_a_sentence(analyst: Run, copy: Path) -> None:
    before = committed(copy)
    analyst("remove", copy, "--author", "nobody").said("No posts of @nobody are here")
    analyst("remove", copy, "--id", "99").said("None of these posts is here")
    analyst("remove", copy, "--before", "2030-01-01").said("every post", "Delete the folder")
    analyst("remove", copy).said("Say what to forget", code=2)
    analyst("remove", copy, "--before", "soon").said("a day like 2024-03-01", code=2)
    (before / "facts" / "posts.parquet").write_bytes(b"")
    analyst("remove", copy, "--id", "1").said("damaged", "analyst check")
    with pytest.raises(AnalystError, match="no index"):
        remove_posts(copy.parent / "none", ids=["1"])
    assert committed(copy) == before and not (copy.parent / "none").exists()


def test_whoever_is_misspelt_is_told_and_nobody_is_removed(copy: Path) -> None:
    with pytest.raises(AnalystError, match="No posts of @nobdy are here"):
        remove_posts(copy, authors=["ben", "nobdy"])
    assert "ben" in Library.open(copy).authors
