"""TikTok: comments of a video as the exporters of browsers write them, and the data that TikTok sends its users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from index.posts.formats.base import Context, Format, Found, Left, Row, Sample, pick


def _recognises(sample: Sample) -> bool:
    return sample.has("nickname", "comment_text", "likes") and any("user @" in name.lower() for name in sample.header)


_TABLE = {
    "number": ("comment_number_id", "comment_id"), "author": ("user_@", "nickname"), "text": ("comment_text",),
    "created_at": ("time", "date"), "likes": ("likes",), "replies": ("number_of_replies",), "url": ("comment_url",),
}  # fmt: skip


def _read(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    # The exporter numbers the comments of each video from 1.
    return {**fields, "id": f"{context.memo['scope']}/{fields.get('number')}"}


def _is_collected(sample: Sample) -> bool:
    """Videos and comments as collectors and the research API hand them out."""
    return any(sample.holds(*names) for names in _COLLECTED)


_COLLECTED = (
    ("digg_count", "create_time_iso"), ("author_meta.name", "text"), ("author_meta_name", "text"),
    ("desc", "create_time", "author.unique_id"), ("digg_count", "user.unique_id", "aweme_id"),
    ("video_description", "create_time", "username"), ("video_id", "create_time", "like_count", "reply_count", "text"),
    ("video_diggcount", "video_description"),
)  # fmt: skip
_POSTS = {
    "id": ("cid", "id", "video_id", "aweme_id"),
    "author": ("author_meta.name", "author.unique_id", "user.unique_id", "author.username", "unique_id", "username",
               "author_meta_name", "author_username", "author", "author_meta.nick_name", "nickname"),
    "text": ("text", "desc", "video_description", "description"),
    "created_at": ("create_time_iso", "create_time", "video_timestamp"),
    "likes": ("digg_count", "like_count", "stats.digg_count", "statistics.digg_count", "video_diggcount"),
    "shares": ("share_count", "stats.share_count", "statistics.share_count", "video_sharecount"),
    "replies": ("comment_count", "reply_comment_total", "reply_count", "stats.comment_count",
                "statistics.comment_count", "video_commentcount"),
    "lang": ("text_language", "comment_language"), "url": ("web_video_url", "share_info.url"),
}  # fmt: skip


def _is_own(sample: Sample) -> bool:
    return _own_kind(sample.path, sample.items) != ""


def _own_kind(path: str, items: Sequence[Mapping[str, Any]]) -> str:
    """What a list of the data is that TikTok sends its users; "" for what holds no words."""
    keys = {key.lower() for key in items[0]} if items else set()
    named = any("name" in key or "profile" in key for key in keys)  # a table of others' comments
    if {"date", "comment"} <= keys and "omment" in path and not named:
        return "comment"
    if {"commenttime", "commentcontent"} <= keys:
        return "live comment"
    if {"date", "link", "likes"} <= keys and path.endswith("VideoList"):
        return "video"
    return "letter" if {"date", "from", "content"} <= keys and "Chat" in path else ""


_OWN = {
    "comment": ("Comment", "Date"), "live comment": ("CommentContent", "CommentTime"), "video": ("Title", "Date"),
    "letter": ("Content", "Date"),
}  # fmt: skip


def _own(fields: Row, item: Mapping[str, Any], context: Context) -> Found:
    kind = _own_kind(context.path, [item])
    if not kind:
        return Left("not a post or comment")
    get = {key.lower(): value for key, value in item.items()}.get
    text, moment = (get(name.lower()) for name in _OWN[kind])
    letter = kind == "letter"
    return {
        "author": get("from") if letter else context.owner(lambda: _username(context.head)),
        "text": None if text == "N/A" else text,
        "created_at": moment,
        "likes": get("likes"),
        "url": get("url") or get("link"),
        "visibility": "direct" if letter else get("whocanview"),
    }


def _username(head: Mapping[str, Any]) -> Any:
    around = ("Profile", "Profile And Settings")
    return pick(
        head,
        *(f"{top}.{inner}.ProfileMap.userName" for top in around for inner in ("Profile Info", "Profile Information")),
    )


FORMATS = (
    Format(
        "TikTok comments (CSV)",
        _recognises,
        _read,
        spellings=_TABLE,
        columns={"id": "the file and Comment Number (ID)"},
        platform="TikTok",
        download="A comment exporter (exportcomments, browser extensions) run on one video",
        command="analyst index Comments.csv --out INDEX",
        leaves="Pictures, profile addresses",
    ),
    Format(
        "TikTok videos and comments, collected",
        _is_collected,
        spellings=_POSTS,
        platform="TikTok, collected",
        download="What an Apify actor, Zeeschuimer, pyktok or the research API hands out: JSON, JSONL, CSV or Excel",
        command="analyst index dataset_tiktok-scraper.json --out INDEX",
        leaves="Sound, pictures, figures of the author. Comments of the research API name nobody: `--author NAME`",
    ),
    Format(
        "TikTok data request",
        _is_own,
        _own,
        columns={
            "author": "ProfileMap.userName, or --author", "text": "Comment, Title or CommentContent",
            "created_at": "Date", "likes": "Likes", "url": "Url or Link", "visibility": "WhoCanView",
        },
        archive=True,
        platform="TikTok, your own data",
        download="Settings → Account → Download your data, format JSON (better: it says whose it is) or TXT",
        command="analyst index user_data_tiktok.json --out INDEX",
        leaves="Browsing history, likes; messages and videos for oneself unless `--include-private`",
    ),
)  # fmt: skip
