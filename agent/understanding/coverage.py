"""Which conditions of a question no call took into account, so that the answer can say so.

A search for words, not an understanding: it knows the ways to state a condition that ``agent/prompts/conditions.yaml``
lists, and looks whether some call has an argument for it, or is of a tool that answers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz

from agent.events import Call
from agent.understanding.context import CallContext
from tools.result.words import short
from tools.selection.kinds import kind_of

LONGEST = 60  # characters of a question that are quoted
WORDS = re.compile(r"[\w'’&+-]+")
LITTLE = frozenset(
    ("the", "a", "an", "in", "on", "of", "for", "to", "at", "and", "or", "about", "with", "from", "their", "our", "my",
     "its", "his", "her", "posts", "people", "community", "brand", "brands", "other", "any", "all", "some")
)  # fmt: skip
ALIKE, FIRST = 80, 4  # of 100, from which a word is another misspelt; first letters that two forms of a word share
AGAIN = re.compile(r"\b(?:again|repeat|same|once more|remind)\b", re.IGNORECASE)
CONDITIONS = Path(__file__).parents[1] / "prompts" / "conditions.yaml"


@dataclass(frozen=True)
class Condition:
    """A kind of condition: ``words`` find it, ``arguments`` and ``tools`` take it into account.

    With ``copied``, so does an argument that holds the words themselves. ``because`` says why none could. With
    ``turns`` an answer that ignores it says the opposite of what was asked. ``why`` is the reason why no tool but
    ``cannot_tell`` can answer.
    """

    words: tuple[re.Pattern[str], ...]
    arguments: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()
    copied: bool = False
    because: str = ""
    turns: bool = False
    why: str = ""

    def covered(self, found: str, calls: Sequence[Call]) -> bool:
        """Whether some of ``calls`` took the condition into account that is said in ``found``."""
        return any(
            call.name in self.tools
            or any(call.args.get(name) not in (None, "", []) for name in self.arguments)
            or (self.copied and _plain(found) in _plain(str(list(call.args.values()))))
            for call in calls
        )


def not_covered(question: str, calls: Sequence[Call]) -> list[str]:
    """The conditions of ``question``, quoted from it, that none of ``calls`` took into account; none without calls."""
    found = {words: kind.because for words, kind in _missing(question, calls)} if calls else {}
    whole = [words for words in found if not any(words in other for other in found if other != words)]
    return [f'"{words}"' + (f" ({found[words]})" if found[words] else "") for words in whole]


def stated(question: str) -> frozenset[str]:
    """The arguments that could take a condition of ``question`` into account, whichever tool has them."""
    return frozenset(name for _, kind in _missing(question, ()) for name in kind.arguments)


def turned_round(question: str, calls: Sequence[Call]) -> str:
    """The words of ``question`` without which ``calls`` would answer the opposite of it; empty if there are none."""
    return next((words for words, kind in _missing(question, calls) if kind.turns), "") if calls else ""


def untellable(question: str, calls: Sequence[Call]) -> tuple[str, str] | None:
    """What ``question`` asks for that cannot be told, and the reason in the words of ``cannot_tell``, if
    ``calls`` would answer without it.
    """
    return next(((words, kind.why) for words, kind in _missing(question, calls) if kind.why), None) if calls else None


def unchanged(question: str, before: CallContext, calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """``question``, quoted, if nothing came of it but the call ``before`` once more, though it does not say what that
    was about: something was to be different.
    """
    again = len(calls) == 1 and (calls[0]["name"], calls[0]["args"]) == (before.tool, before.args)
    if not again or _asks_again(question) or any(_says(question, value) for value in before.args.values()):
        return []
    return [f'"{short(question, LONGEST)}" (it was read as the same question again)']


def cut_short(said: Sequence[str], calls: Sequence[Call]) -> list[str]:
    """What was ``said`` as a subject, a place or a name and stands in no call whole, quoted where no word of it does:
    "bag rules" of "Ryanair's bag rules". None without calls, and beside a call that says that it cannot be told.
    """
    if not calls or any(call.name in ("cannot_tell", "explain_method") for call in calls):
        return []
    taken = [_plain(str(each)) for call in calls for each in call.args.values()]
    words = {word for text in taken for word in WORDS.findall(text)}
    missing = []
    for each in said:
        left = [w for w in WORDS.findall(_plain(each)) if not _is_taken(w, words) and w not in LITTLE]
        if left and not kind_of(each) and not any(_plain(each) in text for text in taken):
            missing.append(f'"{short(" ".join(left), LONGEST)}"')
    return list(dict.fromkeys(missing))


def _is_taken(word: str, words: Iterable[str]) -> bool:
    return any(word == other or fuzz.ratio(word, other) >= ALIKE or _begins(word, other) for other in words)


def _begins(word: str, other: str) -> bool:
    """Whether one begins as the other does, as handles and other forms do: gardens and gardening, mira and @mira_x."""
    return min(len(word), len(other)) >= FIRST and word[: FIRST + 1].startswith(other[:FIRST])


def _says(question: str, value: Any) -> bool:
    said = value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and _plain(each) in _plain(question) for each in said)


def _asks_again(question: str) -> bool:
    return bool(AGAIN.search(question))


def told(missing: Sequence[str]) -> str:
    """The sentence under the headline; empty if nothing is missing."""
    return f"Not taken into account: {', '.join(missing)}." if missing else ""


def _missing(question: str, calls: Sequence[Call]) -> Iterator[tuple[str, Condition]]:
    """Words of the question that were not taken into account, and the condition that they state."""
    asked = QUOTED.sub(lambda quoted: " " * len(quoted[0]), question)
    if any(call.args.get("active_in") for call in calls):
        asked = ELSEWHERE.sub(lambda found: " " * len(found[0]), asked)
    for condition in conditions():
        for pattern in condition.words:
            for match in pattern.finditer(asked):
                what = match.groupdict().get("what") or match[0]
                if not condition.covered(what, calls):
                    yield (what if condition.why else match[0]).strip(), condition


def _plain(words: str) -> str:
    """In small letters and without apostrophes and @, which arguments are without."""
    return re.sub(r"'s\b|’s\b|[@'’]", "", words.casefold())


# Who is not to be elsewhere is to be there: "drop anyone who's not in running".
ELSEWHERE = re.compile(
    r"\b(?:drop|without|exclud\w+|leav(?:e|ing) out|remove|skip|nobody|no one|minus|ditch|get rid of)\b[^,;.?!]{0,30}?"
    r"\b(?:not|isn.?t|aren.?t|don.?t|doesn.?t|hasn.?t|haven.?t|outside)\b[^,;.?!]*",
    re.IGNORECASE,
)
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")  # a text that is asked about states no condition


@cache
def conditions() -> tuple[Condition, ...]:
    """All kinds, in the order in which they are told."""
    listed: list[dict[str, Any]] = yaml.safe_load(CONDITIONS.read_text(encoding="utf-8"))
    return tuple(
        Condition(
            tuple(re.compile(words, 0 if each.get("cased") else re.IGNORECASE) for words in each["words"]),
            frozenset(each.get("arguments", ())),
            frozenset(each.get("tools", ())),
            bool(each.get("copied")),
            str(each.get("because", "")),
            bool(each.get("turns")),
            str(each.get("why", "")),
        )
        for each in listed
    )
