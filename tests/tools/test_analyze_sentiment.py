"""Tone by groups of posts."""

from __future__ import annotations

from pathlib import Path

from tests.tools.hand_made import make_library, post
from tests.tools.said import lines
from tools.analyze_sentiment import analyze_sentiment


def test_groups_that_are_not_shown_are_told(tmp_path: Path) -> None:
    rows = [
        post(f"{year}{month}", f"p{year}{month}", "x", at=f"{year}-{month:02}-01T09:00:00+00:00")
        for year in (2023, 2024)
        for month in range(1, 13)
    ]
    library = make_library(tmp_path, rows)
    months = analyze_sentiment(library, since="2023", by="month")
    assert (months.groups_found, list(months.groups)) == (24, [f"2024-{month:02}" for month in range(1, 13)])
    assert "12 of 24 months are shown, the latest." in lines(months)
    people = analyze_sentiment(library, since="2023", by="user")
    assert "12 of 24 people are shown, those with the most posts." in lines(people)
    assert "are shown" not in analyze_sentiment(library, since="2023", by="year").text
