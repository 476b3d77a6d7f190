"""Posts as shards: what comes back is what went in, to the last field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.engines.shards import Shards, shard_path
from index.posts.record import Post
from index.unfinished import sum_of

POSTS = [
    Post("1", "ana", "tea 🙂 at noon\n\x00 …", datetime(2024, 2, 29, 23, 59, 59, 123456, UTC), "tea", 1, 2, 3, "en"),
    Post("2", "ben", "…", None, None, None, -4, None, None, "https://example.com/2", "cleo", "group", True),
]


def test_posts_come_back_as_they_were(tmp_path: Path) -> None:
    shards = Shards(tmp_path / "new" / "shards")
    shards.add(POSTS)
    shards.add(POSTS[1:])
    assert shards.count == 2
    assert shards.read(0) == POSTS and shards.read(1) == POSTS[1:]
    assert sum_of(shards.read(0)) == sum_of(POSTS)  # by which an unfinished build knows them again
    assert sorted(path.name for path in shards.folder.iterdir()) == ["00000000.parquet", "00000001.parquet"]


def test_nothing_is_left(tmp_path: Path) -> None:
    shards = Shards(tmp_path / "shards")
    shards.add(POSTS)
    shards.delete()
    assert not any(tmp_path.iterdir())
    with pytest.raises(OSError):
        shards.read(0)
    assert shard_path(tmp_path, 7) == tmp_path / "00000007.parquet"
