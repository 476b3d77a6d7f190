"""What all tests share: writers of fixture files, the encoder, and one tiny index."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
# "tests/index" must never pass for the package "index".
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

settings.register_profile("quick", max_examples=50, deadline=None)
settings.load_profile("quick")

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder
    from tests.fake_reader import FakeReader

HEADS = ("sentiment", "entities")
SMALL = [
    ("1", "ana", "I love my new Nike shoes, best running shoes ever!", "r/running", 12),
    ("2", "ana", "Nike Air Max on sale in Berlin today.", "r/sneakers", 5),
    ("3", "ben", "My iPhone died again. Worst battery I have ever had.", "r/apple", 40),
    ("4", "ben", "Apple should really fix the iPhone battery.", "r/apple", 7),
    ("5", "cleo", "Watching Dune with Timothée Chalamet tonight", "r/movies", 3),
    ("6", "cleo", "🙂🙂", None, None),
    ("7", "dan", "Adidas or Nike for a first marathon?", "r/running", 9),
    ("8", "dan", "London marathon was cold, wet and wonderful", "r/running", 88),
    ("9", "eve", "see https://example.com/x?y=1", "r/links", 0),
    ("10", "eve", "this update is terrible, nothing works", "r/apple", -4),
    ("11", "fay", "just a quiet day with tea", None, 1),
]


def committed(index: Path) -> Path:
    """Where the files of the committed version of an index are."""
    from index.manifest import read_manifest
    from index.versions.layout import version_folder

    return version_folder(index, read_manifest(index))


@pytest.fixture(scope="session", autouse=True)
def state_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Conversations of tests never reach those of the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYST_STATE", str(tmp_path_factory.mktemp("state")))
        yield


def small_rows() -> list[dict[str, Any]]:
    """Eleven posts of six people."""
    return [
        {"id": i, "author": a, "text": t, "created_at": f"2024-03-{int(i):02d}T10:00:00Z", "community": c, "likes": n}
        for i, a, t, c, n in SMALL
    ]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """``write(name, content)`` makes a file, packed as its name says; content is text, bytes or rows (JSON Lines)."""

    def make(name: str, content: str | bytes | list[Any]) -> str:
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        data = content.encode() if isinstance(content, str) else content
        if name.endswith(".gz"):
            data = gzip.compress(data)
        elif name.endswith(".zst"):
            import zstandard

            data = zstandard.ZstdCompressor(write_checksum=True).compress(data)  # as the zstd command does
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return str(path)

    return make


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the shipped heads; where they are not made yet, one with random heads, used in their place."""
    import torch

    from index.encoding import network

    if all((network.WEIGHTS / f"{head}.safetensors").is_file() for head in HEADS):
        yield network.WEIGHTS
        return
    from index.encoding.trunk import load_trunk

    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    trunk = load_trunk()
    network.save_branch(network.SentimentBranch(trunk), folder / "sentiment.safetensors")
    network.save_branch(network.EntityBranch(trunk), folder / "entities.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "WEIGHTS", folder)
        yield folder


@pytest.fixture(scope="session")
def encoder(tiny_weights: Path) -> Iterator[Encoder]:
    """The encoder in fp32, which all of the index uses meanwhile: the same figures on every machine."""
    import torch

    import index.build
    import index.derive
    import index.encoding.encoder
    import index.entities.pipeline

    torch.set_num_threads(1)  # on a busy machine threads wait for each other longer than these few posts take
    shared = index.encoding.encoder.Encoder(precision="fp32", device="cpu")
    with pytest.MonkeyPatch.context() as patch:
        for module in (index.encoding.encoder, index.entities.pipeline, index.build, index.derive):
            patch.setattr(module, "shared_encoder", lambda: shared)
        patch.setattr(index.encoding.encoder, "query_encoder", lambda: shared)
        yield shared


@pytest.fixture(scope="session")
def tiny_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of eleven posts by six people, with two bad rows and one duplicate. Only for reading."""
    from index.build import build_index

    folder = tmp_path_factory.mktemp("tiny")
    rows = [*small_rows(), {"id": "12", "author": "gil"}, {"id": "1", "author": "ana", "text": "the same id again"}]
    source = folder / "posts.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n", encoding="utf-8")
    build_index([str(source)], folder / "index")
    return folder / "index"


@pytest.fixture
def fake_reader(monkeypatch: pytest.MonkeyPatch) -> type[FakeReader]:
    """Builds read with a fake that needs no models, two posts at a time."""
    import index.add as add
    import index.build as build
    import index.derive as derive
    from tests.fake_reader import BATCH, FakeEncoder, FakeReader

    FakeReader.forget()
    for module in (build, add, derive):
        monkeypatch.setattr(module, "Reader", FakeReader, raising=False)
        monkeypatch.setattr(module, "shared_encoder", FakeEncoder)
        monkeypatch.setattr(module, "BATCH", BATCH)
    return FakeReader
