"""Facebook, Instagram and Threads: what the Graph API, CrowdTangle and collectors hand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Row, Sample, pick
from index.posts.spellings import SPELLINGS

_FACEBOOK_KINDS = (
    ("facebook_url", "text"), ("page_name", "facebook_id", "post_created"), ("message", "created_time", "from.name"),
    ("post_id", "post_text", "post_url", "shares"), ("facebook_id", "message"),
)  # fmt: skip
_INSTAGRAM_KINDS = (
    ("owner_username", "likes_count", "timestamp"), ("media_type", "permalink", "username"),
    ("short_code", "owner_username"), ("shortcode", "owner_username"), ("code", "taken_at", "user.username"),
    ("account", "followers_at_posting", "post_created"), ("data.code", "data.taken_at", "data.user.username"),
)  # fmt: skip


def _is_facebook(sample: Sample) -> bool:
    return any(sample.holds(*names) for names in _FACEBOOK_KINDS)


def _is_instagram(sample: Sample) -> bool:
    return any(sample.holds(*names) for names in _INSTAGRAM_KINDS)


_FACEBOOK = {
    **SPELLINGS,
    "id": ("post_id", *SPELLINGS["id"]),
    "author": ("user.name", "from.name", "page_name", "profile_name", "username", "user_name", *SPELLINGS["author"]),
    "text": ("post_text", "message", "text", *SPELLINGS["text"]),
    "community": ("group_title", "group_name"),
}
_INSTAGRAM = {
    **SPELLINGS,
    "id": ("id", "pk", "code", "data.code", "url", *SPELLINGS["id"]),
    "author": ("owner_username", "username", "user_name", "user.username", "data.user.username", *SPELLINGS["author"]),
    "text": ("caption", "text", "description", "caption.text", "data.caption.text", *SPELLINGS["text"]),
    "created_at": ("timestamp", "taken_at", "data.taken_at", "post_created", *SPELLINGS["created_at"]),
    "likes": ("likes_count", "like_count", "likes", "data.like_count", *SPELLINGS["likes"]),
    "replies": ("comments_count", "comment_count", "replies_count", "data.comment_count", *SPELLINGS["replies"]),
    "community": (),
}


def _captioned(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    """A caption may be an object around its words, and say nothing where a picture speaks."""
    text = fields.get("text")
    return {**fields, "text": pick(text, "text") if isinstance(text, Mapping) else text}


FORMATS = (
    Format(
        "Instagram posts and comments, collected",
        _is_instagram,
        _captioned,
        spellings=_INSTAGRAM,
        platform="Instagram, Threads, collected",
        download="What the Graph API, the Threads API, CrowdTangle or an Apify actor hands out: JSON, JSONL, CSV or "
        "Excel",
        command="analyst index dataset_instagram-scraper.json --out INDEX",
        leaves="Pictures without words; of posts the few comments that stand inside them",
    ),
    Format(
        "Facebook posts and comments, collected",
        _is_facebook,
        spellings=_FACEBOOK,
        platform="Facebook, collected",
        download="What the Graph API, CrowdTangle or an Apify actor hands out: JSON, JSONL, CSV or Excel",
        command="analyst index dataset_facebook-posts-scraper.json --out INDEX",
        leaves="Pictures without words; reactions by kind; of posts the comments that stand inside them",
    ),
)
