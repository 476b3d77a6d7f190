"""What nobody may be looked for by: ethnicity, religion, health, sexuality and political views of people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.errors import AnalystError
from tools.result.words import short

WORDS = Path(__file__).with_suffix(".yaml")
_GAP = r"[\s_‐-]+"


def refuse_sensitive(*wanted: str | None) -> None:
    """Raises AnalystError if a text that people are looked for with names such a trait of people.

    Refused is what means people: a word for them ("Muslims", "Trump voters"), a trait before a person ("gay men",
    "pregnant women") or after "who are", "people with" a condition, and a request that is nothing but the trait
    ("Islam"). Allowed is what names a thing, also where mostly such people buy it: "kosher salt", "Bible app",
    "black coffee", "straight razor", "gay pride parade tickets", "maternity jeans", "diabetes test strips". A person
    with a possessive or before another noun stands for a product too: "black men's boots", "black kids shoes". Titles
    that speak of people ("White Men Can't Jump" as "White Men") are refused; naming them in full helps. Politicians by
    name are refused only where their followers are meant, or where nothing else is said of the two most divisive.
    """
    for text in wanted:
        found = _named(text or "")
        if found is not None:
            trait, words = found
            raise AnalystError(
                f"'{short(words)}' asks for people by their {trait}, which is never inferred or filtered on",
                todo="Ask for a brand, a product or an interest instead, for example 'trail running shoes', "
                "or search what posts say about a subject.",
            )


def is_sensitive(text: str) -> bool:
    """Whether ``refuse_sensitive`` refuses the text."""
    return _named(text) is not None


def sensitive_trait(text: str) -> str | None:
    """The trait for which ``refuse_sensitive`` refuses the text."""
    found = _named(text)
    return found and found[0]


@cache
def sensitive_subjects() -> frozenset[str]:
    """Words after which no group of people may be named, in lower case."""
    raw = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return frozenset(word for subject in raw["subjects"] for word in subject.split())


@cache
def listed_words() -> frozenset[str]:
    """Single words of the lists that mean such people or such a trait, in lower case: what a slip may hide."""
    raw = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    kinds = ("people", "marks", "nouns", "conditions", "alone")
    listed = [word for words in raw["traits"].values() for kind in kinds for word in words.get(kind, ())]
    return frozenset(word for word in (*listed, *raw["medicines"], *raw["telling"]) if word.isalpha())


@cache
def hints_at_trait(community: str) -> bool:
    """Whether to post in a community hints at such a trait, so that it may not be told as a reason."""
    parts, names = _hints()
    plain = re.sub(r"[\W_]+", "", community.casefold())
    return plain in names or any(part in plain for part in parts)


@cache
def _hints() -> tuple[tuple[str, ...], frozenset[str]]:
    raw = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return tuple(raw["hints"]), frozenset(raw["hint_names"])


def _named(text: str) -> tuple[str, str] | None:
    """The trait that a text asks for and the words that do so."""
    plain = " ".join(text.replace("’", "'").split())
    alone = re.sub(r"^(?:the|a|an)\s+|[\W_]+$", "", plain.casefold())
    for trait, (pattern, whole) in _patterns().items():
        if match := pattern.search(plain):
            return trait, match.group()
        if alone in whole:
            return trait, plain
    return None


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], frozenset[str]]]:
    """Each trait with a pattern for its words inside a text, and the texts that are nothing else."""
    raw: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    persons, after = _any(raw["persons"]), _any(raw["after"])
    # Any trait's words may stand between a trait and the person: "young black trans women".
    marks = _any(mark for words in raw["traits"].values() for mark in words["marks"])
    found = {}
    for trait, words in raw["traits"].items():
        own = _any(words["marks"])
        beside = rf"{own}(?:(?:,?{_GAP}|{_GAP}and{_GAP})(?:{marks}|{_any(raw['between'])}))*{_GAP}{persons}"
        who = rf"who(?:{_GAP}(?:is|are)|'s|'re){_GAP}(?:\w+{_GAP})?{own}"
        the = [rf"the{_GAP}{_any(words['nouns'])}"] if "nouns" in words else []
        # After these comes the end, a stop, or a word after which it is still about people.
        forms = [
            _any(words["people"]),
            rf"(?:{'|'.join([beside, who, *the])})(?=\W*$|[.,;:!?)]|{_GAP}{after}(?!\w))",
        ]
        if conditions := words.get("conditions"):
            ill = _any(conditions)
            forms += [
                rf"{persons}{_GAP}{_any(raw['with'])}{_GAP}(?:\w+{_GAP}){{0,2}}{ill}",
                rf"{ill}{_GAP}{_any(raw['patients'])}",
            ]
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)
        medicines = raw["medicines"] if trait == "health" else ()
        found[trait] = pattern, frozenset([*words["alone"], *words.get("conditions", ()), *medicines])
    return found


def _any(phrases: Iterable[str]) -> str:
    """A pattern for any of these phrases, the longest first; for none of them one that finds nothing."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    if not ordered:
        return "(?!)"
    return rf"(?:{'|'.join(_GAP.join(map(re.escape, phrase.split())) for phrase in ordered)})"
