"""Audiences on the small index: order, figures that fit each other, warnings, and the same answer every time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from index.store.sealed import seal
from tests.conftest import small_rows
from tests.tools.said import lines, warnings
from tools.find_audience import FindAudience, find_audience
from tools.library import Library
from tools.targeting.propensity import weights_identity

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

Call = Callable[..., Any]
AD_COPY = "Run farther than ever before in our lightest trail shoe yet"


@pytest.fixture(scope="module")
def build(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[dict[str, Any]]], Library]:
    def make(rows: list[dict[str, Any]]) -> Library:
        from index.build import build_index

        folder = tmp_path_factory.mktemp("audience")
        source = folder / "posts.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        build_index([str(source)], folder / "index")
        return Library.open(folder / "index")

    return make


def _chances(found: FindAudience) -> dict[str, float]:
    return {person.user: person.probability for person in found.people}


def test_people_stand_by_probability_inside_their_interval(call: Call) -> None:
    found = call("find_audience", campaign="Lego", limit=500)
    chances = [person.probability for person in found.people]
    assert chances == sorted(chances, reverse=True) and len(chances) == found.considered
    assert all(0 < person.low < person.probability < person.high < 1 for person in found.people)


def test_the_lift_curve_rises_from_nought_to_one(call: Call) -> None:
    for campaign in ("Lego", AD_COPY):
        shares, engaged = np.array(call("find_audience", campaign=campaign).lift_curve).T
        assert (shares[0], engaged[0], shares[-1], engaged[-1]) == (0, 0, 1, pytest.approx(1))
        assert (np.diff(engaged) >= 0).all()
        assert (engaged >= shares - 0.5 / 12).all()  # best people first; shares of twelve people are rounded


def test_reach_is_the_sum_of_the_probabilities(call: Call) -> None:
    found = call("find_audience", campaign="Lego", limit=7)
    chances = [person.probability for person in found.people]
    assert [reach.people for reach in found.reach] == [1, 3, 5, 7]
    for reach in found.reach:
        assert reach.engaged == pytest.approx(sum(chances[: reach.people]), abs=1e-3)
        assert reach.precision == pytest.approx(reach.engaged / reach.people)
    assert found.expected_engaged == pytest.approx(found.reach[-1].engaged)


def test_the_same_call_twice_gives_identical_results(call: Call, library: Library) -> None:
    for campaign in ("Lego", "coffee", AD_COPY):
        first = call("find_audience", campaign=campaign, limit=20).to_dict()
        assert call("find_audience", campaign=campaign, limit=20).to_dict() == first
        again = find_audience(Library.open(library.path), campaign, limit=20)  # nothing remembered
        assert again.to_dict() == first


def test_the_order_of_posts_in_the_file_does_not_matter(build: Callable[..., Library]) -> None:
    one, other = (find_audience(build(rows), "Nike") for rows in (small_rows(), small_rows()[::-1]))
    assert one.query == other.query and one.handles == other.handles
    assert _chances(one) == pytest.approx(_chances(other), abs=2e-4)


def test_a_person_who_says_everything_twice_hardly_moves(build: Callable[..., Library]) -> None:
    rows = small_rows()
    twice = rows + [{**row, "id": f"{row['id']}b"} for row in rows if row["author"] == "dan"]
    given = {"campaign": "marathon training", "interests": ["running shoes"]}  # the same query for both
    one, other = (find_audience(build(posts), **given) for posts in (rows, twice))  # type: ignore[arg-type]
    assert one.handles == other.handles
    assert _chances(other)["dan"] == pytest.approx(_chances(one)["dan"], rel=0.1)


def test_one_person_has_the_base_rate_and_warnings(build: Callable[..., Library]) -> None:
    found = find_audience(build([{"id": "1", "author": "ana", "text": "tea", "created_at": None}]), "Nike")
    assert found.handles == ["ana"] and 0.005 < found.people[0].probability < 0.05
    assert "nobody here names Nike" in warnings(found)[0] and "only 1 person could be ranked" in warnings(found)[1]
    assert found.lift_curve[0] == (0, 0) and found.lift_curve[-1] == (1, 1)


def test_posts_without_communities_are_ranked_all_the_same(build: Callable[..., Library]) -> None:
    rows = [{key: value for key, value in row.items() if key != "community"} for row in small_rows()]
    found = find_audience(build(rows), "Nike")
    assert set(found.handles[:2]) == {"ana", "dan"}
    for person in found.people:
        assert person.signals["communities"] == person.signals["visits"] == 0


def test_a_campaign_nobody_names_rests_on_meaning(call: Call) -> None:
    found = call("find_audience", campaign="Playmobil")
    assert "nobody here names Playmobil" in warnings(found)[0]
    assert all(person.signals["mentions"] == 0 for person in found.people)
    assert {"buildbot", "brickfan"} & set(found.handles[:3])


def test_ad_copy_is_ranked_by_meaning_without_a_warning_about_names(call: Call) -> None:
    found = call("find_audience", campaign=AD_COPY)
    assert found.people and not any("names" in warning for warning in warnings(found))


def test_who_speaks_warmly_of_it_comes_before_who_does_not(call: Call) -> None:
    found = call("find_audience", campaign="Lego", limit=500)
    parts = {person.user: person.signals["mentions"] for person in found.people}
    assert parts["brickfan"] > 0 > parts["plainjane"]
    assert found.handles.index("brickfan") < found.handles.index("plainjane")


def test_opposing_posts_are_cold_ones(call: Call, library: Library, read: dict[str, Any]) -> None:
    found = call("find_audience", campaign="Lego", limit=500)
    opposing = {person.user: person.opposing for person in found.people}
    assert opposing["plainjane"] == ["m06"]
    assert "m02" in opposing["buildbot"] and "m01" not in opposing["buildbot"]
    assert all(len(ids) <= 3 for ids in opposing.values())
    shown = {id_ for ids in opposing.values() for id_ in ids} - {"m02", "m06"}
    assert all(read[id_]["sentiment"] == "negative" for id_ in shown)


def test_found_interests_never_name_a_trait(build: Callable[..., Library]) -> None:
    rows = [
        {"id": str(i), "author": f"u{i}", "text": f"Nike shoes for gay men, number {i}", "created_at": None}
        for i in range(6)
    ]
    assert not any("men" in interest for interest in find_audience(build(rows), "Nike").query.interests)


def test_limits_are_checked(library: Library) -> None:
    from index.errors import AnalystError

    for limit in (0, 501):
        with pytest.raises(AnalystError, match=f"limit is {limit}"):
            find_audience(library, "Lego", limit=limit)
    with pytest.raises(AnalystError, match="campaign is empty"):
        find_audience(library, "  ")


def test_a_calibration_of_ones_own_is_used(build: Callable[..., Library]) -> None:
    library = build(small_rows())
    before = find_audience(library, "Nike")
    own = {"bias": 0.0, "slope": 1.0, "spread": 0.1, "calibrated_on": "thirty outcomes"}
    own["fitted_to"] = weights_identity()
    (library.folder / "calibration.json").write_bytes(seal(own))
    after = find_audience(library, "Nike")
    assert after.calibrated_on == "thirty outcomes" and after.handles == before.handles
    assert after.people[0].probability > before.people[0].probability
    assert after.people[0].high - after.people[0].low < 0.1


@pytest.mark.parametrize("campaign", ["xkqz vvrt", "the of and", "???"])
def test_nonsense_is_called_a_guess(call: Call, campaign: str) -> None:
    guess, known = call("find_audience", campaign=campaign), call("find_audience", campaign="trail running shoes")
    assert f"nothing here comes near {campaign}" in warnings(guess)[0]
    assert not any("comes near" in warning for warning in warnings(known))

    def width(found: FindAudience) -> float:
        (person, *_) = found.people
        return float(np.log(person.high / (1 - person.high)) - np.log(person.low / (1 - person.low)))

    assert width(guess) > 2 * width(known)


def test_what_a_name_is_about_is_told_and_weighed_in(call: Call) -> None:
    found = call("find_audience", campaign="Strava")
    assert "What Strava is about, as known beforehand: running and cycling." in lines(found)
    given = call("find_audience", campaign="Strava", interests=["knitting"])
    assert not any("known beforehand" in line for line in lines(given))
    assert _chances(given) != _chances(found)
