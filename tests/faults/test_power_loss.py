"""Power that goes at any moment: by the recorded order of writes and syncs, the old index or the new one is whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from index.build import build_index
from index.manifest import NAME as MANIFEST
from index.manifest import Manifest, read_manifest
from index.versions.layout import FOLDER, sha256, sizes, version_folder
from tests.conftest import small_rows
from tests.fake_reader import FakeReader


@dataclass
class Disk:
    """What is certain to be on the disk: of each file the content, of each folder the names, as they were last synced.

    ``moments`` is what was certain whenever the name of the manifest was about to change or a folder to go.
    """

    files: dict[str, str] = field(default_factory=dict)
    folders: dict[str, set[str]] = field(default_factory=dict)
    moments: list[tuple[str, Manifest | None, Disk]] = field(default_factory=list)

    def sync(self, path: Path) -> None:
        if path.is_dir():
            self.folders[str(path)] = {each.name for each in path.iterdir()}
        else:
            self.files[str(path.parent.resolve() / path.name)] = sha256(path)

    def moment(self, what: str, manifest: Manifest | None) -> None:
        self.moments.append((what, manifest, Disk(dict(self.files), dict(self.folders))))

    def holds(self, index: Path, manifest: Manifest) -> list[str]:
        """What of a version is not certain to be on the disk."""
        folder, lost = version_folder(index, manifest), []
        names = [*manifest.files, MANIFEST]
        for name in names:
            path = folder / name
            told = manifest.files[name][1] if name != MANIFEST else sha256(path)
            if self.files.get(str(path)) != told:
                lost.append(f"content of {name}")
            lost += [
                f"name {each.name} in {each.parent.name}"
                for each in (path, *path.parents)
                if each.is_relative_to(index.parent) and each != index.parent
                and each.name not in self.folders.get(str(each.parent), ())
            ]  # fmt: skip
        return lost


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk()
    fsync, replace, rmtree = os.fsync, Path.replace, shutil.rmtree

    def synced(file: int) -> None:
        found.sync(Path(f"/proc/self/fd/{file}").readlink())
        fsync(file)

    def replaced(self: Path, target: Path) -> Path:
        source = str(self.resolve())
        if target.name == MANIFEST and target.parent.parent.name != FOLDER:
            folder = target.parent / "coming"
            folder.mkdir()
            shutil.copyfile(self, folder / MANIFEST)
            found.moment("commit", read_manifest(folder))
            rmtree(folder)
        done = replace(self, target)
        if source in found.files:
            found.files[str(target.resolve())] = found.files.pop(source)
        return done

    def deleted(path: Any, *args: Any, **more: Any) -> None:
        found.moment(f"delete {Path(path).name}", None)
        rmtree(path, *args, **more)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(shutil, "rmtree", deleted)
    return found


def test_nothing_old_goes_before_all_that_is_new_is_on_the_disk(
    disk: Disk, write: Callable[..., str], tmp_path: Path, encoder: object
) -> None:
    index = tmp_path / "deep" / "index"
    build_index([write("posts.jsonl", small_rows())], index)
    first = read_manifest(index)
    assert [what for what, _, _ in disk.moments] == ["commit", "delete building"]
    _, coming, certain = disk.moments[0]
    assert coming == first and certain.holds(index, first) == []
    disk.moments.clear()

    build_index([write("posts.jsonl", small_rows()[:5])], index)
    second = read_manifest(index)
    commit, delete, parts = disk.moments
    assert commit[:2] == ("commit", second) and commit[2].holds(index, second) == []
    # Until the name of the manifest is certain, nothing of the former version may go.
    assert delete[0] == f"delete {first.version}"
    assert parts[0] == "delete building"
    assert delete[2].files[str(index / MANIFEST)] == sha256(index / MANIFEST)
    assert MANIFEST in delete[2].folders[str(index)]
    assert len(sizes(index / FOLDER)) == len(second.files) + 1


def test_a_forgotten_sync_would_be_seen(
    disk: Disk, write: Callable[..., str], tmp_path: Path, encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.versions.writer.sync_tree", lambda folder: None)
    index = tmp_path / "index"
    build_index([write("posts.jsonl", small_rows()[:3])], index)
    assert "content of facts/posts.parquet" in disk.moments[0][2].holds(index, read_manifest(index))


def test_what_was_analysed_is_on_the_disk_before_more_is(
    disk: Disk, write: Callable[..., str], tmp_path: Path, fake_reader: type[FakeReader]
) -> None:
    index, found = tmp_path / "index", []

    def look(number: int) -> None:
        """While a batch is read, the last but one before it is certain: the one between may be on its way."""
        for name in ("record.json", *(f"{part:06}.part" for part in range(number - 1))):
            path = index / "building" / name
            found.append(disk.files[str(path)] == sha256(path))
            found.extend(each.name in disk.folders[str(each.parent)] for each in (path, path.parent, index))
        if number == 4:
            raise KeyboardInterrupt

    fake_reader.on_read = look
    with pytest.raises(KeyboardInterrupt):
        build_index([write("posts.jsonl", small_rows())], index)
    assert len(found) > 20 and all(found)
