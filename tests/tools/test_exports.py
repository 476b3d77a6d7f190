"""Audiences to take away: what a spreadsheet and a program get, and that nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from tests.tools.said import warnings
from tools.exports import (
    COLUMNS,
    audience_csv,
    audience_json,
    check_names,
    index_identity,
    safe_cell,
    save,
    save_audience,
)
from tools.files import write_whole
from tools.find_audience import FindAudience
from tools.library import Library

Call = Callable[..., Any]


@pytest.fixture
def audience(call: Call) -> FindAudience:
    return call("find_audience", campaign="Lego", limit=3)


def renamed(audience: FindAudience, user: str, reason: str = "because") -> FindAudience:
    person = replace(audience.people[0], user=user, reasons=[reason])
    return replace(audience, people=[person])


def test_csv_has_a_row_a_person(library: Library, audience: FindAudience) -> None:
    rows = list(csv.DictReader(io.StringIO(audience_csv(library, audience))))
    assert tuple(rows[0]) == COLUMNS
    for row, person in zip(rows, audience.people, strict=True):
        assert row["against"] == "; ".join(person.against)
        assert (row["handle"], float(row["probability"])) == (person.user, person.probability)
        assert row["reasons"] == "; ".join(person.reasons) and row["evidence"].split() == person.evidence
        assert row["campaign"] == "Lego" and row["interests"] == "; ".join(audience.query.interests)
        assert row["index"].startswith("index, ") and library.manifest.built_at in row["index"]


def test_intervals_stand_where_they_are_known(library: Library, audience: FindAudience) -> None:
    person = replace(audience.people[0], user="ana", probability=0.5, low=0.25, high=0.75)
    known = replace(audience, people=[person])
    (row,) = csv.DictReader(io.StringIO(audience_csv(library, known)))
    assert (row["low"], row["probability"], row["high"]) == ("0.25", "0.5", "0.75")
    assert json.loads(audience_json(library, known))["people"][0]["low"] == 0.25


def test_json_says_all_of_the_query_and_the_index(library: Library, audience: FindAudience) -> None:
    data = json.loads(audience_json(library, audience))
    assert data["query"]["interests"] == audience.query.interests and data["campaign"] == "Lego"
    assert [person["handle"] for person in data["people"]] == [person.user for person in audience.people]
    assert data["index"] == index_identity(library) and data["index"]["posts"] == library.manifest.posts
    assert data["warnings"] == warnings(audience)
    assert str(library.path.parent) not in json.dumps(data)


@pytest.mark.parametrize(
    "start",
    ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\r\n=", "\u202e=", ";=", ",=", "|=", "; +",
     ";;@", '";=', "\u200b=", "\u200b;\u200d=", "\ufeff-", "\u2060 |\u00ad＝", "\u3164="],
)  # fmt: skip
def test_no_cell_starts_a_formula(library: Library, audience: FindAudience, start: str) -> None:
    evil = start + 'HYPERLINK("http://x","y")'
    for cell in (safe_cell(evil), safe_cell(start)):
        assert cell == "" or (cell.startswith("'") and not set(cell) & set("\t\r\n"))
    (row,) = csv.DictReader(io.StringIO(audience_csv(library, renamed(audience, evil, evil))))
    for column in ("handle", "reasons"):
        assert row[column].startswith("'") and "HYPERLINK" in row[column]
    assert json.loads(audience_json(library, renamed(audience, evil)))["people"][0]["handle"] == evil


@pytest.mark.parametrize("sign", [";", ",", "|", "\t"])
def test_no_part_of_a_cell_starts_a_formula_where_cells_are_parted_by_another_sign(sign: str) -> None:
    for evil in (
        f"ad copy{sign}=1+1",
        f"{sign}\u200b=1+1",
        f'"{sign} =1+1',
        f"a{sign}{sign}@SUM(A1)",
        f"x{sign}-2+3+cmd|'x'!A0",
    ):
        for part in safe_cell(evil).split(sign):
            assert part.strip(' \u200b"')[:1] not in tuple("=+-@"), (evil, safe_cell(evil))


def test_harmless_cells_stay_as_they_are() -> None:
    for plain in (
        "ana", "a=b", "2-3", "'quoted'", "Zoë 🙂", "👩‍💻 ana", 'with "quotes", and commas', "today, -50 % off",
        "a; - b", 0.5, 3,
    ):  # fmt: skip
        assert safe_cell(plain) == plain
    assert (safe_cell(None), safe_cell(""), safe_cell("  ")) == ("", "", "")


def test_unicode_commas_and_quotes_come_back(library: Library, audience: FindAudience) -> None:
    name = 'Zoë, "the 🙂"; 田中'
    (row,) = csv.DictReader(io.StringIO(audience_csv(library, renamed(audience, name))))
    assert row["handle"] == name
    assert renamed(audience, "\ud83d").people[0].user == "\ud83d"  # half an emoji must not stop the file


def test_nobody(library: Library, audience: FindAudience) -> None:
    empty = replace(audience, people=[])
    assert audience_csv(library, empty).splitlines() == [",".join(COLUMNS)]
    assert json.loads(audience_json(library, empty))["people"] == []


@pytest.mark.parametrize("name", ["out.csv", "out.JSON"])
def test_saving(library: Library, audience: FindAudience, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("what was there before")
    assert save(library, audience, chart=None, export=path) == [path]
    assert audience.people[0].user in path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    save_audience(library, renamed(audience, "\ud83d half"), path)
    assert "half" in path.read_text(encoding="utf-8")


def test_names_that_are_refused_before_anything_is_computed(tmp_path: Path) -> None:
    folder = tmp_path / "a.csv"
    folder.mkdir()
    for tool, files, said in (
        ("find_audience", {"export": folder}, "This is a directory, not a file"),
        ("find_audience", {"export": tmp_path / "a.xlsx"}, "An export ends in .csv or .json"),
        ("find_audience", {"export": tmp_path / "none" / "a.csv"}, "There is no such folder"),
        ("get_profile", {"export": tmp_path / "b.csv"}, "Only an audience can be exported"),
        ("get_profile", {"chart": tmp_path / "b.gif"}, "A chart ends in .png or .svg"),
        ("get_profile", {"chart": Path(os.devnull).with_suffix("")}, "A chart ends in .png or .svg"),
    ):
        with pytest.raises(AnalystError, match=said):
            check_names(tool, **{"chart": None, "export": None, **files})
    check_names("find_audience", chart=tmp_path / "a.svg", export=tmp_path / "b.json")


def test_other_results_are_no_audience(library: Library, call: Call, tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match="Only an audience can be exported"):
        save_audience(library, call("get_profile", user="signs"), tmp_path / "a.csv")
    with pytest.raises(AnalystError, match="nothing to draw"):
        save(library, call("search_posts", query="tea"), chart=tmp_path / "a.png", export=None)
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
