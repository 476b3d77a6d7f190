"""Changes of a list, and the call that each makes of the call before."""

from __future__ import annotations

from typing import Any

import pytest

from agent.training.conversations import Conversations
from agent.training.reader.clauses import after
from agent.training.reader.edits import Edit, Edits
from agent.training.reader.question import Question, labels, pointer
from agent.understanding.context import CallContext

LIST = {"campaign": "Nike", "limit": 10, "exclude": ["cy"], "active_in": ["tea"], "since": "2023", "until": "2023"}


@pytest.fixture
def edits(for_reader: Conversations) -> Edits:
    return Edits(for_reader)


def made(edits: Edits, row: str, args: dict[str, Any] = LIST) -> Question | None:
    earlier = CallContext("who?", "find_audience", args, ("ana", "ben"))
    return edits._question(Edit.of(row), Question("who?", "find_audience", args), earlier)


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        ("again without them => drop=exclude", {"exclude": None}),
        ("any time => drop=period", {"since": None, "until": None}),
        ("from the beginning => drop=since", ...),
        (
            "just the campaign => drop=all",
            {"limit": None, "exclude": None, "active_in": None, "since": None, "until": None},
        ),
        ("twice as many => limit=double", {"limit": 20}),
        ("not the first => exclude=$first", {"exclude": ["cy", "ana"]}),
        ("only these => among=$people", {"among": ["ana", "ben"]}),
        ("skip the first two => exclude=$first,$second", ...),
        ("only in German => language=de", ...),
    ],
)
def test_what_becomes_of_the_call_before(edits: Edits, row: str, changed: Any) -> None:
    found = made(edits, row)
    if changed is ...:  # it does not fit this list
        assert found is None
    else:
        assert found is not None and found.edit in ("edit", "double")
        assert found.args == {name: value for name, value in {**LIST, **changed}.items() if value is not None}


def test_added_to_what_stood_there_or_instead_of_it(edits: Edits) -> None:
    added, instead = made(edits, "{active_in} as well => how=add"), made(edits, "{active_in} instead => how=instead")
    assert added and instead
    assert added.args["active_in"][0] == "tea" and len(added.args["active_in"]) >= 2
    assert "active_in" in labels(added)[1] and "active_in" not in labels(instead)[1]
    assert "tea" not in instead.args["active_in"]


def test_taking_a_change_back_teaches_only_that(edits: Edits) -> None:
    found = made(edits, "undo that => drop=last")
    assert found and found.edit == "undo" and found.heads == {"edit", "kind"}


def test_drawn_edits_follow_a_list(edits: Edits) -> None:
    drawn = [question for _ in range(150) for question in edits.draw()]
    later = [question for question in drawn if question.earlier.tool == "get_profile"]
    assert later and all(question.heads == {"edit"} for question in later)
    for question in drawn:
        assert question.earlier.tool and pointer(question)["edit"]


def test_every_change_of_the_bank_can_be_drawn(edits: Edits) -> None:
    for edit in edits.rows[::6]:
        lists = (edits._list_for(edit) for _ in range(200))
        drawn = (edits._question(edit, first, after(first, edits.conversations.fillers)) for first in lists if first)
        assert any(drawn), edit


@pytest.mark.parametrize(
    ("row", "phrasing", "fits"),
    [
        ("by shares => by=shares", "who gets the most likes => of=person by=likes", True),
        ("by shares => by=shares", "who gets the most shares => of=person by=shares", False),
        ("longer => limit=more", "top {limit} posters => of=person by=posts", True),
        ("longer => limit=more", "who posts most => of=person by=posts", False),
        ("fans of {likes}", "{likes} fans who post most => of=person by=posts", False),
    ],
)
def test_a_constant_takes_the_place_of_another(edits: Edits, row: str, phrasing: str, fits: bool) -> None:
    assert edits._fits(Edit.of(row), phrasing) is fits
