"""A tiny export of every platform, in the shape in which it comes: named right, read whole, nothing lost in silence."""

# ruff: noqa: E501 (lines of exports are as long as they are)
from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from index.posts.formats.registry import FORMATS, table
from index.posts.options import Options
from index.posts.readers import read_posts
from index.posts.record import LeftOut, Post, Rejected
from index.posts.report import Report
from index.posts.unique import Unique

Write = Callable[..., str]
NINE = datetime(2024, 1, 3, 9, tzinfo=UTC)
ISO, SECONDS = "2024-01-03T09:00:00Z", 1704272400
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def lines(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def note(text: str, to: list[str], **more: Any) -> dict[str, Any]:
    actor = "https://m.example/users/kelda"
    inner = {
        "id": f"https://m.example/{text[:9]}",
        "type": "Note",
        "published": ISO,
        "attributedTo": actor,
        "to": to,
        **more,
    }
    return {"type": "Create", "actor": actor, "object": {"content": f"<p>{text}</p>", "tag": 7, **inner}}


SKY = {"$type": "app.bsky.feed.post", "text": "hello sky", "langs": ["en"], "createdAt": ISO}
QUOTED = {
    "$type": "app.bsky.embed.record#view",
    "record": {"value": {**SKY, "text": "quoted"}, "author": {"handle": "x"}},
}
TWEET = {"id_str": "17", "full_text": "cut off after forty characters, as long tweets are … https://t.co/x",
         "favorite_count": "11", "retweet_count": "2", "created_at": "Wed Jan 03 09:00:00 +0000 2024"}  # fmt: skip
LONG = "cut off after forty characters, as long tweets are but not in this note"
STATS = {"retweet_count": 2, "reply_count": 1, "like_count": 11}
THREAD = {"snippet": {"totalReplyCount": 1, "topLevelComment": {"id": "c1", "snippet": {
    "textDisplay": "a<br>b", "authorDisplayName": "@ana", "likeCount": 11, "publishedAt": ISO}}},
    "replies": {"comments": [{"id": "c2", "snippet": {"textOriginal": "c", "authorDisplayName": "@ben"}}]}}  # fmt: skip
META_OWNER = {"profile_v2": {"name": {"full_name": "Zo\u00c3\u00ab"}}}
# name of the format, files, what is to be read, (author, text, likes) of the posts, left out
CASES: dict[str, tuple[str, dict[str, Any], str, list[tuple[str, str, int | None]], list[str]]] = {
    "reddit both in one": ("Reddit posts and comments", {"RC_2024-01": lines(
        {"id": "c1", "author": "ana", "body": "hi", "score": 3, "subreddit": "run", "created_utc": SECONDS},
        {"id": "s1", "author": "ben", "title": "T", "selftext": "[removed]", "score": 4, "subreddit": "run"},
        {"id": "s2", "author": "AutoModerator", "title": "T", "selftext": "S", "ups": 5, "subreddit": "run"},
    )}, "RC_2024-01", [("ana", "hi", 3), ("ben", "T", 4), ("AutoModerator", "T\nS", 5)], []),
    "reddit csv": ("Reddit posts and comments", {"k.csv": "id,title,selftext,author,score,created_utc,subreddit\n"
        f"s1,T,S,ana,3,{SECONDS},run\ns2,T2,,ben,4,{SECONDS},run\n"}, "k.csv", [("ana", "T\nS", 3), ("ben", "T2", 4)], []),
    "reddit api": ("Reddit posts and comments", {"t.json": json.dumps([{"kind": "Listing", "data": {"children": [
        {"kind": "t1", "data": {"id": "1", "author": "ana", "body": "a", "ups": 1, "subreddit": "r", "replies": {
            "kind": "Listing", "data": {"children": [{"kind": "t1", "data": {
                "id": "2", "author": "ben", "body": "b", "score": 2, "subreddit": "r", "replies": ""}}]}}}}]}}])},
        "t.json", [("ana", "a", 1), ("ben", "b", 2)], []),
    "reddit own": ("Reddit data request", {"e/comments.csv":
        "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\nc1,/r/x,2024-01-03 09:00:00 UTC,,run,0,,,hi,\n",
        "e/statistics.csv": "statistic,value\naccount name,kelda\n"}, "e/comments.csv", [("kelda", "hi", None)], []),
    "x archive": ("X archive", {"d/tweets.js": "window.YTD.tweets.part0 = " + json.dumps(
        [{"tweet": TWEET}, {"tweet": {**TWEET, "id_str": "18", "full_text": "RT @bo: hi"}}]),
        "d/account.js": 'window.YTD.account.part0 = [{"account": {"username": "kelda"}}]',
        "d/note-tweet.js": "window.YTD.note_tweet.part0 = " + json.dumps([{"noteTweet": {"noteTweetId": "9", "createdAt": ISO, "core": {"text": LONG}}}])},
        "d", [("kelda", LONG, 11), ("kelda", "RT @bo: hi", 11)], ["a long text that stands in its tweet already"]),
    "x pages": ("X posts of an API or scraper", {"p.jsonl": lines({"data": [
        {"id": "1", "text": "hi", "author_id": "5", "public_metrics": STATS, "created_at": ISO},
        {"id": "2", "text": "RT @bo: lo…", "author_id": "5", "public_metrics": STATS, "referenced_tweets": [{"type": "retweeted", "id": "9"}]}],
        "includes": {"users": [{"id": "5", "username": "ana"}, {"id": "6", "username": "bo"}], "tweets": [{"id": "9", "text": "long", "author_id": "6"}]}}) * 2},
        "p.jsonl", [("ana", "hi", 11), ("ana", "long", 11)] * 2, []),
    "snscrape": ("X posts of an API or scraper", {"s.jsonl": lines({"_type": "snscrape.modules.twitter.Tweet", "date": ISO, "id": 1,
        "rawContent": "hi", "user": {"username": "ana", "id": 5}, "likeCount": 11, "retweetedTweet": None})}, "s.jsonl", [("ana", "hi", 11)], []),
    "apify": ("X posts of an API or scraper", {"a.json": json.dumps([{"type": "tweet", "id": "1", "text": "hi", "retweetCount": 2, "likeCount": 11,
        "createdAt": TWEET["created_at"], "author": {"userName": "ana", "id": "5"}}])}, "a.json", [("ana", "hi", 11)], []),
    "discord": ("Discord chat (JSON)", {"d.json": json.dumps({"guild": {"id": "1"}, "channel": {"id": "9", "name": "talk", "type": "GuildTextChat"}, "messages": [
        {"id": "1", "type": "Default", "timestamp": ISO, "content": "hi", "author": {"name": "ana", "isBot": False}, "reactions": [{"count": 5}, {"count": 6}]},
        {"id": "2", "type": "GuildMemberJoin", "timestamp": ISO, "content": "Joined.", "author": {"name": "ben", "isBot": False}}]})},
        "d.json", [("ana", "hi", 11)], ["a system line, not a message"]),
    "discord csv": ("Discord chat (CSV)", {"S - C - talk [9].csv": f'\ufeff"AuthorID","Author","Date","Content","Attachments","Reactions"\n"5","ana","{ISO}","hi","","❤ (5), x (6)"\n'},
        "S - C - talk [9].csv", [("ana", "hi", 11)], []),
    "telegram": ("Telegram chats", {"r.json": json.dumps({"chats": {"list": [
        {"name": "Run", "type": "private_supergroup", "id": 4, "messages": [
            {"id": 1, "type": "service", "date": ISO, "text": ""},
            {"id": 2, "type": "message", "date_unixtime": str(SECONDS), "date": ISO, "from": "ana", "text": ["a ", {"type": "bold", "text": "b"}], "reactions": [{"count": 11}]}]},
        {"name": "Ben", "type": "personal_chat", "id": 5, "messages": [{"id": 2, "type": "message", "date": ISO, "from": None, "from_id": "user7", "text": "secret"}]}]}})},
        "r.json", [("ana", "a b", 11)], ["a system line, not a message", "not public (direct)"]),
    "slack": ("Slack export", {"e/users.json": json.dumps([{"id": "U1", "name": "ana"}]), "e/talk/2024-01-03.json": json.dumps([
        {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": f"{SECONDS}.1"},
        {"type": "message", "user": "U1", "text": "<@U1> see <https://x.example|this>", "ts": f"{SECONDS}.0", "reactions": [{"count": 11}]}])},
        "e", [("ana", "@ana see this https://x.example", 11)], ["a system line, not a message"]),
    "facebook": ("Facebook or Instagram archive", {"f.json": json.dumps([
        {"timestamp": SECONDS, "title": "Zo\u00c3\u00ab updated her status.", "data": [{"post": "caf\u00c3\u00a9"}]}, {"timestamp": SECONDS, "data": []}])},
        "f.json", [("Zoë", "café", None)], ["a post without words"]),
    "instagram": ("Facebook or Instagram archive", {"i/c.json": json.dumps([{"string_map_data": {"Comment": {"value": "hi"}, "Time": {"timestamp": SECONDS}}}]),
        "i/profile_information.json": json.dumps(META_OWNER)}, "i/c.json", [("Zoë", "hi", None)], []),
    "linkedin": ("LinkedIn data", {"Comments.csv": 'Date,Link,Message\n2024-01-03 09:00:00,https://l.example,"a \\"b\\", c"\n'},
        "Comments.csv", [("archive_owner", 'a "b", c', None)], []),
    "tiktok": ("TikTok comments (CSV)", {"c.csv": "Comment Number (ID),Nickname,User @,User URL,Comment Text,Time,Likes\n1,A,ana,x,hi,13.01.24,26.5K\n2,A,ana,x,lo,14.01.24,7\n"},
        "c.csv", [("ana", "hi", 26_500), ("ana", "lo", 7)], []),
    "youtube": ("YouTube comments (downloader)", {"c.jsonl": lines({"cid": "1", "text": "hi", "time": "vor 6 Jahren", "author": "@ana", "votes": "3,1K", "time_parsed": SECONDS})},
        "c.jsonl", [("ana", "hi", 3_100)], []),
    "youtube api": ("YouTube comments (Data API)", {"t.json": json.dumps({"kind": "x", "items": [THREAD]})}, "t.json", [("ana", "a\nb", 11), ("ben", "c", None)], []),
    "youtube takeout": ("YouTube comments (Takeout)", {"c.csv": 'Comment ID,Channel ID,Comment Create Timestamp,Comment Text\n1,UC,2024-01-03T09:00:00+00:00,"{""text"":""a""},{""text"":""b""}"\n'},
        "c.csv", [("UC", "ab", None)], []),
    "brandwatch": ("Brandwatch mentions", {"m.csv": "Report:,X\nBrand:,Y\n\nQuery Name,Date,Title,Snippet,Url,Domain,Author,Full Text,Likes,Resource Id\nq,2024-01-03 09:00:00.0,,h,u,x.com,ana,hi,11,1\n"},
        "m.csv", [("ana", "hi", 11)], []),
    "meltwater": ("Meltwater mentions", {"m.csv": 'Date\tHeadline\tURL\tOpening Text\tHit Sentence\tSource\tInfluencer\tLanguage\tTweet Id\n03-Jan-2024 09:00AM\t\tu\t\thi\tX\t@ana\tEnglish\t"17"\n'.encode("utf-16")},
        "m.csv", [("ana", "hi", None)], []),
    "sentiment140": ("Sentiment140", {"t.csv": b'"0","17","Wed Jan 03 02:00:00 PDT 2024","NO_QUERY","ana","caf\xe9"\n'}, "t.csv", [("ana", "café", None)], []),
    "mastodon": ("Mastodon", {"outbox.json": json.dumps({"orderedItems": [
        note("hi", [PUBLIC], summary="Gore"), note("secret", ["https://m.example/users/nia"]), note("few", ["https://m.example/users/kelda/followers"]),
        {"type": "Announce", "actor": "x", "object": "https://o.example/1"}]})},
        "outbox.json", [("kelda", "Gore\nhi", None)], ["not public (direct)", "not public (followers)", "a boost or other activity, not a post"]),
    "bluesky": ("Bluesky", {"f.json": json.dumps({"feed": [
        {"post": {"uri": "at://a/1", "author": {"handle": "ana"}, "record": {**SKY, "embed": {}}, "embed": QUOTED, "likeCount": 11}},
        {"post": {"uri": "at://b/2", "author": {"handle": "bo"}, "record": SKY}, "reason": {"by": {"handle": "ana"}}}]})},
        "f.json", [("ana", "hello sky", 11), ("ana", "hello sky", None)], []),
    "jetstream": ("Bluesky", {"j.jsonl": lines(*({"did": "did:plc:ana", "kind": "commit", "commit": {"rkey": f"3k{n}", "collection": c, "record": r}}
        for n, c, r in ((1, "app.bsky.feed.post", SKY), (2, "app.bsky.feed.like", {"$type": "app.bsky.feed.like"}))))},
        "j.jsonl", [("did:plc:ana", "hello sky", None)], ["a like, a follow or another record that is no post"]),
    "plain": ("rows of posts", {"p.csv": "ID;Autor;Text;Datum;Likes\n1;ana;hi;13.01.2024 09:00;1.204\n2;ben;lo;03.01.2024 09:00;12,5\n"},
        "p.csv", [("ana", "hi", 1204), ("ben", "lo", 12)], []),
    "discourse": ("Discourse topic", {"t.json": json.dumps({"id": 7, "title": "Kettles", "created_at": ISO, "post_stream": {"posts": [
        {"id": 1, "username": "ana", "cooked": "<p>hi</p>", "created_at": ISO, "post_type": 1, "actions_summary": [{"id": 2, "count": 11}], "reply_count": 1},
        {"id": 2, "username": "ben", "cooked": "<p>closed</p>", "created_at": ISO, "post_type": 3},
        {"id": 3, "username": "ben", "cooked": "<p>gone</p>", "created_at": ISO, "post_type": 1, "user_deleted": True}]}})},
        "t.json", [("ana", "hi", 11)], ["a system line, not a post", "deleted by its author or a moderator"]),
    "rss": ("Feed (RSS, Atom)", {"f.xml": '<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>Blog</title><item><title>T</title><description>&lt;p&gt;hi&lt;/p&gt;</description><guid>1</guid>"
        "<dc:creator>ana</dc:creator><pubDate>Wed, 03 Jan 2024 09:00:00 GMT</pubDate></item><item><title>T2</title><guid>2</guid></item></channel></rss>"},
        "f.xml", [("ana", "T\nhi", None), ("Blog", "T2", None)], []),
    "atom": ("Feed (RSS, Atom)", {"f.atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>Talk</title><entry><id>1</id><author><name>ana</name>'
        f'<uri>x</uri></author><title>T</title><content type="html">hi</content><published>{ISO}</published></entry></feed>'},
        "f.atom", [("ana", "T\nhi", None)], []),
    "stack exchange": ("Stack Exchange dump", {"Posts.xml": '<?xml version="1.0" encoding="utf-8"?><posts>'
        '<row Id="1" PostTypeId="1" CreationDate="2024-01-03T09:00:00.000" Score="11" Title="T" Body="&lt;p&gt;hi&lt;/p&gt;" OwnerUserId="5"/>'
        '<row Id="2" PostTypeId="5" CreationDate="2024-01-03T09:00:00.000" Score="1" Body="wiki"/></posts>'},
        "Posts.xml", [("5", "T\nhi", 11)], ["a page of the site's own, not a question or an answer"]),
    "app store": ("App Store reviews", {"r.json": json.dumps({"feed": {"entry": [{"author": {"name": {"label": "ana"}}, "updated": {"label": ISO},
        "id": {"label": "1"}, "title": {"label": "T"}, "content": {"label": "hi"}, "im:voteSum": {"label": "11"}}]}})}, "r.json", [("ana", "T\nhi", 11)], []),
    "page insights": ("Facebook page insights", {"i.csv": "Post ID,Permalink,Post Message,Posted,Lifetime Post Stories by action type - like\n"
        ",,,,Lifetime: the number of likes\n1,https://www.facebook.com/halle9/posts/0,hi,2024-01-03 09:00,11\n"}, "i.csv", [("halle9", "hi", 11)],
        ["a post without words"]),
    "answers inside comments": ("Instagram posts and comments, collected", {"c.json": json.dumps([{"id": "1", "text": "hi", "ownerUsername": "ana", "timestamp": ISO,
        "likesCount": 11, "commentUrl": "https://x", "replies": [{"id": "2", "text": "yo", "ownerUsername": "ben", "timestamp": ISO, "likesCount": 1}]}])},
        "c.json", [("ana", "hi", 11), ("ben", "yo", 1)], []),
}  # fmt: skip


def _written(write: Write, folder: str, files: dict[str, Any]) -> Path:
    """The folder in which these files lie now."""
    paths = [Path(write(f"{folder}/{file}", content)) for file, content in files.items()]
    return next(parent for parent in paths[0].parents if parent.name == folder)


@pytest.mark.parametrize("name", CASES)
def test_every_export_is_named_and_read_whole(write: Write, name: str) -> None:
    check(write, *CASES[name])


def check(
    write: Write,
    form: str,
    files: dict[str, Any],
    source: str,
    expected: list[tuple[str, str, int | None]],
    left: list[str],
    **options: Any,
) -> tuple[list[Post], Report]:
    """The posts and the report of an export that is named ``form`` and holds what is expected, and nothing else."""
    root = _written(write, "in", files)
    report = Report()
    unique = Unique(report)
    rows = list(read_posts([str(root / source)], options=Options(**options), report=report))
    kept = [row for row in rows if isinstance(row, Post) and unique.admit(row) is not None]
    posts = [row for row in rows if isinstance(row, Post)]
    assert {part.format for part in report.parts} == {form}
    assert [(post.author, post.text, post.likes) for post in posts] == expected
    assert sorted(row.reason for row in rows if isinstance(row, LeftOut)) == sorted(left)
    assert not [row for row in rows if isinstance(row, Rejected) and not isinstance(row, LeftOut)]
    assert report.rows == len(rows) == report.posts + report.duplicates + len(left)  # nothing lost in silence
    assert report.posts == len(kept)
    assert len(report.lines()) == 5 and all(report.lines())
    return posts, report


def test_times_are_those_of_the_export(write: Write) -> None:
    for name, (_, files, source, _, _) in CASES.items():
        root = _written(write, name, files)
        first = next(row for row in read_posts([str(root / source)]) if isinstance(row, Post))
        assert name in ("tiktok", "plain", "reddit api") or first.created_at == NINE, name


def test_private_posts_are_read_when_asked_for(write: Write) -> None:
    for name, count in (("mastodon", 3), ("telegram", 2)):
        (file, content), *_ = CASES[name][1].items()
        source = write(f"{name}-{file}", content)
        posts = [row for row in read_posts([source], options=Options(include_private=True)) if isinstance(row, Post)]
        assert len(posts) == count and {post.visibility for post in posts} & {"direct", "followers"}


def test_whose_words_they_are(write: Write) -> None:
    told = {}
    for name in ("x archive", "x pages", "bluesky", "reddit both in one"):
        files, source = CASES[name][1], CASES[name][2]
        root = _written(write, name, files)
        posts = [row for row in read_posts([str(root / source)]) if isinstance(row, Post)]
        told[name] = [post.reposted or ("bot" if post.bot else "") for post in posts]
    assert told == {
        "x archive": ["", "bo"], "x pages": ["", "bo"] * 2, "bluesky": ["", "bo"], "reddit both in one": ["", "", "bot"],
    }  # fmt: skip


def test_the_author_can_be_said(write: Write) -> None:
    source = write("Comments.csv", CASES["linkedin"][1]["Comments.csv"])
    report = Report()
    (post,) = read_posts([source], options=Options(author="Kelda"), report=report)
    assert isinstance(post, Post) and post.author == "Kelda" and not report.nameless
    source = write("plain.csv", "id,text\n1,hi\n")
    (post,) = read_posts([source], options=Options(author="Kelda"))
    assert isinstance(post, Post) and post.author == "Kelda"


def test_the_page_of_formats_is_made_from_them() -> None:
    page = (Path(__file__).parents[4] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert table() in page, "run `python -m index.posts.formats.registry` and put its table into docs/formats.md"
    listed = {form.name for form in FORMATS if form.platform}
    for form in FORMATS:
        told = form.download and form.leaves and re.match(r"analyst (index|preview) ", form.command)
        assert told if form.platform else form.name in listed  # another shape of one that the page lists


def test_a_column_that_only_says_that_it_was_passed_on(write: Write) -> None:
    source = write("n.csv", "id,author,text,is-retweet\n1,ana,hi there,False\n2,ben,your words,True\n")
    posts = [row for row in read_posts([source]) if isinstance(row, Post)]
    assert [(post.author, post.reposted) for post in posts] == [("ana", None), ("ben", "unknown")]


def test_a_title_over_a_sheet_is_no_header(write: Write) -> None:
    source = write(
        "t.csv", ",Report of March,,\n,,,\nno,author,date,text\n1,ana,2024-01-03,hi there\n2,ben,2024-01-04,hello you\n"
    )
    posts = [row for row in read_posts([source]) if isinstance(row, Post)]
    assert [post.author for post in posts] == ["ana", "ben"]


def test_a_feed_that_defines_entities_is_refused(write: Write) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>'
    with pytest.raises(AnalystError, match="page or feed in HTML or XML"):
        list(read_posts([write("f.xml", bomb)]))
    cut = "<rss><channel><title>Blog</title><item><title>T</title><guid>1</guid></item><item><title>"
    with pytest.raises(AnalystError, match="The XML breaks off"):
        list(read_posts([write("cut.xml", cut)]))


def test_a_group_with_a_colon_in_its_name_says_nothing(write: Write) -> None:
    lines_ = ['02.03.24, 09:05 - Mira hat die Gruppe "Kettles: friends" erstellt.', "03.03.24, 09:12 - Rolf: hello all",
              "03.03.24, 09:13 - Nell: hi", "03.03.24, 09:14 - Mira: hey"]  # fmt: skip
    source = write("WhatsApp Chat mit Kettles.txt", "\n".join(lines_) + "\n")
    posts = [row for row in read_posts([source]) if isinstance(row, Post)]
    assert [post.author for post in posts] == ["Rolf", "Nell", "Mira"]
