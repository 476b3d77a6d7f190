"""HTML that the page makes: whatever strangers wrote stays words."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.page.views.html import esc, part
from tests.fake_analyst import NASTY
from tools.result.evidence import Evidence


class Read(HTMLParser):
    """The tags and the words of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(str(html))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def post(text: str = NASTY, **changes: object) -> Evidence:
    plain = {"id": "1", "author": NASTY, "text": text, "created_at": "2024-03-01T10:00:00+00:00", "community": NASTY}
    return Evidence(**{**plain, "likes": 1, "sentiment": "positive", **changes})  # type: ignore[arg-type]


@given(st.text(alphabet="ab<>&\"'`{}$\\=/ \n", max_size=60))
def test_no_text_is_markup_or_template(text: str) -> None:
    shown = esc(text)
    assert Read(f"<p>{shown}</p>").words == text and Read(f"<p>{shown}</p>").tags == ["p"]
    assert not set(shown) & set("<>\"'`{}$\\")


def test_a_post_of_a_stranger_harms_nothing() -> None:
    read = Read(part("posts", [post()], {}))
    assert set(read.tags) == {"ol", "li", "p", "b", "bdi", "span", "time"}
    assert read.words.count(NASTY) == 3  # author, community and text, to the letter
    assert {name for name, _ in read.attributes} <= {"class", "dir", "aria-hidden"}


def test_tone_is_told_in_words_and_not_by_colour_alone() -> None:
    for tone in ("positive", "neutral", "negative"):
        html = part("posts", [post("x", sentiment=tone)], {})
        assert f'class="post {tone}"' in html and Read(html).words.endswith(f"{tone}x")


def test_what_a_post_lacks_is_left_out() -> None:
    words = Read(part("posts", [post("x", author="ana", community=None, created_at=None, likes=None)], {})).words
    assert words == "@ana+ positivex"


def test_names_are_marked_where_they_stand() -> None:
    html = part("marked", "🙂 Nike & Puma", [(9, 13, "organization", "negative"), (2, 6, "organization", "")])
    assert Read(html).words == "🙂 Nike (organization) & Puma− (organization, negative)"
    assert html.count("<mark") == 2 and 'class="negative"' in html


@pytest.mark.parametrize("span", [(3, 2), (0, 99), (2, 2)])
def test_a_span_that_does_not_fit_is_left_out(span: tuple[int, int]) -> None:
    assert part("marked", "Nike", [(*span, "organization", "")]) == "Nike"


def test_of_two_spans_that_overlap_the_first_is_marked() -> None:
    html = part("marked", "Nike Air Max", [(0, 8, "product", ""), (5, 12, "product", "")])
    assert Read(html).words == "Nike Air (product) Max" and html.count("<mark") == 1


@pytest.mark.parametrize(
    ("share", "top", "width"), [(0.25, 1.0, 25), (0.25, 0.5, 50), (2.0, 1.0, 100), (-1.0, 1.0, 0), (0.3, 0.0, 0)]
)
def test_bars_stay_within_their_bounds(share: float, top: float, width: int) -> None:
    assert f'style="width:{width:.1f}%"' in part("bar", share, top=top)


def test_the_interval_of_a_bar() -> None:
    assert 'class="whisker" style="left:10.0%;width:20.0%"' in part("bar", 0.2, low=0.1, high=0.3)
    assert "whisker" not in part("bar", 0.2)
    assert part("tone_bar", (0.5, 0.25, 0.25)).count("width:25.0%") == 2


def test_small_pieces() -> None:
    assert Read(part("handle", "a<b")).words == "@a<b"
    assert part("chips", []) == "" and part("facts", []) == ""
    assert Read(part("chips", ["a", "<b>"])).words == "a<b>"
    assert 'role="alert"' in part("notice", "no", "error") and 'role="note"' in part("notice", "yes")
    assert Read(part("action", "person", 3, label='"', caller=lambda: "x")).attributes[-1] == ("aria-label", '"')


def test_a_table_says_what_its_cells_are() -> None:
    html = part("table", "People", ["Name", "Posts"], [["ana", "2"]])
    assert '<th scope="col">Name</th>' in html and '<th scope="row" dir="auto">ana</th>' in html
    assert '<td data-head="Posts">2</td>' in html and "<caption>People</caption>" in html
