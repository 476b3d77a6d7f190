"""The flat file of vectors: what was written is read again, and a file of another size is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoding.trunk import WIDTH
from index.errors import AnalystError
from index.store.flat_vectors import NAMES, ScanWriter, read_scan, write_scan


def _vectors(rows: int) -> np.ndarray:
    return np.arange(rows * WIDTH, dtype=np.float32).reshape(rows, WIDTH)


def test_batches_are_read_again_in_their_order(tmp_path: Path) -> None:
    whole = _vectors(5)
    with ScanWriter(tmp_path / "facts") as writer:
        writer.add(whole[:2])
        writer.add(whole[2:])
    read = read_scan(tmp_path / "facts", 5)
    assert isinstance(read, np.memmap) and np.array_equal(read, whole)


def test_other_precisions_and_orders_in_memory_are_stored_as_fp32_rows(tmp_path: Path) -> None:
    with ScanWriter(tmp_path) as writer:
        writer.add(np.asfortranarray(_vectors(3).astype(np.float64)))
    assert np.array_equal(read_scan(tmp_path, 3), _vectors(3))


@pytest.mark.parametrize("posts", [0, 2, 4])
def test_a_file_of_another_size_is_refused(tmp_path: Path, posts: int) -> None:
    with ScanWriter(tmp_path) as writer:
        writer.add(_vectors(3))
    with pytest.raises(AnalystError, match=f"does not fit its {posts} posts.*analyst check"):
        read_scan(tmp_path, posts)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for kind, name in NAMES.items():
        with pytest.raises(AnalystError, match=name):
            read_scan(tmp_path, 1, kind)


def test_kinds_have_files_of_their_own(tmp_path: Path) -> None:
    for rows, kind in enumerate(NAMES):
        write_scan(tmp_path, kind, _vectors(rows))
    assert [len(read_scan(tmp_path, rows, kind)) for rows, kind in enumerate(NAMES)] == [0, 1, 2]
