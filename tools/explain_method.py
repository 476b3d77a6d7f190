"""What a figure means and how it is made: from the glossary ``docs/methods.md``, found by meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np

from index.encoding.measured import head_accuracy, measured
from index.errors import AnalystError
from tools.library import Library
from tools.result import cells
from tools.result.accuracy import plain_accuracy
from tools.result.line import Line, Listing, lead, listed, note
from tools.result.result import ToolResult
from tools.result.words import listed as listed_words
from tools.result.words import short
from tools.targeting.propensity import WEIGHTS as TARGETING

GLOSSARY = Path(__file__).parents[1] / "docs" / "methods.md"
READER = Path(__file__).parents[1] / "agent" / "weights" / "question_reader.json"
NEAR = 0.45  # cosine from which a term of the glossary is what was asked for
MEASURED = re.compile(r"\{measured: (\w+)\}")
# A figure alone tells by its form what it is.
FORMS = (
    (re.compile(r"\d+(?:\.\d+)? ?(?:%|percent) ?(?:to|–|-) ?\d+(?:\.\d+)? ?(?:%|percent)|± ?\d.*"), "Interval"),
    (re.compile(r"[+−-]\d?\.\d+"), "Tone"),
    (re.compile(r"\d+(?:\.\d+)? ?(?:%|percent)"), "Probability of engaging"),
)


@dataclass(frozen=True)
class Term:
    """A term of the glossary: its ``title``, how people ask for it, its answer in a paragraph, and ``more``."""

    title: str
    also: tuple[str, ...]
    answer: str
    more: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExplainMethod(ToolResult):
    """``term`` was asked for, ``title`` explains it, empty if nothing does; ``known`` are all that can be explained."""

    term: str
    title: str
    known: list[str]


def explain_method(
    library: Library,
    term: Annotated[str | None, "the word or figure to explain, for example lift, tone, 31 %"] = None,
    seen: Annotated[str | None, "the line of an earlier result in which the figure stands"] = None,
) -> ExplainMethod:
    """What a word or figure of an answer means, how it is computed, how accurate it is, and where the data goes."""
    terms = glossary()
    known = [each.title for each in terms]
    asked = (term or "").strip()
    if not asked:
        return ExplainMethod(
            headline=lead("These can be explained: ", listed(map(cells.name, known)), "."),
            listing=Listing("names", tuple(known)), term="", title="", known=known,
        )  # fmt: skip
    found = _by_form(asked, terms) or _nearest(library, asked, terms)
    if found is None:
        return ExplainMethod(
            headline=lead("Nothing here explains ", cells.topic(asked, "term"), "."),
            lines=[note("These can be explained: ", listed(map(cells.name, known)), ".")],
            listing=Listing("names", tuple(known)), term=asked, title="", known=known,
        )  # fmt: skip
    lines = [note(paragraph) for paragraph in map(_with_figures, found.more) if paragraph]
    return ExplainMethod(
        headline=lead(cells.name(found.title, "title"), ": ", _with_figures(found.answer)),
        lines=[*_own_row(seen), *lines],
        term=asked, title=found.title, known=known,
    )  # fmt: skip


def _own_row(seen: str | None) -> list[Line]:
    """Where the figure stands that was asked for."""
    return [note("Here it stands in: ", cells.words(short(seen, 300)))] if seen and seen.strip() else []


@cache
def glossary() -> tuple[Term, ...]:
    """The terms of ``docs/methods.md``, in its order. Raises AnalystError if the file is missing."""
    try:
        text = GLOSSARY.read_text(encoding="utf-8")
    except OSError as error:
        raise AnalystError("The glossary is missing", where=str(GLOSSARY), todo="Install the project again.") from error
    return tuple(_term(part) for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:])


def answer_of(title: str) -> str:
    """What the glossary answers to its term ``title``, in a paragraph."""
    return next(_with_figures(each.answer) for each in glossary() if each.title == title)


def _term(part: str) -> Term:
    """A heading, the line of ways to ask, and paragraphs parted by blank lines."""
    title, _, rest = part.strip().partition("\n")
    also, *paragraphs = [" ".join(each.split()) for each in re.split(r"\n\s*\n", rest.strip())]
    asked = also.removeprefix("*Also: ").removesuffix("*")
    return Term(title.strip(), tuple(each.strip() for each in asked.split(",")), paragraphs[0], tuple(paragraphs[1:]))


def _by_form(asked: str, terms: tuple[Term, ...]) -> Term | None:
    title = next((title for form, title in FORMS if form.fullmatch(asked)), "")
    return next((each for each in terms if each.title == title), None)


def _nearest(library: Library, asked: str, terms: tuple[Term, ...]) -> Term | None:
    """The term of this name, or the one nearest in meaning; None if none is near."""
    plain = asked.casefold().strip(" ?.!\"'").replace("_", " ")
    named = [each for each in terms if plain in (each.title.casefold(), *(also.casefold() for also in each.also))]
    if named:
        return named[0]
    ways = [(each, way) for each in terms for way in (each.title, *each.also)]
    cosines = library.embed_all([way for _, way in ways]) @ library.embed(plain)
    best = int(np.argmax(cosines))
    return ways[best][0] if cosines[best] >= NEAR else None


def _with_figures(text: str) -> str:
    """``text`` with the measured figures that it asks for; a sentence without them goes."""
    return " ".join(MEASURED.sub(lambda match: _measured(match[1]), text).replace("`", "").split())


def _measured(name: str) -> str:
    figures = {"targeting": measured(TARGETING), "questions": measured(READER)}.get(name) or head_accuracy().get(
        name, {}
    )
    told = [each.words for each in plain_accuracy({name: figures})]
    return f"Measured on posts and questions that were kept apart for it: {listed_words(told)}." if told else ""
