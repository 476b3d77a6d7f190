"""Whatever byte of an index is changed, cut or lost: the check finds it, and nothing is answered from it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index.audiences import keep_audience, read_audiences
from index.check import check_index, leftovers
from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.store.sealed import seal
from index.versions.layout import CALIBRATION, UNLISTED, open_version, sizes
from index.versions.marks import forget, mark
from index.versions.writer import Writer
from tests.conftest import committed
from tests.faults.conftest import Ended
from tools.library import Library
from tools.targeting.propensity import model_for

Run = Callable[..., Ended]
FLIPS = 6  # of each file, at random places


def answered(index: Path) -> int:
    """Use every file of an index as questions do. Raises AnalystError if it is refused."""
    library = Library.open(index)
    assert library.people_vectors[1].any() and library.matrix.vectors.any()
    return len(library.nearness.nearest("posts", np.ones(384, dtype=np.float32), 99))


def flips(data: bytes, dice: random.Random) -> Iterator[bytes]:
    for place in {0, len(data) - 1, *(dice.randrange(len(data)) for _ in range(FLIPS))}:
        yield data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1 :]


def spoilt(data: bytes, dice: random.Random) -> Iterator[bytes | None]:
    """The content of a file as a disk may spoil it; None is a file that is gone."""
    yield None
    yield data + b"\0"
    if data:
        yield from (b"", data[:-1], data[: len(data) // 2], bytes(len(data)) if any(data) else b"")
        yield from flips(data, dice)


def test_a_whole_index_has_no_faults(analyst: Run, copy: Path) -> None:
    assert check_index(copy) == [] and leftovers(copy) == [] and answered(copy) == 11
    done = analyst("check", copy)
    assert done.code == 0 and "is whole: every file is what was written" in done.stdout
    (committed(copy) / CALIBRATION).write_bytes(seal({"bias": 1.0}))
    assert check_index(copy) == []


def test_every_damage_is_found_and_never_answered_from(copy: Path) -> None:
    folder, dice, tried = committed(copy), random.Random(0), 0
    for name in sizes(folder):
        whole = (folder / name).read_bytes()
        for content in spoilt(whole, dice):
            (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
            faults = check_index(copy)
            assert any(fault.file.endswith(name) for fault in faults), (name, content and len(content))
            assert all("analyst " in fault.todo for fault in faults)
            if name not in UNLISTED:  # the copy of the manifest is read by a repair alone
                with pytest.raises(AnalystError, match="damaged"):
                    answered(copy)
            (folder / name).write_bytes(whole)
            tried += 1
    assert tried > 150 and check_index(copy) == [] and answered(copy) == 11


def test_a_damaged_manifest_is_found(analyst: Run, copy: Path) -> None:
    whole = (copy / MANIFEST).read_bytes()
    for content in spoilt(whole, random.Random(1)):
        (copy / MANIFEST).unlink() if content is None else (copy / MANIFEST).write_bytes(content)
        assert [fault.file for fault in check_index(copy)] == [MANIFEST]
        with pytest.raises(AnalystError):
            answered(copy)
    done = analyst("check", copy)
    assert done.code == 1 and "manifest.json" in done.stdout and "--repair" in done.stdout


def test_a_damaged_calibration_is_found(copy: Path) -> None:
    own, whole = committed(copy) / CALIBRATION, seal({"bias": 1.0})
    for content in flips(whole, random.Random(2)):
        own.write_bytes(content)
        (fault,) = check_index(copy)
        assert fault.file == CALIBRATION and "analyst calibrate --reset" in fault.todo


def test_a_calibration_or_audiences_that_are_lost_are_not_taken_for_none(analyst: Run, copy: Path) -> None:
    own = committed(copy) / CALIBRATION
    own.write_bytes(seal({"bias": 1.0}))
    mark(own)
    keep_audience(copy, "Spring people", ["ana", "ben"])
    assert check_index(copy) == [] and forget(own) and check_index(copy) == []
    mark(own)
    (copy / "audiences.json").unlink()
    assert {fault.file for fault in check_index(copy)} == {CALIBRATION, "audiences.json"}
    with pytest.raises(AnalystError, match="calibrate --reset"):
        model_for(committed(copy))
    with pytest.raises(AnalystError, match="audiences cannot be read"):
        read_audiences(copy)
    assert analyst("calibrate", "--reset", "--index", copy).code == 0
    assert analyst("check", copy, "--repair").code == 0 and check_index(copy) == [] and read_audiences(copy) == {}


def test_each_file_is_named_with_what_to_do(analyst: Run, copy: Path) -> None:
    folder = committed(copy)
    (folder / "facts" / "posts.parquet").write_bytes(b"")
    (folder / "facts" / "people.parquet").unlink()
    (folder / "stray.txt").touch()
    done = analyst("check", copy)
    assert done.code == 1
    lost, mendable, stray = sorted(done.stdout.splitlines(), key=lambda line: ("posts.p" not in line, line))
    assert "has 0 bytes instead of" in lost and f"--out {copy}" in lost and "posts.jsonl" in lost
    assert "facts/people.parquet is missing" in mendable and f"analyst check {copy} --repair" in mendable
    assert "stray.txt is none of this version" in stray


def test_counts_that_do_not_agree_are_found_though_each_file_is_whole(copy: Path) -> None:
    from dataclasses import replace

    version = open_version(copy)
    for changes in ({"posts": 999_999}, {"people": 5}, {"communities": 6}):
        manifest = replace(version.manifest, **changes)
        folder = Writer(copy).begin()
        shutil.copytree(version.folder, folder, dirs_exist_ok=True)
        Writer(copy).commit(folder, manifest)
        assert any("the manifest says" in fault.what or "does not fit" in fault.what for fault in check_index(copy))


def test_what_is_no_index_cannot_be_checked(analyst: Run, tmp_path: Path) -> None:
    analyst("check", tmp_path / "none").said("no index", "analyst index")
    analyst("check", tmp_path).said("not an index", "analyst index")
    analyst("check", tmp_path, "--repair").said("not an index", "analyst index")
    assert list(tmp_path.iterdir()) == []


def test_leftovers_are_told_and_cleared(analyst: Run, copy: Path) -> None:
    folder = copy / "versions" / "20200101T000000-000000000000"
    folder.mkdir()
    assert leftovers(copy) == [folder.name] and check_index(copy) == []
    assert "1 older" in analyst("check", copy).stdout
    assert analyst("check", copy, "--repair").code == 0
    assert leftovers(copy) == [] and not folder.exists() and answered(copy) == 11
