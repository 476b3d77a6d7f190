"""Files: refused before anything is computed, written whole or not at all, several beside each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import AnalystError
from tools.exports.about import Taken
from tools.exports.saving import check_names, export_bytes, save, save_exports
from tools.files import write_whole

Take = Callable[[str], Taken]
BEGINS = {
    "csv": b"handle,probability,low,high", "xlsx": b"PK", "json": b'{\n "call"', "md": b"# Audience for Lego",
    "JSON": b'{\n "call"',
}  # fmt: skip


@pytest.mark.parametrize("ending", BEGINS)
def test_saving(taken: Take, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    path.write_text("what was there before")
    assert save(taken("find_audience"), chart=None, export=path) == [path]
    assert path.read_bytes().startswith(BEGINS[ending])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_brief_is_its_report(taken: Take, tmp_path: Path) -> None:
    for name, begin in (("a.html", b"<!doctype html>"), ("a.md", b"# Campaign brief: Lego")):
        save(taken("write_brief"), chart=None, export=tmp_path / name)
        text = (tmp_path / name).read_bytes()
        assert text.startswith(begin) and b"Who? =1+1" in text and b"a/model: every figure" in text
    save(taken("write_brief"), chart=None, export=tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"handle,probability")
    with pytest.raises(AnalystError, match=r"An export ends in \.csv, \.xlsx, \.json or \.md"):
        export_bytes(taken("count"), "a.html")


def test_several_results_stand_beside_each_other(taken: Take, tmp_path: Path) -> None:
    paths = save_exports([taken("count"), taken("rank"), taken("search_posts")], tmp_path / "a.b.md")
    assert [path.name for path in paths] == ["a.b.md", "a.b-2.md", "a.b-3.md"]
    assert [path.read_text(encoding="utf-8").splitlines()[0] for path in paths] == [
        "# How many people: Lego", "# People ranked by posts", "# Posts about Lego",
    ]  # fmt: skip
    with pytest.raises(AnalystError, match="There is nothing to export"):
        save_exports([], tmp_path / "b.csv")


def test_names_that_are_refused_before_anything_is_computed(tmp_path: Path) -> None:
    folder = tmp_path / "a.csv"
    folder.mkdir()
    for tool, files, said in (
        ("find_audience", {"export": folder}, "This is a directory, not a file"),
        ("find_audience", {"export": tmp_path / "a.pdf"}, "An export ends in .csv, .xlsx, .json or .md"),
        ("count", {"export": tmp_path / "a.html"}, "An export ends in .csv, .xlsx, .json or .md"),
        ("write_brief", {"export": tmp_path / "a.pdf"}, "An export ends in .csv, .xlsx, .json, .md or .html"),
        ("find_audience", {"export": tmp_path / "none" / "a.csv"}, "There is no such folder"),
        ("get_profile", {"chart": tmp_path / "b.gif"}, "A chart ends in .png or .svg"),
        ("get_profile", {"chart": Path(os.devnull).with_suffix("")}, "A chart ends in .png or .svg"),
    ):
        with pytest.raises(AnalystError, match=said):
            check_names(tool, **{"chart": None, "export": None, **files})
    check_names("find_audience", chart=tmp_path / "a.svg", export=tmp_path / "b.json")
    check_names("write_brief", chart=None, export=tmp_path / "b.html")


def test_nothing_to_draw(taken: Take, tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="nothing to draw"):
        save(taken("search_posts"), chart=tmp_path / "a.png", export=None)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AnalystError, match="could not be written: No space left on device"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old" and [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_whole(tmp_path / "link.csv", b"new")
    assert (tmp_path / "link.csv").is_symlink() and (tmp_path / "real.csv").read_bytes() == b"new"
