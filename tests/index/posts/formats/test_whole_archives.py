"""Archives as platforms hand them out: their posts are read, and of all else in them nothing is taken for one."""

# ruff: noqa: E501 (lines of exports are as long as they are)
from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from index.errors import AnalystError
from index.posts.options import Options
from index.posts.readers import read_posts
from index.posts.record import LeftOut, Post
from index.posts.report import Report
from tests.index.posts.formats.test_every_format import ISO, NINE, PUBLIC, SECONDS, TWEET, note

Write = Callable[..., str]
SECRET = "a secret"
ARCHIVES: dict[str, tuple[dict[str, Any], list[tuple[str, str]], int]] = {
    "reddit": ({
        "comments.csv": "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\nc1,/r/x,2024-01-03 09:00:00 UTC,,run,0,,,hi,\n",
        "statistics.csv": "statistic,value\naccount name,kelda\n", "subscribed_subreddits.csv": "subreddit\nrun\n",
        "messages.csv": f"id,permalink,thread_id,date,ip,from,to,subject,body\nm1,/m,t1,{ISO},,bo,kelda,x,{SECRET}\n",
        "chat_history.csv": f"message_id,created_at,updated_at,username,message,thread_parent_message_id,channel_url,subreddit,channel_name,conversation_type\n1,{ISO},,bo,{SECRET},,u,,,dm\n",
        "announcements.csv": f"announcement_id,sent_at,from_username,subject,body\n1,{ISO},reddit,Welcome,{SECRET}\n",
    }, [("kelda", "hi")], 2),
    "tiktok": ({"user_data.json": json.dumps({
        "Profile": {"Profile Information": {"ProfileMap": {"userName": "kelda"}}},
        "Activity": {"Like List": {"ItemFavoriteList": [{"Date": ISO, "Link": "x"}]}, "Video Browsing History": {"VideoList": [{"Date": ISO, "Link": "x"}]}},
        "Comment": {"Comments": {"CommentsList": [{"Date": ISO, "Comment": "hi"}]}},
        "Direct Messages": {"Chat History": {"ChatHistory": {"Chat History with bo:": [{"Date": ISO, "From": "bo", "Content": SECRET}]}}},
        "Video": {"Videos": {"VideoList": [{"Date": ISO, "Link": "x", "Likes": "5", "WhoCanView": "Public", "Title": "lo"}, {"Date": ISO, "Link": "y", "Likes": "5", "WhoCanView": "Only me", "Title": SECRET}]}},
        "Tiktok Live": {"Watch Live History": {"WatchLiveMap": {"7": {"Comments": [{"CommentTime": ISO, "CommentContent": "live"}]}}}},
    })}, [("kelda", "hi"), ("kelda", "live"), ("kelda", "lo")], 2),
    "facebook": ({
        "posts/your_posts_1.json": json.dumps([{"timestamp": SECONDS, "data": [{"post": "hi"}], "title": "?"}]),
        "posts/album/0.json": json.dumps({"name": "Album", "photos": [{"uri": "x", "creation_timestamp": SECONDS, "title": "Album", "description": "lo"}]}),
        "comments/comments.json": json.dumps({"comments_v2": [{"timestamp": SECONDS, "data": [{"comment": {"timestamp": SECONDS, "comment": "no", "author": "Kelda"}}]}]}),
        "messages/inbox/bo/message_1.json": json.dumps({"title": "Bo", "messages": [{"sender_name": "Bo", "timestamp_ms": SECONDS * 1000, "content": SECRET}]}),
        "messages/Bo_2.json": json.dumps({"threadName": "Bo", "messages": [{"senderName": "Bo", "timestamp": SECONDS * 1000, "text": SECRET}]}),
        "interactions/recently_viewed.json": json.dumps({"recently_viewed": [{"name": "Ads", "description": SECRET, "entries": []}]}),
        "profile_information/profile_information.json": json.dumps({"profile_v2": {"name": {"full_name": "Kelda"}, "username": "kelda5"}}),
        "files/no-data.txt": "You have no data in this section\n",
    }, [("Kelda", "hi"), ("Kelda", "lo"), ("Kelda", "no")], 2),
    "linkedin": ({
        "Comments.csv": "Date,Link,Message\n2024-01-03 09:00:00,u,hi\n", "Profile.csv": "First Name,Last Name\nKelda,Z\n",
        "Connections.csv": "Notes:\n\"some are missing\"\n\nFirst Name,Last Name,URL,Company\nBo,C,u,Nike\n",
        "Invitations.csv": f'From,To,Sent At,Message,Direction\nBo,Kelda,"1/3/24, 9:00 AM",{SECRET},INCOMING\n',
        "messages.csv": f"CONVERSATION ID,CONVERSATION TITLE,FROM,TO,DATE,SUBJECT,CONTENT\n1,,Bo,Kelda,{ISO},,{SECRET}\n",
        "Recommendations_Received.csv": f"First Name,Last Name,Text,Creation Date\nBo,C,{SECRET},{ISO}\n",
    }, [("Kelda Z", "hi")], 2),
    "discord": ({
        "messages/c9/messages.json": json.dumps([{"ID": 1, "Timestamp": "2024-01-03 09:00:00", "Contents": "hi", "Attachments": ""}]),
        "messages/c9/channel.json": json.dumps({"id": "9", "type": "GUILD_TEXT", "name": "talk", "guild": {"id": "1"}}),
        "messages/c8/messages.json": json.dumps([{"ID": 2, "Timestamp": "2024-01-03 09:00:00", "Contents": SECRET, "Attachments": ""}]),
        "messages/c8/channel.json": json.dumps({"id": "8", "type": "DM"}), "account/user.json": json.dumps({"id": "5", "username": "kelda"}),
    }, [("kelda", "hi")], 1),
    "bluesky": ({
        "did:plc:kelda/app.bsky.feed.post/3k1.json": json.dumps({"$type": "app.bsky.feed.post", "text": "hi", "createdAt": ISO}),
        "did:plc:kelda/app.bsky.actor.profile/self.json": json.dumps({"$type": "app.bsky.actor.profile", "displayName": "Kelda", "description": SECRET}),
    }, [("did:plc:kelda", "hi")], 0),
    "mastodon": ({
        "outbox.json": json.dumps({"orderedItems": [note("hi", [PUBLIC]), note(SECRET, ["https://m.example/users/nia"])]}),
        "actor.json": json.dumps({"type": "Person", "preferredUsername": "kelda", "name": "K", "summary": SECRET}), "likes.json": json.dumps({"orderedItems": ["https://x"]}),
    }, [("kelda", "hi")], 1),
    "x before 2019": ({
        "data/js/tweets/2024_01.js": "Grailbird.data.tweets_2024_01 = " + json.dumps([{"id_str": "17", "text": "hi", "created_at": "2024-01-03 09:00:00 +0000", "user": {"screen_name": "kelda"}}]),
        "data/js/user_details.js": "var user_details = " + json.dumps({"screen_name": "kelda", "bio": SECRET}), "README.txt": "Open index.html\n",
        "tweets.csv": '"tweet_id","timestamp","source","text","retweeted_status_id"\n"17","2024-01-03 09:00:00 +0000","web","hi",""\n',
    }, [("kelda", "hi")], 0),
    "x": ({
        "data/tweets.js": "window.YTD.tweets.part0 = " + json.dumps([{"tweet": {**TWEET, "full_text": "hi"}}]),
        "data/account.js": 'window.YTD.account.part0 = [{"account": {"username": "kelda"}}]', "data/README.txt": "tweets.js: id, text\n",
        "data/direct-messages.js": "window.YTD.direct_messages.part0 = " + json.dumps([{"dmConversation": {"messages": [{"messageCreate": {"senderId": "6", "text": SECRET, "createdAt": ISO}}]}}]),
        "data/grok-chat-item.js": "window.YTD.grok_chat_item.part0 = " + json.dumps([{"grokChatItem": {"message": SECRET, "createdAt": ISO, "sender": {"name": "USER"}}}]),
        "data/deleted-tweets.js": "window.YTD.deleted_tweets.part0 = " + json.dumps([{"tweet": {**TWEET, "full_text": SECRET}}]),
        "assets/js/main.js": "!function(e){var t=[1,2]}([]);", "data/manifest.js": 'window.__THAR_CONFIG = {"userInfo": {"userName": "kelda"}}',
    }, [("kelda", "hi")], 0),
}  # fmt: skip


def zipped(files: dict[str, Any], folder: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return out.getvalue()


def tarred(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return out.getvalue()


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("packing", ["zip", "zip with a folder", "tar", "folder"])
def test_of_an_archive_the_posts_are_read_and_nothing_else(write: Write, name: str, packing: str) -> None:
    files, expected, private = ARCHIVES[name]
    if packing == "folder":
        (source, *_) = [write("in/" + file, content) for file, content in files.items()]
        source = source[: source.index("/in/") + 3]
    elif packing == "tar":
        source = write("a.tgz", tarred(files))
    else:
        source = write("a.zip", zipped(files, "export/" if "folder" in packing else ""))
    report = Report()
    rows = list(read_posts([source], report=report))
    posts = {(post.author, post.text, post.created_at) for post in rows if isinstance(post, Post)}
    assert posts == {(author, text, NINE) for author, text in expected}
    assert (
        report.private
        == private
        == sum(row.reason.startswith("not public") for row in rows if isinstance(row, LeftOut))
    )
    assert report.rows == len(rows) and not report.rejected
    asked_for = read_posts([source], options=Options(include_private=True))
    assert sum(SECRET in post.text for post in asked_for if isinstance(post, Post)) == private


def test_tables_of_ones_own_beside_each_other_are_all_read(write: Write) -> None:
    tables = {f"{n:03}.csv": f"id,author,text\n{n}00,ana,hello {n}\n" for n in range(60)}
    source = write("own.zip", zipped({**tables, "notes.txt": "remember the milk\n"}))
    report = Report()
    assert len(list(read_posts([source], report=report))) == 60
    assert [name.rpartition("/")[2] for name, _ in report.skipped] == ["notes.txt"]


def test_a_zip_in_a_zip_is_opened_and_a_third_is_not(write: Write) -> None:
    once = zipped({"p.csv": "id,author,text\n1,ana,hi\n"})
    assert len(list(read_posts([write("two.zip", zipped({"inner.zip": once}))]))) == 1
    with pytest.raises(AnalystError):
        list(read_posts([write("three.zip", zipped({"b.zip": zipped({"c.zip": once})}))]))


def test_pages_in_html_alone_are_told_by_what_to_choose(write: Write) -> None:
    with pytest.raises(AnalystError, match=r"2 pages in HTML.*format JSON"):
        list(read_posts([write("f.zip", zipped({"a/posts.html": "<html>", "b.html": "<html>"}))]))
    with pytest.raises(AnalystError, match="OpenOffice"):
        list(read_posts([write("p.ods", zipped({"mimetype": "x", "content.xml": "<x/>"}))]))


def _message(number: int, name: str, words: str, joined: bool = False, more: str = "") -> str:
    head = "" if joined else f'<div class="from_name">\n{name} \n</div>'
    return (
        f'<div class="message default clearfix{" joined" * joined}" id="message{number}"><div class="pull_left userpic_wrap">'
        f'<div class="userpic userpic1"><div class="initials">K</div></div></div><div class="body"><div class="pull_right date'
        f' details" title="03.01.2024 10:00:00 UTC+01:00">\n10:00\n</div>{head}{more}<div class="text">\n{words}\n</div></div></div>'
    )


def test_a_chat_of_telegram_as_pages(write: Write) -> None:
    def page(body: str) -> str:
        return f'<!DOCTYPE html><html><head><title>Exported Data</title></head><body><div class="page_wrap"><div class="page_header"><div class="text bold">\nRun Club \n</div></div><div class="history">{body}</div></div></body></html>'

    reply = '<div class="reply_to details">In reply to <a href="#go">this</a></div><div class="media_wrap clearfix"><div class="title bold">Photo</div></div>'
    passed = '<div class="forwarded body"><div class="from_name">\nbo <span class="date details" title="01.01.2020 00:00:00">x</span></div><div class="text">theirs</div></div>'
    reactions = '<span class="reactions"><span class="reaction"><span class="emoji">x</span><span class="count">9</span></span><span class="reaction"><span class="userpics"><div class="userpic"></div><div class="userpic"></div></span></span></span>'
    body = '<div class="message service" id="message-1"><div class="body details">3 January 2024</div></div>'
    body += _message(1, "ana", f'see <a href="https://x.example/a">this</a><br>&lt;3 &amp; more</div>{reactions}<div>')
    body += _message(2, "ana", "again", joined=True, more=reply) + _message(3, "ben", "", more=passed)
    write("in/messages.html", page(body))
    write("in/css/style.css", "body{}")
    source = write("in/messages2.html", page(_message(4, "cy", "last")))
    report = Report()
    rows = list(read_posts([source[: -len("/messages2.html")]], report=report))
    posts = [row for row in rows if isinstance(row, Post)]
    assert [(post.author, post.text, post.likes, post.reposted) for post in posts] == [
        ("ana", "see this https://x.example/a\n<3 & more", 11, None), ("ana", "again", 0, None),
        ("ben", "theirs", 0, "bo"), ("cy", "last", 0, None),
    ]  # fmt: skip
    assert {(post.created_at, post.community) for post in posts} == {(NINE, "Run Club")} and report.rows == 5


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("WhatsApp Chat with Run Club.txt", "{0:%d/%m/%Y, %H:%M} - "), ("WhatsApp Chat with Run Club.txt", "{0:%m/%d/%y, %I:%M %p} - "),
        ("WhatsApp-chat met Run Club.txt", "{0:%d-%m-%Y %H:%M} - "), ("Chat de WhatsApp con Run Club.txt", "{0:%d/%m/%y}, 9:00 a.\u00a0m. - "),
        ("WhatsApp Chat - Run Club.txt", "[{0:%d.%m.%y, %H:%M:%S}] "), ("WhatsApp Chat - Run Club.txt", "\u200e[{0:%m/%d/%y, %I:%M:%S}\u202f{0:%p}] "),
        ("WhatsApp Chat with Run Club.txt", "{0:%Y/%m/%d} 上午9:00 - "),
    ],
)  # fmt: skip
def test_a_chat_of_whatsapp(write: Write, name: str, start: str) -> None:
    days = (datetime(2024, 1, 3, 9, tzinfo=UTC), datetime(2024, 1, 25, 9, tzinfo=UTC))
    early, late = (start.format(day) for day in days)
    said = [f"{early}Messages and calls are end-to-end encrypted.", f'{early}ana created group "Run Club"', f"{early}ana: hi", f"{early}ben: first",
            "second: line", "", f"{late}~ cy: late <This message was edited>", f"{late}ana: <Media omitted>", f"{late}ana: \u200eimage omitted",
            f"{late}ben: This message was deleted", f"{late}ben: IMG-1.jpg (file attached)", "with words"]  # fmt: skip
    report = Report()
    rows = list(read_posts([write(name, "\n".join(said) + "\n")], report=report))
    posts = [row for row in rows if isinstance(row, Post)]
    assert [(post.author, post.text) for post in posts] == [
        ("ana", "hi"), ("ben", "first\nsecond: line"), ("cy", "late"), ("ben", "with words"),
    ]  # fmt: skip
    assert [post.created_at for post in posts] == [days[0], days[0], days[1], days[1]]
    assert {(post.community, post.visibility) for post in posts} == {("Run Club", "group")}
    assert report.left_out.total() == 5 and report.rows == 9


def test_a_chat_of_two_is_theirs(write: Write) -> None:
    source = write("WhatsApp Chat with Ana.txt", "03/01/2024, 09:00 - ana: hi\n03/01/2024, 09:01 - ben: lo\n")
    report = Report()
    assert all(isinstance(row, LeftOut) for row in read_posts([source], report=report)) and report.private == 2


def test_what_a_table_that_begins_with_times_is_no_chat(write: Write) -> None:
    (post,) = read_posts([write("p.txt", "id,author,text,date\n1,ana,hi,2024-01-03 09:00\n")])
    assert isinstance(post, Post) and post.text == "hi"
    with pytest.raises(AnalystError):
        list(read_posts([write("log.txt", "2024-01-03 09:00:00 - started\n2024-01-03 09:00:01 - stopped\n")]))


def test_blocks_of_lines_as_tiktok_writes_them(write: Write) -> None:
    said = "".join(
        f"Date: 2024-01-03 09:00:00 UTC\nComment: {text}\nPhoto: N/A\n\n" for text in ("hi", "two\nlines: here")
    )
    posts = [
        row for row in read_posts([write("Comments.txt", said)], options=Options(author="ana")) if isinstance(row, Post)
    ]
    assert [(post.author, post.text, post.created_at) for post in posts] == [
        ("ana", "hi", NINE),
        ("ana", "two\nlines: here", NINE),
    ]
