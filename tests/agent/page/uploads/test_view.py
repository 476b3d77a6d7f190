"""What the page shows of posts that a visitor brings."""

# ruff: noqa: E501 (what is told of a file is as long as it is)

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from agent.page.uploads.catalogue import Entry
from agent.page.uploads.job import Progress
from agent.page.uploads.process import FilePreview
from agent.page.uploads.view import (
    FIELDS,
    NONE,
    choices,
    chosen,
    duration,
    indexes_html,
    own_html,
    preview_html,
    progress_html,
    sample_html,
    wished,
)
from index.posts.options import Options
from index.posts.spellings import SPELLINGS
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import NASTY

SEEN: dict[str, Any] = {
    "format": "X archive", "encoding": "UTF-8", "container": "ZIP", "columns": {"text": "full_text"}, "ignored": ["source"],
    "missing": ["community"], "rows": 9, "posts": 4, "authors": 2, "rejected": {}, "left_out": {}, "duplicates": 0, "emptied": [],
    "rejects": [], "reposts": 0, "private": 0, "bots": 0, "languages": {"en": 3, "de": 1}, "date_order": None, "date_why": "",
    "span": ["2024-01-03T09:00:00+00:00", "2024-02-03T09:00:00+00:00"], "notes": [], "skipped": [],
    "first": [{"author": "ana", "created_at": "2024-01-03T09:00:00+00:00", "community": None, "likes": 11, "text": "hi"}],
}  # fmt: skip


def told(**more: Any) -> str:
    wish = {"include_private": more.pop("taken", False)}
    return Read(preview_html("x.zip", FilePreview(["source"], {}, seen=SEEN | more, wish=wish))).words


def test_a_file_is_told_in_peoples_words() -> None:
    words = told()
    assert "Read as X archive (ZIP, UTF-8)" in words and "2024-01-03 to 2024-02-03" in words and "--" not in words
    assert "Text of the postfull_text" in words and "Not used:" in words and "The file has no communities" in words
    assert (
        "Languages: 3 in English and 1 in German. 1 of 4 are not in English" in words
        and "only 2 people wrote these posts" in words
    )
    words = told(
        date_order="dmy",
        date_why="days over 12 stand first",
        notes=[
            "dates are read as day-month-year (x); say --date-order if they are not",
            "the export does not name whose it is; say --author NAME",
        ],
    )
    assert "Dates are read as day, month, year (days over 12 stand first)." in words and "say --" not in words
    assert "The export does not name whose it is." in words and words.count("ates are read as") == 1
    words = told(private=2, left_out={"not public (direct)": 2, "a system line, not a message": 1}, reposts=3, bots=1)
    assert (
        "2 posts are not public (messages between few): left out." in words and "3 posts pass on others' words" in words
    )
    assert "3 rows left out2 × not public (direct) and 1 × a system line" in words and "1 post are" not in words
    assert "2 posts are not public: taken along." in told(private=2, taken=True)
    assert "None of the 9 rows is taken as a post. They are not public" in told(posts=0, private=9)
    words = told(rejected={"no text": 5}, rejects=[[7, "no text", "{}"]], skipped=[["like.js", "liked posts"]])
    assert "5 rows rejected: 5 × no text" in words and "1 file or list without postslike.js: liked posts" in words


def test_what_would_be_read_is_shown_before_what_stands_there() -> None:
    words = Read(sample_html(FilePreview([], {}, seen=SEEN))).words
    assert "Who wrote itText of the postWhenLikes" in words and "anahi2024-01-03 09:0011" in words
    rows = FilePreview(["nr", "said"], {"text": "said"}, ["author"], [{"nr": "1", "said": "hi"}])
    assert "said → text of the postnrhi1" in Read(sample_html(rows)).words
    words = Read(preview_html("x.csv", rows)).words
    assert "No column could be told for: who wrote it. Choose it below, or say who wrote the posts." in words


def test_progress_in_words() -> None:
    def said(progress: Progress) -> str:
        return Read(progress_html(progress, 1000)).words

    assert "0 of 1,000 posts · loading the models" in said(Progress())
    assert "256 of 1,000 posts · measuring the speed" in said(Progress(done=256, kind="read"))
    assert "500 of 1,000 posts · 60 posts a second · about 8 seconds left" in said(
        Progress(done=500, kind="read", rate=60.0, left=8.3)
    )
    assert "1,000 posts read · putting them in order" in said(Progress(done=1000, kind="read", rate=60.0, left=0.0))
    assert 'aria-valuenow="50"' in progress_html(Progress(done=500), 1000)
    assert (duration(0.2), duration(89), duration(90), duration(3600)) == (
        "1 second", "89 seconds", "2 minutes", "60 minutes",
    )  # fmt: skip


def test_what_strangers_wrote_stays_text() -> None:
    hostile = FilePreview(
        [NASTY, "text"], {"text": "text", "author": NASTY}, ["author"], [{NASTY: NASTY, "text": NASTY}]
    )
    counted = FilePreview(["text"], {}, seen=SEEN | {
        "format": NASTY, "columns": {"text": NASTY}, "ignored": [NASTY], "rejected": {NASTY: 1}, "rejects": [[1, NASTY, NASTY]],
        "left_out": {NASTY: 2}, "emptied": [["likes", NASTY, 1]], "notes": [NASTY], "skipped": [[NASTY, NASTY]],
        "first": [dict.fromkeys(("author", "created_at", "community", "likes", "text"), NASTY)],
    })  # fmt: skip
    assert not {"script", "img", "a"} & set(Read(sample_html(counted)).tags)
    sample = Read(sample_html(hostile))
    assert not {"script", "img", "a"} & set(sample.tags) and "<script>" in sample.words
    entry = Entry(f"own:{NASTY}", Path(NASTY), NASTY, None, own=True)
    for made in (
        preview_html(NASTY, hostile), preview_html(NASTY, counted), own_html([entry]), indexes_html([entry], "gone"),
    ):  # fmt: skip
        read = Read(made)
        assert not {"script", "img", "a"} & set(read.tags) and NASTY in read.words


def test_every_field_of_a_post_can_be_mapped() -> None:
    assert set(FIELDS) == set(SPELLINGS) - {"reposted", "visibility", "bot"}  # what only platforms say
    found = FilePreview(["a", "b"], {"text": "a, or b"}, wish={"columns": {"likes": "b", "shares": ""}})
    assert choices(found, "id") == [("–", ""), ("a", "a"), ("b", "b")]
    assert choices(found, "text") == [("as found: a, or b", ""), ("a", "a"), ("b", "b")]
    assert choices(found, "likes")[:2] == [("–", ""), ("none", NONE)]
    assert [chosen(found, field) for field in ("text", "likes", "shares")] == ["", "b", NONE]
    said = wished({"text": "", "likes": "b", "shares": NONE}, "Ana", "dmy", True)
    assert asdict(said) == {
        "columns": {"likes": "b", "shares": ""},
        "author": "Ana",
        "date_order": "dmy",
        "include_private": True,
    }
    assert said.options() == Options(
        columns={"likes": "b", "shares": ""}, author="Ana", date_order="dmy", include_private=True
    )
    assert wished({"text": ""}, "", "", False).options() == Options()
