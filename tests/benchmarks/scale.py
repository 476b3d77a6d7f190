"""What more posts cost: ``python tests/benchmarks/scale.py --index DIR [--sizes 10000 100000 1000000] [--out FILE]``.

The posts of DIR, whose analysis is the base, are there again and again under new authors and ids and with changed words
(``many_posts.py``): real posts in their kind, not in their number. The rate of analysis is that of the base alone. All
else is measured as it is: an index of each size is made by the same code from a file of posts, which is read, told
apart, kept in parts, stored, filled into Chroma, checksummed and committed; only what the models would find is put in,
but for one batch. Then another process opens each index and calls every tool (``tool_latency.py``), and 100 further
posts are added. Prints a table and one JSON object; beside ``--out`` a plot of the growth is written as SVG. Figures
over their bar are marked. ``--folder`` keeps the indexes, and takes those that are there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from machine import described, machine
from many_posts import ManyPosts, StandIn
from reports import check_out, end, note, tell

from app import hush_libraries
from index.versions.layout import open_version, sizes

SIZES = (10_000, 100_000, 1_000_000)
BARS = {"find_audience": 1.0, "analyze_sentiment": 0.5, "count": 0.5, "rank": 0.5}  # seconds, p95
MOST_MEMORY = 2560  # MB, of a build
LONGEST_OPENING = 3.0  # seconds
ADDED = 100  # posts, to an index that stands


def build(base: Path, posts: int, folder: Path) -> dict[str, Any]:
    """Make the index of a size, in a process of its own."""
    import index.build as module

    source, out = folder / f"{posts}.jsonl", folder / str(posts)
    StandIn.source = ManyPosts(base)
    StandIn.source.write(posts, source)
    before, started = _peak(), time.perf_counter()
    with module_with(module, StandIn):
        manifest, _ = module.build_index([str(source)], out)
    seconds = time.perf_counter() - started
    source.unlink()
    parts = {name: sum(size for path, size in sizes(out).items() if name in path) for name in ("/facts/", "/chroma/")}
    return {
        "posts": manifest.posts,
        "people": manifest.people,
        "seconds": seconds,
        "stand_in_seconds": StandIn.seconds,
        "posts_per_second_but_analysis": manifest.posts / (seconds - StandIn.seconds),
        "peak_mb": _peak(),
        "peak_mb_before": before,
        "disk_mb": {name.strip("/"): size / 1e6 for name, size in parts.items()},
    }


@contextmanager
def module_with(module: Any, reader: type[StandIn]) -> Iterator[None]:
    before, module.Reader = module.Reader, reader
    try:
        yield
    finally:
        module.Reader = before


def use(index: Path) -> dict[str, Any]:
    """Open an index and call every tool, in a process of its own."""
    from tool_latency import calls_of, measured

    from tools.library import Library
    from tools.registry import call_tool

    _forget_cache(index)
    started = time.perf_counter()
    library = Library.open(index)
    cold = time.perf_counter() - started
    told = call_tool(library, "describe_data", {})
    first = time.perf_counter() - started
    started = time.perf_counter()
    Library.open(index)
    warm = time.perf_counter() - started
    library.embed("hello")
    started = time.perf_counter()
    calls = calls_of(library)
    names = time.perf_counter() - started
    tools = measured(library, calls)
    memory = {"peak_mb": _peak(), "own_mb": _own_memory()}
    return {
        "opening": cold, "opening_again": warm, "first_answer": first, "names_counted": names, "tools": tools,
        "memory": memory, "headline": str(told.headline)[:99],
    }  # fmt: skip


def add(base: Path, index: Path) -> dict[str, Any]:
    """Add a few posts to an index, in a process of its own. Models are loaded before."""

    from index.add import add_posts
    from index.encoding.encoder import shared_encoder

    source = index.parent / "added.jsonl"
    rows = [{**each.row, "id": f"{each.row['id']}-new", "author": f"{each.row['author']}_new"}
            for each in ManyPosts(base).posts[:ADDED]]  # fmt: skip
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shared_encoder()
    started = time.perf_counter()
    added = add_posts(index, [str(source)])
    return {"seconds": time.perf_counter() - started, "new": added.new, "peak_mb": _peak()}


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _own_memory() -> int | None:
    """Of this process without the files that it has mapped, in MB, where the system tells."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon")), None)


def _forget_cache(index: Path) -> None:
    """Have the system read the files from the disk."""
    for name in sizes(index):
        with (index / name).open("rb") as file:
            os.fsync(file.fileno())
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def in_process(*words: object) -> dict[str, Any]:
    """What a part of this benchmark finds, run in a process of its own."""
    done = subprocess.run([sys.executable, __file__, *map(str, words)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words[1]} of {words[-1]} has failed.")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table_of(report: dict[str, Any]) -> list[str]:
    """The figures by size, those over their bar marked."""
    sizes_ = report["sizes"]
    lines = [f"{'':34}" + "".join(f"{size['build']['posts']:>14,}" for size in sizes_)]

    def row(name: str, values: Sequence[float], bar: float = float("inf"), digits: int = 2) -> None:
        lines.append(f"{name:34}" + "".join(f"{v:>13,.{digits}f}{'!' if v > bar else ' '}" for v in values))

    row("posts/s of all but the analysis", [s["build"]["posts_per_second_but_analysis"] for s in sizes_], digits=0)
    row("build, peak memory (MB)", [s["build"]["peak_mb"] for s in sizes_], MOST_MEMORY, 0)
    for name in ("facts", "chroma"):
        row(f"disk, {name} (MB)", [s["build"]["disk_mb"][name] for s in sizes_], digits=0)
    row("opening, from the disk (s)", [s["use"]["opening"] for s in sizes_], LONGEST_OPENING)
    row("opening again (s)", [s["use"]["opening_again"] for s in sizes_], LONGEST_OPENING)
    row("all names counted, once (s)", [s["use"]["names_counted"] for s in sizes_])
    row("in use, peak memory (MB)", [s["use"]["memory"]["peak_mb"] for s in sizes_], digits=0)
    row("in use, own memory (MB)", [s["use"]["memory"]["own_mb"] or 0 for s in sizes_], digits=0)
    row(f"adding {ADDED} posts (s)", [s["add"]["seconds"] for s in sizes_])
    for tool in sizes_[0]["use"]["tools"]:
        for figure in ("p50", "p95"):
            bar = BARS.get(tool, float("inf")) if figure == "p95" else float("inf")
            row(f"{tool}, {figure} (s)", [s["use"]["tools"][tool][figure] for s in sizes_], bar)
    return lines


def plot(report: dict[str, Any], path: Path) -> None:
    """Cost against size, both as logarithms."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sizes_ = report["sizes"]
    posts = [size["build"]["posts"] for size in sizes_]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    for tool in sizes_[0]["use"]["tools"]:
        left.plot(posts, [size["use"]["tools"][tool]["p95"] for size in sizes_], marker="o", label=tool,
                  linewidth=2.5 if tool in BARS else 1, alpha=1 if tool in BARS else 0.5)  # fmt: skip
    left.set(title="p95 of each tool", xlabel="posts", ylabel="seconds")
    left.axhline(1.0, color="black", linestyle=":", linewidth=1)
    left.legend(fontsize=6, ncols=2)
    costs = {
        "build but analysis (s)": [s["build"]["seconds"] - s["build"]["stand_in_seconds"] for s in sizes_],
        "build, peak memory (MB)": [s["build"]["peak_mb"] for s in sizes_],
        "disk (MB)": [sum(s["build"]["disk_mb"].values()) for s in sizes_],
        "opening (s)": [s["use"]["opening"] for s in sizes_],
        "adding 100 posts (s)": [s["add"]["seconds"] for s in sizes_],
    }
    for name, values in costs.items():
        right.plot(posts, values, marker="o", label=name)
    right.set(title="Other costs", xlabel="posts")
    right.legend(fontsize=8)
    for axes in (left, right):
        axes.set(xscale="log", yscale="log")
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(path)


def measure(base: Path, folder: Path, wanted: Sequence[int], out: Path | None) -> None:
    version = open_version(base)
    report: dict[str, Any] = {
        "base": {
            "posts": version.manifest.posts,
            "posts_per_second": version.manifest.posts_per_second,
            "peak_mb": version.manifest.peak_mb,
        },
        "what": "real posts repeated under new authors and ids with changed words; only the base was analysed",
        "machine": machine(),
        "load_before": os.getloadavg(),
        "sizes": [],
    }
    for posts in wanted:
        told = folder / f"{posts}.json"
        if not told.is_file():
            note(f"{posts:,} posts are indexed …")
            told.write_text(json.dumps(in_process("--part", "build", base, folder, posts)), encoding="utf-8")
        size = {"build": json.loads(told.read_text(encoding="utf-8"))}
        note(f"{posts:,} posts are used …")
        size["use"] = in_process("--part", "use", base, folder, posts)
        note(f"{ADDED} posts are added to {posts:,} …")
        size["add"] = in_process("--part", "add", base, folder, posts)
        size["load"] = os.getloadavg()
        report["sizes"].append(size)
    head = (
        f"{report['what']}: {report['base']['posts']:,} posts at {report['base']['posts_per_second']:.0f} posts/s and "
        f"{report['base']['peak_mb']:,} MB. ! is over the bar."
    )
    if out:
        plot(report, out.with_suffix(".svg"))
    tell([head, *table_of(report), described(report["machine"])], report, out)


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    check_out(options.out)
    with tempfile.TemporaryDirectory(prefix="scale-") as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        measure(options.index, folder, sorted(options.sizes), options.out)


def run_part(part: str, base: str, folder: str, posts: str) -> None:
    index = Path(folder, posts)
    parts = {
        "build": lambda: build(Path(base), int(posts), Path(folder)),
        "use": lambda: use(index),
        "add": lambda: add(Path(base), index),
    }
    print(json.dumps(parts[part]()))


if __name__ == "__main__":
    hush_libraries()
    if sys.argv[1:2] == ["--part"]:
        end(lambda: run_part(*sys.argv[2:]))
    end(run)
