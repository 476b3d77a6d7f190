"""Pictures: the figures behind them, what is written in them, and that text of strangers does no harm."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import mean
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from index.errors import AnalystError
from tools.analyze_sentiment import AnalyzeSentiment
from tools.charts import Chart, chart, charts
from tools.charts.audience import lift_chart, probability_chart
from tools.charts.canvas import UNSHOWN, shown
from tools.engagement.groups import WEEK
from tools.extract_entities import Entity, ExtractEntities
from tools.extract_keywords import ExtractKeywords, Keyword
from tools.find_audience import FindAudience, Person
from tools.library import Library
from tools.result.tones import SentimentShares

Call = Callable[..., Any]
EVERY = [
    ("find_audience", {"campaign": "Lego"}),
    ("analyze_sentiment", {"user": "mintcondish", "by": "month"}),
    ("analyze_sentiment", {"user": "mintcondish", "by": "community"}),
    ("analyze_sentiment", {"user": "mintcondish"}),
    ("analyze_sentiment", {"text": "I love $5 and $6 coffee"}),
    ("measure_engagement", {}),
    ("measure_engagement", {"by": "hour"}),
    ("measure_engagement", {"by": "weekday"}),
    ("measure_engagement", {"by": "month"}),
    ("measure_engagement", {"by": "community"}),
    ("compare_brands", {"brands": ["Lego", "Nike"]}),
    ("list_segments", {"count": 3}),
    ("extract_keywords", {"user": "mei.lin.q"}),
    ("extract_entities", {"user": "mintcondish"}),
    ("write_brief", {"campaign": "Nike"}),
]


@pytest.fixture(scope="module")
def lego(call: Call) -> FindAudience:
    return call("find_audience", campaign="Lego", limit=1)


def people(lego: FindAudience, number: int) -> list[Person]:
    return [replace(lego.people[0], user=f"user{n}", probability=0.9 - n / 50) for n in range(number)]


def audience(lego: FindAudience, of: list[Any], campaign: str = "Lego") -> FindAudience:
    return replace(lego, campaign=campaign, considered=40, people=of)


def drawn(library: Library, result: Any) -> Chart:
    found = chart(library, result)
    assert found is not None
    return found


def written(picture: Chart) -> str:
    """All text in a picture, as it is drawn."""
    from matplotlib.text import Text

    figure = picture.figure()
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_visible()]  # type: ignore[attr-defined]
    return "\n".join(text.get_text().replace(r"\$", "$") for text in texts)  # type: ignore[attr-defined]


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize(("tool", "args"), EVERY)
def test_every_picture_is_whole(library: Library, call: Call, tool: str, args: dict[str, Any]) -> None:
    """Sharp at 600 px, no letter cut off at the edges, no warning, the same again to the last byte."""
    found = charts(library, call(tool, **args))
    assert found
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for each in found:
            width, height = size(each.png())
            assert (
                width == 1200
                and 400 <= height <= 2400
                and len(each.table)
                and each.title in written(each).replace("\n", " ")
            )
            assert b"<svg" in each.svg() and each.png() == each.png()
            figure = each.figure()
            figure.draw_without_rendering()
            drawn_on, (wide, high) = figure.get_tightbbox(), figure.get_size_inches()
            assert drawn_on.x0 >= 0 and drawn_on.y0 >= 0 and drawn_on.x1 <= wide and drawn_on.y1 <= high


def test_pyplot_knows_nothing_of_them(library: Library, call: Call) -> None:
    import matplotlib
    from matplotlib import pyplot

    before = (pyplot.get_fignums(), dict(matplotlib.rcParams))
    for each in charts(library, call("find_audience", campaign="Lego")):
        each.png()
    assert (pyplot.get_fignums(), dict(matplotlib.rcParams)) == before


def test_probabilities_with_intervals(library: Library, lego: FindAudience) -> None:
    known = audience(lego, [replace(person, low=0.2, high=0.95) for person in people(lego, 30)])
    picture = drawn(library, known)
    assert picture.table.person.tolist() == [f"@user{n}" for n in range(25)]
    assert picture.table.probability.tolist() == pytest.approx([0.9 - n / 50 for n in range(25)])
    assert picture.table[["low", "high"]].to_numpy().tolist() == [[0.2, 0.95]] * 25
    text = written(picture)
    assert "Likeliest to engage with Lego" in text and "The first 25 of 30. 40 people ranked." in text
    assert "90 %" in text and "@user24" in text and "in 8 of 10 cases" in text


def test_people_whose_names_look_alike_have_a_bar_each(library: Library, lego: FindAudience) -> None:
    twins = [replace(person, user="x" * 60 + str(n)) for n, person in enumerate(people(lego, 3))]
    bars: list[Any] = list(drawn(library, audience(lego, twins)).figure().axes[0].patches)
    assert len({round(bar.get_y(), 3) for bar in bars}) == len(bars) == 3


def test_a_lift_curve(library: Library) -> None:
    result: Any = SimpleNamespace(campaign="Lego", lift_curve=[(1.0, 1.0), (0.1, 0.4), (0.5, 0.9)])
    picture = lift_chart(library, result)
    assert picture is not None and picture.name == "lift" and size(picture.png())[0] == 1200
    assert picture.table.to_numpy().tolist() == [[0, 0], [0.1, 0.4], [0.5, 0.9], [1, 1]]
    text = written(picture)
    assert "the first 10 % of people hold\n40 % of those expected to engage" in text and "in random order" in text
    assert "People contacted, likeliest first (share of all)" in text
    nobody: Any = SimpleNamespace(campaign="Lego", lift_curve=[])
    assert lift_chart(library, nobody) is None


def test_nothing_to_draw(library: Library, call: Call, lego: FindAudience) -> None:
    assert probability_chart(library, audience(lego, [])) is None
    assert chart(library, call("search_posts", query="tea")) is None
    assert chart(library, ExtractKeywords(lines=[], subject="here", posts=1, keywords=[])) is None
    assert chart(library, ExtractEntities(lines=[], subject="here", posts=1, entities=[])) is None


def test_sentiment_over_time(library: Library, call: Call) -> None:
    result = call("analyze_sentiment", user="mintcondish", by="month")
    picture = drawn(library, result)
    assert picture.table.group.tolist() == list(result.groups)
    assert picture.table.positive.tolist() == [group.positive for group in result.groups.values()]
    (axes,) = picture.figure().axes
    first, *_, last = result.groups
    months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
    assert len(axes.get_xticks()) == months > len(result.groups)  # a month without a post has its place, and no bar
    assert sum(bar.get_height() for bar in axes.patches) == sum(group.posts for group in result.groups.values())  # type: ignore[attr-defined]
    assert "Month (UTC)" in written(picture) and "Tone of posts by @mintcondish, by month" in written(picture)


def test_sentiment_by_group_adds_up(library: Library, call: Call) -> None:
    result = call("analyze_sentiment", user="mintcondish", by="community")
    picture = drawn(library, result)
    assert (picture.table[["negative", "neutral", "positive"]].sum(axis=1) - 1).abs().max() < 1e-3
    text = written(picture)
    assert all(f"{name} ({group.posts})" in text for name, group in result.groups.items())
    assert all(tone in text for tone in ("negative", "neutral", "positive"))


def test_one_month_is_a_bar(library: Library) -> None:
    shares = SentimentShares(3, 0.2, 0.3, 0.5)
    result = AnalyzeSentiment(
        lines=[], subject="about tea", shares=shares, mean=0.3, label="positive", by="month", groups={"2024-01": shares}
    )
    figure = drawn(library, result).figure()
    assert len(figure.axes) == 1 and not figure.axes[0].lines and len(figure.axes[0].patches) == 3


def test_the_week_counted_by_hand(library: Library, call: Call, read: dict[str, dict[str, Any]]) -> None:
    result = call("measure_engagement", since="2000")
    picture = charts(library, result)[-1]
    assert picture.name == "week" and picture.title == "Engagement of posts since 2000, by weekday and hour"
    rows = library.facts.rows(
        "SELECT id, coalesce(likes, 0) + coalesce(replies, 0) + coalesce(shares, 0) FROM posts "
        "WHERE created_at IS NOT NULL AND coalesce(likes, replies, shares) IS NOT NULL"
    )
    got = {str(id_): float(engagement) for id_, engagement in rows}
    low, high = np.quantile(list(got.values()), [0.05, 0.95])
    cells: dict[tuple[str, int], list[float]] = {}
    for id_, engagement in got.items():
        when = read[id_]["created_at"]
        cell = (WEEK[when.weekday()], when.hour // 3 * 3)  # few posts: three hours a cell
        cells.setdefault(cell, []).append(float(np.clip(engagement, low, high)))
    found = {(row.weekday, row.hour): (row.posts, row.mean) for row in picture.table.itertuples()}
    assert set(found) == set(cells)
    for cell, values in cells.items():
        assert found[cell] == (len(values), pytest.approx(mean(values)))
    assert "Hour of the day (UTC)" in written(picture) and "Engagement a post, on average" in written(picture)


@pytest.mark.parametrize("by", ["hour", "weekday", "month", "community"])
def test_engagement_by_group(library: Library, call: Call, by: str) -> None:
    result = call("measure_engagement", by=by)
    picture = drawn(library, result)
    assert picture.table[by].tolist() == list(result.groups)
    assert picture.table.typical.tolist() == [group.typical for group in result.groups.values()]
    assert "Engagement per post" in written(picture) and f"by {by}" in picture.title


def test_brands(library: Library, call: Call) -> None:
    result = call("compare_brands", brands=["Lego", "Nike"])
    picture = drawn(library, result)
    assert picture.table.brand.tolist() == [brand.name for brand in result.brands]
    assert picture.table.posts.tolist() == [brand.posts for brand in result.brands]
    text = written(picture)
    assert "Posts (share of all mentions)" in text and all(f"{brand.posts} (" in text for brand in result.brands)


def test_groups_of_people_are_bars_of_their_size(library: Library, call: Call) -> None:
    result = call("list_segments", count=3)
    picture = drawn(library, result)
    assert picture.table.people.tolist() == [each.people for each in result.segments]
    text = written(picture)
    for segment in result.segments:
        assert shown(segment.name, 34) in text and f"{segment.people} (" in text
    assert "Posts of the group by tone" in text and all(tone in text for tone in ("negative", "neutral", "positive"))


def test_the_pictures_of_a_brief_are_those_of_its_parts(library: Library, call: Call) -> None:
    brief = call("write_brief", campaign="Nike", limit=3)
    found = {each.name: each for each in charts(library, brief)}
    assert list(found)[:2] == ["audience", "tone"]  # the first tenth of twelve people is nobody
    many = replace(brief, audience=replace(brief.audience, considered=100))
    assert [each.name for each in charts(library, many)][:3] == ["audience", "lift", "tone"]
    assert found["audience"].table.person.tolist() == [f"@{person.user}" for person in brief.audience.people]
    (row,) = found["tone"].table.to_dict("records")
    sides = {"positive": brief.praise.value, "negative": brief.complaints.value}
    assert {side: round(row[side] * row["posts"]) for side in sides} == sides
    assert sum(row[side] for side in ("positive", "neutral", "negative")) == pytest.approx(1)
    assert f"{sides['positive']} positive, " in written(found["tone"]) and "negative" in written(found["tone"])
    guess = call("write_brief", campaign="Zyqqo")
    guess = replace(guess, audience=replace(guess.audience, considered=100))
    assert not {"lift", "tone"} & {each.name for each in charts(library, guess)}


def test_keywords_and_names(library: Library) -> None:
    words = ExtractKeywords(
        lines=[], subject="about tea", posts=9, keywords=[Keyword("green tea", 4, 1.0), Keyword("mug", 1, 0.5)]
    )
    text = written(drawn(library, words))
    assert "green tea" in text and "4 posts" in text and "1 post\n" in text and "9 posts in all." in text
    named = ExtractEntities(
        lines=[], subject="about tea", posts=9,
        entities=[Entity("Lipton", "organization", 4, 3, 0.5, 4, 0), Entity("Assam", "location", 2, 1, -0.5, 0, 2)],
    )  # fmt: skip
    picture = drawn(library, named)
    assert picture.table.columns.tolist() == ["name", "type", "posts", "people", "positive", "negative"]
    text = written(picture)
    assert "4: 4 positive, 0 negative" in text and "2: 0 positive, 2 negative" in text and "organization" in text


NASTY = (
    "$x^{2}$ and $\\frac{1}{0}$", "\\$5 or $6", "$", "$$", "_^{}", "a\nb\tc", "<b>&amp;</b>", "{0} %s %(x)s",
    "\x00\x1b[31m", "🙂👟", "田中さん", "🙂", "نايك", "\u202eabc", "x" * 500, "", "%", "\\", "\\alpha",
)  # fmt: skip


@pytest.mark.parametrize("nasty", NASTY)
def test_text_of_strangers(library: Library, lego: FindAudience, nasty: str) -> None:
    """No formulas, no boxes that matplotlib warns of, no picture that a long name breaks."""
    result = audience(lego, [replace(person, user=nasty) for person in people(lego, 2)], campaign=nasty)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = drawn(library, result)
        assert size(picture.png())[0] == 1200 and b"<svg" in picture.svg()
    assert picture.table.person.tolist() == ["@" + nasty] * 2  # the table has the name as it is


def test_shown() -> None:
    assert shown("a $b$ \\$c") == r"a \$b\$ \\$c"
    assert shown("plain") == "plain" and shown("x" * 30, 10) == "x" * 9 + "…"
    assert shown("one\ntwo") == "one two"
    assert shown("\U000f0000\U000f0001 private") == f"{UNSHOWN} private"


def test_saving(library: Library, lego: FindAudience, tmp_path: Path) -> None:
    picture = drawn(library, audience(lego, people(lego, 3)))
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.SVG")
    assert (tmp_path / "a.png").read_bytes() == picture.png() and b"<svg" in (tmp_path / "b.SVG").read_bytes()
    with pytest.raises(AnalystError, match=r"ends in \.png or \.svg"):
        picture.save(tmp_path / "c.pdf")
    assert {file.name for file in tmp_path.iterdir()} == {"a.png", "b.SVG"}
