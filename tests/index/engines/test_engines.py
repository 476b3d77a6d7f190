"""A build whose posts are analysed elsewhere: the index is the same, and a failure there is a sentence here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import index.engines.ray as far
from index.build import build_index
from index.engines.local import Here
from index.engines.ray import Cluster, ClusterAnalyser, ShardReader, Work
from index.engines.shards import Shards, shard_path
from index.errors import AnalystError
from index.unfinished import program
from index.versions.parts import posts_in
from tests.conftest import committed, small_rows
from tests.fake_reader import FakeReader, differences

Write = Callable[..., str]


class Workers(Cluster):
    """A cluster in this process: real shards, real workers, results in order, but nothing that Ray does.

    ``started`` has the shard that each run of workers began with.
    """

    def __init__(self, reader: type[FakeReader]) -> None:
        super().__init__()
        object.__setattr__(self, "reader", reader)
        object.__setattr__(self, "started", [])

    def analyser(self, folder: Path, ner: str, precision: str) -> ClusterAnalyser:
        made = ClusterAnalyser(Shards(folder / far.FOLDER), Work(ner, precision, program()), None, lambda: None)

        def results(first: int) -> Iterator[Mapping[str, Any]]:
            self.started.append(first)  # type: ignore[attr-defined]
            worker = ShardReader(made._work)
            worker._here = Here(self.reader())  # type: ignore[attr-defined]
            for number in range(first, made._shards.count):
                yield worker({"number": number, "path": str(shard_path(made._shards.folder, number))})

        made._results = results  # type: ignore[method-assign]
        return made


@pytest.fixture
def source(write: Write) -> str:
    return write("posts.jsonl", small_rows())


@pytest.fixture
def whole(source: str, tmp_path: Path, fake_reader: type[FakeReader]) -> Path:
    """The index of a build in this process."""
    build_index([source], tmp_path / "whole")
    fake_reader.forget()
    return tmp_path / "whole"


def test_the_index_is_that_of_a_build_here(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    manifest, tally = build_index([source], tmp_path / "out", engine=Workers(fake_reader))
    assert differences(tmp_path / "out", whole) == []
    assert manifest.posts == tally.posts == len(fake_reader.texts) == 11
    assert far.FOLDER not in {path.name for path in committed(tmp_path / "out").iterdir()}  # shards are gone
    assert not any(name.startswith(far.FOLDER) for name in manifest.files)


def test_it_goes_on_where_a_build_ended_be_it_here_or_there(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    def stop(number: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    fake_reader.on_read = stop
    with pytest.raises(KeyboardInterrupt):
        build_index([source], tmp_path / "out")
    assert posts_in(tmp_path / "out") == 6
    fake_reader.forget()
    workers = Workers(fake_reader)
    build_index([source], tmp_path / "out", engine=workers)
    assert workers.started == [3] and len(fake_reader.texts) == 5  # type: ignore[attr-defined]
    assert differences(tmp_path / "out", whole) == []


def test_a_damaged_part_is_analysed_again(
    source: str, tmp_path: Path, whole: Path, fake_reader: type[FakeReader]
) -> None:
    fake_reader.on_read = lambda number: (_ for _ in ()).throw(KeyboardInterrupt) if number == 4 else None
    with pytest.raises(KeyboardInterrupt):
        build_index([source], tmp_path / "out")
    (tmp_path / "out" / "building" / "000001.part").write_bytes(b"cut")
    fake_reader.forget()
    workers = Workers(fake_reader)
    build_index([source], tmp_path / "out", engine=workers)
    assert workers.started == [1]  # type: ignore[attr-defined]
    assert differences(tmp_path / "out", whole) == []


def test_a_worker_that_cannot_see_the_posts_says_where(tmp_path: Path, fake_reader: type[FakeReader]) -> None:
    worker = ShardReader(Work("ours", "fp32", program()))
    worker._here = Here(fake_reader())  # type: ignore[arg-type]
    told = worker({"number": 0, "path": str(tmp_path / "not mounted" / "00000000.parquet")})
    analyser = ClusterAnalyser(Shards(tmp_path), worker._work, None, lambda: None)
    analyser._coming = iter([told])
    with pytest.raises(AnalystError, match="every machine of the cluster has at the same path"):
        analyser.analyse([])


def test_a_worker_of_another_version_is_refused(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    told = ShardReader(Work("ours", "fp32", "other"))({"number": 0, "path": str(shard_path(tmp_path, 0))})
    analyser = ClusterAnalyser(shards, Work("ours", "fp32", "other"), None, lambda: None)
    analyser._coming = iter([told])
    with pytest.raises(AnalystError, match="another version of Audience Analyst"):
        analyser.analyse([])


def test_without_ray_a_sentence_says_what_to_install(
    source: str, tmp_path: Path, fake_reader: type[FakeReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(AnalystError, match=r"Ray is not installed.*audience-analyst\[cluster\]"):
        build_index([source], tmp_path / "out", engine=Cluster())
    assert not (tmp_path / "out").exists()
