"""Kill builds at random moments: ``python tests/faults/kill_builds.py [--kills 200] [--posts 300] [--seed 0]``.

One process loads the models, and has a child make the index anew, of other posts each time; the child is killed with
SIGKILL at a random moment of the time that a build takes. After each kill the index must be to the last byte what one
of the two builds wrote, and must hold exactly its posts; after the next run nothing else may lie in its folder. Prints
a table and one JSON object; exit code 1 if an index was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import index.build  # noqa: E402
from index.build import build_index  # noqa: E402
from index.check import check_index, leftovers  # noqa: E402
from index.encoding.encoder import shared_encoder  # noqa: E402
from index.errors import AnalystError  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.versions.layout import sizes  # noqa: E402
from index.versions.parts import posts_in  # noqa: E402
from tests.faults.children import in_child, told_by_child  # noqa: E402

SAMPLE = ROOT / "index" / "sample" / "posts.jsonl"
LONGEST = 600.0  # seconds that a build may take which nobody kills: one that takes longer hangs


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--posts", type=int, default=300)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    import torch

    torch.set_num_threads(1)  # threads of OpenMP do not live on in a child, which would wait for them for ever
    shared_encoder()  # loaded once; children have it
    index.build.BATCH = 32  # so that builds which are killed leave parts of what they had analysed
    with tempfile.TemporaryDirectory(prefix="kill-builds-") as folder:
        outcome = kill_builds(Path(folder), args.kills, args.posts, random.Random(args.seed))
    for name, value in outcome.items():
        print(f"{name:>36}  {value}")
    print(json.dumps(outcome))
    sys.exit(1 if outcome["lost"] or outcome["neither old nor new"] else 0)


def kill_builds(folder: Path, kills: int, posts: int, dice: random.Random) -> dict[str, float]:
    """What became of the index after each kill, counted."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    sources = [folder / "few.jsonl", folder / "more.jsonl"]
    for source, count in zip(sources, (posts // 2, posts), strict=True):
        source.write_text("".join(lines[:count]), encoding="utf-8")
    index, counts = folder / "index", [posts // 2, posts]
    lasted: list[float] = []  # seconds of the builds that came through

    def come_through(source: Path) -> None:
        started = time.perf_counter()
        build(index, source, None)
        lasted.append(time.perf_counter() - started)

    come_through(sources[0])
    found: Counter[str] = Counter()
    while found["killed in time"] < kills:
        before = read_manifest(index)
        source = sources[counts.index(before.posts) - 1]  # the other one
        found["went on from parts"] += posts_in(index) > 0
        # The middle one: how fast a build is changes with what else the machine does, and with the parts it finds.
        killed = build(index, source, dice.uniform(0, 1.1 * median(lasted)))
        found["killed in time" if killed else "done before the kill"] += 1
        faults = told_by_child(lambda: look(index))
        number = found["killed in time"] + found["done before the kill"]
        told = f"{'killed' if killed else 'done'}, {'; '.join(faults) or 'whole'}, {posts_in(index)} posts in parts"
        print(f"{number}: {told}", file=sys.stderr, flush=True)
        found["lost" if faults else "whole"] += 1
        if faults:
            come_through(sources[0])
            continue
        after = read_manifest(index)
        found["old" if after.version == before.version else "new" if after.posts in counts else "neither"] += 1
        found["leftovers after the kill"] += bool(leftovers(index))
        if not killed or found["killed in time"] % 5 == 0:  # a run that comes through
            come_through(source)
            found["runs after kills"] += 1
            clean = {"index.lock", "manifest.json", f"versions/{read_manifest(index).version}"}
            found["leftovers after the next run"] += any(not name.startswith(tuple(clean)) for name in sizes(index))
    names = ["whole", "lost", "old", "new", "neither old nor new", "killed in time", "done before the kill"]
    names += ["went on from parts", "leftovers after the kill", "runs after kills", "leftovers after the next run"]
    found["neither old nor new"] = found.pop("neither", 0)
    return {"kills": kills, "seconds of a build": round(median(lasted), 2), **{name: found[name] for name in names}}


def look(index: Path) -> list[str]:
    """What is wrong with the index."""
    try:
        return [fault.sentence for fault in check_index(index)]
    except AnalystError as error:
        return [str(error)]


def build(index: Path, source: Path, seconds: float | None) -> bool:
    """Make the index in a child; whether it was killed after so many ``seconds``. Ends the run if a build that was to
    come through fails or hangs.
    """
    child = in_child(lambda: build_index([str(source)], index))
    until = time.monotonic() + (seconds if seconds is not None else LONGEST)
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                raise SystemExit("A build that was not killed has failed.")
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if seconds is None:
        raise SystemExit(f"A build that was not killed was not done after {LONGEST:.0f} seconds.")
    return True


if __name__ == "__main__":
    main()
