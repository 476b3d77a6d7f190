"""Kinds of brands: how they are called, found in a text, and counted as a subject."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.privacy.sensitive import sensitive_trait
from tools.selection.kinds import KINDS, kind_of, kinds_in, known_kind
from tools.selection.subject import subject_of


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("airlines", "airline"),
        ("the airlines", "airline"),
        ("Coffee chains", "coffee chain"),
        ("running shoe brands", "shoe brand"),
        ("brands of sneakers", "shoe brand"),
        ("running shoes", None),
        ("Ryanair", None),
        ("", None),
    ],
)
def test_what_a_kind_is_called(said: str, called: str | None) -> None:
    found = kind_of(said)
    assert (found.called if found else None) == called


def test_kinds_are_found_in_a_question_by_their_longest_name() -> None:
    found = kinds_in("Which video streaming services and supermarkets do people like?")
    assert [(words, kind.plural) for words, kind in found] == [
        ("video streaming services", "streaming services"),
        ("supermarkets", "supermarkets"),
    ]
    assert kinds_in("who posts the most?") == []


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(AnalystError, match="'flibbers' is no kind of brands"):
        known_kind("flibbers")


def test_a_kind_is_a_subject_with_the_posts_that_name_one_of_it(tmp_path: Path) -> None:
    rows = [
        post("1", "ana", "Ryanair lost my bag", names=["Ryanair"], tone="bad"),
        post("2", "ben", "the airline was kind"),
        post("3", "cleo", "tea with milk"),
        post("4", "dan", "Delta to Boston", names=["Delta"]),
    ]
    found = subject_of(make_library(tmp_path, rows), "airlines", by_meaning=False)
    assert found.ids == ["1", "2", "4"] and found.how_named == " or with the name of one (Delta, Ryanair)"


def test_the_file_is_whole() -> None:
    entries = yaml.safe_load(KINDS.read_text(encoding="utf-8"))
    called = [each for entry in entries for each in entry["called"]]
    assert len(called) == len(set(called)) and all(each == each.lower() for each in called)
    assert all(isinstance(name, str) and name.strip() for entry in entries for name in entry["names"])
    assert [each for each in called if sensitive_trait(each)] == []
