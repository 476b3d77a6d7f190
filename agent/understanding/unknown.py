"""What a call names that these posts do not have: a subject without posts is the name, or the community, that stands in
it ("Ryanair's bag rules"), and a community that nobody knows is a word.

What is left out by that is told: the reading's words are compared with the call (``coverage.cut_short``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from agent.understanding.calls import SUBJECT
from agent.understanding.vocabulary import Vocabulary, is_made
from tools.library import Library
from tools.selection.kinds import kind_of
from tools.selection.subject import subject_of

ABOUT_PEOPLE = ("campaign",)  # subjects that need no posts
FRAME = re.compile(
    r"^(?:(?:in|on|about|of|for|with|among|inside|within|across|at|to|from|the|a|an|their|our|my|your|his|her|its|any|all|some|"
    r"other|people|folks?|folk|posts?|talk|chatter|mentions?)\s+)+",
    re.IGNORECASE,
)
STEM = 5  # first letters that a community and its other form share: gardens, gardening
ELSEWHERE = {"not_in": "without", "never_active_in": "never_names"}  # what a word is that was taken for a place

Known = Callable[[Library, str], str | None]


def without_unknown(
    library: Library, question: str, tool: str, args: dict[str, Any], fields: Mapping[str, Any], known: Known
) -> dict[str, Any]:
    """The arguments with what these posts have in place of what they have not; ``known`` finds a community."""
    found = _words_for_places(library, args, fields, known)
    if "brands" in found:
        found["brands"] = list(
            dict.fromkeys(name for each in found["brands"] for name in _as_named(library, str(each)))
        )
    found = _place_or_subject(library, question, tool, found, known)
    subject = SUBJECT.get(tool, "")
    said = found.get(subject)
    if subject in ABOUT_PEOPLE or not isinstance(said, str) or tool == "cannot_tell" or not said.strip():
        return found
    if kind_of(said) or known(library, said) or _is_said(library, said):
        return found
    bare = FRAME.sub("", said)
    if bare and bare != said and _is_said(library, bare):
        return {**found, subject: bare}
    other = None
    if name := _name_in(library, bare):
        other = {**found, subject: name}
    elif "community" in fields and "community" not in found and (place := _like_a_place(library, bare, known)):
        other = {**{key: value for key, value in found.items() if key != subject}, "community": place}
    # Posts that are near in meaning answer it better than a part of it would.
    return found if other is None or _is_meant(library, said) else other


def _is_meant(library: Library, said: str) -> bool:
    """Whether posts are about it, in these words or others."""
    return bool(subject_of(library, said).ids)


def _is_said(library: Library, said: str) -> bool:
    """Whether posts have the words."""
    return bool(subject_of(library, said, by_meaning=False).ids)


def _as_named(library: Library, brand: str) -> list[str]:
    """``brand``, or the name in it that these posts know where they do not know all of it, "US carriers Delta"; several
    where it is nothing but names, "Canon Nikon".
    """
    if len(brand.split()) < 2 or _is_said(library, brand):
        return [brand]
    names = _names_in(library, brand)
    alone = sum(len(name.split()) for name in names) == len(brand.split())
    return names if len(names) == 1 or (names and alone) else [brand]


def _name_in(library: Library, said: str) -> str | None:
    """The only name in ``said`` that these posts know."""
    names = _names_in(library, said)
    return names[0] if len(names) == 1 else None


def _names_in(library: Library, said: str) -> list[str]:
    """What these posts know in ``said`` as the name of something, communities that are called so among them."""
    known = Vocabulary.of(library).known_in(said)
    names = [re.sub(r"['’]s$", "", words) for words, kind in known.items() if kind != "person"]
    return [name for name in names if is_made(library, name) and _is_said(library, name)]


def _words_for_places(
    library: Library, args: Mapping[str, Any], fields: Mapping[str, Any], known: Known
) -> dict[str, Any]:
    """Places that are not wanted and not known are words that are not wanted."""
    found = dict(args)
    for place, word in ELSEWHERE.items():
        listed = found.get(place)
        if not isinstance(listed, list) or word not in fields:
            continue
        unknown = [
            each for each in listed if not known(library, str(each)) and not _like_a_place(library, str(each), known)
        ]
        if unknown:
            found[word] = list(dict.fromkeys([*(found.get(word) or ()), *unknown]))
            found[place] = [each for each in listed if each not in unknown]
    return {name: value for name, value in found.items() if value != []}


def _place_or_subject(library: Library, question: str, tool: str, args: dict[str, Any], known: Known) -> dict[str, Any]:
    """An unknown community is one that is called nearly so, or else what is asked about in place of what was before."""
    name, subject = args.get("community"), SUBJECT.get(tool)
    if not isinstance(name, str) or known(library, name) or library.find_author(name) is not None:
        return args
    if " or " in name or re.search(
        rf"r/{re.escape(name)}\b|\b{re.escape(name)} (?:community|sub|forum|board)", question, re.I
    ):
        return args
    if place := _like_a_place(library, name, known):
        return {**args, "community": place}
    before = str(args.get(subject, "")) if subject else ""
    if subject and before and before.casefold() not in question.casefold() and _is_said(library, name):
        rest = {key: value for key, value in args.items() if key != "community"}
        return {**rest, subject: name}
    return args


def _like_a_place(library: Library, said: str, known: Known) -> str | None:
    """The only community whose name begins as ``said`` does, a single word: gardening for "gardens"."""
    word = said.casefold().removeprefix("the ")
    if place := known(library, word):
        return place
    stem = word.removesuffix("s")[:-1]
    near = [place for key, place in library.communities.items() if len(stem) >= STEM - 1 and key.startswith(stem)]
    return near[0] if len(near) == 1 and " " not in word and abs(len(near[0]) - len(word)) < STEM else None
