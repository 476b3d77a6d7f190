"""Exports as collectors, tutorials and older tools leave them: wrapped, without a column that is needed, with ids that are none."""

# ruff: noqa: E501 (lines of exports are as long as they are)
from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from index.posts.options import Options
from index.posts.readers import read_posts
from index.posts.record import LeftOut, Post, Rejected
from index.posts.report import Report
from index.posts.unique import Unique

Write = Callable[..., str]
FIRST = datetime(2024, 1, 3, 9, 0, tzinfo=UTC)
SAID = [
    "My trail shoes squeak like a mouse",
    "Third return this month & counting",
    "The laces came dry, the parcel wet",
]
WHO, LIKES = ["ana", "ben", "ana"], [3, 1204, 0]
WHEN = [FIRST + timedelta(days=11 * place, hours=place) for place in range(3)]
ISO = [moment.strftime("%Y-%m-%dT%H:%M:%S.000Z") for moment in WHEN]
SECONDS = [int(moment.timestamp()) for moment in WHEN]
IDS = [str(1742000000000000000 + 7919 * place) for place in range(3)]
X, TIKTOK, REDDIT = "X posts of an API or scraper", "TikTok videos and comments, collected", "Reddit posts and comments"
Truth = list[tuple[str, str, datetime | None, int | None]]
ALL: Truth = list(zip(WHO, SAID, WHEN, LIKES, strict=True))


def table(header: str, *rows: list[Any]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([header.split(","), *rows])
    return file.getvalue()


def each(make: Callable[[int], Any]) -> list[Any]:
    return [make(place) for place in range(3)]


def read(path: str, **options: Any) -> tuple[Report, Truth, list[Rejected]]:
    """What a file gives, with every row accounted for."""
    report = Report()
    unique, rows = Unique(report), list(read_posts([path], options=Options(**options), report=report))
    posts = [post for row in rows if isinstance(row, Post) and (post := unique.admit(row)) is not None]
    lost = [row for row in rows if isinstance(row, Rejected)]
    assert report.rows == len(rows) == len(posts) + len(lost) + report.duplicates
    assert report.posts == len(posts)
    return report, [(post.author, post.text, post.created_at, post.likes) for post in posts], lost


def graph(place: int) -> dict[str, Any]:
    """A post as the page of X itself is answered."""
    person = {"rest_id": "5", "legacy": {"screen_name": WHO[place], "created_at": "Tue Mar 01 00:00:00 +0000 2011"}}
    said = {"full_text": SAID[place].replace("&", "&amp;"), "favorite_count": LIKES[place], "retweet_count": 1,
            "created_at": WHEN[place].strftime("%a %b %d %H:%M:%S +0000 %Y"), "lang": "en"}  # fmt: skip
    return {"rest_id": IDS[place], "core": {"user_results": {"result": person}}, "legacy": said}


def collected(place: int, platform: str, data: Any) -> dict[str, Any]:
    return {
        "nav_index": "1:0",
        "item_id": IDS[place],
        "timestamp_collected": 1717200000000,
        "source_platform": platform,
        "user_agent": "M",
        "data": data,
    }


def clip(place: int) -> dict[str, Any]:
    return {"id": IDS[place], "desc": SAID[place], "createTime": SECONDS[place], "author": {"uniqueId": WHO[place], "nickname": "N"},
            "stats": {"diggCount": LIKES[place], "shareCount": 1, "commentCount": 2}}  # fmt: skip


CASES: dict[str, tuple[str, str, str, Truth]] = {
    "zeeschuimer, X": ("z.ndjson", "\n".join(each(lambda n: json.dumps(collected(n, "twitter.com", graph(n))))), X, ALL),
    "zeeschuimer, TikTok": ("z.ndjson", "\n".join(each(lambda n: json.dumps(collected(n, "tiktok.com", clip(n))))), TIKTOK, ALL),
    "elasticsearch": ("e.jsonl", "\n".join(each(lambda n: json.dumps({"_index": "a", "_id": IDS[n], "_score": 1.0, "_source": clip(n)}))), TIKTOK, ALL),
    "elasticsearch, documents of one's own": (
        "e.jsonl",
        "\n".join(each(lambda n: json.dumps({"_index": "a", "_id": IDS[n], "_source": {"user": WHO[n], "message": SAID[n], "date": ISO[n], "likes": LIKES[n]}}))),
        "rows of posts",
        ALL,
    ),
    "X, analytics": ("a.csv", table("Tweet id,Tweet permalink,Tweet text,time,impressions,retweets,replies,likes",
        *each(lambda n: [IDS[n], f"https://twitter.com/{WHO[n]}/status/{IDS[n]}", SAID[n], WHEN[n].strftime("%Y-%m-%d %H:%M +0000"), "15.0", "1.0", "2.0", f"{LIKES[n]}.0"])), X, ALL),
    "addresses name the authors": ("t.csv", table("text,date,likes,link", *each(lambda n: [SAID[n], ISO[n], LIKES[n], f"https://www.tiktok.com/@{WHO[n]}/video/{IDS[n]}"])), "rows of posts", ALL),
    "reddit, a tutorial's table": (
        "p.csv", table(",title,score,id,subreddit,url,num_comments,body,created,author", *each(lambda n: [n, f"T{n}", LIKES[n], f"abc{n}", "run", "https://x.example", 2, SAID[n], f"{SECONDS[n]}.0", WHO[n]])),
        REDDIT, [(who, f"T{n}\n{said}", when, likes) for n, (who, said, when, likes) in enumerate(ALL)]),
    "reddit, comments under the title of their thread": (
        "p.csv", table("title,score,id,parent_id,subreddit,num_comments,body,created_utc,author", *each(lambda n: [f"T{n}", LIKES[n], f"abc{n}", "t3_a", "run", 2, SAID[n], SECONDS[n], WHO[n]])),
        REDDIT, ALL),
    "reddit, comments and submissions with the same numbers": (
        "RCS.jsonl", "\n".join([json.dumps({"author": "ana", "body": SAID[0], "created_utc": SECONDS[0], "id": "kx1", "link_id": "t3_q", "score": 3, "subreddit": "run"}),
                                json.dumps({"author": "ana", "title": "On soles", "selftext": "", "created_utc": SECONDS[1], "id": "kx1", "score": 4, "num_comments": 1, "subreddit": "run"})]),
        REDDIT, [("ana", SAID[0], WHEN[0], 3), ("ana", "On soles", WHEN[1], 4)]),
    "a column of ids that are none": ("v.csv", table("id,author,text,date,likes", *each(lambda n: ["video1", WHO[n], SAID[n], ISO[n], LIKES[n]])), "rows of posts", ALL),
    "headers in a language that nobody foresaw": ("h.csv", table("felhasználó,author,text,közzétéve,likes", *each(lambda n: ["x", WHO[n], SAID[n], WHEN[n].strftime("%Y.%m.%d %H:%M"), LIKES[n]])), "rows of posts",
        [(who, said, when.replace(second=0), likes) for who, said, when, likes in ALL]),
    "exportcomments": ("c.csv", table(",Name (click to view profile),Profile ID,Date,Likes,isReply?,Comment,(view source)", *each(lambda n: [n, WHO[n], "7", WHEN[n].strftime("%Y-%m-%d %H:%M:%S"), LIKES[n], "", SAID[n], "view"])), "rows of posts", ALL),
    "bluesky, a table of answers": ("b.csv", table("uri,cid,author.handle,record.text,record.createdAt,likeCount", *each(lambda n: [f"at://did:plc:{WHO[n]}/app.bsky.feed.post/3k{n}", "bafy", f"{WHO[n]}.bsky.social", SAID[n], ISO[n], LIKES[n]])), "Bluesky",
        [(f"{who}.bsky.social", said, when, likes) for who, said, when, likes in ALL]),
    "hacker news, an item with its answers": ("i.json", json.dumps({"id": 1, "created_at_i": SECONDS[0], "type": "story", "author": "ana", "title": "Shoes", "text": None, "points": 9, "children": [
        {"id": 2, "created_at_i": SECONDS[1], "type": "comment", "author": "ben", "text": "<p>hi", "points": None, "children": [{"id": 3, "created_at_i": SECONDS[2], "type": "comment", "author": "cy", "text": "lo", "points": None, "children": []}]},
        {"id": 4, "created_at_i": SECONDS[2], "type": "comment", "author": None, "text": None, "children": []}]}), "Hacker News",
        [("ana", "Shoes", WHEN[0], 9), ("ben", "hi", WHEN[1], None), ("cy", "lo", WHEN[2], None)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_collectors_write(write: Write, name: str) -> None:
    file, content, form, truth = CASES[name]
    report, posts, _ = read(write(file, content))
    assert [part.format for part in report.parts] == [form]
    assert sorted(posts, key=str) == sorted(truth, key=str)


def test_a_post_that_wraps_another_is_no_envelope(write: Write) -> None:
    rows = each(lambda n: {"author": WHO[n], "text": SAID[n], "original": graph(n)})
    report, posts, _ = read(write("a.jsonl", rows))
    assert [said for _, said, *_ in posts] == SAID and [part.format for part in report.parts] == ["rows of posts"]


def test_dates_of_something_else_are_not_the_posts(write: Write) -> None:
    for names in ("author,text,user_created", "author,text,megjelent,olvasva"):
        rows = each(lambda n: [WHO[n], SAID[n], "2011-03-01", "2012-03-01"][: names.count(",") + 1])  # noqa: B023
        report, posts, _ = read(write("a.csv", table(names, *rows)))
        assert [when for *_, when, _ in posts] == [None] * 3 and "created_at" in report.missing()


def test_numbers_that_a_table_with_gaps_made_decimal_are_ids(write: Write) -> None:
    path = write("a.csv", table("id,author,text", *each(lambda n: [f"{n + 7}.0", WHO[n], SAID[n]])))
    assert [row.id for row in read_posts([path]) if isinstance(row, Post)] == ["7", "8", "9"]


def test_direct_messages_of_slack_are_told_by_its_lists(tmp_path: Any) -> None:
    path = tmp_path / "slack.zip"
    message = [{"type": "message", "user": "U1", "text": "secret", "ts": "1704272400.1"}]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.json", json.dumps([{"id": "U1", "name": "ana"}]))
        archive.writestr("dms.json", json.dumps([{"id": "D1", "members": ["U1", "U2"]}]))
        archive.writestr("D1/2024-01-03.json", json.dumps(message))
        archive.writestr("run/2024-01-03.json", json.dumps([{**message[0], "text": "hello all"}]))
    report, posts, lost = read(str(path))
    assert [said for _, said, *_ in posts] == ["hello all"] and report.private == 1
    assert all(isinstance(row, LeftOut) for row in lost)
    assert len(read(str(path), include_private=True)[1]) == 2
