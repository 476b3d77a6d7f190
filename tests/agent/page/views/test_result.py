"""Results on the page: audiences, people, other results, the page about the data and the examples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from agent.page.views.about import SHIPPED, about_html, about_index
from agent.page.views.chart import charts_html, charts_of
from agent.page.views.examples import example_questions
from agent.page.views.fields import fields_html
from agent.page.views.person import open_person, person_html
from agent.page.views.result import NO_POSTS, NOTHING, head_html, is_posts, posts_tab_html, result_html
from agent.page.views.shown import Shown, step_title
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import NASTY, FakeAnalyst, manifest, told
from tools.brief.found import WriteBrief
from tools.brief.telling import sections_of
from tools.exports.names import STEPS, TITLES, title
from tools.find_audience import FindAudience
from tools.find_lookalikes import FindLookalikes, Lookalike
from tools.library import Library
from tools.registry import TOOLS, call_tool
from tools.result.line import lead
from tools.result.result import ToolResult
from tools.result.words import capital, percent


@pytest.fixture(scope="module")
def library(tiny_index: Path) -> Library:
    return Library.open(tiny_index)


def shown(library: Library, name: str, **args: Any) -> Shown:
    return Shown(name, args, call_tool(library, name, args), 0.25, f"{name}?")


@pytest.fixture(scope="module")
def audience(library: Library) -> Shown:
    return shown(library, "find_audience", campaign="Nike", limit=3)


def people(each: Shown) -> list[Any]:
    assert isinstance(each.result, FindAudience)
    return each.result.people


def test_an_audience_is_a_table_of_people(audience: Shown) -> None:
    html, words = result_html(audience), Read(result_html(audience)).words
    assert html.count('data-act="person"') == 3
    for place, person in enumerate(people(audience)):
        assert f'data-act="person" data-place="{place}"' in html
        assert f"@{person.user}" in words and percent(person.probability) in words
        assert all(reason in words for reason in person.reasons)
    assert "".join(audience.result.text.split()) in "".join(
        words.replace("Show 2 more", "").split()
    )  # where the answer's figures come from


def test_an_interval_is_shown_where_there_is_one(audience: Shown) -> None:
    @dataclass
    class Sure:
        user: str = "ana"
        probability: float = 0.2
        low: float = 0.123
        high: float = 0.31
        reasons: tuple[str, ...] = ("why",)
        against: tuple[str, ...] = ("why not",)

    result = replace(audience.result, people=[Sure()])
    html = result_html(replace(audience, result=result))
    assert "20 %" in html and "12–31 %" in html and "whisker" in html
    assert "a full bar is 40 %" in html and "But:</b> why not" in html


def test_an_empty_audience_says_so(audience: Shown) -> None:
    assert "Nobody fits" in result_html(replace(audience, result=replace(audience.result, people=[])))


def test_a_person_has_profile_and_posts_on_both_sides(library: Library, audience: Shown) -> None:
    place = next(place for place, person in enumerate(people(audience)) if person.user == "ana")
    opened = open_person(library, audience, place)
    words = Read(person_html(library, opened)).words
    assert opened.profile is not None and opened.profile.user == "ana" and not opened.faults
    assert opened.explained is not None and opened.explained.probability == people(audience)[place].probability
    assert {post.author for post in opened.supporting} == {"ana"}
    assert not {post.id for post in opened.supporting} & {post.id for post in opened.opposing}
    assert "shoes, best running shoes ever!" in words and "All people" in words and "Posts against it" in words
    assert all(reason.words in words for reason in opened.explained.reasons)
    assert "to the right it raises the probability" in words
    assert opened.explained.calibrated_on in words


def test_a_person_is_explained_by_the_query_on_show(library: Library) -> None:
    each = shown(library, "find_audience", campaign="shoes", interests=["battery"], since="2024-03-02", limit=2)
    opened = open_person(library, each, 0)
    assert opened.explained is not None and opened.explained.query.interests == ["battery"]
    assert opened.explained.probability == people(each)[0].probability
    assert opened.explained.considered == each.result.considered  # type: ignore[attr-defined]


def test_a_person_who_is_gone_is_a_sentence(library: Library, audience: Shown) -> None:
    ghost = replace(people(audience)[0], user="nobody_here")
    opened = open_person(library, replace(audience, result=replace(audience.result, people=[ghost])), 0)
    assert opened.profile is None and opened.explained is None and len(opened.faults) == 1
    assert "Nobody named @nobody_here has posted here" in Read(person_html(library, opened)).words


def test_the_posts_of_a_result_are_marked(library: Library) -> None:
    found = shown(library, "search_posts", query="Nike", limit=3)
    assert is_posts(found) and not is_posts(shown(library, "get_profile", user="ana")) and not is_posts(None)
    html = posts_tab_html(library, found)
    assert html.count('<li class="post') == 3 and "<mark" in html
    assert NOTHING in posts_tab_html(library, None)
    assert NO_POSTS in posts_tab_html(library, Shown("x", {}, told("x"), 0.1))


CALLS: dict[str, dict[str, Any]] = {
    "analyze_sentiment": {"topic": "iPhone", "by": "month"},
    "get_profile": {"user": "ana"},
    "extract_entities": {"community": "r/apple"},
    "extract_keywords": {"topic": "iPhone"},
    "compare_brands": {"brands": ["Nike", "iPhone"]},
    "measure_engagement": {"by": "weekday"},
    "list_segments": {},
    "explain_match": {"user": "ben", "campaign": "Nike"},
    "describe_data": {},
    "count": {"of": "people", "topic": "Nike"},
    "rank": {"of": "person", "by": "likes"},
    "write_brief": {"campaign": "Nike"},
}
TOLD_IN_WORDS = {"explain_method": {"term": "lift"}, "cannot_tell": {"why": "future", "what": "next year's sales"}}


@pytest.mark.parametrize("tool", CALLS)
def test_every_result_can_be_shown(library: Library, tool: str) -> None:
    each = shown(library, tool, **CALLS[tool])
    html = result_html(each)
    words = Read(html.replace("</li>", "")).words
    assert 'class="likely"' in html if tool == "explain_match" else "<dl" in html or "<table" in html
    assert all(line.text in words for line in each.result.said)
    assert "nan" not in html.casefold().replace("nano", "") and title(each.name, each.args)


@pytest.mark.parametrize("tool", TOLD_IN_WORDS)
def test_what_is_only_words_is_shown_once(library: Library, tool: str) -> None:
    each = shown(library, tool, **TOLD_IN_WORDS[tool])
    html = result_html(each)
    assert Read(html).words.count(each.result.headline.text[:20]) == 1 and "<details>" not in html


def test_lookalikes_are_people_with_their_probabilities(library: Library) -> None:
    ben = Lookalike("ben", 0.31, 0.2, 0.42, [f"writes like them {NASTY}"], {}, [])
    found = FindLookalikes(headline=lead("x"), seeds=["ana"], unknown=[], considered=5, people=[ben], measured_on="y")
    read = Read(result_html(Shown("find_lookalikes", {"users": ["ana"]}, found, 0.1)))
    assert "@ben" in read.words and "31 %" in read.words and "20–42 %" in read.words and NASTY in read.words
    assert "Compared with@ana" in read.words and not {"script", "img"} & set(read.tags)
    assert step_title("find_lookalikes", {"users": ["ana"]}, found) == "Compared 5 people with @ana"


def test_every_tool_has_a_title_and_a_step() -> None:
    assert set(TITLES) == set(STEPS) == set(TOOLS)
    args = {"campaign": "Nike", "user": "ana", "query": "tea", "brands": ["Nike", "Puma"], "of": "hour", "term": "lift"}
    args |= {"users": ["ana"], "name": "Fans", "first": "Fans", "second": "Runners"}
    for name in TOOLS:
        assert "{" not in title(name, args) + step_title(name, args)
    assert step_title("compare_brands", args) == "Comparing Nike and Puma"
    assert step_title("made_up", {"x": 1}) == "Made up: all posts"


def test_views_say_what_people_ask_for(library: Library) -> None:
    def view(tool: str, **args: Any) -> str:
        return Read(result_html(shown(library, tool, **args), library)).words

    match = view("explain_match", user="ana", campaign="Nike")
    assert "likely to engage with Nike" in match and "Posts for it" in match and "Posts against it" in match
    engagement = view("measure_engagement", by="weekday")
    assert (
        "By weekday; the line shows where the average lies" in engagement
        and "Likes" in engagement
        and "Tone, −1" not in engagement
    )
    assert "Speaks well of" in view("get_profile", user="ana")
    assert "how right is it?" in view("describe_data")


def test_a_brief_is_its_sections_with_its_people_as_a_table(library: Library) -> None:
    brief = shown(library, "write_brief", campaign="Nike", limit=2)
    read = Read(result_html(brief, library))
    assert isinstance(brief.result, WriteBrief)
    for section in sections_of(brief.result):
        assert section.title in read.words and capital(section.summary.text) in read.words
    for person in brief.result.audience.people:
        assert f"@{person.user}" in read.words and percent(person.probability) in read.words
    hostile = replace(brief.result, audience=replace(brief.result.audience, people=[
        replace(brief.result.audience.people[0], user=NASTY, reasons=[NASTY])
    ]))  # fmt: skip
    read = Read(result_html(replace(brief, result=hostile), library))
    assert NASTY in read.words and not {"script", "img"} & set(read.tags)


@dataclass(frozen=True)
class Row:
    name: str
    share: float
    mean: float
    tags: list[str]


@dataclass(frozen=True, kw_only=True)
class Odd(ToolResult):
    rows: list[Row]
    counts: dict[str, int]
    words: list[str]
    nothing: None = None
    half: float = 0.5
    unknown: float = float("nan")


def test_any_result_is_shown_by_its_fields() -> None:
    html = fields_html(
        Odd(headline=lead("x"), rows=[Row(NASTY, 0.256, -0.1, ["a"])], counts={"<i>": 1200}, words=[NASTY])
    )
    read = Read(html)
    assert NASTY in read.words and "script" not in read.tags and "img" not in read.tags
    for part in ("26 %", "1,200", "<i>", "0.50", "–"):
        assert part in read.words
    assert "Nothing" not in read.words


def test_the_heading_tells_which_result(audience: Shown, library: Library) -> None:
    assert NOTHING in head_html([])
    one = head_html([audience])
    assert (
        "Audience for Nike" in one
        and "<select" not in one
        and all(w.text in Read(one).words for w in audience.result.warnings)
    )
    two = head_html([audience, shown(library, "get_profile", user="ana")], 0)
    assert '<option value="0" selected>' in two and "2. Profile of @ana" in two and "Audience for Nike</h2>" in two


def test_titles_hold_for_any_arguments() -> None:
    assert title("analyze_sentiment", {"text": "so bad"}) == "Tone of the pasted text"
    assert title("find_audience", {}) == "Find audience: all posts"
    assert title("measure_engagement", {}) == "Engagement of all posts"
    assert len(title("find_audience", {"campaign": "word " * 500})) == 80


def test_charts_come_with_their_figures(library: Library, audience: Shown) -> None:
    html = charts_html(library, audience)
    assert html.count('src="data:image/png;base64,') == len(charts_of(library, audience)) >= 1
    assert "<figure" in html and "<table" in html and 'alt="' in html
    assert charts_of(library, audience) is charts_of(library, audience)  # looked for once
    assert charts_of(library, None) == [] == charts_of(None, audience)
    assert "A picture would say nothing here" in charts_html(library, shown(library, "get_profile", user="ana"))


class Facts:
    """Facts made of a few rows."""

    def __init__(self, brands: dict[str, int], communities: dict[str, int], authors: dict[str, int]) -> None:
        self.held = duckdb.connect(":memory:")
        self.held.execute("CREATE TABLE mentions (post TEXT, text TEXT, type TEXT, canonical TEXT)")
        self.held.execute("CREATE TABLE posts (community TEXT)")
        self.held.execute("CREATE TABLE people (author TEXT, posts INTEGER)")
        self.held.execute("CREATE TABLE phrases (phrase TEXT)")
        for name, posts in brands.items():
            for post in range(posts):
                values = [f"{name}{post}", name, "organization", name.casefold()]
                self.held.execute("INSERT INTO mentions VALUES (?, ?, ?, ?)", values)
        for name, posts in communities.items():
            self.held.execute("INSERT INTO posts SELECT ? FROM range(?)", [name, posts])
        for name, posts in authors.items():
            self.held.execute("INSERT INTO people VALUES (?, ?)", [name, posts])
        self.held.execute("INSERT INTO phrases VALUES ('green tea'), ('green tea'), ('<b>')")

    def rows(self, sql: str, values: Any = ()) -> list[Any]:
        return self.held.execute(sql, values).fetchall()


def examples(facts: Facts, **changes: Any) -> list[str]:
    return example_questions(SimpleNamespace(facts=facts, manifest=manifest(**changes)))  # type: ignore[arg-type]


def test_examples_are_about_this_index() -> None:
    facts = Facts({"ikea": 5, "Nike": 4, "Uber": 3, "rare": 2}, {"random": 9, "tea": 4}, {"ana": 3, "ben": 7})
    assert examples(facts) == [
        "Who would engage with an Ikea ad?",
        "Why would @ben click on an Ikea ad?",
        "How do people feel about Nike, by year?",
        "What are the complaints about Uber?",
        "Ikea vs Nike",
        "What is the tea community talking about?",
        "What groups of people are there?",
        "When is the best time to post?",
        "Write a campaign brief for Ikea",
    ]
    assert "How do people feel about Nike, by month?" in examples(facts, first_post="2022-11-01T00:00:00+00:00")
    assert "How do people feel about Nike?" in examples(facts, first_post=None, last_post=None)


def test_names_that_would_be_markup_are_no_examples() -> None:
    facts = Facts({"<script>": 9, "x" * 31: 9}, {"[a](b)": 3}, {"*ana*": 3, "eve": 1})
    anywhere = ["What groups of people are there?", "When is the best time to post?"]
    assert examples(facts) == ["Tell me about @eve", "Show posts about green tea", *anywhere]
    assert examples(Facts({}, {}, {})) == ["Show posts about green tea", *anywhere]


def test_the_page_about_the_data(library: Library) -> None:
    analyst = FakeAnalyst(manifest=library.manifest, library=library)
    words = Read(about_html(analyst)).words  # type: ignore[arg-type]
    for part in ("2024-03-01", "2024-03-11", "11", "6", "posts.jsonl", "how right is it"):
        assert part in words


def test_the_line_about_the_index() -> None:
    assert about_index(manifest(), "m") == "12,345 posts by 678 people, 2013-01-03 to 2023-06-30 · model m"
    assert about_index(manifest(), SHIPPED) == "12,345 posts by 678 people, 2013-01-03 to 2023-06-30"
    assert about_index(manifest(first_post=None, last_post=None), "m") == "12,345 posts by 678 people · model m"
