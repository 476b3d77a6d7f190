"""Kill whatever changes an index at random moments: ``python tests/faults/kill_changes.py [--kills 200]``.

Builds, additions, removals and the lifting of removals follow each other at random, with posts read by a fake that
needs no models; each is killed with SIGKILL at a random moment of the time that such a change takes, and some come
through. After each the index must be whole, and hold exactly the posts from before or from after the change, none lost
or doubled, and nothing of those who were removed; after a change that came through nothing else may lie in its folder.
Prints a table and one JSON object; exit code 1 if it was otherwise.
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
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import chromadb  # noqa: E402, F401 (loaded once; children have it)
import duckdb  # noqa: E402, F401
import pyarrow.parquet as pq  # noqa: E402

import index.add as add  # noqa: E402
import index.build as build  # noqa: E402
import index.derive as derive  # noqa: E402
from index.check import check_index, leftovers  # noqa: E402
from index.errors import AnalystError  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.removals import standing_removals  # noqa: E402
from index.remove import lift_removals, remove_posts  # noqa: E402
from index.versions.layout import sizes, version_folder  # noqa: E402
from index.versions.parts import posts_in  # noqa: E402
from tests.fake_reader import FakeEncoder, FakeReader  # noqa: E402
from tests.faults.children import come_through, in_child, told_by_child  # noqa: E402

SAMPLE = ROOT / "index" / "sample" / "posts.jsonl"
BATCH = 16
SPARED = 4  # one change in so many comes through
MOST_REMOVED = 8  # people who may be gone at once; then all requests are lifted
LONGEST = 120.0  # seconds that a change may take: one that takes longer hangs


@dataclass(frozen=True)
class State:
    """What an index holds: ids of posts, and the people whose removal was asked for."""

    posts: frozenset[str]
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """One change of an index: its kind, what it does, and what the index holds after it."""

    kind: str
    work: Callable[[], object]
    after: State


class Changes:
    """Random changes of an index that make sense in the state that it is in."""

    def __init__(self, folder: Path, posts: int, dice: random.Random) -> None:
        self._index, self._dice = folder / "index", dice
        rows = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()[:posts]]
        self.authors = {row["id"]: row["author"] for row in rows}
        self._sources = [folder / "few.jsonl", folder / "more.jsonl"]
        for source, part in zip(self._sources, (rows[: posts // 2], rows), strict=True):
            source.write_text("".join(json.dumps(row) + "\n" for row in part), encoding="utf-8")
        self._ids = [frozenset(row["id"] for row in part) for part in (rows[: posts // 2], rows)]

    def build(self, state: State, which: int) -> Change:
        source, posts = str(self._sources[which]), self._without(self._ids[which], state.removed)
        return Change("build", lambda: build.build_index([source], self._index), replace(state, posts=posts))

    def next(self, state: State) -> Change:
        if len(state.removed) >= MOST_REMOVED:
            return Change("lift", lambda: lift_removals(self._index), replace(state, removed=frozenset()))
        kind = self._dice.choice(["build", "add", "add", "remove", "remove"])
        if kind == "build":
            return self.build(state, self._dice.randrange(2))
        if kind == "add":
            more = self._without(state.posts | self._ids[1], state.removed)
            source = str(self._sources[1])
            return Change("add", lambda: add.add_posts(self._index, [source]), replace(state, posts=more))
        gone = self._dice.choice(sorted({self.authors[id_] for id_ in state.posts}))
        left = self._without(state.posts, frozenset([gone]))
        return Change("remove", lambda: remove_posts(self._index, authors=[gone]), State(left, state.removed | {gone}))

    def _without(self, ids: frozenset[str], people: frozenset[str]) -> frozenset[str]:
        return frozenset(id_ for id_ in ids if self.authors[id_] not in people)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--posts", type=int, default=120)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    FakeReader.forget()
    for module in (build, add, derive):
        for name, fake in (("Reader", FakeReader), ("shared_encoder", FakeEncoder), ("BATCH", BATCH)):
            setattr(module, name, fake)
    with tempfile.TemporaryDirectory(prefix="kill-changes-") as folder:
        outcome = kill_changes(Path(folder), args.kills, args.posts, random.Random(args.seed))
    for name, value in outcome.items():
        print(f"{name:>32}  {value}")
    print(json.dumps(outcome))
    sys.exit(1 if any(outcome[name] for name in ("lost", "neither before nor after", "left after a change")) else 0)


def kill_changes(folder: Path, kills: int, posts: int, dice: random.Random) -> dict[str, Any]:
    """What became of the index after each change, counted."""
    changes, index = Changes(folder, posts, dice), folder / "index"
    first = changes.build(State(frozenset()), 0)
    lasted: dict[str, list[float]] = {}  # seconds of the changes that came through, by kind
    state = first.after
    found: Counter[str] = Counter()
    timed(first, lasted)
    while found["killed"] < kills:
        change = changes.next(state)
        spared = change.kind not in lasted or dice.randrange(SPARED) == 0
        version = read_manifest(index).version
        if spared:
            timed(change, lasted)
        elif kill(change.work, dice.uniform(0, 1.1 * median(lasted[change.kind]))):
            found.update(["killed", f"killed {change.kind}"])
        else:
            found["done before the kill"] += 1
            spared = True
        faults, held, asked = told_by_child(lambda change=change: look(index, {*changes.authors.values()}))
        now = State(frozenset(held), frozenset(asked))
        moved = read_manifest(index).version != version
        found["after" if moved else "before"] += 1
        found["lost"] += bool(faults) or len(held) != len(now.posts)
        if now != (change.after if moved or spared else state):
            found["neither before nor after"] += 1
            print(f"{change.kind}: {sorted(now.posts ^ change.after.posts)[:9]}", file=sys.stderr)
        for fault in faults:
            print(f"{change.kind}: {fault}", file=sys.stderr)
        state = now
        found["parts that were kept"] += posts_in(index) > 0
        found["left after a kill"] += bool(told_by_child(lambda: leftovers(index)))
        if found["killed"] % 10 == 0:
            print(dict(found), file=sys.stderr, flush=True)
        if spared:
            found["came through"] += 1
            found["left after a change"] += bool(strays(index))
    kinds = sorted(kind for kind in found if kind.startswith("killed "))
    names = ["killed", *kinds, "done before the kill", "came through", "before", "after", "lost",
             "neither before nor after", "parts that were kept", "left after a kill",
             "left after a change"]  # fmt: skip
    return {name: found[name] for name in names}


def timed(change: Change, lasted: dict[str, list[float]]) -> None:
    """Let a change come through."""
    started = time.perf_counter()
    come_through(change.work)
    lasted.setdefault(change.kind, []).append(time.perf_counter() - started)


def kill(work: Callable[[], object], seconds: float) -> bool:
    """Do ``work`` in a child that is killed after so many ``seconds``; whether it was still at it."""
    child, until = in_child(work), time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            if status:
                raise SystemExit("A change that was not killed has failed.")
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0


def look(index: Path, people: set[str]) -> tuple[list[str], list[str], list[str]]:
    """What is wrong with the index, the ids of its posts, and whose removal it remembers."""
    try:
        faults = [fault.sentence for fault in check_index(index)]
        folder = version_folder(index, read_manifest(index))
        ids = pq.read_table(folder / "facts" / "posts.parquet", columns=["id"]).column("id").to_pylist()
        asked = standing_removals(index)
    except AnalystError as error:
        return [str(error)], [], []
    return faults, ids, [name for name in sorted(people) if asked.has_author(name)]


def strays(index: Path) -> list[str]:
    """Files that are none of the committed version."""
    own = ("index.lock", "manifest.json", f"versions/{read_manifest(index).version}/")
    return [name for name in sizes(index) if not name.startswith(own)]


if __name__ == "__main__":
    main()
