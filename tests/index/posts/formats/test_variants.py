"""The same platforms in other versions, languages and hands: what the header, the nesting and the order of keys may be."""

# ruff: noqa: E501 (lines of exports are as long as they are)
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from index.posts.readers import read_posts
from index.posts.record import Post
from tests.index.posts.formats.test_every_format import ISO, NINE, SECONDS, TWEET, check, lines

Write = Callable[..., str]
HI = [("ana", "hi", 11)]
REDDIT, X, YOUTUBE = "Reddit posts and comments", "X posts of an API or scraper", "YouTube comments (downloader)"
TAKEOUT = {
    "de": "Kommentar-ID,Kanal-ID,Zeitstempel der Kommentarerstellung,Preis,Video-ID,Kommentartext",
    "nl": "Reactie-ID,Kanaal-ID,Aanmaaktijdstempel reactie,Prijs,Video-ID,Reactietekst",
    "fr": "ID du commentaire,ID de la chaîne,Horodatage de création du commentaire,Prix,ID de la vidéo,Texte du commentaire",
    "es": "ID de comentario,ID del canal,Marca de tiempo de creación del comentario,Precio,ID de vídeo,Texto del comentario",
}
GRAPH = {"rest_id": "1", "core": {"user_results": {"result": {"id": "VX", "core": {"screen_name": "ana"}}}},
         "legacy": {"full_text": "hi", "favorite_count": 11, "retweet_count": 2, "created_at": TWEET["created_at"]}}  # fmt: skip
VIDEO = {
    "id": "v1",
    "snippet": {"title": "T", "description": "hi", "channelTitle": "ana", "publishedAt": ISO},
    "statistics": {"likeCount": "11"},
}
PAGE = {
    "items": [
        {
            "snippet": {
                "topLevelComment": {
                    "id": "1",
                    "snippet": {"textOriginal": "hi", "authorDisplayName": "ana", "likeCount": 11, "publishedAt": ISO},
                }
            }
        }
    ],
    "nextPageToken": "x",
}
MELTWATER = "Date,Time,Document ID,URL,Source Name,Content Type,Author Name,Author Handle,Title,Opening Text,Hit Sentence,Likes\n"
# name of the format, the file, what is said of it, (author, text, likes) of the posts, left out
CASES: dict[str, tuple[str, str, Any, list[tuple[str, str, int | None]], list[str]]] = {
    "reddit, header in capitals": (REDDIT, "c.csv", f"ID;Author;Body;Score;Created_UTC;Subreddit\nk1;ana;hi;11;{SECONDS};run\n", HI, []),
    "reddit, no id of the usual name": (REDDIT, "c.csv", ",comment_id,author,body,score,created_utc,subreddit\n0,k1,ana,hi,11,2024-01-03 09:00:00,run\n", HI, []),
    "reddit, place in the link only": (REDDIT, "c.csv", "author,score,created,link,body\nu/ana,11,2024-01-03 09:00,https://www.reddit.com/r/run/comments/x/,hi\n", HI, []),
    "reddit, collected": (REDDIT, "c.json", json.dumps([
        {"id": "t1_k", "username": "ana", "communityName": "r/run", "body": "hi", "createdAt": ISO, "upVotes": 11, "dataType": "comment"},
        {"id": "t5_c", "username": None, "communityName": "r/run", "body": "", "createdAt": ISO, "upVotes": 0, "dataType": "community"}]), HI, ["a community or person, not a post"]),
    "reddit, thread with answers": (REDDIT, "t.json", json.dumps({"id": "s", "title": "T", "selftext": "hi", "author": "ana", "score": 11, "subreddit": "run", "created_utc": SECONDS,
        "comments": [{"id": "k", "author": "ben", "body": "lo", "score": 2, "created_utc": SECONDS, "replies": [{"id": "l", "author": "cy", "body": "no", "score": 1, "created_utc": SECONDS}]}]}),
        [("ana", "T\nhi", 11), ("ben", "lo", 2), ("cy", "no", 1)], []),
    "reddit, answers kept back": (REDDIT, "t.json", json.dumps({"kind": "Listing", "data": {"children": [
        {"kind": "t1", "data": {"id": "1", "author": "ana", "body": "hi", "score": 11, "subreddit": "r", "created_utc": SECONDS, "replies": ""}},
        {"kind": "more", "data": {"count": 9, "id": "m", "children": ["a", "b"]}}]}}), HI, ["comments that the answer of the API keeps back"]),
    "x, graph": (X, "g.json", json.dumps([GRAPH]), HI, []),
    "x, table of objects": (X, "a.csv", f'type,id,text,fullText,likeCount,retweetCount,createdAt,author/userName,author/name,author/id\ntweet,1,h…,hi,11,2,{TWEET["created_at"]},ana,Ana B,5\n', HI, []),
    "x, table of objects with dots": (X, "a.csv", f"id,author_id,text,created_at,public_metrics.like_count,public_metrics.retweet_count,author.username,author.id,retweeted_username\n1,5,hi,{ISO},11,2,ana,5,\n", HI, []),
    "x, notices of a stream": (X, "s.jsonl", lines({"id_str": "1", "full_text": "hi", "favorite_count": 11, "retweet_count": 2, "created_at": TWEET["created_at"], "user": {"screen_name": "ana"}},
        {"id_str": "2", "full_text": "lo", "favorite_count": 1, "retweet_count": 2, "created_at": TWEET["created_at"], "user": {"screen_name": "ana"}}, {"delete": {"status": {"id": 1}}}),
        [*HI, ("ana", "lo", 1)], ["not a tweet"]),
    "youtube, pages": ("YouTube comments (Data API)", "p.json", json.dumps([PAGE]), HI, []),
    "youtube, pages as lines": ("YouTube comments (Data API)", "p.jsonl", lines(PAGE, {"items": []}), HI, []),
    "youtube, notes of a video": (YOUTUBE, "v.json", json.dumps({"id": "v", "title": "T", "uploader": "C", "description": "D", "formats": [{"url": "x"}],
        "comments": [{"id": "1", "author": "@ana", "author_id": "UC", "text": "hi", "parent": "root", "timestamp": SECONDS, "like_count": 11}]}), HI, []),
    "youtube, videos": ("YouTube videos (Data API)", "v.json", json.dumps({"items": [VIDEO]}), [("ana", "T\nhi", 11)], []),
    **{f"youtube, takeout {code}": ("YouTube comments (Takeout)", "c.csv", f'{header}\n1,UC,{ISO},0,v1,"{{""text"":""hi""}}"\n', [("UC", "hi", None)], []) for code, header in TAKEOUT.items()},
    "tiktok, collected": ("TikTok videos and comments, collected", "t.json", json.dumps([{"id": "7", "text": "hi", "createTime": SECONDS, "createTimeISO": ISO, "diggCount": 11, "authorMeta": {"name": "ana", "heart": 99, "digg": 3}}]), HI, []),
    "tiktok, collected as a table": ("TikTok videos and comments, collected", "t.csv", f"authorMeta/name,authorMeta/nickName,text,diggCount,createTimeISO\nana,A,hi,11,{ISO}\n", HI, []),
    "tiktok, comments of a video": ("TikTok videos and comments, collected", "t.json", json.dumps({"comments": [{"cid": "1", "aweme_id": "7", "text": "hi", "create_time": SECONDS, "digg_count": 11, "user": {"unique_id": "ana", "nickname": "A"}}]}), HI, []),
    "tiktok, research": ("TikTok videos and comments, collected", "t.json", json.dumps({"data": {"videos": [{"id": 7, "video_description": "hi", "create_time": SECONDS, "like_count": 11, "username": "ana"}]}, "error": {"code": "ok"}}), HI, []),
    "instagram, collected": ("Instagram posts and comments, collected", "i.json", json.dumps([{"id": "3", "caption": "hi", "ownerUsername": "ana", "likesCount": 11, "timestamp": ISO, "latestComments": [{"text": "wow", "ownerUsername": "bo"}]}]), HI, []),
    "facebook, graph": ("Facebook posts and comments, collected", "f.json", json.dumps({"data": [{"id": "1", "message": "hi", "created_time": ISO, "from": {"name": "ana"}, "likes": {"data": [], "summary": {"total_count": 11}}}]}), HI, []),
    "meltwater, header of 2024": ("Meltwater mentions", "m.csv", MELTWATER + "03-Jan-2024,09:00:00 AM,d1,u,X,Original,Ana B,@ana,,hi,hi,11\n03-Jan-2024,09:00:00 AM,d2,u,Daily,Original,,,Head,Open the,the words,0\n",
        [*HI, ("Daily", "Head\nOpen the\nthe words", 0)], []),
    "meltwater, reposts": ("Meltwater mentions", "m.csv", MELTWATER + "03-Jan-2024,09:00:00 AM,d1,u,X,Repost,Ana B,@ana,,hi,hi,11\n", HI, []),
    "brandwatch, columns of X": ("Brandwatch mentions", "m.csv", "Query Name,Date,Title,Snippet,Url,Domain,Author,Full Text,Facebook Likes,X Likes,X Reposts\nq,2024-01-03 09:00:00.0,ana,h,u,x.com,ana,hi,0,11,2\n", HI, []),
    "talkwalker": ("Talkwalker results", "t.csv", "url,published,title,content,lang,extra_author_attributes.name,extra_author_attributes.short_name,article_extended_attributes.twitter_likes\nu,2024-01-03 09:00:00,,hi,en,Ana,ana,11\n", HI, []),
    "sentiment140, with a header": ("Sentiment140", "s.csv", '"target","ids","date","flag","user","text"\n"0","17","Wed Jan 03 02:00:00 PDT 2024","NO_QUERY","ana","hi"\n', [("ana", "hi", None)], []),
    "sentiment140, of pandas": ("Sentiment140", "s.csv", ",0,1,2,3,4,5\n0,0,17,Wed Jan 03 02:00:00 PDT 2024,NO_QUERY,ana,hi\n", [("ana", "hi", None)], []),
    "hacker news": ("Hacker News", "h.jsonl", lines({"by": "ana", "id": 1, "text": "it&#x27;s<p>so", "time": SECONDS, "type": "comment"},
        {"by": "ben", "id": 2, "title": "T", "score": 5, "time": SECONDS, "type": "story"}, {"id": 3, "deleted": True, "time": SECONDS, "type": "comment"}),
        [("ana", "it's\nso", None), ("ben", "T", 5)], ["deleted by its author or a moderator"]),
    "discord, lines that are no people's": ("Discord chat (CSV)", "d.csv", f'"AuthorID","Author","Date","Content","Attachments","Reactions"\n"5","ana","{ISO}","hi","","❤ (11)"\n"5","ana","{ISO}","Joined the server.","",""\n"5","ana","{ISO}","","https://x.png",""\n',
        HI, ["a post without words", "a system line, not a message"]),
    "telegram, poll and sticker": ("Telegram chats", "r.json", json.dumps({"name": "Run", "type": "public_supergroup", "id": 4, "messages": [
        {"id": 1, "type": "message", "date": ISO, "from": "ana", "text": "", "poll": {"question": "hi"}, "reactions": [{"count": 11}]},
        {"id": 2, "type": "message", "date": ISO, "from": "ana", "text": "", "media_type": "sticker"}]}), HI, ["a post without words"]),
    "telegram, of a library": ("Telegram chats", "r.json", json.dumps([{"_": "Message", "id": 1, "peer_id": {"_": "PeerChannel", "channel_id": 9}, "date": ISO, "message": "hi", "from_id": {"user_id": 5}, "reactions": {"results": [{"count": 11}]}}]), [("5", "hi", 11)], []),
    "slack, words of a machine": ("Slack export", "2024-01-03.json", json.dumps([{"type": "message", "subtype": "bot_message", "username": "ana", "text": "", "ts": f"{SECONDS}.0", "attachments": [{"fallback": "hi"}], "reactions": [{"count": 11}]}]), HI, []),
    "bluesky, repost": ("Bluesky", "f.json", json.dumps({"feed": [{"post": {"uri": "at://b/2", "author": {"handle": "bo"}, "record": {"$type": "app.bsky.feed.post", "text": "hi", "createdAt": "2020-01-01T00:00:00Z"}, "likeCount": 11},
        "reason": {"by": {"handle": "ana"}, "indexedAt": ISO}}]}), HI, []),
    "bluesky, of a library": ("Bluesky", "p.json", json.dumps([{"uri": "at://a/1", "author": {"handle": "ana"}, "record": {"created_at": ISO, "text": "hi", "py_type": "app.bsky.feed.post"}, "like_count": 11}]), HI, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_other_shapes_of_the_same_platforms(write: Write, name: str) -> None:
    form, file, content, expected, left = CASES[name]
    posts, report = check(write, form, {file: content}, file, expected, left)
    assert not report.emptied and {post.created_at for post in posts} == {NINE}


def test_reposts_of_tables_are_kept_apart(write: Write) -> None:
    header = "id,author_id,text,created_at,public_metrics.like_count,public_metrics.retweet_count,author.username,author.id,retweeted_username\n"
    source = write("t.csv", f"{header}1,5,lo,{ISO},0,2,ana,5,bo\n")
    told = [post.reposted for post in read_posts([source]) if isinstance(post, Post)]
    source = write("m.csv", CASES["meltwater, reposts"][2])
    assert [*told, *(post.reposted for post in read_posts([source]) if isinstance(post, Post))] == ["bo", "unknown"]


@pytest.mark.parametrize("comment", ["Kommentar", "Comentário", "Opmerking", "Kommenttikenttä"])
def test_instagram_in_the_language_of_the_account(write: Write, comment: str) -> None:
    spoilt = comment.encode().decode("latin-1")
    mapped = [
        {
            "media_list_data": [],
            "string_map_data": {spoilt: {"value": "hi"}, "X": {"value": "bo"}, "Y": {"timestamp": SECONDS}},
        }
    ]
    check(
        write,
        "Facebook or Instagram archive",
        {"c.json": json.dumps(mapped)},
        "c.json",
        [("ana", "hi", None)],
        [],
        author="ana",
    )
    if comment != "Kommenttikenttä":
        listed = [
            {"timestamp": SECONDS, "label_values": [{"label": spoilt, "value": "hi"}, {"label": "URL", "value": "x"}]}
        ]
        check(
            write,
            "Facebook or Instagram archive",
            {"d.json": json.dumps(listed)},
            "d.json",
            [("ana", "hi", None)],
            [],
            author="ana",
        )


def test_linkedin_quotes_each_line(write: Write) -> None:
    text = 'Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n2024-01-03 09:00:00,https://x,"one\n""\n""two ""so""",,,MEMBER_NETWORK\n2024-01-03 09:00:00,https://y,for friends,,,CONNECTIONS\n'
    posts, report = check(
        write, "LinkedIn data", {"Shares.csv": text}, "Shares.csv", [("ana", 'one\n\ntwo "so"', None)],
        ["not public (followers)"], author="ana",
    )  # fmt: skip
    assert posts[0].created_at == NINE and report.private == 1


@pytest.mark.parametrize(
    ("header", "date", "likes"),
    [
        ("Identifiant;Auteur;Message;Date de publication;J'aime", "03/01/2024 09:00", "1 204"),
        ("ID;Autore;Testo;Data e ora;Mi piace", "03/01/2024 09.00", "1.204"),
        ("ID;Autor;Mensagem;Data de publicação;Curtidas", "03/01/2024 09:00", "1204"),
        ("ID;Gebruikersnaam;Bericht;Datum;Vind-ik-leuks", "03-01-2024 09:00", "1204"),
        ("ID;Autor;Treść;Data publikacji;Polubienia", "03.01.2024 09:00", "1204"),
        ("ID;Författare;Inlägg;Datum;Gillanden", "2024-01-03 09:00", "1204"),
        ("ID;投稿者;本文;投稿日時;いいね数", "2024年1月3日 午前9:00", "1204"),
        ("ID;Autor;Text;Datum;Likes;Uhrzeit", "03.01.2024", "1204;09:00"),
        ("ID;User;Text;Date (EST);Likes", "2024-01-03 04:00", "1204"),
        ("id;screenname;tweettext;createdat;likecount", ISO, "1204"),
    ],
)
def test_headers_of_other_countries(write: Write, header: str, date: str, likes: str) -> None:
    source = write("p.csv", f"{header}\n1;ana;hi;{date};{likes}\n2;ben;lo;{date};{likes}\n")
    posts = [post for post in read_posts([source]) if isinstance(post, Post)]
    assert [(post.author, post.text, post.created_at, post.likes) for post in posts] == [
        ("ana", "hi", NINE, 1204), ("ben", "lo", NINE, 1204),
    ]  # fmt: skip


def test_polish_letters_of_windows_are_told_by_the_header_or_the_words(write: Write) -> None:
    rows = "1;ana;Zażółć gęślą jaźń, słowo kłos, małpa\n"
    for header in ("ID;Autor;Treść\n", "ID;Autor;Text\n"):
        (post,) = read_posts([write("p.csv", (header + rows).encode("cp1250"))])
        assert isinstance(post, Post) and post.text == "Zażółć gęślą jaźń, słowo kłos, małpa"


@pytest.mark.parametrize(
    "content",
    [
        {"id": {"0": 1, "1": 2}, "author": {"0": "ana", "1": "ben"}, "text": {"0": "hi", "1": "lo"}},
        {"columns": ["id", "author", "text"], "index": [0, 1], "data": [[1, "ana", "hi"], [2, "ben", "lo"]]},
        {"17": {"author": "ana", "text": "hi", "url": "u"}, "18": {"author": "ben", "text": "lo", "url": "u"}},
        {"response": {"posts": [{"id": 1, "author": "ana", "text": "hi"}, {"id": 2, "author": "ben", "text": "lo"}]}},
    ],
)  # fmt: skip
def test_tables_that_programs_write_as_json(write: Write, content: Any) -> None:
    posts = [post for post in read_posts([write("p.json", json.dumps(content))]) if isinstance(post, Post)]
    assert [(post.author, post.text) for post in posts] == [("ana", "hi"), ("ben", "lo")]


def test_stars_are_no_likes(write: Write) -> None:
    source = write(
        "r.csv", "reviewId,userName,content,score,thumbsUpCount,at,replyContent\n1,ana,hi,5,11,2024-01-03 09:00:00,\n"
    )
    (post,) = read_posts([source])
    assert isinstance(post, Post) and (post.likes, post.created_at) == (11, NINE)


@pytest.mark.parametrize("id_", ['="1741234567890123456"', "'1741234567890123456", "1741234567890123456"])
def test_ids_that_were_kept_from_a_spreadsheet(write: Write, id_: str) -> None:
    cell = id_.replace('"', '""')
    (post,) = read_posts([write("p.csv", f'id,author,text\n"{cell}",ana,hi\n')])
    assert isinstance(post, Post) and post.id == "1741234567890123456"


def test_a_day_stays_its_day_in_any_zone(write: Write) -> None:
    (post,) = read_posts([write("p.csv", "id,author,text,Date (CET)\n1,ana,hi,2024-01-03\n")])
    assert isinstance(post, Post) and post.created_at == datetime(2024, 1, 3, tzinfo=UTC)
