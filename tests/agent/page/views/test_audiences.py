"""Saved audiences as HTML: names and handles are only words, and every button says what it does."""

from __future__ import annotations

from agent.page.views.audiences import MINE, SHARED, audience_html, compared_html, kept_html
from index.audiences import Audience
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import NASTY
from tools.audiences.affinities import Affinity, Wording
from tools.compare_audiences import CompareAudiences, Side
from tools.result.line import lead
from tools.show_audience import Member, ShowAudience

KEPT = [Audience(name, people, "2026-01-01", NASTY) for name, people in (("Fans", ("ana",)), ("Others", ("b", "c")))]


def affinity(audience: str, kind: str, others: int) -> Affinity:
    return Affinity(audience, kind, NASTY, 3, 4, "others here", others, 40, 12.34, 1.26, 150.0)  # type: ignore[arg-type]


def test_the_list_opens_compares_and_deletes() -> None:
    html = kept_html(KEPT, opened="Fans")
    read = Read(html)
    assert "Fans 1 person" in read.words and "Others 2 people" in read.words and SHARED in read.words
    assert "Compare Fans with Others" in html and html.count('data-act="compare"') == 1
    assert html.count('data-act="open"') == html.count('data-act="delete"') == 2 and "Bring it back" not in html
    assert 'data-act="compare"' not in kept_html(KEPT, opened="gone")
    again = kept_html(KEPT, deleted="Old", own=True)
    assert "Deleted the audience Old." in Read(again).words and 'data-act="undo"' in again and MINE in again
    assert "None yet" in Read(kept_html([])).words


def test_an_audience_shows_its_people_and_what_they_care_for() -> None:
    shown = ShowAudience(
        headline=lead("x"), name="Fans", kept_on="2026-01-01", origin=NASTY, people=[Member(NASTY, 2, [NASTY])],
        unknown=[], affinities=[affinity("Fans", "community", 3), affinity("Fans", "brand", 0)],
        phrases=[Wording("Fans", NASTY, 2, 3, 2.0)],
    )  # fmt: skip
    html = audience_html(shown, None)
    read = Read(html)
    assert f"@{NASTY}" in read.words and "3 of 4" in read.words and "3 of 40" in read.words
    assert "12 (1.3 to 150)" in read.words and "at least 1.3" in read.words and 'data-act="leave"' in html
    assert not {"script", "img"} & set(read.tags)


def test_two_audiences_are_told_side_by_side() -> None:
    both = CompareAudiences(
        headline=lead("x"), audiences=[Side("Fans", 4, 0.25, 0), Side("Others", 40, 0.025, 0)], both=[NASTY],
        affinities=[affinity("Fans", "brand", 3)], phrases=[],
    )  # fmt: skip
    read = Read(compared_html(both, None))
    assert "25 % of Fans and 2 % of Others are in both." in read.words and f"@{NASTY}" in read.words
    assert "Nothing that may not be chance." in read.words and not {"script", "img"} & set(read.tags)
