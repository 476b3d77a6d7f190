"""From a conversation to the call that its last question means next: a question of several parts means one for each,
and each part is read after the call of the part before it, as a follow-up is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from agent.understanding.calls import WHOLE, filters_list, for_entry, proposals
from agent.understanding.context import CallContext
from agent.understanding.focus import focus
from agent.understanding.gaps import with_person
from agent.understanding.labels import SMALL_TALK, TOOLS
from agent.understanding.plainly import plainly
from agent.understanding.pointing import with_author
from agent.understanding.said.attitudes import with_attitudes
from agent.understanding.said.outright import outright
from agent.understanding.said.ranges import entries_of_each, shorter, with_few

if TYPE_CHECKING:
    from agent.understanding.reader import QuestionReader, QuestionReading

MOST_PARTS = 4  # of a question that are answered
READINGS_KEPT = 32
SAID = (  # slots whose words a call must have
    "subject", "community", "brands", "interests", "also", "likes", "dislikes", "names", "never_names", "never_likes",
    "never_dislikes", "active_in", "never_active_in", "without",
)  # fmt: skip
ADVERTISES = ("find_audience", "write_brief", "explain_match")
KNOWN_HERE = "known_here"  # where a question has with it what the index knows of its words

Meant = tuple[str, dict[str, Any]]  # the name of a tool, and its arguments
Known = Mapping[str, str]  # what the index knows of a question's words (``Vocabulary.known_in``)


@dataclass(frozen=True)
class Meaning:
    """``calls`` that are meant by ``text``, a part of the question, likeliest first; or the kind of ``small_talk`` that
    it is. Neither: nothing is left, and ``unread`` are the parts for which there was no call. ``kinds`` are all that
    the part, or else the last one, could be, likeliest first.
    """

    calls: tuple[Meant, ...] = ()
    small_talk: str = ""
    text: str = ""
    unread: tuple[str, ...] = ()
    kinds: tuple[str, ...] = field(default=(), compare=False)


def _said_before(call: Meant, context: CallContext) -> bool:
    """Whether ``call`` asks for nothing that the call before did not: "who wrote it, and how many likes?"."""
    name, args = call
    return name == context.tool and all(context.args.get(each) == value for each, value in args.items())


def _steps(part: str, calls: list[Meant], context: CallContext, most: int) -> list[list[Meant]]:
    """The calls of ``part`` one after the other: one, or one for each entry of the list before that it asks for."""
    entries = entries_of_each(part, context, most)
    return [[for_entry(calls[0], entry, context.kind)] for entry in entries] if len(entries) > 1 else [calls]


@dataclass
class Understanding:
    """Reads questions after what came before them; the latest readings are kept. Safe to share between threads."""

    reader: QuestionReader
    _readings: dict[tuple[str, str, tuple[tuple[str, str], ...]], QuestionReading] = field(
        default_factory=dict, repr=False
    )

    def meaning(self, messages: Sequence[BaseMessage]) -> Meaning:
        """What the last question means, or the next part of it that has had no call. What points at nothing, or names
        nothing where something must be named, is small talk of the kind "nowhere".
        """
        place = max((n for n, each in enumerate(messages) if isinstance(each, HumanMessage)), default=None)
        if place is None:
            return Meaning()
        head, tail = messages[:place], messages[place + 1 :]
        known: Known = messages[place].additional_kwargs.get(KNOWN_HERE, {})
        question = self.asked(str(messages[place].text), head, known)
        small, before, done, unread = "", question, 0, list[str]()
        made = [n for n, each in enumerate(tail) if isinstance(each, AIMessage) and each.tool_calls]
        parts, kinds = self.parts(question, head, known), tuple[str, ...]()
        for number, part in enumerate(parts):
            cut = made[done] if done < len(made) else len(tail)
            context = CallContext.of([*head, HumanMessage(before), *tail[:cut]] if done else head)
            reading, context = self._read(part, context, known)
            kinds = tuple(kind for kind, _ in reading.kinds)
            if reading.kinds[0][0] in SMALL_TALK:
                small = small or reading.kinds[0][0]
                continue
            later = self._later(reading, parts[number + 1 :], known)
            calls = self._calls(part, reading, replace(context, later=later)) if number < MOST_PARTS else []
            if not calls:
                unread.append(part)
            elif done and _said_before(calls[0], context):
                continue
            else:
                for step in _steps(part, calls, context, MOST_PARTS - done):
                    if done == len(made):
                        return Meaning(tuple(step), text=part, kinds=kinds)
                    before, done = part, done + 1
        if done:
            return Meaning(unread=tuple(unread), kinds=kinds)
        return Meaning(small_talk="nowhere" if unread else small, kinds=kinds)

    def _calls(self, part: str, reading: QuestionReading, context: CallContext) -> list[Meant]:
        """The calls that ``part`` can mean, likeliest first."""
        length = shorter(part, context)
        return [length] if length else proposals(reading, context)

    def asked(self, question: str, before: Sequence[BaseMessage], known: Known) -> str:
        """The part of ``question`` that asks (``focus``); all of it where that part alone says nothing."""
        if (asking := focus(question)) == question:
            return question
        reading = self._reading(asking, CallContext.of(before), known)
        kind = reading.kinds[0][0]
        says = kind in WHOLE or (kind in TOOLS and bool(reading.slots or reading.carried))
        return asking if says and kind not in ADVERTISES else question  # what is sold stands where people tell of it

    def said(self, question: str, before: Sequence[BaseMessage], known: Known) -> list[str]:
        """The subjects, places and names that the parts of ``question`` say."""
        readings = [self._reading(part, CallContext.of(before), known) for part in self.parts(question, before, known)]
        return [each for reading in readings for slot in SAID for each in reading.slots.get(slot, ())]

    def parts(self, question: str, before: Sequence[BaseMessage], known: Known) -> tuple[str, ...]:
        """The parts of ``question``; the question alone where it is one."""
        return self._reading(question, CallContext.of(before), known).parts or (question,)

    def _read(self, part: str, context: CallContext, known: Known) -> tuple[QuestionReading, CallContext]:
        """How ``part`` reads, and after what: a change of a list follows that list, whatever was asked behind it."""
        reading = self._reading(part, context, known)
        changes = reading.points.get("edit") or filters_list(reading)
        if changes and context.lists and not context.is_list:
            context = context.at_list()
            reading = self._reading(part, context, known)
        reading = with_few(with_author(reading, context), context)
        return reading, context

    def _later(self, reading: QuestionReading, behind: Sequence[str], known: Known) -> dict[str, Any]:
        """What the next part names, where this one leaves it to that."""
        if reading.points.get("refers") != "next" or not behind:
            return {}
        calls = proposals(self._reading(behind[0], CallContext(), known), CallContext())
        return calls[0][1] if calls else {}

    def _reading(self, question: str, context: CallContext, known: Known) -> QuestionReading:
        key = question, context.text, tuple(known.items())
        if key not in self._readings:
            while len(self._readings) >= READINGS_KEPT:
                self._readings.pop(next(iter(self._readings)), None)
            reading = with_attitudes(self.reader.read(question, context.text, known), known)
            self._readings[key] = outright(plainly(with_person(reading, known), known), known)
        return self._readings[key]
