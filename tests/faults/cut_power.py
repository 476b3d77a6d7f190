"""Cut the power at random moments of a commit, or with ``--builds`` of builds that leave parts:
``python tests/faults/cut_power.py INDEX [--cuts 50] [--builds POSTS] [--without-sync]``.

Needs root and ``mkfs.ext4``. A file system in a file holds a copy of INDEX; a child changes that, is stopped at a
random moment, and the file is copied as it is: that is what a disk holds when the power goes. The copy is mounted, and
must hold one version whole, the one before the change or the one after. A change is one more commit of the version that
is there. With ``--builds`` it is a build of so many posts, read by a fake that needs no models: then every part that
was said to be kept must be on the copy too, and the same build must go on there from its parts to what a build without
a cut makes. ``--without-sync`` leaves out every sync, to show that the test would see it. Prints a table and one JSON
object; exit code 1 if something was lost.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import chromadb  # noqa: E402, F401 (loaded once; children have it)
import duckdb  # noqa: E402, F401

import index.build as build  # noqa: E402
from index.encoding.analysis import Analysis  # noqa: E402
from index.errors import AnalystError  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.versions.layout import open_version, sizes, verify, version_folder  # noqa: E402
from index.versions.parts import Done, Parts  # noqa: E402
from index.versions.writer import writing  # noqa: E402
from tests.fake_reader import FakeEncoder, FakeReader, differences  # noqa: E402
from tests.faults.children import come_through, in_child, told_by_child  # noqa: E402

SAMPLE = ROOT / "index" / "sample" / "posts.jsonl"
SPARE = 4  # times the size of the index that the file system has
ROOM = 64 << 20  # bytes that it has more
BATCH = 20
PAUSE = 0.05  # seconds that the fake takes for a batch, so that most cuts fall while parts are written


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("index", type=Path)
    options.add_argument("--cuts", type=int, default=50)
    options.add_argument("--builds", type=int, metavar="POSTS")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--without-sync", action="store_true")
    args = options.parse_args()
    if args.without_sync:
        os.fsync = lambda file: None
    with tempfile.TemporaryDirectory(prefix="cut-power-") as name:
        folder = Path(name)
        changes = Builds(folder, args.builds) if args.builds else Commits()
        outcome = cut_power(folder, args.index, changes, args.cuts, random.Random(args.seed))
    for name, value in outcome.items():
        print(f"{name:>24}  {value}")
    print(json.dumps(outcome))
    sys.exit(1 if any(outcome.get(kind) for kind in ("lost", *Builds.FAULTS)) else 0)


class Commits:
    """Changes that commit the version that is there once more, as a new one."""

    def next(self, index: Path) -> Callable[[], object]:
        """The work of the next change."""

        def commit() -> None:
            with writing(index) as writer:
                manifest, folder = read_manifest(index), writer.begin()
                shutil.copytree(version_folder(index, manifest), folder, dirs_exist_ok=True)
                writer.commit(folder, manifest)

        return commit

    def kept(self) -> int:
        """What must be on the disk now, beside a version."""
        return 0

    def look(self, copy: Path, left: str, kept: int) -> dict[str, int]:
        """What more than a version a copy holds, counted; ``kept`` is what had to be there."""
        return {}


class Builds:
    """Changes that build an index of other posts than before, reading them with a fake; outside of the disk they note
    how many posts are in the parts that are kept.
    """

    FAULTS = ("parts lost", "resumed wrong")

    def __init__(self, folder: Path, posts: int) -> None:
        self._folder, self._posts = folder, posts
        SlowReader.forget()
        build.Reader, build.shared_encoder, build.BATCH = SlowReader, FakeEncoder, BATCH  # type: ignore[misc, assignment]
        build.Parts = NotedParts  # type: ignore[misc]
        NotedParts.log = folder / "kept"
        lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
        self._sources = [folder / "one.jsonl", folder / "other.jsonl"]
        for number, source in enumerate(self._sources):
            source.write_text("".join(lines[number * posts : (number + 1) * posts]), encoding="utf-8")
            come_through(functools.partial(build.build_index, [str(source)], self._whole(source)))

    def next(self, index: Path) -> Callable[[], object]:
        self._sources.reverse()
        NotedParts.log.write_text("")
        return functools.partial(build.build_index, [str(self._sources[0])], index)

    def kept(self) -> int:
        return sum(map(int, NotedParts.log.read_text(encoding="utf-8").split()))

    def look(self, copy: Path, left: str, kept: int) -> dict[str, int]:
        source = self._sources[0]

        def resumed() -> tuple[int, list[str]]:
            build.build_index([str(source)], copy)
            return len(SlowReader.texts), differences(self._whole(source), copy)

        analysed, differs = told_by_child(resumed)
        taken = read_manifest(self._whole(source)).posts - analysed
        if differs:
            print(f"{taken} posts taken over, then others than of a build without a cut: {', '.join(differs)}")
        return {
            "went on from parts": taken > 0,
            "posts taken over": taken,
            "parts lost": left == "old" and taken < kept,
            "resumed wrong": bool(differs),
        }

    def _whole(self, source: Path) -> Path:
        """The index of a build without a cut."""
        return self._folder / f"whole-{source.stem}"


class SlowReader(FakeReader):
    """Takes a little time for each batch."""

    def read(self, texts: Sequence[str]) -> list[Analysis]:
        time.sleep(PAUSE)
        return super().read(texts)


class NotedParts(Parts):
    """Notes of each part that is kept how many posts are in it."""

    log: ClassVar[Path]

    def add(self, number: int, done: Done, pieces: Mapping[str, bytes]) -> None:
        super().add(number, done, pieces)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{done.posts}\n")


def cut_power(
    folder: Path, source: Path, changes: Commits | Builds, cuts: int, dice: random.Random
) -> dict[str, float]:
    """What the disk held after each cut, counted."""
    disk, cut = folder / "disk.img", folder / "cut.img"
    size = SPARE * sum(sizes(source).values()) + ROOM
    with disk.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", str(disk)], check=True)
    found: Counter[str] = Counter()
    with mounted(disk, folder / "disk") as top:
        index = top / "index"
        shutil.copytree(source, index)
        os.sync()
        started = time.perf_counter()
        come_through(changes.next(index))
        lasts = time.perf_counter() - started
        for _ in range(cuts):
            before = read_manifest(index).version
            child = in_child(changes.next(index))
            time.sleep(dice.uniform(0, 1.2 * lasts))
            os.kill(child, signal.SIGSTOP)
            kept = changes.kept()
            shutil.copyfile(disk, cut)
            os.kill(child, signal.SIGCONT)
            if os.waitpid(child, 0)[1]:
                raise SystemExit("A change has failed.")
            after = read_manifest(index).version
            with mounted(cut, folder / "cut") as copy:
                left = left_by(copy / "index", before, after)
                found[left] += 1
                found.update(changes.look(copy / "index", left, kept))
    kinds = ("old", "new", "lost", *(kind for kind in found if kind not in ("old", "new", "lost")))
    return {"cuts": cuts, "seconds of a change": round(lasts, 3), **{kind: found[kind] for kind in kinds}}


def left_by(index: Path, before: str, after: str) -> str:
    """What of an index the power left: the old version, the new one, or none."""
    try:
        version = open_version(index)
        verify(index, version)
    except AnalystError as error:
        print(error)
        return "lost"
    found = version.manifest.version
    return "old" if found == before else "new" if found == after else "lost"


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


if __name__ == "__main__":
    main()
