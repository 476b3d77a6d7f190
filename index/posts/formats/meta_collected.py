"""Facebook, Instagram and Threads: what the Graph API, CrowdTangle and collectors hand out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick
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
    """A caption may be an object around its words, and say nothing where a picture speaks. The answers to a comment
    stand inside it.
    """
    text = fields.get("text")
    row = {**fields, "text": pick(text, "text") if isinstance(text, Mapping) else text}
    below = item.get("replies") if "commentUrl" in item or "ownerUsername" in item else None
    return [row, *map(_reply, below)] if isinstance(below, list) and below else row


def _reply(item: Any) -> Row | Left:
    if not isinstance(item, Mapping):
        return Left("an answer without words")
    return {
        "id": pick(item, "id", "pk"), "author": pick(item, "ownerUsername", "owner.username"), "text": item.get("text"),
        "created_at": item.get("timestamp"), "likes": pick(item, "likesCount"), "replies": pick(item, "repliesCount"),
    }  # fmt: skip


def _is_insights(sample: Sample) -> bool:
    return sample.has("post_id", "permalink", "post_message", "posted")


def _of_the_page(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    """All posts are the page's own, whose name stands in their addresses."""
    name = _PAGE.match(str(fields.get("url") or ""))
    return {**fields, "author": context.owner(lambda: None, name and name[1])}


_PAGE = re.compile(r"https?://(?:www\.|m\.)?facebook\.com/([\w.-]+)/(?:posts|videos|photos)/")
_INSIGHTS = {
    "id": ("post_id",), "text": ("post_message",), "created_at": ("posted",), "url": ("permalink",),
    "likes": ("lifetime_post_stories_by_action_type_like", "likes", "reactions"),
    "shares": ("lifetime_post_stories_by_action_type_share", "shares"),
    "replies": ("lifetime_post_stories_by_action_type_comment", "comments"),
}  # fmt: skip
FORMATS = (
    Format(
        "Facebook page insights",
        _is_insights,
        _of_the_page,
        spellings=_INSIGHTS,
        columns={"author": "Permalink"},
        platform="Facebook, your page",
        download="Page insights → Export data, level of posts, as CSV or Excel",
        command="analyst index insights.csv --out INDEX",
        leaves="Reach and other figures of the page; the row that explains the columns",
    ),
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
