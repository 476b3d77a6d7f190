"""Kill a build with kill -9 again and again, and let the same build go on from there each time:
``python tests/faults/kill_resumes.py [--kills 200] [--posts 2000] [--batch 2] [--seed 0]``.

Posts are read by a fake that needs no models and takes a little time for each batch. One process loads the libraries,
and has a child build; the child is killed a random time after a random number of batches. At the end a build comes
through, and must hold the same facts and vectors as one that nobody interrupted. Prints one JSON object: how many posts
each run analysed, and in what the indexes differ.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import chromadb  # noqa: E402, F401 (loaded once; children have it)
import duckdb  # noqa: E402, F401

import index.build as build  # noqa: E402
from index.encoding.analysis import Analysis  # noqa: E402
from index.versions.layout import sizes  # noqa: E402
from tests.fake_reader import FakeEncoder, FakeReader, differences  # noqa: E402
from tests.faults.children import come_through, in_child, told_by_child  # noqa: E402

SAMPLE = ROOT / "index" / "sample" / "posts.jsonl"
PAUSE = 0.02  # seconds that a batch takes beside the work on it
MOST = 4  # batches that a run which is killed may read before


class SlowReader(FakeReader):
    """Notes what was analysed in a file, which outlives the process."""

    log: Path

    def read(self, texts: Sequence[str]) -> list[Analysis]:
        time.sleep(PAUSE)
        found = super().read(texts)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{len(texts)}\n")
        return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--posts", type=int, default=2000)
    options.add_argument("--batch", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    FakeReader.forget()
    build.Reader, build.shared_encoder, build.BATCH = SlowReader, FakeEncoder, args.batch  # type: ignore[misc, assignment]
    with tempfile.TemporaryDirectory(prefix="kill-resumes-") as folder:
        told = kill_resumes(Path(folder), args.kills, args.posts, random.Random(args.seed))
    print(json.dumps(told))


def kill_resumes(folder: Path, kills: int, posts: int, dice: random.Random) -> dict[str, object]:
    """What each run analysed, and what came of it."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)[:posts]
    source, log = folder / "posts.jsonl", folder / "log"
    source.write_text("".join(lines), encoding="utf-8")
    SlowReader.log = log
    come_through(functools.partial(build.build_index, [str(source)], folder / "whole"))
    analysed = []
    for number in range(kills + 1):
        log.write_text("")
        work = functools.partial(build.build_index, [str(source)], folder / "out")
        if number < kills:
            killed(work, log, dice.randint(0, MOST), dice.uniform(0, 3 * PAUSE))
        else:
            come_through(work)
        analysed.append(sum(read_in(log)))
    found = told_by_child(lambda: differences(folder / "whole", folder / "out"))
    left = [name for name in sizes(folder / "out") if not name.startswith(("versions/", "index.lock", "manifest.json"))]
    return {
        "posts": posts,
        "batch": build.BATCH,
        "kills": kills,
        "analysed": analysed,
        "differences": found,
        "left": left,
    }


def read_in(log: Path) -> list[int]:
    """How many posts were analysed in each batch."""
    return [int(line) for line in log.read_text(encoding="utf-8").split()]


def killed(work: Callable[[], object], log: Path, batches: int, seconds: float) -> None:
    """Do ``work`` in a child that is killed so many ``seconds`` after it has read so many ``batches``."""
    child = in_child(work)
    while len(read_in(log)) < batches:
        if os.waitpid(child, os.WNOHANG)[0]:
            raise SystemExit("A run ended before it could be killed.")
        time.sleep(0.002)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
