"""A build that was interrupted: what it had analysed is taken over by a run for the same, and by no other."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import index.build as build
from index.build import Watch, build_index
from index.errors import AnalystError
from index.manifest import read_manifest
from index.posts.options import Options
from index.versions.parts import Parts, posts_in
from index.versions.writer import is_index, writing
from tests.conftest import small_rows
from tests.fake_reader import FakeEncoder, FakeReader, differences

Write = Callable[..., str]
CLEAN = ["index.lock", "manifest.json", "versions"]
FLIPPED = "flipped"


class Told(list[tuple[Any, ...]]):
    """What a build told of itself."""

    @property
    def watch(self) -> Watch:
        return Watch(
            lambda *at: self.append(("at", *at)),
            lambda *at: self.append(("resumed", *at)),
            lambda said: self.append((said,)),
        )

    @property
    def said(self) -> str:
        return " ".join(each[0] for each in self if len(each) == 1)


@pytest.fixture
def source(write: Write) -> str:
    return write("posts.jsonl", small_rows())


@pytest.fixture
def whole(source: str, tmp_path: Path, fake_reader: type[FakeReader]) -> Path:
    """The index of an uninterrupted run."""
    build_index([source], tmp_path / "whole")
    assert len(fake_reader.texts) == 11
    fake_reader.forget()
    return tmp_path / "whole"


def stop_at(reader: type[FakeReader], batch: int, source: str, out: Path, error: BaseException) -> None:
    """A run that ends in its batch with this number."""

    def stop(number: int) -> None:
        if number == batch:
            raise error

    reader.on_read = stop
    with pytest.raises(type(error)):
        build_index([source], out)
    reader.forget()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("head"), MemoryError()], ids=repr)
def test_the_next_run_analyses_only_what_is_left(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader], error: BaseException
) -> None:
    out = tmp_path / "out"
    stop_at(fake_reader, 3, source, out, error)
    assert sorted(path.name for path in out.iterdir()) == ["building", "index.lock"]
    assert posts_in(out) == 6 and is_index(out)
    told = Told()
    manifest, tally = build_index([source], out, watch=told.watch)
    assert len(fake_reader.texts) == 5 and (manifest.posts, tally.report.posts) == (11, 11)
    size = Path(source).stat().st_size
    assert told == [("resumed", size, 6), ("at", size, 8), ("at", size, 10), ("at", size, 11)]
    assert differences(out, whole) == []
    assert sorted(path.name for path in out.iterdir()) == CLEAN and posts_in(out) == 0


def test_what_was_there_stays_until_the_new_index_is_whole(
    write: Write, source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    before = read_manifest(whole)
    other = write("other.jsonl", [{**row, "text": f"again {row['text']}"} for row in small_rows()])
    for batch in (2, 1):  # the second run is interrupted too
        stop_at(fake_reader, batch, other, whole, KeyboardInterrupt())
        assert read_manifest(whole) == before and len(list((whole / "versions").iterdir())) == 1
    assert posts_in(whole) == 6
    build_index([other], whole)
    assert len(fake_reader.texts) == 5 and read_manifest(whole).version != before.version


@pytest.mark.parametrize("damage", [FLIPPED, "cut", "emptied", "gone"])
def test_a_damaged_part_is_analysed_anew(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader], damage: str
) -> None:
    out = tmp_path / "out"
    stop_at(fake_reader, 4, source, out, KeyboardInterrupt())
    part = out / "building" / "000001.part"
    raw = bytearray(part.read_bytes())
    raw[len(raw) // 2] ^= 1
    part.write_bytes({FLIPPED: bytes(raw), "cut": bytes(raw[:-9]), "emptied": b"", "gone": b""}[damage])
    if damage == "gone":
        part.unlink()
    told = Told()
    build_index([source], out, watch=told.watch)
    assert fake_reader.texts == [row["text"] for row in small_rows() if row["id"] in ("3", "4", "9", "10", "11")]
    assert ("resumed", Path(source).stat().st_size, 6) in told and differences(out, whole) == []


def test_a_damaged_record_is_that_of_nothing(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    out, told = tmp_path / "out", Told()
    stop_at(fake_reader, 4, source, out, KeyboardInterrupt())
    (out / "building" / "record.json").write_bytes(b"{}")
    build_index([source], out, watch=told.watch)
    assert len(fake_reader.texts) == 11 and "starts afresh" in told.said and differences(out, whole) == []


@pytest.mark.parametrize("change", ["files", "touched", "options", "ner", "batches", "program"])
def test_anything_else_starts_afresh_and_says_why(
    source: str, tmp_path: Path, fake_reader: type[FakeReader], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, told, more = tmp_path / "out", Told(), {}
    stop_at(fake_reader, 3, source, out, KeyboardInterrupt())
    if change == "files":
        Path(source).write_text("".join(json.dumps(row) + "\n" for row in small_rows()[1:]))
    elif change == "touched":
        text = Path(source).read_text()
        Path(source).write_text(text)
    elif change == "options":
        more["options"] = Options(author="ana")
    elif change == "ner":
        more["ner"] = "xx_small"
    elif change == "batches":
        monkeypatch.setattr(build, "BATCH", 3)
    else:
        monkeypatch.setattr("index.unfinished.program", lambda: "other")
    build_index([source], out, watch=told.watch, **more)
    assert len(fake_reader.texts) == read_manifest(out).posts and sorted(path.name for path in out.iterdir()) == CLEAN
    why = {"files": "the files are others", "touched": "the files are others", "options": "the options are others",
           "ner": "another recogniser", "batches": "other batches", "program": "another version"}  # fmt: skip
    assert told.said.count("6 posts was thrown away") == 1 and not any(each[0] == "resumed" for each in told)
    assert why[change].removeprefix("another version") in told.said


def test_standard_input_is_known_by_its_posts(
    source: str, tmp_path: Path, fake_reader: type[FakeReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else tells whether it is the same."""
    monkeypatch.setattr("index.build.read_posts", _reading(source))
    out, told = tmp_path / "out", Told()
    stop_at(fake_reader, 3, "-", out, KeyboardInterrupt())
    build_index(["-"], out, watch=told.watch)
    assert len(fake_reader.texts) == 5 and told[0][::2] == ("resumed", 6)
    fake_reader.forget()
    stop_at(fake_reader, 3, "-", out, KeyboardInterrupt())
    Path(source).write_text("".join(json.dumps(row) + "\n" for row in small_rows()[1:]))
    told.clear()
    build_index(["-"], out, watch=told.watch)
    assert len(fake_reader.texts) == 10 and "the posts are others" in told.said


def _reading(source: str) -> Callable[..., Any]:
    read = build.read_posts
    return lambda sources, **more: read([source], **more)


def test_a_disk_that_is_full_midway_loses_nothing_that_was_kept(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    out, add = tmp_path / "out", Parts.add

    def full(parts: Parts, number: int, *rest: Any) -> None:
        if number == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        add(parts, number, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Parts, "add", full)
        with pytest.raises(AnalystError, match="the disk is full"):
            build_index([source], out)
    assert sorted(path.name for path in out.iterdir()) == ["building", "index.lock"] and posts_in(out) == 6
    fake_reader.forget()
    build_index([source], out)
    assert len(fake_reader.texts) == 5 and differences(out, whole) == []


def test_every_other_run_that_writes_clears_it(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    stop_at(fake_reader, 3, source, whole, KeyboardInterrupt())
    with writing(whole):
        assert sorted(path.name for path in whole.iterdir()) == CLEAN
    assert posts_in(whole) == 0


def test_files_that_were_half_written_go(source: str, tmp_path: Path, fake_reader: type[FakeReader]) -> None:
    out = tmp_path / "out"
    stop_at(fake_reader, 3, source, out, KeyboardInterrupt())
    (out / "building" / ".1234.partial").write_bytes(b"x")
    stop_at(fake_reader, 0, source, out, KeyboardInterrupt())
    assert sorted(path.name for path in (out / "building").iterdir()) == [
        "000000.part", "000001.part", "000002.part", "record.json",
    ]  # fmt: skip


def test_the_precision_of_the_parts_is_kept(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another day the other precision may seem faster; one index has one."""

    class Other(FakeEncoder):
        precision = "bf16"

    def made(*, precision: str) -> FakeEncoder:
        assert precision == "fp32"
        return FakeEncoder()

    out = tmp_path / "out"
    stop_at(fake_reader, 3, source, out, KeyboardInterrupt())
    monkeypatch.setattr(build, "shared_encoder", Other)
    monkeypatch.setattr(build, "Encoder", made)
    manifest, _ = build_index([source], out)
    assert manifest.precision == "fp32" and differences(out, whole) == []


def test_the_time_of_all_runs_counts(source: str, tmp_path: Path, fake_reader: type[FakeReader]) -> None:
    out = tmp_path / "out"
    stop_at(fake_reader, 3, source, out, KeyboardInterrupt())
    done = Parts(out, build.wanted([source], Options(), "shipped", 2), lambda *_: pytest.fail("thrown")).done
    assert done.posts == 6 and 0 < done.seconds <= build_index([source], out)[0].seconds + 0.01
