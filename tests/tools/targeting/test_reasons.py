"""Reasons in words, and the posts that speak for and against."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tools.hand_made import make_library, post
from tests.tools.small_matrix import Row, X, Y, Z, matrix_of, measured
from tools.targeting.propensity import TargetingModel, odds_of
from tools.targeting.reasons import TELLING, Reason, posts_against, posts_for, reasons_of, told
from tools.targeting.signals import NAMES, Signals

EVEN = TargetingModel(-2.0, dict.fromkeys(NAMES, 1.0), 0.5, "a test")
ROWS: list[Row] = [
    ("a1", "ana", "running", X),
    ("a2", "ana", "gym", X),
    ("b1", "ben", "cooking", Y),
    ("b2", "ben", "cooking", Y),
    ("c1", "cem", None, Z),
    ("c2", "cem", None, Y),
]


def _words(signals: Signals, row: int) -> dict[str, Reason]:
    return {reason.signal: reason for reason in reasons_of(signals, odds_of(signals, EVEN), row, "golf")}


@pytest.fixture
def signals() -> Signals:
    return measured(matrix_of(ROWS), tones={"a1": 0.7, "b1": -0.6})


def test_every_signal_is_told_the_weightiest_first(signals: Signals) -> None:
    for row in range(3):
        reasons = reasons_of(signals, odds_of(signals, EVEN), row, "golf")
        weights = [abs(reason.weight) for reason in reasons]
        assert {reason.signal for reason in reasons} == set(NAMES)
        assert weights == sorted(weights, reverse=True)


def test_the_weights_are_the_parts_of_the_log_odds(signals: Signals) -> None:
    odds = odds_of(signals, EVEN)
    assert sum(reason.weight for reason in _words(signals, 0).values()) == pytest.approx(odds.parts[0].sum(), abs=0.003)


def test_what_speaks_for_and_against_is_told_apart(signals: Signals) -> None:
    reasons = reasons_of(signals, odds_of(signals, EVEN), 1, "golf")
    assert told(reasons, speaks_for=True) == []
    assert "writes unlike people who care for golf" in told(reasons, speaks_for=False)
    small = [Reason("posts", TELLING / 2, "hardly"), Reason("style", TELLING, "just")]
    assert told(small, speaks_for=True) == ["just"]


def test_names_and_tones_are_told(signals: Signals) -> None:
    labels = {"a1": "positive", "b1": "negative"}
    read = replace(signals, mentions=replace(signals.mentions, labels=labels))
    assert _words(read, 0)["mentions"].words == "names golf in 1 post, 1 positive"
    assert _words(read, 1)["mentions"].words == "names golf in 1 post, 1 negative"
    assert _words(read, 2)["mentions"].words == "never names golf"
    assert _words(signals, 0)["mentions"].words == "names golf in 1 post"
    long = reasons_of(signals, odds_of(signals, EVEN), 2, "an ad of more words than a reason has room for")
    assert "never names the campaign" in [reason.words for reason in long]


def test_communities_are_named_once() -> None:
    """ana's communities are the gym and running; the gym, told as near, is not told again as the way to it."""
    rows: list[Row] = [*ROWS, ("a3", "ana", "running", X)]
    words = _words(measured(matrix_of(rows, {"gym": X})), 0)
    assert words["communities"].words == "posts in gym and running"
    assert words["visits"].words == "posts where its audience is often found"


def test_communities_on_the_way_are_told_if_they_are_near_in_meaning() -> None:
    """Who goes to the gym goes running: told where the gym is about it, left out where a reader would see no link."""
    quiet = replace(EVEN, weights={**EVEN.weights, "communities": 0.0})
    for vector, told_as in ((X, "posts in gym, where its audience is often found"), (Z, None)):
        signals = measured(matrix_of(ROWS, {"gym": vector * 9}))
        reasons = reasons_of(signals, odds_of(signals, quiet), 0, "golf")
        found = [words for words in told(reasons, speaks_for=True) if "aud" in words]
        assert found == ([told_as] if told_as else [])
    assert _words(signals, 0)["visits"].words == "posts where its audience is often found"  # still has its weight


def test_the_nearest_community_of_somebody_far_from_it(signals: Signals) -> None:
    assert _words(signals, 1)["communities"].words == "the nearest community they post in is cooking, far from it"
    assert _words(signals, 1)["visits"].words == "posts where its audience is rarely found"


def test_without_any_community_nothing_is_named() -> None:
    signals = measured(matrix_of([("1", "ana", None, X), ("2", "ben", None, Y)]))
    for row in range(2):
        words = _words(signals, row)
        assert words["communities"].words == "posts in no community" and abs(words["communities"].weight) < 0.01
        assert "None" not in words["visits"].words


def test_an_author_with_one_post() -> None:
    words = _words(measured(matrix_of([("1", "ana", "running", X), *ROWS[2:]])), 0)
    assert words["posts"].words == "1 of their 1 post is about golf or close to it"


def test_a_name_of_a_community_cannot_break_the_line() -> None:
    words = _words(measured(matrix_of([("1", "ana", "run\nning" + "g" * 200, X), *ROWS[2:]])), 0)
    assert "\n" not in words["communities"].words and len(words["communities"].words) < 80


def test_warm_posts_that_name_it_come_first_then_close_ones(signals: Signals) -> None:
    assert posts_for(signals, 0, 2) == ["a1", "a2"]
    assert posts_for(signals, 1, 3) == []  # ben cooks: what is not close speaks for nothing
    warm = measured(matrix_of(ROWS), tones={"a2": 0.1})
    assert posts_for(warm, 0, 1) == ["a2"]


def test_a_cold_post_that_names_it_never_speaks_for_it() -> None:
    assert posts_for(measured(matrix_of(ROWS), tones={"a1": -0.5}), 0, 3) == ["a2"]


def test_a_community_that_hints_at_a_trait_is_never_told() -> None:
    rows: list[Row] = [("a1", "ana", "depression", X), ("a2", "ana", "gym", X), *ROWS[2:]]
    signals = measured(matrix_of(rows, {"depression": X, "gym": X}))
    words = _words(signals, 0)
    assert words["communities"].words == "posts in gym"
    alone = measured(matrix_of([("a1", "ana", "depression", X), *ROWS[2:]], {"depression": X}))
    assert all("depression" not in reason.words for row in range(3) for reason in _words(alone, row).values())
    assert _words(alone, 0)["communities"].words == "posts in communities near it"


def test_cold_posts_that_name_it_come_first_then_negative_ones_near_it(tmp_path: Path) -> None:
    rows = [post("a1", "ana", "one"), post("a2", "ana", "two", tone="bad"), post("a3", "ana", "three", tone="good")]
    library = make_library(tmp_path, rows)
    matrix = matrix_of([("a1", "ana", None, X), ("a2", "ana", None, X), ("a3", "ana", None, X)])
    library.__dict__["matrix"] = matrix
    named = measured(matrix, tones={"a3": 0.2, "a1": -0.5})
    assert posts_against(library, named, 0, 3) == ["a1", "a2"]  # a2 is negative and close; a3 is warm
    assert posts_against(library, named, 0, 1) == ["a1"]
    silent = measured(matrix)
    assert posts_against(library, silent, 0, 3) == ["a2"]


def test_coldest_first(tmp_path: Path) -> None:
    library = make_library(tmp_path, [post(id_, "ana", id_) for id_ in ("a1", "a2", "a3")])
    matrix = matrix_of([(id_, "ana", None, np.asarray(Y)) for id_ in ("a1", "a2", "a3")])
    tones = dict(sorted({"a1": -0.2, "a2": -0.9, "a3": -0.4}.items(), key=lambda item: -item[1]))
    assert posts_against(library, measured(matrix, tones=tones), 0, 2) == ["a2", "a3"]
