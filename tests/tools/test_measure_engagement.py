"""What gets engagement, and when, against figures counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tests.tools.said import lines, warnings
from tools.engagement.groups import group_of, groups_by
from tools.library import Library
from tools.measure_engagement import MeasureEngagement, measure_engagement
from tools.registry import BadArguments, call_tool

# Monday 1 January 2024 at nine: 10 each. Tuesday the 2nd at 21: 20 each, and one post that everybody saw.
ROWS = [
    *(
        post(f"m{n}", f"ana{n}", "good morning", at="2024-01-01T09:30:00+00:00", community="early", likes=8, replies=2)
        for n in range(10)
    ),
    *(
        post(f"t{n}", f"ben{n}", "a much longer good evening", at="2024-01-02T21:59:59+00:00", community="late",
             likes=15, replies=5, tone="good", phrases=["sunset"])
        for n in range(9)
    ),
    post("hit", "ben9", "WOW, seen by all", at="2024-01-02T21:00:00+00:00", community="late", likes=9000, replies=1000,
         tone="good", phrases=["sunset"]),
    post("few", "eve", "only one of the kind", at="2025-06-07T00:00:00+00:00", community="tiny", likes=500),
    post("dark", "fay", "nothing is known of it"),
]  # fmt: skip


@pytest.fixture(scope="module")
def hand_made(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("engagement"), ROWS)


@pytest.fixture(scope="module")
def by_hour(hand_made: Library) -> MeasureEngagement:
    return measure_engagement(hand_made, by="hour")


def test_all_posts(by_hour: MeasureEngagement) -> None:
    total = 10 * 10 + 9 * 20 + 10_000 + 500
    assert (by_hour.posts, by_hour.unknown_posts, by_hour.parts) == (21, 1, ["likes", "replies"])
    assert by_hour.everyone.mean == pytest.approx(total / 21) and by_hour.everyone.median == 20
    assert by_hour.known == pytest.approx({"likes": 1, "replies": 20 / 21, "shares": 0})
    assert by_hour.top_share == pytest.approx((10_000 + 500 + 20 + 20) / total)  # the best four of 21
    assert by_hour.top_engagement == {"hit": 10_000, "few": 500, "t0": 20, "t1": 20, "t2": 20}
    assert [post.id for post in by_hour.evidence] == list(by_hour.top_engagement)
    assert "Careful: 1 of 22 posts carry no engagement numbers." in warnings(by_hour)
    assert by_hour.part_share == pytest.approx({"likes": 9715 / total, "replies": 1065 / total, "shares": 0})
    assert "likes + replies (shares not known), 90 % of it likes, known of replies in 95 % of the posts" in by_hour.text
    assert lines(by_hour)[0].startswith("Posts here get 513 likes and replies on average, half of them 20 or fewer")


def test_hours_are_of_utc_and_one_hit_does_not_decide(by_hour: MeasureEngagement) -> None:
    assert {hour: group.posts for hour, group in by_hour.groups.items()} == {"00:00": 1, "09:00": 10, "21:00": 10}
    evening = by_hour.groups["21:00"]
    assert (evening.mean, evening.median) == pytest.approx((1018, 20))
    # 95 % of 21 posts lies at the 20th, which is 500: the hit counts as 500.
    assert evening.typical == pytest.approx((9 * 20 + 500) / 10)
    assert evening.share == pytest.approx(10_180 / 10_780)
    assert by_hour.groups["09:00"].typical == 10 and by_hour.groups["09:00"].low == 10
    assert by_hour.groups["00:00"].low is None  # one post


def test_the_best_and_the_weakest_have_enough_posts(by_hour: MeasureEngagement) -> None:
    (found,) = by_hour.standouts
    assert (found.by, found.best, found.worst, found.compared) == ("hour", "21:00", "09:00", 2)
    assert (found.best_sure, found.worst_sure) == (False, True)  # one post made the evening
    assert set(by_hour.best_groups) == {"21:00", "09:00"}
    assert any(line.startswith("Best hour: 21:00 UTC with 68 per post") for line in lines(by_hour))


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("weekday", {"Monday": 10, "Tuesday": 10, "Saturday": 1}),
        ("month", {"2024-01": 20, "2025-06": 1}),
        ("year", {"2024": 20, "2025": 1}),
        ("community", {"late": 10, "early": 10}),
    ],
)
def test_every_grouping(hand_made: Library, by: Any, groups: dict[str, int]) -> None:
    found = measure_engagement(hand_made, by=by)
    assert [(name, group.posts) for name, group in found.groups.items()] == list(groups.items())
    assert sum(group.share for group in found.groups.values()) <= 1 + 1e-9


def test_what_is_not_shown_is_told(hand_made: Library, tmp_path: Path) -> None:
    found = measure_engagement(hand_made, by="community")
    assert (found.groups_found, len(found.groups)) == (3, 2)
    assert "2 of 3 communities are shown, the best of those with 5 posts or more." in lines(found)
    rows = [
        post(
            f"{year}{month}", "p", "x", at=f"{year}-{month:02}-01T09:00:00+00:00", community=f"c{year}{month}", likes=1
        )
        for year in (2023, 2024)
        for month in range(1, 13)
    ]
    library = make_library(tmp_path, rows)
    months = measure_engagement(library, by="month")
    assert list(months.groups) == [f"2024-{month:02}" for month in range(1, 13)] and months.groups_found == 24
    assert "12 of 24 months are shown, the latest." in lines(months)
    assert "12 of 24 communities are shown, the best." in lines(measure_engagement(library, by="community"))
    assert "are shown" not in measure_engagement(library, by="year").text


def test_nothing_asked_tells_hours_days_and_communities(hand_made: Library) -> None:
    found = measure_engagement(hand_made)
    assert [each.by for each in found.standouts] == ["hour", "weekday", "community"]
    assert (found.by, found.groups, found.subject) == (None, {}, "")


def test_tone_length_and_words(by_hour: MeasureEngagement, tmp_path: Path) -> None:
    assert {tone: group.posts for tone, group in by_hour.sentiment.items()} == {"positive": 10, "neutral": 11}
    assert {name: group.posts for name, group in by_hour.length.items()} == {
        "up to 12 characters": 10, "13 to 26 characters": 11,
    }  # fmt: skip
    assert "over" not in by_hour.text
    rows = [post(f"a{n}", f"p{n}", "x", likes=1, phrases=["rain"]) for n in range(32)]
    rows += [post(f"b{n}", f"p{n}", "x", likes=50 + n, phrases=["sunset"]) for n in range(8)]
    found = measure_engagement(make_library(tmp_path, rows))
    assert [each.phrase for each in found.phrases] == ["sunset"]
    assert "The top fifth talks more than the rest about sunset." in lines(found)


def test_the_tone_of_a_name_is_that_toward_it(tmp_path: Path) -> None:
    rows = [
        post(f"a{n}", f"p{n}", "Nike, what a day", names=["Nike"], tone="bad", toward="good", likes=9) for n in range(3)
    ]
    rows.append(post("b", "q", "Nike, no", names=["Nike"], tone="good", toward="bad", likes=3, phrases=["no"]))
    library = make_library(tmp_path, rows)
    found = measure_engagement(library, topic="Nike")
    assert {tone: group.posts for tone, group in found.sentiment.items()} == {"positive": 3, "negative": 1}
    assert [each.sentiment for each in found.evidence] == ["positive"] * 3 + ["negative"]
    warm = measure_engagement(library, topic="Nike", sentiment="positive")
    assert {tone: group.posts for tone, group in warm.sentiment.items()} == {"positive": 3}


def test_topic_user_time_and_community(hand_made: Library) -> None:
    assert measure_engagement(hand_made, topic="WOW").everyone.mean == 10_000
    one = measure_engagement(hand_made, user="@ben9")
    assert (one.posts, one.subject, one.everyone.low) == (1, "by @ben9", None)
    assert warnings(one) == ["Careful: this rests on only 1 post."]
    assert (
        lines(one)[0]
        == "Posts by @ben9 get 10,000 likes and replies on average, half of them 10,000 or fewer (1 post)."
    )
    assert measure_engagement(hand_made, since="2025").everyone.mean == 500
    assert measure_engagement(hand_made, community="EARLY", until="2024-01-01").everyone.mean == 10
    with pytest.raises(AnalystError, match="There are no posts"):
        measure_engagement(hand_made, since="2030")


def test_posts_of_one_person_have_intervals_too(tmp_path: Path) -> None:
    rows = [post(str(n), "ana", "x" * n, likes=n, phrases=["dune" if n > 7 else "rain"]) for n in range(1, 11)]
    found = measure_engagement(make_library(tmp_path, rows), user="ana")
    assert found.everyone.low is not None and found.everyone.high is not None
    assert found.everyone.low < found.everyone.typical < found.everyone.high


def test_scores_below_zero(tmp_path: Path) -> None:
    rows = [post(str(n), f"p{n}", "x", likes=likes) for n, likes in enumerate([-10, -2, 0, 4, 6])]
    found = measure_engagement(make_library(tmp_path, rows))
    assert (found.below_zero, found.everyone.mean, found.everyone.median) == pytest.approx((0.4, -0.4, 0))
    assert found.everyone.share == 1 and found.top_share == pytest.approx(0.6)  # 6 of 10: scores below zero get none
    assert "40 % of the posts score below zero" in found.text
    zero = measure_engagement(make_library(tmp_path / "zero", [post(str(n), "a", "x", likes=0) for n in range(9)]))
    assert (zero.everyone.mean, zero.top_share, zero.phrases, zero.everyone.share) == (0, None, [], 0)
    assert "top fifth" not in lines(zero)[0] and "nan" not in zero.text


def test_without_any_numbers_it_says_which_column_to_map(tmp_path: Path, hand_made: Library) -> None:
    silent = make_library(tmp_path, [post("1", "ana", "Nike")])
    with pytest.raises(AnalystError, match=r"no column with likes, replies or shares.*posts\.jsonl.*--map likes=score"):
        measure_engagement(silent)
    with pytest.raises(AnalystError, match=r"Nothing is known of the engagement of the 1 post by @fay.*21 posts here"):
        measure_engagement(hand_made, user="fay")


def test_posts_without_dates_or_communities(tmp_path: Path) -> None:
    bare = make_library(tmp_path, [post(str(n), f"p{n}", "x", shares=n) for n in range(6)])
    for by, missing in (("hour", "date"), ("year", "date"), ("community", "community")):
        found = call_tool(bare, "measure_engagement", {"by": by})
        assert isinstance(found, MeasureEngagement)
        assert (found.groups, found.standouts, found.parts) == ({}, [], ["shares"])
        assert f"Careful: none of these posts has a {missing}, so they cannot be told apart by {by}." in warnings(found)
    assert measure_engagement(bare).warnings == []
    with pytest.raises(BadArguments, match="by: input should be 'hour'"):
        call_tool(bare, "measure_engagement", {"by": "decade"})


def test_on_indexed_posts(call: Callable[..., Any], read: dict[str, dict[str, Any]]) -> None:
    own = [row["likes"] for row in read.values() if row["author"] == "bogle_bogle"]
    found = call("measure_engagement", user="bogle_bogle", by="year")
    assert found.posts == len(own) and sum(group.posts for group in found.groups.values()) == len(own)
    assert found.everyone.mean >= sum(own) / len(own)  # replies and shares are added


def test_groups_measured_at_once_are_those_measured_one_by_one() -> None:
    import numpy as np
    import pandas as pd

    from tools.engagement.groups import group_of, groups_by

    draw = np.random.default_rng(3)
    likes = draw.integers(-2, 50, 200).astype(float)
    rows = {"engagement": likes, "drawn_in": likes.clip(0, 40), "cluster": draw.integers(0, 12, 200)}
    measured = pd.DataFrame(
        {**rows, "community": draw.choice(["a", "b", "c", "only one"], 200, p=[0.5, 0.3, 0.18, 0.02])}
    )
    measured.loc[measured.community == "only one", "cluster"] = 99
    whole = float(measured.engagement.clip(lower=0).sum())
    at_once = groups_by(measured, "community", whole)
    assert at_once.keys() == set(measured.community)
    for name, part in measured.groupby("community"):
        one, other = at_once[str(name)], group_of(part, whole)
        assert (one.low is None) is (other.low is None)
        for figure in ("posts", "median", "mean", "typical", "low", "high", "share"):
            assert getattr(one, figure) == pytest.approx(getattr(other, figure))


@pytest.mark.parametrize("worst", [0.0, -3.0])
def test_an_average_is_not_said_to_be_below_nought_where_no_post_is(worst: float) -> None:
    got = [worst, 1.0, 2.0, 3.0, 4.0, 500.0]
    posts = pd.DataFrame({"engagement": got, "drawn_in": got, "cluster": list("abcdef"), "hour": "09:00"})
    for group in (group_of(posts, 510.0), groups_by(posts, "hour", 510.0)["09:00"]):
        assert group.low is not None and (group.low == 0 if worst == 0 else group.low < 0)
