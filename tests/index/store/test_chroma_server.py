"""A Chroma server for those who read one index: it says what the index says, and what it lacks is a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.derive import fill
from index.errors import AnalystError
from index.manifest import read_manifest
from index.push import push_version
from index.remove import remove_posts
from index.store.chroma_server import ChromaServer
from index.versions.layout import open_version
from tests.served_chroma import chroma_server, free_port
from tools.library import Library


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma") / "files", free_port()) as address:
        yield address


@pytest.fixture
def copy(tiny_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_index, tmp_path / "index")


def test_it_finds_what_the_index_finds(server: str, copy: Path) -> None:
    pushed = push_version(copy, server)
    assert pushed.is_new and pushed.manifest.posts == 11 and pushed.dropped == []
    here, there = Library.open(copy), Library.open(copy, server)
    rng = np.random.default_rng(3)
    for kind, number in (("posts", 11), ("people", 6)):
        for _ in range(20):
            vector = rng.normal(size=384).astype(np.float32)
            near, served = (library.nearness.nearest(kind, vector, 5) for library in (here, there))
            assert [id_ for id_, _ in near] == [id_ for id_, _ in served]
            np.testing.assert_allclose([score for _, score in near], [score for _, score in served], atol=1e-6)
        assert len(there.nearness.nearest(kind, vector, 99)) == number
    assert not push_version(copy, server).is_new  # it is there already


def test_a_version_that_is_not_there_is_refused_with_the_command(server: str, copy: Path, tmp_path: Path) -> None:
    other = Library.open(copy).manifest.version.replace("-", "-0", 1)[:28]
    with pytest.raises(AnalystError, match=r"has not all vectors of this version.*analyst push DIR --chroma http"):
        ChromaServer(server).served(_renamed(copy, other))


def test_half_of_it_is_not_taken_for_all_of_it(server: str, copy: Path) -> None:
    version = open_version(copy)
    manifest = _renamed(copy, "20200101T000000-0123456789ab")
    chroma = ChromaServer(server)

    def half(collections: object) -> None:
        fill(collections, version.folder / "facts")  # type: ignore[arg-type]
        collections._collections["posts"].delete(ids=["3"])  # type: ignore[attr-defined]

    chroma.put(manifest.version, "elsewhere", half)
    with pytest.raises(AnalystError, match="has not all vectors"):
        chroma.served(manifest)
    chroma.put(manifest.version, "elsewhere", lambda new: fill(new, version.folder / "facts"))  # what was left goes
    assert len(chroma.served(manifest).nearest("posts", np.ones(384, np.float32), 99)) == 11


def test_what_is_forgotten_is_deleted_there(server: str, copy: Path) -> None:
    push_version(copy, server)
    before = read_manifest(copy).version
    reader = Library.open(copy, server)
    remove_posts(copy, authors=["ana"])
    with pytest.raises(AnalystError, match="has not all vectors"):
        reader.newer()  # nobody goes on with what was forgotten
    pushed = push_version(copy, server)
    assert pushed.is_new and pushed.dropped == []  # ``reader`` still holds it
    found = reader.newer()
    assert found is not None
    assert "ana" not in dict(found.nearness.nearest("people", np.ones(384, np.float32), 99))
    held = reader.version
    assert held is not None
    held.hold.release()
    remove_posts(copy, ids=["3"])
    assert before in push_version(copy, server).dropped
    with pytest.raises(AnalystError, match="has not all vectors"):
        reader.nearness.nearest("posts", np.ones(384, np.float32), 1)


def test_a_server_that_is_away_is_a_sentence(copy: Path, tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(AnalystError, match=r"does not answer.*chroma run --path"):
        Library.open(copy, away)
    with chroma_server(tmp_path / "files", port := free_port()) as address:
        push_version(copy, address)
        library = Library.open(copy, address)
    with pytest.raises(AnalystError, match="does not answer"):
        library.nearness.nearest("posts", np.ones(384, np.float32), 1)
    with chroma_server(tmp_path / "files", port):  # it comes back with what it had
        assert library.nearness.nearest("posts", np.ones(384, np.float32), 1)


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://a:1", "http://a:b:c", "http://a:1/x", "http://u:p@a:1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(AnalystError, match="is not the address of a Chroma server"):
        ChromaServer(address)


def _renamed(index: Path, version: str) -> object:
    from dataclasses import replace

    return replace(read_manifest(index), version=version)
