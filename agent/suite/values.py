"""When two values are the same to a person: words in any case, numbers by value, accepted values, approximations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from agent.events import Call
from agent.suite.cases import ExpectedCall, Fact, Mode


def same(expected: Any, found: Any) -> bool:
    """Equal but for case, white space, a leading @ and how a number is written. Lists have their order."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, (list, tuple)):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    left, right = number_of(expected), number_of(found)
    words = isinstance(expected, str) and isinstance(found, str)  # 007 and 7 are two handles
    if not words and left is not None and right is not None:
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    return bool(_plain(expected) == _plain(found))


def accepts(expected: Any, found: Any) -> bool:
    """Whether an argument is right. A list is of accepted values, but for an argument that is a list itself, where a
    list of lists is; None means that the argument is absent."""
    if expected is None or expected == []:
        return found is None or found == []
    if not isinstance(expected, list):
        return same(expected, found) or (isinstance(found, list) and len(found) == 1 and same(expected, found[0]))
    if not isinstance(found, list) or any(value is None or isinstance(value, list) for value in expected):
        return any(_accepted(value, found) for value in expected)
    return _same_members(expected, found)


def _accepted(value: Any, found: Any) -> bool:
    """``value`` is one of the accepted values, so a list here is the argument itself."""
    if value and isinstance(value, list):
        return isinstance(found, list) and _same_members(value, found)
    return accepts(value, found)


def number_of(value: Any) -> float | None:
    """A number, or a string that is one; None for all else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def pairing(left: Sequence[Any], right: Sequence[Any], fits: Callable[[Any, Any], bool]) -> dict[int, int]:
    """As many pairs as can be made of things that fit, each used once: index on the right → index on the left."""
    pairs: dict[int, int] = {}

    def place(item: int, tried: set[int]) -> bool:
        for slot in range(len(right)):
            if slot not in tried and fits(left[item], right[slot]):
                tried.add(slot)
                if slot not in pairs or place(pairs[slot], tried):
                    pairs[slot] = item
                    return True
        return False

    for item in range(len(left)):
        place(item, set())
    return pairs


def calls_fit(
    mode: Mode, expected: Sequence[ExpectedCall], made: Sequence[Call], fits: Callable[[ExpectedCall, Call], bool]
) -> bool:
    """Whether the calls that were made are those expected: strict — the same in the same order; unordered — the same;
    subset — none but expected ones; superset — all expected ones, and perhaps others."""
    if mode == "strict":
        return len(expected) == len(made) and all(map(fits, expected, made))
    pairs = len(pairing(expected, made, fits))
    return (mode == "subset" or pairs == len(expected)) and (mode == "superset" or pairs == len(made))


def same_tool(expected: ExpectedCall, made: Call) -> bool:
    return expected.tool == made.name


def same_call(expected: ExpectedCall, made: Call) -> bool:
    return same_tool(expected, made) and not wrong_args(expected, made)


def wrong_args(expected: ExpectedCall, made: Call) -> list[str]:
    """The names of the arguments that are not as expected."""
    return [name for name, value in expected.args.items() if not accepts(value, made.args.get(name))]


def filled_in(expected: ExpectedCall, earlier: Sequence[Any]) -> ExpectedCall:
    """``expected`` with each ``{from: path}`` replaced by what stands there in the results of the earlier turns.

    Where nothing does, words that no argument equals say so.
    """
    args = {
        name: (at_path(earlier, value["from"]) or f"(nothing at {value['from']})") if isinstance(value, dict) else value
        for name, value in expected.args.items()
    }
    return ExpectedCall(tool=expected.tool, args=args)


def at_path(results: Any, path: str) -> list[Any]:
    """All that stands at ``path``: nothing if it leads nowhere, several things if it has a ``*``."""
    found = [results]
    for part in path.split("."):
        found = [inner for value in found for inner in _step(value, part.strip())]
    return found


def fact_holds(fact: Fact, found: Any) -> bool:
    """Whether what was found at the path of ``fact`` is what it says."""
    if fact.check == "equals":
        return same(fact.equals, found)
    if fact.check == "among":
        return _among(fact.among, found)
    number = number_of(found)
    assert fact.approx is not None  # the loader sees to it
    return number is not None and abs(number - fact.approx.value) <= fact.approx.margin + 1e-9


def _among(given: Any, found: Any) -> bool:
    wanted = given if isinstance(given, list) else [given]
    if any(same(value, found) for value in wanted):
        return True
    return bool(wanted) and isinstance(found, list) and all(any(same(v, item) for item in found) for v in wanted)


def _step(value: Any, part: str) -> Iterator[Any]:
    if isinstance(value, dict):
        if part in value:
            yield value[part]
        elif part == "*":
            yield from value.values()
    elif isinstance(value, (list, tuple)):
        if part == "*":
            yield from value
        elif part.lstrip("-").isdecimal() and -len(value) <= int(part) < len(value):
            yield value[int(part)]


def _same_members(expected: Sequence[Any], found: Sequence[Any]) -> bool:
    """The same things in any order: interests and brands have none."""
    return len(expected) == len(found) == len(pairing(expected, found, same))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat().casefold()
    return " ".join(value.casefold().split()).removeprefix("@") if isinstance(value, str) else value
