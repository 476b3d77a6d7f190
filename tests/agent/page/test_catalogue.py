"""The choice among indexes: whose they are, and that no name of a stranger's becomes a path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.page import catalogue as page_shelf
from agent.page.catalogue import GONE, HALF_MADE, OWN, SERVED, Shelf
from agent.page.conversation import Opening
from index.errors import AnalystError
from index.manifest import write_manifest
from tests.fake_analyst import FakeAnalyst, index_folder, manifest

ANA, BEN = "\0" + "a" * 40, "\0" + "b" * 40


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def shelf(tmp_path: Path, opened: list[Path]) -> Shelf:
    """Two indexes beside the served one, and what is none."""
    for name in ("served", "brands", "<b>odd"):
        index_folder(tmp_path / "all" / name)
    (tmp_path / "all" / "no-index").mkdir()
    (tmp_path / "all" / "broken").mkdir()
    (tmp_path / "all" / "broken" / "manifest.json").write_text("{")
    index_folder(tmp_path / "all" / ".hidden")
    index_folder(tmp_path / "secret")

    def open_beside(path: Path, first: Any) -> Any:
        opened.append(path)
        return FakeAnalyst(model_name=f"{first.model_name} over {path.name}")

    first = Opening(lambda: FakeAnalyst())  # type: ignore[arg-type, return-value]
    folder = tmp_path / "all"
    return Shelf(first, served=folder / "served", folder=folder, open_beside=open_beside)


def bring(shelf: Shelf, owner: str, name: str = "mine.csv", built_at: str = "2026-11-02T00:00:00+00:00") -> str:
    half_made, out = shelf.place_for(owner)
    out.mkdir()
    write_manifest(out, manifest(sources=[f"/tmp/x/{name}"], built_at=built_at))
    shutil.rmtree(half_made)
    return f"own:{out.name}"


def test_indexes_of_the_folder_can_be_chosen_and_nothing_else(shelf: Shelf) -> None:
    entries = shelf.entries(ANA)
    assert [entry.id for entry in entries] == [SERVED, "beside:<b>odd", "beside:brands"]
    assert [entry.title for entry in entries] == ["served", "<b>odd", "brands"]
    assert shelf.find("beside:brands", "").path.name == "brands"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "id_",
    ["beside:../secret", "beside:.hidden", "beside:broken", "beside:no-index", "beside:", "beside:.", "beside:brands/",
     "own:../brands", "own:", "brands", "/etc", "beside:/etc", "own:..", 7, None, ["beside:brands"], "x:brands",
     "beside:\0"],
)  # fmt: skip
def test_a_name_that_is_not_listed_opens_nothing(shelf: Shelf, id_: object, opened: list[Path]) -> None:
    assert shelf.find(id_, ANA) is None
    if isinstance(id_, str):
        with pytest.raises(AnalystError, match=GONE):
            shelf.opening(id_, ANA).get()
        assert not shelf.remove(id_, ANA)
    assert opened == []


def test_an_index_is_opened_once_with_the_model_of_the_first(shelf: Shelf, opened: list[Path]) -> None:
    assert shelf.opening(SERVED, "").get().model_name == "fake"
    analyst = shelf.opening("beside:brands", ANA).get()
    assert analyst.model_name == "fake over brands" and shelf.opening("beside:brands", BEN).get() is analyst
    assert len(opened) == 1 and len(list(shelf.analysts())) == 2


def test_an_index_that_was_made_anew_is_opened_anew(shelf: Shelf, tmp_path: Path, opened: list[Path]) -> None:
    shelf.opening("beside:brands", ANA).get()
    write_manifest(tmp_path / "all" / "brands", manifest(built_at="2026-12-01T00:00:00+00:00"))
    shelf.opening("beside:brands", ANA).get()
    assert len(opened) == 2


def test_open_indexes_are_bounded(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, opened: list[Path]) -> None:
    monkeypatch.setattr(page_shelf, "MOST_OPEN", 1)
    for name in ("brands", "<b>odd", "brands"):
        shelf.opening(f"beside:{name}", ANA).get()
    assert [path.name for path in opened] == ["brands", "<b>odd", "brands"]


def test_own_indexes_are_seen_by_their_owner_alone(shelf: Shelf) -> None:
    late, early = bring(shelf, ANA, "late.csv"), bring(shelf, ANA, "early.csv", "2026-11-01T00:00:00+00:00")
    assert [(entry.id, entry.title) for entry in shelf.own(ANA)] == [(early, "early.csv"), (late, "late.csv")]
    assert [entry.id for entry in shelf.entries(ANA)][-2:] == [early, late]
    assert shelf.own(BEN) == [] and shelf.find(late, BEN) is None and shelf.find(late, "") is None
    assert not shelf.remove(late, BEN)
    with pytest.raises(AnalystError, match=GONE):
        shelf.opening(late, BEN).get()
    assert shelf.opening(late, ANA).get().model_name.startswith("fake over")
    assert shelf.remove(late, ANA)
    assert [entry.id for entry in shelf.own(ANA)] == [early]
    with pytest.raises(AnalystError, match=GONE):
        shelf.opening(late, ANA).get()


def test_an_index_that_is_not_ones_own_cannot_be_deleted(shelf: Shelf, tmp_path: Path) -> None:
    assert not shelf.remove("beside:brands", ANA) and not shelf.remove(SERVED, ANA)
    assert (tmp_path / "all" / "brands" / "manifest.json").is_file()


def test_nobodys_secret_stands_on_the_disk(shelf: Shelf, tmp_path: Path) -> None:
    bring(shelf, ANA)
    assert not any("a" * 20 in str(path) for path in (tmp_path / "all" / OWN).rglob("*"))


def test_what_one_may_keep_is_bounded(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_shelf, "MOST_OWN", 1)
    bring(shelf, ANA)
    with pytest.raises(AnalystError, match="Delete one of them first"):
        shelf.place_for(ANA)
    monkeypatch.setattr(page_shelf, "MOST_OF_ALL", 1)
    with pytest.raises(AnalystError, match="no room for more posts"):
        shelf.place_for(BEN)


def test_without_a_folder_no_posts_are_taken() -> None:
    shelf = Shelf(Opening(lambda: FakeAnalyst()))  # type: ignore[arg-type, return-value]
    assert not shelf.takes_posts and [entry.id for entry in shelf.entries(ANA)] == [SERVED]
    with pytest.raises(AnalystError, match="takes no posts"):
        shelf.place_for(ANA)


def test_what_a_crash_left_behind_goes(shelf: Shelf, tmp_path: Path) -> None:
    half_made, _ = shelf.place_for(ANA)
    fresh, _ = shelf.place_for(BEN)
    os.utime(half_made, (0, 0))
    Shelf(Opening(lambda: FakeAnalyst()), folder=tmp_path / "all")  # type: ignore[arg-type, return-value]
    assert not half_made.exists() and fresh.exists() and fresh.name.startswith(HALF_MADE)
    assert shelf.own(BEN) == []
