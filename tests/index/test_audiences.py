"""Audiences are kept beside the versions of an index: found by name, outliving rebuilds, never half written."""

from __future__ import annotations

import random
import shutil
import threading
from pathlib import Path

import pytest

from index.audiences import (
    NAME,
    audience_named,
    change_audience,
    delete_audience,
    forget_people,
    keep_audience,
    read_audiences,
    rename_audience,
    strangers,
)
from index.build import build_index
from index.check import check_index
from index.errors import AnalystError
from index.remove import remove_posts
from index.repair import repair_index
from index.versions import locks
from index.versions.locks import one_writer


@pytest.fixture
def copy(tiny_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_index, tmp_path / "copy")


def test_people_are_kept_under_a_name_and_found_by_it(copy: Path) -> None:
    kept, unknown = keep_audience(copy, "  Spring   runners ", ["ana", "dan", "nobody", "ana"], "Audience for Nike")
    assert (kept.name, kept.people, kept.origin, unknown) == (
        "Spring runners", ("ana", "dan"), "Audience for Nike", ["nobody"],
    )  # fmt: skip
    for name in ("Spring runners", "spring_runners", "SPRINGRUNNERS"):
        assert audience_named(copy, name) == kept
    assert list(read_audiences(copy).values()) == [kept]
    with pytest.raises(AnalystError, match=r"no audience called 'autumn'.*are: Spring runners"):
        audience_named(copy, "autumn")


def test_an_audience_is_changed_renamed_and_deleted(copy: Path) -> None:
    keep_audience(copy, "Fans", ["ana"])
    changed, unknown = change_audience(copy, "fans", add=["ben", "nobody"], leave_out=["Ana", "eve"])
    assert (changed.people, sorted(unknown)) == (("ben",), ["eve", "nobody"])
    with pytest.raises(AnalystError, match="Nobody would be in Fans"):
        change_audience(copy, "Fans", leave_out=["ben"])
    keep_audience(copy, "Others", ["cleo"])
    with pytest.raises(AnalystError, match="an audience called 'Others' already"):
        rename_audience(copy, "Fans", "others")
    assert rename_audience(copy, "Fans", "FANS").people == ("ben",) == audience_named(copy, "fans").people
    rename_audience(copy, "fans", "Best friends")
    assert [each.name for each in read_audiences(copy).values()] == ["Best friends", "Others"]
    assert delete_audience(copy, "Best Friends").people == ("ben",) and len(read_audiences(copy)) == 1
    delete_audience(copy, "others")
    assert read_audiences(copy) == {} and not (copy / NAME).exists()


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 61, "a,b", "@ana", 'say "hi"', "a\u202eb", "../x", "k=v", "[a]", "12", "!?", "<b>"]
)
def test_what_is_no_name_is_refused(copy: Path, name: str) -> None:
    with pytest.raises(AnalystError, match="cannot be called"):
        keep_audience(copy, name, ["ana"])


def test_a_name_is_nobody_elses(copy: Path) -> None:
    keep_audience(copy, "Spring runners", ["ana"])
    with pytest.raises(AnalystError, match="'Spring runners' already"):
        keep_audience(copy, "spring-runners", ["ben"])
    with pytest.raises(AnalystError, match="handle of a person"):
        keep_audience(copy, "Ben", ["ana"])
    with pytest.raises(AnalystError, match="Nobody would be in Nobodies"):
        keep_audience(copy, "Nobodies", ["no", "one"])
    assert len(read_audiences(copy)) == 1


def test_a_rebuild_keeps_them_and_tells_who_is_gone(copy: Path, encoder: object, write: object) -> None:
    keep_audience(copy, "Two", ["ana", "ben"])
    rows = [{"id": "1", "author": "ana", "text": "I love my new Nike shoes, best running shoes ever!"}]
    build_index([write("again.jsonl", rows)], copy)  # type: ignore[operator]
    assert audience_named(copy, "Two").people == ("ana", "ben") and strangers(copy) == {"Two": ["ben"]}
    assert check_index(copy) == []


def test_whoever_is_removed_is_in_no_audience(copy: Path, encoder: object) -> None:
    keep_audience(copy, "Both", ["ben", "dan"], "People like @Ben")
    keep_audience(copy, "Alone", ["ben"])
    keep_audience(copy, "Others", ["ana"], "People like @benny")
    removed = remove_posts(copy, authors=["ben"])
    assert removed.audiences == ["Both", "Alone"] and strangers(copy) == {} == dict.fromkeys(check_index(copy))
    assert [(each.name, each.people, each.origin) for each in read_audiences(copy).values()] == [
        ("Both", ("dan",), ""), ("Others", ("ana",), "People like @benny"),
    ]  # fmt: skip
    files = [path.read_bytes() for path in copy.rglob("*") if path.is_file()]
    assert not any(b'"ben"' in data for data in files)


def test_whoever_was_gone_before_can_be_removed_from_audiences(copy: Path, encoder: object, write: object) -> None:
    keep_audience(copy, "Two", ["ana", "ben"])
    rows = [{"id": str(n), "author": "ana", "text": f"I love my new Nike shoes, pair {n}!"} for n in (1, 2)]
    build_index([write("again.jsonl", rows)], copy)  # type: ignore[operator]
    with pytest.raises(AnalystError, match="No posts of @bne are here"):
        remove_posts(copy, authors=["ben", "bne"])
    removed = remove_posts(copy, authors=["@Ben"])
    assert (removed.posts, removed.audiences) == (0, ["Two"]) and strangers(copy) == {}
    assert remove_posts(copy, ids=["1"]).posts == 1


def test_every_changed_byte_is_found_and_nothing_is_answered_from_it(copy: Path) -> None:
    keep_audience(copy, "Spring runners", ["ana", "dan"], "Audience for Nike")
    whole, dice = (copy / NAME).read_bytes(), random.Random(3)
    for place in {0, len(whole) - 1, *(dice.randrange(len(whole)) for _ in range(40))}:
        (copy / NAME).write_bytes(whole[:place] + bytes([whole[place] ^ (1 << dice.randrange(8))]) + whole[place + 1 :])
        with pytest.raises(AnalystError, match="not what was written"):
            read_audiences(copy)
        assert [fault.file for fault in check_index(copy)] == [NAME]
        with pytest.raises(AnalystError, match="not what was written"):
            keep_audience(copy, "Other", ["ana"])
    (copy / NAME).write_bytes(whole.replace(b'"dan"', b'"ben"'))
    assert NAME in repair_index(copy).made and audience_named(copy, "Spring runners").people == ("ana", "ben")
    (copy / NAME).write_bytes(whole[:40])
    assert NAME in repair_index(copy).made and read_audiences(copy) == {} == dict.fromkeys(check_index(copy))


def test_two_who_keep_at_once_both_keep(copy: Path) -> None:
    threads = [threading.Thread(target=keep_audience, args=(copy, f"Group {letter}", ["ana"])) for letter in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_audiences(copy)) == 8 and not list(copy.glob("*.partial"))


def test_while_the_index_is_being_changed_nothing_is_kept(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.audiences.PATIENCE", 0.1)
    assert locks.LOOKS < 0.1
    with one_writer(copy), pytest.raises(AnalystError, match="Another run is changing this index"):
        keep_audience(copy, "Late", ["ana"])
    assert read_audiences(copy) == {}


def test_people_are_forgotten_by_their_very_names(copy: Path) -> None:
    keep_audience(copy, "Two", ["ana", "ben"])
    assert forget_people(copy, {"an", "Ana"}) == [] and audience_named(copy, "Two").people == ("ana", "ben")
    assert forget_people(copy, {"ana"}) == ["Two"] and audience_named(copy, "Two").people == ("ben",)
