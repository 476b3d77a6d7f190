"""What can be made of what stands is mended; an older index is brought to today's format without reading posts anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.check import ORIGINALS, check_index
from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.manifest import UPGRADABLE
from index.repair import repair_index
from index.store.sealed import unseal
from index.versions.layout import CALIBRATION, sizes
from tests.conftest import committed
from tests.faults.conftest import Ended
from tools.library import Library

Run = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("nothing_is_analysed")


def of_format_2(copy: Path) -> Path:
    """The same index as the former format had it."""
    folder = committed(copy)
    data = unseal((copy / MANIFEST).read_bytes())
    for name in ("people_vectors.f32", "community_vectors.f32"):
        (folder / "facts" / name).unlink()
    (folder / MANIFEST).unlink()
    for path in list(folder.iterdir()):
        path.rename(copy / path.name)
    shutil.rmtree(copy / "versions")
    (copy / "index.lock").unlink()
    del data["version"], data["files"]
    (copy / MANIFEST).write_text(json.dumps({**data, "format": UPGRADABLE}))
    (copy / CALIBRATION).write_text(json.dumps({"bias": -1.0}))
    return copy


def _of_chroma(index: Path, name: str) -> list[Path]:
    """The first of Chroma's files of this name; its folders have other names each time."""
    return sorted((committed(index) / "chroma").rglob(name))[:1]


def same_answers(copy: Path, whole: Path, encoder_made: bool = False) -> None:
    mended, before = Library.open(copy), Library.open(whole)
    for table in ("posts", "mentions", "phrases", "people"):
        query = f"SELECT * FROM {table} ORDER BY ALL"
        assert mended.facts.rows(query) == before.facts.rows(query)
    near = 1e-4 if encoder_made else 0.0
    for name in ("vectors", "names"):
        np.testing.assert_allclose(getattr(mended.matrix, name), getattr(before.matrix, name), atol=near)
    assert mended.people_vectors[0] == before.people_vectors[0]
    np.testing.assert_allclose(mended.people_vectors[1], before.people_vectors[1], atol=near)
    vector = before.matrix.vectors[3]
    assert mended.nearness.nearest("posts", vector, 11)[0][0] == before.matrix.ids[3]


def test_every_file_that_can_be_made_is_made(copy: Path, tiny_index: Path, encoder: object) -> None:
    names = [name for name in sizes(committed(tiny_index)) if name not in ORIGINALS]
    for name in [*(name for name in names if "/chroma" not in f"/{name}"), "chroma.sqlite3", "header.bin"]:
        (path,) = [committed(copy) / name] if "/" in name or name == MANIFEST else _of_chroma(copy, name)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        assert check_index(copy)
        repaired = repair_index(copy)
        made = [] if name == MANIFEST else [name] if path.parent.name == "facts" else ["chroma"]
        assert check_index(copy) == [] and not repaired.upgraded and repaired.made == made
    assert len(list((copy / "versions").iterdir())) == 1
    same_answers(copy, tiny_index, encoder_made=True)


@pytest.mark.parametrize("name", ORIGINALS)
def test_what_only_posts_can_bring_back_is_said(analyst: Run, copy: Path, name: str) -> None:
    (committed(copy) / name).unlink()
    before = sizes(copy)
    analyst("check", copy, "--repair").said(name, "cannot be made", f"--out {copy}", "posts.jsonl")
    assert sizes(copy) == before


@pytest.mark.parametrize("content", [None, b"", b"{}", b"x" * 4000])
def test_a_manifest_is_mended_from_its_copy(copy: Path, tiny_index: Path, content: bytes | None) -> None:
    (copy / MANIFEST).unlink() if content is None else (copy / MANIFEST).write_bytes(content)
    assert repair_index(copy).made == []
    assert check_index(copy) == []
    same_answers(copy, tiny_index)


def test_an_index_of_the_former_format_is_upgraded(analyst: Run, copy: Path, tiny_index: Path, encoder: object) -> None:
    old = of_format_2(copy)
    with pytest.raises(AnalystError, match=f"format 2.*analyst check {old} --repair"):
        Library.open(old)
    done = analyst("check", old, "--repair")
    assert done.code == 0 and "Brought to format 3" in done.stdout, done.stderr
    assert sorted(path.name for path in old.iterdir()) == ["index.lock", MANIFEST, "versions"]
    assert check_index(old) == []
    assert unseal((committed(old) / CALIBRATION).read_bytes()) == {"bias": -1.0}
    same_answers(old, tiny_index, encoder_made=True)


def test_a_damaged_index_of_the_former_format_stays_as_it_is(analyst: Run, copy: Path) -> None:
    old = of_format_2(copy)
    (old / "facts" / "posts.parquet").unlink()
    (old / "index.lock").touch()
    before = sizes(old)
    analyst("check", old, "--repair").said("facts/posts.parquet cannot be made", f"--out {old}")
    assert sizes(old) == before
