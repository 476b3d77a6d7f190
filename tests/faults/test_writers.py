"""One writer at a time, who may die at any step: the lock dies too, and the old version or the new one is whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.check import check_index
from index.errors import AnalystError
from index.manifest import NAME as MANIFEST
from index.manifest import read_manifest
from index.versions import writer
from index.versions.layout import open_version
from index.versions.locks import Hold, delete_unless_held, is_held, one_writer
from index.versions.writer import writing
from tests.conftest import ROOT, committed, small_rows
from tests.faults.conftest import Ended

Run = Callable[..., Ended]
# Commits a copy of the version that is there, and is killed at the step whose number it is given.
COMMIT = """
import os, shutil, signal, sys
from pathlib import Path
from index.manifest import read_manifest
from index.versions import durable, locks, writer
from index.versions.layout import version_folder

index, last, steps = Path(sys.argv[1]), int(sys.argv[2]), 0

def counted(function):
    def step(*args, **more):
        global steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **more)
    return step

for name in ("fsync", "unlink", "rmdir"):
    setattr(os, name, counted(getattr(os, name)))
for name in ("replace", "unlink", "mkdir"):
    setattr(Path, name, counted(getattr(Path, name)))
with writer.writing(index) as writing:
    manifest = read_manifest(index)
    folder = writing.begin()
    shutil.copytree(version_folder(index, manifest), folder, dirs_exist_ok=True)
    writing.commit(folder, manifest)
print(steps)
"""
HOLD = """
import sys, time
from pathlib import Path
from index.versions.locks import one_writer

with one_writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(300)
"""


def script(code: str, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, words)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, **pipes)


def test_killed_at_any_step_the_old_or_the_new_version_is_whole(copy: Path) -> None:
    before, steps = read_manifest(copy).version, 0
    done = script(COMMIT, copy, 0)
    told, faults = done.communicate()
    assert done.returncode == 0, faults
    steps = int(told)
    seen = set()
    for last in range(1, steps + 1, 3):
        before = read_manifest(copy).version
        killed = script(COMMIT, copy, last)
        assert killed.wait() == -signal.SIGKILL
        after = open_version(copy).manifest.version
        seen.add(after == before)
        assert check_index(copy) == [], last
    assert seen == {True, False} and steps > 20
    with writing(copy):
        pass  # whatever comes next clears up
    assert [path.name for path in (copy / "versions").iterdir()] == [read_manifest(copy).version]
    assert sorted(path.name for path in copy.iterdir()) == ["index.lock", MANIFEST, "versions"]


def test_a_second_writer_is_told_who_the_first_is(
    analyst: Run, copy: Path, write: Callable[..., str], encoder: object
) -> None:
    holder = script(HOLD, copy)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    before = read_manifest(copy)
    source = write("posts.jsonl", small_rows()[:2])
    for words in (["index", source, "--out", copy], ["check", copy, "--repair"]):
        if words[0] == "check":
            (copy / "versions" / "20200101T000000-000000000000").mkdir()
        analyst(*words).said(
            "Another run is changing this index", f"process {holder.pid}", os.uname().nodename, "since"
        )
    assert read_manifest(copy) == before and analyst("info", copy).code == 0  # reading goes on
    holder.kill()
    holder.wait()
    assert analyst("index", source, "--out", copy).code == 0
    assert read_manifest(copy).posts == 2 and (copy / "index.lock").read_bytes() == b""


def test_names_of_versions_never_collide(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "gmtime", lambda: time.struct_time((2026, 1, 1, 0, 0, 0, 0, 1, 0)))
    monkeypatch.setattr(os, "getpid", lambda: 1)  # as in a container
    with writing(copy) as first:
        assert len({first.begin() for _ in range(100)}) == 100
    assert len(list((copy / "versions").iterdir())) == 1


def test_a_clock_that_goes_backwards_changes_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "gmtime", lambda: time.struct_time((1990, 1, 1, 0, 0, 0, 0, 1, 0)))
    source, manifest = committed(copy), read_manifest(copy)
    with writing(copy) as later:
        folder = later.begin()
        shutil.copytree(source, folder, dirs_exist_ok=True)
        later.commit(folder, replace(manifest, people=6))
    assert read_manifest(copy).version.startswith("1990") and check_index(copy) == []
    assert [path.name for path in (copy / "versions").iterdir()] == [read_manifest(copy).version]


def test_a_version_that_is_held_stays_until_nobody_needs_it(copy: Path) -> None:
    folder = copy / "versions" / "20200101T000000-000000000000"
    folder.mkdir()
    first, second = Hold(folder), Hold(folder)
    for hold in (first, second):
        assert is_held(folder) and not delete_unless_held(folder)
        hold.release()
    assert not is_held(folder) and delete_unless_held(folder) and not folder.exists()
    with pytest.raises(FileNotFoundError):
        Hold(folder)


def test_a_first_build_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"), writing(tmp_path / "new") as build:
        (build.begin() / "posts").touch()
        raise ValueError("broken")
    assert list(tmp_path.iterdir()) == []


def test_a_first_build_that_was_killed_can_be_begun_again(tmp_path: Path) -> None:
    index = tmp_path / "new"
    (index / "versions" / "20200101T000000-000000000000").mkdir(parents=True)
    (index / "index.lock").write_text('{"process": 7, "host": "gone", "since": "2020"}')
    with pytest.raises(ValueError, match="again"), writing(index):
        assert list((index / "versions").iterdir()) == []
        raise ValueError("again")


@pytest.mark.parametrize("name", ["facts", "thesis.txt", MANIFEST])
def test_a_folder_that_is_no_index_is_left_alone(tmp_path: Path, name: str) -> None:
    mine = tmp_path / "mine"
    (mine / name).mkdir(parents=True) if name == "facts" else mine.mkdir() or (mine / name).write_text("mine")
    before = sorted(mine.iterdir())
    with pytest.raises(AnalystError, match="is no index; it will not be overwritten"), writing(mine):
        pass
    assert sorted(mine.iterdir()) == before


def test_the_top_of_a_disk_can_be_an_index(tmp_path: Path, write: Callable[..., str], encoder: object) -> None:
    """Nothing is ever renamed to the index's own name, which a mount point does not allow."""
    from index.build import build_index

    (tmp_path / "disk" / "lost+found").mkdir(parents=True)
    inode = (tmp_path / "disk").stat().st_ino
    for rows in (small_rows()[:2], small_rows()[:3]):
        build_index([write("posts.jsonl", rows)], tmp_path / "disk")
    assert (tmp_path / "disk").stat().st_ino == inode and read_manifest(tmp_path / "disk").posts == 3


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(
    analyst: Run, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build._Build", lambda *_: pytest.fail("read"))
    analyst("index", "-", "--out", locked / "out", typed="{}").said("cannot be written", "Permission denied")


def test_locks_of_a_process_are_its_own(copy: Path) -> None:
    with one_writer(copy), pytest.raises(AnalystError, match="Another run"), one_writer(copy):
        pass
    assert writer.is_index(copy)
