"""Which stretches of a post may be key phrases, and what can be said of each: no tagger, only words and their company.

A candidate is one to four written words in a row with no stop word and no punctuation between them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile

import numpy as np

from index.encoding.tagging import Span, Word
from index.inflection import singular
from index.phrases.rarity import rarities

LONGEST = 4  # words in a phrase
SEEN_WORDS = 1 << 15  # that are remembered with what was found out about them
# What is seen of every candidate …
SEEN = (
    "cosine",  # of the mean contextual state to the post's embedding (KeyBERT's idea, Grootendorst 2020)
    "single",  # one word
    "opens",  # nothing that could belong to it stands before …
    "closes",  # … or after it
    "whole",  # both
    "commonest",  # rarity of its commonest word …
    "rarest",  # … and of its rarest one
    "last",  # … and of its last one, mostly the head of the phrase
    "repeated",  # log of how often the post says it
    "late",  # log of how many words come before
    "verbal",  # begins or ends like a verb or an adverb
    "abstract",  # ends like a noun
    "plural",
    "weak",  # has a word that carries little
    "lean",  # how readily people choose this very phrase
)
# … what counts differently for single words …
SINGLE = ("cosine", "commonest", "rarest", "repeated", "late", "whole", "weak", "lean")
# … and the register of the post: of a question people choose single words, of an abstract longer terms.
REGISTER = ("dense", "lengthy")
PLACES = ("single", "closes", "whole")
FEATURES = (
    *SEEN,
    *(f"single {name}" for name in SINGLE),
    *(f"{register} {place}" for register in REGISTER for place in PLACES),
)
_SINGLE = [SEEN.index(name) for name in SINGLE]
_PLACES = [SEEN.index(name) for name in PLACES]
# A post of three words has no register to speak of: beyond what longer texts show, more makes no difference.
_REGISTERS = ((0.4, 0.65), (4.0, 6.0))
# Words that carry nothing in posts, beyond spaCy's stop words: no phrase reaches over them.
CHATTER = frozenset(
    """
    like actually really having got getting gets going gonna wanna bc lol lmao im dont didnt doesnt cant isnt wont
    thats youre ive hes shes mean means guess think thought know knew want wanted wants said says say thing things
    stuff lot lots yeah yes nope ok okay pretty maybe definitely basically literally probably way kinda sort hey oh omg
    tbh imo idk u ur ya haha right sure let need needs went come came look looks looking read people does did doing
    don doesn didn isn wasn aren weren won wouldn couldn shouldn hasn haven ain ll ve nt gt lt amp tho thru til etc
    http https www html php yup nah ah wow damn whats lets soon instead usually especially essentially thoroughly
    totally completely absolutely incredibly nearly mainly mostly constantly accidentally simply exactly honestly
    seriously obviously apparently recently currently easily quickly slowly finally generally typically specifically
    plus wish forget trying tried sorry op bro gave ago
    """.split()  # noqa: SIM905
)
# Words that may stand in a phrase and seldom make one: learned as one feature.
WEAK = frozenset(
    """
    show shows shown showed showing use used uses using based paper propose proposed proposes presents presented present
    presenting discuss discussed discusses describe described describes given give gives giving gave obtain obtained
    obtains consider considered considering make makes made making find finds found finding take takes took taken taking
    try tries tried trying tell tells told wonder wondering question questions answer answers ask asks asked asking help
    helps helped thank thanks hello hi please able different new good great best better bad worse worst possible
    particular certain example examples case cases kind kinds type types number numbers work works worked working love
    loved loves hate hated hates feel feels felt feeling happen happens happened start starts started starting stop
    stopped keep keeps kept put puts set run runs ran talk talking talked wait waiting day days time times year years
    week weeks month months today tomorrow yesterday guy guys man dude bit little big small long old high low hard easy
    nice cool awesome amazing fun real true wrong important similar fact point reason reasons part parts place idea
    person someone somebody anyone everybody ones buy buys bought buying play plays played playing believe believes
    understand hope hopes hoping remember seen saw watch watched watching live lives lived change changed follow
    post posts posted comment comments edit sub reddit link links
    """.split()  # noqa: SIM905
)
# Addresses, handles and references. A run of letters and dots is looked at once, from its beginning, so that one of
# 20,000 signs costs no time.
_NOISE = re.compile(
    r"https?://\S+|www\.\S+|(?<!\w)/?[ru]/\w[\w-]*|@\w[\w.-]*"
    r"|(?<![\w.-])[.-]*+\w[\w.-]*\.(?:com|org|net|io)\b\S*|&\w+;"
)
# Words as people write them: "self-taught", "H&M", "C++".
_WRITTEN = re.compile(r"[^\W_]+(?:[-'’&.+][^\W_]+)*\+*")
# An indented line goes on with the one before it; other lines begin anew.
_JOINT = re.compile(r"[ \t\xa0-]*|[ \t]*\r?\n[ \t]+")
_POSSESSIVE = re.compile(r"['’]s?$")
_VERBAL_FIRST = ("ly", "ed")
_VERBAL_LAST = ("ly", "ed", "n't")
_NOUN_ENDS = ("ion", "ity", "ism", "ics", "ment", "ness", "logy", "ance", "ence", "ship", "er", "or")


@dataclass(frozen=True, slots=True)
class Unit:
    """A written word: its lower-case text, and its place ``first`` to ``last`` (exclusive) among the post's words."""

    text: str
    start: int
    end: int
    first: int
    last: int


@dataclass(slots=True)
class Candidate:
    """A possible phrase: units ``first`` to ``last`` (inclusive) where it stands first, and what all its places say."""

    text: str
    first: int
    last: int
    times: int = 0
    opens: bool = False
    closes: bool = False
    whole: bool = False


def rarity(word: str) -> float:
    """How rare a word is in social posts; a compound is as rare as its commonest part."""
    known, unknown = rarities()
    if word in known:
        return known[word]
    parts = _parts(word)
    return min((known.get(part, unknown) for part in parts), default=unknown) if len(parts) > 1 else unknown


def _parts(word: str) -> list[str]:
    return re.findall(r"\w+", word)


@cache
def _empty_words() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS) | CHATTER


def units_of(text: str, words: Sequence[Word]) -> list[Unit]:
    """The written words of a post that the encoder read; what lies beyond its last token is left out."""
    lower, units, place = text.lower(), [], 0
    if len(lower) != len(text):  # a few letters grow when lowered; then their limits would be wrong
        lower = text
    for match in _WRITTEN.finditer(lower):
        start, end = match.span()
        while place < len(words) and words[place].end <= start:
            place += 1
        first = place
        while place < len(words) and words[place].start < end:
            place += 1
        if place > first:
            # A possessive ends a phrase: its 's lies between this word and the next.
            word = match[0].lower()
            bare = word if word.isalnum() else _POSSESSIVE.sub("", word)
            units.append(Unit(bare, start, start + len(bare), first, place))
    return units


def candidates(text: str, units: Sequence[Unit], names: Sequence[Span] = ()) -> list[Candidate]:
    """Every candidate once, in the order of first places. None begins or ends inside one of ``names``."""
    found: dict[str, Candidate] = {}
    tied = _tied(units, names)
    for run in _runs(text, units):
        for i in range(len(run)):
            if run[i] in tied and i:
                continue
            for j in range(i, min(i + LONGEST, len(run))):
                if j + 1 < len(run) and run[j + 1] in tied:
                    continue
                name = " ".join([units[k].text for k in run[i : j + 1]])
                known = found.get(name)
                if known is None:
                    known = found[name] = Candidate(name, run[i], run[j])
                opens, closes = i == 0, j == len(run) - 1
                known.times += 1
                known.opens |= opens
                known.closes |= closes
                known.whole |= opens and closes
    return list(found.values())


def _tied(units: Sequence[Unit], names: Sequence[Span]) -> set[int]:
    """Units that go on with a name that the unit before them began: half of "Keith Hunter" is nobody."""
    return {
        place
        for name in names
        for place in range(1, len(units))
        if units[place - 1].start >= name.start and units[place].end <= name.end
    }


def _runs(text: str, units: Sequence[Unit]) -> list[list[int]]:
    """Stretches of content words with nothing but blanks and hyphens between them."""
    read = units[-1].end if units else 0  # a long post goes on behind its last word that was read
    noise = [match.span() for match in takewhile(lambda match: match.start() < read, _NOISE.finditer(text))]
    runs: list[list[int]] = []
    end = -1
    for place, unit in enumerate(units):
        if not _is_content(unit.text) or any(start <= unit.start < stop for start, stop in noise):
            end = -1
            continue
        said_again = runs and unit.text == units[place - 1].text  # "wait wait wait"
        if end < 0 or said_again or not _JOINT.fullmatch(text, end, unit.start):
            runs.append([])
        runs[-1].append(place)
        end = unit.end
    return runs


@lru_cache(SEEN_WORDS)
def _is_content(word: str) -> bool:
    if word in _empty_words() or len(word) < 2 or not any(letter.isalpha() for letter in word):
        return False
    if "'" in word or "’" in word:
        stem, _, ending = re.split(r"(['’])", word, maxsplit=1)
        # "dog's" is a word; of "don't", "I'm" and "they've" nothing is.
        return (ending == "s" and stem not in _empty_words()) or (len(ending) > 2 and ending not in ("ve", "ll"))
    return True


def key_of(phrase: str) -> str:
    """One spelling for a phrase's singular and plural."""
    return " ".join(singular(word) for word in phrase.split())


def features(
    units: Sequence[Unit],
    found: Sequence[Candidate],
    states: np.ndarray,
    embedding: np.ndarray,
    lean: Callable[[Candidate], float],
) -> np.ndarray:
    """(candidates, features) in the order of ``FEATURES``; ``states`` (words, width) are the words' contextual ones,
    ``lean`` says how readily people choose a candidate.
    """
    sums = np.vstack([np.zeros_like(states[:1]), np.cumsum(states, axis=0)])
    vectors = sums[[units[c.last].last for c in found]] - sums[[units[c.first].first for c in found]]
    # No product of matrices: BLAS would start threads, which wait for the cores that read (a fifth of their time).
    lengths = np.sqrt(np.einsum("cw,cw->c", vectors, vectors))
    cosines = np.einsum("cw,w->c", vectors, embedding) / (lengths + 1e-9)
    rare = {word: rarity(word) for word in {unit.text for unit in units}}
    seen = np.array([[*_row(c, units, rare), lean(c)] for c in found], np.float32)
    seen[:, 0] = cosines
    single = seen[:, SEEN.index("single")][:, None]
    register = [seen[:, _PLACES] * value for value in _register(units)]
    return np.hstack([seen, seen[:, _SINGLE] * single, *register])


def _register(units: Sequence[Unit]) -> tuple[float, float]:
    """How much of a post is content words, and how long its words are."""
    count, empty = len(units), _empty_words()
    values = sum(unit.text not in empty for unit in units) / count, sum(len(unit.text) for unit in units) / count
    dense, lengthy = (min(most, max(least, value)) for value, (least, most) in zip(values, _REGISTERS, strict=True))
    return dense, lengthy


def _row(candidate: Candidate, units: Sequence[Unit], rare: dict[str, float]) -> list[float]:
    """The values of ``SEEN`` but the last; the cosine is left open."""
    words = [unit.text for unit in units[candidate.first : candidate.last + 1]]
    rarities = [rare[word] for word in words]
    first, last = words[0], words[-1]
    return [
        0.0,
        len(words) == 1,
        candidate.opens,
        candidate.closes,
        candidate.whole,
        min(rarities),
        max(rarities),
        rarities[-1],
        math.log(candidate.times),
        math.log1p(candidate.first),
        first.endswith(_VERBAL_FIRST) or last.endswith(_VERBAL_LAST),
        last.endswith(_NOUN_ENDS),
        last.endswith("s") and not last.endswith("ss"),
        not WEAK.isdisjoint(words),
    ]
