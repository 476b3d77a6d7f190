"""Kills workers of a Ray cluster while they analyse posts, and compares the index with that of a build without Ray.

    python tests/faults/kill_cluster_workers.py POSTS.jsonl [--nodes 3] [--kills 1] [--batch 128]

The cluster has several nodes on this machine, each with one worker; a kill is SIGKILL to the process of a worker that
is at work. Needs the extra ``cluster``, and a machine with time to spare: on one that was busy with other work it did
not come to its end yet. Exit code 1 if the indexes differ.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

import index.build as build  # noqa: E402
from index.encoding.encoder import Encoder  # noqa: E402
from index.engines.ray import Cluster  # noqa: E402
from index.merge import count_posts  # noqa: E402
from index.store.flat_vectors import NAMES, read_scan  # noqa: E402
from index.versions.layout import open_version  # noqa: E402
from index.versions.parts import FOLDER  # noqa: E402

TABLES = ("posts", "mentions", "phrases", "people")


class Killer(threading.Thread):
    """Kills workers, one each time that some more batches are kept, until there were enough."""

    def __init__(self, out: Path, kills: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._parts, self._kills, self._random = out / FOLDER, kills, random.Random(seed)
        self.killed: list[dict[str, Any]] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        wanted = 1
        while len(self.killed) < self._kills and not self.stopped.wait(0.05):
            kept = len(list(self._parts.glob("*.part")))
            busy = workers_at_work()
            if kept >= wanted and busy:
                victim = self._random.choice(busy)
                os.kill(victim, signal.SIGKILL)
                self.killed.append({"process": victim, "batches kept": kept})
                wanted = kept + 2


def workers_at_work() -> list[int]:
    """Processes below this one in which a worker is reading a shard."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if line.startswith("ray::") and "IDLE" not in line and "ShardReader" in line:
            found.append(process.pid)
    return found


def compared(one: Path, other: Path) -> dict[str, Any]:
    """Of two indexes which tables have the same rows, and how far their numbers are apart at most."""
    folders = [open_version(index).folder / "facts" for index in (one, other)]
    found: dict[str, Any] = {}
    for table in TABLES:
        left, right = (pq.read_table(folder / f"{table}.parquet").to_pandas() for folder in folders)
        floats = [name for name in left.columns if left[name].dtype.kind == "f"]
        same = len(left) == len(right) and left.drop(columns=floats).equals(right.drop(columns=floats))
        apart = max((float(np.nanmax(np.abs(left[n] - right[n]), initial=0)) for n in floats), default=0) if same else 1
        found[table] = {"rows": len(left), "same but for floats": same, "furthest floats": apart}
        found[table]["same bytes"] = len({(folder / f"{table}.parquet").read_bytes() for folder in folders}) == 1
    posts = count_posts(folders[0])
    left, right = (np.asarray(read_scan(folder, posts)) for folder in folders)
    found["vectors"] = {
        "furthest": float(np.abs(left - right).max()),
        "least cosine": float((left * right).sum(axis=1).min()),
        "same bytes": {kind: len({(folder / name).read_bytes() for folder in folders}) == 1
                       for kind, name in NAMES.items()},
    }  # fmt: skip
    found["equal"] = all(found[t]["same but for floats"] and found[t]["furthest floats"] < 1e-4 for t in TABLES)
    found["equal"] &= found["vectors"]["furthest"] < 1e-4
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("posts")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128, help="posts in a shard")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    encoder = Encoder(precision="fp32")  # measuring which precision is faster takes longer than these few posts
    build.BATCH, build.shared_encoder = options.batch, lambda: encoder  # type: ignore[assignment]

    os.environ.setdefault("RAY_worker_niceness", "0")  # Ray's own 15 would let them wait for every other program
    from ray.cluster_utils import Cluster as Nodes

    with tempfile.TemporaryDirectory() as folder:
        here, there = Path(folder, "here"), Path(folder, "there")
        began = time.perf_counter()
        build.build_index([options.posts], here)
        local = time.perf_counter() - began
        print(f"Built here in {local:.0f} s.", file=sys.stderr, flush=True)
        nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        try:
            for _ in range(options.nodes - 1):
                nodes.add_node(num_cpus=1)
            killer, began = Killer(there, options.kills, options.seed), time.perf_counter()
            killer.start()
            build.build_index([options.posts], there, engine=Cluster(nodes.address, options.nodes))
            killer.stopped.set()
            cluster = time.perf_counter() - began
        finally:
            nodes.shutdown()
        told = {"nodes": options.nodes, "batch": options.batch, "killed": killer.killed, "load": os.getloadavg()[0],
                "seconds": [round(local, 1), round(cluster, 1)], **compared(here, there)}  # fmt: skip
    print(json.dumps(told, indent=1))
    return 0 if told["equal"] and len(killer.killed) == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())
