"""Processes that all want to change one index: ``python tests/faults/race_writers.py [--commits 1000] [--writers 4]``.

Each commits the version that is there once more, again and again, as fast as it is let; all believe that they have the
same process id, as in containers. A writer must commit, or be told in a sentence that another one is at work; readers
open the index meanwhile. In the end it must be whole, and hold nothing but its version. Prints a table and one JSON
object; exit code 1 if anything else came of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import chromadb  # noqa: E402, F401 (loaded once; children have it)

from index.check import check_index, leftovers  # noqa: E402
from index.errors import AnalystError  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.versions.layout import open_version, version_folder  # noqa: E402
from index.versions.writer import writing  # noqa: E402
from tests.conftest import small_rows  # noqa: E402
from tests.fake_reader import fake_index  # noqa: E402
from tests.faults.children import come_through, in_child, told_by_child  # noqa: E402

KINDS = ("committed", "told to wait", "opened by a reader", "faults")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--commits", type=int, default=1000)
    options.add_argument("--writers", type=int, default=4)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="race-writers-") as name:
        folder = Path(name)
        index = folder / "index"
        come_through(lambda: fake_index(index, small_rows()))
        each = -(-args.commits // args.writers)
        children = [in_child(lambda n=n: race(index, folder / f"{n}", each)) for n in range(args.writers)]  # type: ignore[misc]
        children.append(in_child(lambda: read(index, folder / "reader", each)))
        failed = sum(os.waitpid(child, 0)[1] != 0 for child in children)
        found: Counter[str] = Counter({"faults": failed})
        for told in (*(folder / f"{n}" for n in range(args.writers)), folder / "reader"):
            found.update(json.loads(told.read_text()) if told.exists() else {})
        wrong = told_by_child(lambda: [str(fault) for fault in check_index(index)] + leftovers(index))
        clean = sorted(path.name for path in index.iterdir()) == ["index.lock", "manifest.json", "versions"]
    outcome = {"writers": args.writers, **{kind: found[kind] for kind in KINDS}, "whole": not wrong, "clean": clean}
    for kind, value in outcome.items():
        print(f"{kind:>20}  {value}")
    print(json.dumps(outcome))
    sys.exit(0 if not found["faults"] and not wrong and clean and found["committed"] >= args.commits else 1)


def race(index: Path, told: Path, commits: int) -> None:
    """Commit so many times, as often as others let; what came of it goes to ``told``."""
    found: Counter[str] = Counter()
    os.getpid = lambda: 1
    while found["committed"] < commits:
        try:
            with writing(index) as writer:
                manifest, folder = read_manifest(index), writer.begin()
                shutil.copytree(version_folder(index, manifest), folder, dirs_exist_ok=True)
                writer.commit(folder, manifest)
            found["committed"] += 1
        except AnalystError as error:
            found["told to wait" if "Another run" in error.what else "faults"] += 1
            if "Another run" not in error.what:
                print(error, file=sys.stderr)
            time.sleep(0.002)
        except Exception as error:  # what is looked for
            found["faults"] += 1
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
    told.write_text(json.dumps(found))


def read(index: Path, told: Path, times: int) -> None:
    """Open the index so many times while it changes."""
    found: Counter[str] = Counter()
    for _ in range(times):
        try:
            open_version(index)
            found["opened by a reader"] += 1
        except Exception as error:  # what is looked for
            found["faults"] += 1
            print(f"reader: {type(error).__name__}: {error}", file=sys.stderr)
        time.sleep(0.01)
    told.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
