"""Communities by what they and their people are called: "dog" is dogs, "runners" are the people of running, "pc
builders" those of pcbuilds, "baking crowd" those of baking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools.selection.places import place_names

LEAST_PLURAL = 3  # letters of a word that may be a community without its s: "gig", not "by"
LEAST_STEM = 3  # letters that a community and what its people are called share: gam-ing, gam-ers
PLACES = ("community", "active_in", "never_active_in", "not_in")
_PEOPLE = re.compile(r"^(?P<stem>.+?)(?:ers?|ors?|ists?)$")  # who do something
_ENDING = re.compile(r"(?:ing|y|es|s)$")  # of the community that is called by what they do
CROWD = re.compile(  # behind a community, for its people
    r"\s+(?:people|ppl|persons?|folks?|crowd|lot|fans?|lovers?|nerds|geeks|users?|members?|community|types|addicts|"
    r"owners|enthusiasts|bunch|guys|heads)$",
    re.IGNORECASE,
)


def community_of(communities: Mapping[str, str], said: str) -> str | None:
    """The one of ``communities`` (by their names in small letters) that is called so, in the singular or plural, or
    whose people are.
    """
    key = CROWD.sub("", said.strip().casefold().removeprefix("r/").lstrip("#"))
    forms = (key, key + "s" if len(key) >= LEAST_PLURAL else "", key.removesuffix("s"))
    found = next((communities[form] for form in forms if form and form in communities), None)
    return found or _of_people(communities, key.replace(" ", ""))


def _of_people(communities: Mapping[str, str], word: str) -> str | None:
    match = _PEOPLE.match(word)
    stem = _single(match["stem"]) if match else ""
    if len(stem) < LEAST_STEM:
        return None
    near = ((key, name) for key, name in communities.items() if key.startswith(stem[:LEAST_STEM]) and key != word)
    found = [name for key, name in near if _single(_ENDING.sub("", key)) == stem]
    return found[0] if len(found) == 1 else None


def _single(stem: str) -> str:
    """Without the second of two like letters at the end: run of runn."""
    return stem[:-1] if len(stem) > LEAST_STEM and stem[-1] == stem[-2] else stem


def is_of_people(communities: Mapping[str, str], said: str) -> bool:
    """Whether ``said`` are the people of a community, as "runners" are, and not its name."""
    key = said.strip().casefold()
    return key not in communities and _of_people(communities, key.replace(" ", "")) is not None


def with_places(communities: Mapping[str, str], args: Mapping[str, Any]) -> dict[str, Any]:
    """``args`` with communities as they are called, where each is known by another form of its name."""
    found = dict(args)
    for name in PLACES:
        value = found.get(name)
        if isinstance(value, list):
            found[name] = [community_of(communities, str(each)) or each for each in value]
        elif isinstance(value, str) and value.casefold() not in communities:
            parts = [community_of(communities, part) for part in place_names(value)]
            if parts and all(parts):
                found[name] = " or ".join(dict.fromkeys(filter(None, parts)))
    return found
