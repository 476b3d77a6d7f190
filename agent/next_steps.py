"""What can be asked next: questions made from a result, each of a kind that the analyst answers with one tool.

Each stands for itself and names what it is about, so that it works wherever it is asked. Whether it does is measured:
``python tests/benchmarks/next_steps.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.brief.found import WriteBrief
from tools.cannot_tell import CannotTell
from tools.compare_brands import CompareBrands
from tools.explain_match import ExplainMatch
from tools.extract_entities import ExtractEntities
from tools.find_audience import FindAudience
from tools.find_lookalikes import FindLookalikes
from tools.get_profile import GetProfile
from tools.list_segments import ListSegments
from tools.rank import Rank
from tools.selection.subject import known_names

if TYPE_CHECKING:
    from agent.events import ToolFinished
    from tools.library import Library
    from tools.result.result import ToolResult

STEPS = 3
LONGEST_NAME = 30  # characters; a longer name makes no good question
FEWEST = 3  # posts that must name something, for a question about it


@dataclass(frozen=True)
class NextStep:
    """A question, and the tool that answers it."""

    question: str
    tool: str


def next_steps(
    library: Library, args: Mapping[str, Any], result: ToolResult, asked: Collection[str] = ()
) -> list[NextStep]:
    """Up to ``STEPS`` questions that follow a result of a call with these ``args``, none that was ``asked`` already."""
    heard = {_key(question) for question in asked}
    found: dict[str, NextStep] = {}
    for step in [*_of(library, args, result), *_anywhere(library)]:
        again = step.tool == result.tool and step.question.endswith(f"about {args.get('topic')}?")
        if _key(step.question) not in heard and not again:
            found.setdefault(_key(step.question), step)
    return list(found.values())[:STEPS]


def steps_after(library: Library, found: Sequence[ToolFinished], asked: Collection[str]) -> list[str]:
    """The questions that follow the last result of an answer; none where no tool found anything."""
    last = next((each for each in reversed(found) if each.result is not None), None)
    if last is None or last.result is None:
        return []
    return [step.question for step in next_steps(library, last.args, last.result, asked)]


def _key(question: str) -> str:
    return question.casefold().strip(" ?.!")


def _of(library: Library, args: Mapping[str, Any], result: ToolResult) -> Iterator[NextStep]:
    topic = _topic(library, args, result)
    person = next((name for name in result.handles if _is_plain(name)), None)
    if person is not None:
        yield from _about_person(library, args, result, person)
    yield from _about_listed(library, result, topic)
    if topic is not None:
        yield _feelings(topic)
        yield _complaints(topic)
        yield NextStep(f"Who would engage with {_an(topic)} ad?", "find_audience")
        yield NextStep(f"Who posts the most about {topic}?", "rank")


def _about_person(library: Library, args: Mapping[str, Any], result: ToolResult, person: str) -> Iterator[NextStep]:
    """Steps about the first person of people who were ranked or looked at."""
    profile = NextStep(f"Tell me about @{person}", "get_profile")
    alike = NextStep(f"people like @{person}", "find_lookalikes")
    if isinstance(result, (FindAudience, WriteBrief)):
        yield NextStep(f"Why would @{person} click on {_an(str(args['campaign']))} ad?", "explain_match")
    if isinstance(result, FindAudience):
        yield NextStep(f"Write a campaign brief for {args['campaign']}", "write_brief")
    ranked = isinstance(result, Rank) and result.of == "person"
    if ranked or isinstance(result, (ExplainMatch, FindLookalikes)):
        yield profile
    if ranked or isinstance(result, (GetProfile, ExplainMatch, FindAudience)):
        yield alike
    if isinstance(result, GetProfile):
        brands = [name for name in [*result.liked, *result.disliked] if _is_plain(name) and _is_named(library, name)]
        yield from (NextStep(f"Why would @{person} click on {_an(name)} ad?", "explain_match") for name in brands)


def _about_listed(library: Library, result: ToolResult, topic: str | None) -> Iterator[NextStep]:
    """Steps about the first of what is listed: brands, names, communities, groups, or what can be asked instead."""
    if isinstance(result, CannotTell):
        yield NextStep(result.instead, "")
    if isinstance(result, CompareBrands):
        names = [brand.name for brand in result.brands if _is_plain(brand.name)]
        yield from (NextStep(f"Who would engage with {_an(name)} ad?", "find_audience") for name in names[:1])
        yield from (_complaints(name) for name in names[-1:])
    if isinstance(result, Rank) and result.of == "community":
        yield from _communities([group.name for group in result.groups])
    if isinstance(result, (Rank, ExtractEntities)) and topic is None:
        names = list(result.listing.names) if result.listing is not None and result.listing.kind == "names" else []
        for name in [each for each in names if _is_plain(each) and _is_named(library, each)][:2]:
            yield _feelings(name)
            yield NextStep(f"Who would engage with {_an(name)} ad?", "find_audience")
    if isinstance(result, ListSegments):
        yield from _communities([name for segment in result.segments for name in segment.communities[:1]])


def _anywhere(library: Library) -> Iterator[NextStep]:
    """Questions that any index answers."""
    yield NextStep("Which brands are named the most?", "rank")
    yield NextStep("Which posts got the most likes?", "rank")
    yield NextStep("What groups of people are there?", "list_segments")


def _feelings(name: str) -> NextStep:
    return NextStep(f"How do people feel about {name}?", "analyze_sentiment")


def _complaints(name: str) -> NextStep:
    return NextStep(f"What are the complaints about {name}?", "summarize_themes")


def _communities(names: list[str]) -> Iterator[NextStep]:
    for name in [name for name in names if _is_plain(name)][:2]:
        yield NextStep(f"What is the {name} community talking about?", "")


def _topic(library: Library, args: Mapping[str, Any], result: ToolResult) -> str | None:
    """The name that a call was about, if enough posts name it."""
    for key in ("topic", "campaign", "query"):
        said = args.get(key)
        if isinstance(said, str) and _is_plain(said) and _is_named(library, said):
            return said
    return None


def _is_named(library: Library, name: str) -> bool:
    from index.entities.mentions import canonical

    known = known_names(library).get(canonical(name))
    return known is not None and known.mentions >= FEWEST


def _is_plain(name: str) -> bool:
    """Whether a name of a stranger's making can stand in a question."""
    return bool(name) and len(name) <= LONGEST_NAME and all(sign.isalnum() or sign in " _-.&'" for sign in name)


def _an(name: str) -> str:
    return f"an {name}" if name[0].lower() in "aeio" else f"a {name}"
