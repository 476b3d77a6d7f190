"""Reading, in posts a second: ``python tests/benchmarks/reading_speed.py --posts FILE [--against TREE] [--gigabyte]``.

The posts of FILE are written as JSONL, JSON and CSV, and read whole from each, in a process of its own; with
``--against`` also by the reader of another checkout of this project, in turn with ours, so that both meet the same load
of the machine. Of several turns the fastest counts, in seconds of the processor, which other programs' work disturbs
least; seconds by the clock are told beside it. ``--gigabyte`` repeats the posts to a file of 1 GB each and times
``analyst preview`` on it, start of the program included. Prints a table and one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from machine import described, machine
from reports import check_out, end, note, tell

from index.errors import AnalystError
from index.posts.readers import read_posts
from index.posts.record import Post

ROOT = Path(__file__).resolve().parents[2]
GIGABYTE = 10**9
KINDS = ("jsonl", "csv", "json")
READ = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from index.posts.readers import read_posts
from index.posts.record import Post
begun, work = time.perf_counter(), time.process_time()
posts = sum(isinstance(row, Post) for row in read_posts([sys.argv[2]]))
print(json.dumps([posts, time.process_time() - work, time.perf_counter() - begun]))
"""


def rows_of(path: Path, most: int) -> list[dict[str, Any]]:
    """The posts of a file of ours, with the fields that both readers know."""
    rows: list[dict[str, Any]] = []
    for row in read_posts([str(path)]):
        if isinstance(row, Post):
            rows.append({
                "id": row.id, "author": row.author, "text": row.text, "community": row.community, "likes": row.likes,
                "created_at": row.created_at.isoformat() if row.created_at else None,
            })  # fmt: skip
            if len(rows) == most:
                break
    return rows


def write(rows: list[dict[str, Any]], path: Path, size: int = 0) -> None:
    """The rows in the form that the ending of ``path`` names, repeated until the file has ``size`` bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
            while file.tell() < size:
                table.writerows(rows)
            return
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        between, ends = ("\n", ("", "\n")) if path.suffix == ".jsonl" else (",\n", ("[", "]"))
        block = between.join(lines)
        file.write(ends[0] + block)
        while file.tell() < size:
            file.write(between + block)
        file.write(ends[1])


def read(tree: Path, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tree), str(path)], check=True, capture_output=True, text=True, cwd=tree
    )
    posts, work, clock = json.loads(done.stdout)
    return {"posts": posts, "processor_seconds": work, "seconds": clock}


def compare(folder: Path, rows: list[dict[str, Any]], trees: Mapping[str, Path], turns: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in KINDS[:2]:
        path = folder / f"posts.{kind}"
        write(rows, path)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in trees}
        for _ in range(turns):
            for name, tree in trees.items():
                runs[name].append(read(tree, path))
        path.unlink()
        best = {name: min(each, key=lambda run: run["processor_seconds"]) for name, each in runs.items()}
        found[kind] = {
            name: {**run, "posts_a_second": round(run["posts"] / run["processor_seconds"])}
            for name, run in best.items()
        }
    return found


def preview(folder: Path, rows: list[dict[str, Any]], turns: int) -> dict[str, Any]:
    """Seconds and peak memory of ``analyst preview`` on 1 GB of each kind."""
    found: dict[str, Any] = {}
    for kind in KINDS:
        path = folder / f"large.{kind}"
        write(rows, path, GIGABYTE)
        clocks, works, peaks = [], [], []
        for _ in range(turns):
            begun = time.perf_counter()
            child = subprocess.Popen(
                [sys.executable, str(ROOT / "app.py"), "preview", str(path), "--json"], stdout=subprocess.DEVNULL
            )
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise AnalystError("analyst preview failed", where=str(path))
            clocks.append(time.perf_counter() - begun)
            works.append(used.ru_utime + used.ru_stime)
            peaks.append(used.ru_maxrss / 1024)
        found[kind] = {
            "bytes": path.stat().st_size, "seconds": round(min(clocks), 2), "slowest": round(max(clocks), 2),
            "processor_seconds": round(min(works), 2), "peak_mb": round(max(peaks)),
        }  # fmt: skip
        path.unlink()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=Path, required=True, help="a file of posts")
    parser.add_argument("--most", type=int, default=100_000, help="posts to take of it")
    parser.add_argument("--against", type=Path, help="another checkout of this project")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--gigabyte", action="store_true", help="time `analyst preview` on files of 1 GB")
    parser.add_argument("--out", type=Path, help="where to write the figures as JSON")
    options = parser.parse_args()
    check_out(options.out)
    about = machine()
    rows = rows_of(options.posts, options.most)
    trees = {"ours": ROOT, **({"other": options.against.resolve()} if options.against else {})}
    with tempfile.TemporaryDirectory() as made:
        folder, load = Path(made), os.getloadavg()
        note(f"reading {len(rows):,} posts")
        found: dict[str, Any] = {"reading": compare(folder, rows, trees, options.turns)}
        table = [described(about)]
        for kind, runs in found["reading"].items():
            for name, run in runs.items():
                table.append(f"{kind:5} {name:5} {run['posts_a_second']:>9,} posts a second ({run['posts']:,} posts)")
        if options.gigabyte:
            note("previewing 1 GB of each kind")
            found["preview_of_1_gb"] = preview(folder, rows, options.turns)
            for kind, run in found["preview_of_1_gb"].items():
                table.append(
                    f"{kind:5} preview {run['seconds']:.2f} s ({run['processor_seconds']:.2f} s of the processor), "
                    f"{run['peak_mb']} MB"
                )
    tell(table, {"machine": about, "load": load, **found}, options.out)


if __name__ == "__main__":
    end(main)
