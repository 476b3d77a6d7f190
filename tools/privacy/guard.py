"""The one place that every call of a tool passes: people are not listed by what is nobody's business."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from index.errors import AnalystError
from tools.privacy.meaning import SURELY, plain, reveals
from tools.privacy.misspelt import corrected
from tools.privacy.sensitive import sensitive_trait
from tools.privacy.tellable import stands_for_trait, tellable
from tools.privacy.verdict import REQUESTED, sought
from tools.privacy.verdict import SURELY as SURELY_ASKED
from tools.result.words import short
from tools.selection.places import place_names

# Conditions on people: by what they write of, by where they post. In the tools that list people they are judged.
SUBJECTS = (
    "topic", "query", "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes", "themes", "brands",
)  # fmt: skip
PLACES = ("community", "active_in", "never_active_in")
ASKED = ("campaign", "interests", "also")
LISTS_PEOPLE = frozenset(
    {"find_audience", "find_lookalikes", "explain_match", "get_profile", "list_segments", "write_brief"}
)
# Tools that list people, or speak of one person, only with these arguments.
OF_PEOPLE = {"by": ("user", "person", "author", "people"), "of": ("user", "person", "author", "people")}
PERSON = ("user", "users", "among")
CONDITIONS = (
    "likes", "dislikes", "names", "never_names", "never_likes", "never_dislikes", "active_in", "never_active_in",
)  # fmt: skip
TRAITS = {  # those of the network, in the words of the lists
    "politics": "political views",
    "minor": "being under age",
    "immigration": "immigration status",
    "criminal": "criminal record",
    "address": "home, real name or contact",
}
_HANDLE = re.compile(r"(?:@|\bu/)[\w.-]+")
_JOINTS = re.compile(r"\s*(?:[,;:]|\b(?:and|but|who|whose|that|with|w/|n|also|especially|only)\b)\s*", re.IGNORECASE)


def check_call(tool: str, args: Mapping[str, Any]) -> None:
    """Raises AnalystError if a call asks for people by a trait that is never inferred, filtered on or told.

    Posts about such subjects may be searched and counted, and their tone followed over time.
    """
    if not _speaks_of_people(tool, args):
        return
    for name, value in args.items():
        for text in _texts(value):
            if name in ASKED or name in SUBJECTS:
                refuse(text)
            elif name in PLACES:
                for place in dict.fromkeys((text, *place_names(text))):
                    if trait := _of_place(place):
                        raise _refusal(place, trait)


def barred(question: str, tool: str, args: Mapping[str, Any]) -> bool:
    """Whether a ``question`` asks for people by what is nobody's business, and the call made of it would list people:
    what the call holds of the question may be harmless, "Cedar Ave" of "everybody who lives on Cedar Ave". A look at
    people who are named ("why would @ana click?") seeks out nobody.
    """
    seeks = any(args.get(name) for name in (*ASKED, *SUBJECTS, *CONDITIONS))
    if args.get("user") or args.get("users") or not seeks or not _speaks_of_people(tool, args):
        return False
    return trait_of(_HANDLE.sub(" ", question), least=SURELY_ASKED) is not None


def refuse(text: str) -> None:
    """Raises AnalystError if people asked for in these words share a trait that is nobody's business."""
    if trait := trait_of(text):
        raise _refusal(text, trait)


def refuse_name(name: str) -> None:
    """Raises AnalystError if a name for people says what is nobody's business of them."""
    said = corrected(plain(name))
    trait = sensitive_trait(said) or reveals(said, least=SURELY)
    if trait or not tellable(said):
        said = f"their {TRAITS.get(trait, trait)}" if trait else "what it hints at"
        raise AnalystError(
            f"'{short(name)}' would call people by {said}, which is never kept of anybody",
            todo="Call them by a brand, a product or an interest, for example 'Spring runners'.",
        )


def trait_of(text: str, *, least: float = REQUESTED) -> str | None:
    """The trait that people asked for in these words share, by the lists of words or by meaning; slips of the finger
    hide nothing.
    """
    said = plain(text)
    for words in dict.fromkeys((said, corrected(said))):
        if trait := sensitive_trait(words) or sought(words, least=least):
            return trait
        if stands_for_trait(words):  # what may not be told of people may not pick them out either
            return "a trait that speaking of it hints at"
    return None


def _speaks_of_people(tool: str, args: Mapping[str, Any]) -> bool:
    return (
        tool in LISTS_PEOPLE
        or any(args.get(name) for name in (*PERSON, *CONDITIONS))
        or any(args.get(name) in kinds for name, kinds in OF_PEOPLE.items())
    )


def _texts(value: Any) -> Iterator[str]:
    for part in value if isinstance(value, list | tuple) else (value,):
        if isinstance(part, str) and part.strip():
            yield part


def _of_place(community: str) -> str | None:
    name = re.sub(r"^/?(?:r/|#)", "", community.strip())
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    if not (tellable(name) and tellable(words)):
        return "being there"
    return sensitive_trait(words) or reveals(words, least=SURELY)


def _refusal(text: str, trait: str) -> AnalystError:
    part, rest = _parts(text)
    allowed = (
        f"Ask for '{short(rest)}' alone"
        if rest
        else "Ask for a brand, a product or an interest instead, for example 'trail running shoes'"
    )
    what = (
        f"'{short(part)}' is a community whose members would be told apart by a trait"
        if trait == "being there"
        else f"'{short(part)}' asks for people by their {TRAITS.get(trait, trait)}"
    )
    return AnalystError(
        f"{what}, which is never inferred or filtered on",
        todo=f"{allowed}. Posts about a subject can be searched and counted, and their tone followed over time.",
    )


def _parts(text: str) -> tuple[str, str]:
    """The part of a text that asks for a trait, and what can be asked without it ("" if nothing)."""
    parts = [part for part in _JOINTS.split(text) if part]
    bad = [part for part in parts if trait_of(part)]
    if not bad or len(parts) < 2:
        return text, ""
    fine = [part for part in parts if part not in bad]
    return ", ".join(bad), fine[0] if len(fine) == 1 else ""
