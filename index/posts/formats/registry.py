"""All formats, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from index.posts.columns import columns_of
from index.posts.formats import (
    bluesky,
    discord,
    discourse,
    feeds,
    hacker_news,
    linkedin,
    listening,
    mastodon,
    meta,
    meta_collected,
    plain,
    reddit,
    reviews,
    sentiment140,
    slack,
    telegram,
    tiktok,
    whatsapp,
    x_api,
    x_archive,
    youtube,
)
from index.posts.formats.base import Format, Page, Sample

FORMATS: tuple[Format, ...] = (
    *x_archive.FORMATS,
    *telegram.FORMATS,
    *whatsapp.FORMATS,
    *discord.FORMATS,
    *slack.FORMATS,
    *bluesky.FORMATS,
    *mastodon.FORMATS,
    *youtube.FORMATS,
    *reddit.FORMATS,
    *x_api.FORMATS,
    *meta.FORMATS,
    *meta_collected.FORMATS,
    *linkedin.FORMATS,
    *tiktok.FORMATS,
    *listening.FORMATS,
    *hacker_news.FORMATS,
    *discourse.FORMATS,
    *feeds.FORMATS,
    *reviews.FORMATS,
    *sentiment140.FORMATS,
    plain.PLAIN,
)


def recognise(sample: Sample) -> Format:
    """The first format that knows its own exports in ``sample``; plain rows where none does."""
    return next(form for form in FORMATS if _recognises(form, sample))


def _recognises(form: Format, sample: Sample) -> bool:
    try:
        return form.recognises(sample)
    except (TypeError, AttributeError, KeyError, ValueError):  # values of another kind than the platform writes
        return False


def is_post(document: Mapping[str, Any]) -> bool:
    """Whether a whole document is one post or one page of posts, and not lists of them."""
    if any(form.whole(document) for form in FORMATS):
        return True
    columns = columns_of([document], {})[1]
    said, known = columns.get("text", "."), {"id", "created_at", "likes", "url"} & columns.keys()
    if "." in said or not known or "author" not in columns or not isinstance(document.get(said), str):
        return False
    lists = [
        value[0] for value in document.values() if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    return not any("text" in columns_of([item], {})[1] and "author" in columns_of([item], {})[1] for item in lists)


def skip_reason(sample: Sample) -> str:
    """Why a section belongs to an export of a platform but holds no posts, "" where it may hold some."""
    return next((reason for form in FORMATS if (reason := form.skips(sample))), "")


def page_of(text: str) -> Page | None:
    """A page in HTML as items, None where no platform is known that writes such pages."""
    found = (form.pages(text) for form in FORMATS if form.pages is not None)
    return next((page for page in found if page is not None), None)


def table() -> str:
    """All formats as a table in Markdown, for docs/formats.md."""
    rows = [_row(form) for form in FORMATS if form.platform]
    head = "| platform | what to download | command | what is read | what is left out |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _row(form: Format) -> str:
    read: Sequence[str] = list(dict.fromkeys([*form.columns, *form.spellings]))
    order = ("id", "author", "text", "created_at", "community", "likes", "shares", "replies", "lang", "url", "reposted",
             "visibility", "bot")  # fmt: skip
    names = ", ".join(name for name in order if name in read)
    return f"| {form.platform} | {form.download} | `{form.command}` | {names} | {form.leaves} |"
