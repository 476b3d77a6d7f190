"""The reports that docs/formats.md shows are those that its files give."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from index.posts.preview import preview

DOCS = Path(__file__).parents[4] / "docs" / "formats.md"
LONG = "Ten weeks of training, and here is what I learned about shoes, in one post because threads are tiring. "
TIME = "Wed Jan 03 09:00:00 +0000 2024"
TWEET = {"id_str": "1742000000000000001", "created_at": TIME, "favorite_count": "3", "retweet_count": "1", "lang": "en"}
TWEETS = [
    {"tweet": {**TWEET, "full_text": f"{LONG[:60]}… https://t.co/x"}},
    {
        "tweet": {
            **TWEET,
            "id_str": "1742000000000000002",
            "full_text": "RT @ben: I would buy these boots again",
        }
    },
]
NOTE = {"noteTweetId": "9", "createdAt": "2024-01-03T09:00:00.000Z", "core": {"text": LONG * 3}}
FILES: dict[str, dict[str, bytes]] = {
    "archive.zip": {
        "data/tweets.js": b"window.YTD.tweets.part0 = " + json.dumps(TWEETS).encode(),
        "data/note-tweet.js": b"window.YTD.note_tweet.part0 = " + json.dumps([{"noteTweet": NOTE}]).encode(),
        "data/account.js": b'window.YTD.account.part0 = [{"account": {"username": "ana"}}]',
        "data/like.js": b'window.YTD.like.part0 = [{"like": {"tweetId": "9", "fullText": "theirs"}}]',
    },
    "export.csv": {
        "": (
            "Date\tHeadline\tURL\tOpening Text\tHit Sentence\tSource\tInfluencer\tLanguage\tReach\tTweet Id\n"
            "03-Jan-2024 09:00AM\t\thttps://x.com/ana/status/1\t\tI love these shoes\tX\t@ana\tEnglish\t9\t17\n"
            "05-Jan-2024 01:00PM\t\thttps://x.com/ben/status/2\t\tThe soles broke in a week\tX\t@ben\tEnglish\t9\t18\n"
        ).encode("utf-16")
    },
    "bericht.csv": {
        "": "Nr;Benutzername;Beitrag;Datum;Gefällt mir\n7;ana;I love these shoes so much;03.01.2024 09:00;1.204\n"
        "8;ben;The soles broke after one week;13.01.2024 10:00;viele\n9;cy;;14.01.2024 10:00;2\n".encode()
    },
}


def written(name: str, folder: Path) -> str:
    path = folder / name
    members = FILES[name]
    if "" in members:
        path.write_bytes(members[""])
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
    return str(path)


@pytest.mark.parametrize(("place", "name"), enumerate(FILES))
def test_the_reports_of_the_documentation(tmp_path: Path, place: int, name: str) -> None:
    shown = re.findall(r"```\n(Read as .*?)\n```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert shown[place].splitlines() == preview([written(name, tmp_path)]).lines
