"""The choice among indexes: whose they are, and that no name of a stranger's becomes a path."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.page.opening import Opening
from agent.page.uploads import catalogue as page_catalogue
from agent.page.uploads.catalogue import GONE, HALF_MADE, OWN, SERVED, IndexCatalogue
from index.errors import AnalystError
from index.manifest import write_manifest
from tests.fake_analyst import FakeAnalyst, index_folder, manifest

ANA, BEN = "\0" + "a" * 40, "\0" + "b" * 40


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def catalogue(tmp_path: Path, opened: list[Path]) -> IndexCatalogue:
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
    return IndexCatalogue(first, served=folder / "served", folder=folder, open_beside=open_beside)


def bring(
    catalogue: IndexCatalogue, owner: str, name: str = "mine.csv", built_at: str = "2026-11-02T00:00:00+00:00"
) -> str:
    half_made, out = catalogue.place_for(owner)
    out.mkdir()
    write_manifest(out, manifest(sources=[f"/tmp/x/{name}"], built_at=built_at))
    shutil.rmtree(half_made)
    return f"own:{out.name}"


def test_indexes_of_the_folder_can_be_chosen_and_nothing_else(catalogue: IndexCatalogue) -> None:
    entries = catalogue.entries(ANA)
    assert [entry.id for entry in entries] == [SERVED, "beside:<b>odd", "beside:brands"]
    assert [entry.title for entry in entries] == ["served", "<b>odd", "brands"]
    assert catalogue.find("beside:brands", "").path.name == "brands"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "id_",
    ["beside:../secret", "beside:.hidden", "beside:broken", "beside:no-index", "beside:", "beside:.", "beside:brands/",
     "own:../brands", "own:", "brands", "/etc", "beside:/etc", "own:..", 7, None, ["beside:brands"], "x:brands",
     "beside:\0"],
)  # fmt: skip
def test_a_name_that_is_not_listed_opens_nothing(catalogue: IndexCatalogue, id_: object, opened: list[Path]) -> None:
    assert catalogue.find(id_, ANA) is None
    if isinstance(id_, str):
        with pytest.raises(AnalystError, match=GONE):
            catalogue.opening(id_, ANA).get()
        assert not catalogue.remove(id_, ANA)
    assert opened == []


def test_an_index_is_opened_once_with_the_model_of_the_first(catalogue: IndexCatalogue, opened: list[Path]) -> None:
    assert catalogue.opening(SERVED, "").get().model_name == "fake"
    analyst = catalogue.opening("beside:brands", ANA).get()
    assert analyst.model_name == "fake over brands" and catalogue.opening("beside:brands", BEN).get() is analyst
    assert len(opened) == 1 and len(list(catalogue.analysts())) == 2


def test_an_index_that_was_made_anew_is_moved_on_to_with_the_next_question(catalogue: IndexCatalogue) -> None:
    opening = catalogue.opening("beside:brands", ANA)
    before: Any = opening.get()
    before.later = FakeAnalyst(model_name="later")
    assert catalogue.opening("beside:brands", ANA).get() is before
    assert opening.latest() is before.later  # type: ignore[comparison-overlap]
    assert catalogue.opening("beside:brands", ANA).get() is before.later


def test_open_indexes_are_bounded(
    catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch, opened: list[Path]
) -> None:
    monkeypatch.setattr(page_catalogue, "MOST_OPEN", 1)
    for name in ("brands", "<b>odd", "brands"):
        catalogue.opening(f"beside:{name}", ANA).get()
    assert [path.name for path in opened] == ["brands", "<b>odd", "brands"]


def test_own_indexes_are_seen_by_their_owner_alone(catalogue: IndexCatalogue) -> None:
    late, early = bring(catalogue, ANA, "late.csv"), bring(catalogue, ANA, "early.csv", "2026-11-01T00:00:00+00:00")
    assert [(entry.id, entry.title) for entry in catalogue.own(ANA)] == [(early, "early.csv"), (late, "late.csv")]
    assert [entry.id for entry in catalogue.entries(ANA)][-2:] == [early, late]
    assert catalogue.own(BEN) == [] and catalogue.find(late, BEN) is None and catalogue.find(late, "") is None
    assert not catalogue.remove(late, BEN)
    with pytest.raises(AnalystError, match=GONE):
        catalogue.opening(late, BEN).get()
    assert catalogue.opening(late, ANA).get().model_name.startswith("fake over")
    assert catalogue.remove(late, ANA)
    assert [entry.id for entry in catalogue.own(ANA)] == [early]
    with pytest.raises(AnalystError, match=GONE):
        catalogue.opening(late, ANA).get()


def test_an_index_that_is_not_ones_own_cannot_be_deleted(catalogue: IndexCatalogue, tmp_path: Path) -> None:
    assert not catalogue.remove("beside:brands", ANA) and not catalogue.remove(SERVED, ANA)
    assert (tmp_path / "all" / "brands" / "manifest.json").is_file()


def test_nobodys_secret_stands_on_the_disk(catalogue: IndexCatalogue, tmp_path: Path) -> None:
    bring(catalogue, ANA)
    assert not any("a" * 20 in str(path) for path in (tmp_path / "all" / OWN).rglob("*"))


def test_what_one_may_keep_is_bounded(catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_catalogue, "MOST_OWN", 1)
    bring(catalogue, ANA)
    with pytest.raises(AnalystError, match="Delete one of them first"):
        catalogue.place_for(ANA)
    monkeypatch.setattr(page_catalogue, "MOST_OF_ALL", 1)
    with pytest.raises(AnalystError, match="no room for more posts"):
        catalogue.place_for(BEN)


def test_without_a_folder_no_posts_are_taken() -> None:
    catalogue = IndexCatalogue(Opening(lambda: FakeAnalyst()))  # type: ignore[arg-type, return-value]
    assert not catalogue.takes_posts and [entry.id for entry in catalogue.entries(ANA)] == [SERVED]
    with pytest.raises(AnalystError, match="takes no posts"):
        catalogue.place_for(ANA)


def test_what_a_crash_left_behind_goes(catalogue: IndexCatalogue, tmp_path: Path) -> None:
    half_made, _ = catalogue.place_for(ANA)
    fresh, _ = catalogue.place_for(BEN)
    os.utime(half_made, (0, 0))
    IndexCatalogue(Opening(lambda: FakeAnalyst()), folder=tmp_path / "all")  # type: ignore[arg-type, return-value]
    assert not half_made.exists() and fresh.exists() and fresh.name.startswith(HALF_MADE)
    assert catalogue.own(BEN) == []
