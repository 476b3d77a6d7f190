"""Conversations to learn from: phrasings with slots filled, checked calls, real results, small talk and declines."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.models.grammar import HELD_NAMES, HELD_PEOPLE, HELD_WORDINGS
from agent.models.held_words import NOT_FIRST, NOT_LAST, NOT_LAST_OF_TEXT
from agent.models.shipped import trained_tools, words
from agent.training.banks import PHRASINGS, constants_of, phrasings_of, split
from agent.training.fillers import SLOT, Fillers, in_words, names_in, roughen
from agent.training.follow_ups import LISTED, Step, kept, places_within, pointed, read_steps, tool_after
from agent.understanding.calls import SUBJECT
from agent.understanding.context import place_of, pointer_in
from agent.understanding.labels import SEVERAL, TOOLS
from index.errors import AnalystError
from index.training.data import read_rows
from tools.registry import arguments_model

MIX = {"call": 44, "thread": 28, "talk": 20, "answer": 5, "decline": 13, "chat": 4}  # shares of conversations, by kind
# What comes next in a talk that is put together from single follow-ups.
NEXT = {"same": 24, "narrow": 22, "change": 26, "point": 12, "brands": 8, "fresh": 14, "small": 10}
# Intents of CLINC150.
SMALL_TALK = {"greeting": "greet", "thank_you": "thanks", "goodbye": "goodbye", "what_can_i_ask_you": "help"}
MAINS = ("campaign", "topic", "query", "user", "text", "community", "brands", "count")  # what a question is about
PERSON = re.compile(r"(?<!\w)@(\w+(?:[.-]\w+)*)")
NAMING = ("extract_entities", "extract_keywords", "compare_brands")  # whose results list names, not people
KEPT_LINES = {"find_audience": 6, "search_posts": 6, "extract_entities": 11, "extract_keywords": 12}


@dataclass(frozen=True)
class Turn:
    """One message: ``role`` and ``content``; an assistant's call has ``call`` instead, small talk its ``kind``.

    A user's turn has the ``kind`` of follow-up that it is and ``nth``, the words that point into the list before;
    a tool's has the ``people`` that it lists, or names, as ``lists`` says; ``also`` are tools that are as right as that
    of the call. ``points`` are those of its arguments that the question points at instead of naming them, with what it
    points at; ``edit`` is how it changes the list before (both in ``agent.understanding.labels``).
    """

    role: str
    content: str
    call: tuple[str, dict[str, Any]] | None = None
    kind: str = ""
    nth: str = ""
    people: tuple[str, ...] = ()
    lists: str = "people"
    also: tuple[str, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    edit: str = ""


@dataclass(frozen=True)
class Real:
    """A call that was made and what it brought."""

    tool: str
    args: dict[str, Any]
    text: str
    fault: bool


class Conversations:
    """Draws conversations with a seeded generator. ``held_out`` phrasings (every twentieth) are left for evaluation.

    Those of all tools without ``results``, of which people are invented then; with them, of the tools that the chat
    model was trained on, which must have read what they bring. Raises AnalystError if ``results`` lack those of a tool.
    """

    def __init__(self, data: Path, results: Path | None, seed: int, *, held_out: bool = False) -> None:
        self.random = random.Random(seed)
        self.fillers = Fillers(data, self.random)
        self.tools = [tool["function"]["name"] for tool in trained_tools()] if results else list(TOOLS)
        self.phrasings = {tool: split(phrasings_of(tool), held_out) for tool in self.tools}
        threads = split(_yaml(PHRASINGS / "followups.yaml"), held_out)
        self.threads = [each for each in threads if {step["tool"] for step in each} <= {*self.tools, "none"}]
        self.steps: dict[str, list[Step]] = {}
        for step in split(read_steps(PHRASINGS / "follow_ups.txt"), held_out, every=10):
            if not step.tool or step.does not in ("change", "point") or step.tool in self.tools:
                self.steps.setdefault(step.does, []).append(step)
        self.chitchat, self.declines = _yaml(PHRASINGS / "chitchat.yaml"), _yaml(PHRASINGS / "declines.yaml")
        self.held_out = held_out
        self.strangers: list[tuple[str, str]] = []  # (kind, what was said), from CLINC150
        for row in read_rows(data / "questions/clinc150_train.jsonl.gz"):
            self.strangers.append((SMALL_TALK.get(row["intent"], "off_topic"), row["text"]))
        self.results: dict[str, list[Real]] = {tool: [] for tool in self.tools}
        for row in read_rows(results) if results else ():
            self.results[row["tool"]].append(Real(**row))
        if results and (lacking := [tool for tool, found in self.results.items() if not found]):
            raise AnalystError(
                f"There are no results of {in_words(lacking)} to learn from",
                where=str(results),
                todo="Make them with python -m agent.training.results.",
            )

    def draw(self) -> list[Turn]:
        """One conversation."""
        mix = {kind: share for kind, share in MIX.items() if kind != "answer" or any(self.results.values())}
        kind = self.random.choices(list(mix), list(mix.values()))[0]
        return getattr(self, f"_{kind}")()

    def __iter__(self) -> Iterator[list[Turn]]:
        while True:
            yield self.draw()

    def _call(self) -> list[Turn]:
        tool = self._tool()
        return self.question(tool, self.random.choice(self.phrasings[tool]))

    def _tool(self) -> str:
        # Larger banks of phrasings get a little more room.
        weights = [len(self.phrasings[tool]) ** 0.5 for tool in self.tools]
        return self.random.choices(self.tools, weights)[0]

    def question(self, tool: str, phrasing: str, fixed: dict[str, Any] | None = None) -> list[Turn]:
        """The user's question and the call that it means."""
        words, _, constants = phrasing.partition(" => ")
        args = constants_of(words, constants)
        also = tuple(filter(None, args.pop("or", "").split(",")))
        text, values = self.said(words, fixed or {})
        call = (tool, ordered(tool, {**args, **as_arguments(tool, values)}))
        return [Turn("user", text), Turn("assistant", "", call, also=also)]

    def said(self, words: str, fixed: dict[str, Any], taken: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
        filled = self.fillers.fill(words, fixed, taken)
        text = roughen(filled.text, filled.spared, self.random)
        values = filled.values
        if self.random.random() < 0.25:
            text, values = text.lower(), _lowered(values)
        return " ".join(text.split()), values

    def _answer(self) -> list[Turn]:
        """Question, call, a real result and the answer."""
        tool = self._tool()
        real = self._shortened(self.random.choice(self.results[tool]), whole=0.25)
        phrasing = self.random.choice(fitting(self.phrasings[tool], real.args))
        return [*self.question(tool, phrasing, as_slots(phrasing, real.args)), *self._outcome(real)]

    def _outcome(self, real: Real) -> list[Turn]:
        """A result and what the analyst says of it: a line of its own, then lines of the result."""
        lines = real.text.split("\n")
        framing = self.random.choice(words()["framing"]["fault" if real.fault else real.tool])
        keep = KEPT_LINES.get(real.tool, 16)
        closing = ("Careful", "Related", "Interests")
        chosen = [line for i, line in enumerate(lines) if i < keep or line.startswith(closing)]
        return [Turn("tool", real.text, people=people_in(real)), Turn("assistant", "\n".join([framing, *chosen]))]

    def _talk(self) -> list[Turn]:
        """A question and what people say next: one to four follow-ups, each of which fits the call before."""
        tool = self._tool()
        turns = self.question(tool, self.random.choice(self.phrasings[tool]))
        people: tuple[str, ...] = ()
        for _ in range(self.random.choice([1, 1, 2, 2, 3, 4])):
            calls = [turn.call for turn in turns if turn.call]
            outcome = self._brief(calls[-1][0]) if turns[-1].call else []
            if outcome and "user" not in calls[-1][1]:
                people = outcome[0].people or (() if calls[-1][0] in NAMING else people)
            taken = [name for _, args in calls for name in names_in(args)]
            turns += [*outcome, *self._next(*calls[-1], people, taken)]
        return turns

    def _next(self, tool: str, args: dict[str, Any], people: tuple[str, ...], taken: Sequence[str]) -> list[Turn]:
        """What the user says after a call, and the call or words that answer it."""
        for _ in range(200):
            does = self.random.choices(list(NEXT), list(NEXT.values()))[0]
            if does == "small":
                # "Give me some examples" is a question about the posts once there are some.
                asked, said = self._decline(lead=False) if self.random.random() < 0.5 else self._chat(help=False)
                return [replace(asked, kind="small"), said]
            if does == "fresh":
                fresh = self._tool()
                asked, said = self.question(fresh, self.random.choice(self.phrasings[fresh]))
                return [replace(asked, kind="fresh"), said]
            if does not in self.steps:
                continue
            step = self.random.choice(self.steps[does])
            keep = kept(step, tool, args, people)
            if keep is not None and (turns := self._step(step, tool, keep, people, taken)):
                return turns
        raise ValueError(f"Nothing can follow a call of {tool}")

    def _step(
        self, step: Step, before: str, keep: dict[str, Any], people: tuple[str, ...], taken: Sequence[str]
    ) -> list[Turn]:
        """A follow-up and its call, which takes over ``keep``; empty if what it points to is not there."""
        tool = tool_after(step, before)
        say = step.say.replace("{subject}", "{" + SUBJECT.get(tool, "topic") + "}")
        if "count" in arguments_model(tool).model_fields:
            say = say.replace("{limit}", "{count}")
        fixed: dict[str, Any] = {}
        if "{nth}" in say:
            places = places_within(self.fillers.words["places"], len(people))
            if not places:
                return []
            fixed["nth"] = self.random.choice(places)
        text, values = self.said(say, fixed, taken)
        nth = values.pop("nth", "")
        said = as_arguments(tool, values, keep)
        if "brands" in keep:
            said["brands"] = [*keep["brands"], *said.get("brands", [])]
        written = (f"{name}={value}" for name, value in step.constants.items() if name[0] != "-" and name != "or")
        constants = constants_of(say, " ".join(written))
        pointed = {"user": people[place_of(nth) or 0]} if nth else {}
        call = (tool, ordered(tool, {**keep, **constants, **pointed, **said}))
        also = tuple(filter(None, step.constants.get("or", "").split(",")))
        return [Turn("user", text, kind=step.does, nth=nth), Turn("assistant", "", call, also=also)]

    def _thread(self) -> list[Turn]:
        turns: list[Turn] = []
        previous: dict[str, Any] = {}
        handles: list[str] = []
        taken: list[str] = []  # what was talked of, so that no brand is compared with itself
        thread = self.random.choice(self.threads)
        for place, step in enumerate(thread):
            if step["tool"] == "none":
                turns += self._small(step.get("kind", "thanks"), step["say"])
                continue
            points = {name: value[1:] for name, value in step.get("args", {}).items() if value[0] == "$"}
            if points and len(handles) <= max(LISTED.get(each, 0) for each in points.values()):
                break  # the list is too short for what is pointed at
            fixed = (
                {"user": self.random.choice(handles)} if handles and not points and self.random.random() < 0.7 else {}
            )
            text, values = self.said(step["say"], fixed, taken)
            taken += names_in(values)
            given = {name: pointed(name, refers, handles) for name, refers in points.items()}
            previous = ordered(step["tool"], follow_up(step, previous, {**values, **given}))
            nth = pointer_in(text) if points else ""
            turns += [Turn("user", text, nth=nth, points=points), Turn("assistant", "", (step["tool"], previous))]
            if place + 1 < len(thread):
                outcome = self._brief(step["tool"])
                handles = (list(outcome[0].people) if "user" not in previous else []) or handles
                turns += outcome
        return turns

    def _brief(self, tool: str) -> list[Turn]:
        """A result in the middle of a thread: what matters there is what was asked."""
        if not self.results[tool]:
            people = () if tool in NAMING else tuple(self.fillers.handles(self.random.choice([0, 1, 3, 5, 10])))
            return [Turn("tool", "", people=people), Turn("assistant", "")]
        real = self.random.choice(self.results[tool])
        result, said = self._outcome(self._shortened(real, whole=0.03))
        return [replace(result, people=people_in(real)), said]

    def _shortened(self, real: Real, *, whole: float) -> Real:
        """The first lines of a result, each cut: copying is learned from few tokens as well as from many."""
        lines = real.text.split("\n")
        if self.random.random() >= whole:
            lines = lines[: self.random.choice([1, 2, 2, 3, 4])]
        length = self.random.choice([60, 80, 100, 160])
        cut = [line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + "…" for line in lines]
        return Real(real.tool, real.args, "\n".join(cut), real.fault)

    def _small(self, kind: str, say: str) -> list[Turn]:
        text, _ = self.said(say, {})
        return [Turn("user", text), Turn("assistant", self.random.choice(words()["replies"][kind]), kind=kind)]

    def _chat(self, *, help: bool = True) -> list[Turn]:
        kinds = [*self.chitchat, "help"] if help else [kind for kind in self.chitchat if kind != "help"]
        kind = self.random.choice(kinds)
        return self._small(kind, self.random.choice(split(self.chitchat[kind]["says"], self.held_out)))

    def _decline(self, *, lead: bool = True) -> list[Turn]:
        if self.random.random() < 0.3:
            kind, say = self.random.choice(self.strangers)
        else:
            kind = self.random.choices(list(self.declines), [5, 3, 2])[0]
            say = self.random.choice(split(self.declines[kind]["says"], self.held_out))
        before = self._answer() if lead and any(self.results.values()) and self.random.random() < 0.06 else []
        return [*before, *self._small(kind, say)]


def people_in(real: Real) -> tuple[str, ...]:
    """The people whom a result lists."""
    return () if real.tool in NAMING else tuple(dict.fromkeys(PERSON.findall(real.text)))


def follow_up(step: dict[str, Any], previous: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a step of a thread: what it keeps of the call before, its constants, and what it says.

    ``topic>query`` keeps a value under another name. Brands that are kept come before those that are said.
    """
    kept: dict[str, Any] = {}
    for keep in step.get("keep", []):
        source, _, target = keep.partition(">")
        if source == "interests" and source not in previous:
            source, target = "campaign", target or "campaign"  # interests alone were the campaign
        if source in previous:
            value = previous[source]
            kept[target or source] = [value] if target == "brands" else value
    said = as_arguments(step["tool"], values, kept)
    if "brands" in kept:
        said["brands"] = [*kept["brands"], *said.get("brands", [])]
    for name in set(SEVERAL) & kept.keys() & said.keys() - {"brands"}:
        said[name] = list(dict.fromkeys([*kept[name], *said[name]]))
    constants = {name: value for name, value in step.get("args", {}).items() if value[0] != "$"}
    return {**kept, **constants, **said}


def fitting(phrasings: list[str], args: dict[str, Any]) -> list[str]:
    """The phrasings that can say what a call was about: all of it, and nothing where it was about nothing."""
    about = args.keys() & set(MAINS)
    if not about:
        return [phrasing for phrasing in phrasings if not SLOT.search(phrasing)] or phrasings
    said = {p: {re.sub(r"^brand\d?$", "brands", slot) for slot in as_slots(p, args)} for p in phrasings}
    return [phrasing for phrasing in phrasings if about <= said[phrasing]] or phrasings


def as_slots(phrasing: str, args: dict[str, Any]) -> dict[str, Any]:
    """The slots of ``phrasing`` that ``args`` fill; brands fill ``{brands}``, or as many ``{brand}`` in their order."""
    slots = [slot + number for slot, number in dict.fromkeys(SLOT.findall(phrasing))]
    brands = [slot for slot in slots if slot.rstrip("0123456789") == "brand"]
    filled = {name: value for name, value in args.items() if name in slots}
    if brands and len(brands) == len(args.get("brands", [])):
        filled |= dict(zip(brands, args["brands"], strict=True))
    return filled


def as_arguments(tool: str, values: dict[str, Any], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Slot values as arguments: numbers of slots go, a period fills both dates, interests alone are the campaign.

    ``kept`` is what the call takes over from the one before.
    """
    args: dict[str, Any] = {}
    for slot, value in values.items():
        name = slot.rstrip("0123456789")
        if name == "during":
            args |= {"since": value, "until": value}
        elif name == "user" and tool == "find_lookalikes":
            args["users"] = [*args.get("users", []), value]
        elif name in ("brand", "brands"):
            args["brands"] = [*args.get("brands", []), *(value if isinstance(value, list) else [value])]
        else:
            args[name] = value
    if tool == "cannot_tell":  # which is asked about one thing, whatever that is
        topic = next((args[name] for name in ("topic", "campaign", "query") if name in args), None)
        args = {"topic": topic} if topic else {}
    if tool == "find_audience" and "interests" in args and "campaign" not in {**(kept or {}), **args}:
        args["campaign"] = in_words(args.pop("interests"))
    return args


def ordered(tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """``args`` as the grammar writes them: in the order of the tool's schema, free text without marks at its ends.

    Raises ValueError if the call is not valid.
    """
    model = arguments_model(tool)
    unknown = set(args) - set(model.model_fields)
    if unknown:
        raise ValueError(f"{tool} has no {sorted(unknown)}")
    placed = {name: _trimmed(name, args[name]) for name in model.model_fields if name in args}
    model.model_validate(placed)
    return placed


def _trimmed(name: str, value: Any) -> Any:
    """``value`` as a span that the grammar allows: see ``agent.models.held_words``."""
    if isinstance(value, list):
        return [_trimmed(name, item) for item in value]
    if not isinstance(value, str) or name not in HELD_NAMES | HELD_WORDINGS | HELD_PEOPLE:
        return value
    last = NOT_LAST_OF_TEXT if name in HELD_WORDINGS else NOT_LAST
    return " ".join(value.split()).lstrip(NOT_FIRST).rstrip(last) or value


def rendered(turns: list[Turn]) -> Iterator[tuple[str, bool]]:
    """The conversation as the chat template writes it, in pieces: (text, whether the model is to learn it)."""
    for turn in turns:
        yield f"<|im_start|>{turn.role}\n", False
        if turn.call:
            name, args = turn.call
            call = f'{{"name": "{name}", "arguments": {json.dumps(args, ensure_ascii=False)}}}'
            yield f"<tool_call>\n{call}\n</tool_call><|im_end|>", True
        else:
            yield turn.content + "<|im_end|>", turn.role == "assistant"
        yield "\n", False


def _lowered(values: dict[str, Any]) -> dict[str, Any]:
    def lower(value: Any) -> Any:
        if isinstance(value, list):
            return [item.lower() for item in value]
        return value.lower() if isinstance(value, str) else value

    return {slot: value if slot == "term" else lower(value) for slot, value in values.items()}


@cache
def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
