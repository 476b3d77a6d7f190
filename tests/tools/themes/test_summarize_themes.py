"""The main themes of the posts selected."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import AnalystError
from tests.tools.planted import SUBJECTS, planted
from tests.tools.said import lines, warnings
from tools.charts import charts
from tools.library import Library
from tools.registry import call_tool
from tools.selection.intervals import wilson
from tools.summarize_themes import SummarizeThemes, summarize_themes


@pytest.fixture(scope="module")
def hand_made(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return planted(tmp_path_factory.mktemp("themes"), 5, "nothing")


@pytest.fixture(scope="module")
def themes(hand_made: Library) -> SummarizeThemes:
    return summarize_themes(hand_made, topic="Zune")


def test_five_subjects_are_five_themes_named_by_their_phrases(hand_made: Library, themes: SummarizeThemes) -> None:
    assert {theme.phrases[0] for theme in themes.themes} <= set(SUBJECTS) and len(themes.themes) == 5
    for theme in themes.themes:
        posts = [
            text
            for (text,) in hand_made.facts.rows(
                "SELECT text FROM posts WHERE text LIKE $like", {"like": f"%{theme.phrases[0]}%"}
            )
        ]
        assert theme.posts == pytest.approx(len(posts), rel=0.25)
        assert (theme.low, theme.high) == wilson(theme.posts, themes.posts) and theme.low < theme.share < theme.high
    assert themes.stability > 0.6


def test_shares_add_up(themes: SummarizeThemes) -> None:
    assert sum(theme.share for theme in themes.themes) + themes.others + themes.nowhere == pytest.approx(1)
    assert themes.total == themes.posts == 240


def test_the_first_line_names_the_first_themes(themes: SummarizeThemes) -> None:
    text = themes.headline.text
    assert text.startswith("The main themes in 240 posts about Zune are ")
    assert all(theme.name in text for theme in themes.themes[:3])
    assert any("from other samples of these posts" in each for each in lines(themes))


def test_quotations_are_typical_and_from_different_people(themes: SummarizeThemes) -> None:
    shown = {post.id: post for post in themes.evidence}
    for theme in themes.themes:
        quoted = [shown[id_] for id_ in theme.quotes if id_ in shown]
        assert quoted and len({post.author for post in quoted}) == len(quoted)
        assert all(theme.phrases[0] in post.text for post in quoted)


def test_complaints_are_negative_toward_the_topic(hand_made: Library) -> None:
    found = summarize_themes(hand_made, topic="Zune", sentiment="negative")
    assert found.headline.text.startswith("The main complaint")
    assert all(theme.mean < 0 for theme in found.themes)
    assert {post.sentiment for post in found.evidence} == {"negative"}


def test_the_same_posts_give_the_same_themes(hand_made: Library, themes: SummarizeThemes) -> None:
    assert summarize_themes(hand_made, topic="Zune").text == themes.text


def test_few_posts(hand_made: Library) -> None:
    (person, posts) = hand_made.facts.rows("SELECT author, posts FROM people WHERE posts >= 5 ORDER BY posts LIMIT 1")[
        0
    ]
    found = summarize_themes(hand_made, user=person)
    assert found.posts == posts and any("shaky" in each for each in warnings(found))


def test_too_few_posts_and_counts_out_of_range(hand_made: Library, tmp_path: Path) -> None:
    tiny = planted(tmp_path, 1, "nothing", posts=2)
    few = call_tool(tiny, "summarize_themes", {})
    assert few.headline.text.startswith("Only 4 posts here, too few to group. @") and len(few.evidence) == 4
    assert few.listing is not None and (few.listing.kind, len(few.listing.names)) == ("posts", 4)
    with pytest.raises(AnalystError, match="count is 0"):
        call_tool(hand_made, "summarize_themes", {"count": 0})
    assert len(call_tool(hand_made, "summarize_themes", {"count": "2"}).listing.names) == 2  # type: ignore[union-attr]


def test_bars_with_intervals(hand_made: Library, themes: SummarizeThemes) -> None:
    (chart,) = charts(hand_made, themes)
    assert list(chart.table.name) == [theme.name for theme in themes.themes]
    assert (chart.table.low < chart.table.share).all() and chart.png().startswith(b"\x89PNG")
