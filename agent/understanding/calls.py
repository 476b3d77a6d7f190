"""From a reading to calls: the tools that a question can mean, with the arguments that it gives or carries over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from agent.understanding.context import CallContext, place_of
from agent.understanding.labels import CHOICES, TOOLS
from agent.understanding.reader import QuestionReading
from tools.selection.numbers import as_number

SUBJECT = {  # the argument that the subject fills, for each tool that has one
    "find_audience": "campaign",
    "explain_match": "campaign",
    "search_posts": "query",
    "analyze_sentiment": "topic",
    "extract_entities": "topic",
    "extract_keywords": "topic",
    "measure_engagement": "topic",
    "list_segments": "topic",
}
WHOLE = ("measure_engagement", "list_segments", "describe_data")  # named nothing, these are about all posts
SURE = 0.6  # from this probability on, a second tool is not offered


def proposals(reading: QuestionReading, context: CallContext) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the question can mean, likeliest first; empty if it is small talk or to be declined."""
    if reading.kinds[0][0] not in TOOLS:
        return []
    likely = reading.kinds[:1] if reading.kinds[0][1] >= SURE else reading.kinds[:2]
    kinds = dict.fromkeys(_aimed(kind, reading, context) for kind, _ in likely if kind in TOOLS)
    calls = [(kind, arguments(kind, reading, context)) for kind in kinds]
    return [(kind, args) for kind, args in calls if args is not None]


def _aimed(tool: str, reading: QuestionReading, context: CallContext) -> str:
    """``tool``, or a look at the person where one is pointed at ("the first one") whom that tool does not take."""
    from tools.registry import arguments_model

    pointed = context.are_people and "nth" in reading.slots and "user" in _pointed(tool, reading, context)
    return "get_profile" if pointed and "user" not in arguments_model(tool).model_fields else tool


def arguments(tool: str, reading: QuestionReading, context: CallContext) -> dict[str, Any] | None:
    """The arguments of ``tool`` that the question gives or carries over; None if a required one is missing."""
    from tools.registry import arguments_model

    fields, previous = arguments_model(tool).model_fields, dict(context.args)
    said = _fitting(fields, _said(tool, reading) | _pointed(tool, reading, context))
    kept = _fitting(fields, _kept(tool, _whole_period(reading, previous), previous))
    main = SUBJECT.get(tool, "user")
    if "text" in said:
        kept = {}
    elif {main, "user", "community"} & said.keys():
        kept.pop("text", None)
    if "user" in said and main not in said and not fields[main].is_required():
        kept.pop(main, None)  # "and @ana?" is about her, not about what was talked of before
    merged = {**kept, **said}
    if "brands" in fields:
        merged |= _compared(said.get("brands", []), reading.carried, previous)
    if main == "campaign" and "campaign" not in merged and "interests" in said:
        merged["campaign"] = " and ".join(merged.pop("interests"))
    if "text" in merged:  # a pasted text stands alone
        return {name: merged[name] for name in fields if name in merged and name in ("text", "type", "limit")}
    required = {name for name, field in fields.items() if field.is_required()}
    about = {name: value for name, value in _about(main, main in required, previous).items() if name in fields}
    merged |= {name: value for name, value in about.items() if name in required - merged.keys()}
    if required - merged.keys():
        return None
    # A follow-up that names nothing new is about what the call before was about.
    if tool not in WHOLE and "brands" not in fields and not {main, "user", "text", "community"} & merged.keys():
        merged |= dict(list(about.items())[:1])
    return {name: merged[name] for name in fields if name in merged}


def _about(main: str, required: bool, previous: dict[str, Any]) -> dict[str, Any]:
    """What the call before was about, by argument, likeliest first; a pasted text can be a campaign."""
    about = {main: _subject(previous) or (previous.get("text") if required else None)}
    about |= {name: previous.get(name) for name in ("user", "community", "text")}
    return {name: value for name, value in about.items() if value}


def _fitting(fields: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What of ``values`` the tool takes: its arguments, and of constants those that the argument knows."""
    return {
        name: value
        for name, value in values.items()
        if name in fields and (name not in CHOICES or value in constants(fields[name].annotation))
    }


def constants(annotation: Any) -> set[str]:
    """What a ``Literal``, optional or not, allows."""
    parts = get_args(annotation)
    return set(parts) if get_origin(annotation) is Literal else set().union(*map(constants, parts))


def _said(tool: str, reading: QuestionReading) -> dict[str, Any]:
    """What the question itself gives, by argument."""
    said: dict[str, Any] = {name: value for name, value in reading.choices.items() if value}
    for slot, found in reading.slots.items():
        if slot == "during":
            said |= {"since": found[0], "until": found[0]}
        elif slot in ("limit", "count"):
            number = as_number(found[0])
            said |= {} if number is None else {"count" if tool == "list_segments" else "limit": number}
        elif slot in ("interests", "brands"):
            said[slot] = found
        # Of several stretches the longest says most: a lone "his" or "the" is a slip.
        elif value := max(found, key=len) if slot == "text" else max(found, key=len).lstrip("@"):
            said[SUBJECT.get(tool, slot) if slot == "subject" else slot] = value
    brands = reading.slots.get("brands", [])
    if tool == "compare_brands":  # whatever is named is to be compared
        brands = [*reading.slots.get("subject", []), *brands]
        said |= {"brands": brands} if brands else {}
    elif brands and tool in SUBJECT:
        said.setdefault(SUBJECT[tool], brands[0])
    return said


def _pointed(tool: str, reading: QuestionReading, context: CallContext) -> dict[str, Any]:
    """Who "the second one" or "her" is, or what, of what the result before listed."""
    if said := reading.slots.get("nth"):
        place = place_of(said[0])
        name = "user" if context.people else SUBJECT.get(tool, "")
        if place is None or not -len(context.listed) <= place < len(context.listed):
            return {}
        return {name: context.listed[place]}
    if "user" in reading.carried and "user" not in context.args and context.people:
        return {"user": context.people[0]}
    return {}


def _compared(said: list[str], carried: frozenset[str], previous: dict[str, Any]) -> dict[str, list[str]]:
    """The brands to compare: those before first, then those said; one alone is compared with what was talked of."""
    from tools.compare_brands import FEWEST

    before = [*previous.get("brands", ()), *filter(None, [_subject(previous)])]
    kept = before if carried & {"brands", "subject"} or len(said) < FEWEST else []
    brands = list({name.casefold(): name for name in [*kept, *said]}.values())
    return {"brands": brands} if brands else {}


def _whole_period(reading: QuestionReading, previous: dict[str, Any]) -> frozenset[str]:
    """What is carried over; "in 2023" as a whole, and not at all beside another time."""
    ends = frozenset(("since", "until"))
    if not previous.get("since") or previous["since"] != previous.get("until") or not ends & reading.carried:
        return reading.carried
    return reading.carried - ends if {"since", "until", "during"} & reading.slots.keys() else reading.carried | ends


def _subject(previous: dict[str, Any]) -> str:
    return str(next((previous[name] for name in ("campaign", "topic", "query") if previous.get(name)), ""))


def _kept(tool: str, carried: frozenset[str], previous: dict[str, Any]) -> dict[str, Any]:
    """What is carried over; the subject under the name that this tool has for it."""
    kept = {name: previous[name] for name in carried if name in previous}
    if "subject" in carried and (subject := _subject(previous)):
        kept[SUBJECT.get(tool, "subject")] = subject
    return kept
