"""No question of the suites was trained on: none is a near copy of a phrasing, whatever names stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from agent.suite.cases import Turn, load_suite
from agent.training.conversations import PHRASINGS
from agent.training.fillers import SLOT
from tests.conftest import ROOT

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

NEAR = 0.97  # cosine from which two questions are the same one
COMMON = 0.4  # share of words that they then have in common, at the least: the others need no look
OWN_WORDS = 4  # with fewer words beside the names ("by year", "same for Adidas") there is hardly another way to say it
STAND_INS = {"user": "someone", "community": "somewhere", "text": "this text", "limit": "some", "count": "some",
             "since": "then", "until": "then", "period": "then"}  # fmt: skip
NUMBERS = r"\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|(?:half )?an? dozen"
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
DATE = re.compile(rf"\b(?:(?:{MONTHS}) )?(?:19|20)\d\d\b", re.IGNORECASE)
HANDLE = re.compile(r"(?<!\w)(?:@|u/)[\w.]+")
WORD = re.compile(r"[a-z']+")


def stand_in(name: str) -> str:
    return STAND_INS.get(name.rstrip("0123456789"), "something")


def words_of(value: Any) -> Iterator[str]:
    """All that may stand in the question for an argument."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, str):
        yield value


def masked(turn: Turn) -> str:
    """The question of a turn without its names, dates and counts."""
    text = HANDLE.sub("someone", turn.ask)
    args = [(name, value) for call in (turn.calls and turn.calls.expect) or [] for name, value in call.args.items()]
    spans = {words: stand_in(name) for name, value in args for words in words_of(value)}
    for words in sorted(spans, key=len):  # of "Nike" and "Nike ad", both right, the first leaves the phrasing's "ad"
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", spans[words], text, flags=re.IGNORECASE)
    text = DATE.sub("then", text)
    return re.sub(rf"\b(?:{NUMBERS})\b", "some", text, flags=re.IGNORECASE)


def asked() -> dict[str, str]:
    """The masked questions of both suites, with the place where each stands."""
    suites = [load_suite(ROOT / "tests/qa/sample"), load_suite(ROOT / "tests/qa/reddit")]
    turns = [(case.id, turn) for suite in suites for case in suite.cases for turn in case.turns]
    places: dict[str, str] = {}
    for id, turn in turns:
        places.setdefault(masked(turn), f"{id}: {turn.ask}")
    return {text: place for text, place in places.items() if len(own_words(text)) >= OWN_WORDS}


def said_in_training() -> set[str]:
    """All phrasings, with their slots filled by the same words as those of the suites."""
    rows = [row for path in PHRASINGS.rglob("*.txt") for row in path.read_text(encoding="utf-8").splitlines()]
    lines = [row.partition(" => ")[0].replace(" || ", " ") for row in rows if not row.startswith("== ")]
    for path in PHRASINGS.glob("*.yaml"):
        lines += strings(yaml.safe_load(path.read_text(encoding="utf-8")))
    return {SLOT.sub(lambda slot: stand_in(slot[1]), line) for line in lines if line.strip()}


def strings(value: Any) -> list[str]:
    """What is said, wherever in the file it stands."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def own_words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.casefold())) - {"someone", "something", "somewhere", "some", "then"}


def alike(questions: Iterable[str], phrasings: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs that have enough words in common to be worth a look."""
    known = [(phrasing, own_words(phrasing)) for phrasing in phrasings]
    pairs = []
    for question in questions:
        ours = own_words(question)
        pairs += [(question, said) for said, theirs in known if len(ours & theirs) >= COMMON * len(ours | theirs)]
    return pairs


def near_copies(encoder: Encoder, questions: Iterable[str], phrasings: Iterable[str]) -> list[tuple[float, str, str]]:
    """Questions that are a phrasing again, by the cosine of the two."""
    pairs = alike(questions, phrasings)
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    place = {text: number for number, text in enumerate(texts)}
    vectors = encoder.embed(texts)
    found = [(float(vectors[place[ours]] @ vectors[place[theirs]]), ours, theirs) for ours, theirs in pairs]
    return sorted((pair for pair in found if pair[0] >= NEAR), reverse=True)


def test_no_question_of_the_suites_was_trained_on(encoder: Encoder) -> None:
    places = asked()
    assert len(places) > 300
    copies = near_copies(encoder, places, said_in_training())
    told = "\n".join(f"{cosine:.3f}  {places[ours]!r} is {theirs!r}" for cosine, ours, theirs in copies)
    assert not copies, f"Reword these questions, or take the phrasings out:\n{told}"


@pytest.mark.parametrize(
    ("ask", "args", "said", "copy"),
    [
        (
            "Who would engage with a Nike ad?",
            {"campaign": ["Nike", "Nike ad"]},
            "who would engage with a {brand} ad",
            True,
        ),
        (
            "Why was @ann picked for Nike in 2025?",
            {"campaign": "Nike"},
            "why was {user} picked for {brand} in {period}",
            True,
        ),
        ("Whose door should Nike knock on first?", {"campaign": "Nike"}, "who would engage with a {brand} ad", False),
    ],
)
def test_a_copy_is_seen_behind_its_names(
    encoder: Encoder, ask: str, args: dict[str, Any], said: str, copy: bool
) -> None:
    turn = Turn.model_validate({"ask": ask, "calls": {"expect": [{"tool": "find_audience", "args": args}]}})
    phrasing = SLOT.sub(lambda slot: stand_in(slot[1]), said)
    assert bool(near_copies(encoder, [masked(turn)], [phrasing])) is copy
