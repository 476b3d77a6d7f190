"""An answer on the page: a lead and lists, every word and every source where it was, and nothing that acts."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import Source
from agent.grounding.check import trace
from agent.grounding.returned import Returned
from agent.page.views.answer import MOST, SHOWN, answer_html, source_words
from tests.agent.page.views.test_html import Read
from tests.agent.page.views.test_result import CALLS
from tests.fake_analyst import NASTY
from tools.library import Library
from tools.registry import call_tool

TAGS = {
    *("div", "p", "h4", "ol", "ul", "li", "b", "strong", "bdi", "span", "blockquote", "details", "summary", "abbr"),
}
ATTRIBUTES = {"class", "dir", "role", "title", "tabindex"}
LEAD = "Likeliest to engage with Nike: about 1.7 of these 2 people should engage, out of 150 ranked."
ANA = '1. @ana, 28 % (15 % to 46 %): active in shoes; 1 post of 18 close to it. Wrote: "best shoes ever"'


class Marks(HTMLParser):
    """What stands in the marks of sources, and which paragraphs there are."""

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


def test_a_person_is_a_name_a_chance_reasons_and_a_post() -> None:
    html = answer_html(f"Here they are.\n{LEAD}\n{ANA}", told=[f"{LEAD}\n{ANA}"])
    assert '<p class="text" dir="auto">Here they are.</p>' in html
    assert f'<p class="lead" dir="auto">{LEAD}</p>' in html
    assert '<span class="place">1. </span><bdi><b>@ana</b></bdi>' in html
    assert '<span class="chance">28 % (15 % to 46 %)</span>' in html
    assert '<p class="why" dir="auto">active in shoes; 1 post of 18 close to it. </p>' in html
    assert '<span class="label">Wrote: </span>&quot;best shoes ever&quot;</blockquote>' in html


def test_posts_have_a_byline_and_figures_a_head() -> None:
    post = "Most positive: @ana in Coffee on 2025-01-02 (3 likes): \"I 'love' it\""
    lines = ["Lead.", "2024: 17 % positive, 5 posts.", "Nike: 12 posts; tone mixed; 23.0 likes.", "It grew.", post]
    html = answer_html("\n".join(lines), told=["\n".join(lines)])
    assert '<li dir="auto"><b>2024: </b>17 % positive, 5 posts.</li>' in html
    assert '<b>Nike: </b><ul class="parts" role="list"><li>12 posts<span class="sep">; </span></li>' in html
    assert '<li dir="auto">It grew.</li>' in html
    assert '<span class="label">Most positive: </span><bdi><b>@ana</b></bdi> in Coffee on 2025-01-02 (3 likes)' in html
    assert words(html) == " ".join(lines).split()


def test_what_is_too_much_for_one_look_is_folded() -> None:
    lines = [f"{place}. @u{place}, 9 % (5 % to 18 %): active in shoes." for place in range(1, 11)]
    text = "\n".join([LEAD, *lines, "What Nike is about, as known beforehand: shoes.", "Careful: few."])
    html = answer_html(text, told=[text])
    shown, folded = html.split("<details>")
    assert shown.count('class="place"') == SHOWN and folded.count('class="place"') == 10 - SHOWN
    assert f"<summary>Show {10 - SHOWN} more</summary>" in folded
    assert '<ul class="notes"' in folded and '<p class="careful" dir="auto">Careful: few.</p>' in folded
    assert "<details>" not in answer_html("\n".join([LEAD, *lines[:MOST]]), told=[text])
    assert words(html) == text.split()


def test_the_models_own_markdown_works_and_that_of_posts_does_not() -> None:
    html = answer_html("## Tea\n- **five** posts\n* x\n1. **Ana** drinks\n\nSo **it** is.")
    assert '<h4 dir="auto">Tea</h4>' in html and '<li dir="auto"><strong>five</strong> posts</li>' in html
    assert "<strong>Ana</strong> drinks" in html and "So <strong>it</strong> is." in html
    told = 'Lead.\n@ana in Tea: "so **good**"'
    assert "so **good**" in answer_html(told, told=[told])


@given(st.text(alphabet="ab1 <>&_[]()`~$|\\=.:;/!@\"'{}%,\n", max_size=80), st.booleans())
def test_every_word_is_shown_to_the_letter(text: str, known: bool) -> None:
    html = answer_html(text, told=[text] if known else [])
    read = Read(html)
    assert set(read.tags) <= TAGS and {name for name, _ in read.attributes} <= ATTRIBUTES
    assert "".join(words(html)) == "".join(text.split())
    assert not {"", " "} & {line.strip() for line in html.split("\n")}  # Markdown would go on after an empty line


@pytest.mark.parametrize("known", [True, False])
def test_hostile_words_harm_nothing(known: bool) -> None:
    lines = [
        NASTY,
        f'1. @{NASTY}, 28 % (15 % to 46 %): {NASTY}; x. Wrote: "{NASTY.replace(chr(34), chr(39))}"',
        f"{NASTY[:20]}: a; b; {NASTY}",
        f'@ana in {NASTY} on 2024-01-01: "{NASTY.replace(chr(34), chr(39))}"',
    ]
    text = "\n".join(lines)
    read = Read(answer_html(text, told=["Lead.\n" + text] if known else []))
    assert set(read.tags) <= TAGS and {name for name, _ in read.attributes} <= ATTRIBUTES
    assert "".join(read.words.split()) == "".join(text.split())


ALL = {**CALLS, "find_audience": {"campaign": "Nike"}, "search_posts": {"query": "Nike"}}


@pytest.mark.parametrize("tool", ALL)
def test_every_tool_reads_as_an_answer_with_all_its_sources(tiny_index: Path, tool: str) -> None:
    result = call_tool(Library.open(tiny_index), tool, args := ALL[tool])
    text = f"Here it is.\n{result.text}"
    sources, loose = trace(text, [Returned(0, tool, result.text, result.to_dict(), args, result.handles)])
    html = answer_html(text, sources, [result.text])
    assert not loose and words(html) == text.split()
    assert set(Read(html).tags) <= TAGS and '<p class="lead" dir="auto">' in html
    outer: list[Source] = []
    for each in sources:
        if not outer or each.start >= outer[-1].end:
            outer.append(each)
    marked = Marks(html).marked
    assert [title for title, _ in marked] == [source_words(each) for each in outer]
    assert [said for _, said in marked] == [each.said for each in outer]


def test_sources_are_marked_and_nothing_in_them_acts() -> None:
    text = f"**@ana** got 12 likes: {NASTY}"
    place = text.index("12")
    sources = [
        Source(2, 6, "@ana", 0, "search_posts", "evidence.0.author", "ana"),
        Source(place, place + 2, "12", 0, "search_posts", f'a"b<script>.{NASTY}', 12),
    ]
    html = answer_html(text, sources)
    tag = '<abbr class="source" tabindex="0" title="search_posts · evidence.0.author: ana">@ana</abbr>'
    assert f"<strong>{tag}</strong>" in html
    assert [said for _, said in Marks(html).marked] == ["@ana", "12"]
    assert set(Read(html).tags) <= TAGS


def test_a_mark_over_two_parts_marks_both() -> None:
    html = answer_html("a 12\nb", [Source(2, 6, "12\nb", 0, "t", "p", 12)])
    assert [said for _, said in Marks(html).marked] == ["12", "b"]


def test_a_long_value_is_not_repeated() -> None:
    assert source_words(Source(0, 1, "x", 0, "t", "lines.0", "y" * 100)) == "t · lines.0"
