"""Random arguments for every tool: ``python tests/faults/fuzz_arguments.py [--calls 30000] [--seed 0] [--index DIR]``.

Names of arguments are mostly those of the tool, their values of any kind: fitting ones, names of people and places of
the index, text of any signs and length, numbers without bounds, lists, objects. Without ``--index`` a few dozen posts
are made up for it, and read by a fake that needs no models. A call must end in a result that can be told and exported,
or in a sentence; nothing else may be raised, and none may take more than a minute of the processor. Prints a table and
one JSON object; exit code 1 if one did.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.errors import AnalystError  # noqa: E402
from tests.fake_reader import fake_index  # noqa: E402
from tests.faults.bounded import at_most  # noqa: E402
from tests.faults.fuzz_dates import string as time_words  # noqa: E402
from tests.faults.hostile import UNITS  # noqa: E402
from tools.library import Library  # noqa: E402
from tools.registry import TOOLS, BadArguments, arguments_model, call_tool  # noqa: E402

SAMPLE = ROOT / "index" / "sample" / "posts.jsonl"
POSTS = 60
MOST = 60.0  # seconds of the processor for one call


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=30_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--index", type=Path)
    args = options.parse_args()
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="fuzz-arguments-") as folder:
        index = args.index or made(Path(folder))
        outcome = fuzz(Library.open(index), args.calls, random.Random(args.seed))
    outcome = {"calls": args.calls, "seed": args.seed, **outcome}
    for name, value in outcome.items():
        print(f"{name:>20}  {value}")
    print(json.dumps(outcome))
    sys.exit(1 if outcome["faults"] else 0)


def made(folder: Path) -> Path:
    """A small index of posts of the sample, by few people so that each has several."""
    lines = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    authors = {row["author"] for row in lines[:POSTS]}
    return fake_index(folder / "index", [row for row in lines if row["author"] in sorted(authors)[:12]][:POSTS])


def fuzz(library: Library, calls: int, dice: random.Random) -> dict[str, int]:
    """What came of so many calls, counted."""
    found: Counter[str] = Counter()
    people, places = list(library.authors.values()), list(library.communities.values())
    words = [*people[:20], *places[:10], "Nike", "coffee", "last month", "2024"]
    for number in range(calls):
        tool = dice.choice(list(TOOLS)) if dice.random() < 0.98 else dice.choice(UNITS)
        args = arguments(tool, words, dice)
        try:
            with at_most(MOST, tool):
                result = call_tool(library, tool, args)
                assert result.text and "Traceback" not in result.text
                json.dumps(result.to_dict())
            found["answered"] += 1
        except BadArguments as error:
            found["wrong usage told"] += 1
            assert error.what and error.todo
        except AnalystError as error:
            found["refused with a reason"] += 1
            assert error.what
        except Exception as error:  # what is looked for
            found["faults"] += 1
            print(f"{tool} {str(args)[:600]}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr, flush=True)
        if number % 1000 == 999:
            print(f"{number + 1} calls, {dict(found)}", file=sys.stderr, flush=True)
    return {name: found[name] for name in ("answered", "refused with a reason", "wrong usage told", "faults")}


def arguments(tool: str, words: Sequence[str], dice: random.Random) -> dict[str, Any]:
    """Arguments for a tool: more often than not some that it has."""
    own = list(arguments_model(tool).model_fields) if tool in TOOLS else []
    required = [name for name in own if arguments_model(tool).model_fields[name].is_required()]
    names = required if dice.random() < 0.9 else []
    names = [*names, *(dice.choice([*own, "limit", "x"]) for _ in range(dice.randrange(4)))]
    return {name: value_of(name, words, dice) for name in names}


def value_of(name: str, words: Sequence[str], dice: random.Random) -> Any:
    """A value of any kind; often one that may fit."""
    kind = dice.random()
    if name in ("since", "until", "before", "after") and kind < 0.8:
        return time_words(dice)
    if kind < 0.5:
        return dice.choice(words)
    if kind < 0.62:
        return [dice.choice(words) for _ in range(dice.randrange(5))]
    if kind < 0.72:
        return dice.choice(UNITS) * dice.choice((1, 2, 30, 900, 3_900, 5_000))
    if kind < 0.84:
        return dice.choice((0, 1, 2, 5, 10, -1, 10**6, 10**30, 0.5, float("inf"), float("nan"), "5", "-3", "1e9", True))
    if kind < 0.94:
        return "".join(chr(dice.choice((dice.randrange(32, 127), dice.randrange(0x11000)))) for _ in range(40))
    return dice.choice((None, "", " ", [], {}, {"a": [1]}, [[["x"]]], ["x"] * 60, '["a", "b"]', "[", "a,b,,c", b"x"))


if __name__ == "__main__":
    main()
