"""The exports of X, Reddit, Mastodon and Bluesky, in the shape in which the platforms write them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from index.posts.readers import read_posts
from index.posts.record import Post, Rejected

Write = Callable[..., str]
TWEET = {
    "edit_info": {"initial": {"editTweetIds": ["1050118621198921728"], "editsRemaining": "5", "isEditEligible": True}},
    "retweeted": False,
    "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
    "entities": {"hashtags": [{"text": "run", "indices": ["0", "4"]}], "symbols": [], "user_mentions": [], "urls": []},
    "display_text_range": ["0", "30"],
    "favorite_count": "12",
    "id_str": "1050118621198921728",
    "truncated": False,
    "retweet_count": "3",
    "id": "1050118621198921728",
    "created_at": "Wed Oct 10 20:19:24 +0000 2018",
    "favorited": False,
    "full_text": "salt &amp; vinegar &lt;3 #run",
    "lang": "en",
}
ACCOUNT = {"account": {"email": "a@b.example", "username": "ana", "accountId": "7", "accountDisplayName": "Ana B"}}
SENT = Post(
    id="1050118621198921728",
    author="ana",
    text="salt & vinegar <3 #run",
    created_at=datetime(2018, 10, 10, 20, 19, 24, tzinfo=UTC),
    likes=12,
    shares=3,
    lang="en",
)


def archive(part: str, items: list[object]) -> str:
    return f"window.YTD.{part} = " + json.dumps(items, indent=2)


def test_twitter_archive_with_its_account(write: Write) -> None:
    write("data/account.js", archive("account.part0", [ACCOUNT]))
    source = write("data/tweets.js", archive("tweets.part0", [{"tweet": TWEET}, {"other": 1}]))
    post, bad = read_posts([source])
    assert post == SENT
    assert isinstance(bad, Rejected)
    assert bad.reason == "not a tweet"


@pytest.mark.parametrize("account", [None, "window.YTD.account.part0 = [ {", "\xff"])
def test_twitter_archive_without_account(write: Write, account: str | None) -> None:
    if account is not None:
        write("data/account.js", account.encode("latin-1"))
    source = write("data/tweets-part1.js", archive("tweets.part1", [{"tweet": TWEET}]))
    assert [post.author for post in read_posts([source]) if isinstance(post, Post)] == ["archive_owner"]


def test_old_twitter_archive_without_wrappers(write: Write) -> None:
    write("data/account.js", archive("account.part0", [ACCOUNT]))
    assert list(read_posts([write("data/tweet.js", archive("tweet.part0", [TWEET]))])) == [SENT]


def test_tweets_of_the_api(write: Write) -> None:
    row = {**TWEET, "user": {"id": 7, "id_str": "7", "name": "Ana B", "screen_name": "ana"}, "full_text": "hello"}
    (post,) = read_posts([write("tweets.jsonl", [row])])
    assert isinstance(post, Post)
    assert (post.author, post.text, post.shares) == ("ana", "hello", 3)


COMMENT = {
    "author": "ana", "author_flair_text": None, "body": "&gt; why?\n\nbecause R&amp;D", "controversiality": 0,
    "created_utc": 1325376000, "gilded": 0, "id": "c3xyz12", "link_id": "t3_nxyz1",
    "name": "t1_c3xyz12", "parent_id": "t3_nxyz1",
    "replies": "", "score": -2, "subreddit": "Nike", "subreddit_id": "t5_2qh0u", "ups": 5, "likes": None,
}  # fmt: skip
SUBMISSION = {
    "author": "ben", "created_utc": "1325376000", "domain": "self.Nike", "id": "nxyz1", "is_self": True,
    "num_comments": 4,
    "permalink": "/r/Nike/comments/nxyz1/which_size/", "score": 9, "selftext": "Mine feel small.", "subreddit": "Nike",
    "title": "Which size?",
    "url": "http://www.reddit.com/r/Nike/comments/nxyz1/which_size/", "likes": None,
}  # fmt: skip


def test_reddit_comments(write: Write) -> None:
    gone = {**COMMENT, "id": "c4", "author": "[deleted]", "body": "[deleted]"}
    post, bad = read_posts([write("RC_2012-01.jsonl.zst", [COMMENT, gone])])
    assert post == Post(
        "c3xyz12", "ana", "> why?\n\nbecause R&D", datetime(2012, 1, 1, tzinfo=UTC), community="Nike", likes=-2
    )
    assert isinstance(bad, Rejected)


def test_reddit_submissions(write: Write) -> None:
    link = {**SUBMISSION, "id": "n2", "selftext": "", "is_self": False}
    removed = {**SUBMISSION, "id": "n3", "selftext": "[removed]"}
    posts = list(read_posts([write("RS_2012-01.jsonl.zst", [SUBMISSION, link, removed])]))
    assert [post.text for post in posts if isinstance(post, Post)] == [
        "Which size?\nMine feel small.", "Which size?", "Which size?",
    ]  # fmt: skip
    first = posts[0]
    assert isinstance(first, Post)
    assert (first.likes, first.replies, first.community) == (9, 4, "Nike")
    assert first.created_at == datetime(2012, 1, 1, tzinfo=UTC)


def test_a_removed_submission_without_a_title_is_no_post(write: Write) -> None:
    (bad,) = read_posts([write("RS_2012-01.jsonl", [{**SUBMISSION, "title": "", "selftext": "[removed]"}])])
    assert isinstance(bad, Rejected)
    assert bad.reason == "deleted by its author or a moderator"


NOTE = {
    "id": "https://mastodon.social/users/ana/statuses/1099", "type": "Note", "summary": None, "inReplyTo": None,
    "published": "2024-03-01T12:00:00Z", "url": "https://mastodon.social/@ana/1099",
    "attributedTo": "https://mastodon.social/users/ana", "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "content": '<p>Fish &amp; chips<br />at <a href="https://x.example">'
    '<span class="invisible">https://</span>x.example</a></p>'
    "<p>#food</p>",
    "contentMap": {"en": "<p>Fish</p>"}, "attachment": [],
    "tag": [{"type": "Mention", "href": "https://m.example/@b", "name": "@b"}, {"type": "Hashtag", "name": "#food"}],
}  # fmt: skip


def test_mastodon_outbox(write: Write) -> None:
    boost = {"type": "Announce", "actor": "https://mastodon.social/users/ana", "object": "https://m.example/1"}
    create = {"id": f"{NOTE['id']}/activity", "type": "Create", "actor": boost["actor"], "object": NOTE}
    document = {
        "@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection",
        "totalItems": 2, "orderedItems": [create, boost],
    }  # fmt: skip
    post, bad = read_posts([write("outbox.json", json.dumps(document))])
    assert post == Post(
        id="https://mastodon.social/users/ana/statuses/1099",
        author="ana",
        text="Fish & chips\nat https://x.example\n#food",
        created_at=datetime(2024, 3, 1, 12, tzinfo=UTC),
        community="food",
        lang="en",
        url="https://mastodon.social/@ana/1099",
    )
    assert isinstance(bad, Rejected)
    assert bad.reason == "a boost or other activity, not a post"


RECORD = {"$type": "app.bsky.feed.post", "text": "hello sky", "langs": ["en"], "createdAt": "2024-03-01T12:00:00.000Z"}
ANA = {"did": "did:plc:ab12", "handle": "ana.bsky.social"}
URI = "at://did:plc:ab12/app.bsky.feed.post/3k2a"


@pytest.mark.parametrize(
    ("document", "author"),
    [
        ({"records": [{"uri": URI, "cid": "bafy", "value": RECORD}], "cursor": "3k2a"}, "did:plc:ab12"),
        ({**ANA, "records": [{"uri": URI, "value": RECORD}]}, "ana.bsky.social"),
        ({"feed": [{"post": {"uri": URI, "author": ANA, "record": RECORD}}]}, "ana.bsky.social"),
        ([{"uri": URI, "value": RECORD}, {"uri": "at://x", "value": {"$type": "app.bsky.feed.like"}}], "did:plc:ab12"),
    ],
    ids=["listRecords", "repository", "feed", "with likes"],
)  # fmt: skip
def test_bluesky(write: Write, document: object, author: str) -> None:
    rows = read_posts([write("repo.json", json.dumps(document))])
    assert [row for row in rows if isinstance(row, Post)] == [
        Post(URI, author, "hello sky", datetime(2024, 3, 1, 12, tzinfo=UTC), lang="en")
    ]


def test_a_thread_of_bluesky_has_its_first_post_too(write: Write) -> None:
    answer = {"post": {"uri": f"{URI}b", "author": {"handle": "ben"}, "record": {**RECORD, "text": "answer"}}}
    thread = {"thread": {"post": {"uri": URI, "author": ANA, "record": RECORD}, "replies": [answer]}}
    posts = [row for row in read_posts([write("thread.json", json.dumps(thread))]) if isinstance(row, Post)]
    assert [(post.author, post.text) for post in posts] == [("ana.bsky.social", "hello sky"), ("ben", "answer")]
