"""How well the question reader reads what it never saw: ``python -m agent.training.reader.measure --data FOLDER``.

Held-out phrasings, threads and follow-ups are filled with fresh names and read one by one. Prints a table by kind with
what was taken for what, follow-ups by kind, and the errors.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent.training.conversations import Conversations
from agent.training.reader.question import Question, place_of_value
from agent.training.reader.train import draw
from agent.understanding.bounds import LOWER, UPPER, bound
from agent.understanding.calls import proposals
from agent.understanding.labels import KINDS, SAID_AS, TOOLS
from agent.understanding.reader import WEIGHTS, QuestionReader, QuestionReading
from tools.selection.numbers import as_number

ARTICLES = re.compile(r"^(?:the|an?|our(?: new)?|my|this|that|new) (?=\w)|\s+(?:ads?|adverts?|campaigns?|promos?)$")
MARKS = " .,;:!?'\"“”‘’()"
OWN_WORDS = {"cannot_tell": ("what",)}  # arguments that the question itself fills
TEXTS = ("campaign", "topic", "query", "text", "brands", "interests")


@dataclass
class Measured:
    """Counts over questions. ``asked`` and ``right`` by kind; ``taken`` by (kind, what it was taken for)."""

    asked: Counter[str] = field(default_factory=Counter)
    right_kind: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    follows: Counter[str] = field(default_factory=Counter)
    right_follows: Counter[str] = field(default_factory=Counter)
    declined: int = 0
    of_part: Counter[str] = field(default_factory=Counter)  # questions of which only one output is known
    right_part: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[Question, Any]] = field(default_factory=list)

    def saw_part(self, question: Question, reading: QuestionReading) -> None:
        """A question of several parts, which must be parted where they begin; or a change of a list further back."""
        name = "parts" if question.starts else "edit"
        edges = [0, *question.starts, len(question.text)]
        parts = tuple(question.text[start:end].strip() for start, end in pairwise(edges))
        self.of_part[name] += 1
        self.right_part[name] += reading.parts == parts if question.starts else bool(reading.points.get("edit"))

    @property
    def right_call(self) -> float:
        return self._share(self.right, TOOLS)

    def _share(self, counts: Counter[str], kinds: Any) -> float:
        return sum(counts[kind] for kind in kinds) / max(1, sum(self.asked[kind] for kind in kinds))

    def shares(self) -> dict[str, float]:
        """Right tool, right call (also of follow-ups), good questions declined, and others kept from the tools."""
        calls = [kind for kind in self.follows if kind != "small"]
        shares = {
            "right_tool": self._share(self.right_kind, TOOLS),
            "right_call": self.right_call,
            "right_follow_up": sum(self.right_follows[k] for k in calls) / max(1, sum(self.follows[k] for k in calls)),
            "good_questions_declined": self.declined / max(1, sum(self.asked[kind] for kind in TOOLS)),
            "declined": self._share(self.right, [kind for kind in KINDS if kind not in TOOLS]),
        }
        shares |= {f"right_{name}": self.right_part[name] / number for name, number in self.of_part.items()}
        return {name: round(share, 4) for name, share in shares.items()}

    def table(self) -> str:
        """One line a kind, then one line a kind of follow-up."""
        lines = ["| kind | questions | right kind | right call | taken for |", "|---|---|---|---|---|"]
        for kind in KINDS:
            wrong = [(n, got) for (wanted, got), n in self.taken.items() if wanted == kind and got != kind]
            shown = ", ".join(f"{got} {n}" for n, got in sorted(wrong, reverse=True)[:4])
            asked = max(1, self.asked[kind])
            shares = f"{self.right_kind[kind] / asked:.3f} | {self.right[kind] / asked:.3f}"
            lines.append(f"| {kind} | {self.asked[kind]} | {shares} | {shown} |")
        lines += ["", "| follow-up | questions | right |", "|---|---|---|"]
        for name, asked in sorted(self.follows.items()):
            lines.append(f"| {name} | {asked} | {self.right_follows[name] / asked:.3f} |")
        return "\n".join(lines)


def same(got: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether two sets of arguments say the same: no letter case, no @, no article, no "ad" behind a name."""
    return {name: _plain(name, value) for name, value in got.items()} == {
        name: _plain(name, value) for name, value in wanted.items()
    }


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(name, item) for item in value]
    if not isinstance(value, str):
        return value
    said = " ".join(value.casefold().split()).strip(MARKS + "@")
    return ARTICLES.sub("", said).strip(MARKS) if name in TEXTS else said.removeprefix("the ")


def measured(reader: QuestionReader, questions: list[Question]) -> Measured:
    """The reader's readings of ``questions`` against what they mean."""
    found = Measured()
    for question in questions:
        reading = reader.read(question.text, question.earlier.text, question.known)
        if question.heads is not None and "tags" not in question.heads:
            found.saw_part(question, reading)
            continue
        offered = proposals(reading, question.earlier)
        kind, args = offered[0] if offered else (reading.kinds[0][0], {})
        wanted, meant = question.kind, bounded(question)
        if wanted in TOOLS:
            right_kind = kind in (wanted, *question.also) and bool(offered)
            told = {name: value for name, value in args.items() if name not in OWN_WORDS.get(kind, ())}
            right = right_kind and (_alike(args, meant) if kind != wanted else same(told, meant))
            found.declined += kind not in TOOLS
        else:
            right_kind = right = kind not in TOOLS
        found.asked[wanted] += 1
        found.right_kind[wanted] += right_kind
        found.right[wanted] += right
        found.taken[wanted, wanted if right_kind and wanted in TOOLS else kind] += 1
        if question.follows:
            found.follows[question.follows] += 1
            found.right_follows[question.follows] += right
        if not right:
            found.errors.append((question, (kind, args)))
    return found


def bounded(question: Question) -> dict[str, Any]:
    """The arguments that are meant, where a phrasing has the number that is said: "more than 20" begins at 21."""
    args = dict(question.args)
    for name, value in args.items():
        if name in (*LOWER, *UPPER.values()) and (place := place_of_value(question.text, name, value)):
            lead, behind = question.text[: place[0]], question.text[place[1] :]
            args[name] = as_number(bound(SAID_AS.get(name, name), str(value), lead, behind)[1])
    return args


def _alike(got: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a call of another tool that is right too is about the same."""
    texts = [{_plain("text", value) for value in args.values() if isinstance(value, str)} for args in (got, wanted)]
    return bool(texts[0]) and texts[0] <= texts[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--number", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--errors", type=int, default=0, help="how many wrong ones to print")
    parser.add_argument("--save", action="store_true", help="keep the figures beside the weights")
    options = parser.parse_args()
    questions = draw(Conversations(options.data, None, options.seed, held_out=True), options.number)
    found = measured(QuestionReader.load(options.weights), questions)
    for question, got in found.errors[: options.errors]:
        row = [question.text, question.follows, question.kind, question.args, got, question.earlier.text]
        print(json.dumps(row, ensure_ascii=False))
    print(found.table())
    print(json.dumps(found.shares()))
    if options.save:
        report = {"questions": options.number, "held_out": found.shares()}
        options.weights.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
