"""Posts that a visitor brings: looked through, mapped, read, stopped, and thrown away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from agent.page.limiter import FifoLimiter
from agent.page.opening import Opening
from agent.page.uploads import process as page_reading
from agent.page.uploads import session as page_own
from agent.page.uploads.catalogue import OWN, IndexCatalogue
from agent.page.uploads.job import STOPPED, Job
from agent.page.uploads.process import BuiltIndex, FilePreview, Wish, look, make
from agent.page.uploads.session import UploadSession, UploadSessions, safe_name
from agent.page.uploads.view import (
    upload_html,
)
from index.encoding.encoder import Encoder
from index.errors import AnalystError
from index.manifest import read_manifest
from index.posts.readers import read_posts
from index.posts.record import Post
from tests.agent.page.uploads.test_job import instead_of_reading
from tests.conftest import committed, small_rows
from tests.fake_analyst import FakeAnalyst, index_folder

Write = Callable[..., str]
OWNER = "\0" + "a" * 40
CSV = (
    "when,who,said,where,number\n"
    "2024-03-01,ana,I love my Nike shoes,running,12\n"
    "2024-05-09,ben,cold and wet,running,3\n"
    "2024-04-01,ana,no number here,,many\n"
    ",ben,,running,1\n"
)
MAPPED = {"author": "who", "text": "said", "created_at": "when", "community": "where", "likes": "number"}


def quiet(kind: str, news: Any) -> None:
    """Nobody listens."""


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test process keeps its memory."""
    monkeypatch.setattr(page_reading, "bound", lambda **bounds: None)


@pytest.fixture
def catalogue(tmp_path: Path) -> IndexCatalogue:
    served = index_folder(tmp_path / "all" / "served")
    return IndexCatalogue(Opening(lambda: FakeAnalyst()), served=served, folder=served.parent)  # type: ignore[arg-type, return-value]


def test_a_known_file_is_counted_with_its_rejects(write: Write) -> None:
    rows = [*small_rows(), {"id": "12", "author": "gil"}, {"id": "1", "author": "ana", "text": "the same id"}]
    text = "".join(json.dumps(row) + "\n" for row in rows) + "{broken\n"
    found = look(write("x.jsonl", text), {}, quiet)
    seen = found.seen
    assert (found.posts, seen["authors"], seen["duplicates"]) == (11, 6, 1)
    assert seen["rejected"] == {"no text": 1, "not JSON": 1} and found.missing == []
    assert [moment[:10] for moment in seen["span"]] == ["2024-03-01", "2024-03-11"]
    assert seen["rejects"][0][:2] == (12, "no text") and seen["rejects"][1][2].startswith("{broken")
    assert found.columns["likes"] == "likes" and len(seen["first"]) == 5
    assert FilePreview(**json.loads(json.dumps(asdict(found)))).posts == 11  # as it comes from the process


def test_columns_that_are_not_recognised_are_asked_for(write: Write) -> None:
    source = write("x.csv", CSV)
    found = look(source, {}, quiet)
    assert found.missing == ["author", "text"] and found.posts == 0 and found.rows[0]["who"] == "ana"
    found = look(source, {"columns": {**MAPPED, "url": ""}}, quiet)
    assert (found.posts, found.seen["authors"], found.missing) == (3, 2, [])
    assert found.seen["rejected"] == {"no text": 1}  # what is no number of likes empties its cell only
    ((name, _, posts),) = found.seen["emptied"]
    assert (name, posts) == ("likes", 1)


def test_an_archive_is_looked_through_with_what_is_said_about_it(write: Write) -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Comments.csv", "Date,Link,Message\n03/01/2024 09:00,u,hi\n")
        archive.writestr("messages.csv", "CONVERSATION ID,FROM,TO,DATE,CONTENT\n1,Bo,Ana,03/01/2024 09:00,a secret\n")
        archive.writestr("Skills.csv", "Name\nRunning\n")
    source = write("mine.zip", out.getvalue())
    found = look(source, {}, quiet)
    assert (found.posts, found.seen["private"]) == (1, 1) and found.seen["skipped"][0][0] == "mine.zip/Skills.csv"
    found = look(source, {"author": "Ana", "date_order": "dmy", "include_private": True}, quiet)
    assert (found.posts, found.seen["authors"]) == (2, 2) and found.seen["span"][0].startswith("2024-01-03")


def test_what_is_shown_is_what_is_read(write: Write) -> None:
    """Dates and numbers are read as the whole column shows, in the look as in the making."""
    rows = [("03.01.2024", "1.234"), ("25.01.2024", "2.500"), ("04.02.2024", "soon")]
    lines = [f"{number};ana;Tea number {number};{day};{likes}" for number, (day, likes) in enumerate(rows)]
    source = write("x.csv", "id;author;text;created_at;likes\n" + "\n".join(lines) + "\n")
    found = look(source, {}, quiet)
    posts = [post for post in read_posts([source]) if isinstance(post, Post)]
    days = [post.created_at.date().isoformat() for post in posts if post.created_at]
    first, last = (moment[:10] for moment in found.seen["span"])
    assert (found.posts, first, last) == (len(posts), min(days), max(days)) == (3, "2024-01-03", "2024-02-04")
    assert [post.likes for post in posts] == [1234, 2500, None]
    assert [each[0] for each in found.seen["emptied"]] == ["likes"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv", b"\x00\x01\x02binary\x00", "The file is not text"),
        ("x.parquet", b"PAR1nonsense", "The Parquet file cannot be read"),
        ("x.jsonl", b"\n\n", "The file holds no rows of posts"),
        ("x.csv.gz", b"", "The file is empty"),
        ("x.csv", b"PK\x03\x04zipped", "The ZIP archive or Excel workbook is damaged"),
    ],
)
def test_a_bad_file_is_a_sentence_without_a_path(write: Write, name: str, content: bytes, sentence: str) -> None:
    path = Path(write("plain", content)).rename(Path(write(name, b"x")).parent / name)
    with pytest.raises(AnalystError) as caught:
        look(str(path), {}, quiet)
    told = page_reading.plain_sentence(caught.value)
    assert told.startswith(sentence) and str(path) not in told and "--" not in told


def test_more_posts_than_may_be_brought_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_reading, "MOST_POSTS", 5)
    with pytest.raises(AnalystError, match="more than 5 posts"):
        look(write("x.jsonl", small_rows()), {}, quiet)


def test_what_was_said_about_the_file_reaches_the_index(
    write: Write, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index import build

    monkeypatch.setattr(build, "BATCH", build.BATCH)
    monkeypatch.setattr(page_reading, "BATCH", 2)
    told: list[tuple[str, Any]] = []
    (tmp_path / "out").mkdir()
    wish = {"columns": {**MAPPED, "likes": ""}}
    made = make(write("my posts.csv", CSV), wish, str(tmp_path / "out" / "index"), lambda *news: told.append(news))
    assert (made.posts, made.people, made.rejected) == (3, 2, 1)
    assert told == [("read", 2), ("read", 3)]
    manifest = read_manifest(tmp_path / "out" / "index")
    assert Path(manifest.sources[0]).name == "my posts.csv" and manifest.first_post == "2024-03-01T00:00:00+00:00"
    import duckdb

    rows = duckdb.sql(
        f"SELECT author, text, likes FROM '{committed(tmp_path / 'out' / 'index')}/facts/posts.parquet' ORDER BY text"
    ).fetchall()
    assert rows == [
        ("ana", "I love my Nike shoes", None),
        ("ben", "cold and wet", None),
        ("ana", "no number here", None),
    ]


def test_a_process_looks_through_a_file_and_what_becomes_of_it_is_known(
    write: Write, catalogue: IndexCatalogue
) -> None:
    session = UploadSession(OWNER, catalogue, FifoLimiter(1))
    upload = write("up/posts.jsonl", small_rows())
    session.take(upload)
    assert session.busy and not Path(upload).exists() and "Looking through posts.jsonl" in upload_html(session)
    assert session.job is not None and session.job.wait(120)
    assert session.settle() is None and session.preview is not None and session.preview.posts == 11
    assert not session.busy and "11" in upload_html(session)
    session.drop()
    assert session.preview is None and kept(catalogue) == [] and "Bring your own posts" in upload_html(session)


def kept(catalogue: IndexCatalogue) -> list[Path]:
    """Files of visitors that stand on the disk."""
    assert catalogue._folder is not None
    return [path for path in (catalogue._folder / OWN).rglob("*") if path.is_file()]


def instead(monkeypatch: pytest.MonkeyPatch, work: Callable[[Job], tuple[Any, str]]) -> None:
    monkeypatch.setattr(Job, "_work", work)


def looked(session: UploadSession, upload: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session with a file that was looked through."""
    found = FilePreview(["id"], {"id": "id", "author": "author", "text": "text"}, seen={"posts": 2})
    instead(monkeypatch, lambda job: (found, ""))
    session.take(upload)
    assert session.job is not None and session.job.wait(10)
    session.settle()


def test_an_index_stands_in_its_place_when_it_is_whole(
    write: Write, catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = UploadSession(OWNER, catalogue, FifoLimiter(1))
    looked(session, write("my.csv", "id"), monkeypatch)
    seen = threading.Event()

    def work(job: Job) -> tuple[Any, str]:
        index_folder(Path(job._args[2]))
        seen.wait(10)
        return BuiltIndex(2, 2, 1, 0, 1.0, 2.0), ""

    instead(monkeypatch, work)
    session.make()
    assert catalogue.own(OWNER) == [] and session.job is not None
    seen.set()
    assert session.job.wait(10)
    made = session.settle()
    assert [entry.id for entry in catalogue.own(OWNER)] == [made]
    assert session.message == ("2 posts of my.csv are ready, 1 row rejected: ask about them.", False)
    assert [path.name for path in kept(catalogue)] == ["manifest.json"]


def test_a_column_that_is_chosen_meanwhile_counts(
    write: Write, catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = UploadSession(OWNER, catalogue, FifoLimiter(1))
    looked(session, write("my.csv", "id"), monkeypatch)
    going, asked = threading.Event(), list[Any]()

    def work(job: Job) -> tuple[Any, str]:
        going.wait(10)
        asked.append(job._args[1])
        return FilePreview(["id"], {}, seen={"posts": 2}, wish=job._args[1]), ""

    instead(monkeypatch, work)
    session.choose(Wish({"text": "a"}))
    session.choose(Wish({"text": "a"}, author="b"))
    going.set()
    for _ in range(2):
        assert session.job is not None and session.job.wait(10)
        session.settle()
    assert asked == [asdict(Wish({"text": "a"})), asdict(Wish({"text": "a"}, author="b"))] and session.job is None
    assert session.preview is not None and session.preview.wish == asked[-1]
    session.choose(Wish({"text": "a"}, author="b"))
    assert session.job is None  # nothing new was said


def test_what_is_stopped_leaves_nothing(
    write: Write, catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = UploadSession(OWNER, catalogue, FifoLimiter(1))
    looked(session, write("my.csv", "id"), monkeypatch)

    def work(job: Job) -> tuple[Any, str]:
        Path(job._args[2]).mkdir()
        (Path(job._args[2]) / "half").write_text("x")
        job._stop.wait(10)
        return None, STOPPED

    instead(monkeypatch, work)
    session.make()
    assert "progressbar" in upload_html(session)
    session.drop()
    assert session.job is not None and session.job.wait(10) and session.settle() is None
    assert session.message == (STOPPED, False) and kept(catalogue) == [] and catalogue.own(OWNER) == []


def test_a_slow_file_keeps_nobody_elses_first_look_waiting(
    monkeypatch: pytest.MonkeyPatch, catalogue: IndexCatalogue, write: Write
) -> None:
    instead_of_reading(monkeypatch, "import time; print('[\"rows\", 1]', flush=True); time.sleep(600)")
    sessions = UploadSessions(catalogue)
    busy = [sessions.of("\0" + letter * 40) for letter in "ab"]
    for number, session in enumerate(busy):
        session.take(write(f"{number}.csv", CSV))
    making = Job(sessions._making, "make", finish=lambda outcome: outcome).start()  # nor does an index being made
    for job in (busy[0].job, busy[1].job, making):
        assert job is not None
        for _ in range(6000):
            if job.progress().kind == "rows":
                break
            time.sleep(0.01)
        assert job.progress().kind == "rows" and job.progress().place == 0
        job.stop()
        assert job.wait(60)


@pytest.mark.parametrize("name", ["notes.pdf", "posts.docx", "posts", "csv", "x.csv.exe"])
def test_other_kinds_of_files_are_refused(write: Write, catalogue: IndexCatalogue, name: str) -> None:
    session, upload = UploadSession(OWNER, catalogue, FifoLimiter(1)), write(name, "x")
    session.take(upload)
    assert session.job is None and session.message[1] and "cannot be read" in session.message[0]
    assert not Path(upload).exists() and kept(catalogue) == [] and 'role="alert"' in upload_html(session)


def test_files_are_bounded(write: Write, catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_own, "LARGEST", 3)
    session = UploadSession(OWNER, catalogue, FifoLimiter(1))
    session.take(write("x.csv", "abcd"))
    assert session.message[1] and "is the most" in session.message[0] and kept(catalogue) == []
    session.take(write("x.csv", ""))
    assert "empty" in session.message[0]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("my posts.csv", "my posts.csv"),
        ("../../etc/passwd.csv", "_.._etc_passwd.csv"),
        ("..csv", "csv"),
        ("<b>'\"$(x);.jsonl.gz", "posts_b_x_.jsonl.gz"),
        ("-rf.csv", "posts-rf.csv"),
        ("x" * 300 + ".csv", "x" * 76 + ".csv"),
    ],
)
def test_names_of_files_are_no_way_out(name: str, safe: str) -> None:
    assert "/" not in safe_name(name) and not safe_name(name).startswith((".", "-"))
    assert safe_name(name).endswith(safe[-4:])
    if not name.startswith(("..", "<")):
        assert safe_name(name) == safe


def test_desks_are_kept_apart_and_bounded(catalogue: IndexCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_own, "MOST_SESSIONS", 1)
    sessions = UploadSessions(catalogue)
    mine = sessions.of("ana")
    assert sessions.of("ana") is mine and sessions.of("ben") is not mine
    assert sessions.of("ana") is not mine  # it made room
