"""What the page shows of posts that a visitor brings."""

from __future__ import annotations

from pathlib import Path

from agent.page.uploads.catalogue import Entry
from agent.page.uploads.job import Progress
from agent.page.uploads.process import NUMBERED, FilePreview
from agent.page.uploads.view import (
    FIELDS,
    choices,
    duration,
    indexes_html,
    own_html,
    preview_html,
    progress_html,
    sample_html,
)
from index.posts.columns import SPELLINGS
from tests.agent.page.views.test_html import Read
from tests.fake_analyst import NASTY


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
    hostile = FilePreview([NASTY, "text"], {"text": "text", "author": NASTY}, [{NASTY: NASTY, "text": NASTY}], ["id"])
    counted = FilePreview(["text"], {}, [], [], posts=1, rejected=1, reasons={NASTY: 1}, rejects=[[1, NASTY, NASTY]])
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
    found = FilePreview(["a"], {}, [], ["id"])
    assert choices(found, "id") == [("–", ""), ("none: number the posts", NUMBERED), ("a", "a")]
    assert choices(found, "text") == [("–", ""), ("a", "a")]
