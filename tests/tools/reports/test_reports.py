"""A brief as a file to hand on: complete in itself, and words of strangers are only words in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.errors import AnalystError
from tests.conftest import small_rows
from tests.fake_analyst import NASTY
from tools.brief.found import WriteBrief
from tools.brief.telling import sections_of
from tools.exports.asked import ASKED
from tools.library import Library
from tools.registry import call_tool
from tools.reports.as_html import report_html
from tools.reports.as_markdown import report_markdown
from tools.reports.contents import Report, report_of
from tools.reports.saving import check_report, save_report
from tools.result.cells import handle
from tools.result.line import one_line
from tools.result.markdown import plain

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

DAY = date(2026, 1, 31)
MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
DEAD = {"text", "inline", "paragraph_open", "paragraph_close", "text_special"}


class Read(HTMLParser):
    """The tags, the attributes and the words of a document."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def hostile(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """An index with a person whose every field tries to act."""
    from index.build import build_index

    folder = tmp_path_factory.mktemp("reports")
    bad = {"author": NASTY, "community": NASTY, "likes": 1, "created_at": "2024-03-05T10:00:00Z"}
    rows = [*small_rows(), {"id": "h1", "text": f"I love Nike {NASTY}", **bad}]
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index")
    return Library.open(folder / "index")


@pytest.fixture(scope="module")
def brief(hostile: Library) -> WriteBrief:
    found = call_tool(hostile, "write_brief", {"campaign": "Nike", "min_posts": 1, "exclude": ["dan"]})
    assert isinstance(found, WriteBrief)
    return found


@pytest.fixture(scope="module")
def report(hostile: Library, brief: WriteBrief) -> Report:
    return report_of(hostile, brief, DAY, "nike.html")


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return report_html(report)


def test_all_that_a_reader_needs_is_in_it(html: str, report: Report, brief: WriteBrief) -> None:
    words = " ".join(Read(html).words.split())
    assert "Campaign brief: Nike" in words and "2026-01-31" in words
    for section in sections_of(brief):
        assert section.title in words
    for person in brief.audience.people:
        assert handle(person.user).text in words
    for post in brief.evidence:
        assert one_line(post.text) in words
    for warning in brief.warnings:
        assert words.count(warning.text) == 2  # at the top, and among the limits
    for name, value in [*report.asked, *report.method, *report.data]:
        assert name in words and value in words
    assert ("Only people with at least so many posts", "1") in report.asked and ("Left out", "@dan") in report.asked
    assert "12 posts by 7 people" in words and "2024-03-01 to 2024-03-11" in words and "none took part" in words


def test_nothing_is_loaded_from_anywhere(html: str) -> None:
    read = Read(html)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base", "video", "audio"} & set(read.tags)
    for tag, name, value in read.attributes:
        assert not name.startswith("on")
        if name in ("src", "href", "srcset", "action", "data"):
            assert (value or "").startswith("data:image/svg+xml;base64," if tag == "img" else "#post-"), value
    assert "default-src 'none'" in html and "url(" not in html.partition("</style>")[0] and "@import" not in html


def test_pictures_stand_in_it_with_words_for_those_who_do_not_see_them(html: str, report: Report) -> None:
    pictures = [chart for part in report.parts for chart in part.charts]
    alts = [value for tag, name, value in Read(html).attributes if (tag, name) == ("img", "alt")]
    assert all(alt.startswith(chart.title) for alt, chart in zip(alts, pictures, strict=True))
    assert alts and {"tone"} <= {chart.name for chart in pictures}


def test_links_lead_to_the_posts(html: str) -> None:
    attributes = Read(html).attributes
    places = {value for _, name, value in attributes if name == "id"}
    links = [value for tag, name, value in attributes if (tag, name) == ("a", "href")]
    assert links and {str(link).removeprefix("#") for link in links} <= places


def test_words_of_strangers_are_shown_to_the_letter(html: str, brief: WriteBrief) -> None:
    (stranger,) = [post for post in brief.evidence if "<script" in post.author]
    assert stranger.author in brief.listing.names and "onerror=" in stranger.text  # type: ignore[union-attr]
    read = Read(html)
    assert handle(stranger.author).text in read.words and stranger.text in read.words
    assert "<script" not in html and "evil.example" not in str([value for *_, value in read.attributes])


def test_a_campaign_that_tries_to_act_does_not(hostile: Library, html: str) -> None:
    acting = "Nike <script>shoes</script> <img src=a onerror=b> running ![x](y) `c`"
    found = call_tool(hostile, "write_brief", {"campaign": acting})
    assert isinstance(found, WriteBrief)
    made = report_of(hostile, found, DAY)
    assert acting in made.title and "<script" not in report_html(made) and acting in Read(report_html(made)).words
    assert set(Read(report_html(made)).tags) <= set(Read(html).tags) | {"details", "summary"}
    assert not kinds(report_markdown(made)) & {"html_block", "html_inline", "link_open", "image", "code_inline"}


def test_it_is_made_to_be_printed(html: str) -> None:
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert "size: A4" in style and "@media print" in style and "break-inside: avoid" in style


def kinds(markdown: str) -> set[str]:
    tokens = MARKDOWN.parse(markdown)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}


@given(st.text(alphabet="ab1 <>&*_[]()`~$|\\#+-=.:/!@\"';", max_size=60))
def test_plain_markdown_shows_the_text_to_the_letter(text: str) -> None:
    tokens = MARKDOWN.parse(plain(text))
    shown = "".join(child.content for token in tokens for child in token.children or [])
    assert kinds(plain(text)) <= DEAD and shown == one_line(text)


def test_plain_markdown_can_be_read_as_it_is() -> None:
    assert (
        plain("AT&T, R&D: @ana_b said #1 (31 % to 49 %) - fine.") == "AT&T, R&D: @ana_b said #1 (31 % to 49 %) - fine."
    )
    assert plain("<b> 5 < 6 &lt;") == "&lt;b> 5 &lt; 6 &amp;lt;"


def test_markdown_holds_the_same(report: Report, brief: WriteBrief) -> None:
    text = report_markdown(report)
    shown = {child.content for token in MARKDOWN.parse(text) for child in token.children or []}
    assert {section.title for section in sections_of(brief)} <= shown
    assert kinds(text) <= DEAD | {
        "heading_open", "heading_close", "strong_open", "strong_close", "code_block", "bullet_list_open",
        "bullet_list_close", "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close",
        *(f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
    }  # fmt: skip
    for section in sections_of(brief):
        for line in section.lines:
            assert plain(replace(line, place=None).text) in text
    assert "analyst report Nike" in text and "2026-01-31" in text and "| Built | " in text


def test_the_command_makes_the_same_brief_again(hostile: Library, report: Report, brief: WriteBrief) -> None:
    import shlex

    words = shlex.split(report.command)
    assert words[:3] == ["analyst", "report", "Nike"] and words[-4:] == ["--index", "index", "--out", "nike.html"]
    given = dict(word.split("=", 1) for word in words[3:-4])
    assert call_tool(hostile, "write_brief", {"campaign": words[2], **given}).text == brief.text


def test_every_argument_of_every_tool_has_its_words() -> None:
    from tools.registry import TOOLS, arguments_model

    assert set(ASKED) == {name for tool in TOOLS for name in arguments_model(tool).model_fields}


def test_a_long_list_that_was_asked_for_is_cut(hostile: Library, brief: WriteBrief) -> None:
    asked = {**brief.asked, "exclude": [f"user{n}" for n in range(500)]}
    (told,) = [
        value for name, value in report_of(hostile, replace(brief, asked=asked), DAY).asked if name == "Left out"
    ]
    assert told.endswith("user9 and 490 more") and len(told) < 120


@pytest.mark.parametrize("name", ["a.html", "b.MD"])
def test_files_are_written_whole(hostile: Library, brief: WriteBrief, tmp_path: Path, name: str) -> None:
    save_report(hostile, brief, tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert text.startswith("# Campaign brief: Nike" if name.endswith("MD") else "<!doctype html>")
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_what_cannot_be_written_is_a_sentence(hostile: Library, tmp_path: Path) -> None:
    with pytest.raises(AnalystError, match=r"A report ends in \.html or \.md"):
        check_report(tmp_path / "a.pdf")
    with pytest.raises(AnalystError, match="no such folder"):
        check_report(tmp_path / "none" / "a.html")
    with pytest.raises(AnalystError, match="Only a brief makes a report"):
        save_report(hostile, call_tool(hostile, "describe_data", {}), tmp_path / "a.html")


def test_half_an_emoji_in_a_post_is_no_fault(hostile: Library, brief: WriteBrief, tmp_path: Path) -> None:
    broken: Any = [replace(brief.evidence[0], text="half \ud83d"), *brief.evidence[1:]]
    for name in ("a.html", "a.md"):
        save_report(hostile, replace(brief, evidence=broken), tmp_path / name)
        assert "half ?" in (tmp_path / name).read_text(encoding="utf-8")
