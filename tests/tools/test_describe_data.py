"""What the data are said to hold, and how accurate the analyses are said to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.encoding.measured import head_digests
from tests.tools.hand_made import make_library, post
from tests.tools.said import lines, warnings
from tools import describe_data as module
from tools.describe_data import describe_data

ROWS = [
    post("1", "ana", "Nike", at="2024-01-05T10:00:00+00:00", likes=1, community="run", lang="en", names=["Nike"]),
    post("2", "ben", "Nike, nike", at="2024-03-05T10:00:00+00:00", likes=2, community="run", lang="en", names=["Nike"]),
    post("3", "ben", "Lego", community="toys", lang="de", names=["Lego"]),
    post("4", "ben", "…"),
]


def test_counts_and_names(tmp_path: Path) -> None:
    found = describe_data(make_library(tmp_path, ROWS))
    assert (found.posts, found.people, found.communities) == (4, 2, 2)
    assert (found.first_post, found.last_post) == ("2024-01-05", "2024-03-05")
    assert list(found.top_communities.items()) == [("run", 2), ("toys", 1)]
    assert [(brand.name, brand.posts, brand.people) for brand in found.top_brands] == [("Nike", 2, 2)]
    assert found.languages == {"en": 0.5, "de": 0.25} and list(found.languages) == ["en", "de"]
    assert found.known == {"likes": 0.5, "replies": 0, "shares": 0}
    assert lines(found)[0] == "These data hold 4 posts by 2 people in 2 communities, from 2024-01-05 to 2024-03-05."
    assert "Known are likes of 50 % of the posts; replies and shares are not known." in lines(found)
    assert "0 rows were rejected and 0 were duplicates." in lines(found)
    assert "Careful: this rests on only 4 posts." in warnings(found)
    assert "Careful: only 2 people are in these data; under 150 an audience is shaky." in warnings(found)


def test_bare_posts(tmp_path: Path) -> None:
    found = describe_data(make_library(tmp_path, [post("1", "ana", "…")]))
    assert (found.top_communities, found.top_brands, found.languages, found.first_post) == ({}, [], {}, None)
    assert lines(found)[0] == "These data hold 1 post by 1 person, without dates."
    assert "No post has likes, replies or shares, so engagement cannot be measured." in lines(found)
    assert "None" not in found.text


def test_rejected_rows_and_why(tmp_path: Path) -> None:
    rows = [{"reason": "no text: empty"}, {"reason": "no text"}, {"reason": "no author"}, {"reason": "duplicate id"}]
    (tmp_path / "rejects.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = describe_data(make_library(tmp_path, ROWS, rejected=3, duplicates=1))
    assert list(found.reasons.items()) == [("no text", 2), ("no author", 1)]
    assert "3 rows were rejected (no text: 2 and no author: 1) and 1 was a duplicate." in lines(found)


def test_accuracy_comes_from_the_files_beside_the_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = tmp_path / "reader.json"
    reader.write_text(json.dumps({"held_out": {"right_tool": 0.875}, "questions": 30_000}), encoding="utf-8")
    monkeypatch.setattr(module, "READER", reader)
    monkeypatch.setattr(module, "TARGETING", tmp_path / "nowhere.json")
    monkeypatch.setattr(module, "head_accuracy", lambda: {"sentiment": {"dev ece": 0.03}, "entities": {"dev f1": 0.5}})
    found = describe_data(make_library(tmp_path, ROWS))
    assert found.accuracy == {
        "sentiment": {"dev ece": 0.03}, "entities": {"dev f1": 0.5}, "questions": {"held out right tool": 0.875},
    }  # fmt: skip
    other = describe_data(make_library(tmp_path / "other", ROWS, ner="en_core_web_sm"))
    assert "entities" not in other.accuracy
    assert "The accuracy of the names that en_core_web_sm finds was not measured here." in lines(other)


def test_weights_that_are_not_those_of_the_index(tmp_path: Path) -> None:
    same = describe_data(make_library(tmp_path, ROWS, heads=head_digests()))
    assert not any("other weights" in warning for warning in warnings(same))
    other = describe_data(make_library(tmp_path / "other", ROWS, heads={**head_digests(), "sentiment": "0" * 16}))
    assert any("read with other weights for sentiment" in warning for warning in warnings(other))


def test_on_indexed_posts(call: Callable[..., Any], read: dict[str, dict[str, Any]]) -> None:
    found = call("describe_data")
    assert found.posts == len(read) and found.people == len({row["author"] for row in read.values()})
    assert sum(row["community"] == "money" for row in read.values()) == found.top_communities["money"]
