"""Posts a second, ours against the usual stack: ``python tests/benchmarks/throughput.py --posts FILE [--out FILE]``.

Ours is the real reading (sentiment, entities with tones, embedding and key phrases of every post), the whole build of
an index, and for comparison the bare embedding pass. The usual stack is RoBERTa-base sentiment, BERT-base entities,
MiniLM embeddings and KeyBERT, in fp32 and with everything in bf16; see usual_stack.py. On a processor that has no bf16
the latter is left out: emulated, it takes minutes a batch, and nobody would run it so. All read the same posts in one
run, in turn, several times; each contender in a process of its own, whose peak memory is told. Models are loaded and
settings chosen before anything is timed. Ours, which takes a second where the stack takes a minute, is timed three
times a round, and the median counts. Figures are medians over the rounds, ratios those within a round. Prints a table
and one JSON object.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hidden_community import as_lines
from machine import computes_bf16, described, machine
from reports import check_out, end, note, tell

from app import hush_libraries
from index.errors import AnalystError
from index.posts.readers import read_posts
from index.posts.record import Post, Rejected

SEED = 0
ROUNDS = 3
TURNS = 3  # of ours in a round
CONTENDERS = ("ours", "stack_fp32", "stack_bf16")
EMULATED = "left out: this processor has no bf16"
# name: (seconds of …, over seconds of …)
RATIOS = {
    "times_stack_fp32": ("stack_fp32", "ours"),
    "times_stack_bf16": ("stack_bf16", "ours"),
    "cost_of_embedding": ("ours", "embedding"),
    "build_over_analysis": ("build", "ours"),
}
SAID = {
    "times_stack_fp32": "times as fast as the usual stack in fp32",
    "times_stack_bf16": "times as fast as the usual stack in bf16",
    "cost_of_embedding": "times the cost of the bare embedding pass",
    "build_over_analysis": "times the analysis: the whole build",
}
Figures = dict[str, Any]
Seconds = dict[str, float]


def draw(rows: Iterable[Post | Rejected], number: int) -> list[Post]:
    """``number`` posts at random, or all if there are fewer; repeated ids count once. Memory holds those drawn."""
    generator = random.Random(SEED)
    drawn: list[Post] = []
    seen: set[str] = set()
    for row in rows:
        if not isinstance(row, Post) or row.id in seen:
            continue
        seen.add(row.id)
        if len(drawn) < number:
            drawn.append(row)
        elif (place := generator.randrange(len(seen))) < number:  # reservoir sampling (Vitter, 1985)
            drawn[place] = row
    if not drawn:
        raise AnalystError("None of the rows is a post", todo="Give a file that `analyst index` can read.")
    return drawn


def contenders() -> tuple[str, ...]:
    """Those that are worth timing here."""
    return CONTENDERS if computes_bf16() else CONTENDERS[:-1]


# What follows, up to peak_mb, runs in the contenders' own processes.


def prepare(contender: str, texts: list[str], file: str, folder: str) -> Figures:
    """Load a contender's models, choose its settings and warm it up; says what it is."""
    if contender != "ours":
        stack = the_stack(contender.removeprefix("stack_"))
        return {"settings": stack.choose(texts), "keybert": stack.keybert}
    import torch

    from index.encoding.encoder import shared_encoder
    from index.encoding.trunk import MAX_TOKENS, load_tokenizer

    measure(contender, texts, file, folder)
    encoder = shared_encoder()
    tokens = load_tokenizer()(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
    return {
        "precision": encoder.precision,
        "device": str(encoder.device),
        "threads": torch.get_num_threads(),
        "tokens_per_post": sum(map(len, tokens)) / len(texts),
    }


def measure(contender: str, texts: list[str], file: str, folder: str) -> Seconds:
    """One round of a contender: seconds of each of its parts."""
    if contender != "ours":
        return the_stack(contender.removeprefix("stack_")).run(texts)
    turns = [measure_ours(texts, file, folder) for _ in range(TURNS)]
    return {part: statistics.median(turn[part] for turn in turns) for part in turns[0]}


def measure_ours(texts: list[str], file: str, folder: str) -> Seconds:
    """One turn: seconds of the reading, of the bare embedding pass and of the whole build."""
    from index.build import build_index
    from index.encoding.encoder import shared_encoder

    marks = [time.perf_counter()]
    analyse(texts)
    marks.append(time.perf_counter())
    shared_encoder().embed(texts)
    marks.append(time.perf_counter())
    build_index([file], Path(folder) / "index")
    marks.append(time.perf_counter())
    spans = (after - before for before, after in pairwise(marks))
    return dict(zip(("ours", "embedding", "build"), spans, strict=True))


def analyse(texts: list[str]) -> None:
    """All that the index knows of a post, as the build finds it."""
    from index.build import BATCH

    reader = the_reader()
    for start in range(0, len(texts), BATCH):
        reader.read(texts[start : start + BATCH])


@cache
def the_reader() -> Any:
    from index.entities.pipeline import Reader

    return Reader()


@cache
def the_stack(precision: str) -> Any:
    from usual_stack import Stack

    return Stack(precision)


def peak_mb() -> int:
    """The most memory that this process has held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def rounds_of(posts: Sequence[Post], rounds: int, folder: Path) -> tuple[list[Seconds], Figures]:
    """Every contender on the same posts, in turn and every other round in the opposite order."""
    file = folder / "posts.jsonl"
    file.write_text(as_lines(posts), encoding="utf-8")
    texts = [post.text for post in posts]
    with ExitStack() as stack:
        pools = {name: stack.enter_context(own_process()) for name in contenders()}
        try:
            about = {}
            for name, pool in pools.items():
                note(f"Loading {name.replace('_', ' ')} and choosing its settings …")
                about[name] = pool.submit(prepare, name, texts, str(file), str(folder)).result()
            measured = []
            for number in range(rounds):
                found: Seconds = {}
                for name in list(pools) if number % 2 == 0 else list(pools)[::-1]:
                    note(f"Round {number + 1} of {rounds}: {name.replace('_', ' ')} …")
                    parts = pools[name].submit(measure, name, texts, str(file), str(folder)).result()
                    found |= parts if name == "ours" else named(name, parts)
                measured.append(found)
            peaks = {name: pool.submit(peak_mb).result() for name, pool in pools.items()}
        except BrokenProcessPool as error:
            raise AnalystError(
                "A contender's process was ended from outside, probably for want of memory",
                todo="Free about 6 GB of memory, or give fewer posts with --number.",
            ) from error
    return measured, {"about": about, "peak_mb": peaks}


def own_process() -> ProcessPoolExecutor:
    """Spawned, not forked: it begins empty, so that its memory is its own."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=hush_libraries)


def named(stack: str, parts: Seconds) -> Seconds:
    """A stack's parts by full names, and their sum: they run one after the other."""
    return {f"{stack}.{part}": value for part, value in parts.items()} | {stack: sum(parts.values())}


def summary(measured: Sequence[Seconds], posts: int) -> Figures:
    """Medians over the rounds."""
    return {
        "posts_per_second": {
            name: posts / statistics.median(found[name] for found in measured) for name in sorted(measured[0])
        },
        "ratios": {
            name: statistics.median(found[over] / found[under] for found in measured)
            for name, (over, under) in RATIOS.items()
            if over in measured[0]
        },
    }


def table(report: Mapping[str, Any]) -> list[str]:
    """Posts a second of everything, the ratios, memory, and the machine."""
    speeds = report["posts_per_second"]
    lines = [f"{report['posts']:,} posts of {report['tokens_per_post']:.0f} tokens, rounds: {report['rounds']}", ""]
    for name in ("ours", "embedding", "build", "stack_fp32", "stack_bf16"):
        if name not in speeds:
            lines.append(f"{name.replace('_', ' '):<32}{EMULATED:>10}")
            continue
        memory = f"{report['peak_mb'][name]:>8,} MB at most" if name in report["peak_mb"] else ""
        lines.append(f"{name.replace('_', ' '):<32}{speeds[name]:>10.1f} posts/s{memory}")
        parts = [part for part in speeds if part.startswith(f"{name}.")]
        for part in parts:
            setting = report["settings"][name][part.partition(".")[2]]
            lines.append(f"  {part.partition('.')[2].replace('_', ' '):<30}{speeds[part]:>10.1f} posts/s  {setting}")
    ratios = report["ratios"]
    lines += ["", *(f"{ratios[name]:>8.2f} {said}" for name, said in SAID.items() if name in ratios)]
    return [*lines, "", f"{report['notes']['keybert']}; {described(report['machine'])}"]


def report_of(source: str, number: int, rounds: int) -> Figures:
    note("Reading the posts …")
    posts = draw(read_posts([source]), number)
    if len(posts) < number:
        note(f"The file has only {len(posts):,} posts; all are used.")
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        measured, found = rounds_of(posts, rounds, Path(folder))
    about = found["about"]
    ours = about["ours"]
    return {
        "posts": len(posts),
        "tokens_per_post": ours["tokens_per_post"],
        "rounds": rounds,
        **summary(measured, len(posts)),
        "peak_mb": found["peak_mb"],
        "settings": {name: about[name]["settings"] for name in about if name != "ours"},
        "notes": {
            "keybert": f"key phrases of the usual stack by {about['stack_fp32']['keybert']}",
            "tokenizer": "all models read the tokens of MiniLM's tokenizer",
            "weights": "RoBERTa-base and BERT-base have random weights",
            "peak_mb": "of each contender's process, models included; that of ours includes the build",
        },
        "seconds": measured,
        "machine": machine() | {key: ours[key] for key in ("device", "precision", "threads")},
    }


def run(arguments: Sequence[str] | None = None) -> Figures:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", required=True, metavar="FILE", help="posts in any format that `analyst index` reads")
    parser.add_argument("--number", type=int, default=512, metavar="N", help="posts, drawn at random (default 512)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"default {ROUNDS}")
    parser.add_argument("--out", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.number < 1 or options.rounds < 1:
        parser.error("--number and --rounds are at least 1")
    check_out(options.out)
    hush_libraries()
    report = report_of(options.posts, options.number, options.rounds)
    tell(table(report), report, options.out)
    return report


if __name__ == "__main__":
    end(run)
