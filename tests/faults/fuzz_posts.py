"""Reads hostile files as users would: ``python -m tests.faults.fuzz_posts --files 220 --seed 1``.

Each file is read whole in a child that may take ``--memory`` megabytes more than it starts with, and ``--seconds`` of
the processor. Every row must be a post, a reject, a duplicate or left out, and the four add up; a file that cannot be
read is refused with a sentence. Ends with how many files were read, refused, and how many crashed, hung or lost rows,
each of these with its name and seed; fails if there is one.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from index.errors import AnalystError
from index.posts.readers import read_posts
from index.posts.record import Post
from index.posts.report import Report
from index.posts.unique import Unique
from tests.faults.hostile_posts import files, write

READ, REFUSED, LOST = 0, 3, 4
OUTCOMES = ("read", "refused", "crashed", "hung", "lost rows")


def read(path: Path) -> int:
    """Read a file as indexing does; whether it was read, refused with a sentence, or lost rows."""
    report, count = Report(), 0
    unique = Unique(report)
    try:
        for row in read_posts([str(path)], report=report):
            count += 1
            if isinstance(row, Post) and (post := unique.admit(row)) is not None:
                "".join(filter(None, (post.id, post.author, post.text, post.community, post.url, post.lang))).encode()
    except AnalystError as error:
        said = str(error)
        return REFUSED if error.what and "\n" not in error.what and "Traceback" not in said else LOST
    told = len(report.lines()) == 5 and all(line.strip() for line in report.lines())
    return READ if report.rows == count and told else LOST


def in_child(work: Callable[[], int], megabytes: int, seconds: int) -> tuple[str, int]:
    """What became of ``work`` in a child within bounds, and the megabytes that it took at most."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with Path("/proc/self/statm").open() as file:
                now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(resource.RLIMIT_AS, (now + (megabytes << 20),) * 2)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            code = work()
        except BaseException as error:
            print(f"{type(error).__name__}: {str(error)[:300]}", file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        fault = "hung" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "crashed"
        return fault, used.ru_maxrss >> 10
    return {READ: "read", REFUSED: "refused", LOST: "lost rows"}.get(
        os.WEXITSTATUS(status), "crashed"
    ), used.ru_maxrss >> 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=220)
    parser.add_argument("--first", type=int, default=0, help="begin at this file, to meet one again")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=int, default=1_500, help="megabytes")
    parser.add_argument("--seconds", type=int, default=60, help="of the processor, for each file")
    options = parser.parse_args()
    found: Counter[str] = Counter()
    peak, slowest, begun = (0, ""), (0.0, ""), time.perf_counter()
    with tempfile.TemporaryDirectory() as made:
        for number, one in files(options.files, options.seed, options.first):
            path = write(Path(made), one, number)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            became, megabytes = in_child(lambda path=path: read(path), options.memory, options.seconds)  # type: ignore[misc]
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            found[became] += 1
            peak, slowest = max(peak, (megabytes, one[0])), max(slowest, (work, one[0]))
            if became not in ("read", "refused"):
                print(f"file {number} of seed {options.seed}, {one[0]}: {became}", flush=True)
            path.unlink()
    print(f"{found.total()} files in {time.perf_counter() - begun:.0f} s: "
          + ", ".join(f"{found[name]} {name}" for name in OUTCOMES))  # fmt: skip
    print(f"Most memory {peak[0]:,} MB ({peak[1]}); longest {slowest[0]:.1f} s of the processor ({slowest[1]})")
    sys.exit(found.total() - found["read"] - found["refused"] > 0)


if __name__ == "__main__":
    main()
