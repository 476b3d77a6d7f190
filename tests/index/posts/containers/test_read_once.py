"""Archives are read once: their lists of members, their members, archives inside them, and the notes beside posts."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from index.posts.containers.streams import SAMPLE
from index.posts.formats import base
from index.posts.readers import read_posts
from index.posts.record import Post
from tests.index.posts.containers.test_files import CSV, packed

Write = Callable[..., str]


@dataclass
class Work:
    """What reading archives took: archives opened, members opened, bytes unpacked."""

    archives: int = 0
    members: list[str] = field(default_factory=list)
    unpacked: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    found = Work()
    made, opened, read = zipfile.ZipFile.__init__, zipfile.ZipFile.open, zipfile.ZipExtFile._read1

    def make(self: zipfile.ZipFile, *args: object, **more: object) -> None:
        found.archives += 1
        made(self, *args, **more)  # type: ignore[arg-type]

    def open_(self: zipfile.ZipFile, name: object, *args: object, **more: object) -> object:
        found.members.append(getattr(name, "filename", str(name)))
        return opened(self, name, *args, **more)  # type: ignore[arg-type]

    def unpack(self: zipfile.ZipExtFile, size: int) -> bytes:
        data: bytes = read(self, size)
        found.unpacked += len(data)
        return data

    monkeypatch.setattr(zipfile.ZipFile, "__init__", make)
    monkeypatch.setattr(zipfile.ZipFile, "open", open_)
    monkeypatch.setattr(zipfile.ZipExtFile, "_read1", unpack)
    yield found


def read(source: str) -> list[Post]:
    return [row for row in read_posts([source]) if isinstance(row, Post)]


def table(number: int, rows: int = 1) -> str:
    return "id,author,text\n" + "".join(f"{number}-{row},ana,post {number} {row}\n" for row in range(rows))


def test_the_list_of_members_is_read_once_however_many_there_are(write: Write, work: Work) -> None:
    source = write("a.zip", packed({f"{n}.csv": table(n) for n in range(300)}))
    work.archives, work.members = 0, []
    assert len(read(source)) == 300
    # The first fifty wait, opened once more, until it is clear that no platform wrote the archive.
    assert work.archives == 1 and len(work.members) <= 2 * (300 + 50)


def test_a_small_member_is_unpacked_once_and_a_large_one_but_for_its_beginning(write: Write, work: Work) -> None:
    small, large = table(1, 3_000), table(2, 90_000)
    source = write("a.zip", packed({"small.csv": small, "large.csv": large}))
    work.unpacked = 0
    assert len(read(source)) == 93_000
    assert len(small) < SAMPLE < len(large) / 4
    # Eight bytes tell the packing, a beginning the kind, the first rows whether a platform wrote it.
    assert work.unpacked < len(small) + len(large) + 4 * SAMPLE


@pytest.mark.parametrize("outer", ["zip", "tar"])
def test_an_archive_inside_another_is_unpacked_once(write: Write, work: Work, outer: str) -> None:
    inner = packed({f"{n}.csv": table(n, 200) + "x" * 40 + f"{n}\n" for n in range(40)})
    if outer == "zip":
        source = write("a.zip", packed({"inner.zip": inner}))
    else:
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as archive:
            info = tarfile.TarInfo("inner.zip")
            info.size = len(inner)
            archive.addfile(info, io.BytesIO(inner))
        source = write("a.tar", sink.getvalue())
    whole = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(inner)).infolist())
    work.unpacked, work.members = 0, []
    assert len(read(source)) == 8_000
    assert work.members.count("inner.zip") <= 2  # its first bytes tell that it is one
    assert work.unpacked < whole + 2 * len(inner) + 40 * 4096


def test_a_workbook_inside_an_archive_is_unpacked_once(write: Write, work: Work) -> None:
    from openpyxl import Workbook

    book, sink = Workbook(), io.BytesIO()
    for number in range(12):
        sheet = book.create_sheet(f"s{number}")
        sheet.append(["id", "author", "text"])
        for row in range(300):
            sheet.append([f"{number}-{row}", "ana", f"post {number} {row}"])
    book.save(sink)
    source = write("a.zip", packed({"book.xlsx": sink.getvalue()}))
    work.members = []
    assert len(read(source)) == 3_600
    assert work.members.count("book.xlsx") <= 3


def test_the_list_of_users_is_read_once_for_all_days_of_an_export(
    write: Write, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    files = {
        f"ex/general/2024-{1 + n // 28:02}-{1 + n % 28:02}.json": json.dumps(
            [{"type": "message", "user": "U1", "text": f"salt {n}", "ts": f"{1704275000 + n}.0001"}]
        )
        for n in range(60)
    }
    files["ex/users.json"] = json.dumps([{"id": "U1", "name": "kelda"}])
    files["ex/channels.json"] = json.dumps([{"id": "C1", "name": "general"}])
    source = write("slack.zip", packed(files))
    work.members = []
    posts = read(source)
    assert {post.author for post in posts} == {"kelda"} and len(posts) == 60
    assert work.members.count("ex/users.json") <= 4


def test_of_notes_only_the_latest_are_kept(write: Write) -> None:
    asked: list[str] = []

    def make(source: base.Source) -> str:
        asked.append(source.name)
        return source.name

    notes = base.Notes()
    sources = [base.Source(f"{n}", False, "", 1, None, io.BytesIO) for n in range(base._MOST_NOTES + 1)]
    for source in (*sources, sources[-1], sources[0]):
        assert notes.of(source, make) == source.name
    assert asked == [*(source.name for source in sources), sources[0].name]
    assert notes.of(None, make) is None


def test_dates_of_many_lists_take_one_second_reading(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.posts import reading

    passes = []
    sections_of = reading.sections_of

    def counted(*args: object) -> object:
        passes.append(args)
        return sections_of(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "sections_of", counted)
    document = {
        f"list{n}": [
            {"id": f"{n}-{row}", "author": "ana", "text": f"post {n} {row}", "date": f"03/04/20{10 + row:02}"}
            for row in range(4)
        ]
        for n in range(30)
    }
    document["list29"][3]["date"] = "25/04/2013"
    posts = read(write("a.json", json.dumps(document)))
    assert len(posts) == 120 and len(passes) == 1
    assert {post.created_at.month for post in posts[-4:] if post.created_at} == {4}


def test_a_workbook_is_no_archive_of_files(write: Write) -> None:
    assert len(read(write("a.zip", packed({"b.csv": CSV, "c.zip": packed({"d.csv": table(7)})})))) == 3
