"""What a question says in plain words and only the index knows: "gigs posts" are those of a community that is called
gigs, "not mira" means @mira_in_lavender, and a place that does not exist was no place.

The question reader has seen no index. These rules look at the words around a known name, and change a call only where
they leave no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from agent.understanding.calls import SUBJECT
from agent.understanding.of_kind import of_kind
from agent.understanding.said.places import PLACES, community_of, is_of_people, with_places
from agent.understanding.unknown import without_unknown
from agent.understanding.vocabulary import is_made
from index.entities.mentions import canonical
from tools.library import Library
from tools.registry import arguments_model
from tools.selection.date_words import span_of
from tools.selection.places import place_names
from tools.selection.subject import names_like, subject_of

IN = re.compile(
    r"(?:^|\s)(?:in|from|within|inside|across|over (?:at|in))\s+(?:both\s+)?(?:the |our |r/)?$", re.IGNORECASE
)
NOT_IN = re.compile(r"\b(?:interest\w*|believ\w+|invest\w*|engag\w+|deal\w*|into|special\w+)\s+in\s*$", re.IGNORECASE)
THERE = re.compile(
    r"^\s+(?:posts?|people|ppl|folks?|crowd|lot|members?|users?|regulars|communit(?:y|ies)|boards?|sections?|subs?|"
    r"subreddits?|forums?|channels?|groups?|corner)\b",
    re.IGNORECASE,
)
NOT_THEIRS = re.compile(r"\b(?:about|for|sell\w*|of|on|like|hat\w+|lov\w+|mention\w*)\s+(?:\w+\s+)?$", re.IGNORECASE)
BOTH = re.compile(r"\bboth (?:in )?(?:r/)?([\w-]+) and (?:in )?(?:r/)?([\w-]+)", re.IGNORECASE)
CALLED_SO = r"r/{0}\b|#{0}\b|\b{0} (?:community|board|section|sub|subreddit|forum|channel|group)\b"
LEFT_OUT = re.compile(
    r"\b(?:not|without|except(?: for)?|exclud\w+|outside(?: of)?|leav(?:e|ing) out|never|minus|nothing|nobody|no one)\b"
    r"[^.,;?!]{0,24}$",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"\b(?:not|without|drop|minus|except(?: for)?|exclude|remove|skip|leave out|take out|kick(?: out)?|"
    r"get rid of|lose|bin)\s+@?(?P<who>[\w.'-]+(?: [\w.'-]+){0,2})|"
    r"\b(?:take|kick|leave|throw)\s+@?(?P<them>[\w.'-]+) (?:off|out|away)\b",
    re.IGNORECASE,
)
BACK = re.compile(r"\b(?:put|bring|add|take|let)\s+@?(?P<who>[\w.'-]+) back\b", re.IGNORECASE)
NOT_WANTED = ("without", "never_names", "never_likes", "never_dislikes", "never_active_in")
PEOPLE = ("exclude", "among", "users")
THINGS = (  # arguments that list names
    "brands", "also", "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes", "without",
)  # fmt: skip
BEHIND_A_PLACE = frozenset(
    ("community", "crowd", "lot", "people", "folks", "posts", "please", "pls", "too", "and", "from", "section", "for")
)
ABOUT = re.compile(
    r"\b(?:about|on|regarding|re|mention\w*|nam(?:e|es|ed|ing)|discuss\w*|concerning|toward|towards|over|around|of|with|for|"
    r"to|and|or|versus|vs\.?|say|says|said|saying|lik(?:e|es|ed|ing)|lov(?:e|es|ed|ing)|hat(?:e|es|ed|ing)|into|word|words|"
    r"phrase|term|called|hashtag)(?: the| a| an| our| my| both)?[\s:\"“'#]*$",
    re.IGNORECASE,
)
LONGEST_PLACE = 2  # words of a subject that is a place with a word beside it, as "tally gigs"
SHORT = 6  # words of a question that is about the place it names: "and lifting?"
LONGEST_NAME = 30  # characters of what may be a name misspelt
ALIKE = 80  # of 100, from which two names differ by a slip of the finger
NO_PLACES = frozenset(  # words of questions, by which communities are called, too
    ("place", "places", "community", "communities", "reddit", "people", "post", "posts", "question", "all", "this",
     "that", "what", "who", "one", "two", "time", "year", "month", "day", "today", "popular", "best", "top", "new")
)  # fmt: skip
LEAST = 3  # letters of a name by which somebody is known


def as_here(
    library: Library,
    question: str,
    tool: str,
    args: Mapping[str, Any],
    listed: Sequence[str] = (),
    before: tuple[str, Mapping[str, Any]] = ("", {}),
) -> dict[str, Any]:
    """The arguments of a call for ``question`` in the names of ``library``; ``listed`` are the people shown last,
    ``before`` is the call before this one.
    """
    fields = arguments_model(tool).model_fields
    again = before == (tool, dict(args))
    found = with_places(library.communities, args)
    found = _named(question, tool, _people(library, question, found, fields, listed))
    if "community" in fields:
        found = _place_alone(library, question, tool, _no_place(library, question, tool, found))
        found = _place(library, question, tool, _places_changed(library, question, tool, found, fields), again=again)
        found = _both(library, question, fields, found)
    found = _spelled(library, tool, of_kind(library, question, tool, found))
    return without_unknown(library, question, tool, found, fields, _known)


def _spelled(library: Library, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """Names that no post has, as those that they are all but for a slip of the finger: Spotify for "spotfy"."""
    if tool == "cannot_tell":
        return args
    names = {SUBJECT.get(tool, ""), *THINGS} & args.keys()
    spelled = {
        name: [_nearest(library, each) for each in value] if isinstance(value, list) else _nearest(library, value)
        for name, value in args.items()
        if name in names
    }
    return {**args, **spelled}


def _nearest(library: Library, said: Any) -> Any:
    if not isinstance(said, str) or not LEAST < len(said) <= LONGEST_NAME or not canonical(said):
        return said
    if subject_of(library, said, by_meaning=False).ids:
        return said
    for near in names_like(library, said):
        one, other = near.casefold(), said.casefold()
        slip = DamerauLevenshtein.distance(one, other) == 1 or fuzz.ratio(one, other) >= ALIKE
        if one[0] == other[0] and slip:
            return near
    return said


def _named(question: str, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """Who names one thing, or one of several, is who posts about it: what is counted then are those posts."""
    names = [str(each) for each in args.get("names") or ()]
    if tool == "count" and args.get("of") == "posts" and len(names) > 1 and "topic" not in args:
        rest = {
            name: value for name, value in args.items() if name != "names"
        }  # the posts that name both, not the people
        return {**rest, "topic": " and ".join(names)}
    either = len(names) > 1 and re.search(rf"{re.escape(names[-2])}\W+or\W+{re.escape(names[-1])}", question, re.I)
    if tool not in ("rank", "count") or "topic" in args or not (len(names) == 1 or either):
        return args
    return {**{name: value for name, value in args.items() if name != "names"}, "topic": " or ".join(names)}


def _people(
    library: Library, question: str, args: dict[str, Any], fields: Mapping[str, Any], listed: Sequence[str]
) -> dict[str, Any]:
    """Handles for people who are called by a part of theirs; whoever of a list is to be left out is excluded."""
    for name in PEOPLE:
        if isinstance(args.get(name), list):
            args[name] = [_handle(library, question, str(each), listed) or each for each in args[name]]
    if isinstance(args.get("user"), str):
        args["user"] = _handle(library, question, args["user"], listed) or args["user"]
    for name in NOT_WANTED:
        meant = {
            each: who for each in args.get(name) or () if (who := spoken(str(each), listed) or _author(library, each))
        }
        if meant and "exclude" in fields:
            args["exclude"] = list(dict.fromkeys([*(args.get("exclude") or ()), *meant.values()]))
            args[name] = [each for each in args[name] if each not in meant]
    return _changed(question, {name: value for name, value in args.items() if value != []}, fields, listed)


def _author(library: Library, said: Any) -> str | None:
    """The author of that very handle, unless a community is called so."""
    return None if _known(library, str(said)) else library.find_author(str(said))


def _changed(question: str, args: dict[str, Any], fields: Mapping[str, Any], listed: Sequence[str]) -> dict[str, Any]:
    """Who is told to go or to come back, though the reader took it for no name."""
    if "exclude" not in fields:
        return args
    out = list(args.get("exclude") or ())
    gone = (spoken(match["who"] or match["them"], listed) for match in AWAY.finditer(question))
    out += [who for who in gone if who and who not in out and who not in (args.get("among") or ())]
    back = {who for match in BACK.finditer(question) if (who := spoken(match["who"], out))}
    left = [who for who in out if who not in back]
    return {**args, "exclude": left} if left else {name: value for name, value in args.items() if name != "exclude"}


def _handle(library: Library, question: str, said: str, listed: Sequence[str]) -> str | None:
    """The handle of whom ``said`` names, first among those shown, else the only one of all. None if nobody is sure, and
    for a handle that was written as one.
    """
    if library.find_author(said) is not None or f"@{said}" in question or _known(library, said):
        return None
    return spoken(said, listed) or spoken(said, library.authors.values())


def spoken(said: str, handles: Iterable[str]) -> str | None:
    """The only one of ``handles`` that "mira", "dan hollis" or "priya snatches, please" can be; None for none or
    several. As many words count as name somebody.
    """
    words = re.findall(r"[\w.'-]+", said.lstrip("@"))
    known = {handle: _letters(handle) for handle in handles}
    for size in range(len(words), 0, -1):
        name = _letters("".join(words[:size]))
        if len(name) < LEAST:
            continue
        fitting = [h for h, letters in known.items() if letters.startswith(name) or name in map(_letters, _words(h))]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _letters(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _words(handle: str) -> list[str]:
    """``DanHollis_77`` as Dan, Hollis, 77."""
    return re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", handle)


def _no_place(library: Library, question: str, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """A community that is neither there nor said to be one is a time, or what the question is about."""
    name, subject = args.get("community"), SUBJECT.get(tool)
    if not isinstance(name, str) or _known(library, name) or library.find_author(name) is not None:
        return args
    parts = place_names(name)
    if known := [place for part in parts if (place := _known(library, part))]:
        return {**args, "community": " or ".join(dict.fromkeys(known))}
    rest = {key: value for key, value in args.items() if key != "community"}
    if span_of(date.today(), name) is not None and not {"since", "until"} & args.keys():
        return {**rest, "since": name, "until": name}
    if subject is None or subject in args or re.search(CALLED_SO.format(re.escape(name)), question, re.IGNORECASE):
        return args
    return {subject: name, **rest}


def _both(library: Library, question: str, fields: Mapping[str, Any], args: dict[str, Any]) -> dict[str, Any]:
    """People of two communities at once: "who posts in both gigs and eats?"."""
    match = BOTH.search(question)
    places = [_known(library, name) for name in match.groups()] if match else []
    if "active_in" not in fields or len(places) < 2 or None in places:
        return args
    rest = {name: value for name, value in args.items() if name != "community" or _known(library, value) not in places}
    return {**rest, "active_in": places}


def _place_alone(library: Library, question: str, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """A community that stands where the subject would, "pull rants from May 2025", or beside a call that is about
    nothing, "footy, how many heads", is where posts are looked for. What is talked *about* stays the subject.
    """
    subject = SUBJECT.get(tool)
    if subject is None or {*PLACES, "user", "text", "brands"} & args.keys():
        return args
    if arguments_model(tool).model_fields[subject].is_required() or args.get("of") in ("community", "communities"):
        return args
    said = str(args.get(subject, ""))
    places = {place: start for place, start, _ in _said(library, said or question, anywhere=True)}
    if len(places) != 1:
        return args
    ((place, start),) = places.items()
    lead = question[: question.find(said) if said in question else 0] if said else question[:start]
    if ABOUT.search(lead) or LEFT_OUT.search(lead):
        return args
    rest = {name: value for name, value in args.items() if name != subject}
    if not said:
        return {**rest, "community": place} if not {"by"} & args.keys() or args.get("by") != "community" else args
    if is_made(library, said):
        return args
    if _known(library, said) is None and subject_of(library, said, by_meaning=False).ids:
        return args
    return {**rest, "community": place} if len(said.split()) <= LONGEST_PLACE else args


def _places_changed(
    library: Library, question: str, tool: str, args: dict[str, Any], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Communities that are told to go, "drop footy, that's all shirts", or to come back, "let rants back in"."""
    of_people = ("limit" in fields and "campaign" in fields) or args.get("of") in ("person", "people")
    barred = "never_active_in" if of_people or "not_in" not in fields else "not_in"
    if barred not in fields:
        return args
    given = {
        _known(library, part) for name in PLACES for each in _several(args.get(name)) for part in place_names(each)
    }
    gone = [place for match in AWAY.finditer(question) if (place := _called(library, match["who"] or match["them"]))]
    back = {place for match in BACK.finditer(question) if (place := _called(library, match["who"]))}
    changed = dict(args)
    if new := [place for place in dict.fromkeys(gone) if place not in given]:
        changed[barred] = [*_several(args.get(barred)), *new]
    for name in ("never_active_in", "not_in"):
        if left := [each for each in _several(changed.get(name)) if _known(library, str(each)) not in back]:
            changed[name] = left
        else:
            changed.pop(name, None)
    return changed


def _called(library: Library, said: str) -> str | None:
    """The community that ``said`` is, alone or with a word behind it that says so: "footy", "the footy lot"."""
    name, *behind = [word for word in said.split() if word.casefold() not in ("the", "those", "all")] or [""]
    return _known(library, name) if not behind or behind[0].casefold() in BEHIND_A_PLACE else None


def _place(library: Library, question: str, tool: str, args: dict[str, Any], *, again: bool) -> dict[str, Any]:
    """The only community that is said as a place, where the call has none, or has the one of the call before. What
    would be the same call ``again`` is meant to be about the place that it names: "watching only".
    """
    places = dict.fromkeys(place for place, _, _ in _said(library, question, anywhere=len(question.split()) <= SHORT))
    if len(places) != 1 or args.get("of") in ("community", "communities") or args.get("by") == "community":
        return args
    (place,) = places
    here = args.get("community")
    given = [part for name in PLACES for each in _several(args.get(name)) for part in (each, *place_names(str(each)))]
    if place in (_known(library, str(each)) for each in given):
        return args
    carried = isinstance(here, str) and not re.search(rf"\b{re.escape(here)}\b", question, re.IGNORECASE)
    as_place = list(_said(library, question))
    if as_place and LEFT_OUT.search(question[: as_place[0][1]]):
        return args
    subject = SUBJECT.get(tool)
    about = subject and _known(library, str(args.get(subject, ""))) == place
    if carried or again or (as_place and not {*PLACES} & args.keys()):
        kept = {name: value for name, value in args.items() if not (about and name == subject)}
        if subject in args and subject not in kept and arguments_model(tool).model_fields[subject].is_required():
            return args
        people = as_place and is_of_people(library.communities, question[slice(*as_place[0][1:])])
        fields = arguments_model(tool).model_fields
        listed = "active_in" in fields and (subject == "campaign" or args.get("of") in ("person", "people"))
        return {**kept, "active_in": [place]} if people and listed else {**kept, "community": place}
    return args


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _said(library: Library, question: str, *, anywhere: bool = False) -> Iterable[tuple[str, int, int]]:
    """Communities that the question names where a place stands, or ``anywhere``: its name, and from where to where."""
    for match in re.finditer(r"[\w-]+", question):
        place = _known(library, match[0]) if match[0].casefold() not in NO_PLACES else None
        lead, behind = question[: match.start()], question[match.end() :]
        if place and is_of_people(library.communities, match[0]):
            first = re.search(r"[\w-]+(?= $)", lead)
            if not NOT_THEIRS.search(lead) and not (first and _known(library, first[0])):  # "coffee drinkers"
                yield place, *match.span()
            continue
        there = bool(IN.search(lead) and not NOT_IN.search(lead))
        # "Spotify posts" are about it, though a community is called so; "gigs posts" are those of gigs.
        there = there or bool(THERE.match(behind) and place and not is_made(library, match[0]))
        if place and (anywhere or there):
            yield place, *match.span()


def _known(library: Library, name: str) -> str | None:
    """The community of that name, or of those people."""
    return community_of(library.communities, name)
