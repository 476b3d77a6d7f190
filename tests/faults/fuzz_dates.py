"""Random words for times: ``python tests/faults/fuzz_dates.py [--strings 500000] [--seed 0]``.

Half of them are put together of words and figures that times are said with, the rest of any signs. Each is read as
questions say times and as exports write dates. What is no time must be refused with a sentence, and no period may end
before it begins; nothing else may be raised, and none may take more than ten seconds of the processor. Prints a table
and one JSON object; exit code 1 if one did.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.errors import AnalystError  # noqa: E402
from index.posts.dates import DateForm, DateVote, read_date  # noqa: E402
from tests.faults.bounded import at_most  # noqa: E402
from tests.faults.hostile import UNITS  # noqa: E402
from tools.selection.period import period_of, resolve_dates  # noqa: E402

TODAY, LAST_POST = date(2025, 6, 15), date(2023, 12, 31)
NOW = datetime(2025, 6, 15, 12, tzinfo=UTC)
MOST = 10.0  # seconds of the processor for one string
WORDS = """
    last this next past previous first second third final few couple week weeks weekend weekends month months quarter
    year years day days decade night summer winter spring autumn monday friday january march december feb q1 q4 h2
    before after since until till from to and through between early late mid ago of the a an in on at or nothing than
    half twenty five one hundred today yesterday tomorrow now ytd 2023 2024 1999 9999 10000 0 1 12 13 30 31 32 29
    2023-02-29 2024-02-29 31/12/2023 12/31/23 1.1.2024 2024-W05 20240105 1704067200 '24 19 : / - . , –
    """.split()  # noqa: SIM905


def string(dice: random.Random) -> str:
    """Words for a time, or what only looks like it, or any signs."""
    kind = dice.random()
    if kind < 0.5:
        words = [dice.choice(WORDS) for _ in range(dice.randrange(1, 5))]
        return dice.choice(("", " ", " ", " ")).join(words)
    if kind < 0.7:
        return "".join(dice.choice("0123456789-/:. TZ+,") for _ in range(dice.randrange(1, 30)))
    if kind < 0.9:
        return "".join(chr(dice.choice((dice.randrange(32, 127), dice.randrange(0xD800)))) for _ in range(12))
    return dice.choice(UNITS) * dice.randrange(1, 200) + dice.choice(WORDS)


def read(words: str, other: str) -> str:
    """What came of one string. Raises what nobody foresaw."""
    args = resolve_dates({"since": words, "until": other}, today=TODAY, last_post=LAST_POST)
    assert args.keys() <= {"since", "until"}
    vote = DateVote()
    vote.add([words, other])
    for form in (vote.decide(None, NOW), DateForm()):
        with suppress(ValueError):
            assert read_date(words, form).tzinfo is not None
    try:
        period = period_of(words, other, today=TODAY, last_post=LAST_POST)
    except AnalystError as error:
        assert error.what and error.todo
        return "refused"
    assert not (period.first and period.last) or period.first <= period.last
    return "a time" if period.words else "all time"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--strings", type=int, default=500_000)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    dice, found, before = random.Random(args.seed), Counter[str](), ""
    for _ in range(args.strings):
        words = string(dice)
        try:
            with at_most(MOST, repr(words[:80])):
                found[read(words, dice.choice((words, words, words, before)))] += 1
        except Exception as error:  # what is looked for
            found["faults"] += 1
            print(f"{words[:200]!r}: {type(error).__name__}: {error}", file=sys.stderr)
        before = words
    outcome = {"strings": args.strings, "seed": args.seed, **{k: found[k] for k in ("a time", "all time", "refused")}}
    outcome["faults"] = found["faults"]
    for name, value in outcome.items():
        print(f"{name:>12}  {value}")
    print(json.dumps(outcome))
    sys.exit(1 if found["faults"] else 0)


if __name__ == "__main__":
    main()
