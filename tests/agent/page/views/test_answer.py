"""An answer on the page: a lead and lists, every word and every source where it was, and nothing that acts."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import AnswerLine, Source
from agent.grounding.check import trace
from agent.grounding.values import Told
from agent.page.views.answer import CHAT, MOST, SHOWN, answer_html, lines_html, plain_lines
from tests.agent.page.views.test_html import Read
from tests.agent.page.views.test_result import CALLS
from tests.fake_analyst import NASTY
from tools.library import Library
from tools.registry import call_tool
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import GAP, Line, figure, joined, lead, line, note, warning
from tools.result.result import ToolResult

TAGS = {
    *("div", "p", "h4", "ol", "ul", "li", "b", "strong", "bdi", "span", "blockquote", "details", "summary", "abbr"),
}
ATTRIBUTES = {"class", "dir", "role", "title", "tabindex"}
LEAD = lead("Likeliest to engage with ", cells.name("Nike", "query.campaign"), ": about ",
            cells.number(1.7, "expected_engaged"), " of these 2 people.")  # fmt: skip


def person(user: str = "ana", place: int = 1, quote: str = "best shoes ever", reason: str = "active in shoes") -> Line:
    at = f"people.{place - 1}"
    wrote = [" Wrote: ", cells.quotation(quote, "evidence.0.text")] if quote else []
    return line(
        "person", cells.handle(user, f"{at}.user"), ", ", cells.chance(0.2834, 0.15, 0.4612, at), ": ",
        joined([cells.words(reason, f"{at}.reasons.0"), "likes golf"], "; "), ".", wrote, place=place,
    )  # fmt: skip


def post(label: str = "", author: str = "ana", community: str = "Coffee", text: str = "I 'love' it") -> Line:
    found = Evidence("1", author, text, "2025-01-02T00:00:00", community, 3, "positive")
    return line("post", label, cells.said(found, "evidence.0"))


def html_of(*lines: Line, tool: str = "find_audience") -> str:
    """Lines of a result as the chat shows them."""
    source = Source(0, 0, "", 0, tool, "", None)
    return str(answer_html([AnswerLine(each.text, each, (source,)) for each in lines]))


class Marks(HTMLParser):
    """What stands in the marks of sources, each with where it comes from."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.marked: list[tuple[str, str]] = []
        self._open = False
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "abbr":
            self._open = True
            self.marked.append((str(dict(attrs)["title"]), ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "abbr"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.marked[-1] = (self.marked[-1][0], self.marked[-1][1] + data)


def words(html: str) -> list[str]:
    """The words that are shown, without those of the fold."""
    return Read(html.replace("<summary>", "<!--").replace("</summary>", "-->")).words.split()


def unmarked(html: str) -> str:
    """The HTML without the marks of sources."""
    import re

    return re.sub(r"</?abbr[^>]*>", "", html)


def test_a_person_is_a_name_a_chance_reasons_and_a_post() -> None:
    html = unmarked(html_of(LEAD, person()))
    assert f'<p class="lead" dir="auto">{LEAD}</p>' in html
    assert '<span class="place">1. </span><bdi class="person"><b>@ana</b></bdi><span class="sep">, </span>' in html
    assert '<span class="chance">28 % (15 % to 46 %)</span><span class="sep">: </span>' in html
    assert '<div class="why" dir="auto">active in shoes; likes golf. </div>' in html
    assert '<span class="label">Wrote: </span>&quot;best shoes ever&quot;</blockquote>' in html
    assert words(html) == f"{LEAD} {person()}".split()


def test_a_value_says_where_it_comes_from_in_peoples_words() -> None:
    marked = {said: title for title, said in Marks(html_of(LEAD, person())).marked}
    assert marked["28 %"] == "Probability of @ana: 28.3 %"
    assert marked["46 %"] == "Upper end of the likely range of @ana: 46.1 %"
    assert marked["1.7"] == "People who should engage: 1.70"
    assert marked['"best shoes ever"'] == "Words of a post" and marked["@ana"] == "Person"
    said = {told: title for title, told in Marks(html_of(post(), tool="search_posts")).marked}
    assert said["3 likes"] == "Likes of @ana" and said["2025-01-02"] == "Date"
    month = figure(cells.key("2024-03"), ": ", cells.percent(0.25, "groups.2024-03.positive"), " positive.")
    assert Marks(html_of(month, tool="t")).marked == [("Posts that are positive of 2024-03: 25.0 %", "25 %")]


def test_what_no_field_holds_has_no_source() -> None:
    assert Marks(html_of(figure(cells.name("Nike"), ": ", cells.count(3, "post"), "."))).marked == []


def test_posts_have_a_byline_and_figures_a_head() -> None:
    nike = figure(cells.name("Nike", "brands.0.name"), ": ", joined(["12 posts", "tone mixed", "23 likes"], GAP), ".")
    year = figure(cells.key("2024"), ": ", cells.percent(0.17, "groups.2024.positive"), " positive.")
    lines = [lead("Lead."), year, nike, note("It grew."), post("Most positive: ")]
    html = unmarked(html_of(*lines))
    assert '<li dir="auto"><b>2024: </b>17 % positive.</li>' in html
    assert '<b>Nike: </b><ul class="parts" role="list"><li>12 posts<span class="sep">; </span></li>' in html
    assert '<li dir="auto">It grew.</li>' in html
    assert '<span class="label">Most positive: </span><bdi><b>@ana</b></bdi> in Coffee on 2025-01-02 (3 likes)' in html
    assert words(html) == " ".join(each.text for each in lines).split()


def test_two_parts_are_no_list() -> None:
    assert '"parts"' not in html_of(figure(cells.name("Nike"), ": ", joined(["12 posts", "tone mixed"], GAP), "."))


def test_a_group_is_shown_like_a_person() -> None:
    group = figure(
        cells.name("tea and cake"), ": ", cells.count(12, "person", "segments.0.people", "people"), ". For example ",
        cells.handle("ana"), ": ", cells.quotation("I drink. It is good"), place=1,
    )  # fmt: skip
    html = unmarked(html_of(group))
    assert '<span class="place">1. </span><bdi><b>tea and cake</b></bdi>' in html
    assert '<div class="why" dir="auto">12 people. </div>' in html
    assert '<span class="label">For example @ana: </span>&quot;I drink. It is good&quot;</blockquote>' in html
    assert words(html) == group.text.split()


def test_the_chat_shows_the_first_items_and_folds_the_others() -> None:
    people = [person(f"u{place}", place) for place in range(1, 11)]
    lines = [LEAD, *people, note("What it is about: shoes."), warning("Careful: few.")]
    html = html_of(*lines)
    shown, folded = html.split("<details>", 1)
    assert shown.count('class="place"') == CHAT and folded.count('class="place"') == 10 - CHAT
    assert "<summary>Show 6 more</summary>" in folded and "<details>" not in folded  # people and note in one
    assert '<ul class="notes"' in folded
    assert folded.endswith('<p class="careful" dir="auto">Careful: few.</p></div>')  # a warning is never folded away
    assert words(html) == " ".join(each.text for each in lines).split()
    assert html_of(LEAD, *people[:4], LEAD, *people[:4]).count("<details>") == 0  # each result has its own


def test_the_panel_shows_all_and_folds_long_lists_only() -> None:
    def shown(people: int) -> str:
        lines = [person(f"u{place}", place) for place in range(1, people + 1)]
        return str(lines_html(ToolResult(headline=LEAD, lines=lines, warnings=[warning("Careful: few.")])))

    assert "<details>" not in shown(MOST) and f"Show {10 - SHOWN} more" in shown(10)
    assert "Careful: few." in shown(1) and "Probability of @u1" in shown(1)


def test_what_was_not_taken_into_account_is_told_under_the_first_line() -> None:
    lines = [AnswerLine(each.text, each) for each in (LEAD, person())]
    html = str(answer_html(lines, ["“only women”: the posts do not tell", f"{NASTY}"]))
    assert html.index('class="lead"') < html.index("Not taken into account") < html.index('class="place"')
    assert '<li dir="auto">“only women”: the posts do not tell</li>' in html
    assert "Not taken into account" not in str(answer_html(lines))
    assert "only men" in str(answer_html(plain_lines("Hello."), ["only men"]))
    assert not {"script", "img", "a"} & set(Read(html).tags)


def test_the_models_own_markdown_works_and_that_of_posts_does_not() -> None:
    html = str(answer_html(plain_lines("## Tea\n- **five** posts\n* x\n\nSo **it** is.")))
    assert '<h4 dir="auto">Tea</h4>' in html and '<li dir="auto"><strong>five</strong> posts</li>' in html
    assert "So <strong>it</strong> is." in html
    assert "so **good**" in html_of(post(text="so **good**"))


FREE = "ab1 <>&_[]()`~$|\\=.:/!@\"'{}%,\n"


@given(st.text(alphabet=FREE, max_size=80))
def test_every_free_word_is_shown_to_the_letter(text: str) -> None:
    html = str(answer_html(plain_lines(text)))
    read = Read(html)
    assert set(read.tags) <= TAGS and {name for name, _ in read.attributes} <= ATTRIBUTES
    assert "".join(words(html)) == "".join(text.split())
    assert "\n\n" not in html  # Markdown would go on after an empty line


@given(st.lists(st.text(alphabet=FREE.replace("\n", ""), min_size=1, max_size=20), min_size=6, max_size=6))
def test_every_word_of_a_cell_is_shown_to_the_letter(texts: list[str]) -> None:
    who, where, said, reason, name, value = texts
    lines = [
        person(who, 1, said, reason), post(name, who, where, said), figure(cells.name(name), ": ", value, GAP, reason),
        note(cells.words(reason, "a.b"), GAP, value, GAP, cells.quotation(said)), warning(value),
    ]  # fmt: skip
    html = html_of(*lines)
    read = Read(html)
    assert set(read.tags) <= TAGS and {name for name, _ in read.attributes} <= ATTRIBUTES
    assert "".join(words(html)) == "".join("".join(each.text for each in lines).split())
    assert "\n\n" not in html and not set(html) & set("{}$`\\")


def test_hostile_words_harm_nothing() -> None:
    quoted = NASTY.replace('"', "'")
    lines = [person(NASTY, 1, quoted, NASTY), post(NASTY, NASTY, NASTY, quoted), warning(NASTY), lead(NASTY)]
    for html in (html_of(*lines), str(answer_html(plain_lines(f"{NASTY}\n- {NASTY}\n# {NASTY}")))):
        read = Read(html)
        assert set(read.tags) <= TAGS and {name for name, _ in read.attributes} <= ATTRIBUTES
        assert not set(html) & set("{}$`\\")


ALL = {**CALLS, "find_audience": {"campaign": "Nike"}, "search_posts": {"query": "Nike"}}


@pytest.mark.parametrize("tool", ALL)
def test_every_tool_reads_as_an_answer_with_all_its_sources(tiny_index: Path, tool: str) -> None:
    result = call_tool(Library.open(tiny_index), tool, args := ALL[tool])
    lines, ungrounded = trace(f"Here it is.\n{result.text}", [Told(0, tool, result.said, args=args)])
    html = str(answer_html(lines))
    assert not ungrounded and words(html) == f"Here it is. {result.text}".split()
    assert set(Read(html).tags) <= TAGS and '<p class="lead" dir="auto">' in html
    shown = [cell.text for each in result.said for cell in each.cells if cell.path and cell.format != "words"]
    assert sorted(said for _, said in Marks(html).marked) == sorted(shown)
    assert all(title and not title.startswith(f"{tool}: ") for title, _ in Marks(html).marked)  # in people's words
    assert words(str(lines_html(result))) == result.text.split()


def test_sources_of_free_words_are_marked_and_nothing_in_them_acts() -> None:
    text = f"**@ana** got 12 likes: {NASTY}"
    place = text.index("12")
    sources = (
        Source(2, 6, "@ana", 0, "search_posts", "evidence.0.author", "ana"),
        Source(place, place + 2, "12", 0, "search_posts", f'a"b<script>.{NASTY}', 12),
    )
    html = str(answer_html([AnswerLine(text, None, sources)]))
    tag = '<abbr class="source" tabindex="0" title="Author">@ana</abbr>'
    assert f"<strong>{tag}</strong>" in html
    assert [said for _, said in Marks(html).marked] == ["@ana", "12"]
    assert set(Read(html).tags) <= TAGS


def test_a_mark_over_bold_words_marks_both_parts() -> None:
    html = str(answer_html([AnswerLine("a 12 **b**", None, (Source(2, 9, "12 **b", 0, "t", "p", 12),))]))
    assert [said for _, said in Marks(html).marked] == ["12 ", "b"]


def test_a_long_value_is_not_underlined() -> None:
    assert 'class="source long"' in html_of(post(text="word " * 20)) and 'class="source long"' not in html_of(post())
