"""Two periods compared: changes that were planted are found, and nothing is claimed where none was."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import AnalystError
from tests.tools.planted import Planted, planted
from tests.tools.said import lines, warnings
from tools.changes.found import ComparePeriods
from tools.charts import charts
from tools.compare_periods import compare_periods
from tools.library import Library
from tools.registry import call_tool


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return planted(tmp_path_factory.mktemp("named"), 2, "name")


def claims(result: ComparePeriods) -> list[str]:
    main = [name for name in ("volume", "tone", "engagement") if (one := getattr(result, name)) and one.sure]
    return [*main, *(f"{each.kind} {each.name}" for each in [*result.rose, *result.fell] if each.sure)]


def compared(folder: Path, seed: int, what: Planted) -> ComparePeriods:
    library = planted(folder, seed, what)
    return compare_periods(library, topic="Zune" if seed % 2 else None, before="2023", after="2024")


def test_nothing_is_claimed_where_nothing_was_planted(tmp_path: Path) -> None:
    quiet = [not claims(compared(tmp_path / str(seed), seed, "nothing")) for seed in range(20)]
    assert sum(quiet) >= 19


@pytest.mark.parametrize("seed", range(4))
def test_a_tone_that_fell_is_found(tmp_path: Path, seed: int) -> None:
    result = compared(tmp_path, seed, "tone")
    assert claims(result)[:1] == ["tone"] and result.tone is not None and result.tone.change < -0.1
    assert "The tone fell (" in result.headline.text and "; more than chance)." in result.headline.text


@pytest.mark.parametrize("seed", range(4))
def test_a_name_that_rose_is_found_with_its_posts(tmp_path: Path, seed: int) -> None:
    result = compared(tmp_path, seed, "name")
    (first, *_) = result.rose
    assert (first.kind, first.name, first.sure, first.before) == ("name", "Zenith", True, 0) and first.after > 10
    assert any("Zenith" in post.text and post.id in first.posts for post in result.evidence)


def test_the_first_line_answers(named: Library) -> None:
    result = compare_periods(named, topic="Casio", before="2023", after="2024")
    counted = [
        named.facts.rows(
            "SELECT count(*) FROM posts WHERE text LIKE '%Casio%' AND year(created_at AT TIME ZONE 'UTC') = $year",
            {"year": year},
        )[0][0]
        for year in (2023, 2024)
    ]
    assert [result.before.posts, result.after.posts] == counted and result.before.all_posts == 120
    shares = [f"{100 * posts / 120:.1f} %" for posts in counted]
    text = result.headline.text
    assert (
        text.startswith("Talk about Casio ")
        and f"from {shares[0]} to {shares[1]} of all posts between 2023 and 2024" in text
    )
    assert f"({counted[0]} against {counted[1]} posts); may be chance." in text
    assert result.volume is not None and not result.volume.sure


def test_volume_that_grew_is_more_than_chance(named: Library) -> None:
    result = compare_periods(named, topic="Zenith", after="2024")
    assert result.volume is not None and result.volume.sure and result.volume.before == 0
    assert "until 2023" in result.headline.text and "more than chance" in result.headline.text
    assert result.tone is None and "The tone cannot be compared." in result.headline.text
    assert any("only 0 posts" in each for each in warnings(result))


def test_before_is_all_earlier_time_and_after_all_later(named: Library) -> None:
    whole = compare_periods(named, before="2023", after="2024")
    for result in (compare_periods(named, after="2024"), compare_periods(named, before="2023")):
        assert (result.before.posts, result.after.posts) == (whole.before.posts, whole.after.posts)
    last = compare_periods(named)
    assert 0 < last.after.posts < last.before.posts
    assert whole.volume is None and "only what was collected" in whole.headline.text
    assert compare_periods(named, before="2023-01-01..2023-06-30", after="since July 2023").before.posts < 120


def test_time_runs_one_way_whichever_was_said_first(named: Library) -> None:
    turned, whole = (compare_periods(named, before=a, after=b) for a, b in (("2024", "2023"), ("2023", "2024")))
    assert turned.headline.text == whole.headline.text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"before": "2023", "after": "March 2023"}, "overlap"),
        ({"before": "1999", "after": "2024"}, "no posts at all in 1999"),
        ({"before": "nonsense", "after": "2024"}, "is no date"),
        ({"after": "2024", "topic": "Qwertzon"}, "There are no posts about Qwertzon"),
    ],
)
def test_periods_that_cannot_be_compared(named: Library, args: dict[str, str], said: str) -> None:
    with pytest.raises(AnalystError, match=said):
        call_tool(named, "compare_periods", args)


def test_filters_hold_and_are_said(named: Library) -> None:
    result = compare_periods(
        named, topic="Zune", before="2023", after="2024", sentiment="negative", exclude=["person1"]
    )
    assert "with a negative tone" in result.headline.text and any("1 person left out" in each for each in lines(result))


def test_one_person_s_posts_are_compared_by_posts(named: Library) -> None:
    result = compare_periods(named, user="person1", before="2023", after="2024")
    assert result.volume is not None and 0 < result.volume.p <= 1


def test_pairs_of_bars(named: Library) -> None:
    (chart,) = charts(named, compare_periods(named, topic="Zune", before="2023", after="2024"))
    assert list(chart.table.columns) == ["what", "before", "after", "sure"] and chart.png().startswith(b"\x89PNG")
