"""Tools that watch brands: the CSV and Excel exports of Brandwatch and Meltwater."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Row, Sample


def _is_brandwatch(sample: Sample) -> bool:
    return sample.has("query_name", "date", "url") and (sample.has("full_text") or sample.has("snippet"))


_BRANDWATCH = {
    "id": ("mention_id", "resource_id", "guid"), "author": ("author", "full_name"), "created_at": ("date",),
    "community": ("subreddit", "domain"),
    "likes": ("likes", "twitter_likes", "instagram_likes", "facebook_likes", "reddit_score", "x_likes"),
    "shares": ("shares", "twitter_retweets", "facebook_shares", "x_reposts"),
    "replies": ("comments", "twitter_reply_count", "facebook_comments", "instagram_comments", "reddit_comments",
                "x_replies"),
    "lang": ("language",), "url": ("url", "original_url"),
}  # fmt: skip


def _brandwatch(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    text, title = item.get("Full Text") or item.get("Snippet"), item.get("Title")
    if title and text and not str(text).startswith(str(title)):
        text = f"{title}\n{text}"
    kind = str(item.get("Engagement Type") or item.get("Thread Entry Type") or "").lower()
    author = fields.get("author") or item.get("Domain")
    reposted = item.get("Thread Author") if kind in ("retweet", "repost", "share") else None
    return {**fields, "id": fields.get("id") or fields.get("url"), "author": author, "text": text or title,
            "reposted": reposted}  # fmt: skip


def _is_meltwater(sample: Sample) -> bool:
    return sample.has("date", "hit_sentence") and (sample.has("influencer") or sample.has("source"))


_MELTWATER = {
    "id": ("tweet_id", "document_id", "alternate_date_format_id", "url"),
    "author": ("twitter_screen_name", "author_handle", "author_name", "influencer"), "created_at": ("date",),
    "community": ("source", "source_name"), "likes": ("likes", "reactions", "twitter_likes"),
    "shares": ("shares", "reposts", "retweets"), "replies": ("replies", "comments"), "lang": ("language",),
    "url": ("url",),
}  # fmt: skip


def _meltwater(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    title, opening, hit = (str(item.get(name) or "").strip() for name in ("Headline", "Opening Text", "Hit Sentence"))
    parts = [title, opening if opening and hit not in opening and opening not in hit else "", hit or opening]
    moment, clock = fields.get("created_at"), item.get("Time")
    written = f"{moment} {clock}" if moment and clock and ":" not in str(moment) else moment
    number = fields.get("id")
    return {
        **fields,
        "id": number.strip('"= ') if isinstance(number, str) else number,
        "author": fields.get("author") or item.get("Source"),
        "text": "\n".join(dict.fromkeys(part for part in parts if part)),
        "created_at": written,
    }


FORMATS = (
    Format(
        "Brandwatch mentions",
        _is_brandwatch,
        _brandwatch,
        spellings=_BRANDWATCH,
        columns={"text": "Title and Full Text, or Snippet"},
        markup=None,
        platform="Brandwatch",
        download="Mentions → Download (CSV or Excel), as it is: the lines above the header are skipped",
        command="analyst index mentions.csv --out INDEX",
        leaves="The tool's own sentiment, reach and categories. Retweets are kept apart",
    ),
    Format(
        "Meltwater mentions",
        _is_meltwater,
        _meltwater,
        spellings=_MELTWATER,
        columns={"text": "Headline, Opening Text and Hit Sentence"},
        markup=None,
        platform="Meltwater",
        download="Explore → Export, CSV (UTF-16 with tabs as it comes) or Excel",
        command="analyst index export.csv --out INDEX",
        leaves="The tool's own sentiment, reach and key phrases",
    ),
)  # fmt: skip
