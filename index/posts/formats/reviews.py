"""App Store: the reviews of an app as Apple's feed answers them in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, pick
from index.posts.formats.plain import with_headline


def _is_review(item: Mapping[str, Any]) -> bool:
    return pick(item, "author.name.label") is not None and pick(item, "content.label") is not None


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    if pick(item, "im:name.label"):
        return Left("the app itself, not a review")
    return {
        "id": pick(item, "id.label"), "author": pick(item, "author.name.label"),
        "text": with_headline(pick(item, "title.label"), pick(item, "content.label")),
        "created_at": pick(item, "updated.label"), "url": pick(item, "link.attributes.href"),
        "likes": pick(item, "im:voteSum.label"),
    }  # fmt: skip


FORMATS = (
    Format(
        "App Store reviews",
        lambda sample: sample.share(_is_review) > 0.5,
        _read,
        columns={"id": "id.label", "author": "author.name.label", "text": "title.label and content.label",
                 "created_at": "updated.label", "likes": "im:voteSum.label"},
        platform="App Store",
        download="The feed of customer reviews (`…/customerreviews/…/json`)",
        command="analyst index reviews.json --out INDEX",
        leaves="Stars; the entry of the app itself",
    ),
)  # fmt: skip
