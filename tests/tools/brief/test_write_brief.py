"""A campaign on one page: that it says what the other tools say, and says so where the posts do not hold enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.tools.hand_made import make_library, post
from tests.tools.planted import planted
from tests.tools.said import lines, warnings
from tools import write_brief as module
from tools.brief.found import WriteBrief
from tools.brief.telling import headline_of, sections_of
from tools.charts import charts
from tools.library import Library
from tools.registry import call_tool
from tools.result.line import Line
from tools.summarize_themes import SMALL

Call = Callable[..., Any]
TITLES = ["Who to reach", "What they say", "What they like", "What they dislike", "In which words", "Where",
          "When to post"]  # fmt: skip


@pytest.fixture(scope="module")
def nike(call: Call) -> WriteBrief:
    return call("write_brief", campaign="a Nike ad", limit=3)


def section(brief: WriteBrief, key: str) -> str:
    """One section in words."""
    found = next(each for each in sections_of(brief) if each.key == key)
    return "\n".join([found.summary.text, *(line.text for line in found.lines)])


def held(data: Any, path: str) -> Any:
    """What a path of a cell leads to in plain data."""
    for part in re.split(r"(?<!\\)\.", path):
        key = part.replace("\\.", ".")
        data = data[int(key)] if isinstance(data, list) else data[key]
    return data


def test_a_brief_is_put_together_from_what_the_other_tools_say(call: Call, nike: WriteBrief) -> None:
    audience = call("find_audience", campaign="a Nike ad", limit=3)
    assert nike.audience.text == audience.text and nike.listing == audience.listing
    told = lines(nike)
    assert [line for line in told if re.match(r"\d\. ", line)] == [
        line.text for line in audience.lines if line.role == "person"
    ]
    positive, negative = (call("count", topic="Nike", sentiment=side).value for side in ("positive", "negative"))
    everything = call("count", topic="Nike")
    assert (nike.posts, nike.praise.value, nike.complaints.value) == (everything.value, positive, negative)  # type: ignore[union-attr]
    assert f"{everything.value} posts by {everything.people} people are about Nike" in section(nike, "said")
    tone = call("analyze_sentiment", topic="Nike")
    for side, key in (("positive", "liked"), ("negative", "disliked")):
        assert [each.text for each in tone.evidence if each.sentiment == side], "the test needs posts on both sides"
        assert section(nike, key).count(': "') == sum(each.sentiment == side for each in tone.evidence)
    best = call("rank", of="community", topic="Nike").groups[0]
    assert f"it is talked about in {best.name} ({best.posts} posts by {best.people} people)" in section(nike, "where")


def test_the_sections_stand_in_their_order_and_the_lines_are_theirs(nike: WriteBrief) -> None:
    assert [each.title for each in sections_of(nike)] == TITLES
    heads = [line.partition(": ")[0] for line in lines(nike)]
    assert [head for head in heads if head in TITLES] == TITLES


def test_every_value_stands_where_its_path_says(nike: WriteBrief) -> None:
    data = nike.to_dict()
    cells = [cell for line in nike.said for cell in line.cells if cell.path]
    assert len(cells) > 60
    for cell in cells:
        assert held(data, cell.path) == (pytest.approx(cell.value, abs=1e-4) if cell.format != "words" else cell.value)


def test_each_post_is_quoted_as_evidence_once(nike: WriteBrief) -> None:
    ids = [each.id for each in nike.evidence]
    assert len(ids) == len(set(ids)) and {each.id for each in nike.audience.evidence} <= set(ids)
    order = [str(cell.value) for line in nike.said for cell in line.cells if cell.format == "quotation"]
    assert list(dict.fromkeys(order)) == [each.text for each in nike.evidence]  # in the order in which they are quoted


def test_the_headline_answers(nike: WriteBrief) -> None:
    text = nike.headline.text
    assert text.startswith(f"Brief for Nike: {nike.posts} posts are about it, ") and text.endswith(" first.")
    assert all(f"@{person.user}" in text for person in nike.audience.people)
    assert nike.praise is not None and nike.complaints is not None
    none = replace(nike, praise=replace(nike.praise, value=1), complaints=replace(nike.complaints, value=0))
    assert "1 praises it and none complains" in headline_of(none).text


def test_nobody_knows_the_campaign(call: Call) -> None:
    brief = call("write_brief", campaign="Zyqqo")
    assert brief.is_guess and brief.posts == 0
    assert brief.headline.text == (
        "Brief for Zyqqo: nothing here comes near it, so whom to reach is little more than a guess."
    )
    assert "little more than a guess" in section(brief, "who")
    assert section(brief, "said").startswith("nobody here writes about Zyqqo.")
    for key in ("liked", "disliked", "words"):
        assert section(brief, key) == "nothing is known of it, since nobody here writes about it."
    assert section(brief, "where") == "nowhere here, since nobody writes about it."
    assert "whatever they are about, since too few are about it" in section(brief, "when")
    assert any("nothing here comes near Zyqqo" in each for each in warnings(brief))


def test_few_posts_are_quoted_and_not_grouped(nike: WriteBrief) -> None:
    assert 0 < nike.posts < SMALL and nike.praise_themes is None and nike.complaint_themes is None
    assert f"too few to group into themes (it takes {SMALL}); the clearest:" in section(nike, "liked")
    assert any(f"rests on only {nike.posts} posts; under {SMALL}" in each for each in warnings(nike))


def test_a_phrase_of_a_single_post_is_no_way_in_which_people_speak(nike: WriteBrief) -> None:
    once = replace(nike.phrases, keywords=[replace(each, posts=1) for each in nike.phrases.keywords])  # type: ignore
    assert section(replace(nike, phrases=once), "words").startswith("no phrase comes up in more than one of the ")
    twice = replace(nike.phrases, keywords=[replace(each, posts=2) for each in nike.phrases.keywords[:1]])  # type: ignore
    assert f"they say {twice.keywords[0].phrase} (2 posts)." in section(replace(nike, phrases=twice), "words")


def test_conditions_hold_and_are_told(call: Call) -> None:
    brief = call("write_brief", campaign="Nike", community="sneakers", since="2024", exclude=["mintcondish"])
    assert brief.scope == "in sneakers since 2024" and brief.headline.text.startswith(
        "Brief for Nike, posts in sneakers since 2024: "
    )
    assert brief.posts == call("count", topic="Nike", community="sneakers", since="2024").value
    assert "mintcondish" not in brief.listing.names
    assert "1 person left out" in section(brief, "who")
    assert "The conditions on people hold for who is listed; what is said is that of everybody." in lines(brief)
    assert section(brief, "where") == "only posts in sneakers were looked at."
    assert brief.timing.subject == "in sneakers since 2024"
    assert "conditions on people" not in call("write_brief", campaign="Nike", community="sneakers").text


def test_what_is_refused_elsewhere_is_refused_here(refuse: Callable[..., str]) -> None:
    assert "by their health" in refuse("write_brief", campaign="antidepressants")
    assert "The filter names leaves nobody" in refuse("write_brief", campaign="Nike", names=["Zyqqo"])
    assert "limit" in refuse("write_brief", campaign="Nike", limit=0)


@pytest.fixture(scope="module")
def zune(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Enough posts about one name for themes, praise and complaints; without vectors to rank people by."""
    return planted(tmp_path_factory.mktemp("brief"), 5, "nothing")


@pytest.fixture
def brief_of(nike: WriteBrief, monkeypatch: pytest.MonkeyPatch) -> Callable[..., WriteBrief]:
    """A brief over a library in which nobody can be ranked."""
    query = replace(nike.audience.query, campaign="Zune")
    audience = replace(nike.audience, query=query, people=[], evidence=[], lines=[])
    monkeypatch.setattr(module, "find_audience", lambda *args, **kwargs: audience)
    return lambda library, **args: call_tool(library, "write_brief", {"campaign": "Zune", **args})


def test_many_posts_are_grouped_into_themes(zune: Library, brief_of: Callable[..., WriteBrief]) -> None:
    brief = brief_of(zune)
    for key, field, side in (("liked", "praise_themes", "positive"), ("disliked", "complaint_themes", "negative")):
        found = call_tool(zune, "summarize_themes", {"topic": "Zune", "sentiment": side, "count": 3})
        assert getattr(brief, field).themes == found.themes  # type: ignore[attr-defined]
        assert f"posts are {side} about it; most are about {found.themes[0].name} (" in section(brief, key)  # type: ignore[attr-defined]
        assert "Typical: @" in section(brief, key)
    assert not any("rests on only" in each for each in warnings(brief))
    assert {chart.name for chart in charts(zune, brief)} >= {"tone", "praise", "complaints"}


def test_when_to_post_is_told_of_the_posts_about_it_where_they_are_enough(
    zune: Library, brief_of: Callable[..., WriteBrief]
) -> None:
    brief = brief_of(zune)
    assert brief.timing is not None and brief.timing.topic == "Zune"
    assert "This is of the 240 posts about Zune." in section(brief, "when")


@pytest.mark.parametrize(
    ("best", "worst", "said"),
    [
        (True, True, "20:00 UTC gets more than the rest; avoid 06:00 UTC, which gets less, by more than chance."),
        (True, False, "20:00 UTC gets more than the rest, by more than chance."),
        (False, True, "no time stands out as the best; avoid 06:00 UTC, which gets less, by more than chance."),
        (False, False, "no hour or weekday differs by more than chance, so any will do."),
    ],
)
def test_a_time_is_named_only_where_it_is_more_than_chance(
    call: Call, nike: WriteBrief, best: bool, worst: bool, said: str
) -> None:
    timing = call("measure_engagement")
    hour = next(each for each in timing.standouts if each.by == "hour")
    groups = {"20:00": timing.best_groups[hour.best], "06:00": timing.best_groups[hour.worst]}
    hour = replace(hour, best="20:00", worst="06:00", best_sure=best, worst_sure=worst)
    brief = replace(nike, timing=replace(timing, standouts=[hour], best_groups=groups))
    assert section(brief, "when").startswith(said)


def test_posts_without_reactions_and_places_say_so(tmp_path: Path, brief_of: Callable[..., WriteBrief]) -> None:
    rows = [post(f"p{n}", f"person{n}", "My Zune broke", tone="bad", names=["Zune"]) for n in range(3)]
    brief = brief_of(make_library(tmp_path, rows))
    assert "without engagement numbers" in section(brief, "when") and brief.timing is None
    assert section(brief, "where") == "None of the posts about Zune has a community. Rank by something else."
    assert section(brief, "liked") == "none of the 3 posts is positive about it."
    assert section(brief, "said") == (
        "3 posts by 3 people are about Zune: none praises it and 3 complain, 0 do neither.\n"
        "Counted: posts that name Zune."
    )


def test_no_community_that_would_tell_a_trait_is_told_of_the_people_listed(tmp_path: Path) -> None:
    rows = [
        post(f"p{n}", "ana", "words", community=community) for n, community in enumerate(["depression", "running"] * 2)
    ]
    audience: Any = SimpleNamespace(people=[SimpleNamespace(user="ana")])
    homes = module._homes(make_library(tmp_path, rows), audience, {})
    assert [group.name for group in homes] == ["running"]


def test_lines_keep_their_words_when_another_result_holds_them(nike: WriteBrief) -> None:
    own: list[Line] = nike.audience.lines
    mine = [line for line in nike.lines if line.text in {each.text for each in own}]
    assert [line.text for line in mine] == [line.text for line in own]
    assert all(cell.path.startswith("audience.") for line in mine for cell in line.cells if cell.path)
