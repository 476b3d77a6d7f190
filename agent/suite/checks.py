"""What a turn was to be like and what it was like: each difference as a sentence, and what the figures count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from agent.events import Answer, Call
from agent.suite.cases import AnswerCheck, CallsCheck, ExpectedCall, Limits, Turn
from agent.suite.figures import ungrounded_figures
from agent.suite.values import at_path, calls_fit, fact_holds, filled_in, pairing, same_call, same_tool, wrong_args

SHOWN = 200  # characters of a value in a sentence
DECLINE, NO_CALL = "decline", "no call"
DECLINING = "cannot_tell"  # the tool that says what is not told, and why


@dataclass(frozen=True)
class Verdict:
    """``tool``, ``arguments`` and ``declined`` are None where the turn expects nothing of that kind.

    ``expected`` and ``made`` name the tools, or what came in their place, for turns that expect calls or a decline.
    """

    failures: list[str] = field(default_factory=list)
    tool: bool | None = None
    arguments: bool | None = None
    declined: bool | None = None
    facts_right: int = 0
    facts: int = 0
    ungrounded: int = 0
    expected: str | None = None
    made: str | None = None


class _Scores(TypedDict, total=False):
    tool: bool
    arguments: bool
    declined: bool
    expected: str
    made: str


def check_turn(turn: Turn, limits: Limits, answer: Answer, results: Sequence[Any]) -> Verdict:
    """Judge an answer. ``results`` are those of the conversation so far, from which figures may come."""
    loose = ungrounded_figures(answer.answer, results)
    wrong_facts = list(_facts(turn, answer))
    failures = [
        *_calls(turn.calls, answer.calls),
        *wrong_facts,
        *_answer(turn, answer, loose),
        *_limits(limits, answer),
    ]
    return Verdict(
        failures,
        **_scores(turn, answer),
        facts_right=len(turn.facts) - len(wrong_facts),
        facts=len(turn.facts),
        ungrounded=len(loose) or int(not answer.grounded),
    )


def with_results(turn: Turn, earlier: Sequence[Any]) -> Turn:
    """``turn`` with the arguments that come from ``earlier``, the results of the turns before, filled in."""
    if turn.calls is None or turn.calls.expect is None:
        return turn
    expect = [filled_in(call, earlier) for call in turn.calls.expect]
    return turn.model_copy(update={"calls": turn.calls.model_copy(update={"expect": expect})})


def unanswered(turn: Turn, failure: str) -> Verdict:
    """The verdict on a turn that ended in an error: all that was expected of it is wrong."""
    return Verdict([failure], **_scores(turn, None), facts=len(turn.facts))


def _scores(turn: Turn, answer: Answer | None) -> _Scores:
    """Right tool, right arguments, rightly declined: a decline does not count as a tool, it has its own figure."""
    scores: _Scores = {}
    expected = turn.calls.expect if turn.calls else None
    if turn.declines or expected is not None:
        scores["expected"] = DECLINE if turn.declines else _tools(call.tool for call in expected or [])
        scores["made"] = _tools(call.name for call in answer.calls) if answer else "error"
    if turn.declines:
        scores["declined"] = answer is not None and _declined(answer)
    elif turn.calls and expected is not None:
        made = answer.calls if answer else []
        scores["tool"] = answer is not None and calls_fit(turn.calls.mode, expected, made, same_tool)
        if any(call.args for call in expected):
            scores["arguments"] = answer is not None and calls_fit(turn.calls.mode, expected, made, same_call)
    return scores


def _tools(names: Iterable[str]) -> str:
    return " + ".join(names) or NO_CALL


def _declined(answer: Answer) -> bool:
    return not _told(answer) and bool(answer.answer.strip())


def _told(answer: Answer) -> list[Call]:
    """The calls that tell something."""
    return [call for call in answer.calls if call.name != DECLINING]


def _calls(check: CallsCheck | None, made: Sequence[Call]) -> Iterator[str]:
    if check is None:
        return
    if check.max is not None and len(made) > check.max:
        yield f"{len(made)} calls were made, at most {check.max} expected: {_listed(made)}."
    if check.expect is None or calls_fit(check.mode, check.expect, made, same_call):
        return
    details = list(_wrong_arguments(check, check.expect, made))
    if details:
        yield from details
    else:
        expected = [Call(call.tool, call.args) for call in check.expect]
        yield f"The calls should be ({check.mode}) {_listed(expected)}; they were {_listed(made)}."


def _wrong_arguments(check: CallsCheck, expected: Sequence[ExpectedCall], made: Sequence[Call]) -> Iterator[str]:
    """Where the tools are right: which arguments are not."""
    if not calls_fit(check.mode, expected, made, same_tool):
        return
    pairs = zip(expected, made, strict=True) if check.mode == "strict" else _nearest(expected, made)
    for wanted, call in pairs:
        for name in wrong_args(wanted, call):
            found = _shown(call.args[name]) if name in call.args else "absent"
            yield f"{call.name}: {name} should be {_accepted(wanted.args[name])}; it was {found}."


def _nearest(expected: Sequence[ExpectedCall], made: Sequence[Call]) -> Iterator[tuple[ExpectedCall, Call]]:
    """Each expected call that was not made as such, with the call of its tool that comes nearest and is not taken."""
    right = pairing(expected, made, same_call)
    free = [call for index, call in enumerate(made) if index not in right]
    for index, wanted in enumerate(expected):
        rivals = [place for place, call in enumerate(free) if same_tool(wanted, call)]
        if index not in right.values() and rivals:
            nearest = min(rivals, key=lambda place: len(wrong_args(wanted, free[place])))
            yield wanted, free.pop(nearest)


def _facts(turn: Turn, answer: Answer) -> Iterator[str]:
    for fact in turn.facts:
        found = at_path(answer.results, fact.path)
        if not found:
            yield f"The results have nothing at {fact.path}."
        elif not any(fact_holds(fact, value) for value in found):
            yield f"{fact.path} should {_claim(fact)}; it is {' / '.join(map(_shown, found[:5]))}."


def _claim(fact: Any) -> str:
    if fact.check == "approx":
        return f"be {fact.approx.value:g} ± {fact.approx.margin:g}"
    return f"be {_shown(fact.equals)}" if fact.check == "equals" else f"be in, or hold, {_shown(fact.among)}"


def _answer(turn: Turn, answer: Answer, loose: list[str]) -> Iterator[str]:
    check = turn.answer or AnswerCheck()
    for words in check.mentions:
        if not mentions(answer.answer, words):
            yield f"The answer does not mention {words!r}."
    for words in check.never:
        if mentions(answer.answer, words):
            yield f"The answer must never say {words!r}, and does."
    if check.numbers and loose:
        yield f"Figures of the answer that stand in no result: {', '.join(loose)}."
    if check.numbers and not answer.grounded:
        yield "The answer is marked as not grounded in the results."
    yield from _kind(turn, check, answer)


def _kind(turn: Turn, check: AnswerCheck, answer: Answer) -> Iterator[str]:
    if check.kind and not answer.answer.strip():
        yield "The answer is empty."
    elif check.kind == "decline" and _told(answer):
        yield f"The question should be declined; it was answered, with {_listed(answer.calls)}."
    elif check.kind == "answer" and not _told(answer) and not (turn.calls and turn.calls.expect == []):
        yield "The question should be answered; it was declined."


def _limits(limits: Limits, answer: Answer) -> Iterator[str]:
    if limits.seconds is not None and answer.seconds > limits.seconds:
        yield f"The answer took {answer.seconds:.2f} s, the limit is {limits.seconds:g} s."
    asked = len(answer.calls) + 1  # at most one for each call, and one for the answer
    if limits.model_calls is not None and asked > limits.model_calls:
        yield f"The model was asked {asked} times, the limit is {limits.model_calls}."


def mentions(answer: str, words: str) -> bool:
    """Whether ``words`` stand in ``answer``: whole words and whole figures, in any case, with or without @."""
    wanted = re.escape(" ".join(words.casefold().split()).removeprefix("@"))
    before = r"(?<!\w)(?<!\d[.,])" if wanted[:1].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if wanted[-1:].isdigit() else r"(?!\w)" if wanted[-1:].isalnum() else ""
    return re.search(before + wanted + after, " ".join(answer.casefold().split())) is not None


def _accepted(expected: Any) -> str:
    if expected is None:
        return "absent"
    if isinstance(expected, list) and any(value is None or isinstance(value, list) for value in expected):
        return " or ".join(map(_accepted, expected))
    return _shown(expected)


def _listed(calls: Sequence[Call]) -> str:
    """Calls as they would be typed."""
    return (
        ", then ".join(
            f"{call.name}({', '.join(f'{name}={_shown(value)}' for name, value in call.args.items())})"
            for call in calls
        )
        or "none"
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
