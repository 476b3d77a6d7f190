"""Each signal of each person, on crowds of three dimensions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tools.small_matrix import Row, X, Y, Z, matrix_of, measured
from tools.result.tones import NEUTRAL_BAND
from tools.targeting.propensity import odds_of
from tools.targeting.signals import FARTHEST, NAMES, Signals, _standardised

FOUR = [
    ("1", "ana", "running", X),
    ("2", "ana", None, X),
    ("3", "ben", "cooking", Y),
    ("4", "cem", "gym", Y),
    ("5", "dan", None, Y),
]


def _column(signals: Signals, name: str) -> np.ndarray:
    return signals.values[:, NAMES.index(name)]


def test_signals_are_standardised_over_the_people() -> None:
    signals = measured(matrix_of(FOUR))
    for name in NAMES[:-1]:
        assert _column(signals, name).mean() == pytest.approx(0, abs=1e-6)
        assert _column(signals, name).std() == pytest.approx(1, abs=1e-6)


def test_a_column_by_hand() -> None:
    assert np.allclose(_standardised(np.array([1.0, 1.0, 4.0])), [-np.sqrt(0.5), -np.sqrt(0.5), np.sqrt(2)])


def test_standardised_signals_are_cut_so_that_none_gives_certainty() -> None:
    column = np.zeros(1000)
    column[0] = 50.0
    assert _standardised(column).max() == FARTHEST
    assert np.isfinite(_standardised(np.ones(5))).all()


def test_who_writes_near_the_campaign_leads_in_every_sense() -> None:
    signals = measured(matrix_of(FOUR))
    assert signals.authors[int(_column(signals, "posts").argmax())] == "ana"
    assert signals.authors[int(_column(signals, "communities").argmax())] == "ana"
    assert signals.authors[int(_column(signals, "style").argmax())] == "ana"
    assert signals.authors[int(_column(signals, "visits").argmax())] == "cem"  # the gym leads to running


def test_posts_near_every_subject_are_no_proof_of_one() -> None:
    signals = measured(matrix_of([("1", "ana", None, X), ("2", "ben", None, (X + Y + Z) / np.sqrt(3))]))
    assert signals.closeness[0] > signals.closeness[1]


def test_mentions_count_with_their_tone() -> None:
    tones = {"1": 1.0, "2": 0.0, "3": -0.8, "4": -NEUTRAL_BAND, "elsewhere": 1.0}
    signals = measured(matrix_of(FOUR), tones=tones)
    assert signals.mentions.counts.tolist() == [2, 1, 1, 0]
    assert np.allclose(signals.mentions.tones, [0.5, -0.8, -NEUTRAL_BAND, 0])
    assert signals.mentions.posts == [["1", "2"], ["3"], ["4"], []]
    assert np.allclose(_column(signals, "mentions"), [np.log1p(2 * 0.8), -np.log1p(0.72 / 0.92), 0, 0])


def test_mildly_cold_words_speak_against() -> None:
    """A tone that is told as negative may not count for a person, however mild it is."""
    mild = _column(measured(matrix_of(FOUR), tones={"1": -0.1, "3": -0.3, "4": -0.05}), "mentions")
    assert mild[0] < 0 and mild[1] < mild[0] and mild[2] > 0


def test_nobody_names_it() -> None:
    assert not _column(measured(matrix_of(FOUR)), "mentions").any()


def test_one_person_has_nothing_to_stand_out_from() -> None:
    signals = measured(matrix_of(FOUR[:2]))
    assert signals.values.shape == (1, len(NAMES)) and np.allclose(signals.values, 0)


def test_without_communities_the_others_still_tell() -> None:
    signals = measured(matrix_of([("1", "ana", None, X), ("2", "ben", None, Y)]))
    assert np.isfinite(signals.values).all()
    assert np.allclose(_column(signals, "communities"), 0) and np.allclose(_column(signals, "visits"), 0)
    assert _column(signals, "posts")[0] > _column(signals, "posts")[1]


def test_communities_that_nobody_knows_say_nothing_of_visits() -> None:
    signals = measured(matrix_of([("1", "ana", "here", X), ("2", "ben", "there", Y)]))
    assert np.allclose(_column(signals, "visits"), 0)
    assert _column(signals, "communities")[0] > _column(signals, "communities")[1]


def test_the_case_of_a_community_does_not_matter() -> None:
    rows = [("1", "ana", "Gym", Y), ("2", "ben", "COOKING", Y)]
    assert _column(measured(matrix_of(rows)), "visits")[0] > 0


def test_the_order_of_the_posts_does_not_matter() -> None:
    tones = {"1": 0.5, "3": -0.5}
    one, other = measured(matrix_of(FOUR), tones=tones), measured(matrix_of(FOUR[::-1]), tones=tones)
    assert one.authors == other.authors and np.allclose(one.values, other.values, atol=1e-6)


def _random_rows(people: int, posts: int) -> list[Row]:
    draw = np.random.default_rng(5)
    vectors = draw.normal(size=(people * posts, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places = draw.choice(["running", "cooking", "gym", "elsewhere"], people * posts)
    return [
        (str(i), f"u{i % people:02d}", str(place), v) for i, (place, v) in enumerate(zip(places, vectors, strict=True))
    ]


def test_the_number_of_posts_does_not_matter() -> None:
    """Who says everything twice says nothing new: they keep their place, and so do nearly all others."""
    rows = _random_rows(60, 12)
    about = {"running": 30 * X, "cooking": 30 * Y, "gym": 30 * Z, "elsewhere": 30 * (Y + Z)}  # stays what it is about
    chance = odds_of(measured(matrix_of(rows, about))).probability
    places = (-chance).argsort().argsort()
    for who in range(0, 60, 7):
        mine = [row for row in rows if row[1] == f"u{who:02d}"]
        twice = rows + [(f"{id_}b", author, place, vector) for id_, author, place, vector in mine]
        again = odds_of(measured(matrix_of(twice, about))).probability
        moved = np.abs((-again).argsort().argsort() - places)
        assert moved[who] <= 1 and moved.mean() < 0.5 and abs(again[who] - chance[who]) < 0.001


def test_when_everybody_says_everything_twice_nothing_changes() -> None:
    rows = _random_rows(20, 6)
    twice = rows + [(f"{id_}b", author, place, vector) for id_, author, place, vector in rows]
    assert np.allclose(measured(matrix_of(rows)).values, measured(matrix_of(twice)).values, atol=1e-4)
