"""Folders, archives and patterns: one foreign file is skipped and told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import AnalystError
from index.posts.options import Options
from index.posts.readers import read_posts
from index.posts.record import Post
from index.posts.report import Report

Write = Callable[..., str]
CSV = "id,author,text\n1,ana,hello\n2,ben,hi\n"


def packed(files: dict[str, str | bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


def test_a_zip_is_read_as_it_comes(write: Write) -> None:
    tweets = "window.YTD.tweets.part0 = " + json.dumps(
        [
            {
                "tweet": {
                    "id_str": "17",
                    "full_text": "salt",
                    "favorite_count": "3",
                    "created_at": "Wed Jan 03 09:00:00 +0000 2024",
                }
            }
        ]
    )
    account = 'window.YTD.account.part0 = [ { "account": { "username": "kelda" } } ]'
    like = 'window.YTD.like.part0 = [ { "like": {} } ]'
    files = {"data/tweets.js": tweets, "data/account.js": account, "data/like.js": like,
             "assets/a.png": b"\x89PNG", "Your archive.html": "<html>", "../../evil.csv": CSV}  # fmt: skip
    report = Report()
    posts = list(read_posts([write("twitter.zip", packed(files))], report=report))
    assert [(post.author, post.text, post.likes) for post in posts if isinstance(post, Post)] == [
        ("kelda", "salt", 3),
    ]  # fmt: skip
    assert report.foreign == {".png": 1, ".html": 1}
    assert [name.rpartition("/")[2] for name, _ in report.skipped] == ["account.js", "like.js", "evil.csv"]
    assert not list(Path(write("x", "x")).parent.glob("**/evil.csv"))  # nothing is unpacked


def test_a_foreign_file_in_a_folder_or_pattern_is_skipped_and_told(write: Write, tmp_path: Path) -> None:
    write("d/a.csv", CSV)
    write("d/b.csv", "colour,size\nred,3\n")
    write("d/c.csv", b"\x89PNG\x00\x01\x02")
    write("d/e.csv", "")
    for source in (str(tmp_path / "d"), str(tmp_path / "d" / "*.csv")):
        report = Report()
        assert len(list(read_posts([source], report=report))) == 2
        assert sorted(Path(name).name for name, _ in report.skipped) == ["b.csv", "c.csv", "e.csv"]
        with pytest.raises(AnalystError):
            list(read_posts([source], options=Options(strict=True)))
    with pytest.raises(AnalystError, match="no column for the author"):
        list(read_posts([str(tmp_path / "d" / "b.csv"), str(tmp_path / "d" / "a.csv")]))


def test_a_folder_ends_at_its_own_walls(write: Write, tmp_path: Path) -> None:
    write("secret.csv", CSV.replace("1,", "9,"))
    write("d/a.csv", CSV)
    (tmp_path / "d" / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert [post.id for post in read_posts([str(tmp_path / "d")]) if isinstance(post, Post)] == ["1", "2"]


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 100, packed({"a.csv": CSV})[:-30]])
def test_a_damaged_archive(write: Write, content: bytes) -> None:
    with pytest.raises(AnalystError, match="damaged"):
        list(read_posts([write("a.zip", content)]))


@pytest.mark.parametrize("packing", ["gzip", "bz2", "lzma"])
def test_packings_are_told_by_content(write: Write, packing: str) -> None:
    import importlib

    source = write("RC_2024-01", importlib.import_module(packing).compress(CSV.encode()))
    assert len(list(read_posts([source]))) == 2


def test_bombs_end_in_a_sentence(write: Write) -> None:
    import gzip

    for content in (b"\n" * 100_000_000, b'{"id":1,"text":"' + b"x" * 100_000_000):
        with pytest.raises(AnalystError, match=r"200 times its size|breaks off"):
            list(read_posts([write("a", gzip.compress(content, 1))]))
    with pytest.raises(AnalystError, match="200 times its size"):
        list(read_posts([write("a.zip", packed({"a.csv": b"0" * 100_000_000}))]))


def test_row_numbers_of_two_files_stand_for_different_posts(write: Write) -> None:
    rows = "".join(f"{n},ana,post {n}\n" for n in range(1, 8))
    one, two = (
        write("a.csv", "id,author,text\n" + rows),
        write("b.csv", "id,author,text\n" + rows.replace("post", "note")),
    )
    posts = [post for post in read_posts([one, two, one]) if isinstance(post, Post)]
    assert len({post.id for post in posts}) == 14
