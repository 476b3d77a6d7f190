"""From a reading to calls: the tools that a question can mean, with the arguments that it gives or carries over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

from agent.understanding import gaps
from agent.understanding.context import CallContext
from agent.understanding.labels import AMOUNTS, CHOICES, KEPT_AS, SEVERAL, TOOLS
from agent.understanding.pointing import changed_limit, pointed_at
from agent.understanding.reader import QuestionReading
from agent.understanding.said.attitudes import IT, SLOTS
from agent.understanding.said.times import timed
from tools.selection.kinds import kind_of
from tools.selection.numbers import as_number

SUBJECT = {  # the argument that the subject fills, for each tool that has one
    "find_audience": "campaign",
    "write_brief": "campaign",
    "explain_match": "campaign",
    "search_posts": "query",
    "summarize_themes": "topic",
    "analyze_sentiment": "topic",
    "extract_entities": "topic",
    "extract_keywords": "topic",
    "compare_periods": "topic",
    "measure_engagement": "topic",
    "count": "topic",
    "rank": "topic",
    "list_segments": "topic",
    "cannot_tell": "topic",
}
WHOLE = (  # named nothing, these are about all posts
    "measure_engagement", "list_segments", "describe_data", "count", "rank", "summarize_themes", "compare_periods",
    "explain_method", "cannot_tell",
)  # fmt: skip
OF_A_PERSON = re.compile(  # what the guard does not bar but posts do not say of people either
    r"\b(?:ages?|aged|old|older|young|younger|gender|sex|wom[ae]n|m[ae]n|males?|females?|girls?|boys?|incomes?|salar\w+|"
    r"earn\w*|rich|poor|wealthy|married|single|divorced|kids|children|parents?|mothers?|fathers?|mums?|dads?|race|"
    r"ethnic\w*|religi\w+|politic\w*|vot\w+|health|names?|address\w*|e-?mails?|phone numbers?|live|lives|living)\b",
    re.IGNORECASE,
)
HARMLESS = 0.1  # below this probability a question asks for nothing that is nobody's business
SURE = 0.6  # from this probability on, a second tool is not offered
# What an argument is where the tool does not have it: it says the same in other words.
OTHERWISE = {
    "at_least": "min_posts", "min_posts": "at_least", "active_in": "community", "never_names": "without",
    "without": "never_names", "limit": "count", "count": "limit", "user": "users", "never_dislikes": "never_names",
    "never_likes": "never_names", "never_active_in": "not_in", "not_in": "never_active_in",
}  # fmt: skip
ASKING = r"\b(?:get|give|gimme|show|find|list|pull|send|name|want|need|top|first|best|make it|make that)\b"
PLURALS = {"post": "posts", "person": "people", "community": "communities", "name": "names"}


def proposals(reading: QuestionReading, context: CallContext) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the question can mean, likeliest first; empty if it is small talk or to be declined."""
    if reading.kinds[0][0] not in TOOLS:
        return []
    if reading.points.get("edit") == "undo" and len(context.lists) > 1:
        return [(context.lists[-2].tool, dict(context.lists[-2].args))]
    ranked = reading.kinds[1:] if _is_wrongly_barred(reading) else reading.kinds
    likely = ranked[:1] if ranked[0][1] >= SURE else ranked[:2]
    kinds = dict.fromkeys(_aimed(kind, reading, context) for kind, _ in likely if kind in TOOLS)
    calls = [(kind, arguments(kind, reading, context)) for kind in kinds]
    found = [_alone(kind, args) for kind, args in calls if args is not None]
    if not found and (reasons := _why_alike(reading, context)):
        found = [reasons]
    if not found and (persons := gaps.persons_alone(reading)):
        args = arguments("rank", persons, context)
        found = [("rank", args)] if args else []
    return found


def for_entry(call: tuple[str, dict[str, Any]], entry: str, kind: str) -> tuple[str, dict[str, Any]]:
    """``call`` about one ``entry`` of a list of that ``kind``, in place of all of it."""
    tool, args = call
    fields = _fields(tool)
    name = {"people": "user", "communities": "community"}.get(kind, SUBJECT.get(tool, ""))
    name = name if name in fields else "users" if kind == "people" and "users" in fields else ""
    rest = {key: value for key, value in args.items() if key not in ("among", "users", "user")}
    if not name:
        return tool, args
    return tool, {**rest, name: [entry] if name == "users" else entry}


def _is_wrongly_barred(reading: QuestionReading) -> bool:
    """Whether the reader takes for nobody's business what the guard of all calls finds nothing in. That guard looks at
    the call that is made instead, too.
    """
    from tools.privacy.guard import trait_of

    barred = reading.kinds[0][0] == "cannot_tell" and reading.choices.get("why") == "sensitive"
    if not barred or reading.kinds[1][0] not in TOOLS or OF_A_PERSON.search(reading.text):
        return False
    return trait_of(reading.text, least=HARMLESS) is None


def _alone(tool: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A comparison of one brand with none is a look at how people feel about it."""
    from tools.compare_brands import FEWEST

    if tool != "compare_brands" or not 0 < len(args.get("brands", ())) < FEWEST:
        return tool, args
    (brand,) = args["brands"]
    if kind_of(str(brand)):  # several brands
        return tool, args
    fields = _fields("analyze_sentiment")
    return "analyze_sentiment", {"topic": brand, **{name: each for name, each in args.items() if name in fields}}


def _why_alike(reading: QuestionReading, context: CallContext) -> tuple[str, dict[str, Any]] | None:
    """Why somebody is in a list of people like others, which no campaign explains: that list with them alone."""
    lists = [each for each in context.lists if each.tool == "find_lookalikes"]
    pointed = pointed_at(reading, context)
    if reading.kinds[0][0] != "explain_match" or not lists or lists[-1] is not context.lists[-1] or not pointed:
        return None
    role, who = pointed
    return ("find_lookalikes", {**lists[-1].args, "among": [who]}) if role == "user" and isinstance(who, str) else None


def filters_list(reading: QuestionReading) -> bool:
    """Whether conditions on people are said beside a tool that takes none: they are meant for a list further back."""
    kind = reading.kinds[0][0]
    said = {*gaps.OF_PERSONS, "exclude"} & reading.slots.keys()
    return kind in TOOLS and bool(said) and not said & _fields(kind).keys()


def _aimed(tool: str, reading: QuestionReading, context: CallContext) -> str:
    """``tool``, or a look at the person where one is pointed at ("the first one") whom that tool does not take; for a
    count by month or the like a ranking of these.
    """
    fields = _fields(tool)
    if tool == "count" and gaps.is_spread(reading):
        return "rank"
    pointed = context.kind == "people" and "nth" in reading.slots and "user" in _pointed(tool, reading, context)
    return "get_profile" if pointed and not {"user", "users"} & fields.keys() else tool


def arguments(tool: str, reading: QuestionReading, context: CallContext) -> dict[str, Any] | None:
    """The arguments of ``tool`` that the question gives or carries over; None if a required one is missing."""
    fields, previous = _fields(tool), dict(context.args)
    said = _fitting(fields, _said(tool, reading) | _pointed(tool, reading, context))
    if "never_active_in" in said and "not_in" in fields and not gaps.asks_for_people(reading):
        said["not_in"] = said.pop("never_active_in")
    kept = _fitting(fields, _kept(tool, _whole_period(reading, previous), previous), by_other_names=False)
    if tool == "count" and not said.keys() - {"of"}:
        kept |= _fitting(fields, gaps.counted(reading, context), by_other_names=False)
    main = SUBJECT.get(tool, "user")
    merged = _merged(main, fields, said, kept, reading)
    if "brands" in fields:
        merged |= _compared(said.get("brands", []), reading.carried, previous)
    if main == "campaign" and "campaign" not in merged and "interests" in said:
        merged["campaign"] = " and ".join(merged.pop("interests"))
    if "text" in merged:  # a pasted text stands alone
        return {name: merged[name] for name in fields if name in merged and name in ("text", "type", "limit")}
    merged = timed(tool, reading.text, _lifted(merged, reading, context), previous, date.today())
    merged = _named_it(merged, merged.get(main) or _subject(previous))
    merged |= _for_tool(tool, reading, merged)
    required = {name for name, field in fields.items() if field.is_required()}
    about = {name: value for name, value in _about(main, main in required, previous).items() if name in fields}
    merged |= {name: value for name, value in about.items() if name in required - merged.keys()}
    if required - merged.keys():
        return None
    # A follow-up that names nothing new is about what the call before was about.
    if (
        tool not in WHOLE
        and not {"brands", "users"} & fields.keys()
        and not {main, "user", "text", "community"} & merged.keys()
    ):
        merged |= dict(list(about.items())[:1])
    if tool not in WHOLE and not merged.keys() - {"limit"}:
        return None
    if tool == "rank":
        merged = gaps.entries_from_above(merged)
    return {name: merged[name] for name in fields if name in merged}


def _lifted(args: dict[str, Any], reading: QuestionReading, context: CallContext) -> dict[str, Any]:
    """``args`` without the people of an earlier list where a longer one is asked for than they are."""
    among, asked = args.get("among"), reading.slots.get("limit")
    earlier = any(list(each.listed) == among for each in context.lists)
    longer = bool(among) and bool(asked) and (args.get("limit") or 0) > len(among or ())
    return {name: value for name, value in args.items() if name != "among"} if earlier and longer else args


def _named_it(args: dict[str, Any], subject: Any) -> dict[str, Any]:
    """``args`` with the ``subject`` for what people say of "it"; without those where there is none."""
    said = {name: [subject if each == IT else each for each in args[name]] for name in SLOTS if name in args}
    named = {name: [each for each in dict.fromkeys(values) if each] for name, values in said.items()}
    return {name: value for name, value in (args | named).items() if value != []}


def _merged(
    main: str, fields: Mapping[str, Any], said: dict[str, Any], kept: dict[str, Any], reading: QuestionReading
) -> dict[str, Any]:
    """What is said and what is kept beside it; to a list that is kept what is said is added."""
    kept = {} if "text" in said else dict(kept)
    if {main, "user", "community"} & said.keys():
        kept.pop("text", None)
    if "user" in said and main not in said and main in fields and "subject" not in reading.carried:
        kept.pop(main, None)  # "and @ana?" is about her, not about what was talked of before
    added = {name for name in SEVERAL if name in kept and name in said and name != "brands"}
    return {**kept, **said, **{name: list(dict.fromkeys([*kept[name], *said[name]])) for name in added}}


def _fields(tool: str) -> Mapping[str, Any]:
    from tools.registry import arguments_model

    return arguments_model(tool).model_fields


def _for_tool(tool: str, reading: QuestionReading, merged: Mapping[str, Any]) -> dict[str, Any]:
    """What a tool is told that reads the question itself, and a change of how much is listed."""
    if tool == "cannot_tell":
        return {"what": reading.text}
    if tool == "explain_method":
        return {"term": gaps.term(reading)}
    if tool == "rank":
        return gaps.ranked(reading, merged)
    edit, default = reading.points.get("edit", ""), _fields(tool).get("limit")
    if default is not None and edit in ("more", "fewer", "double", "half"):
        return {"limit": changed_limit(edit, merged.get("limit") or default.default)}
    return {}


def _about(main: str, required: bool, previous: dict[str, Any]) -> dict[str, Any]:
    """What the call before was about, by argument, likeliest first; a pasted text can be a campaign."""
    about = {main: _subject(previous) or (previous.get("text") if required else None)}
    about |= {name: previous.get(name) for name in ("user", "community", "text")}
    about |= {"users": [previous["user"]]} if previous.get("user") else {}
    return {name: value for name, value in about.items() if value}


def _fitting(fields: Mapping[str, Any], values: dict[str, Any], *, by_other_names: bool = True) -> dict[str, Any]:
    """What of ``values`` the tool takes: its arguments, one for another that says the same, each as one or as a list;
    and of constants those that the argument knows.
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in CHOICES:
            allowed = constants(fields[name].annotation) if name in fields else set()
            value = next((each for each in (value, *_other_number(value)) if each in allowed), None)
            name = name if value else ""
        elif name not in fields and by_other_names:
            name = OTHERWISE.get(name, "")
        if name not in fields or (name in found and name not in values):
            continue
        many = "list" in str(fields[name].annotation)
        if isinstance(value, list) and not many:
            value = value[0] if value else None
        if value is not None:
            found[name] = value if isinstance(value, list) or not many else [value]
    return found


def _other_number(value: Any) -> list[str]:
    """ "posts" for "post", and the other way round."""
    return [other for pair in PLURALS.items() for one, other in (pair, pair[::-1]) if one == value]


def constants(annotation: Any) -> set[str]:
    """What a ``Literal``, optional or not, allows."""
    parts = get_args(annotation)
    return set(parts) if get_origin(annotation) is Literal else set().union(*map(constants, parts))


def _said(tool: str, reading: QuestionReading) -> dict[str, Any]:
    """What the question itself gives, by argument."""
    said: dict[str, Any] = {name: value for name, value in reading.choices.items() if value and name != "term"}
    for slot, found in reading.slots.items():
        if slot == "during":
            said |= {"since": found[0], "until": found[0]}
        elif slot in AMOUNTS:
            number = as_number(asked_amount(reading.text, found))
            said |= {} if number is None else {slot: number}
        elif slot in SEVERAL:
            said[slot] = [each.lstrip("@") for each in found]
        elif slot == "community" and len(found) > 1:  # "in dogs and cats"
            said[slot] = " or ".join(dict.fromkeys(each.removeprefix("r/").lstrip("#") for each in found))
        # Of several stretches the longest says most: a lone "his" or "the" is a slip.
        elif value := max(found, key=len) if slot == "text" else max(found, key=len).lstrip("@"):
            said[SUBJECT.get(tool, slot) if slot == "subject" else slot] = value
    brands = reading.slots.get("brands", [])
    if tool == "compare_brands":  # whatever is named is to be compared
        brands = [*reading.slots.get("subject", []), *brands]
        said |= {"brands": brands} if brands else {}
    elif brands and tool in SUBJECT:
        said.setdefault(SUBJECT[tool], brands[0])
    if tool == "find_lookalikes" and "user" in reading.slots:
        said["users"] = list(dict.fromkeys([*(u.lstrip("@") for u in reading.slots["user"]), *said.get("users", [])]))
    return said


def asked_amount(question: str, found: list[str]) -> str:
    """Which of several numbers that were tagged alike is asked for: "I have two fans, get me 15 like them"."""
    asked = (each for each in found if re.search(rf"{ASKING}[^,.;?!]{{0,20}}\b{re.escape(each)}\b", question, re.I))
    return next(asked, found[0])


def _pointed(tool: str, reading: QuestionReading, context: CallContext) -> dict[str, Any]:
    """What is meant by "the second one", "her" or "the winner", under the argument that it fills."""
    found = pointed_at(reading, context)
    if found is None:
        return {}
    role, value = found
    if role == "during":
        return {"since": value, "until": value}
    if role == "subject":
        name = SUBJECT.get(tool, "")
        return {name: value} if name else {}
    return {role: [value] if role in SEVERAL and not isinstance(value, list) else value}


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


def _subject(previous: Mapping[str, Any]) -> str:
    return str(next((previous[name] for name in ("campaign", "topic", "query") if previous.get(name)), ""))


def _kept(tool: str, carried: frozenset[str], previous: dict[str, Any]) -> dict[str, Any]:
    """What is carried over; the subject under the name that this tool has for it."""
    kept = {name: value for name, value in previous.items() if KEPT_AS.get(name, name) in carried}
    if "subject" in carried and (subject := _subject(previous)):
        kept[SUBJECT.get(tool, "subject")] = subject
    if "user" in carried and "users" in _fields(tool) and "user" in previous:
        kept.setdefault("users", [previous["user"]])
    if "after" in carried and "after" not in _fields(tool) and "after" in previous:
        kept |= {"since": previous["after"], "until": previous["after"]}
    return kept
