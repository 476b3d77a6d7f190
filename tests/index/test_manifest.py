"""The manifest: written whole, read with care."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from index.manifest import FORMAT, NAME, UPGRADABLE, Manifest, read_manifest, write_manifest
from index.store.sealed import seal

MANIFEST = Manifest(
    posts=3, people=2, communities=1, first_post="2024-03-01T12:00:00+00:00", last_post=None, encoder="trunk",
    ner="shipped",
    heads={"sentiment": "ab"}, rejected=1, duplicates=0, sources=["/data/posts.jsonl"],
    built_at="2024-03-02T00:00:00+00:00",
    seconds=1.5, posts_per_second=2.0, peak_mb=900, precision="fp32",
    version="20240302T000000-0123456789ab", files={"facts/posts.parquet": [3, "ab"]},
)  # fmt: skip


def failure(folder: Path) -> str:
    with pytest.raises(AnalystError) as caught:
        read_manifest(folder)
    assert str(folder) in str(caught.value)
    assert f"analyst index POSTS.jsonl --out {folder}" in caught.value.todo or "--repair" in caught.value.todo
    return caught.value.what


def test_round_trip_leaves_one_file(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    write_manifest(tmp_path, replace(MANIFEST, posts=4))
    assert read_manifest(tmp_path) == replace(MANIFEST, posts=4)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_unknown_entries_of_the_same_format_are_ignored(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(seal({**asdict(MANIFEST), "later": 1}))
    assert read_manifest(tmp_path) == MANIFEST


def test_no_directory(tmp_path: Path) -> None:
    assert "no index directory" in failure(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    assert "no index directory" in failure(tmp_path / "file")


def test_no_index(tmp_path: Path) -> None:
    assert "not an index" in failure(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"null", b"{}", b"\xff\xfe"])
def test_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert "damaged" in failure(tmp_path)


def test_incomplete(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(seal({"format": FORMAT, "posts": 3}))
    assert "damaged" in failure(tmp_path)


def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)
    whole = (tmp_path / NAME).read_bytes()
    for place in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "damaged" in failure(tmp_path), place
    for size in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole[:size])
        assert "damaged" in failure(tmp_path), size


@pytest.mark.parametrize("version", ["", "..", "../../etc", "20240302T000000-0123456789ab/..", "x"])
def test_a_version_that_is_no_name_of_one(tmp_path: Path, version: str) -> None:
    write_manifest(tmp_path, replace(MANIFEST, version=version))
    assert "names no version" in failure(tmp_path)


@pytest.mark.parametrize("version", [FORMAT - 2, FORMAT + 1, "one"])
def test_other_format_is_refused_with_the_command_that_rebuilds(tmp_path: Path, version: Any) -> None:
    for write in (lambda data: json.dumps(data).encode(), seal):
        (tmp_path / NAME).write_bytes(write({**asdict(MANIFEST), "format": version}))
        with pytest.raises(AnalystError, match=f"format {version}") as caught:
            read_manifest(tmp_path)
        assert "analyst index" in caught.value.todo and str(tmp_path) in caught.value.todo


def test_the_former_format_is_refused_with_the_command_that_upgrades(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({**asdict(MANIFEST), "format": UPGRADABLE}))
    with pytest.raises(AnalystError, match=f"analyst check {tmp_path} --repair"):
        read_manifest(tmp_path)
