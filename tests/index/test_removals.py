"""What was asked to be removed does not come back, with whatever export, and the request holds nobody's data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from index.add import add_posts
from index.build import build_index
from index.check import check_index
from index.errors import AnalystError
from index.manifest import read_manifest
from index.posts.report import Report
from index.remains import forgotten_in
from index.removals import NAME, REASON, Removals, removals_in, standing_removals
from index.remove import lift_removals, remove_posts
from index.repair import repair_index
from index.store.facts import Facts
from index.versions.layout import open_version
from index.versions.writer import writing
from tests.conftest import committed, small_rows
from tests.fake_reader import FakeReader

Write = Callable[..., str]
LONG = {"id": "t3_abcdefgh", "author": "zoe", "text": "a long id"}
ROWS: list[dict[str, Any]] = [*small_rows(), LONG]
OLD = date(2024, 3, 4)


@pytest.fixture
def source(write: Write) -> str:
    bad = '{"id": "77", "author": "ben"}\n'  # a row that is none, and quotes somebody
    path = Path(write("posts.jsonl", ROWS))
    path.write_text(path.read_text(encoding="utf-8") + bad, encoding="utf-8")
    return str(path)


@pytest.fixture
def index(source: str, tmp_path: Path, fake_reader: type[FakeReader]) -> Path:
    build_index([source], tmp_path / "index")
    return tmp_path / "index"


def ids_in(index: Path) -> set[str]:
    facts = Facts(committed(index) / "facts")
    found = {id_ for (id_,) in facts.rows("SELECT id FROM posts")}
    facts.close()
    return found


REQUESTS = [
    ({"authors": ["@BEN"]}, {"3", "4"}),
    ({"ids": ["1"]}, {"1"}),
    ({"ids": [LONG["id"]]}, {LONG["id"]}),
    ({"before": OLD}, {"1", "2", "3"}),
]


@pytest.mark.parametrize(("asked", "gone"), REQUESTS)
def test_the_same_export_does_not_bring_back_what_was_removed(
    source: str, index: Path, asked: dict[str, Any], gone: set[str]
) -> None:
    before = ids_in(index)
    remove_posts(index, **asked)
    assert ids_in(index) == before - gone
    added = add_posts(index, [source])
    assert added.manifest is None and added.new == 0 and added.known == len(before) - len(gone)
    assert added.tally.report.left_out[REASON] == len(gone)
    assert f"Left out: {len(gone)} × {REASON}." in " ".join(added.tally.report.lines())
    report = added.tally.report
    assert report.rows == report.posts + report.duplicates + report.rejected.total() + len(gone)
    _, tally = build_index([source], index)  # made anew in its place
    assert ids_in(index) == before - gone and tally.report.left_out[REASON] == len(gone)
    add_posts(index, [source])
    assert ids_in(index) == before - gone and check_index(index) == []


def test_requests_add_up_and_outlive_repairs(source: str, index: Path) -> None:
    before = ids_in(index)
    for asked, _ in REQUESTS:
        remove_posts(index, **asked)
    (committed(index) / "facts" / "people.parquet").unlink()
    repair_index(index)
    add_posts(index, [source])
    assert ids_in(index) == before - {"1", "2", "3", "4", LONG["id"]} and check_index(index) == []


def test_a_number_of_a_row_is_barred_with_its_words_alone(write: Write, index: Path) -> None:
    """Whoever removes row 1 of one file has said nothing of row 1 of the next."""
    remove_posts(index, ids=["1"])
    added = add_posts(index, [write("next.jsonl", [{"id": "1", "author": "mia", "text": "another first row"}])])
    assert added.new == 1 and "1" in ids_in(index)
    changed = add_posts(index, [write("again.jsonl", [small_rows()[0]])])
    assert changed.new == 0 and changed.tally.report.left_out[REASON] == 1


def test_an_id_of_a_platform_is_barred_whatever_it_says(write: Write, index: Path) -> None:
    remove_posts(index, ids=[LONG["id"]])
    added = add_posts(index, [write("later.jsonl", [{**LONG, "text": "changed"}])])
    assert (added.new, added.changed) == (0, 0) and LONG["id"] not in ids_in(index)


def test_a_request_can_be_lifted(source: str, index: Path) -> None:
    before = ids_in(index)
    for asked, _ in REQUESTS[:3]:
        remove_posts(index, **asked)
    remove_posts(index, before=OLD)
    for lifted, back in (
        ({"authors": ["ben"]}, {"4"}),
        ({"ids": [LONG["id"]]}, {LONG["id"]}),
        ({"before": True}, {"2", "3"}),
        ({"ids": ["1"]}, {"1"}),
    ):
        missing = before - ids_in(index)
        lift_removals(index, **lifted)
        add_posts(index, [source])
        assert before - ids_in(index) == missing - back, lifted
    assert not (committed(index) / NAME).exists() and check_index(index) == []
    with pytest.raises(AnalystError, match="was asked for"):
        lift_removals(index)


def test_the_request_holds_no_data_of_those_who_are_gone(source: str, index: Path) -> None:
    remove_posts(index, authors=["ben"], ids=[LONG["id"]])
    build_index([source], index)
    secrets = [b"ben", b"zoe", LONG["id"].encode(), b"a long id"]
    for path in index.rglob("*"):
        if path.is_file() and path.name not in ("manifest.json",):
            assert not any(secret in path.read_bytes() for secret in secrets), path
    rejects = (committed(index) / "rejects.jsonl").read_text(encoding="utf-8")
    assert json.loads(rejects)["reason"] and json.loads(rejects)["raw"] == ""
    assert (index / "versions").is_dir() and len(list((index / "versions").iterdir())) == 1


def test_two_indexes_hash_the_same_person_otherwise() -> None:
    one, other = Removals().asking(["ana"]), Removals().asking(["ana"])
    assert one.authors != other.authors and one.has_author("@Ana") and not one.has_author("anna")


def test_a_damaged_request_is_found_and_nothing_is_built_without_it(source: str, index: Path) -> None:
    remove_posts(index, authors=["ben"])
    whole = (committed(index) / NAME).read_bytes()
    for content in (whole[:-1], b"", whole.replace(b"a", b"b", 1), None):
        path = committed(index) / NAME
        path.unlink() if content is None else path.write_bytes(content)
        (fault,) = check_index(index)
        assert fault.file == NAME and "--lift" in fault.todo
        for work in (lambda: build_index([source], index), lambda: repair_index(index)):
            with pytest.raises(AnalystError, match="cannot be read"):
                work()
        with pytest.raises(AnalystError, match="damaged"):
            add_posts(index, [source])
        path.write_bytes(whole)
    (committed(index) / NAME).unlink()
    lift_removals(index)
    assert check_index(index) == [] and not standing_removals(index)
    add_posts(index, [source])
    assert "3" in ids_in(index)


def test_a_request_outlives_a_manifest_that_is_lost(source: str, index: Path) -> None:
    remove_posts(index, authors=["ben"])
    (index / "manifest.json").unlink()
    build_index([source], index)
    assert not {"3", "4"} & ids_in(index)


def test_what_is_left_of_the_removed_is_found_and_can_be_removed_again(index: Path) -> None:
    """As after a fault of the program, or when somebody put an older file back."""
    with writing(index) as writer:
        version = open_version(index)
        folder = writer.begin()
        shutil.copytree(version.folder, folder, dirs_exist_ok=True)
        Removals().asking(["ben"], [("1", "ana", small_rows()[0]["text"])]).write(folder)
        writer.commit(folder, version.manifest)
    said = {fault.file: fault for fault in check_index(index)}
    assert said.keys() == {"facts/posts.parquet", "facts/people.parquet", "rejects.jsonl"}
    assert "3 posts" in said["facts/posts.parquet"].what and "--again" in said["facts/posts.parquet"].todo
    removed = remove_posts(index, again=True)
    assert removed.posts == 3 and check_index(index) == []


def test_conversations_that_name_the_removed_are_counted(index: Path) -> None:
    remove_posts(index, authors=["ben"])
    talks = [["who is @ben?", "He runs."], ["the benign case of @ana"], ["likeliest: @Ben (31 %); @ana"]]
    assert forgotten_in(index, talks) == 2
    assert removals_in(committed(index), index).has_author("ben")


def test_a_day_is_one_in_utc() -> None:
    asked = Removals().asking(before=date(2024, 3, 4))
    assert asked.ask_for("9", "ana", "", datetime(2024, 3, 3, 23, 59, tzinfo=UTC))
    assert not asked.ask_for("9", "ana", "", datetime(2024, 3, 4, tzinfo=UTC))
    assert not asked.ask_for("9", "ana", "", None)
    assert asked.asking(before=date(2023, 1, 1)).before == date(2024, 3, 4)
    assert not Removals() and list(Removals().keep([], Report())) == []


def test_the_manifest_names_the_file(index: Path) -> None:
    remove_posts(index, authors=["ben"])
    assert NAME in read_manifest(index).files
