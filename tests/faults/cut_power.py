"""Cut the power at random moments of a commit: ``python tests/faults/cut_power.py INDEX [--cuts 50] [--without-sync]``.

Needs root and ``mkfs.ext4``. A file system in a file holds a copy of INDEX; a child commits version after version of it
there, is stopped at a random moment, and the file is copied as it is: that is what a disk holds when the power goes.
The copy is mounted, and must hold one version whole, the one before the commit or the one after. ``--without-sync``
leaves out every sync, to show that the test would see it. Prints a table and one JSON object; exit code 1 if an index
was lost.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.errors import AnalystError  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.versions.layout import open_version, sizes, verify, version_folder  # noqa: E402
from index.versions.writer import writing  # noqa: E402

SPARE = 4  # times the size of the index that the file system has


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("index", type=Path)
    options.add_argument("--cuts", type=int, default=50)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--without-sync", action="store_true")
    args = options.parse_args()
    if args.without_sync:
        os.fsync = lambda file: None
    with tempfile.TemporaryDirectory(prefix="cut-power-") as folder:
        outcome = cut_power(Path(folder), args.index, args.cuts, random.Random(args.seed))
    for name, value in outcome.items():
        print(f"{name:>20}  {value}")
    print(json.dumps(outcome))
    sys.exit(1 if outcome["lost"] else 0)


def cut_power(folder: Path, source: Path, cuts: int, dice: random.Random) -> dict[str, float]:
    """What the disk held after each cut, counted."""
    disk, cut = folder / "disk.img", folder / "cut.img"
    size = SPARE * sum(sizes(source).values()) + (16 << 20)
    with disk.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", str(disk)], check=True)
    found: Counter[str] = Counter()
    with mounted(disk, folder / "disk") as top:
        index = top / "index"
        shutil.copytree(source, index)
        os.sync()
        started = time.perf_counter()
        os.waitpid(committing(index), 0)
        lasts = time.perf_counter() - started
        for _ in range(cuts):
            before = read_manifest(index).version
            child = committing(index)
            time.sleep(dice.uniform(0, 1.2 * lasts))
            os.kill(child, signal.SIGSTOP)
            shutil.copyfile(disk, cut)
            os.kill(child, signal.SIGCONT)
            os.waitpid(child, 0)
            after = read_manifest(index).version
            with mounted(cut, folder / "cut") as copy:
                found[left_by(copy / "index", before, after)] += 1
    kinds = ("old", "new", "lost")
    return {"cuts": cuts, "seconds of a commit": round(lasts, 3), **{kind: found[kind] for kind in kinds}}


def committing(index: Path) -> int:
    """A child that commits the version that is there once more, as a new one."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with writing(index) as writer:
                manifest, folder = read_manifest(index), writer.begin()
                shutil.copytree(version_folder(index, manifest), folder, dirs_exist_ok=True)
                writer.commit(folder, manifest)
            code = 0
        finally:
            os._exit(code)
    return child


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
